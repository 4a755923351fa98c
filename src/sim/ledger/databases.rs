//! Databases in the ledger: which copies of the same data accepted writes when, and how far the others are behind.
//!
//! Owns: that part of `GET /_sim/ledger`. Knows: the records that databases keep of what clients got. Must stay true: an
//! entry is all copies of the same data (a primary with its replicas, a cluster, a global database), so that two writable
//! primaries in one entry are a split brain; computed from the records when asked for, and bounded as they are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::physics::source_of;
use super::super::world::{DbInstance, DbServing, Region, RegionName, SimTime, World};

/// The longest chain of replicas of replicas that is followed.
const LONGEST_CHAIN: usize = 8;

/// Every entry, with rows for the time from `since` on.
#[must_use]
pub fn document(world: &World, since: SimTime) -> Value {
    families(world).iter().map(|((region, id), family)| family.document(world, region, id, since)).collect()
}

/// All copies of the same data.
#[derive(Default)]
struct Family<'w> {
    kind: &'static str,
    copies: Vec<(&'w Region, &'w DbInstance)>,
}

/// Families by the region and the name of what they are called after.
fn families(world: &World) -> BTreeMap<(Option<&RegionName>, String), Family<'_>> {
    let mut families: BTreeMap<_, Family<'_>> = BTreeMap::new();
    for region in world.regions.values() {
        for database in region.databases.values() {
            let (kind, home, id) = family_of(world, region, database);
            let family = families.entry((home, id)).or_default();
            family.kind = kind;
            family.copies.push((region, database));
        }
    }
    families
}

/// What a database's family is, where it is at home, and what it is called.
fn family_of<'w>(
    world: &'w World,
    region: &'w Region,
    database: &'w DbInstance,
) -> (&'static str, Option<&'w RegionName>, String) {
    if let Some(cluster) = database.cluster.as_ref().and_then(|id| region.clusters.get(id)) {
        return match &cluster.global {
            Some(global) => ("global-cluster", None, global.to_string()),
            None => ("cluster", Some(&region.name), cluster.id.to_string()),
        };
    }
    let mut first = (region, database);
    for _ in 0..LONGEST_CHAIN {
        let Some(source) = source_of(world, first.0, first.1) else { break };
        first = source;
    }
    ("instance", Some(&first.0.name), first.1.id.to_string())
}

impl Family<'_> {
    fn document(&self, world: &World, region: &Option<&RegionName>, id: &str, since: SimTime) -> Value {
        let rows = self.rows(since);
        let ends = rows.iter().skip(1).map(|row| row.from).chain([world.now]);
        let spans: Vec<(usize, f64)> =
            rows.iter().zip(ends).map(|(row, end)| (row.writers.len(), end.since(row.from).as_secs_f64())).collect();
        let seconds = |is: fn(usize) -> bool| {
            // Not `sum`, which begins at -0.0.
            spans.iter().filter(|(count, _)| is(*count)).fold(0.0, |sum, (_, seconds)| sum + seconds)
        };
        json!({
            "database": id,
            "kind": self.kind,
            "region": region,
            "not_writable_s": seconds(|writers| writers == 0),
            "lost_s": lost_s(&rows),
            "split_brain_s": seconds(|writers| writers > 1),
            "rows": rows.iter().map(Row::document).collect::<Vec<_>>(),
            "copies": self.copies.iter().map(|(region, copy)| copy_document(world, region, copy)).collect::<Vec<_>>(),
        })
    }

    /// One row for each change of who accepted writes, the first one for the instant `since`.
    fn rows(&self, since: SimTime) -> Vec<Row<'_>> {
        let changes = self.copies.iter().flat_map(|(_, copy)| copy.course.serving.changes().map(|(at, _)| *at));
        let instants: BTreeSet<SimTime> = changes.filter(|at| *at > since).chain([since]).collect();
        let mut rows: Vec<Row<'_>> = Vec::new();
        for at in instants {
            let writable = self.copies.iter().filter(|(_, copy)| copy.accepts_writes(at));
            let row = Row { from: at, writers: writable.map(|(_, copy)| copy).copied().collect() };
            if rows.last().is_none_or(|last| !last.is_like(&row)) {
                rows.push(row);
            }
        }
        rows
    }
}

