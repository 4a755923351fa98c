//! `[headroom]`: how full what remains may become.

use serde::Deserialize;
use toml::Spanned;

use crate::judge::policy::HeadroomRules;

use super::super::document::Document;
use super::super::error::ConfigError;
use super::super::origin::{Entry, Setting};
use super::{check_not_negative, check_percent};

/// What `[headroom]` may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    cpu_limit: Option<Spanned<f64>>,
    idle_cpu: Option<Spanned<f64>>,
}

/// The table in force.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadroomTable {
    /// Per cent of CPU that a service may reach once a zone is gone.
    pub cpu_limit: Setting<f64>,
    /// Per cent of CPU that an instance uses without any work.
    pub idle_cpu: Setting<f64>,
}

impl Default for HeadroomTable {
    fn default() -> Self {
        let rules = HeadroomRules::default();
        Self { cpu_limit: Setting::default(rules.cpu_limit), idle_cpu: Setting::default(rules.idle_cpu) }
    }
}

impl HeadroomTable {
    /// Takes in what the file says.
    pub(super) fn apply<T>(&mut self, document: &Document<'_, T>, keys: &Keys) -> Result<(), ConfigError> {
        document.apply(keys.cpu_limit.as_ref(), &mut self.cpu_limit, check_percent)?;
        document.apply(keys.idle_cpu.as_ref(), &mut self.idle_cpu, check_not_negative)?;
        let (idle, limit) = (self.idle_cpu.value, self.cpu_limit.value);
        match keys.idle_cpu.as_ref().or(keys.cpu_limit.as_ref()) {
            Some(key) if idle >= limit => {
                Err(document.error(key, format!("idle_cpu {idle} must be below cpu_limit {limit}")))
            }
            _ => Ok(()),
        }
    }

    /// What the judgement goes by.
    pub(super) fn judgement(&self) -> HeadroomRules {
        HeadroomRules { cpu_limit: self.cpu_limit.value, idle_cpu: self.idle_cpu.value }
    }

    /// Every key in words, with its origin.
    pub(super) fn entries(&self) -> Vec<Entry> {
        vec![
            Entry::new("headroom.cpu_limit", &self.cpu_limit, self.cpu_limit.value),
            Entry::new("headroom.idle_cpu", &self.idle_cpu, self.idle_cpu.value),
        ]
    }
}
