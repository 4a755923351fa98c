//! A run as it is told while it goes on: `apply`, `resume` and `undo`, for people a line an event, for scripts a document a line.
//!
//! Owns: both forms, and how a run's end becomes an exit code. Depends on: the journal's records. Must stay true: every event is told;
//! a run that nobody can tell the end of never counts as done.

mod line;

use super::Ending;
use crate::journal::{Event, Record};

pub use line::line;

/// How a run ended, once a record says so.
pub fn ending(record: &Record) -> Option<Ending> {
    if record.step.is_some() {
        return None;
    }
    match record.event {
        Event::Done { .. } => Some(Ending::Done),
        Event::Stopped { .. } => Some(Ending::Stopped),
        Event::Undone { .. } => Some(Ending::Undone),
        Event::Failed { .. } => Some(Ending::Failed),
        Event::Planned { .. }
        | Event::Confirmed { .. }
        | Event::Resumed { .. }
        | Event::StepStarted { .. }
        | Event::GuardFailed { .. }
        | Event::Call(_)
        | Event::CallFailed { .. }
        | Event::Probed { .. }
        | Event::Command { .. }
        | Event::Waiting { .. }
        | Event::StepDone { .. }
        | Event::Skipped { .. }
        | Event::Paused { .. }
        | Event::Accepted { .. }
        | Event::Undoing { .. } => None,
    }
}

/// A record as `--json` tells it: one line of JSON, without the journal's chain.
pub fn document(record: &Record) -> String {
    super::document::write_line(record)
}
