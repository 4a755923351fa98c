//! `[zones]`: when a zone stands out.

use serde::Deserialize;
use toml::Spanned;

use crate::judge::policy::ZoneRules;

use super::super::document::{Document, as_is};
use super::super::error::ConfigError;
use super::super::origin::{Entry, Setting};
use super::{check_availability, check_count, check_not_negative, check_positive, check_share};

/// The most one-minute periods: as far back as changes are remembered.
const MOST_PERIODS: usize = 360;

/// What `[zones]` may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    share: Option<Spanned<f64>>,
    elsewhere: Option<Spanned<f64>>,
    hosts: Option<Spanned<usize>>,
    periods: Option<Spanned<usize>>,
    bad_periods: Option<Spanned<usize>>,
    checks_share: Option<Spanned<f64>>,
    grace_s: Option<Spanned<u32>>,
    doubt: Option<Spanned<f64>>,
    min_requests: Option<Spanned<f64>>,
    min_errors: Option<Spanned<f64>>,
    availability: Option<Spanned<f64>>,
    latency_ratio: Option<Spanned<f64>>,
    latency_s: Option<Spanned<f64>>,
    traffic_share: Option<Spanned<f64>>,
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
    /// Share of a zone's instances that must fail their status checks.
    pub checks_share: Setting<f64>,
    /// Seconds before a new target's health counts, where no group of its own says.
    pub grace_s: Setting<u32>,
    /// How likely it may at most be that a zone is sick of which a single service alone fails.
    pub doubt: Setting<f64>,
    /// Requests a zone must have had for its errors to say anything.
    pub min_requests: Setting<f64>,
    /// Errors a zone must have had for them to say anything.
    pub min_errors: Setting<f64>,
    /// Availability that a zone must have missed for its errors to hurt anybody.
    pub availability: Setting<f64>,
    /// How many times the others' latency a zone's must be.
    pub latency_ratio: Setting<f64>,
    /// Seconds below which a latency hurts nobody.
    pub latency_s: Setting<f64>,
    /// Share of its peers' requests below which a zone gets no traffic to speak of.
    pub traffic_share: Setting<f64>,
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
            checks_share: Setting::default(rules.checks_share),
            grace_s: Setting::default(rules.grace_s),
            doubt: Setting::default(rules.doubt),
            min_requests: Setting::default(rules.min_requests),
            min_errors: Setting::default(rules.min_errors),
            availability: Setting::default(rules.availability),
            latency_ratio: Setting::default(rules.latency_ratio),
            latency_s: Setting::default(rules.latency_s),
            traffic_share: Setting::default(rules.traffic_share),
        }
    }
}

impl ZonesTable {
    /// Takes in what the file says.
    pub(super) fn apply<T>(&mut self, document: &Document<'_, T>, keys: &Keys) -> Result<(), ConfigError> {
        document.apply(keys.share.as_ref(), &mut self.share, check_share)?;
        document.apply(keys.elsewhere.as_ref(), &mut self.elsewhere, check_share)?;
        document.apply(keys.hosts.as_ref(), &mut self.hosts, check_count)?;
        document.apply(keys.periods.as_ref(), &mut self.periods, check_periods)?;
        document.apply(keys.bad_periods.as_ref(), &mut self.bad_periods, check_count)?;
        document.apply(keys.checks_share.as_ref(), &mut self.checks_share, check_share)?;
        document.apply(keys.grace_s.as_ref(), &mut self.grace_s, as_is)?;
        document.apply(keys.doubt.as_ref(), &mut self.doubt, check_share)?;
        document.apply(keys.min_requests.as_ref(), &mut self.min_requests, check_positive)?;
        document.apply(keys.min_errors.as_ref(), &mut self.min_errors, check_positive)?;
        document.apply(keys.availability.as_ref(), &mut self.availability, check_availability)?;
        document.apply(keys.latency_ratio.as_ref(), &mut self.latency_ratio, check_ratio)?;
        document.apply(keys.latency_s.as_ref(), &mut self.latency_s, check_not_negative)?;
        document.apply(keys.traffic_share.as_ref(), &mut self.traffic_share, check_share)?;
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
            checks_share: self.checks_share.value,
            grace_s: self.grace_s.value,
            doubt: self.doubt.value,
            min_requests: self.min_requests.value,
            min_errors: self.min_errors.value,
            availability: self.availability.value,
            latency_ratio: self.latency_ratio.value,
            latency_s: self.latency_s.value,
            traffic_share: self.traffic_share.value,
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
            Entry::new("zones.checks_share", &self.checks_share, self.checks_share.value),
            Entry::new("zones.grace_s", &self.grace_s, self.grace_s.value),
            Entry::new("zones.doubt", &self.doubt, self.doubt.value),
            Entry::new("zones.min_requests", &self.min_requests, self.min_requests.value),
            Entry::new("zones.min_errors", &self.min_errors, self.min_errors.value),
            Entry::new("zones.availability", &self.availability, self.availability.value),
            Entry::new("zones.latency_ratio", &self.latency_ratio, self.latency_ratio.value),
            Entry::new("zones.latency_s", &self.latency_s, self.latency_s.value),
            Entry::new("zones.traffic_share", &self.traffic_share, self.traffic_share.value),
        ]
    }
}

fn check_periods(periods: usize) -> Result<usize, String> {
    if periods > MOST_PERIODS {
        return Err(format!("{periods} minutes are more than are remembered: at most {MOST_PERIODS}"));
    }
    check_count(periods)
}

fn check_ratio(ratio: f64) -> Result<f64, String> {
    if ratio > 1.0 && ratio.is_finite() { Ok(ratio) } else { Err(format!("{ratio} is not a ratio above 1")) }
}
