//! Databases of which there is nothing in another region.

use crate::estate::Kind;
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::id::{Arn, Region};
use crate::judge::finding::Subject;
use crate::judge::role::Clusters;

use super::scene::Scene;
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "no-replica",
    title: "there is no copy of it in another region",
    severity: Severity::Medium,
    explain: "When the region goes, what is left of a database is its replica elsewhere, or a snapshot that was copied out. \
              Without either there is nothing to promote, and it is down until AWS has mended the region. How much a copy may \
              be behind is the data that is lost. It is low where the account has no second region for anything.",
    source: "AWS: RDS guide, cross-Region read replicas; Aurora global databases (aws-domain.md C.4, F.29)",
    remedy: "make a replica in the other region, or copy snapshots there; else accept the risk",
    reach: Reach::Region,
    needs: &[Kind::Databases, Kind::Clusters, Kind::GlobalClusters],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    let severity = if scene.regions().len() > 1 { Severity::Medium } else { Severity::Low };
    let here = scene.region();
    let globals: Vec<&GlobalCluster> = scene.rows::<GlobalCluster>().collect();
    let elsewhere = |arn: &str| Arn::from(arn).region().is_some_and(|region: Region| region != *here);
    for database in scene.rows::<Database>().filter(|database| database.cluster.is_none() && database.replica_of.is_none())
    {
        if !database.replicas.iter().any(|replica| elsewhere(replica)) {
            let near = database.replicas.len();
            let near = if near > 0 { format!("; {near} in this one") } else { String::new() };
            let subject = Subject::named("database", database.id.as_str());
            report.flaw(subject, format!("0 replicas in another region{near}")).with(severity);
        }
    }
    let roles = Clusters { clusters: Vec::new(), globals: globals.clone() };
    for cluster in scene.rows::<Cluster>().filter(|cluster| !roles.is_secondary(cluster)) {
        let is_this = |arn: &Arn| cluster.arn.as_ref() == Some(arn);
        let global = globals.iter().find(|global| global.members.iter().any(|member| is_this(&member.cluster)));
        if !global.is_some_and(|global| global.members.iter().any(|member| elsewhere(member.cluster.as_str()))) {
            let subject = Subject::named("cluster", cluster.id.as_str());
            report.flaw(subject, "no global database with a cluster in another region").with(severity);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.set(EAST, Kind::Databases, "orders", json!({"replicas": ["orders-copy"]})),
        subject: "orders",
        evidence: &["0 replicas in another region; 1 in this one"],
        silent: |world| world.database(EAST, "orders-copy", json!({"replica_of": "orders"})),
    };
}
