//! The review of a plan in many parts: a row a part with its numbers, and under them what stays, ends and cannot be taken back.
//!
//! Must stay true: where all of it fits it is all in sight, whole lines first; a part that is left out keeps its row; what nobody knows
//! is `?`. What is cut for want of room is whole in the views of calls and guards.

use crate::console::age::ahead;
use crate::console::app::World;
use crate::console::text::{cut, fit, fit_right, width, wrap};
use crate::console::theme::Role;
use crate::id::Text;
use crate::operation::plan::PartSummary;
use crate::operation::{Plan, Step};

use super::tell::{Key, Told, WORD, calls, guard, guards_line, plain, risk_words};
use super::{Asked, Review, Shows, asked, room, trial};

/// Columns before a part's name, of who serves, of CPU, and of when it is done.
const BOX: usize = 5;
const SERVES: usize = 7;
const CPU: usize = 7;
const WHEN: usize = 5;

/// Guards that are told as such under the table; `g` shows all.
const GUARDS: usize = 2;

/// Every line of the review: told as whole as there is room for.
pub(super) fn lines(review: &Review, plan: &Plan, world: &World<'_>, columns: usize) -> Vec<Told> {
    let asked = asked(plan, world);
    let table = Table { review, plan, world, columns, asked: &asked };
    if review.shows != Shows::Steps {
        return table.lines(6);
    }
    let fitting = (1..=4).rev().map(|most| table.lines(most));
    let mut least = Vec::new();
    for lines in fitting {
        if lines.len() <= room(world) {
            return lines;
        }
        least = lines;
    }
    least
}

/// How many of how many parts are done.
pub(super) fn parts_on(plan: &Plan) -> (usize, usize) {
    (plan.summary.parts.iter().filter(|part| part.on).count(), plan.summary.parts.len())
}

struct Table<'a> {
    review: &'a Review,
    plan: &'a Plan,
    world: &'a World<'a>,
    columns: usize,
    asked: &'a [Asked<'a>],
}

