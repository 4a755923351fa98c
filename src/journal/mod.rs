//! The journal: one file of JSON Lines an operation, from which alone everything that was done can be told, resumed and undone.
//!
//! Owns: [`Record`], the chain that lines form, their files, the folder of them. May know: operation. Must stay true: a line is on disk before what it
//! announces is done; a line that was changed afterwards is seen; nothing secret is written.

mod chain;
mod file;
mod record;
mod retention;
mod sink;
mod words;

pub use chain::{Broken, Link, Reading};
pub use file::{FileSink, OpenError, is_written, read};
pub use record::{Checked, Event, Found, Host, Phase, Record, Sent};
pub use retention::sweep;
pub use sink::{Journal, Sink, WriteError};

#[cfg(test)]
mod tests;
