//! `[availability]`: the figures that the arithmetic begins from.

use serde::Deserialize;
use toml::Spanned;

use crate::judge::policy::AvailabilityRules;

use super::super::document::Document;
use super::super::error::ConfigError;
use super::super::origin::{Entry, Setting};
use super::{check_availability, check_not_negative};

/// What `[availability]` may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    instance: Option<Spanned<f64>>,
    zone: Option<Spanned<f64>>,
    balancer: Option<Spanned<f64>>,
    balancer_one_zone: Option<Spanned<f64>>,
    database_multi_az: Option<Spanned<f64>>,
    database_one_zone: Option<Spanned<f64>>,
    aurora: Option<Spanned<f64>>,
    aurora_one_zone: Option<Spanned<f64>>,
    failovers_a_year: Option<Spanned<f64>>,
    failover_multi_az_s: Option<Spanned<f64>>,
    failover_cluster_s: Option<Spanned<f64>>,
    failover_aurora_s: Option<Spanned<f64>>,
    shared: Option<Spanned<f64>>,
    target: Option<Spanned<f64>>,
}

/// The table in force.
#[derive(Debug, Clone, PartialEq)]
pub struct AvailabilityTable {
    /// One instance.
    pub instance: Setting<f64>,
    /// One zone.
    pub zone: Setting<f64>,
    /// A load balancer over zones.
    pub balancer: Setting<f64>,
    /// A load balancer in one zone.
    pub balancer_one_zone: Setting<f64>,
    /// A Multi-AZ database.
    pub database_multi_az: Setting<f64>,
    /// A database in one zone.
    pub database_one_zone: Setting<f64>,
    /// An Aurora cluster over zones.
    pub aurora: Setting<f64>,
    /// An Aurora cluster in one zone.
    pub aurora_one_zone: Setting<f64>,
    /// How often a year a database fails over.
    pub failovers_a_year: Setting<f64>,
    /// Seconds that a Multi-AZ instance takes to fail over.
    pub failover_multi_az_s: Setting<f64>,
    /// Seconds that a Multi-AZ cluster takes to fail over.
    pub failover_cluster_s: Setting<f64>,
    /// Seconds that Aurora takes to fail over.
    pub failover_aurora_s: Setting<f64>,
    /// What everything shares; 1 leaves it out.
    pub shared: Setting<f64>,
    /// What every service is held to, unless it says otherwise.
    pub target: Setting<f64>,
}

impl Default for AvailabilityTable {
    fn default() -> Self {
        let rules = AvailabilityRules::default();
        Self {
            instance: Setting::default(rules.instance),
            zone: Setting::default(rules.zone),
            balancer: Setting::default(rules.balancer),
            balancer_one_zone: Setting::default(rules.balancer_one_zone),
            database_multi_az: Setting::default(rules.database_multi_az),
            database_one_zone: Setting::default(rules.database_one_zone),
            aurora: Setting::default(rules.aurora),
            aurora_one_zone: Setting::default(rules.aurora_one_zone),
            failovers_a_year: Setting::default(rules.failovers_a_year),
            failover_multi_az_s: Setting::default(rules.failover_multi_az_s),
            failover_cluster_s: Setting::default(rules.failover_cluster_s),
            failover_aurora_s: Setting::default(rules.failover_aurora_s),
            shared: Setting::default(rules.shared),
            target: Setting::default(rules.target),
        }
    }
}

