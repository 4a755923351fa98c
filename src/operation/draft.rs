//! A plan in the making: steps are added in order, and get their names, lanes and guards' names here.
//!
//! Owns: [`Draft`], [`Part`]. Depends on: ground, rules, critic. Must stay true: no plan leaves without the critic's word, the policy's
//! terms and a confirmation that fits the gravest of its calls.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::call::{Action, Call, Risk};
use super::condition::{Condition, Fact};
use super::ground::Ground;
use super::intent::Intent;
use super::plan::{
    Confirm, ConfirmKind, Guard, Level, LocalCommand, Note, OnFailure, PartSummary, Plan, Refusal, Step, StepId,
    Summary, Surprise, Until, critic,
};
use super::rules::Effective;
use crate::id::{Region, Text};

/// A plan in the making.
#[derive(Debug)]
pub struct Draft<'a> {
    ground: &'a Ground<'a>,
    region: Region,
    steps: Vec<Step>,
    takes: BTreeMap<StepId, u64>,
    /// What the first step of a part comes after.
    pub start: Vec<StepId>,
    /// What is different afterwards, numbers first.
    pub changes: Vec<String>,
    /// What no undo brings back.
    pub cannot_undo: Vec<String>,
    /// Which way was chosen, and why.
    pub why: Vec<String>,
    /// Policy's terms, in words.
    pub rules: Vec<String>,
    /// The rows of the review, for a plan of several parts.
    pub parts: Vec<PartSummary>,
    /// What is told under them.
    pub notes: Vec<Note>,
    /// When what it does ends by itself.
    pub expires_at: Option<Timestamp>,
    /// The least that policy asks before it runs.
    pub asked: Option<ConfirmKind>,
    /// What is typed where the target's name is asked.
    pub token: Text,
    /// When the oldest reading was made that it rests on.
    pub made_from: Timestamp,
}

/// A step in the making.
#[derive(Debug, Clone)]
pub struct Part {
    part: Text,
    needs: Option<Vec<StepId>>,
    title: String,
    why: String,
    guards: Vec<(&'static str, Level, Fact)>,
    commands: Vec<LocalCommand>,
    calls: Vec<Action>,
    until: Option<(Fact, u64)>,
    hold_s: u64,
    fails: Option<Fact>,
    undo: Vec<Action>,
    takes_s: u64,
    on_failure: OnFailure,
}

impl Part {
    /// A step of a lane: what it does, and why.
    pub fn new(part: &Text, title: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            part: part.clone(),
            needs: None,
            title: title.into(),
            why: why.into(),
            guards: Vec::new(),
            commands: Vec::new(),
            calls: Vec::new(),
            until: None,
            hold_s: 0,
            fails: None,
            undo: Vec::new(),
            takes_s: 0,
            on_failure: OnFailure::Hold,
        }
    }

    /// After these, instead of after the last of its lane.
    #[must_use]
    pub fn after(mut self, steps: Vec<StepId>) -> Self {
        self.needs = Some(steps);
        self
    }

    /// Nothing is called where this does not hold.
    #[must_use]
    pub fn block(mut self, name: &'static str, fact: Fact) -> Self {
        self.guards.push((name, Level::Block, fact));
        self
    }

    /// The same for several.
    #[must_use]
    pub fn blocks(mut self, guards: impl IntoIterator<Item = (&'static str, Fact)>) -> Self {
        self.guards.extend(guards.into_iter().map(|(name, fact)| (name, Level::Block, fact)));
        self
    }

    /// Where this does not hold somebody must say why it may pass.
    #[must_use]
    pub fn warn(mut self, name: &'static str, fact: Fact) -> Self {
        self.guards.push((name, Level::Warn, fact));
        self
    }

    /// A program that it runs.
    #[must_use]
    pub fn commands(mut self, commands: Vec<LocalCommand>, takes_s: u64) -> Self {
        self.commands = commands;
        self.takes_s += takes_s;
        self
    }

    /// A call.
    #[must_use]
    pub fn call(mut self, action: Action) -> Self {
        self.calls.push(action);
        self
    }

    /// What it waits for, how long that takes, and how long it may.
    #[must_use]
    pub fn until(mut self, fact: Fact, takes_s: u64, deadline_s: u64) -> Self {
        self.until = Some((fact, deadline_s.max(takes_s).max(1)));
        self.takes_s += takes_s;
        self
    }

    /// How long that must go on.
    #[must_use]
    pub fn held_for(mut self, seconds: u64) -> Self {
        self.hold_s = seconds;
        self.takes_s += seconds;
        self
    }

    /// What ends the wait at once.
    #[must_use]
    pub fn fails(mut self, fact: Fact) -> Self {
        self.fails = Some(fact);
        self
    }

    /// What comes after it goes on where it fails: what it looks for is told, and needed by nothing.
    #[must_use]
    pub fn goes_on(mut self) -> Self {
        self.on_failure = OnFailure::Continue;
        self
    }

    /// A call that takes it back, after those that were said before.
    #[must_use]
    pub fn undo(mut self, action: Action) -> Self {
        self.undo.push(action);
        self
    }
}

impl<'a> Draft<'a> {
    /// An empty plan for a region.
    pub fn new(ground: &'a Ground<'a>, region: &Region, token: &str, made_from: Timestamp) -> Self {
        Self {
            ground,
            region: region.clone(),
            steps: Vec::new(),
            takes: BTreeMap::new(),
            start: Vec::new(),
            changes: Vec::new(),
            cannot_undo: Vec::new(),
            why: Vec::new(),
            rules: Vec::new(),
            parts: Vec::new(),
            notes: Vec::new(),
            expires_at: None,
            asked: None,
            token: token.into(),
            made_from,
        }
    }

