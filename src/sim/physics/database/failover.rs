//! A Multi-AZ instance fails over to its standby, by itself (`aws-domain.md C.3`: 60 to 120 seconds in all).
//!
//! Owns: the failover's steps and events. Must stay true: nothing is lost, since the standby has every commit; the name
//! that clients connect to stays; the zones that AWS shows follow minutes later (`aws-domain.md A.4`).

use std::time::Duration;

use super::super::super::world::{DbInstanceId, DbPhase, DbStatus, HostTrouble, SimTime, Standby, random};
use super::super::Scene;
use super::DbStep;
use super::notice::Notice;

/// Typical whole failover, from the last answer of the old host to the first of the new one.
const TOTAL_S: (f64, f64) = (60.0, 120.0);
/// The share of it that is left when RDS has noticed.
const LEFT: f64 = 0.75;

impl Scene<'_> {
    /// RDS has noticed that the host does not answer since `since`, and the standby is in sync.
    pub(super) fn begin_failover(&mut self, id: &DbInstanceId, trouble: HostTrouble, since: SimTime) {
        let Some(database) = self.database(id) else { return };
        database.status = DbStatus::Rebooting;
        database.busy_until = None;
        self.set_phase(id, DbPhase::FailingOver { trouble, since, restarted: false });
        self.tell(id, Notice::FailoverStarted);
        self.failover_due(id, since, 0.6);
    }

    /// The standby starts the engine, then takes the name over.
    pub(super) fn step_failover(&mut self, id: &DbInstanceId) {
        let Some(database) = self.database(id) else { return };
        match database.course.phase {
            DbPhase::FailingOver { trouble, since, restarted: false } => {
                self.set_phase(id, DbPhase::FailingOver { trouble, since, restarted: true });
                self.tell(id, Notice::Restarted);
                self.failover_due(id, since, 0.4);
            }
            DbPhase::FailingOver { trouble, .. } => self.finish_failover(id, trouble),
            DbPhase::Serving | DbPhase::Unnoticed { .. } | DbPhase::Down { .. } | DbPhase::Restarting => {}
        }
    }

    fn finish_failover(&mut self, id: &DbInstanceId, trouble: HostTrouble) {
        let now = self.now;
        let Some(database) = self.database(id) else { return };
        let Some(new) = database.course.standby.ready().cloned() else { return };
        let old = std::mem::replace(&mut database.course.zone, new);
        database.course.host_since = now;
        database.course.failed_over_at = Some(now);
        database.course.standby = Standby::Lost { zone: old, since: now, intact: false };
        self.tell(id, Notice::FailoverFinished);
        self.tell(id, Notice::FailoverReason(trouble));
        self.show_zones_later(id);
        self.serve(id);
    }

    /// `share` of what is left of the failover.
    fn failover_due(&mut self, id: &DbInstanceId, since: SimTime, share: f64) {
        let chance = random::unit(self.seed, &["failover", id.as_str()], since.as_millis());
        let left = (TOTAL_S.0 + (TOTAL_S.1 - TOTAL_S.0) * chance) * LEFT;
        let due = self.database_in(id, DbStep::Host, Duration::from_millis((left * share * 1000.0) as u64));
        if let Some(database) = self.database(id) {
            database.course.phase_due = Some(due);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::super::world::{DbInstance, DbServing, World};
    use super::super::super::fixture;
    use super::*;

    fn main(world: &World) -> &DbInstance {
        &world.here().databases["main"]
    }

    fn dark(zone: &str) -> Fault {
        Fault::ZonePowerLoss { zone: format!("eu-west-1{zone}") }
    }

    fn crash() -> Fault {
        Fault::DatabaseCrash { id: "main".to_owned() }
    }

    /// Seconds of the last `seconds` in which a write would not have succeeded.
    fn gap(world: &World, seconds: u64) -> u64 {
        let refused = |back: &u64| !main(world).accepts_writes(world.now - Duration::from_secs(*back));
        (0..seconds).filter(refused).count() as u64
    }

    fn told(world: &World, since: usize) -> Vec<String> {
        let events = world.here().db_events.iter().skip(since).filter(|event| event.source == "main");
        events.map(|event| event.message.clone()).collect()
    }

    #[test]
    fn a_lost_writer_is_replaced_by_its_standby_in_one_to_two_minutes_aws_domain_c3() {
        for fault in [dark("a"), crash()] {
            let mut world = fixture::world();
            let before = world.here().db_events.len();
            world.apply(fault.clone()).unwrap();
            world.pass(10);
            assert_eq!((main(&world).status, main(&world).course.zone.as_str()), (DbStatus::Available, "eu-west-1a"));
            world.pass(30);
            assert_eq!(main(&world).status, DbStatus::Rebooting);
            world.pass(80);
            assert_eq!((main(&world).status, main(&world).course.zone.as_str()), (DbStatus::Available, "eu-west-1b"));
            assert!((60..=120).contains(&gap(&world, 120)), "{} s after {fault:?}", gap(&world, 120));
            let reason = match fault {
                Fault::DatabaseCrash { .. } => "The primary host of the RDS Multi-AZ instance is unhealthy.",
                _ => {
                    "The primary host of the RDS Multi-AZ instance is unreachable due to loss of network connectivity."
                }
            };
            let expected = [
                "Multi-AZ instance failover started.",
                "DB instance restarted",
                "Multi-AZ instance failover completed",
                reason,
            ];
            assert_eq!(told(&world, before), expected);
        }
    }

    #[test]
    fn the_zone_fields_lag_by_minutes_and_the_standby_is_absent_while_it_is_rebuilt_aws_domain_a4() {
        let mut world = fixture::world();
        world.apply(crash()).unwrap();
        let shown = |world: &World| {
            (main(world).zone.to_string(), main(world).secondary_zone.as_ref().map(ToString::to_string))
        };
        world.pass(180);
        assert!(main(&world).accepts_writes(world.now));
        assert_eq!(shown(&world), ("eu-west-1a".to_owned(), Some("eu-west-1b".to_owned())), "as before the failover");
        world.pass(300);
        assert_eq!(shown(&world), ("eu-west-1b".to_owned(), None), "not protected now");
        assert!(main(&world).multi_az);
        world.pass(1800);
        assert_eq!(shown(&world), ("eu-west-1b".to_owned(), Some("eu-west-1a".to_owned())));
        assert_eq!(gap(&world, 2000), 0, "building a standby costs no availability");
    }

    #[test]
    fn a_volume_that_stalls_for_long_makes_it_fail_over_and_a_short_stall_does_not_aws_domain_c3() {
        let stall = Fault::EbsStall { zone: "eu-west-1a".to_owned() };
        let mut world = fixture::world();
        world.apply(stall.clone()).unwrap();
        world.pass(30);
        assert_eq!(main(&world).course.serving_at(world.now), DbServing::Stalled);
        world.heal(&stall).unwrap();
        assert!(main(&world).accepts_writes(world.now));
        world.pass(600);
        assert_eq!(main(&world).course.failed_over_at, None);
        world.apply(stall).unwrap();
        world.pass(180);
        assert!(main(&world).accepts_writes(world.now));
        assert_eq!(main(&world).course.zone, *"eu-west-1b");
    }

    #[test]
    fn with_the_standby_gone_too_it_waits_for_power_aws_domain_f28() {
        for first in ["a", "b"] {
            let mut world = fixture::world();
            world.apply(dark("a")).unwrap();
            world.apply(dark("b")).unwrap();
            world.pass(1200);
            assert_eq!(
                (main(&world).status, main(&world).course.serving_at(world.now)),
                (DbStatus::Available, DbServing::Silent)
            );
            // Both sides stopped at once: whichever returns first has every commit.
            world.heal(&dark(first)).unwrap();
            world.pass(310);
            assert!(main(&world).accepts_writes(world.now), "{first}");
            assert_eq!(main(&world).course.zone, *format!("eu-west-1{first}").as_str());
            world.heal(&dark(if first == "a" { "b" } else { "a" })).unwrap();
            world.pass(3000);
            assert!(main(&world).course.standby.ready().is_some(), "protected again");
            assert_eq!(main(&world).secondary_zone.as_ref(), main(&world).course.standby.ready());
        }
    }

    #[test]
    fn a_standby_that_goes_in_the_middle_of_a_failover_ends_it() {
        let mut world = fixture::world();
        world.apply(dark("a")).unwrap();
        world.pass(40);
        world.apply(dark("b")).unwrap();
        world.pass(600);
        assert!(!main(&world).accepts_writes(world.now));
        world.heal(&dark("a")).unwrap();
        world.pass(310);
        assert_eq!((main(&world).status, main(&world).course.zone.as_str()), (DbStatus::Available, "eu-west-1a"));
        assert!(main(&world).accepts_writes(world.now));
    }
}
