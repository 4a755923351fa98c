//! Operations at run time: the account that a run works on.
//!
//! Owns: how plans are made from a reading, and where runs live. May know: everything. Must stay true: nothing is called here but through
//! the engine.

pub mod account;
