//! What the signals look at: one region at one moment, with what several of them need counted once.
//!
//! Owns: [`View`]. Depends on: estate, index, services, metrics. Must stay true: zones stand in the order of their names, whatever
//! order AWS lists them in; local and wavelength zones are none of them, for nobody leaves one for another.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::zone::Zone;
use crate::estate::{Change, Estate, FailureKind, Kind};
use crate::id::{Region, ZoneName};
use crate::judge::JudgedService;
use crate::judge::index::Index;
use crate::judge::metrics::Metrics;
use crate::judge::parents::Unread;
use crate::judge::policy::{Policy, ZoneRules};

use super::by_node::{Nodes, nodes};
use super::failing::Failing;
use super::signal::checks::Checks;

/// One region at one moment.
pub(super) struct View<'a> {
    pub(super) ground: Ground<'a>,
    /// Targets that fail, or failed a moment ago.
    pub(super) failing: Failing<'a>,
    /// Status checks.
    pub(super) checks: Checks,
    pub(super) metrics: Metrics<'a>,
    /// What balancers count by the zone of their nodes.
    pub(super) nodes: Vec<Nodes<'a>>,
}

/// What is known of the region, nothing counted yet.
pub(super) struct Ground<'a> {
    pub(super) estate: &'a Estate,
    pub(super) index: &'a Index,
    pub(super) services: &'a [JudgedService],
    pub(super) region: &'a Region,
    pub(super) now: Timestamp,
    pub(super) policy: &'a Policy,
    pub(super) unread: &'a Unread,
    /// By name.
    pub(super) zones: Vec<&'a Zone>,
    gone: OnceCell<BTreeMap<&'a str, &'a ZoneName>>,
}

impl<'a> Ground<'a> {
    pub(super) fn new(
        estate: &'a Estate,
        index: &'a Index,
        services: &'a [JudgedService],
        region: &'a Region,
        now: Timestamp,
        policy: &'a Policy,
        unread: &'a Unread,
    ) -> Self {
        let zones = estate.table::<Zone>(region, now).known();
        let mut zones: Vec<&Zone> = zones.filter(|zone| &*zone.zone_type == "availability-zone").collect();
        zones.sort_by(|a, b| a.name.cmp(&b.name));
        zones.dedup_by(|a, b| a.name == b.name);
        Self { estate, index, services, region, now, policy, unread, zones, gone: OnceCell::new() }
    }

    /// A zone's place among the zones; none of local ones and of those nobody knows.
    pub(super) fn place(&self, name: &ZoneName) -> Option<usize> {
        self.zones.iter().position(|zone| zone.name == *name)
    }

    pub(super) fn rules(&self) -> &'a ZoneRules {
        &self.policy.zones
    }

    /// Where the window looked back over begins.
    pub(super) fn window_from(&self) -> Timestamp {
        self.now.checked_sub(self.rules().window()).unwrap_or(self.now)
    }

    /// What changed within the window, oldest first.
    pub(super) fn changes(&self) -> impl Iterator<Item = &'a Change> + use<'a> {
        let history = self.estate.history(self.region);
        let from = self.window_from();
        history.into_iter().flat_map(move |history| history.since(from))
    }

    /// Everything that is remembered, newest first.
    pub(super) fn past(&self) -> impl Iterator<Item = &'a Change> + use<'a> {
        self.estate.history(self.region).into_iter().flat_map(|history| history.iter().rev())
    }

    /// The zone of something that is no longer listed, by what was remembered of it.
    pub(super) fn zone_of_the_gone(&self, subject: &str) -> Option<&'a ZoneName> {
        let zones = || self.past().filter_map(|change| Some((&*change.subject, change.zone.as_ref()?))).collect();
        self.gone.get_or_init(zones).get(subject).copied()
    }

    /// Whether a kind must be known for a zone to be ok: not where policy accepts that the role may not read it, nor where the
    /// region does not offer it.
    pub(super) fn is_needed(&self, kind: Kind) -> bool {
        let mut failures = self.estate.slices(self.region, kind).map(|(_, slice)| slice.failure()).peekable();
        let refused = |only_unsupported: bool| {
            move |why: FailureKind| why == FailureKind::Unsupported || (!only_unsupported && why == FailureKind::Denied)
        };
        let refused = refused(!self.policy.accept_unread.contains(&kind));
        failures.peek().is_none() || !failures.all(|failure| failure.is_some_and(|failure| refused(failure.why.kind)))
    }
}

impl<'a> View<'a> {
    pub(super) fn new(ground: Ground<'a>) -> Self {
        let failing = Failing::new(&ground);
        let checks = Checks::new(&ground);
        let metrics = Metrics::new(ground.estate, ground.region, ground.now);
        let nodes = nodes(&ground, &metrics);
        Self { ground, failing, checks, metrics, nodes }
    }

    /// The places of all zones but one.
    pub(super) fn others(&self, zone: usize) -> impl Iterator<Item = usize> + use<> {
        (0..self.ground.zones.len()).filter(move |other| *other != zone)
    }
}
