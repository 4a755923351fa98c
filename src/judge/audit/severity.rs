//! How grave a flaw is.

use serde::Serialize;

use crate::judge::Verdict;

/// How grave a flaw is, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// One ordinary failure takes a service down, or loses data.
    High,
    /// A failure lasts longer or spreads wider than it must.
    Medium,
    /// Worth tidying.
    Low,
}

impl Severity {
    /// Every severity, the gravest first.
    pub const ALL: &'static [Severity] = &[Self::High, Self::Medium, Self::Low];

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }

    /// The account's verdict that it asks for.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::High => Verdict::Critical,
            Self::Medium | Self::Low => Verdict::Warning,
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
