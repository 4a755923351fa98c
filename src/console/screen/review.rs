//! The review of a plan: why, what it rests on, what becomes of what, what cannot be undone; the way out has the focus.
//!
//! Owns: what is shown of it, the selection. Depends on: the plan that comes back, conditions over the estate. Must stay true: nothing here
//! runs anything: [`crate::console::Effect::Run`] comes from the typed answer to its question; what is shown is the very plan that would run.

mod draw;
mod table;
mod tell;
mod trial;

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

use crate::console::app::{Look, World};
use crate::console::keymap::Context;
use crate::console::msg::Wants;
use crate::console::operate::{Inquiry, settings};
use crate::estate::SliceId;
use crate::id::Text;
use crate::judge::JUDGED;
use crate::operation::fill::origins;
use crate::operation::intent::{Field, Intent};
use crate::operation::plan::{ConfirmKind, Guard, Level, PartSummary};
use crate::operation::{Answer, Need, Plan, Step, What};

use super::cursor::Cursor;
use super::{Act, FRAME_KINDS, Outcome, Screen};
use tell::Key;
pub(super) use tell::plan_time;

/// What is shown under each step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shows {
    /// The steps alone.
    #[default]
    Steps,
    /// Their calls, as `aws` commands.
    Calls,
    /// Their guards, with their numbers.
    Guards,
}

/// A review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// What is wanted, and its plan.
    pub inquiry: Inquiry,
    shows: Shows,
    cursor: Cursor,
}

/// What a review needs to be read: that of which plans are made.
pub(super) fn wants(_: &World<'_>) -> Wants {
    Wants { kinds: JUDGED.to_vec(), slices: Vec::new() }
}

/// Whether a need is read parent by parent anyway, and not as a part of what is read whole.
fn is_of_a_parent(need: &Need) -> bool {
    matches!(need.what, What::Refreshes(_) | What::Hooks(_) | What::Targets(_) | What::ClassicTargets(_))
}

/// A guard and what it says now.
struct Asked<'a> {
    step: &'a Step,
    guard: &'a Guard,
    /// None where it is about what an earlier step brings: it is asked then.
    answer: Option<Answer>,
}

impl Asked<'_> {
    /// Whether it must hold before anything begins: guards of later steps are asked in their turn.
    fn is_first(&self) -> bool {
        self.step.needs.is_empty()
    }

    fn holds(&self) -> Option<bool> {
        self.answer.as_ref().and_then(|answer| answer.holds)
    }

    /// Whether it keeps the plan from being run.
    fn stands_against(&self) -> bool {
        self.is_first()
            && self.guard.level == Level::Block
            && self.guard.accepted.is_none()
            && self.holds() != Some(true)
    }
}

/// Every guard of a plan, asked now.
fn asked<'a>(plan: &'a Plan, world: &World<'_>) -> Vec<Asked<'a>> {
    let ask = |step: &'a Step, guard: &'a Guard| {
        let is_open = !origins(&guard.condition).is_empty();
        let answer = world.picture.filter(|_| !is_open);
        let answer = answer.map(|picture| guard.condition.answer(&picture.estate, world.now));
        Asked { step, guard, answer }
    };
    plan.steps.iter().flat_map(|step| step.guards.iter().map(move |guard| ask(step, guard))).collect()
}

impl Review {
    /// The review of what is wanted, once it is planned.
    pub fn new(intent: Intent) -> Self {
        Self { inquiry: Inquiry::new(vec![intent]), shows: Shows::default(), cursor: Cursor::default() }
    }

    /// The plan, where there is one.
    pub fn plan(&self) -> Option<&Plan> {
        self.inquiry.planned.first()?.as_ref().ok().map(|plan| &**plan)
    }

    /// Shows something under each step, or no more.
    pub fn show(&mut self, shows: Shows) {
        self.shows = if self.shows == shows { Shows::Steps } else { shows };
    }

    /// Why the plan cannot be run as things stand: a guard that blocks does not hold, or nobody knows.
    pub fn reason_against(&self, plan: &Plan, world: &World<'_>) -> Option<String> {
        let asked = asked(plan, world);
        let against: Vec<&Asked<'_>> = asked.iter().filter(|asked| asked.stands_against()).collect();
        let first = against.first()?;
        let word = if first.holds().is_none() { "is not known" } else { "does not hold" };
        let detail = first.answer.as_ref().map_or("", |answer| answer.detail.as_str());
        let more = if against.len() > 1 { format!("; and {} more", against.len() - 1) } else { String::new() };
        Some(format!("{} {word}: {detail}{more} (g shows all)", first.guard.id))
    }

