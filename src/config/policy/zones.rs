//! `[zones]`: when a zone stands out.

use serde::Deserialize;
use toml::Spanned;

use crate::judge::policy::ZoneRules;

use super::super::document::Document;
use super::super::error::ConfigError;
use super::super::origin::{Entry, Setting};
use super::{check_count, check_positive, check_share};

/// What `[zones]` may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    share: Option<Spanned<f64>>,
    elsewhere: Option<Spanned<f64>>,
    hosts: Option<Spanned<usize>>,
    periods: Option<Spanned<usize>>,
    bad_periods: Option<Spanned<usize>>,
    min_requests: Option<Spanned<f64>>,
}

/// The table in force.
#[derive(Debug, Clone, PartialEq)]
pub struct ZonesTable {
    /// Share of a zone's serving targets from which it is conspicuous.
    pub share: Setting<f64>,
    /// Share in every other zone below which the conspicuous one stands out.
    pub elsewhere: Setting<f64>,
    /// Hosts that must be hit for it not to be one host's fault.
    pub hosts: Setting<usize>,
    /// One-minute periods looked at.
    pub periods: Setting<usize>,
    /// How many of them must be bad.
    pub bad_periods: Setting<usize>,
    /// Requests a zone must have had for its errors to say anything.
    pub min_requests: Setting<f64>,
}

impl Default for ZonesTable {
    fn default() -> Self {
        let rules = ZoneRules::default();
        Self {
            share: Setting::default(rules.share),
            elsewhere: Setting::default(rules.elsewhere),
            hosts: Setting::default(rules.hosts),
            periods: Setting::default(rules.periods),
            bad_periods: Setting::default(rules.bad_periods),
            min_requests: Setting::default(rules.min_requests),
        }
    }
}

impl ZonesTable {
    /// Takes in what the file says.
    pub(super) fn apply<T>(&mut self, document: &Document<'_, T>, keys: &Keys) -> Result<(), ConfigError> {
        document.apply(keys.share.as_ref(), &mut self.share, check_share)?;
        document.apply(keys.elsewhere.as_ref(), &mut self.elsewhere, check_share)?;
        document.apply(keys.hosts.as_ref(), &mut self.hosts, check_count)?;
        document.apply(keys.periods.as_ref(), &mut self.periods, check_count)?;
        document.apply(keys.bad_periods.as_ref(), &mut self.bad_periods, check_count)?;
        document.apply(keys.min_requests.as_ref(), &mut self.min_requests, check_positive)?;
        if self.elsewhere.value >= self.share.value {
            let (here, share) = (self.elsewhere.value, self.share.value);
            let message =
                format!("elsewhere {here} must be below share {share}: a zone stands out against better ones");
            if let Some(at) = keys.elsewhere.as_ref().or(keys.share.as_ref()) {
                return Err(document.error(at, message));
            }
        }
        if let Some(at) = keys.bad_periods.as_ref().or(keys.periods.as_ref())
            && self.bad_periods.value > self.periods.value
        {
            let (bad, all) = (self.bad_periods.value, self.periods.value);
            return Err(document.error(at, format!("bad_periods {bad} must not be above periods {all}")));
        }
        Ok(())
    }

    /// What the judgement goes by.
    pub(super) fn judgement(&self) -> ZoneRules {
        ZoneRules {
            share: self.share.value,
            elsewhere: self.elsewhere.value,
            hosts: self.hosts.value,
            periods: self.periods.value,
            bad_periods: self.bad_periods.value,
            min_requests: self.min_requests.value,
        }
    }

    /// Every key in words, with its origin.
    pub(super) fn entries(&self) -> Vec<Entry> {
        vec![
            Entry::new("zones.share", &self.share, self.share.value),
            Entry::new("zones.elsewhere", &self.elsewhere, self.elsewhere.value),
            Entry::new("zones.hosts", &self.hosts, self.hosts.value),
            Entry::new("zones.periods", &self.periods, self.periods.value),
            Entry::new("zones.bad_periods", &self.bad_periods, self.bad_periods.value),
            Entry::new("zones.min_requests", &self.min_requests, self.min_requests.value),
        ]
    }
}