impl Table<'_> {
    /// All lines, no text over more than `most` of them.
    fn lines(&self, most: usize) -> Vec<Told> {
        let summary = &self.plan.summary;
        let mut told = Vec::new();
        self.section(&mut told, "why", &summary.why, Role::Text, most);
        self.section(&mut told, "DENIED", &trial::denials(self.review), Role::Critical, most);
        told.push(guards_line(self.plan, self.asked, self.world));
        if self.review.shows != Shows::Guards {
            self.open_guards(most, &mut told);
        }
        told.push(self.head());
        for part in &summary.parts {
            self.part(part, most, &mut told);
        }
        self.other_lanes(most, &mut told);
        if most > 2 {
            told.push(plain(Role::Text, String::new()));
        }
        self.notes(most, &mut told);
        if most > 1 {
            self.section(&mut told, "policy", &summary.rules, Role::Dim, most);
        }
        told
    }

    /// A word and behind it the texts: on lines of their own where there is room, else in one.
    fn section(&self, told: &mut Vec<Told>, word: &str, texts: &[String], role: Role, most: usize) {
        let one = [texts.join("; ")];
        let texts = if most == 1 { &one[..] } else { texts };
        let mut word = fit(&format!(" {word}"), WORD, "");
        for text in texts.iter().filter(|text| !text.is_empty()) {
            for line in wrap(text, self.columns.saturating_sub(WORD + 1), most, "~") {
                told.push(Told { sign: None, spans: vec![(Role::Dim, word), (role, line)], key: None });
                word = " ".repeat(WORD);
            }
        }
    }

    fn name_width(&self) -> usize {
        self.plan.summary.parts.iter().map(|part| width(&part.part)).max().unwrap_or(0).clamp(8, 20)
    }

    fn how_width(&self) -> usize {
        self.columns.saturating_sub(BOX + self.name_width() + SERVES + CPU + 2 + WHEN + 2)
    }

    fn head(&self) -> Told {
        let cpu = common_limit(&self.plan.summary.parts).map_or("CPU".to_owned(), |limit| format!("CPU<{limit:.0}"));
        let words = format!(
            "{}{}{}{}  {}{}",
            " ".repeat(BOX),
            fit("PART", self.name_width(), ""),
            fit_right("SERVES", SERVES, ""),
            fit_right(&cpu, CPU, ""),
            fit("HOW", self.how_width(), ""),
            fit_right("WHEN", WHEN + 1, ""),
        );
        plain(Role::Dim, words)
    }

    /// A part's row, and under it what is shown of its steps.
    fn part(&self, part: &PartSummary, most: usize, told: &mut Vec<Told>) {
        let key = Some(Key::Part(part.part.clone()));
        let (mark, name) = if part.on { (" [x] ", Role::Strong) } else { (" [ ] ", Role::Dim) };
        let (cpu_role, cpu) = cpu(part, common_limit(&self.plan.summary.parts).is_some());
        let serves = part.serves.map(|(now, then)| format!("{now}>{then}")).unwrap_or_default();
        let how = match &part.why_off {
            Some(why) if !part.on => format!("{}: {why}", part.how),
            _ => part.how.clone(),
        };
        let texts = wrap(&how, self.how_width(), most, "~");
        let text = |n: usize| fit(texts.get(n).map_or("", String::as_str), self.how_width(), "");
        let dim = |role: Role| if part.on { role } else { Role::Dim };
        let spans = vec![
            (dim(Role::Text), mark.to_owned()),
            (name, fit(&part.part, self.name_width(), "~")),
            (dim(Role::Text), fit_right(&serves, SERVES, "~")),
            (dim(cpu_role), fit_right(&cpu, CPU, "~")),
            (dim(Role::Text), format!("  {}", text(0))),
            (Role::Dim, fit_right(&when(part), WHEN + 1, "~")),
        ];
        told.push(Told { sign: None, spans, key: key.clone() });
        let indent = " ".repeat(BOX + self.name_width() + SERVES + CPU + 2);
        for n in 1..texts.len() {
            let spans = vec![(Role::Dim, indent.clone()), (dim(Role::Text), text(n))];
            told.push(Told { sign: None, spans, key: key.clone() });
        }
        for step in self.plan.steps.iter().filter(|step| step.part == part.part) {
            self.step(step, told);
        }
    }

    /// What is shown of a step: nothing but in the views of calls and guards.
    fn step(&self, step: &Step, told: &mut Vec<Told>) {
        if self.review.shows == Shows::Steps {
            return;
        }
        let words = cut(&format!("   {} {}", step.id, step.title), self.columns.saturating_sub(2), "~");
        told.push(Told { sign: None, spans: vec![(Role::Notice, words)], key: Some(Key::Step(step.id.clone())) });
        match self.review.shows {
            Shows::Steps => {}
            Shows::Calls => {
                let may = |ordinal| trial::word(self.review, self.plan, &step.id, ordinal, self.world);
                calls(step, self.columns, &may, told);
            }
            Shows::Guards => {
                let its = self.asked.iter().filter(|asked| asked.step.id == step.id);
                its.for_each(|each| guard(each, self.columns, told));
            }
        }
    }

    /// Lanes that no part tells of: what looks after the others, such as seeing that traffic is gone.
    fn other_lanes(&self, most: usize, told: &mut Vec<Told>) {
        let mut lanes: Vec<&Text> = Vec::new();
        for step in &self.plan.steps {
            let is_told = self.plan.summary.parts.iter().any(|part| part.part == step.part);
            if !is_told && !lanes.contains(&&step.part) {
                lanes.push(&step.part);
            }
        }
        for lane in lanes {
            let steps: Vec<&Step> = self.plan.steps.iter().filter(|step| step.part == *lane).collect();
            let titles: Vec<&str> = steps.iter().map(|step| step.title.as_str()).collect();
            let part = PartSummary {
                part: lane.clone(),
                on: true,
                serves: None,
                cpu: None,
                cpu_limit: None,
                how: titles.join("; "),
                takes_s: None,
                why_off: None,
                with: None,
            };
            self.part(&part, most, told);
        }
    }

    /// What never happens, stays, is expected, cannot be taken back, ends by itself.
    fn notes(&self, most: usize, told: &mut Vec<Told>) {
        let summary = &self.plan.summary;
        let mut notes: Vec<(String, Vec<String>)> = Vec::new();
        for note in &summary.notes {
            match notes.iter_mut().find(|(label, _)| **label == *note.label) {
                Some((_, texts)) => texts.push(note.text.clone()),
                None => notes.push((note.label.to_string(), vec![note.text.clone()])),
            }
        }
        let expected = ahead(i64::try_from(summary.expected_s).unwrap_or(i64::MAX));
        let all = format!("all done ~{expected}, {} calls; {}", self.plan.calls().count(), risk_words(self.plan));
        add(&mut notes, "expect", all);
        let is_told = summary.notes.iter().any(|note| note.text.contains("NOT undone"));
        if !summary.cannot_undo.is_empty() && !is_told {
            add(&mut notes, "undo", format!("NOT undone: {}", summary.cannot_undo.join("; ")));
        }
        if let Some(at) = summary.expires_at.filter(|_| !notes.iter().any(|(label, _)| label == "expiry")) {
            let left = ahead(at.duration_since(self.world.now).as_secs());
            let words = format!("{left}, {}: traffic then RETURNS BY ITSELF, healed or not", at.strftime("%H:%MZ"));
            notes.push(("expiry".to_owned(), vec![words]));
        }
        for (label, texts) in &notes {
            let role = match label.as_str() {
                "never" | "expiry" => Role::Warning,
                "?" => Role::Unknown,
                _ => Role::Text,
            };
            self.section(told, label, texts, role, most);
        }
    }

    /// The guards that keep it from running: what they say, and the key that lets them pass.
    fn open_guards(&self, most: usize, told: &mut Vec<Told>) {
        let open: Vec<&Asked<'_>> = self.asked.iter().filter(|asked| asked.stands_against()).collect();
        for asked in open.iter().take(GUARDS) {
            let detail = asked.answer.as_ref().map_or("", |answer| answer.detail.as_str());
            let (word, role) = if asked.holds().is_none() { ("?", Role::Unknown) } else { ("NO", Role::Critical) };
            let more = if open.len() > GUARDS { format!(" ({} in all, g)", open.len()) } else { String::new() };
            let tail = format!("{more}  [u] accept, why");
            let room = self.columns.saturating_sub(WORD + 1 + tail.len());
            let key = Some(Key::Guard(asked.guard.id.clone()));
            let mut texts = wrap(&format!("{} {detail}", asked.guard.id), room, most, "~").into_iter();
            let first = (Role::Dim, fit(&format!(" {word}"), WORD, ""));
            let spans = vec![first, (role, texts.next().unwrap_or_default()), (Role::Key, tail)];
            told.push(Told { sign: None, spans, key: key.clone() });
            for text in texts {
                told.push(Told {
                    sign: None,
                    spans: vec![(Role::Dim, " ".repeat(WORD)), (role, text)],
                    key: key.clone(),
                });
            }
        }
    }
}

