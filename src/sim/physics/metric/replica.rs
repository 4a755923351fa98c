//! `AWS/RDS`: how far replicas, readers and secondary regions are behind (`aws-domain.md A.4`).
//!
//! Owns: lag as each engine reports it, which is not always how far the data is behind. Knows: the records of both sides,
//! in whichever region. Must stay true: a function of records and instant, so that past minutes never change.

use std::time::Duration;

use super::super::super::world::{DbCluster, DbInstance, DbServing, ReplicaSource, SimTime};
use super::super::source_of;
use super::Probe;
use super::rds::is_postgres;

/// An idle PostgreSQL primary switches its log every five minutes; until then replicas have nothing to replay.
const LOG_SWITCH_S: i64 = 300;
/// MySQL keeps a dead connection to its source for so long.
const SOURCE_TIMEOUT: Duration = Duration::from_secs(60);
/// Log that a PostgreSQL primary writes in a second, bytes.
const LOG_BYTES_PER_S: f64 = 1.4e6;

impl Probe<'_> {
    /// Seconds. -1 is replication that is not active; whole seconds on MySQL.
    pub(super) fn replica_lag(&self, database: &DbInstance) -> Option<f64> {
        let end = self.end();
        database.replication.as_ref()?;
        if !database.course.serving_at(end).answers() {
            return None;
        }
        let active = database.course.replicating.at(end).copied().unwrap_or(true);
        let (home, source) = source_of(self.world, self.region, database)?;
        let silent = end.since(source.course.serving.last_while(end, |is| *is == DbServing::ReadWrite).unwrap_or(end));
        if !active || (!is_postgres(database) && silent > SOURCE_TIMEOUT) {
            return Some(-1.0);
        }
        let calm = f64::from(database.base_lag_ms) / 1000.0 * (1.0 + 0.6 * self.noise(database.id.as_str()));
        let behind = (calm + database.course.behind_at(end)).max(0.0);
        if !is_postgres(database) {
            return Some(behind.floor());
        }
        // PostgreSQL tells the age of what was replayed last: it rises with an idle or dead primary although nothing is
        // lost.
        let idle = if silent.is_zero() && self.busy(home, source) <= 0.0 {
            end.as_seconds().rem_euclid(LOG_SWITCH_S) as f64
        } else {
            silent.as_secs_f64()
        };
        Some(behind + idle)
    }

    /// Milliseconds, of readers only.
    pub(super) fn aurora_lag(&self, database: &DbInstance) -> Option<f64> {
        let reads = database.cluster.is_some() && database.course.serving_at(self.end()) == DbServing::ReadOnly;
        let calm = 17.0 * (1.0 + 0.4 * self.noise(database.id.as_str()));
        reads.then(|| calm + 1000.0 * database.course.behind_at(self.end()))
    }

    /// Bytes of log that a PostgreSQL primary keeps for the replica that is furthest behind.
    pub(super) fn slot_lag(&self, database: &DbInstance) -> Option<f64> {
        if !is_postgres(database) || database.cluster.is_some() {
            return None;
        }
        let mine = |replica: &DbInstance| match &replica.replica_source {
            Some(ReplicaSource::SameRegion(id)) => *id == database.id,
            Some(ReplicaSource::OtherRegion(arn)) => *arn == database.arn,
            None => false,
        };
        let regions = self.world.regions.values();
        let replicas = regions.flat_map(|region| region.databases.values()).filter(|other| mine(other));
        let behind =
            replicas.map(|replica| f64::from(replica.base_lag_ms) / 1000.0 + replica.course.behind_at(self.end()));
        behind.reduce(f64::max).map(|seconds| seconds * LOG_BYTES_PER_S)
    }

    /// Milliseconds that a secondary cluster of a global database is behind; published in its own region.
    pub(super) fn global_lag(&self, cluster: &DbCluster) -> Option<f64> {
        let end = self.end();
        let global = self.world.global_clusters.get(cluster.global.as_ref()?)?;
        global.members.iter().find(|member| member.cluster == cluster.arn && !member.writer)?;
        let readers = cluster.members.iter().filter_map(|member| self.region.databases.get(&member.instance));
        readers.map(|reader| reader.course.serving_at(end)).find(|is| is.answers())?;
        let calm = f64::from(global.base_lag_ms) * (1.0 + 0.35 * self.noise(cluster.id.as_str()));
        let primary = global.members.iter().find(|member| member.writer)?;
        let silent = self.silent_ms(primary.region.as_str(), primary.cluster.as_str(), end);
        match self.name {
            "AuroraGlobalDBReplicationLag" => Some(calm + silent),
            "AuroraGlobalDBProgressLag" => Some(calm * 1.2 + silent),
            // What user transactions would be lost is not known without the primary.
            "AuroraGlobalDBRPOLag" => (silent <= 60_000.0).then_some(calm * 0.9),
            _ => None,
        }
    }

    /// Milliseconds since a cluster last wrote.
    fn silent_ms(&self, region: &str, arn: &str, at: SimTime) -> f64 {
        let Some(region) = self.world.regions.get(region) else { return 0.0 };
        let Some(cluster) = region.clusters.values().find(|cluster| cluster.arn == *arn) else { return 0.0 };
        let members = cluster.members.iter().filter_map(|member| region.databases.get(&member.instance));
        let last = members.filter_map(|member| member.course.serving.last_while(at, |is| *is == DbServing::ReadWrite));
        last.max().map_or(0.0, |last| at.since(last).as_millis() as f64)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::super::world::{Origin, ReplicationState, World};
    use super::super::super::fixture;
    use super::*;

    fn ask(world: &World, region: &str, name: &str, dimension: (&str, &str), back_s: u64) -> Option<f64> {
        let dimensions = [(dimension.0.to_owned(), dimension.1.to_owned())];
        let region = world.region(region)?;
        let at = world.now - Duration::from_secs(back_s);
        Some(world.measure(region, "AWS/RDS", name, &dimensions, at)?.average())
    }

    fn lag(world: &World, back_s: u64) -> Option<f64> {
        ask(world, fixture::REGION, "ReplicaLag", ("DBInstanceIdentifier", "copy"), back_s)
    }

    fn mysql() -> World {
        fixture::world_with(|document| {
            document.replace(r#"engine = "postgres", version = "16.8""#, r#"engine = "mysql", version = "8.0.42""#)
        })
    }

    fn builtin() -> World {
        World::builtin(Origin { seed: 1, start: SimTime::from_seconds(1_795_230_862) }).unwrap()
    }

    #[test]
    fn lag_grows_by_a_second_a_second_and_is_caught_up_aws_domain_a4() {
        let mut world = fixture::world();
        let fault = Fault::Lag { id: "copy".to_owned(), s: 900.0 };
        world.apply(fault.clone()).unwrap();
        world.pass(600);
        assert!((530.0..610.0).contains(&lag(&world, 60).unwrap()), "{:?}", lag(&world, 60));
        world.pass(900);
        assert!((900.0..910.0).contains(&lag(&world, 60).unwrap()));
        let slot =
            ask(&world, fixture::REGION, "OldestReplicationSlotLag", ("DBInstanceIdentifier", "main"), 60).unwrap();
        assert!(slot > 900.0 * 1e6, "the primary keeps the log that the replica has not fetched: {slot}");
        let past = lag(&world, 600);
        world.heal(&fault).unwrap();
        world.pass(600);
        assert!(lag(&world, 60).unwrap() < 6.0, "caught up");
        assert_eq!(lag(&world, 1200), past, "the past stays as it was");
    }

    #[test]
    fn lag_of_an_idle_or_dead_postgres_primary_rises_though_nothing_is_lost_aws_domain_a4() {
        let mut world = builtin();
        let outage = Fault::RegionOutage { region: "us-east-1".to_owned() };
        world.apply(outage.clone()).unwrap();
        world.pass(900);
        let west =
            |world: &World, back| ask(world, "us-west-2", "ReplicaLag", ("DBInstanceIdentifier", "orders-west"), back);
        assert!((780.0..960.0).contains(&west(&world, 60).unwrap()), "{:?}", west(&world, 60));
        let steps = west(&world, 60).unwrap() - west(&world, 120).unwrap();
        assert!((57.0..63.0).contains(&steps), "one second a second: {steps}");
        let replica = &world.regions["us-west-2"].databases["orders-west"];
        assert_eq!(replica.course.behind_at(world.now), 0.0, "it has all that was ever committed");
        assert!(replica.replication.as_ref().unwrap().normal);
        world.heal(&outage).unwrap();
        world.pass(900);
        assert!(west(&world, 60).unwrap() < 5.0);
        // Idle: the log is switched every five minutes.
        world.apply(Fault::Load { service: None, factor: 0.0 }).unwrap();
        world.pass(1200);
        let idle: Vec<f64> = (1..10).filter_map(|minute| west(&world, 60 * minute)).collect();
        assert!(idle.iter().any(|lag| *lag > 180.0) && idle.iter().all(|lag| *lag < 310.0), "{idle:?}");
    }

    #[test]
    fn a_mysql_replica_without_its_source_reports_minus_one_aws_domain_a4() {
        let mut world = mysql();
        let zones = ["a", "b"].map(|zone| Fault::ZonePowerLoss { zone: format!("eu-west-1{zone}") });
        zones.iter().for_each(|zone| world.apply(zone.clone()).unwrap());
        world.pass(240);
        assert_eq!(lag(&world, 60), Some(-1.0));
        world.pass(120);
        let status = world.here().databases["copy"].replication.clone().unwrap();
        assert_eq!((status.normal, status.state), (false, ReplicationState::Error));
        assert!(status.message.unwrap().contains("IOError: 2003"));
        zones.iter().for_each(|zone| world.heal(zone).unwrap());
        world.pass(600);
        assert!(world.here().databases["copy"].replication.as_ref().unwrap().normal);
        assert!((0.0..5.0).contains(&lag(&world, 60).unwrap()));
    }

    #[test]
    fn broken_replication_freezes_the_data_and_ends_after_thirty_days_aws_domain_f31() {
        let mut world = fixture::world();
        let fault = Fault::ReplicaError { id: "copy".to_owned() };
        world.apply(fault.clone()).unwrap();
        world.pass(3600);
        let copy = &world.here().databases["copy"];
        let status = copy.replication.clone().unwrap();
        assert_eq!((status.normal, status.state), (false, ReplicationState::Error));
        assert_eq!((copy.status.as_str(), lag(&world, 60)), ("available", Some(-1.0)));
        assert_eq!(copy.course.behind_at(world.now), 3600.0, "the data is an hour old");
        assert_eq!(world.here().db_events.back().unwrap().message, "Replication has stopped.");
        let mut healed = world.clone();
        healed.heal(&fault).unwrap();
        assert_eq!(healed.here().db_events.back().unwrap().message, "Replication for the Read Replica resumed.");
        healed.pass(1300);
        assert!((0.0..5.0).contains(&lag(&healed, 60).unwrap()), "caught up");
        // Thirty days on, without the minutes between.
        world.schedule = super::super::super::Schedule::default();
        let copy = world.regions.get_mut(fixture::REGION).unwrap().databases.get_mut("copy").unwrap();
        copy.causes.replication_broken = Some(world.now - Duration::from_secs(30 * 86_400));
        world.settle_replication();
        assert_eq!(world.here().databases["copy"].replication.as_ref().unwrap().state, ReplicationState::Terminated);
        assert_eq!(world.here().db_events.back().unwrap().message, "Replication streaming has been terminated.");
    }

    #[test]
    fn a_replica_that_crashes_falls_behind_and_catches_up() {
        let mut world = fixture::world();
        world.apply(Fault::DatabaseCrash { id: "copy".to_owned() }).unwrap();
        world.pass(100);
        assert!((95.0..105.0).contains(&world.here().databases["copy"].course.behind_at(world.now)));
        world.pass(1200);
        assert_eq!(world.here().databases["copy"].course.behind_at(world.now), 0.0);
        assert!(world.here().databases["main"].accepts_writes(world.now));
    }

    #[test]
    fn a_secondary_region_without_its_primary_says_how_old_it_is_and_not_what_would_be_lost_aws_domain_a4() {
        let mut world = builtin();
        let west = |world: &World, name| ask(world, "us-west-2", name, ("DBClusterIdentifier", "catalog-west"), 60);
        assert!(west(&world, "AuroraGlobalDBRPOLag").unwrap() < 300.0);
        world.apply(Fault::RegionOutage { region: "us-east-1".to_owned() }).unwrap();
        world.pass(1800);
        assert_eq!(west(&world, "AuroraGlobalDBRPOLag"), None);
        assert!(west(&world, "AuroraGlobalDBReplicationLag").unwrap() > 1_600_000.0);
        let global = &world.global_clusters["catalog-global"];
        assert_eq!(
            (global.status.as_str(), global.failover.is_none()),
            ("available", true),
            "no region fails over by itself"
        );
        let west_cluster = &world.regions["us-west-2"].clusters["catalog-west"];
        assert_eq!(west_cluster.writer(), None);
        world.heal(&Fault::RegionOutage { region: "us-east-1".to_owned() }).unwrap();
        world.pass(600);
        assert!(west(&world, "AuroraGlobalDBRPOLag").unwrap() < 300.0);
    }
}
