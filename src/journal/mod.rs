//! The journal: one file of JSON Lines an operation, from which alone everything that was done can be told, resumed and undone.
//!
//! Owns: [`Record`] and, as they are built, the files. May know: operation. Must stay true: a line is on disk before what it
//! announces is done; a line that was changed afterwards is seen; nothing secret is written.

mod record;

pub use record::{Checked, Event, Found, Host, Phase, Record, Sent};