impl AvailabilityTable {
    /// Takes in what the file says.
    pub(super) fn apply<T>(&mut self, document: &Document<'_, T>, keys: &Keys) -> Result<(), ConfigError> {
        document.apply(keys.instance.as_ref(), &mut self.instance, check_availability)?;
        document.apply(keys.zone.as_ref(), &mut self.zone, check_availability)?;
        document.apply(keys.balancer.as_ref(), &mut self.balancer, check_availability)?;
        document.apply(keys.balancer_one_zone.as_ref(), &mut self.balancer_one_zone, check_availability)?;
        document.apply(keys.database_multi_az.as_ref(), &mut self.database_multi_az, check_availability)?;
        document.apply(keys.database_one_zone.as_ref(), &mut self.database_one_zone, check_availability)?;
        document.apply(keys.aurora.as_ref(), &mut self.aurora, check_availability)?;
        document.apply(keys.aurora_one_zone.as_ref(), &mut self.aurora_one_zone, check_availability)?;
        document.apply(keys.failovers_a_year.as_ref(), &mut self.failovers_a_year, check_not_negative)?;
        document.apply(keys.failover_multi_az_s.as_ref(), &mut self.failover_multi_az_s, check_not_negative)?;
        document.apply(keys.failover_cluster_s.as_ref(), &mut self.failover_cluster_s, check_not_negative)?;
        document.apply(keys.failover_aurora_s.as_ref(), &mut self.failover_aurora_s, check_not_negative)?;
        document.apply(keys.shared.as_ref(), &mut self.shared, check_shared)?;
        document.apply(keys.target.as_ref(), &mut self.target, check_availability)?;
        for (name, one, key, over) in [
            (
                "balancer",
                &self.balancer_one_zone,
                keys.balancer_one_zone.as_ref().or(keys.balancer.as_ref()),
                &self.balancer,
            ),
            (
                "database",
                &self.database_one_zone,
                keys.database_one_zone.as_ref().or(keys.database_multi_az.as_ref()),
                &self.database_multi_az,
            ),
            ("aurora", &self.aurora_one_zone, keys.aurora_one_zone.as_ref().or(keys.aurora.as_ref()), &self.aurora),
        ] {
            if let Some(at) = key.filter(|_| one.value > over.value) {
                let (one, over) = (one.value, over.value);
                return Err(
                    document.error(at, format!("{name}: {one} in one zone must not be above {over} over zones"))
                );
            }
        }
        Ok(())
    }

    /// What the judgement goes by.
    pub(super) fn judgement(&self) -> AvailabilityRules {
        AvailabilityRules {
            instance: self.instance.value,
            zone: self.zone.value,
            balancer: self.balancer.value,
            balancer_one_zone: self.balancer_one_zone.value,
            database_multi_az: self.database_multi_az.value,
            database_one_zone: self.database_one_zone.value,
            aurora: self.aurora.value,
            aurora_one_zone: self.aurora_one_zone.value,
            failovers_a_year: self.failovers_a_year.value,
            failover_multi_az_s: self.failover_multi_az_s.value,
            failover_cluster_s: self.failover_cluster_s.value,
            failover_aurora_s: self.failover_aurora_s.value,
            shared: self.shared.value,
            target: self.target.value,
        }
    }

    /// Every key in words, with its origin.
    pub(super) fn entries(&self) -> Vec<Entry> {
        vec![
            Entry::new("availability.instance", &self.instance, self.instance.value),
            Entry::new("availability.zone", &self.zone, self.zone.value),
            Entry::new("availability.balancer", &self.balancer, self.balancer.value),
            Entry::new("availability.balancer_one_zone", &self.balancer_one_zone, self.balancer_one_zone.value),
            Entry::new("availability.database_multi_az", &self.database_multi_az, self.database_multi_az.value),
            Entry::new("availability.database_one_zone", &self.database_one_zone, self.database_one_zone.value),
            Entry::new("availability.aurora", &self.aurora, self.aurora.value),
            Entry::new("availability.aurora_one_zone", &self.aurora_one_zone, self.aurora_one_zone.value),
            Entry::new("availability.failovers_a_year", &self.failovers_a_year, self.failovers_a_year.value),
            Entry::new("availability.failover_multi_az_s", &self.failover_multi_az_s, self.failover_multi_az_s.value),
            Entry::new("availability.failover_cluster_s", &self.failover_cluster_s, self.failover_cluster_s.value),
            Entry::new("availability.failover_aurora_s", &self.failover_aurora_s, self.failover_aurora_s.value),
            Entry::new("availability.shared", &self.shared, self.shared.value),
            Entry::new("availability.target", &self.target, self.target.value),
        ]
    }
}

fn check_shared(value: f64) -> Result<f64, String> {
    if value > 0.0 && value <= 1.0 {
        Ok(value)
    } else {
        Err(format!("{value} is not an availability: above 0, to 1, which leaves it out"))
    }
}
