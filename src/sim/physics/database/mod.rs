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
mod reboot;
mod replication;
mod serving;
mod space;
mod standby;

use std::time::Duration;

use super::super::world::{DbClusterId, DbInstance, DbInstanceId, RegionName, SimTime, World, random};
use super::{Event, Scene};

pub(in super::super) use self::replication::source_of;
pub use self::serving::database_serves;

/// What of a database takes its next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DbStep {
    /// Its host: trouble is noticed, a failover or a restart goes on.
    Host,
    /// A reboot that a person asked for begins.
    Reboot,
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
                DbStep::Reboot => scene.step_reboot_database(id),
                DbStep::Standby => scene.step_standby(id),
                DbStep::Zones => scene.step_zones(id),
                DbStep::Space => scene.step_space(id),
                // Settled below, like all replication.
                DbStep::Replication => {}
            }
            scene.feel_database(id);
            scene.feel_cluster_of(id);
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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::fault::Fault;
    use super::super::super::state;
    use super::super::super::world::{DbStatus, Origin, ReplicationState};
    use super::*;

    fn world(seed: u64) -> World {
        World::builtin(Origin { seed, start: SimTime::from_seconds(1_795_230_862) }).unwrap()
    }

    /// Faults that databases feel, in an order that the seed decides.
    fn faults(seed: u64) -> Vec<Fault> {
        let database = |id: &str| Fault::DatabaseCrash { id: id.to_owned() };
        let zone = |zone: &str| Fault::ZonePowerLoss { zone: format!("us-east-1{zone}") };
        let mut all = vec![
            database("orders"),
            database("catalog-1"),
            database("orders-west"),
            database("reporting-replica"),
            zone("a"),
            zone("c"),
            Fault::NoCapacity { zone: "us-east-1b".to_owned() },
            Fault::EbsStall { zone: "us-east-1c".to_owned() },
            Fault::RegionOutage { region: "us-east-1".to_owned() },
            Fault::StorageFull { id: "orders".to_owned() },
            Fault::StorageFull { id: "reporting-replica".to_owned() },
            Fault::Lag { id: "orders-west".to_owned(), s: 300.0 },
            Fault::ReplicaError { id: "orders-west".to_owned() },
        ];
        all.sort_by_key(|fault| random::below(seed, &[&format!("{fault:?}")], 1 << 40));
        all.truncate(6);
        all
    }

    fn run(seed: u64, step_s: u64) -> World {
        let mut world = world(seed);
        let faults = faults(seed);
        let pass = |world: &mut World, seconds: u64| {
            for _ in 0..seconds / step_s {
                world.advance_to(world.now + Duration::from_secs(step_s));
            }
        };
        for fault in faults.iter() {
            world.apply(fault.clone()).unwrap();
            pass(&mut world, 60 + random::below(seed, &["wait"], 8) * 60);
        }
        for fault in &faults {
            world.heal(fault).unwrap();
            pass(&mut world, 60);
        }
        pass(&mut world, 2 * 3600);
        world
    }

    #[test]
    fn heal_brings_every_database_back_to_calm() {
        for seed in 0..6 {
            let world = run(seed, 60);
            for region in world.regions.values() {
                for database in region.databases.values() {
                    let (id, course) = (&database.id, &database.course);
                    assert!(
                        matches!(database.status, DbStatus::Available | DbStatus::BackingUp),
                        "{seed}: {id} {}",
                        database.status
                    );
                    assert!(course.serving_at(world.now).answers(), "{seed}: {id} {course:?}");
                    assert_eq!(course.behind_at(world.now), 0.0, "{seed}: {id}");
                    assert_eq!(database.multi_az, database.secondary_zone.is_some(), "{seed}: {id} is protected again");
                    assert_eq!(
                        (&database.zone, database.secondary_zone.as_ref()),
                        (&course.zone, course.standby.ready())
                    );
                    let due = [
                        course.phase_due,
                        course.standby_due,
                        course.zones_due,
                        course.space_due,
                        course.replication_due,
                    ];
                    assert_eq!(due, [None; 5], "{seed}: {id} has nothing left to do");
                    let replication = database.replication.as_ref().map(|status| status.state);
                    assert!(replication.is_none_or(|state| state == ReplicationState::Replicating), "{seed}: {id}");
                }
                assert!(region.clusters.values().all(|cluster| cluster.status == DbStatus::Available));
            }
        }
    }

    #[test]
    fn steps_of_any_length_give_the_same_databases() {
        let databases = |world: &World| {
            let document = state::document(world);
            document["regions"]
                .as_array()
                .unwrap()
                .iter()
                .map(|region| region["databases"].to_string())
                .collect::<String>()
        };
        assert_eq!(databases(&run(3, 60)), databases(&run(3, 6)));
    }
}
