//! `[audit]`: thresholds of the audit.

use serde::Deserialize;
use toml::Spanned;

use crate::judge::policy::AuditRules;

use super::super::document::{Document, as_is};
use super::super::error::ConfigError;
use super::super::origin::{Entry, Setting};
use super::check_days;

/// What `[audit]` may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    dr_age_days: Option<Spanned<u32>>,
    god_age_days: Option<Spanned<u32>>,
    dns_ttl_s: Option<Spanned<u32>>,
}

/// The table in force.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditTable {
    /// Days after which the newest image or snapshot in the other region is too old.
    pub dr_age_days: Setting<u32>,
    /// Days after which a machine of its own counts as old.
    pub god_age_days: Setting<u32>,
    /// Seconds that resolvers may keep a database's name.
    pub dns_ttl_s: Setting<u32>,
}

impl Default for AuditTable {
    fn default() -> Self {
        let rules = AuditRules::default();
        Self {
            dr_age_days: Setting::default(rules.dr_age_days),
            god_age_days: Setting::default(rules.god_age_days),
            dns_ttl_s: Setting::default(rules.dns_ttl_s),
        }
    }
}

impl AuditTable {
    /// Takes in what the file says.
    pub(super) fn apply<T>(&mut self, document: &Document<'_, T>, keys: &Keys) -> Result<(), ConfigError> {
        document.apply(keys.dr_age_days.as_ref(), &mut self.dr_age_days, check_days)?;
        document.apply(keys.god_age_days.as_ref(), &mut self.god_age_days, check_days)?;
        document.apply(keys.dns_ttl_s.as_ref(), &mut self.dns_ttl_s, as_is)?;
        Ok(())
    }

    /// What the judgement goes by.
    pub(super) fn judgement(&self) -> AuditRules {
        AuditRules {
            dr_age_days: self.dr_age_days.value,
            god_age_days: self.god_age_days.value,
            dns_ttl_s: self.dns_ttl_s.value,
        }
    }

    /// Every key in words, with its origin.
    pub(super) fn entries(&self) -> Vec<Entry> {
        vec![
            Entry::new("audit.dr_age_days", &self.dr_age_days, self.dr_age_days.value),
            Entry::new("audit.god_age_days", &self.god_age_days, self.god_age_days.value),
            Entry::new("audit.dns_ttl_s", &self.dns_ttl_s, self.dns_ttl_s.value),
        ]
    }
}
