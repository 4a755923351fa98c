//! How the program ends, as scripts see it.

use std::process::ExitCode;

use crate::judge::Verdict;

/// Why the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It did what was asked.
    Done,
    /// The verdict asked for: 0 ok, 1 warning, 2 critical, 3 unknown, as Nagios counts.
    Verdict(Verdict),
    /// It could not begin: usage, config, theme, credentials.
    SetUp,
    /// How a run ended.
    Run(Ending),
}

/// How a run ended, or why there was none (`contract.md`, apply).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All is done.
    Done,
    /// Nothing was done: no plan, no confirmation, a guard that does not hold.
    Refused,
    /// Part of it is done; it can be resumed.
    Stopped,
    /// What was done is taken back.
    Undone,
    /// It was given up.
    Failed,
}

impl Ending {
    fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 10,
            Self::Stopped => 11,
            Self::Undone => 12,
            Self::Failed => 13,
        }
    }
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Verdict(verdict) => verdict.exit_code(),
            // clap's own 2 would say critical.
            Self::SetUp => 3,
            Self::Run(ending) => ending.code(),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
