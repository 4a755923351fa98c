//! `AWS/RDS`: load, connections and storage of databases (`aws-domain.md A.4`).
//!
//! Owns: what a database publishes of itself; how far replicas are behind is in `replica.rs`. Must stay true: metrics go
//! by the record of what clients got, never by the status, so that a failover shows as connections and writes at zero
//! under a status of `available`; a host that is not there publishes nothing.

use super::super::super::world::{DbInstance, DbServing, Region, SimTime};
use super::{Datapoint, Probe};

/// Operations a second that one of CPU's per cents stands for.
const IOPS_PER_CPU: f64 = 14.0;
/// Transaction log that PostgreSQL keeps in any case, bytes.
const LOGS_KEPT: f64 = 1.6e9;
/// A lost packet is sent again after so long.
const RESENT_AFTER_S: f64 = 0.2;
const GIB: f64 = 1_073_741_824.0;

impl Probe<'_> {
    pub(super) fn rds(&self) -> Option<Datapoint> {
        let value = match (self.dimensions.get("DBInstanceIdentifier"), self.dimensions.get("DBClusterIdentifier")) {
            (Some(id), None) if self.dimensions.are(&["DBInstanceIdentifier"]) => {
                self.instance(self.region.databases.get(id)?)
            }
            (None, Some(cluster)) if self.dimensions.are(&["DBClusterIdentifier"]) => {
                self.global_lag(self.region.clusters.get(cluster)?)
            }
            (None, Some(cluster)) if self.dimensions.are(&["DBClusterIdentifier", "SourceRegion"]) => {
                self.global_lag(self.region.clusters.get(cluster)?)
            }
            _ => None,
        };
        value.map(Datapoint::one)
    }

    fn instance(&self, database: &DbInstance) -> Option<f64> {
        let end = self.end();
        let serving = &database.course.serving;
        if database.created_at > self.at || serving.share(self.at, end, |is| *is != DbServing::Silent) <= 0.0 {
            return None;
        }
        let id = database.id.as_str();
        let noise = 1.0 + 0.1 * self.noise(id);
        let busy = self.busy(self.region, database);
        let answering = serving.share(self.at, end, |is| is.answers());
        let writing = serving.share(self.at, end, |is| *is == DbServing::ReadWrite);
        let replays = database.replica_source.is_some() && answering > 0.0;
        let applied = if replays { answering } else { writing };
        Some(match self.name {
            // The engine recovers and logs in while it does not answer.
            "CPUUtilization" => (database.base_cpu * busy * noise * (0.1 + 0.9 * answering)).clamp(0.5, 100.0),
            "DatabaseConnections" => self.connections(database, busy * noise),
            "FreeStorageSpace" if database.cluster.is_none() => self.free_bytes(database, end),
            "FreeableMemory" => 5.2e9 * (1.0 + 0.02 * self.noise(id)),
            "ReadLatency" if answering > 0.0 => 0.0007 * noise,
            "WriteLatency" if applied > 0.0 => 0.0012 * noise + self.standby_wait(database),
            "ReadLatency" | "WriteLatency" => 0.0,
            "ReadIOPS" => database.base_cpu * IOPS_PER_CPU * busy * noise * answering,
            "WriteIOPS" => database.base_cpu * IOPS_PER_CPU * 0.6 * busy * noise * applied,
            // Aurora alone publishes it; a reader commits nothing.
            "CommitThroughput" if database.cluster.is_some() && writing > 0.0 => {
                (220.0 * busy * noise * writing).max(0.0)
            }
            "CommitThroughput" if self.writer_is_away(database) => 0.0,
            "OldestReplicationSlotLag" => self.slot_lag(database)?,
            "TransactionLogsDiskUsage" if is_postgres(database) => {
                LOGS_KEPT * noise + self.slot_lag(database).unwrap_or(0.0)
            }
            "ReplicaLag" => self.replica_lag(database)?,
            "AuroraReplicaLag" => self.aurora_lag(database)?,
            _ => return None,
        })
    }

    /// The last instant of the minute, at which gauges are read.
    pub(super) fn end(&self) -> SimTime {
        self.at + SimTime::MINUTE
    }

    /// Seconds that a write waits for a standby beyond a border that loses packets (`aws-domain.md B.1`).
    fn standby_wait(&self, database: &DbInstance) -> f64 {
        let loss = database.course.standby_loss.at(self.end()).copied().unwrap_or(0.0).min(0.95);
        RESENT_AFTER_S * loss / (1.0 - loss)
    }

    /// Open connections at the end of the minute. Statements that never return pile up.
    fn connections(&self, database: &DbInstance, factor: f64) -> f64 {
        let open = database.base_connections * (0.5 + 0.5 * factor);
        match database.course.serving_at(self.end()) {
            DbServing::ReadWrite | DbServing::ReadOnly => open.round(),
            DbServing::Stalled => (open * 1.6).round(),
            DbServing::Refusing | DbServing::Silent => 0.0,
        }
    }

    /// What is free of the storage; log that replicas have not fetched counts as used.
    fn free_bytes(&self, database: &DbInstance, at: SimTime) -> f64 {
        let size = f64::from(database.storage_gib) * GIB;
        (size * database.course.free_at(at) - self.slot_lag(database).unwrap_or(0.0)).max(0.0)
    }

    /// The load factor on the service of a database of `region`.
    pub(super) fn busy(&self, region: &Region, database: &DbInstance) -> f64 {
        let service = database.service.as_ref().and_then(|name| region.services.get(name));
        let factor = service.and_then(|service| service.factor.at(self.at)).copied().unwrap_or(1.0);
        self.world.load.factor(self.at, self.world.seed) * factor
    }

    /// Whether this is the host of an Aurora writer that does not answer at the end of the minute.
    fn writer_is_away(&self, database: &DbInstance) -> bool {
        let cluster = database.cluster.as_ref().and_then(|id| self.region.clusters.get(id));
        let writes = cluster.and_then(|cluster| cluster.writer()) == Some(&database.id);
        writes && !database.course.serving_at(self.end()).answers()
    }
}

