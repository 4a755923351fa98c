//! Stand-ins that are smaller than what they stand in for.

use std::collections::BTreeMap;

use crate::estate::Kind;
use crate::estate::database::{Cluster, ClusterMember, Database, GlobalCluster};
use crate::id::{Arn, DatabaseId, Region};
use crate::judge::finding::Subject;

use super::scene::Scene;
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "replica-smaller",
    title: "what would take over is smaller than what it replaces",
    severity: Severity::Medium,
    explain: "After a failover or a promotion the smaller machine carries the whole load of the larger one, with cold caches, \
              at the worst moment; to make it larger is another outage. In a cluster the reader with the lowest promotion tier \
              goes first, and of equal ones the largest: a small reader that stands behind others matters less.",
    source: "AWS: Aurora guide, failover tiers; RDS guide, promotion (aws-domain.md B.4, C.3, C.4)",
    remedy: "give it the writer's class, or a higher promotion tier than those that have it",
    reach: Reach::Account,
    needs: &[Kind::Databases, Kind::Clusters, Kind::GlobalClusters],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    for region in scene.regions() {
        let databases = databases(scene, region);
        for replica in databases.values() {
            let Some(original) = original(scene, region, replica) else { continue };
            if let Some(evidence) = smaller(replica, original) {
                report.flaw(Subject::named("database", replica.id.as_str()), evidence).in_region(region);
            }
        }
        for cluster in scene.rows_in::<Cluster>(region) {
            if let Some(writer) = writer(scene, region, cluster) {
                readers(report, region, cluster, writer, &databases);
            }
        }
    }
}

fn databases<'a>(scene: &Scene<'a>, region: &Region) -> BTreeMap<&'a DatabaseId, &'a Database> {
    scene.rows_in::<Database>(region).map(|database| (&database.id, database)).collect()
}

/// Who writes for a cluster: one of its own, or of a secondary cluster the primary's, in another region.
fn writer<'a>(scene: &Scene<'a>, region: &Region, cluster: &Cluster) -> Option<&'a Database> {
    let own = |region: &Region, cluster: &Cluster| {
        let writer = cluster.members.iter().find(|member| member.writer)?;
        databases(scene, region).get(&writer.database).copied()
    };
    own(region, cluster).or_else(|| {
        let global = scene.rows_in::<GlobalCluster>(region).find(|global| {
            global.members.iter().any(|member| cluster.arn.as_ref() == Some(&member.cluster))
        })?;
        let home = &global.members.iter().find(|member| member.writer)?.cluster;
        let primary_region = home.region()?;
        let primary = scene.rows_in::<Cluster>(&primary_region).find(|known| known.arn.as_ref() == Some(home))?;
        own(&primary_region, primary)
    })
}

/// What a replica follows, in whatever region it is.
fn original<'a>(scene: &Scene<'a>, region: &Region, replica: &Database) -> Option<&'a Database> {
    let source = replica.replica_of.as_deref()?;
    let (home, name) = match source.starts_with("arn:") {
        true => (Arn::from(source).region()?, source.rsplit(':').next()?),
        false => (region.clone(), source),
    };
    scene.rows_in::<Database>(&home).find(|database| database.id.as_str() == name)
}

fn readers(
    report: &mut Report,
    region: &Region,
    cluster: &Cluster,
    writer: &Database,
    databases: &BTreeMap<&DatabaseId, &Database>,
) {
    let find = |id: &DatabaseId| databases.get(id).copied();
    // AWS takes the lowest tier, and of equal ones the largest.
    let readers = cluster.members.iter().filter(|member| !member.writer);
    let order = |member: &&ClusterMember| {
        let size = find(&member.database).and_then(|database| size(database.class.as_deref()?));
        (member.promotion_tier.unwrap_or(1), std::cmp::Reverse(size))
    };
    let mut readers: Vec<_> = readers.collect();
    readers.sort_by_key(order);
    for (place, member) in readers.into_iter().enumerate() {
        let Some(reader) = find(&member.database) else { continue };
        let Some(evidence) = smaller(reader, writer) else { continue };
        let (severity, turn) = match place {
            0 => (Severity::Medium, "first to take over".to_owned()),
            before => (Severity::Low, format!("{before} before it")),
        };
        let subject = Subject::named("database", reader.id.as_str());
        report.flaw(subject, format!("{evidence}; {turn}")).with(severity).in_region(region);
    }
}

fn smaller(stand_in: &Database, original: &Database) -> Option<String> {
    let (own, wanted) = (stand_in.class.as_deref()?, original.class.as_deref()?);
    (size(own)? < size(wanted)?).then(|| format!("{own}, {} is {wanted}", original.id))
}

/// How large a class is, in units of `small`; none for sizes that are not known here, and those made to measure.
fn size(class: &str) -> Option<u32> {
    let word = class.rsplit('.').next()?;
    Some(match word {
        "micro" => 1,
        "small" => 2,
        "medium" => 4,
        "large" => 8,
        "xlarge" => 16,
        _ => 16 * word.strip_suffix("xlarge")?.parse::<u32>().ok()?,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;
    use crate::judge::audit::fixture::{Case, EAST, WEST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.set(WEST, Kind::Databases, "orders-west", json!({"class": "db.r6g.medium"})),
        subject: "orders-west",
        evidence: &["db.r6g.medium", "orders is db.r6g.large"],
        silent: |world| world.set(EAST, Kind::Databases, "catalog-2", json!({"class": "db.r6g.2xlarge"})),
    };

    #[test]
    fn classes_compare_by_their_size() {
        let sizes = ["db.t4g.micro", "db.r6g.large", "db.r6g.xlarge", "db.r6g.2xlarge", "db.m5.24xlarge"].map(size);
        assert!(sizes.is_sorted() && sizes.iter().all(Option::is_some), "{sizes:?}");
        assert_eq!(size("db.serverless"), None);
    }
}
