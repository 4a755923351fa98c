//! Whether the console may change anything: read-only until armed, for a while.
//!
//! Must stay true: what is armed has an end; that end never touches a run that has its grant.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long the console stays armed (`design.md`).
pub const ARMED_FOR: SignedDuration = SignedDuration::from_mins(30);

/// Whether the console may change anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It cannot.
    #[default]
    ReadOnly,
    /// What a review confirms is done.
    Armed {
        /// Until then.
        until: Timestamp,
    },
}

impl Mode {
    /// Whether it may now.
    pub fn is_armed(self, now: Timestamp) -> bool {
        matches!(self, Self::Armed { until } if now < until)
    }

    /// `READ-ONLY`, `ARMED 29m`.
    pub fn words(self, now: Timestamp) -> String {
        match self {
            Self::Armed { until } if now < until => {
                format!("ARMED {}", super::super::age::ahead(until.duration_since(now).as_secs()))
            }
            Self::Armed { .. } | Self::ReadOnly => "READ-ONLY".to_owned(),
        }
    }
}
