//! The host of a database: what keeps it from serving, how long AWS takes to notice, and its restart.
//!
//! Owns: phases and statuses of instances. Must stay true: until AWS has noticed, and for as long as it can do nothing,
//! the status stays what it was (`aws-domain.md A.4`: `available` does not mean that SQL answers).

use std::ops::Range;

use super::super::super::world::{DbInstance, DbInstanceId, DbPhase, DbSpace, DbStatus, HostTrouble, Region};
use super::super::Scene;
use super::DbStep;
use super::notice::Notice;

/// How long RDS takes to notice, of the 60 to 120 seconds that a failover takes in all (`aws-domain.md C.3`).
const NOTICED_S: Range<u32> = 15..30;
/// A volume that stalls is given some patience.
const STALL_NOTICED_S: Range<u32> = 60..90;
/// Aurora notices within seconds.
const AURORA_NOTICED_S: Range<u32> = 5..12;
/// Another host of the same zone attaches the volumes and recovers.
const REPLACED_S: Range<u32> = 180..420;
/// Power returned: boot and crash recovery.
const POWERED_S: Range<u32> = 120..300;
/// An Aurora member has no volumes of its own to recover.
const MEMBER_RESTARTS_S: Range<u32> = 60..180;

/// What keeps this database's host from serving now.
pub(super) fn trouble(region: &Region, database: &DbInstance) -> Option<HostTrouble> {
    let causes = &region.zones.get(&database.course.zone)?.causes;
    let crashed = database.causes.crashed.is_some_and(|at| at >= database.course.host_since);
    if causes.dark.is_some() {
        Some(HostTrouble::Dark)
    } else if crashed {
        Some(HostTrouble::Crashed)
    } else if causes.ebs_stalled.is_some() && database.cluster.is_none() {
        // Aurora's storage is not EBS.
        Some(HostTrouble::Stalled)
    } else {
        None
    }
}

/// Whether AWS runs this database at all.
pub(super) fn runs(database: &DbInstance) -> bool {
    !matches!(database.status, DbStatus::Creating | DbStatus::Stopped | DbStatus::Failed)
}