    /// The name that the next step gets.
    #[must_use]
    pub fn next(&self) -> StepId {
        StepId::from(format!("s{}", self.steps.len() + 1).as_str())
    }

    /// The step that was added last.
    #[must_use]
    pub fn latest(&self) -> Option<StepId> {
        self.steps.last().map(|step| step.id.clone())
    }

    /// The last step of a lane.
    #[must_use]
    pub fn last(&self, part: &str) -> Option<StepId> {
        self.steps.iter().rev().find(|step| *step.part == *part).map(|step| step.id.clone())
    }

    /// The steps that no other needs.
    #[must_use]
    pub fn ends(&self) -> Vec<StepId> {
        let is_needed = |id: &StepId| self.steps.iter().any(|step| step.needs.contains(id));
        self.steps.iter().map(|step| &step.id).filter(|id| !is_needed(id)).cloned().collect()
    }

    /// The lanes in the order of their first steps, each with its steps' titles.
    #[must_use]
    pub fn lanes(&self) -> Vec<(Text, Vec<String>)> {
        let mut lanes: Vec<(Text, Vec<String>)> = Vec::new();
        for step in &self.steps {
            match lanes.iter_mut().find(|(part, _)| *part == step.part) {
                Some((_, titles)) => titles.push(step.title.clone()),
                None => lanes.push((step.part.clone(), vec![step.title.clone()])),
            }
        }
        lanes
    }

    /// Takes what policy says of a target.
    pub fn under(&mut self, effective: &Effective) {
        self.asked = self.asked.max(effective.terms.confirm);
        for told in &effective.told {
            if !self.rules.contains(told) {
                self.rules.push(told.clone());
            }
        }
    }

    /// Adds a step.
    pub fn add(&mut self, part: Part) -> StepId {
        let id = self.next();
        let needs = part.needs.unwrap_or_else(|| match self.last(&part.part) {
            Some(last) => vec![last],
            None => self.start.clone(),
        });
        let mut guards: Vec<Guard> = Vec::with_capacity(part.guards.len());
        for (name, level, fact) in part.guards {
            let condition = Condition::new(&self.region, fact);
            // The same asked twice says no more.
            if guards.iter().any(|guard| guard.condition == condition) {
                continue;
            }
            let alike = guards.iter().filter(|guard| guard.id.starts_with(&format!("{id}.{name}"))).count();
            let number = if alike == 0 { String::new() } else { format!("-{}", alike + 1) };
            guards.push(Guard { id: format!("{id}.{name}{number}").into(), level, condition, accepted: None });
        }
        let call = |action: Action| Call::new(&self.region, action);
        let until = part.until.map(|(fact, deadline_s)| Until {
            condition: Condition::new(&self.region, fact),
            deadline_s,
            hold_s: part.hold_s,
            fails: part.fails.map(|fact| Condition::new(&self.region, fact)),
        });
        let step = Step {
            id: id.clone(),
            part: part.part,
            needs,
            title: part.title,
            why: part.why,
            guards,
            commands: part.commands,
            calls: part.calls.into_iter().map(call).collect(),
            until,
            undo: part.undo.into_iter().map(call).collect(),
            on_failure: part.on_failure,
        };
        self.takes.insert(id.clone(), part.takes_s);
        self.steps.push(step);
        id
    }

