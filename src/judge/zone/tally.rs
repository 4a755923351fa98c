//! What stands in each zone, counted in one pass over the region.
//!
//! Owns: [`Tallies`]. Depends on: estate, index. Must stay true: a count of which not all is known is none, never too low a number.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::balancer::Target;
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::group::Group;
use crate::estate::instance::{CheckStatus, Instance, InstanceState, InstanceStatus};
use crate::estate::{Estate, Table};
use crate::id::{Region, ZoneName};

use super::super::index::Index;
use super::super::parents;
use super::super::role::Clusters;
use super::super::target_group::TargetCounts;
use super::InstanceCounts;

/// The counts of a region's zones.
pub(super) struct Tallies<'a> {
    zones: BTreeMap<&'a ZoneName, Tally>,
    instances: Table<'a, Instance>,
    statuses: Table<'a, InstanceStatus>,
    targets_known: bool,
    groups_known: bool,
    writers_known: bool,
    databases_known: bool,
}

/// What is counted of one zone.
#[derive(Default)]
struct Tally {
    instances: InstanceCounts,
    impaired: usize,
    targets: TargetCounts,
    in_service: usize,
    writers: usize,
    standbys: usize,
}

impl<'a> Tallies<'a> {
    /// Counts what is known of `region`.
    pub(super) fn new(estate: &'a Estate, index: &'a Index, region: &Region, now: Timestamp) -> Self {
        let mut tallies = Self {
            zones: BTreeMap::new(),
            instances: estate.table(region, now),
            statuses: estate.table(region, now),
            targets_known: parents::targets_are_complete(estate, region, now),
            groups_known: estate.table::<Group>(region, now).is_complete(),
            writers_known: false,
            databases_known: false,
        };
        tallies.count_instances(index);
        tallies.count_targets(index);
        for member in estate.table::<Group>(region, now).known().flat_map(Group::in_service) {
            tallies.at(&member.zone).in_service += 1;
        }
        tallies.count_databases(estate, region, now);
        tallies
    }

    fn at(&mut self, zone: &'a ZoneName) -> &mut Tally {
        self.zones.entry(zone).or_default()
    }

    fn count_instances(&mut self, index: &'a Index) {
        for (number, instance) in index.instances() {
            let tally = self.at(&instance.zone);
            match instance.state {
                InstanceState::Running => tally.instances.running += 1,
                InstanceState::Pending => tally.instances.pending += 1,
                InstanceState::Stopping | InstanceState::Stopped => tally.instances.stopped += 1,
                InstanceState::ShuttingDown | InstanceState::Terminated | InstanceState::Other(_) => {}
            }
            let fails = index.status_at(number).is_some_and(is_impaired);
            if fails && instance.state == InstanceState::Running {
                tally.impaired += 1;
            }
        }
    }

    fn count_targets(&mut self, index: &'a Index) {
        for (number, target) in index.targets() {
            let Some(zone) = index.zone_of_target_at(number, target) else {
                self.targets_known &= !has_zone(target);
                continue;
            };
            self.at(zone).targets.add(&target.state);
        }
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
                self.at(zone).writers += 1;
            }
            if let Some(zone) = &database.standby_zone {
                self.at(zone).standbys += 1;
            }
        }
    }

    fn known<T>(&self, zone: &ZoneName, is_known: bool, count: impl FnOnce(&Tally) -> T) -> Option<T>
    where
        T: Default,
    {
        is_known.then(|| self.zones.get(zone).map(count).unwrap_or_default())
    }

    /// The zone's instances; none where not all are known.
    pub(super) fn instances(&self, zone: &ZoneName) -> Option<InstanceCounts> {
        let impaired = self.known(zone, self.statuses.covers(zone), |tally| tally.impaired);
        let counts = self.known(zone, self.instances.covers(zone), |tally| tally.instances)?;
        Some(InstanceCounts { impaired, ..counts })
    }

    /// Its targets; none where not all are known.
    pub(super) fn targets(&self, zone: &ZoneName) -> Option<TargetCounts> {
        self.known(zone, self.targets_known, |tally| tally.targets)
    }

    /// Group members in service.
    pub(super) fn in_service(&self, zone: &ZoneName) -> Option<usize> {
        self.known(zone, self.groups_known, |tally| tally.in_service)
    }

    /// Databases that write from it.
    pub(super) fn writers(&self, zone: &ZoneName) -> Option<usize> {
        self.known(zone, self.writers_known, |tally| tally.writers)
    }

    /// Multi-AZ standbys in it.
    pub(super) fn standbys(&self, zone: &ZoneName) -> Option<usize> {
        self.known(zone, self.databases_known, |tally| tally.standbys)
    }
}

fn is_impaired(status: &InstanceStatus) -> bool {
    status.checks().any(|(_, check)| check.status == CheckStatus::Impaired)
}

/// Whether a target is in some zone, be it known to us or not: functions, balancers and addresses outside the network are in none.
fn has_zone(target: &Target) -> bool {
    let elsewhere = target.zone.as_ref().is_some_and(|zone| zone.as_str() == "all");
    !elsewhere && !target.id.starts_with("arn:")
}
