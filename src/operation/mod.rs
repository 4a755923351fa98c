//! What may be done to the account: every change is a value, planned before it is made.
//!
//! Owns: [`Call`], every mutating request that the product can make; [`Condition`], what must be so before and after; [`Plan`], the two in
//! lanes; [`OPERATIONS`], a file each, which make plans or say why not. May know: estate, judgement. Must stay true: nothing here reads a
//! clock, waits or sends anything; what a plan shows is what is sent.

pub mod away;
mod back;
pub mod call;
pub mod condition;
pub mod draft;
pub mod evacuate;
pub mod fill;
mod gates;
pub mod ground;
pub mod iam;
pub mod intent;
pub mod lanes;
pub mod limits;
pub mod need;
pub mod plan;
mod reboot;
pub mod registry;
pub mod replace;
pub mod rules;
mod scale;
mod shifts;
mod standby;
pub mod trace;
mod wait;

pub use call::{Action, Call, Repeat, Risk};
pub use condition::{Answer, Condition, Fact};
pub use fill::{Blank, Fill};
pub use ground::{Ground, ZoneCalled};
pub use intent::{Field, FieldKind, Intent, TargetKind};
pub use limits::Limits;
pub use need::{Need, What};
pub use plan::{LocalCommand, Plan, Refusal, Step, StepId};
pub use registry::{OPERATIONS, Operation};
pub use rules::Rules;

#[cfg(test)]
mod tests;
