//! What the audit goes by, and the risks that somebody has accepted.

use jiff::Timestamp;

/// Thresholds of the audit's checks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AuditRules {
    /// Days after which the newest image or snapshot in the other region is too old.
    pub dr_age_days: u32,
    /// Days after which a machine of its own counts as old.
    pub god_age_days: u32,
    /// Seconds that resolvers may keep a database's name (`aws-domain.md` C.4).
    pub dns_ttl_s: u32,
}

impl Default for AuditRules {
    fn default() -> Self {
        Self { dr_age_days: 30, god_age_days: 180, dns_ttl_s: 60 }
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
