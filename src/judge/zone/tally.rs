//! What stands in each zone, as far as it is known.
//!
//! Owns: [`Tallies`]. Depends on: estate, index. Must stay true: a count of which not all is known is none, never too low a number.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::group::Group;
use crate::estate::instance::{Instance, InstanceStatus};
use crate::estate::{Estate, Table};
use crate::id::{Region, ZoneName};

use super::super::index::Index;
use super::super::role::Clusters;
use super::super::target_group::TargetCounts;
use super::InstanceCounts;
use super::view::Ground;

/// The counts of a region's zones.
pub(super) struct Tallies<'a> {
    index: &'a Index,
    /// Databases that write from a zone, and standbys in it.
    databases: BTreeMap<&'a ZoneName, (usize, usize)>,
    instances: Table<'a, Instance>,
    statuses: Table<'a, InstanceStatus>,
    targets_known: bool,
    groups_known: bool,
    writers_known: bool,
    databases_known: bool,
}

impl<'a> Tallies<'a> {
    /// Counts what is known of the region.
    pub(super) fn new(ground: &Ground<'a>) -> Self {
        let Ground { estate, index, region, now, .. } = *ground;
        let mut tallies = Self {
            index,
            databases: BTreeMap::new(),
            instances: estate.table(region, now),
            statuses: estate.table(region, now),
            targets_known: ground.unread.targets_are_complete(estate, region, now) && index.targets_astray() == 0,
            groups_known: estate.table::<Group>(region, now).is_complete(),
            writers_known: false,
            databases_known: false,
        };
        tallies.count_databases(estate, region, now);
        tallies
    }

    fn count_databases(&mut self, estate: &'a Estate, region: &Region, now: Timestamp) {
        let table = estate.table::<Database>(region, now);
        let clusters = estate.table::<Cluster>(region, now);
        // Without the global clusters a secondary's first instance would pass for a writer.
        let globals = estate.table::<GlobalCluster>(region, now);
        self.databases_known = table.is_complete();
        self.writers_known = self.databases_known && clusters.is_complete() && globals.is_complete();
        let clusters = Clusters { clusters: clusters.known().collect(), globals: globals.known().collect() };
        for database in table.known() {
            if let Some(zone) = database.zone.as_ref().filter(|_| clusters.role_of(database).writes()) {
                self.databases.entry(zone).or_default().0 += 1;
            }
            if let Some(zone) = &database.standby_zone {
                self.databases.entry(zone).or_default().1 += 1;
            }
        }
    }

    /// The zone's instances; none where not all are known.
    pub(super) fn instances(&self, zone: &ZoneName) -> Option<InstanceCounts> {
        let heads = self.index.heads_in(zone);
        self.instances.covers(zone).then(|| InstanceCounts {
            running: heads.running,
            pending: heads.pending,
            stopped: heads.stopped,
            impaired: self.statuses.covers(zone).then_some(heads.impaired),
        })
    }

    /// Its targets; none where not all are known.
    pub(super) fn targets(&self, zone: &ZoneName) -> Option<TargetCounts> {
        self.targets_known.then(|| self.index.heads_in(zone).targets)
    }

    /// Group members in service.
    pub(super) fn in_service(&self, zone: &ZoneName) -> Option<usize> {
        self.groups_known.then(|| self.index.heads_in(zone).in_service)
    }

    /// Databases that write from it.
    pub(super) fn writers(&self, zone: &ZoneName) -> Option<usize> {
        self.writers_known.then(|| self.databases.get(zone).map_or(0, |(writers, _)| *writers))
    }

    /// Multi-AZ standbys in it.
    pub(super) fn standbys(&self, zone: &ZoneName) -> Option<usize> {
        self.databases_known.then(|| self.databases.get(zone).map_or(0, |(_, standbys)| *standbys))
    }
}