    /// The fields of how it is done.
    pub fn settings(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.inquiry.intent().map(settings::fields).into_iter().flatten()
    }

    /// The word after the present one of a setting that is a choice; none where it is typed.
    pub fn next_choice(&self, name: &str) -> Option<String> {
        settings::next_choice(self.inquiry.intent()?, name)
    }

    /// What is wrong with the value of a setting.
    pub fn reason_against_setting(&self, name: &str, value: &str) -> Option<String> {
        settings::reason_against(self.inquiry.intent()?, name, value)
    }

    /// Sets how it is done, and has it planned anew.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        self.inquiry.set(name, value)
    }

    /// The question for a setting's value, and the value that stands there.
    ///
    /// # Errors
    /// Where the operation has no such setting.
    pub fn asks_for(&self, name: &str) -> Result<(String, String), String> {
        let intent = self.inquiry.intent().ok_or("nothing is wanted")?;
        let Some(field) = settings::field(intent, name) else {
            return Err(settings::reason_against(intent, name, "").unwrap_or_default());
        };
        let before = settings::value(intent, name).map(ToString::to_string).unwrap_or_default();
        let usual = field.default.map(|default| format!(" (usually {default})")).unwrap_or_default();
        Ok((format!("{}: {}{usual}", field.name, field.doc), before))
    }

    /// The question whose answer runs the plan: what is lost for good stands in it.
    pub fn question(&self, plan: &Plan) -> String {
        let expected = plan_time(plan);
        let lost = match plan.summary.cannot_undo.as_slice() {
            [] => String::new(),
            lost => format!(" NOT undone: {}.", lost.join("; ")),
        };
        let confirm = &plan.summary.confirm;
        let token = match confirm.kind {
            ConfirmKind::Key => "y".to_owned(),
            ConfirmKind::Target => format!("{} (the target)", confirm.token),
            ConfirmKind::Account => format!("{} (the account)", confirm.token),
        };
        format!("{} {}: {}, {expected}.{lost} Type {token} to run", plan.operation, plan.target, extent(plan))
    }

    /// The guard of the selected line.
    ///
    /// # Errors
    /// Where none is, or it is one that cannot be let pass.
    pub fn selected_guard(&self, world: &World<'_>) -> Result<Text, String> {
        let plan = self.plan().ok_or("there is no plan")?;
        let asked = asked(plan, world);
        // Where one alone keeps the plan from running, it is the one that is meant.
        let mut open = asked.iter().filter(|asked| asked.stands_against());
        let only = open.next().filter(|_| open.next().is_none()).map(|asked| asked.guard.id.clone());
        let selected = match self.key(plan, world) {
            Some(Key::Guard(id)) => Some(id),
            _ => only,
        };
        let id = selected.ok_or("select a guard: g shows them")?;
        let found = asked.iter().find(|asked| asked.guard.id == id).ok_or("that guard is gone")?;
        if found.holds() == Some(true) {
            return Err(format!("{id} holds"));
        }
        Ok(id)
    }

    /// Leaves the selected part out, or takes it in again.
    ///
    /// # Errors
    /// Where no part is selected, or there is but one.
    pub fn toggle_part(&mut self, world: &World<'_>) -> Result<(), String> {
        let plan = self.plan().ok_or("there is no plan")?;
        let part = match self.key(plan, world) {
            Some(Key::Step(step)) => plan.step(&step).map(|step| step.part.clone()),
            Some(Key::Part(part)) => Some(part),
            Some(Key::Guard(_)) | None => None,
        };
        let part = part.ok_or("select a part")?;
        if let Some(row) = plan.summary.parts.iter().find(|row| row.part == part).cloned() {
            let is_only = table::parts_on(plan).0 < 2;
            return self.toggle_row(&row, is_only);
        }
        let parts: BTreeSet<&Text> = plan.steps.iter().map(|step| &step.part).collect();
        let is_out = self.inquiry.intent().is_some_and(|intent| intent.skip.contains(&part));
        if !is_out && parts.len() < 2 {
            return Err("it is the only part: Esc leaves".to_owned());
        }
        self.inquiry.change(
            |intent| {
                if is_out { intent.skip.retain(|each| *each != part) } else { intent.skip.push(part) }
            },
        );
        Ok(())
    }

    /// Turns a part of a table off, or on: one that somebody left out is taken in again, and one that is off unless somebody puts it in
    /// is put in.
    fn toggle_row(&mut self, row: &PartSummary, is_only: bool) -> Result<(), String> {
        let intent = self.inquiry.intent().cloned().unwrap_or_default();
        let with: Vec<&str> = intent.settings.get("with").map(|with| with.split(',').collect()).unwrap_or_default();
        let word = row.with.as_deref().unwrap_or(&row.part);
        if intent.skip.contains(&row.part) {
            self.inquiry.change(|intent| intent.skip.retain(|each| *each != row.part));
        } else if !row.on {
            if row.with.is_none() {
                let why = row.why_off.as_deref().unwrap_or("nothing puts it in");
                return Err(format!("{} stays off: {why}", row.part));
            }
            self.put_in(&[with.as_slice(), &[word]].concat());
        } else if let Some(at) = with.iter().position(|each| **each == *row.part) {
            let mut with = with;
            with.remove(at);
            self.put_in(&with);
        } else {
            if is_only {
                return Err("it is the only part: Esc leaves".to_owned());
            }
            self.inquiry.change(|intent| intent.skip.push(row.part.clone()));
        }
        Ok(())
    }

    /// Puts in what is off unless somebody asks for it: the words that the plan itself says.
    fn put_in(&mut self, with: &[&str]) {
        let with: Option<Text> = Some(with.join(",")).filter(|with| !with.is_empty()).map(|with| with.as_str().into());
        self.inquiry.change(|intent| match with {
            Some(with) => drop(intent.settings.insert("with".into(), with)),
            None => drop(intent.settings.remove("with")),
        });
    }

    fn key(&self, plan: &Plan, world: &World<'_>) -> Option<Key> {
        tell::lines(self, plan, world, usize::from(world.body.width)).into_iter().nth(self.cursor.at)?.key
    }

    fn keys(&self, world: &World<'_>) -> Vec<String> {
        let lines = self.plan().map_or(0, |plan| tell::lines(self, plan, world, usize::from(world.body.width)).len());
        (0..lines).map(|line| line.to_string()).collect()
    }
}

