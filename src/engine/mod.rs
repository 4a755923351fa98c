//! The one place that changes anything: runs a plan step by step, journals, waits, resumes, undoes.
//!
//! Owns: the run. May know: journal, operation, judge, estate. Must stay true: nothing is called that the journal did not announce
//! first; nothing is sent twice blindly; unknown never counts as holding.

mod account;
mod locks;
mod order;
mod past;
mod ports;
mod run;
mod sabotage;
mod state;

pub use account::Account;
pub use locks::{Holder, LockError, Locks, things};
pub use order::{Asked, NotNow, Order};
pub use past::{CallPast, Fate, Odd, Past, Standing, StepPast};
pub use ports::{Commands, Listener, NoCommands};
pub use run::{Ended, Outcome, Run, Settings, StartError};
pub use state::{Illegal, Input, State, next};

#[cfg(test)]
mod tests;
