//! The standby of a Multi-AZ instance: lost, built anew, and what AWS shows of it (`aws-domain.md A.4`).
//!
//! Owns: the standby and the zone fields. Must stay true: while there is none `SecondaryAvailabilityZone` is absent and
//! nothing else tells that the instance is not protected; losing it alone harms nobody (`aws-domain.md F.28b`).

use std::ops::Range;

use super::super::super::world::{DbInstance, DbInstanceId, DbPhase, DbServing, Region, Standby, Zone, ZoneName};
use super::super::Scene;
use super::DbStep;
use super::notice::Notice;

/// How long AWS's zone fields lag behind a failover, and how long RDS waits for a lost standby to come back.
const ZONES_LAG_S: Range<u32> = 180..360;
/// How long a standby takes to be built.
const BUILT_S: Range<u32> = 600..1800;

impl Scene<'_> {
    /// The standby looks at its zone.
    pub(super) fn feel_standby(&mut self, id: &DbInstanceId) {
        let now = self.now;
        let Some(database) = self.region.databases.get(id) else { return };
        let usable = |zone: &ZoneName| self.region.zones.get(zone).is_some_and(runs);
        let next = match &database.course.standby {
            Standby::None => return,
            Standby::InSync { zone } if !usable(zone) => Standby::Lost { zone: zone.clone(), since: now, intact: true },
            Standby::Building { zone } if !usable(zone) || database.course.phase != DbPhase::Serving => {
                Standby::Lost { zone: zone.clone(), since: now, intact: false }
            }
            Standby::Lost { zone, since, intact: true } if usable(zone) => {
                let written = database.course.serving.last_while(now, |serving| *serving == DbServing::ReadWrite);
                if written.is_some_and(|until| until > *since) {
                    return self.seek_standby(id);
                }
                Standby::InSync { zone: zone.clone() }
            }
            Standby::Lost { .. } => return self.seek_standby(id),
            Standby::InSync { .. } | Standby::Building { .. } => return,
        };
        let lost = matches!(next, Standby::Lost { .. });
        if let Some(database) = self.database(id) {
            database.course.standby = next;
            database.course.standby_due = None;
        }
        if lost {
            self.show_zones_later(id);
        }
    }

    /// AWS's zone fields catch up with the truth some minutes from now, if they do not already.
    pub(super) fn show_zones_later(&mut self, id: &DbInstanceId) {
        let wait = self.between("zones", id.as_str(), ZONES_LAG_S);
        let due = self.database_in(id, DbStep::Zones, wait);
        if let Some(database) = self.database(id) {
            database.course.zones_due = Some(due);
        }
    }

    /// AWS shows where the database and its standby are now, and does something about a missing one.
    pub(super) fn step_zones(&mut self, id: &DbInstanceId) {
        let now = self.now;
        let Some(database) = self.database(id).filter(|found| found.course.zones_due == Some(now)) else { return };
        database.course.zones_due = None;
        show_zones(database);
        self.seek_standby(id);
    }

    /// Begins to build a standby where one can be: in the zone where the last one was, else in another of the subnet
    /// group. Without power or room anywhere it waits, and the status says nothing.
    pub(super) fn seek_standby(&mut self, id: &DbInstanceId) {
        let Some(database) = self.region.databases.get(id) else { return };
        let Standby::Lost { zone: last, .. } = &database.course.standby else { return };
        if database.course.zones_due.is_some() || database.course.phase != DbPhase::Serving {
            return;
        }
        let Some(zone) = place(self.region, database, last) else { return };
        let wait = self.between("standby", id.as_str(), BUILT_S);
        let due = self.database_in(id, DbStep::Standby, wait);
        if let Some(database) = self.database(id) {
            database.course.standby = Standby::Building { zone };
            database.course.standby_due = Some(due);
        }
        self.tell(id, Notice::StandbyRecoveryStarted);
    }

    /// The new standby is in sync.
    pub(super) fn step_standby(&mut self, id: &DbInstanceId) {
        let now = self.now;
        let Some(database) = self.database(id).filter(|found| found.course.standby_due == Some(now)) else { return };
        database.course.standby_due = None;
        let Standby::Building { zone } = &database.course.standby else { return };
        database.course.standby = Standby::InSync { zone: zone.clone() };
        show_zones(database);
        self.tell(id, Notice::StandbyRecoveryFinished);
    }
}

