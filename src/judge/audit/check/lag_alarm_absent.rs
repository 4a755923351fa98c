//! Copies of which nobody would hear that they fall behind.

use std::collections::BTreeSet;

use crate::estate::Kind;
use crate::estate::alarm::Alarm;
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::judge::finding::Subject;
use crate::judge::role::Clusters;

use super::scene::Scene;
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "lag-alarm-absent",
    title: "nobody hears when this copy falls behind",
    severity: Severity::Medium,
    explain: "A replica that has stopped replicating looks available, and is found out on the day it is needed: the data that \
              is lost is what it was behind. Replication that has been broken for thirty days is ended by RDS. Only an alarm \
              on its lag tells; it stands in the region of the copy. Readers of one Aurora cluster share its storage and are \
              not asked for one.",
    source: "AWS: RDS guide, monitoring read replication; Aurora global databases (aws-domain.md A.4, F.31)",
    remedy: "alarm on ReplicaLag (Aurora global: AuroraGlobalDBRPOLag), with missing data as breaching",
    reach: Reach::Region,
    needs: &[Kind::Databases, Kind::Clusters, Kind::GlobalClusters, Kind::Alarms],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    let watched: BTreeSet<&str> = scene
        .rows::<Alarm>()
        .filter_map(|alarm| alarm.metric.as_ref())
        .filter(|metric| metric.name.contains("Lag"))
        .flat_map(|metric| metric.dimensions.iter().map(|(_, value)| &**value))
        .collect();
    let replicas = scene.rows::<Database>().filter_map(|database| Some((database, database.replica_of.as_deref()?)));
    for (replica, original) in replicas.filter(|(replica, _)| !watched.contains(replica.id.as_str())) {
        let evidence = format!("0 alarms on its lag; it follows {}", original.rsplit(':').next().unwrap_or(original));
        report.flaw(Subject::named("database", replica.id.as_str()), evidence);
    }
    let roles = Clusters { clusters: Vec::new(), globals: scene.rows::<GlobalCluster>().collect() };
    for cluster in scene.rows::<Cluster>().filter(|cluster| roles.is_secondary(cluster)) {
        let members = cluster.members.iter().map(|member| member.database.as_str());
        if !members.chain([cluster.id.as_str()]).any(|name| watched.contains(name)) {
            report.flaw(Subject::named("cluster", cluster.id.as_str()), "0 alarms on its lag; it follows another region");
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, WEST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.remove(WEST, Kind::Alarms, "orders-lag"),
        subject: "orders-west",
        evidence: &["0 alarms on its lag", "follows orders"],
        silent: |world| {
            world.remove(WEST, Kind::Alarms, "catalog-lag");
            let member = json!([["DBInstanceIdentifier", "catalog-west-1"]]);
            world.alarm(WEST, "other-lag", "AWS/RDS AuroraGlobalDBReplicationLag", member);
        },
    };
}
