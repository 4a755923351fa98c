//! `[audit]`: thresholds of the audit.

use serde::Deserialize;
use toml::Spanned;

use crate::judge::policy::AuditRules;

use super::super::document::Document;
use super::super::error::ConfigError;
use super::super::origin::{Entry, Setting};
use super::check_days;

/// What `[audit]` may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    dr_age_days: Option<Spanned<u32>>,
}

/// The table in force.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditTable {
    /// Days after which the newest image or snapshot in the other region is too old.
    pub dr_age_days: Setting<u32>,
}

impl Default for AuditTable {
    fn default() -> Self {
        let rules = AuditRules::default();
        Self { dr_age_days: Setting::default(rules.dr_age_days) }
    }
}

impl AuditTable {
    /// Takes in what the file says.
    pub(super) fn apply<T>(&mut self, document: &Document<'_, T>, keys: &Keys) -> Result<(), ConfigError> {
        document.apply(keys.dr_age_days.as_ref(), &mut self.dr_age_days, check_days)?;
        Ok(())
    }

    /// What the judgement goes by.
    pub(super) fn judgement(&self) -> AuditRules {
        AuditRules { dr_age_days: self.dr_age_days.value }
    }

    /// Every key in words, with its origin.
    pub(super) fn entries(&self) -> Vec<Entry> {
        vec![Entry::new("audit.dr_age_days", &self.dr_age_days, self.dr_age_days.value)]
    }
}
