//! How a run stands as a whole, and where what happens to it leads: the same for the engine and for whoever watches.

use serde::{Deserialize, Serialize};

use crate::journal::Event;

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Planned, not confirmed.
    Planned,
    /// It goes on, or was killed while it did.
    Running,
    /// No further call is made until it is resumed.
    Paused,
    /// It stopped between calls, and can be resumed.
    Stopped,
    /// What was done is being taken back.
    Undoing,
    /// All is done.
    Done,
    /// What was done is taken back.
    Undone,
    /// It was given up.
    Failed,
}

impl Standing {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Undoing => "undoing",
            Self::Done => "done",
            Self::Undone => "undone",
            Self::Failed => "failed",
        }
    }

    /// How it stands after something that names no step; `undoing` says whether what was done is to be taken back.
    #[must_use]
    pub fn after(self, event: &Event, undoing: bool) -> Self {
        match event {
            Event::Resumed { .. } if undoing => Self::Undoing,
            Event::Confirmed { .. } | Event::Resumed { .. } => Self::Running,
            Event::Paused { .. } => Self::Paused,
            Event::Stopped { .. } => Self::Stopped,
            Event::Undoing { .. } => Self::Undoing,
            Event::Undone { .. } => Self::Undone,
            Event::Done { .. } => Self::Done,
            Event::Failed { .. } => Self::Failed,
            _ => self,
        }
    }
}
