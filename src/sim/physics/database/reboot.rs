//! Reboots and failovers that a person asks for (`aws-domain.md C.3`, other parts).
//!
//! Must stay true: for some seconds after the request the status still says `available` (`aws-domain.md A.9`, the trap); a
//! failover soon after another one is abandoned, with RDS-EVENT-0034.

use std::time::Duration;

use super::super::super::world::{DbClusterId, DbInstanceId, DbPhase, DbStatus, HostTrouble, Standby};
use super::super::{Refused, Scene};
use super::DbStep;
use super::notice::Notice;

/// From the request to the first that one sees of it.
const STALE: Duration = Duration::from_secs(8);
/// How long after a failover another one is abandoned.
const COOL_DOWN: Duration = Duration::from_secs(600);
/// How long a plain reboot takes, seconds.
const REBOOT_S: std::ops::Range<u32> = 20..60;

impl Scene<'_> {
    /// Reboots a database, with `failover` onto its standby.
    ///
    /// # Errors
    /// RDS's code when it is not available, or has no standby.
    pub fn reboot_database(&mut self, id: &DbInstanceId, failover: bool) -> Result<(), Refused> {
        let missing = || Refused::new("DBInstanceNotFound", format!("DBInstance {id} not found.")).status(404);
        let Some(database) = self.region.databases.get_mut(id) else { return Err(missing()) };
        if database.status != DbStatus::Available || database.course.reboot.is_some() {
            let words = format!("Instance {id} is not in available state.");
            return Err(Refused::new("InvalidDBInstanceState", words));
        }
        if failover && !database.multi_az {
            let words = "Cannot force failover on a non-Multi-AZ instance";
            return Err(Refused::new("InvalidParameterCombination", words));
        }
        database.course.reboot = Some(failover);
        self.database_in(id, DbStep::Reboot, STALE);
        Ok(())
    }

    /// A reboot that was asked for begins, if nothing else is going on.
    pub(super) fn step_reboot_database(&mut self, id: &DbInstanceId) {
        let now = self.now;
        let Some(database) = self.database(id) else { return };
        let Some(failover) = database.course.reboot.take() else { return };
        if database.course.phase != DbPhase::Serving {
            return;
        }
        let recent = database.course.failed_over_at.is_some_and(|at| now.since(at) < COOL_DOWN);
        if failover && recent {
            return self.tell(id, Notice::FailoverAbandoned);
        }
        if failover && matches!(database.course.standby, Standby::InSync { .. }) {
            return self.begin_failover(id, HostTrouble::Asked, now);
        }
        database.course.rebooting = true;
        database.status = DbStatus::Rebooting;
        self.set_phase(id, DbPhase::Restarting);
        self.host_due(id, REBOOT_S);
    }

    /// Has a reader write, the one that is named or the first in line.
    ///
    /// # Errors
    /// RDS's code when the cluster is busy, or the target is no reader that could.
    pub fn failover_cluster(&mut self, id: &DbClusterId, target: Option<&DbInstanceId>) -> Result<(), Refused> {
        let missing = || Refused::new("DBClusterNotFoundFault", format!("DBCluster {id} not found.")).status(404);
        let cluster = self.region.clusters.get(id).ok_or_else(missing)?;
        if cluster.status != DbStatus::Available {
            let words = format!("DB cluster {id} is not in available state.");
            return Err(Refused::new("InvalidDBClusterStateFault", words));
        }
        let to = match target {
            None => self.successor(cluster),
            Some(target) => {
                let reader = cluster.members.iter().any(|member| member.instance == *target && !member.writer);
                let able =
                    self.region.databases.get(target).is_some_and(|found| {
                        found.status == DbStatus::Available && found.course.phase == DbPhase::Serving
                    });
                if !reader {
                    let words = format!("Instance {target} is not a reader of DB cluster {id}.");
                    return Err(Refused::new("InvalidDBInstanceState", words));
                }
                able.then(|| target.clone())
            }
        };
        let nobody = || {
            let words = format!("DB cluster {id} has no reader that is available to fail over to.");
            Refused::new("InvalidDBClusterStateFault", words)
        };
        let to = to.ok_or_else(nobody)?;
        self.begin_cluster_failover(id, to);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::world::{DbInstance, World};
    use super::super::super::fixture::{self, REGION};
    use super::*;

    fn main(world: &World) -> &DbInstance {
        &world.here().databases["main"]
    }

    fn reboot(world: &mut World, id: &str, failover: bool) -> Result<(), Refused> {
        world.scene(REGION).unwrap().reboot_database(&id.into(), failover)
    }

    #[test]
    fn a_failover_that_is_asked_for_shows_late_and_a_second_one_is_abandoned_aws_domain_c3() {
        let mut world = fixture::world();
        let before = main(&world).course.zone.clone();
        reboot(&mut world, "main", true).unwrap();
        world.pass(5);
        assert_eq!(main(&world).status, DbStatus::Available, "the stale `available`");
        assert_eq!(reboot(&mut world, "main", true).unwrap_err().code, "InvalidDBInstanceState");
        world.pass(180);
        assert_ne!(main(&world).course.zone, before);
        assert_eq!(main(&world).status, DbStatus::Available);
        let told: Vec<String> = world.here().db_events.iter().map(|event| event.message.clone()).collect();
        assert!(told.iter().any(|text| text == "The user requested a failover of the DB instance."), "{told:?}");
        let after = main(&world).course.zone.clone();
        reboot(&mut world, "main", true).unwrap();
        world.pass(180);
        assert_eq!(main(&world).course.zone, after);
        let told: Vec<&str> = world.here().db_events.iter().map(|event| event.message.as_str()).collect();
        assert!(told.iter().any(|text| text.starts_with("Abandoning user requested failover")), "{told:?}");
    }

    #[test]
    fn a_plain_reboot_stays_where_it_is_and_a_single_instance_cannot_fail_over_aws_domain_f28() {
        let mut world = fixture::world();
        let before = main(&world).course.zone.clone();
        reboot(&mut world, "main", false).unwrap();
        world.pass(15);
        assert_eq!(main(&world).status, DbStatus::Rebooting);
        world.pass(120);
        assert_eq!((main(&world).status, &main(&world).course.zone), (DbStatus::Available, &before));
        assert_eq!(reboot(&mut world, "copy", true).unwrap_err().code, "InvalidParameterCombination");
    }
}