impl Scene<'_> {
    /// The host looks at its zone, its volumes and itself.
    pub(super) fn feel_database_host(&mut self, id: &DbInstanceId) {
        let Some(database) = self.region.databases.get(id).filter(|database| runs(database)) else { return };
        let found = trouble(self.region, database);
        let ready = database.course.standby.ready().is_some();
        match (database.course.phase, found) {
            (DbPhase::Serving, Some(trouble)) => self.fall_silent(id, trouble),
            (DbPhase::Restarting, Some(trouble)) if trouble != HostTrouble::Stalled => self.fall_silent(id, trouble),
            (DbPhase::Unnoticed { trouble: HostTrouble::Stalled, .. }, None)
            | (DbPhase::Down { trouble: HostTrouble::Stalled }, None) => self.serve(id),
            (DbPhase::Unnoticed { .. } | DbPhase::Down { .. }, None) => {
                self.begin_restart(id, if self.is_member(id) { MEMBER_RESTARTS_S } else { POWERED_S });
            }
            (DbPhase::Unnoticed { since, .. }, Some(trouble)) => {
                self.set_phase(id, DbPhase::Unnoticed { trouble, since });
            }
            (DbPhase::Down { .. }, Some(trouble)) if ready => self.begin_failover(id, trouble, self.now),
            (DbPhase::Down { .. }, Some(trouble)) => self.set_phase(id, DbPhase::Down { trouble }),
            (DbPhase::FailingOver { trouble, .. }, _) if !ready => {
                // The standby went too: there is nothing left to fail over to.
                self.set_phase(id, DbPhase::Down { trouble });
                self.feel_database_host(id);
            }
            (DbPhase::Serving | DbPhase::Restarting, _) | (DbPhase::FailingOver { .. }, _) => {}
        }
    }

    /// The step of the host that is due.
    pub(super) fn step_database_host(&mut self, id: &DbInstanceId) {
        let now = self.now;
        let Some(database) = self.database(id).filter(|found| found.course.phase_due == Some(now)) else { return };
        database.course.phase_due = None;
        match database.course.phase {
            DbPhase::Unnoticed { trouble, since } => match database.cluster.clone() {
                Some(cluster) => self.notice_member(id, &cluster, trouble),
                None if database.course.standby.ready().is_some() => self.begin_failover(id, trouble, since),
                None if trouble == HostTrouble::Crashed => self.begin_restart(id, REPLACED_S),
                None => self.set_phase(id, DbPhase::Down { trouble }),
            },
            DbPhase::FailingOver { .. } => self.step_failover(id),
            DbPhase::Restarting => self.finish_restart(id),
            DbPhase::Serving | DbPhase::Down { .. } => {}
        }
    }

    fn fall_silent(&mut self, id: &DbInstanceId, trouble: HostTrouble) {
        let seconds = match trouble {
            _ if self.is_member(id) => AURORA_NOTICED_S,
            HostTrouble::Stalled => STALL_NOTICED_S,
            HostTrouble::Dark | HostTrouble::Crashed | HostTrouble::Asked => NOTICED_S,
        };
        self.set_phase(id, DbPhase::Unnoticed { trouble, since: self.now });
        self.host_due(id, seconds);
    }

    /// Starts the engine on a host that nothing is wrong with.
    pub(super) fn begin_restart(&mut self, id: &DbInstanceId, seconds: Range<u32>) {
        let now = self.now;
        let Some(database) = self.database(id) else { return };
        database.course.host_since = now;
        database.status = DbStatus::Rebooting;
        database.busy_until = None;
        let notice = match (&database.cluster, database.multi_az) {
            (Some(_), _) => None,
            (None, true) => Some(Notice::MultiAzRecoveryStarted),
            (None, false) => Some(Notice::RecoveryStarted),
        };
        self.set_phase(id, DbPhase::Restarting);
        self.host_due(id, seconds);
        if let Some(notice) = notice {
            self.tell(id, notice);
        }
    }

    fn finish_restart(&mut self, id: &DbInstanceId) {
        let Some(database) = self.region.databases.get(id) else { return };
        let notices: &[Notice<'_>] = match (&database.cluster, database.multi_az) {
            _ if database.course.rebooting => &[Notice::Restarted],
            (Some(_), _) => &[Notice::Restarted],
            // Recovered in its old zone, without a failover.
            (None, true) => &[
                Notice::MultiAzRecoveryFinished,
                Notice::ActivationStarted,
                Notice::Restarted,
                Notice::ActivationFinished,
            ],
            (None, false) => &[Notice::Restarted, Notice::RecoveryFinished],
        };
        for notice in notices {
            self.tell(id, *notice);
        }
        self.serve(id);
    }

    /// The engine answers again, unless its storage is full.
    pub(super) fn serve(&mut self, id: &DbInstanceId) {
        self.set_phase(id, DbPhase::Serving);
        let Some(database) = self.database(id) else { return };
        database.course.phase_due = None;
        database.course.rebooting = false;
        if database.status == DbStatus::Rebooting {
            let full = database.course.space == DbSpace::Full;
            database.status = if full { DbStatus::StorageFull } else { DbStatus::Available };
        }
        self.seek_standby(id);
    }

    pub(super) fn set_phase(&mut self, id: &DbInstanceId, phase: DbPhase) {
        if let Some(database) = self.database(id) {
            database.course.phase = phase;
        }
    }

    pub(super) fn host_due(&mut self, id: &DbInstanceId, seconds: Range<u32>) {
        let wait = self.between("host", id.as_str(), seconds);
        let due = self.database_in(id, DbStep::Host, wait);
        if let Some(database) = self.database(id) {
            database.course.phase_due = Some(due);
        }
    }

    fn is_member(&self, id: &DbInstanceId) -> bool {
        self.region.databases.get(id).is_some_and(|database| database.cluster.is_some())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::super::world::{DbServing, World};
    use super::super::super::fixture;
    use super::*;

    /// The fixture with a single-AZ primary.
    fn world() -> World {
        fixture::world_with(|document| document.replace(r#"standby_zone = "eu-west-1b", "#, ""))
    }

    fn main(world: &World) -> &DbInstance {
        &world.here().databases["main"]
    }

    #[test]
    fn a_single_instance_restarts_on_another_host_of_its_zone_aws_domain_a4() {
        let mut world = world();
        let before = world.here().db_events.len();
        world.apply(Fault::DatabaseCrash { id: "main".to_owned() }).unwrap();
        world.pass(5);
        assert_eq!(
            (main(&world).status, main(&world).course.serving_at(world.now)),
            (DbStatus::Available, DbServing::Silent)
        );
        world.pass(60);
        assert_eq!(
            (main(&world).status, main(&world).course.serving_at(world.now)),
            (DbStatus::Rebooting, DbServing::Refusing)
        );
        world.pass(400);
        assert_eq!((main(&world).status, main(&world).zone.as_str()), (DbStatus::Available, "eu-west-1a"));
        assert!(
            main(&world).accepts_writes(world.now),
            "the crash stayed behind on the old host, though nobody healed it"
        );
        let told: Vec<&str> = world.here().db_events.iter().skip(before).map(|event| event.message.as_str()).collect();
        let expected = [
            "Recovery of the DB instance has started. Recovery time will vary with the amount of data to be recovered.",
            "DB instance restarted",
            "Recovery of the DB instance is complete.",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn in_a_dark_zone_it_is_available_and_does_not_answer_until_power_returns_aws_domain_a4() {
        let mut world = world();
        let power = Fault::ZonePowerLoss { zone: "eu-west-1a".to_owned() };
        world.apply(power.clone()).unwrap();
        world.pass(3600);
        assert_eq!(
            (main(&world).status, main(&world).course.serving_at(world.now)),
            (DbStatus::Available, DbServing::Silent)
        );
        world.heal(&power).unwrap();
        assert_eq!(main(&world).status, DbStatus::Rebooting);
        world.pass(301);
        assert_eq!(main(&world).status, DbStatus::Available);
        assert!(main(&world).accepts_writes(world.now));
    }

    #[test]
    fn faults_of_databases_compose_and_each_heals_alone() {
        let mut world = world();
        let power = Fault::ZonePowerLoss { zone: "eu-west-1a".to_owned() };
        let stall = Fault::EbsStall { zone: "eu-west-1a".to_owned() };
        let crash = Fault::DatabaseCrash { id: "main".to_owned() };
        for fault in [&stall, &crash, &power] {
            world.apply(fault.clone()).unwrap();
            world.pass(20);
        }
        world.heal(&power).unwrap();
        world.pass(1000);
        assert_eq!(main(&world).course.serving_at(world.now), DbServing::Stalled, "the volumes still stall");
        world.heal(&stall).unwrap();
        world.pass(1);
        assert!(main(&world).accepts_writes(world.now));
        world.heal(&crash).unwrap();
        world.pass(1);
        assert!(main(&world).accepts_writes(world.now));
    }

    #[test]
    fn a_calm_database_has_nothing_on_the_schedule() {
        let mut world = fixture::world();
        world.pass(3 * 3600);
        assert!(!format!("{:?}", world.schedule).contains("Database("));
    }
}
