//! What the audit goes by, and the risks that somebody has accepted.

use jiff::Timestamp;

/// Thresholds of the audit's checks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AuditRules {
    /// Days after which the newest image or snapshot in the other region is too old.
    pub dr_age_days: u32,
}

impl Default for AuditRules {
    fn default() -> Self {
        Self { dr_age_days: 30 }
    }
}

/// A finding of the audit that its owner knows of and bears for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedRisk {
    /// The check's name.
    pub check: String,
    /// The subject's name or id; `*` stands for any text.
    pub subject: String,
    /// Who bears it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Until when; from then on it counts again.
    pub until: Timestamp,
}