fn show_zones(database: &mut DbInstance) {
    database.zone = database.course.zone.clone();
    database.secondary_zone = database.course.standby.ready().cloned();
}

/// Whether a standby can run in a zone.
fn runs(zone: &Zone) -> bool {
    zone.causes.dark.is_none() && zone.causes.ebs_stalled.is_none()
}

/// Where a standby can be built.
fn place(region: &Region, database: &DbInstance, last: &ZoneName) -> Option<ZoneName> {
    let has_room =
        |zone: &ZoneName| region.zones.get(zone).is_some_and(|zone| runs(zone) && zone.causes.no_capacity.is_none());
    let group = region.subnet_groups.get(&database.subnet_group)?;
    let zones = std::iter::once(last).chain(group.subnets.iter().map(|(_, zone)| zone));
    zones.filter(|zone| **zone != database.course.zone).find(|zone| has_room(zone)).cloned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::super::super::super::fault::Fault;
    use super::super::super::super::world::World;
    use super::super::super::fixture;
    use super::*;

    fn main(world: &World) -> &DbInstance {
        &world.here().databases["main"]
    }

    #[test]
    fn losing_the_standby_costs_protection_and_nothing_else_aws_domain_f28b() {
        let mut world = fixture::world();
        let power = Fault::ZonePowerLoss { zone: "eu-west-1b".to_owned() };
        world.apply(power.clone()).unwrap();
        assert_eq!(main(&world).course.standby.ready(), None);
        world.pass(120);
        assert_eq!(
            main(&world).secondary_zone.as_ref().map(ZoneName::as_str),
            Some("eu-west-1b"),
            "AWS shows it for some minutes more"
        );
        world.pass(300);
        assert_eq!((main(&world).secondary_zone.as_ref(), main(&world).status.as_str()), (None, "available"));
        // Not where it is dark: the third zone of the subnet group takes it.
        world.pass(1900);
        assert_eq!(main(&world).secondary_zone.as_ref().map(ZoneName::as_str), Some("eu-west-1c"));
        assert!(main(&world).accepts_writes(world.now));
        assert!((0..2300).all(|back| main(&world).accepts_writes(world.now - Duration::from_secs(back))));
        assert_eq!(main(&world).course.failed_over_at, None);
    }

    #[test]
    fn a_standby_waits_for_room_and_the_status_says_nothing_aws_domain_a4() {
        let mut world = fixture::world();
        let full = |zone: &str| Fault::NoCapacity { zone: format!("eu-west-1{zone}") };
        world.apply(full("a")).unwrap();
        world.apply(full("c")).unwrap();
        world.apply(Fault::DatabaseCrash { id: "main".to_owned() }).unwrap();
        world.pass(6 * 3600);
        assert_eq!((main(&world).secondary_zone.as_ref(), main(&world).status.as_str()), (None, "available"));
        world.heal(&full("a")).unwrap();
        world.pass(1801);
        assert_eq!(main(&world).secondary_zone.as_ref().map(ZoneName::as_str), Some("eu-west-1a"));
        let last: Vec<_> = world.here().db_events.iter().rev().take(2).map(|event| event.message.as_str()).collect();
        assert_eq!(
            last,
            ["Recovery of standby DB instance has completed.", "Recovery of standby DB instance has started."]
        );
    }

    #[test]
    fn a_writer_that_crashes_while_its_standby_is_built_restarts_in_its_zone() {
        let mut world = fixture::world();
        world.apply(Fault::DatabaseCrash { id: "main".to_owned() }).unwrap();
        world.pass(500);
        assert!(matches!(main(&world).course.standby, Standby::Building { .. }));
        world.heal(&Fault::DatabaseCrash { id: "main".to_owned() }).unwrap();
        world.apply(Fault::DatabaseCrash { id: "main".to_owned() }).unwrap();
        world.pass(460);
        assert!(main(&world).accepts_writes(world.now));
        assert_eq!(main(&world).course.zone, *"eu-west-1b");
        world.pass(3000);
        assert_eq!(main(&world).secondary_zone.as_ref().map(ZoneName::as_str), Some("eu-west-1a"), "built in the end");
    }
}