    /// The plan.
    ///
    /// # Errors
    /// Where a part or a guard is named that there is not, or the critic objects.
    pub fn finish(mut self, intent: &Intent) -> Result<Plan, Refusal> {
        self.skip(&intent.skip)?;
        self.accept(&intent.accept)?;
        let expected_s = self.expected();
        let target: Vec<&str> = intent.targets.iter().map(|target| &**target).collect();
        let mut plan = Plan {
            id: self.ground.id.clone(),
            operation: intent.operation.clone(),
            target: target.join(",").into(),
            account: self.ground.account.clone(),
            account_name: self.ground.account_name.into(),
            region: self.region,
            made_at: self.ground.now,
            made_from: self.made_from,
            intent: intent.clone(),
            on_surprise: if intent.targets.len() > 1 { Surprise::HoldAll } else { Surprise::HoldLane },
            summary: Summary {
                changes: self.changes,
                cannot_undo: self.cannot_undo,
                expected_s,
                confirm: Confirm { kind: ConfirmKind::Key, token: self.token.clone() },
                why: self.why,
                rules: self.rules,
                parts: self.parts,
                notes: self.notes,
                expires_at: self.expires_at,
            },
            steps: self.steps,
        };
        let kind = fitting(&plan).max(self.asked.unwrap_or(ConfirmKind::Key));
        let token = if kind == ConfirmKind::Account { self.ground.account_name.into() } else { self.token };
        plan.summary.confirm = Confirm { kind, token };
        match critic::objections(&plan).as_slice() {
            [] => Ok(plan),
            objections => Err(Refusal::new(
                format!("the plan does not stand: {}", objections.join("; ")),
                "this is a mistake of fournines: nothing was done; please report it with `plan --json`",
            )),
        }
    }

    /// Leaves out parts. What came after one goes on without it.
    fn skip(&mut self, skip: &[Text]) -> Result<(), Refusal> {
        let is_part = |part: &Text| {
            self.steps.iter().any(|step| step.part == *part) || self.parts.iter().any(|row| row.part == *part)
        };
        if let Some(unknown) = skip.iter().find(|part| !is_part(part)) {
            let rows = self.parts.iter().map(|row| &*row.part);
            let mut parts: Vec<&str> = self.steps.iter().map(|step| &*step.part).chain(rows).collect();
            parts.sort_unstable();
            parts.dedup();
            return Err(Refusal::new(
                format!("there is no part `{unknown}` to skip"),
                format!("parts: {}", parts.join(", ")),
            ));
        }
        let gone: Vec<StepId> =
            self.steps.iter().filter(|step| skip.contains(&step.part)).map(|step| step.id.clone()).collect();
        self.steps.retain(|step| !skip.contains(&step.part));
        for step in &mut self.steps {
            step.needs.retain(|need| !gone.contains(need));
        }
        Ok(())
    }

    /// Lets guards pass, with reasons. A guard that blocks is none of those: a launch or an end never goes ahead without it.
    fn accept(&mut self, accept: &BTreeMap<Text, Text>) -> Result<(), Refusal> {
        for (id, reason) in accept {
            let guard = self.steps.iter_mut().flat_map(|step| &mut step.guards).find(|guard| guard.id == *id);
            match guard {
                None => {
                    let ids: Vec<&str> =
                        self.steps.iter().flat_map(|step| &step.guards).map(|guard| &*guard.id).collect();
                    return Err(Refusal::new(
                        format!("there is no guard `{id}`"),
                        format!("guards: {}", ids.join(", ")),
                    ));
                }
                Some(guard) if guard.level == Level::Block => {
                    return Err(Refusal::new(
                        format!("{id} cannot be let pass: without it nothing is called"),
                        "make it hold, or choose another way",
                    ));
                }
                Some(_) if reason.trim().is_empty() => {
                    return Err(Refusal::new(format!("{id} is let pass only with a reason"), "give one with --reason"));
                }
                Some(guard) => guard.accepted = Some(reason.clone()),
            }
        }
        Ok(())
    }

    /// Seconds of the longest chain of steps.
    fn expected(&self) -> u64 {
        let mut ends: BTreeMap<&StepId, u64> = BTreeMap::new();
        for step in &self.steps {
            let begins = step.needs.iter().filter_map(|need| ends.get(need)).max().copied().unwrap_or(0);
            // A call and the reads around it take some seconds.
            ends.insert(&step.id, begins + self.takes.get(&step.id).copied().unwrap_or(0) + 5);
        }
        ends.into_values().max().unwrap_or(0)
    }
}

/// What is asked for the gravest that a plan does.
fn fitting(plan: &Plan) -> ConfirmKind {
    match plan.risk() {
        Risk::Irreversible => ConfirmKind::Account,
        Risk::Disruptive if !plan.summary.cannot_undo.is_empty() => ConfirmKind::Target,
        Risk::Disruptive | Risk::Harmless => ConfirmKind::Key,
    }
}