/// Seconds of commits that are in no copy that writes: whenever a copy takes over that did not write before, those that had
/// not reached it when the last writer ended. A standby and Aurora's storage have every commit.
fn lost_s(rows: &[Row<'_>]) -> f64 {
    let mut before: Option<(&Row<'_>, SimTime)> = None;
    let mut lost = 0.0;
    for (place, row) in rows.iter().enumerate().filter(|(_, row)| !row.writers.is_empty()) {
        if let Some((last, ended)) = before {
            let has_all = |copy: &DbInstance| last.writers.iter().any(|writer| writer.shares_storage(copy));
            let behind = row.writers.iter().filter(|copy| !has_all(copy)).map(|copy| behind_s(copy, ended));
            lost += behind.fold(0.0, f64::max);
        }
        before = rows.get(place + 1).map(|next| (row, next.from));
    }
    lost
}

/// How many seconds of commits a copy lacked at an instant.
fn behind_s(copy: &DbInstance, at: SimTime) -> f64 {
    copy.course.behind_at(at) + f64::from(copy.base_lag_ms) / 1000.0
}

/// Who accepted writes from an instant on.
struct Row<'w> {
    from: SimTime,
    writers: Vec<&'w DbInstance>,
}

impl Row<'_> {
    fn is_like(&self, other: &Self) -> bool {
        self.writers.iter().map(|copy| &copy.arn).eq(other.writers.iter().map(|copy| &copy.arn))
    }

    fn document(&self) -> Value {
        let writers: Vec<_> = self.writers.iter().map(|copy| &copy.id).collect();
        json!({ "at": self.from, "writable_primaries": writers.len(), "writers": writers })
    }
}

/// A copy as it truly is: what clients get, and how old its data is.
fn copy_document(world: &World, region: &Region, copy: &DbInstance) -> Value {
    let serving: DbServing = copy.course.serving_at(world.now);
    json!({
        "database": copy.id,
        "region": region.name,
        "zone": copy.course.zone,
        "standby": copy.course.standby.ready(),
        "serves": serving,
        "behind_s": behind_s(copy, world.now),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::super::super::fault::Fault;
    use super::super::super::world::Origin;
    use super::*;

    #[test]
    fn a_failover_is_a_minute_without_a_writer_and_nothing_lost() {
        let origin = Origin { seed: 1, start: SimTime::from_seconds(1_795_230_862) };
        let mut world = World::builtin(origin).unwrap();
        for id in ["orders", "catalog-1"] {
            world.apply(Fault::DatabaseCrash { id: id.to_owned() }).unwrap();
        }
        world.advance_to(world.now + Duration::from_secs(600));
        let entries = document(&world, world.started_at);
        let entry = |id: &str| {
            let mut found = entries.as_array().unwrap().iter().filter(|entry| entry["database"] == id);
            (found.next().unwrap().clone(), found.next())
        };
        let (orders, none) = entry("orders");
        assert_eq!(none, None, "one entry, the replica in the other region included");
        assert_eq!(orders["copies"].as_array().unwrap().len(), 2);
        let gap = orders["not_writable_s"].as_f64().unwrap();
        assert!((60.0..=120.0).contains(&gap), "{gap}");
        let writable: Vec<i64> =
            orders["rows"].as_array().unwrap().iter().map(|row| row["writable_primaries"].as_i64().unwrap()).collect();
        assert_eq!(writable, [0, 1]);
        assert_eq!((orders["lost_s"].as_f64(), orders["split_brain_s"].as_f64()), (Some(0.0), Some(0.0)));
        let (catalog, _) = entry("catalog-global");
        assert_eq!(catalog["copies"].as_array().unwrap().len(), 5, "of both regions");
        assert_eq!(catalog["rows"].as_array().unwrap().last().unwrap()["writers"][0], "catalog-2");
    }

    #[test]
    fn what_had_not_reached_the_replica_that_takes_over_is_lost_aws_domain_c4() {
        let origin = Origin { seed: 1, start: SimTime::from_seconds(1_795_230_862) };
        let mut world = World::builtin(origin).unwrap();
        let elsewhere = |world: &World, id: &str| world.regions["us-west-2"].databases[id].replica_source.is_some();
        let copies = world.regions["us-west-2"].databases.keys().map(ToString::to_string).collect::<Vec<_>>();
        let replica = copies.into_iter().find(|id| id.starts_with("orders") && elsewhere(&world, id)).unwrap();
        world.apply(Fault::Lag { id: replica.clone(), s: 60.0 }).unwrap();
        world.advance_to(world.now + Duration::from_secs(600));
        let (died, promoted) = (world.now, world.now + Duration::from_secs(300));
        let mut serve = |region: &str, id: &str, at: SimTime, serving: DbServing| {
            let database = world.regions.get_mut(region).unwrap().databases.get_mut(id).unwrap();
            database.course.serving.record(at, serving);
        };
        serve("us-east-1", "orders", died, DbServing::Silent);
        serve("us-west-2", &replica, promoted, DbServing::ReadWrite);
        let entries = document(&world, world.started_at);
        let orders = entries.as_array().unwrap().iter().find(|entry| entry["database"] == "orders").unwrap();
        let lost = orders["lost_s"].as_f64().unwrap();
        assert!((60.0..70.0).contains(&lost), "not the five minutes in which nobody wrote: {lost}");
    }
}
