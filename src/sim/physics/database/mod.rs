//! Databases: hosts that fail, standbys that take over, replicas that fall behind (`aws-domain.md A.4`, C.3).
//!
//! Owns: every change of database instances and clusters after the start. Knows: one region; replication is settled over
//! all of them. Must stay true: what databases do follows from causes and from the instants of their steps; while all is
//! calm nothing is scheduled; `available` on the wire and SQL that answers are two things, and the second is recorded.

mod aurora;
mod backup;
mod failover;
mod host;
mod notice;
mod replication;
mod serving;
mod space;
mod standby;

use std::time::Duration;

use super::super::world::{DbClusterId, DbInstance, DbInstanceId, RegionName, SimTime, World, random};
use super::{Event, Scene};

pub(super) use self::replication::source_of;
pub use self::serving::database_serves;

/// What of a database takes its next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DbStep {
    /// Its host: trouble is noticed, a failover or a restart goes on.
    Host,
    /// The standby that is being built is in sync.
    Standby,
    /// AWS's zone fields catch up with the truth.
    Zones,
    /// Its storage reaches a threshold.
    Space,
    /// Its replication has stood still for so long that AWS says or does something.
    Replication,
}

impl World {
    /// The step of a database that is due.
    pub(super) fn step_database(&mut self, region: &RegionName, id: &DbInstanceId, step: DbStep) {
        self.with_scene(region, |scene| {
            match step {
                DbStep::Host => scene.step_database_host(id),
                DbStep::Standby => scene.step_standby(id),
                DbStep::Zones => scene.step_zones(id),
                DbStep::Space => scene.step_space(id),
                // Settled below, like all replication.
                DbStep::Replication => {}
            }
            scene.feel_database(id);
            scene.feel_cluster_of(id);
            scene.feel_traffic();
        });
        self.settle_replication();
    }

    /// The change of writers of a cluster that is due.
    pub(super) fn step_cluster(&mut self, region: &RegionName, id: &DbClusterId) {
        self.with_scene(region, |scene| scene.finish_cluster_failover(id));
        self.settle_replication();
    }
}

impl Scene<'_> {
    /// Databases look at their hosts, zones and storage after causes changed.
    pub(super) fn feel_databases(&mut self) {
        let ids: Vec<DbInstanceId> = self.region.databases.keys().cloned().collect();
        for id in &ids {
            self.feel_database(id);
        }
        let clusters: Vec<_> = self.region.clusters.keys().cloned().collect();
        for cluster in &clusters {
            self.feel_cluster(cluster);
        }
    }

    fn feel_database(&mut self, id: &DbInstanceId) {
        self.feel_standby(id);
        self.feel_database_host(id);
        self.feel_space(id);
        self.note_serving(id);
    }

    fn database(&mut self, id: &DbInstanceId) -> Option<&mut DbInstance> {
        self.region.databases.get_mut(id)
    }

    /// Puts a step of a database on the schedule and returns when it is due.
    fn database_in(&mut self, id: &DbInstanceId, step: DbStep, wait: Duration) -> SimTime {
        let due = self.now + wait;
        self.schedule.put(due, Event::Database(self.region.name.clone(), id.clone(), step));
        due
    }

    /// Seconds by chance, the same for the same subject at the same instant.
    fn between(&self, what: &str, id: &str, seconds: std::ops::Range<u32>) -> Duration {
        let (low, high) = (f64::from(seconds.start), f64::from(seconds.end));
        let chance = random::unit(self.seed, &[what, id], self.now.as_millis());
        Duration::from_millis(((low + (high - low) * chance) * 1000.0) as u64)
    }
}
