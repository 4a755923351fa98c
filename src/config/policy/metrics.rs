//! `[metrics]`: what CloudWatch metrics may cost.

use serde::Deserialize;
use toml::Spanned;

use crate::judge::policy::MetricRules;

use super::super::document::Document;
use super::super::error::ConfigError;
use super::super::origin::{Entry, Setting};
use super::{check_not_negative, check_positive};

/// What `[metrics]` may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    usd_a_day: Option<Spanned<f64>>,
    usd_per_thousand: Option<Spanned<f64>>,
}

/// The table in force.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricsTable {
    /// US dollars a day that all metrics together may cost; 0 asks for none.
    pub usd_a_day: Setting<f64>,
    /// What a thousand metrics asked for cost.
    pub usd_per_thousand: Setting<f64>,
}

impl Default for MetricsTable {
    fn default() -> Self {
        let rules = MetricRules::default();
        Self {
            usd_a_day: Setting::default(rules.usd_a_day),
            usd_per_thousand: Setting::default(rules.usd_per_thousand),
        }
    }
}

impl MetricsTable {
    /// Takes in what the file says.
    pub(super) fn apply<T>(&mut self, document: &Document<'_, T>, keys: &Keys) -> Result<(), ConfigError> {
        document.apply(keys.usd_a_day.as_ref(), &mut self.usd_a_day, check_not_negative)?;
        document.apply(keys.usd_per_thousand.as_ref(), &mut self.usd_per_thousand, check_positive)?;
        Ok(())
    }

    /// What the judgement goes by.
    pub(super) fn judgement(&self) -> MetricRules {
        MetricRules { usd_a_day: self.usd_a_day.value, usd_per_thousand: self.usd_per_thousand.value }
    }

    /// Every key in words, with its origin.
    pub(super) fn entries(&self) -> Vec<Entry> {
        vec![
            Entry::new("metrics.usd_a_day", &self.usd_a_day, self.usd_a_day.value),
            Entry::new("metrics.usd_per_thousand", &self.usd_per_thousand, self.usd_per_thousand.value),
        ]
    }
}
