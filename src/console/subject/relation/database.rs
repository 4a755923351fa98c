//! Ties among databases, clusters and global clusters, over regions.

use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::id::{Arn, Region};
use crate::judge::role::{Clusters, DatabaseRole};

use super::super::{Subject, SubjectKind, find};
use super::Ties;

/// A database named by its id (this region) or by its ARN (any region): `aws-domain.md` A.4.
fn subject_of(kind: SubjectKind, name: &str, here: &Region) -> Subject {
    if name.starts_with("arn:") {
        let arn = Arn::from(name);
        let id = name.rsplit(':').next().unwrap_or(name);
        return Subject::new(kind, &arn.region().unwrap_or_else(|| here.clone()), id);
    }
    Subject::new(kind, here, name)
}

fn role_word(role: DatabaseRole) -> &'static str {
    role.as_str().unwrap_or("role unknown")
}

pub(super) fn of_database(ties: &mut Ties<'_>) {
    let region = ties.subject.region.clone();
    let Some((database, _)) = find::database(&ties.picture.estate, &region, &ties.subject.id) else { return };
    if let Some(cluster) = &database.cluster {
        ties.add_here(
            "cluster",
            SubjectKind::Cluster,
            cluster.as_str(),
            role_word(clusters(ties, &region).role_of(database)),
        );
    }
    if let Some(source) = &database.replica_of {
        ties.add("replica of", subject_of(SubjectKind::Database, source, &region), "");
    }
    for replica in &database.replicas {
        ties.add("replica", subject_of(SubjectKind::Database, replica, &region), "");
    }
    // A source lists replicas of its own region by name; those elsewhere name their source themselves.
    for other in ties.picture.estate.scope() {
        for replica in ties.picture.estate.table::<Database>(other, ties.picture.taken_at).known() {
            if replica
                .replica_of
                .as_deref()
                .is_some_and(|source| database.arn.as_ref().is_some_and(|arn| arn.as_str() == source))
            {
                ties.add("replica", Subject::new(SubjectKind::Database, other, replica.id.as_str()), &*replica.status);
            }
        }
    }
    if let Some(zone) = &database.zone {
        ties.add_here("zone", SubjectKind::Zone, zone.as_str(), "");
    }
    if let Some(zone) = &database.standby_zone {
        ties.add_here("standby in", SubjectKind::Zone, zone.as_str(), "");
    }
}

fn clusters<'a>(ties: &Ties<'a>, region: &Region) -> Clusters<'a> {
    let (estate, now) = (&ties.picture.estate, ties.picture.taken_at);
    Clusters {
        clusters: estate.table::<Cluster>(region, now).known().collect(),
        globals: estate.table::<GlobalCluster>(region, now).known().collect(),
    }
}

pub(super) fn of_cluster(ties: &mut Ties<'_>) {
    let region = ties.subject.region.clone();
    let Some((cluster, _)) = find::cluster(&ties.picture.estate, &region, &ties.subject.id) else { return };
    for member in &cluster.members {
        let row = find::database(&ties.picture.estate, &region, member.database.as_str());
        let place = row.and_then(|(row, _)| row.zone.as_ref()).map(|zone| format!(" in {zone}")).unwrap_or_default();
        let status = row.map_or("?", |(row, _)| &*row.status);
        let word = if member.writer { "writer" } else { "reader" };
        ties.add_here("member", SubjectKind::Database, member.database.as_str(), format!("{word}{place}, {status}"));
    }
    if let Some(source) = &cluster.replica_of {
        ties.add("replica of", subject_of(SubjectKind::Cluster, source, &region), "");
    }
    for region in ties.picture.estate.scope() {
        for global in ties.picture.estate.table::<GlobalCluster>(region, ties.picture.taken_at).known() {
            if let Some(member) = global.members.iter().find(|member| cluster.arn.as_ref() == Some(&member.cluster)) {
                let word = if member.writer { "primary of it" } else { "secondary of it" };
                ties.add("global cluster", Subject::new(SubjectKind::GlobalCluster, region, global.id.as_str()), word);
            }
        }
    }
}

pub(super) fn of_global_cluster(ties: &mut Ties<'_>) {
    let region = ties.subject.region.clone();
    let Some((global, _)) = find::global_cluster(&ties.picture.estate, &region, &ties.subject.id) else { return };
    for member in &global.members {
        let word = if member.writer { "primary" } else { "secondary" };
        let sync = member.synchronization.as_deref().map(|word| format!(", {word}")).unwrap_or_default();
        ties.add(
            "cluster",
            subject_of(SubjectKind::Cluster, member.cluster.as_str(), &region),
            format!("{word}{sync}"),
        );
    }
}
