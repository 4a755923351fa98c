//! Clusters whose members stand in one zone.

use std::collections::{BTreeMap, BTreeSet};

use crate::estate::Kind;
use crate::estate::database::{Cluster, Database};
use crate::id::{DatabaseId, ZoneName};
use crate::judge::finding::Subject;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "cluster-one-zone",
    title: "all members of the cluster stand in one zone",
    severity: Severity::High,
    explain: "Aurora keeps its data in three zones, and serves it through instances. With all of them in one zone, or only one \
              of them, there is nobody to take over when that zone goes: an instance has to be made first, in ten minutes at \
              best, by a control plane that everybody is calling. A cluster of one has its failover in the same zone.",
    source: "AWS: Aurora guide, high availability (aws-domain.md A.4, C.3, F.28)",
    remedy: "add a reader of the writer's class in another zone",
    reach: Reach::Region,
    needs: &[Kind::Clusters, Kind::Databases],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    let places: BTreeMap<&DatabaseId, &ZoneName> =
        scene.rows::<Database>().filter_map(|database| Some((&database.id, database.zone.as_ref()?))).collect();
    for cluster in scene.rows::<Cluster>() {
        let known: Vec<&ZoneName> =
            cluster.members.iter().filter_map(|member| places.get(&member.database).copied()).collect();
        let zones: BTreeSet<&ZoneName> = known.iter().copied().collect();
        // A member of which nobody knows the zone may be the one elsewhere.
        if let [zone] = zones.into_iter().collect::<Vec<_>>()[..]
            && known.len() == cluster.members.len()
        {
            let evidence = format!("{}, all in {zone}", scene::count(cluster.members.len(), "member"));
            report.flaw(Subject::named("cluster", cluster.id.as_str()), evidence).in_zone(Some(zone));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.set(EAST, Kind::Databases, "catalog-2", json!({"zone": "us-east-1a"})),
        subject: "catalog",
        evidence: &["2 members, all in us-east-1a"],
        silent: |world| world.set(EAST, Kind::Databases, "catalog-2", json!({"zone": null})),
    };
}
