//! Operations at run time: how plans are drawn, where runs live, how they are told what to do, and how they are watched.
//!
//! Owns: the account that a run works on, the process that hosts it, its control socket, its programs. May know: everything. Must
//! stay true: nothing is called here but through the engine.

pub mod account;
mod attend;
mod console;
mod control;
pub mod drawing;
mod follow;
mod headless;
mod host;
mod place;
mod programs;
mod shelf;

pub(super) use console::{Operating, Told};
pub(super) use headless::{apply, plan, resume, undo};
pub(super) use host::host;
pub(super) use place::Place;
pub(super) use shelf::journal;
