//! Planners on accounts made by hand: every row of C.1's table, the incidents of F, and what holds of any plan.
#![allow(clippy::unwrap_used, clippy::panic)]

mod alone;
mod any;
mod batch;
pub(super) mod fixture;
mod members;
mod policy;
mod shifts;
mod sizes;
mod traces;
