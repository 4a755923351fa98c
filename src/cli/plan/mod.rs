//! `fournines plan`: what an operation would do, for people and for scripts; and plans that are kept for somebody's review.
//!
//! Owns: its forms (`contract.md`, plan --json). Depends on: operation. Must stay true: every call is shown as it will be sent; a guard of
//! which nobody knows is `null`, and so is one of a later step that does not hold yet; a kept plan that was changed is refused.

mod document;
mod saved;
mod text;

use jiff::Timestamp;

use super::status::AccountLabel;
use super::{Ending, Exit, Rendered};
use crate::estate::Estate;
use crate::operation::plan::{Guard, Level, Refusal};
use crate::operation::{Answer, Intent, Plan, Step};

pub use saved::{SavedError, from_saved, saved};

/// What a plan is shown with.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// What was wanted.
    pub intent: &'a Intent,
    /// What is known, by which guards are answered.
    pub estate: &'a Estate,
    /// What the account is called.
    pub label: &'a AccountLabel,
    /// AWS's time.
    pub now: Timestamp,
}

/// A plan, or why there is none. What would stop a run at once is told beside it.
pub fn render(outcome: Result<&Plan, &Refusal>, seen: Seen<'_>, json: bool) -> Rendered {
    let text = match json {
        true => super::document::write(&document::value(outcome, seen)),
        false => text::text(outcome, seen),
    };
    let notes = outcome.ok().into_iter().flat_map(|plan| failing(plan, seen)).collect();
    let exit = if outcome.is_ok() { Exit::Done } else { Exit::Run(Ending::Refused) };
    Rendered { text, notes, exit }
}

/// What a guard says now. Of a step that comes after others it is asked when that begins: what they do is not done yet.
fn answer(step: &Step, guard: &Guard, seen: Seen<'_>) -> Answer {
    let answer = guard.condition.answer(seen.estate, seen.now);
    match step.needs.is_empty() || answer.holds == Some(true) {
        true => answer,
        false => Answer { holds: None, detail: format!("asked in its turn; now: {}", answer.detail), age: answer.age },
    }
}

/// Guards of the first steps that would stop a run now.
fn failing(plan: &Plan, seen: Seen<'_>) -> Vec<String> {
    let first = plan.steps.iter().filter(|step| step.needs.is_empty());
    let guards = first.flat_map(|step| step.guards.iter().map(move |guard| (step, guard)));
    guards
        .filter(|(_, guard)| guard.accepted.is_none())
        .filter_map(|(step, guard)| {
            let answer = answer(step, guard, seen);
            let word = match answer.holds {
                Some(true) => return None,
                Some(false) => "does not hold",
                None => "is not known",
            };
            let next = match guard.level {
                Level::Block => "a run would stop here",
                Level::Warn => "let it pass with --accept and --reason",
            };
            Some(format!("{} {word}: {}; {next}", guard.id, answer.detail))
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