/// What runs, in numbers: `9 of 10 parts`, `2 steps`.
fn extent(plan: &Plan) -> String {
    match (table::parts_on(plan), plan.steps.len()) {
        ((_, 0), 1) => "1 step".to_owned(),
        ((_, 0), steps) => format!("{steps} steps"),
        ((on, all), _) => format!("{on} of {all} parts"),
    }
}

/// Lines of the plan that fit: all but the title and the way out.
fn room(world: &World<'_>) -> usize {
    usize::from(world.body.height.saturating_sub(2))
}

impl Screen for Review {
    fn context(&self) -> Context {
        Context::Review
    }

    fn title(&self) -> String {
        "review".to_owned()
    }

    fn wants(&self, world: &World<'_>) -> Wants {
        let mut wants = wants(world);
        wants.kinds.extend(FRAME_KINDS);
        // What its guards ask of a group or a target group is read because somebody looks at them.
        let guards = self.plan().into_iter().flat_map(|plan| plan.steps.iter().flat_map(|step| &step.guards));
        let estate = world.picture.map(|picture| &picture.estate);
        let needs = guards
            .filter(|guard| origins(&guard.condition).is_empty())
            .flat_map(|guard| estate.map(|estate| guard.condition.needs(estate)).unwrap_or_default());
        let slices: BTreeSet<SliceId> = needs.filter(is_of_a_parent).map(|need| need.slice()).collect();
        wants.slices = slices.into_iter().collect();
        wants
    }

    fn refresh(&mut self, world: &World<'_>) {
        let keys = self.keys(world);
        self.cursor.settle(&keys, room(world));
    }

    fn act(&mut self, act: &Act, world: &World<'_>) -> Outcome {
        let Act::Move(motion) = act else { return Outcome::Unknown };
        let keys = self.keys(world);
        self.cursor.go(*motion, &keys, room(world));
        Outcome::Done
    }

    fn offers(&self, command: &str) -> bool {
        command.strip_prefix("set ").is_none_or(|name| self.settings().any(|field| field.name == name))
    }

    fn draw(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        draw::draw(self, world, look, area, buf);
    }
}
