//! What stands under what: global clusters, their clusters, their instances; replicas under what they replicate.
//!
//! Must stay true: what names something that is not there stands for itself; no circle is walked round.

use crate::estate::Kind;
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::listing::place::Place;

use super::DatabaseRow;

/// Replicas of replicas end here: RDS allows three steps (`aws-domain.md` A.4).
const DEEPEST: usize = 5;

/// The branch from its root to the row, each as its name first, so that trees stand in the order of names.
pub(super) fn path(row: &DatabaseRow<'_>, place: &Place<'_>) -> Vec<String> {
    match row {
        DatabaseRow::Instance { database, .. } => of_database(database, place, DEEPEST),
        DatabaseRow::Cluster { cluster, .. } => of_cluster(cluster, place),
        DatabaseRow::Global(global) => vec![step(global.id.as_str(), Kind::GlobalClusters)],
    }
}

fn step(name: &str, kind: Kind) -> String {
    format!("{name} {kind}")
}

fn of_database(database: &Database, place: &Place<'_>, left: usize) -> Vec<String> {
    let find_cluster = |id: &str| place.estate.known::<Cluster>(place.region).find(|cluster| cluster.id.as_str() == id);
    let find_source = |id: &str| place.estate.known::<Database>(place.region).find(|known| known.id.as_str() == id);
    let cluster = database.cluster.as_ref().and_then(|id| find_cluster(id.as_str()));
    let source = database.replica_of.as_deref().filter(|_| left > 0).and_then(find_source);
    let mut path = match (cluster, source) {
        (Some(cluster), _) => of_cluster(cluster, place),
        (None, Some(source)) => of_database(source, place, left - 1),
        (None, None) => Vec::new(),
    };
    path.push(step(database.id.as_str(), Kind::Databases));
    path
}

fn of_cluster(cluster: &Cluster, place: &Place<'_>) -> Vec<String> {
    let is_of =
        |global: &&GlobalCluster| global.members.iter().any(|member| cluster.arn.as_ref() == Some(&member.cluster));
    let global = place.estate.known::<GlobalCluster>(place.region).find(is_of);
    let root = global.map(|global| step(global.id.as_str(), Kind::GlobalClusters));
    root.into_iter().chain([step(cluster.id.as_str(), Kind::Clusters)]).collect()
}
