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
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Verdict(verdict) => verdict.exit_code(),
            // clap's own 2 would say critical.
            Self::SetUp => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
