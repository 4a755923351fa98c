//! What an operation left away, so that it can be given back: by this machine, by another, or by whoever sees only the account.
//!
//! Owns: [`Record`], what a journal tells; [`Change`], a field that was changed; the marks that AWS itself carries; [`merge()`], which tells what of
//! it is still ours. Depends on: plans, calls, the estate. Must stay true: plain data and pure functions; what was taken back already
//! is not in it; what somebody else changed is never taken for ours.

mod change;
pub mod marks;
mod merge;
mod present;
mod record;

pub use change::{Change, Field, Value, changes};
pub use merge::{Merged, Outcome, merge};
pub use present::Present;
pub use record::{Applied, Record};