/// Puts a text under a label, after what the plan says there.
fn add(notes: &mut Vec<(String, Vec<String>)>, label: &str, text: String) {
    match notes.iter_mut().find(|(each, _)| each == label) {
        Some((_, texts)) => texts.push(text),
        None => notes.push((label.to_owned(), vec![text])),
    }
}

/// The limit that all parts have that have one.
fn common_limit(parts: &[PartSummary]) -> Option<f64> {
    let mut limits = parts.iter().filter_map(|part| part.cpu_limit);
    let first = limits.next()?;
    limits.all(|limit| (limit - first).abs() < 0.5).then_some(first)
}

/// `74>67`; beyond its limit with a sign, and with the limit where parts differ in it.
fn cpu(part: &PartSummary, is_common: bool) -> (Role, String) {
    let Some((now, then)) = part.cpu else {
        return match part.serves {
            Some(_) => (Role::Unknown, "?".to_owned()),
            None => (Role::Text, String::new()),
        };
    };
    let own = part.cpu_limit.filter(|_| !is_common).map(|limit| format!("<{limit:.0}")).unwrap_or_default();
    match part.cpu_limit {
        Some(limit) if then > limit => (Role::Critical, format!("{now:.0}>{then:.0}!{own}")),
        _ => (Role::Text, format!("{now:.0}>{then:.0}{own}")),
    }
}

/// When a part is done: `now`, `~4m`, `off`; unknown where nothing tells.
fn when(part: &PartSummary) -> String {
    match part.takes_s.filter(|_| part.on) {
        Some(0..60) => "now".to_owned(),
        Some(seconds) => format!("~{}", ahead(i64::try_from(seconds).unwrap_or(i64::MAX))),
        None if part.on => "?".to_owned(),
        None => "off".to_owned(),
    }
}
