//! How far what follows is behind what it follows, in seconds, as metrics say (`aws-domain.md` A.4).
//!
//! Owns: [`Lags`]. Depends on: estate, metrics. Must stay true: no metric is no lag known, never a lag of zero; a replica whose
//! replication is broken says so with a number below zero, as RDS does.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::Estate;
use crate::estate::database::{Cluster, Database};
use crate::estate::query::{Measure, Query};
use crate::id::{ClusterId, DatabaseId, Region};

use super::metrics::Metrics;

/// The lags of a region's databases, where they are known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lags {
    /// Of replicas, and of readers in Aurora clusters. Below zero, replication is not active.
    pub databases: BTreeMap<DatabaseId, f64>,
    /// Of clusters that follow another region's in a global database: of user transactions, the honest RPO.
    pub clusters: BTreeMap<ClusterId, f64>,
}

impl Lags {
    /// What `metrics` say of the databases known.
    pub fn new(estate: &Estate, region: &Region, now: Timestamp, metrics: &Metrics<'_>) -> Self {
        let databases = estate.table::<Database>(region, now).known();
        let clusters = estate.table::<Cluster>(region, now).known();
        Self {
            databases: databases.filter_map(|each| Some((each.id.clone(), of_database(each, metrics)?))).collect(),
            clusters: clusters.filter_map(|each| Some((each.id.clone(), of_cluster(each, metrics)?))).collect(),
        }
    }
}

/// Of one database.
pub(super) fn of_database(database: &Database, metrics: &Metrics<'_>) -> Option<f64> {
    if database.replica_of.is_some() {
        return metrics.latest(&Query::of_database(Measure::ReplicaLag, &database.id)?).value();
    }
    database.cluster.as_ref()?;
    let lag_ms = metrics.latest(&Query::of_database(Measure::ReaderLag, &database.id)?).value();
    lag_ms.map(|lag| lag / 1000.0)
}

fn of_cluster(cluster: &Cluster, metrics: &Metrics<'_>) -> Option<f64> {
    let lag_ms = metrics.latest(&Query::of_global_member(cluster.id.as_str())).value();
    lag_ms.map(|lag| lag / 1000.0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estate::alarm::Series;
    use crate::estate::{Kind, Row, Slice, SliceId, Update};
    use serde_json::json;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// `aws-domain.md` A.4: replicas tell seconds, Aurora milliseconds; -1 is broken; silence is not zero.
    #[test]
    fn seconds_milliseconds_and_silence_are_told_apart_aws_domain_a4() {
        let region = Region::from("us-east-1");
        let mut estate = Estate::new(vec![region.clone()]);
        let database = |id: &str, replica_of: Option<&str>, cluster: Option<&str>| {
            json!({
                "id": id, "engine": "mysql", "status": "available", "multi_az": false, "replica_of": replica_of,
                "cluster": cluster, "replicas": [], "replication": [], "pending_changes": [], "tags": [],
            })
        };
        let databases = json!([
            database("copy", Some("orders"), None),
            database("broken", Some("orders"), None),
            database("mute", Some("orders"), None),
            database("reader", None, Some("carts")),
            database("orders", None, None),
        ]);
        let databases: Vec<Database> = serde_json::from_value(databases).unwrap();
        let id = SliceId::all(&region, Kind::Databases);
        estate.apply(Update::part(id, Slice::read(Database::rows(databases), at(600))));
        let of = |measure, id: &str| Query::of_database(measure, &DatabaseId::from(id)).unwrap();
        let mut series: Vec<Series> = [
            (of(Measure::ReplicaLag, "copy"), Some(7.0)),
            (of(Measure::ReplicaLag, "broken"), Some(-1.0)),
            (of(Measure::ReplicaLag, "mute"), None),
            (of(Measure::ReaderLag, "reader"), Some(2500.0)),
        ]
        .into_iter()
        .map(|(query, value)| Series {
            id: "lag".into(),
            metric: query.metric,
            statistic: query.statistic,
            points: value.map(|value| (at(480), value)).into_iter().collect(),
        })
        .collect();
        series.sort_by(|a, b| (&a.metric, &a.statistic).cmp(&(&b.metric, &b.statistic)));
        let id = SliceId::of(&region, Kind::Series, "lag");
        estate.apply(Update::part(id, Slice::read(Series::rows(series), at(610))));
        let lags = Lags::new(&estate, &region, at(610), &Metrics::new(&estate, &region, at(610)));
        let known: Vec<(&str, f64)> = lags.databases.iter().map(|(id, lag)| (id.as_str(), *lag)).collect();
        assert_eq!(known, [("broken", -1.0), ("copy", 7.0), ("reader", 2.5)]);
    }
}
