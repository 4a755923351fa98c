//! What an operation left away, so that it can be given back: by this machine, by another, or by whoever sees only the account.
//!
//! Owns: [`Record`]. Depends on: plans and calls. Must stay true: plain data, read from a journal by the engine and never written by
//! hand; what was taken back already is not in it.

mod record;

pub use record::{Applied, Record};
