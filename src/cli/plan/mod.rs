//! `fournines plan`: what an operation would do, for people and for scripts; and plans that are kept for somebody's review.
//!
//! Owns: its forms (`contract.md`, plan --json). Depends on: operation. Must stay true: every call is shown as it will be sent; a guard of
//! which nobody knows is `null`; a kept plan that was changed is refused.

mod document;
mod saved;
mod text;

use jiff::Timestamp;

use super::status::AccountLabel;
use super::{Ending, Exit, Rendered};
use crate::estate::Estate;
use crate::operation::plan::{Guard, Refusal};
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

/// A plan, or why there is none.
pub fn render(outcome: Result<&Plan, &Refusal>, seen: Seen<'_>, json: bool) -> Rendered {
    let text = if json { document::document(outcome, seen) } else { text::text(outcome, seen) };
    let exit = if outcome.is_ok() { Exit::Done } else { Exit::Run(Ending::Refused) };
    Rendered { text, notes: Vec::new(), exit }
}

/// What a guard says now. One whose thing is yet to come cannot be answered before it has.
fn answer(guard: &Guard, seen: Seen<'_>) -> Answer {
    guard.condition.answer(seen.estate, seen.now)
}

/// Whether a step's guards are asked at once, or in their turn: after what it needs.
fn is_first(step: &Step) -> bool {
    step.needs.is_empty()
}
