//! Guards: what must be so before a call, asked of what was read just now.
//!
//! Must stay true: unknown never counts as holding; what blocks cannot be accepted, what warns only with a reason.

use super::super::account::Account;
use super::super::past::StepPast;
use super::super::ports::{Commands, Listener};
use super::super::sabotage::Sabotage;
use super::{Halt, Run};
use crate::journal::{Checked, Event, Sink};
use crate::operation::plan::{Guard, Level};
use crate::operation::{Condition, Fact, Step};

impl<A: Account, C: Commands, L: Listener, S: Sink> Run<A, C, L, S> {
    /// Asks the guards of a step. What they said, or that it is held.
    pub(super) async fn guards(&self, step: &Step) -> Result<Vec<Checked>, Halt> {
        let guards = self.asked(step);
        let fill = self.look(|past| past.fill(None));
        let filled: Vec<(&Guard, Result<Condition, String>)> = guards
            .into_iter()
            .map(|guard| (guard, fill.fill(&guard.condition).map_err(|blank| blank.to_string())))
            .collect();
        let conditions = || filled.iter().filter_map(|(_, condition)| condition.as_ref().ok());
        let estate = self.read(|estate| conditions().flat_map(|condition| condition.needs(estate)).collect()).await;
        let now = self.now();
        let checked: Vec<Checked> = filled
            .iter()
            .map(|(guard, condition)| {
                let answer = match condition {
                    Ok(condition) => condition.answer(&estate, now),
                    Err(blank) => crate::operation::Answer { holds: None, detail: blank.clone(), age: None },
                };
                let accepted =
                    guard.accepted.clone().or_else(|| self.look(|past| past.accepted.get(&guard.id).cloned()));
                Checked {
                    guard: guard.id.clone(),
                    level: guard.level,
                    holds: answer.holds,
                    detail: answer.detail,
                    age_s: answer.age.map(|age| age.as_secs_f64()),
                    accepted,
                }
            })
            .collect();
        match checked.iter().any(|guard| !self.passes(guard)) {
            true => Err(self.refuse(step, checked)?),
            false => Ok(checked),
        }
    }

    /// The guards that still mean something: once a call of the step may have happened, what was so before it need not be so any more,
    /// but floors must hold; once all is called, none.
    fn asked<'s>(&self, step: &'s Step) -> Vec<&'s Guard> {
        if self.is(Sabotage::GuardsSkipped) {
            return Vec::new();
        }
        let (has_called, all_called) = self
            .look_step(&step.id, |past| (past.has_called(), past.applied() == step.calls.len()))
            .unwrap_or_default();
        if has_called && all_called {
            return Vec::new();
        }
        step.guards.iter().filter(|guard| !has_called || is_floor(&guard.condition.fact)).collect()
    }

    fn passes(&self, guard: &Checked) -> bool {
        if self.is(Sabotage::GuardsInverted) {
            return guard.holds == Some(false);
        }
        let holds = guard.holds == Some(true) || (self.is(Sabotage::UnknownHolds) && guard.holds.is_none());
        let may_be_accepted = guard.level == Level::Warn || self.is(Sabotage::BlockAccepted);
        holds || (may_be_accepted && guard.accepted.is_some())
    }

    /// Journals the guards that do not let the step pass.
    fn refuse(&self, step: &Step, checked: Vec<Checked>) -> Result<Halt, Halt> {
        let untouched = self.look(|past| !past.has_called());
        let failing: Vec<Checked> = checked.into_iter().filter(|guard| !self.passes(guard)).collect();
        let reason = failing.iter().map(|guard| guard.detail.as_str()).collect::<Vec<_>>().join("; ");
        let changed =
            untouched && failing.iter().any(|guard| guard.level == Level::Block && guard.holds == Some(false));
        let mut rest = failing.into_iter();
        if let Some(guard) = rest.next() {
            self.write(Some(&step.id), Event::GuardFailed { guard })?;
        }
        // The step is held by the first; the others are told with the hold.
        self.hold(step, reason.clone())?;
        Ok(if changed { Halt::Changed(reason) } else { Halt::Held })
    }
}

/// Whether a fact is a floor that must hold before each call, however many were made.
fn is_floor(fact: &Fact) -> bool {
    match fact {
        Fact::InService { .. }
        | Fact::Healthy { .. }
        | Fact::HealthyClassic { .. }
        | Fact::InServiceOutside { .. }
        | Fact::HealthyOutside { .. } => true,
        Fact::All { of } => of.iter().all(is_floor),
        _ => false,
    }
}

impl StepPast {
    /// How many of its calls happened.
    pub(super) fn applied(&self) -> usize {
        use super::super::past::Fate;
        self.calls.values().filter(|call| call.fate == Fate::Applied).count()
    }
}
