//! Storage that fills up, and is given back (`aws-domain.md A.4`, F.39).
//!
//! Owns: free space and the `storage-full` status. Must stay true: a standby is as full as its primary, so that nothing
//! but space helps; Aurora's storage grows by itself and never fills.

use super::super::super::world::{DbInstanceId, DbPhase, DbSpace, DbStatus, FREE_IN_CALM, Glide};
use super::super::Scene;
use super::DbStep;
use super::notice::Notice;

/// How long it takes from calm until nothing is free.
const FILLS_S: f64 = 480.0;
/// How long it takes until what was given back is free.
const FREED_S: f64 = 60.0;
/// RDS warns when less than this share is free (RDS-EVENT-0089).
const LOW: f64 = 0.1;

impl Scene<'_> {
    /// The storage begins to fill up, or is given space.
    pub(super) fn feel_space(&mut self, id: &DbInstanceId) {
        let now = self.now;
        let Some(database) = self.region.databases.get(id).filter(|found| found.cluster.is_none()) else { return };
        let (fills, space, free) =
            (database.causes.storage_full.is_some(), database.course.space, database.course.free_at(now));
        if fills == (space != DbSpace::Enough) {
            return;
        }
        let glide = if fills {
            Glide { from: free, towards: 0.0, per_s: FREE_IN_CALM / FILLS_S }
        } else {
            Glide { from: free, towards: FREE_IN_CALM, per_s: FREE_IN_CALM / FREED_S }
        };
        let due = fills.then(|| self.database_in(id, DbStep::Space, glide.reaches(LOW.min(free))));
        let Some(database) = self.database(id) else { return };
        database.course.free.record(now, glide);
        database.course.space = if fills { DbSpace::Filling } else { DbSpace::Enough };
        database.course.space_due = due;
        if !fills && space == DbSpace::Full && database.course.phase == DbPhase::Serving {
            self.begin_restart(id, 45..90);
        }
    }

    /// The storage reaches the next threshold.
    pub(super) fn step_space(&mut self, id: &DbInstanceId) {
        let now = self.now;
        let Some(database) = self.database(id).filter(|found| found.course.space_due == Some(now)) else { return };
        database.course.space_due = None;
        let (free, storage_gib) = (database.course.free_at(now), database.storage_gib);
        match database.course.space {
            DbSpace::Filling => {
                database.course.space = DbSpace::Low;
                let mysql = !database.engine.contains("postgres");
                self.tell(id, Notice::StorageLow { id, storage_gib, free });
                if mysql {
                    self.tell(id, Notice::StorageLowOfMysql { id, storage_gib, free });
                }
                let rest = std::time::Duration::from_millis((free * FILLS_S / FREE_IN_CALM * 1000.0) as u64);
                let due = self.database_in(id, DbStep::Space, rest);
                if let Some(database) = self.database(id) {
                    database.course.space_due = Some(due);
                }
            }
            DbSpace::Low => {
                database.course.space = DbSpace::Full;
                if database.course.phase == DbPhase::Serving {
                    database.status = DbStatus::StorageFull;
                    database.busy_until = None;
                }
                self.tell(id, Notice::StorageExhausted);
                self.tell(id, Notice::StorageFull);
            }
            DbSpace::Enough | DbSpace::Full => {}
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::super::world::{DbInstance, World};
    use super::super::super::fixture;
    use super::*;

    fn main(world: &World) -> &DbInstance {
        &world.here().databases["main"]
    }

    #[test]
    fn storage_fills_up_with_warnings_and_shuts_the_database_down_aws_domain_f39() {
        let mut world = fixture::world();
        let before = world.here().db_events.len();
        let full = Fault::StorageFull { id: "main".to_owned() };
        world.apply(full.clone()).unwrap();
        world.pass(400);
        assert!(main(&world).course.free_at(world.now) < LOW && main(&world).accepts_writes(world.now));
        world.pass(90);
        assert_eq!((main(&world).status, main(&world).course.free_at(world.now)), (DbStatus::StorageFull, 0.0));
        assert!(!main(&world).accepts_writes(world.now));
        // The standby is just as full: failing over does not help.
        world.apply(Fault::DatabaseCrash { id: "main".to_owned() }).unwrap();
        world.pass(180);
        assert_eq!((main(&world).status, main(&world).course.zone.as_str()), (DbStatus::StorageFull, "eu-west-1b"));
        assert!(!main(&world).accepts_writes(world.now));
        world.heal(&full).unwrap();
        world.pass(120);
        assert_eq!(main(&world).status, DbStatus::Available);
        assert!(main(&world).accepts_writes(world.now) && main(&world).course.free_at(world.now) > 0.4);
        let told: Vec<(&str, &str)> = world
            .here()
            .db_events
            .iter()
            .skip(before)
            .filter(|event| event.source == "main")
            .map(|event| (event.categories[0].as_str(), event.message.as_str()))
            .take(3)
            .collect();
        assert_eq!(told[0].0, "low storage");
        assert!(
            told[0].1.starts_with("The free storage capacity for DB instance: main is low at 10% of the provisioned")
        );
        assert_eq!(told[1].1, "Allocated storage has been exhausted. Allocate additional storage to resolve.");
        assert_eq!(told[2].0, "availability");
    }

    #[test]
    fn storage_that_is_given_back_in_time_never_stops_anything() {
        let mut world = fixture::world();
        let full = Fault::StorageFull { id: "main".to_owned() };
        world.apply(full.clone()).unwrap();
        world.pass(450);
        world.heal(&full).unwrap();
        world.pass(1200);
        assert_eq!(main(&world).status, DbStatus::Available);
        assert_eq!(main(&world).course.free_at(world.now), FREE_IN_CALM);
    }
}
