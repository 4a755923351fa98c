//! Which zone is sick, by every signal that the reads give, zone against zone (`aws-domain.md` B.1, B.2).
//!
//! Owns: a zone's counts, its verdict and what it rests on. Depends on: estate, index, services, metrics, the history of changes. Must
//! stay true: missing data never makes a zone *ok* and never adds *degraded*; every verdict has its evidence, the heaviest
//! first; the order of zones, regions and slices changes nothing.
//!
//! `view` gathers what several signals look at, `signal` has one file a signal, `sign` makes a verdict of what they say.

mod by_node;
mod failing;
mod missing;
mod not_zonal;
mod release;
mod sign;
mod signal;
mod statistics;
mod tally;
mod view;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::estate::Estate;
use crate::estate::silence::silences;
use crate::estate::zone::Zone;
use crate::id::{Text, ZoneId, ZoneName};

use super::JudgedService;
use super::index::Index;
use super::parents::Unread;
use super::shifted::{self, Moved};
use super::sight::Sight;
use super::target_group::TargetCounts;
use super::verdict::Verdict;
pub use not_zonal::NotZonal;
pub use sign::Evidence;
use sign::Sign;
pub use signal::{Away, Entering};
use tally::Tallies;
use view::{Ground, View};

/// How a zone stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ZoneVerdict {
    /// Nothing speaks against it.
    Ok,
    /// Something does, but not enough to leave it; or nobody can tell, since it gets no traffic.
    Suspect,
    /// It is sick, by the rule or by AWS's own word.
    Degraded,
    /// There is trouble in it, but not its own: one host, a release, a dependency, the region.
    NotZonal,
    /// What would have to be known is not.
    Unknown,
}

impl ZoneVerdict {
    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Suspect => "suspect",
            Self::Degraded => "degraded",
            Self::NotZonal => "not-zonal",
            Self::Unknown => "unknown",
        }
    }

    /// The account's verdict that it asks for.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Ok => Verdict::Ok,
            Self::Suspect | Self::NotZonal => Verdict::Warning,
            Self::Degraded => Verdict::Critical,
            Self::Unknown => Verdict::Unknown,
        }
    }
}

/// Instances of a zone by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InstanceCounts {
    /// Running.
    pub running: usize,
    /// Launching.
    pub pending: usize,
    /// Stopping or stopped.
    pub stopped: usize,
    /// Running and failing a status check; none where checks could not be read.
    pub impaired: Option<usize>,
}

/// What is known of a zone.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneAssessment {
    /// Its name.
    pub name: ZoneName,
    /// Its id.
    pub id: ZoneId,
    /// The verdict.
    pub verdict: ZoneVerdict,
    /// What it rests on, the heaviest first; what could not be seen last.
    pub evidence: Vec<Evidence>,
    /// Since when that is so, as far as it is known.
    pub since: Option<Timestamp>,
    /// What it is instead of the zone, where something in it fails that is not its own.
    pub not_zonal: Option<NotZonal>,
    /// Hosts with a target that fails, or failed within the policy's periods.
    pub hosts_hit: Vec<Text>,
    /// Services that such targets belong to.
    pub services_hit: Vec<String>,
    /// Whether traffic is kept away from it now, by any resource's weights; none where ARC was not read.
    pub shifted: Option<bool>,
    /// How many of the resources that zonal shift can move are moved off it, and of how many.
    pub moved: Option<Moved>,
    /// What is moved off it, or may be, by whom and until when.
    pub away: Vec<Away>,
    /// Launches that failed in it lately: whether something new could enter it.
    pub entering: Option<Entering>,
    /// Its instances; none where not all are known.
    pub instances: Option<InstanceCounts>,
    /// Its targets, one count for each target group that a target is in; none where not all are known.
    pub targets: Option<TargetCounts>,
    /// Group members in service.
    pub in_service: Option<usize>,
    /// Databases that write from it.
    pub database_writers: Option<usize>,
    /// Multi-AZ standbys in it.
    pub database_standbys: Option<usize>,
    /// Since when AWS does not answer for its instances, while it does for others'.
    pub silent_since: Option<Timestamp>,
}

/// Judges the zones of a region, in the order of their names.
pub(super) fn assess(
    estate: &Estate,
    index: &Index,
    services: &[JudgedService],
    sight: &Sight<'_>,
    unread: &Unread,
    now: Timestamp,
) -> Vec<ZoneAssessment> {
    let (region, policy) = (sight.region(), sight.policy());
    let view = View::new(Ground::new(estate, index, services, region, now, policy, unread));
    let tallies = Tallies::new(&view.ground);
    let zones = view.ground.zones.iter().enumerate();
    zones.map(|(place, zone)| judged(&view, place, counted(&view, &tallies, place, zone))).collect()
}

/// Adds the verdict to what was counted.
fn judged(view: &View<'_>, place: usize, mut zone: ZoneAssessment) -> ZoneAssessment {
    let mut signs: Vec<Sign> = signal::ALL.iter().filter_map(|signal| signal(view, place)).collect();
    // Stable: what weighs the same is told in the order of the signals.
    signs.sort_by_key(|sign| sign.weight);
    let missing = missing::missing(view, &zone);
    zone.verdict = sign::verdict(&signs, missing.is_empty());
    zone.since = sign::since(&signs, zone.verdict);
    if zone.verdict == ZoneVerdict::NotZonal {
        zone.not_zonal = signs.iter().find_map(|sign| sign.instead.clone());
    }
    zone.evidence = signs.into_iter().map(|sign| sign.evidence).chain(missing).collect();
    zone.evidence.extend(missing::unmeasured(view, zone.verdict));
    zone
}

fn counted(view: &View<'_>, tallies: &Tallies<'_>, place: usize, zone: &Zone) -> ZoneAssessment {
    let ground = &view.ground;
    let silences = silences(ground.estate, ground.region);
    let failing = view.failing.zones.get(place);
    let mut services: Vec<String> = failing
        .map(|failing| failing.owners().into_iter().map(|owner| owner.service.to_owned()).collect())
        .unwrap_or_default();
    services.dedup();
    ZoneAssessment {
        name: zone.name.clone(),
        id: zone.id.clone(),
        verdict: ZoneVerdict::Ok,
        evidence: Vec::new(),
        since: None,
        not_zonal: None,
        hosts_hit: failing.map(|failing| failing.hosts().into_iter().map(Text::from).collect()).unwrap_or_default(),
        services_hit: services,
        shifted: shifted::from_zone(ground.estate, ground.region, &zone.id, ground.now),
        moved: shifted::moved_off(ground.estate, ground.region, &zone.id, ground.now),
        away: signal::away(ground, place),
        entering: signal::entering(ground, place),
        silent_since: silences.iter().find(|silence| *silence.zone == zone.name).map(|silence| silence.since),
        instances: tallies.instances(&zone.name),
        targets: tallies.targets(&zone.name),
        in_service: tallies.in_service(&zone.name),
        database_writers: tallies.writers(&zone.name),
        database_standbys: tallies.standbys(&zone.name),
    }
}

#[cfg(test)]
pub(super) mod tests;
