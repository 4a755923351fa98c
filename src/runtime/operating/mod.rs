//! Operations at run time: where runs live, how they are told what to do, and how they are watched.
//!
//! Owns: the account that a run works on, the process that hosts it, its control socket, its programs. May know: everything. Must
//! stay true: nothing is called here but through the engine.

pub mod account;
mod attend;
mod control;
pub mod drawing;
mod follow;
mod host;
mod programs;
mod shelf;

pub(super) use host::host;
pub(super) use shelf::journal;
