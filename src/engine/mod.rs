//! The one place that changes anything: runs a plan step by step, journals, waits, resumes, undoes.
//!
//! Owns: the run. May know: journal, operation, judge, estate. Must stay true: nothing is called that the journal did not announce
//! first; nothing is sent twice blindly; unknown never counts as holding.

mod account;

pub use account::Account;
