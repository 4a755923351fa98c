//! What the arithmetic sees of a service: pools of members over zones, and single parts with a figure each.
//!
//! Owns: [`Model`] and its availability. Depends on: arithmetic, policy. Must stay true: a part that two ways lead to is in it once.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{Region, ZoneName};

use super::arithmetic::{Spread, after_failovers, over_zones, series};
use crate::judge::policy::AvailabilityRules;

/// The parts that must all work for a service to work.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Model {
    pub(super) pools: Vec<Pool>,
    pub(super) singles: Vec<Single>,
}

/// Members that do the same work, of which so many are needed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pool {
    pub(super) region: Region,
    pub(super) name: String,
    /// The dependency that brings it; none for the service's own.
    pub(super) via: Option<String>,
    /// Members that serve, by zone.
    pub(super) counts: BTreeMap<ZoneName, usize>,
    /// How many of them must.
    pub(super) needed: usize,
    /// Why so many, in words.
    pub(super) because: String,
}

/// A part that works or does not, as a whole.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Single {
    pub(super) region: Region,
    pub(super) name: String,
    /// The dependency that brings it; none for the service's own.
    pub(super) via: Option<String>,
    pub(super) kind: SingleKind,
}

/// What such a part is, as far as its figure goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SingleKind {
    Balancer,
    BalancerOneZone,
    DatabaseMultiAz,
    DatabaseOneZone,
    /// Multi-AZ, and its standby is not there now.
    DatabaseStandbyMissing,
    ClusterMultiAz,
    Aurora,
    AuroraOneZone,
}

impl SingleKind {
    /// The kind of part.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Balancer | Self::BalancerOneZone => "balancer",
            Self::DatabaseMultiAz | Self::DatabaseOneZone | Self::DatabaseStandbyMissing => "database",
            Self::ClusterMultiAz | Self::Aurora | Self::AuroraOneZone => "cluster",
        }
    }

    /// How it is built, in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Balancer => "over zones",
            Self::BalancerOneZone => "in one zone",
            Self::DatabaseMultiAz | Self::ClusterMultiAz => "Multi-AZ",
            Self::DatabaseOneZone => "in one zone, no standby",
            Self::DatabaseStandbyMissing => "Multi-AZ, standby missing now",
            Self::Aurora => "Aurora over zones",
            Self::AuroraOneZone => "Aurora in one zone",
        }
    }

    /// Its availability by the rules: the figure for its kind, less its failovers (`aws-domain.md` D).
    pub(super) fn availability(self, rules: &AvailabilityRules) -> f64 {
        let fails_over = |figure: f64, seconds| figure * after_failovers(seconds, rules.failovers_a_year);
        match self {
            Self::Balancer => rules.balancer,
            Self::BalancerOneZone => rules.balancer_one_zone,
            Self::DatabaseMultiAz => fails_over(rules.database_multi_az, rules.failover_multi_az_s),
            Self::ClusterMultiAz => fails_over(rules.database_multi_az, rules.failover_cluster_s),
            Self::DatabaseOneZone | Self::DatabaseStandbyMissing => rules.database_one_zone,
            Self::Aurora => fails_over(rules.aurora, rules.failover_aurora_s),
            Self::AuroraOneZone => rules.aurora_one_zone,
        }
    }
}

impl Pool {
    /// How many serve, over all zones.
    pub(super) fn total(&self) -> usize {
        self.counts.values().sum()
    }

    /// Its own availability; none over more zones than can be reckoned with.
    pub(super) fn availability(&self, rules: &AvailabilityRules) -> Option<f64> {
        let counts = self.counts.values().copied().collect();
        over_zones(&[Spread { counts, needed: self.needed }], rules.zone, rules.instance)
    }

    /// `7, 7, 7` members in their zones, in words.
    pub(super) fn words(&self) -> String {
        let zones = match self.counts.iter().filter(|(_, count)| **count > 0).collect::<Vec<_>>().as_slice() {
            [] => "no zone".to_owned(),
            [(zone, _)] => zone.to_string(),
            several => format!("{} zones", several.len()),
        };
        format!("{} of {} needed in {zones}: {}", self.needed, self.total(), self.because)
    }
}

impl Model {
    /// The service's availability: pools that share zones together, and all single parts in series. None over more zones of one
    /// region than can be reckoned with.
    pub(super) fn availability(&self, rules: &AvailabilityRules) -> Option<f64> {
        let singles = series(self.singles.iter().map(|single| single.kind.availability(rules)));
        Some(self.members(rules)? * singles * rules.shared)
    }

    fn members(&self, rules: &AvailabilityRules) -> Option<f64> {
        let regions: BTreeSet<&Region> = self.pools.iter().map(|pool| &pool.region).collect();
        regions.into_iter().try_fold(1.0, |all, region| {
            let pools: Vec<&Pool> = self.pools.iter().filter(|pool| pool.region == *region).collect();
            let zones: BTreeSet<&ZoneName> = pools.iter().flat_map(|pool| used(pool)).collect();
            let spread = |pool: &&Pool| Spread {
                counts: zones.iter().map(|zone| pool.counts.get(*zone).copied().unwrap_or(0)).collect(),
                needed: pool.needed,
            };
            let spreads: Vec<Spread> = pools.iter().map(spread).collect();
            Some(all * over_zones(&spreads, rules.zone, rules.instance)?)
        })
    }

    /// What remains if every pool always had what it needs: nothing done to members gets beyond it.
    pub(super) fn at_best(&self, rules: &AvailabilityRules) -> f64 {
        series(self.singles.iter().map(|single| single.kind.availability(rules))) * rules.shared
    }
}

fn used(pool: &Pool) -> impl Iterator<Item = &ZoneName> {
    pool.counts.iter().filter(|(_, count)| **count > 0).map(|(zone, _)| zone)
}
