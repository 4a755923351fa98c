//! `fournines journal`: operations, their steps and calls, whether the record was changed, and how it moves to another machine.
//!
//! Owns: its forms. Depends on: the journal, and a run's past. Must stay true: what is told comes from the lines alone; a journal that was
//! changed is told as such before anything else of it.

mod carry;
mod document;
mod text;

use jiff::Timestamp;

use super::{Exit, Rendered};
use crate::engine::{Past, Standing, State};
use crate::id::Text;
use crate::journal::{Event, Host, Reading, Record};
use crate::judge::Verdict;

pub use carry::{Carried, CarryError, export, import};

/// An operation's journal as it was read.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The operation's id: the file's name.
    pub id: Text,
    /// Its lines.
    pub reading: Reading,
    /// Whether a run writes it at this moment.
    pub is_written: bool,
}

/// How an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It goes on.
    Running,
    /// Part of it is held and asks.
    Held,
    /// It waits to be resumed, its process alive.
    Paused,
    /// What it did is being taken back.
    Undoing,
    /// It stopped part-way, or its process is gone; it can be resumed.
    Stopped,
    /// All is done.
    Done,
    /// What it did is taken back.
    Undone,
    /// It was given up.
    Failed,
    /// Its journal was changed, or tells no run.
    Broken,
}

impl Condition {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Held => "held",
            Self::Paused => "paused",
            Self::Undoing => "undoing",
            Self::Stopped => "stopped",
            Self::Done => "done",
            Self::Undone => "undone",
            Self::Failed => "failed",
            Self::Broken => "broken",
        }
    }

    /// Whether there is something left to do.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Done | Self::Undone | Self::Failed | Self::Broken)
    }
}

impl Kept {
    /// What the lines tell; none where they tell no run.
    pub fn past(&self) -> Option<Past> {
        Past::of(&self.reading.records).ok().filter(|_| self.reading.broken.is_empty())
    }

    /// How it stands.
    pub fn condition(&self, past: Option<&Past>) -> Condition {
        let Some(past) = past else { return Condition::Broken };
        let held = past.steps().any(|(_, step)| matches!(step.state, State::Held | State::UndoHeld));
        match past.standing {
            Standing::Done => Condition::Done,
            Standing::Undone => Condition::Undone,
            Standing::Failed => Condition::Failed,
            // Nobody writes it, so nobody goes on with it, whatever its last line says.
            _ if !self.is_written => Condition::Stopped,
            Standing::Planned | Standing::Running | Standing::Undoing if held => Condition::Held,
            Standing::Planned | Standing::Running => Condition::Running,
            Standing::Undoing => Condition::Undoing,
            Standing::Paused => Condition::Paused,
            Standing::Stopped => Condition::Stopped,
        }
    }

    /// When its first and last lines were written.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let (first, last) = (self.reading.records.first()?, self.reading.records.last()?);
        Some((first.at, last.at))
    }

    /// Where it runs, or ran last.
    pub fn host(&self) -> Option<&Host> {
        self.reading.records.iter().rev().find_map(|record| match &record.event {
            Event::Confirmed { host, .. } => Some(host),
            Event::Resumed { host, .. } => host.as_ref(),
            _ => None,
        })
    }

    /// Who confirmed it.
    pub fn by(&self) -> Option<&Text> {
        self.reading.records.iter().find_map(|record| match &record.event {
            Event::Confirmed { confirmed_by, .. } => Some(confirmed_by),
            _ => None,
        })
    }

    /// Its last record.
    pub fn last(&self) -> Option<&Record> {
        self.reading.records.last()
    }
}

/// Operations, the newest first.
pub fn list(kept: &[Kept], json: bool) -> Rendered {
    let text = if json { document::list(kept) } else { text::list(kept) };
    Rendered { text, notes: broken(kept), exit: Exit::Done }
}

/// One operation.
pub fn show(kept: &Kept, json: bool) -> Rendered {
    let text = if json { document::show(kept) } else { text::show(kept) };
    Rendered { text, notes: broken(std::slice::from_ref(kept)), exit: Exit::Done }
}

/// Whether any line was changed: ends with 0, or with 2 and the lines.
pub fn verify(kept: &[Kept], json: bool) -> Rendered {
    let sound = kept.iter().all(|one| one.reading.broken.is_empty());
    let text = if json { document::verify(kept) } else { text::verify(kept) };
    let verdict = if sound { Verdict::Ok } else { Verdict::Critical };
    Rendered { text, notes: Vec::new(), exit: Exit::Verdict(verdict) }
}

fn broken(kept: &[Kept]) -> Vec<String> {
    let lines = kept.iter().filter_map(|one| Some((&one.id, one.reading.broken.first()?)));
    lines
        .map(|(id, first)| format!("fournines: {id}: {first}; do not act on it (`fournines journal verify {id}`)"))
        .collect()
}
