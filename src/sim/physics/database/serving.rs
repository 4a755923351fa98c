//! What clients of a database get, written down at each change: the truth behind `available`.
//!
//! Owns: the record of it, and what services may ask of it. Must stay true: a pure function of roles, phases and causes;
//! metrics, traffic and the ledger read the record, never the status.

use super::super::super::world::{
    DbCluster, DbInstance, DbInstanceId, DbPhase, DbRole, DbServing, DbSpace, HostTrouble, Region, Service, SimTime,
    ZoneName,
};
use super::super::Scene;
use super::host::runs;

/// The share of a service's requests that get at `at` what they need of its databases: the rest needs a writer that does
/// not answer.
#[must_use]
pub fn database_serves(region: &Region, service: &Service, at: SimTime) -> f64 {
    let kept = service.uses.iter().map(|(id, share)| if accepts_writes(region, id, at) { 1.0 } else { 1.0 - share });
    kept.product()
}

/// Whether a database, or the writer of a cluster, of that name accepted writes at `at`.
fn accepts_writes(region: &Region, id: &str, at: SimTime) -> bool {
    match region.clusters.get(id) {
        Some(cluster) => members(region, cluster).any(|member| member.accepts_writes(at)),
        None => region.databases.get(id).is_some_and(|database| database.accepts_writes(at)),
    }
}

pub(super) fn members<'r>(region: &'r Region, cluster: &'r DbCluster) -> impl Iterator<Item = &'r DbInstance> {
    cluster.members.iter().filter_map(|member| region.databases.get(&member.instance))
}

impl Scene<'_> {
    /// Notes what clients of a database get from now on.
    pub(super) fn note_serving(&mut self, id: &DbInstanceId) {
        let now = self.now;
        let Some(database) = self.region.databases.get(id) else { return };
        let (serving, loss) = (serving(self.region, database), standby_loss(self.region, database));
        let before = database.course.serving.latest().copied();
        if let Some(database) = self.database(id) {
            database.course.serving.record(now, serving);
            database.course.standby_loss.record(now, loss);
        }
        if before.is_some_and(|before| before != serving) {
            self.stir_users(id);
        }
    }

    /// The traffic of services that use a database looks at it again.
    fn stir_users(&mut self, id: &DbInstanceId) {
        let cluster = self.region.databases.get(id).and_then(|database| database.cluster.as_ref());
        let uses = |service: &&Service| {
            service.uses.contains_key(id.as_str()) || cluster.is_some_and(|id| service.uses.contains_key(id.as_str()))
        };
        let users: Vec<_> = self.region.services.values().filter(uses).map(|service| service.name.clone()).collect();
        for service in &users {
            self.stir_service(service);
        }
    }
}

/// The share of packets that is lost between the primary and its standby, over the borders of both zones.
fn standby_loss(region: &Region, database: &DbInstance) -> f64 {
    let Some(standby) = database.course.standby.ready() else { return 0.0 };
    let passes = |zone: &ZoneName| region.zones.get(zone).map_or(1.0, |zone| 1.0 - zone.causes.loss);
    1.0 - passes(&database.course.zone) * passes(standby)
}

fn serving(region: &Region, database: &DbInstance) -> DbServing {
    if !runs(database) {
        return DbServing::Silent;
    }
    match database.course.phase {
        DbPhase::Serving if database.course.space == DbSpace::Full => DbServing::Refusing,
        DbPhase::Serving => in_role(region, database),
        DbPhase::Unnoticed { trouble: HostTrouble::Stalled, .. } | DbPhase::Down { trouble: HostTrouble::Stalled } => {
            DbServing::Stalled
        }
        // The standby's host is there, and publishes metrics.
        DbPhase::Unnoticed { .. } | DbPhase::Down { .. } if database.course.standby.ready().is_some() => {
            DbServing::Refusing
        }
        DbPhase::Unnoticed { .. } | DbPhase::Down { .. } => DbServing::Silent,
        DbPhase::FailingOver { .. } | DbPhase::Restarting => DbServing::Refusing,
    }
}

fn in_role(region: &Region, database: &DbInstance) -> DbServing {
    let cluster = database.cluster.as_ref().and_then(|id| region.clusters.get(id));
    let writer = cluster.and_then(DbCluster::writer) == Some(&database.id);
    match database.role(writer) {
        DbRole::Primary => DbServing::ReadWrite,
        DbRole::Writer if cluster.is_some_and(|cluster| has_quorum(region, cluster)) => DbServing::ReadWrite,
        DbRole::Writer => DbServing::Stalled,
        DbRole::Replica | DbRole::Reader => DbServing::ReadOnly,
    }
}

/// Aurora keeps six copies in three zones and writes to four of them: it can spare one zone of three.
fn has_quorum(region: &Region, cluster: &DbCluster) -> bool {
    let powered = |name: &&ZoneName| region.zones.get(*name).is_some_and(|zone| zone.causes.dark.is_none());
    cluster.zones.iter().filter(powered).count() * 3 >= cluster.zones.len() * 2
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::fixture::{self, REGION};

    #[test]
    fn clients_meet_a_failover_as_a_short_burst_of_errors_aws_domain_c3() {
        let mut world = fixture::world_with(|document| {
            document.replace("error_share = 0.01", "error_share = 0.0, uses = { main = 0.5 }")
        });
        let begin = world.now;
        world.apply(Fault::DatabaseCrash { id: "main".to_owned() }).unwrap();
        world.pass(600);
        let during = world.ledger_sums(REGION, "web", begin, begin + std::time::Duration::from_secs(120)).unwrap();
        let after = world.ledger_sums(REGION, "web", begin + std::time::Duration::from_secs(120), world.now).unwrap();
        let failed = during.failed / during.asked;
        assert!((0.25..0.6).contains(&failed), "half of what was asked while the writer was away: {during:?}");
        assert!(after.availability().unwrap() > 0.999, "{after:?}");
        let states: Vec<_> = world.here().target_groups.values().flat_map(|group| group.targets.values()).collect();
        assert!(
            states.iter().all(|target| target.state.as_str() == "healthy"),
            "the health check does not ask the database"
        );
    }
}