pub(super) fn is_postgres(database: &DbInstance) -> bool {
    database.engine.contains("postgres")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::super::super::super::fault::Fault;
    use super::super::super::super::world::{DbStatus, World};
    use super::super::super::fixture;

    fn metric(world: &World, name: &str, back_s: u64) -> Option<f64> {
        let dimensions = [("DBInstanceIdentifier".to_owned(), "main".to_owned())];
        let at = world.now - Duration::from_secs(back_s);
        Some(world.measure(world.here(), "AWS/RDS", name, &dimensions, at)?.average())
    }

    fn main_writes(world: &World) -> bool {
        world.here().databases["main"].accepts_writes(world.now)
    }

    #[test]
    fn connections_and_writes_fall_to_zero_while_the_status_says_available_aws_domain_a4() {
        let mut world = fixture::world();
        // Power goes 5 s before the minute ends: RDS has not noticed when connections are counted.
        world.pass((60 - world.now.as_seconds() % 60) as u64 + 55);
        world.apply(Fault::ZonePowerLoss { zone: "eu-west-1a".to_owned() }).unwrap();
        world.pass(6);
        assert_eq!(world.here().databases["main"].status, DbStatus::Available);
        assert!(!main_writes(&world));
        assert_eq!(metric(&world, "DatabaseConnections", 60), Some(0.0));
        assert!(metric(&world, "WriteIOPS", 60).unwrap() > 0.0, "most of the minute was well");
        world.pass(60);
        assert_eq!(metric(&world, "WriteIOPS", 60), Some(0.0));
        let before = metric(&world, "DatabaseConnections", 120);
        world.pass(600);
        assert_eq!(metric(&world, "DatabaseConnections", 720), before, "the past stays as it was");
        assert!(metric(&world, "DatabaseConnections", 60).unwrap() > 50.0, "clients came back");
    }

    #[test]
    fn a_standby_beyond_a_gray_border_slows_writes_down_aws_domain_b1() {
        let mut world = fixture::world();
        world.apply(Fault::GrayZone { zone: "eu-west-1b".to_owned(), share: 0.3 }).unwrap();
        world.pass(180);
        assert!(metric(&world, "WriteLatency", 60).unwrap() > 0.05);
        assert!(metric(&world, "WriteLatency", 600).unwrap() < 0.002);
        assert!(main_writes(&world), "slow, and not down: RDS does nothing");
    }

    #[test]
    fn a_host_that_is_not_there_publishes_nothing() {
        let mut world = fixture::world();
        for zone in ["a", "b"] {
            world.apply(Fault::ZonePowerLoss { zone: format!("eu-west-1{zone}") }).unwrap();
        }
        world.pass(300);
        assert_eq!(metric(&world, "CPUUtilization", 120), None);
        assert!(metric(&world, "CPUUtilization", 600).is_some());
    }
}
