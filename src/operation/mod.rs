//! What may be done to the account: every change is a value, planned before it is made.
//!
//! Owns: [`Call`], every mutating request that the product can make; [`Condition`], what must be so before and after. May know: estate. Must stay true: nothing here reads a clock,
//! waits or sends anything; what a plan shows is what is sent.

pub mod call;
pub mod condition;
pub mod fill;
pub mod need;
pub mod plan;
pub mod trace;

pub use call::{Action, Call, Repeat, Risk};
pub use condition::{Answer, Condition, Fact};
pub use fill::{Blank, Fill};
pub use need::{Need, What};
pub use plan::{LocalCommand, Plan, Refusal, Step, StepId};
