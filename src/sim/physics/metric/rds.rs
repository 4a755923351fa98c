//! `AWS/RDS`: CPU, connections and replication lag (`aws-domain.md A.4`).

use super::super::super::world::{DbCluster, DbInstance, ReplicationState, World};
use super::{Datapoint, Probe};

impl Probe<'_> {
    pub(super) fn rds(&self) -> Option<Datapoint> {
        if let Some(cluster) =
            self.dimensions.get("DBClusterIdentifier").filter(|_| self.dimensions.are(&["DBClusterIdentifier"]))
        {
            return self.global_lag(self.region.clusters.get(cluster)?);
        }
        if self.dimensions.get("SourceRegion").is_some() {
            let cluster = self.region.clusters.get(self.dimensions.get("DBClusterIdentifier")?)?;
            return self.global_lag(cluster).filter(|_| self.dimensions.0.len() == 2);
        }
        if !self.dimensions.are(&["DBInstanceIdentifier"]) {
            return None;
        }
        let database = self.region.databases.get(self.dimensions.get("DBInstanceIdentifier")?)?;
        if database.created_at > self.at {
            return None;
        }
        let id = database.id.as_str();
        let busy = self.busy(database);
        let noise = 1.0 + 0.1 * self.noise(id);
        let value = match self.name {
            "CPUUtilization" => (database.base_cpu * busy * noise).clamp(0.5, 100.0),
            "DatabaseConnections" => (database.base_connections * (0.5 + 0.5 * busy) * noise).round(),
            "FreeStorageSpace" if database.cluster.is_none() => {
                f64::from(database.storage_gib) * 0.42 * 1_073_741_824.0
            }
            "FreeableMemory" => 5.2e9 * (1.0 + 0.02 * self.noise(id)),
            "ReadLatency" => 0.0007 * noise,
            "WriteLatency" => 0.0012 * noise,
            "CommitThroughput" if self.writes(database) == Some(true) => (220.0 * busy * noise).max(0.0),
            "ReplicaLag" => self.replica_lag(database)?,
            "AuroraReplicaLag" => self.aurora_lag(database)?,
            _ => return None,
        };
        Some(Datapoint::one(value))
    }

    /// The load factor on a database's service.
    fn busy(&self, database: &DbInstance) -> f64 {
        let service = database.service.as_ref().and_then(|name| self.region.services.get(name));
        let factor = service.and_then(|service| service.factor.at(self.at)).copied().unwrap_or(1.0);
        self.world.load.factor(self.at, self.world.seed) * factor
    }

    /// Seconds. -1 is replication that is not active; whole seconds on MySQL (`aws-domain.md A.4`).
    fn replica_lag(&self, database: &DbInstance) -> Option<f64> {
        let replication = database.replication.as_ref()?;
        if replication.state != ReplicationState::Replicating {
            return Some(-1.0);
        }
        let lag = f64::from(database.base_lag_ms) / 1000.0 * (1.0 + 0.6 * self.noise(database.id.as_str()));
        Some(if database.engine.contains("postgres") { lag.max(0.0) } else { lag.max(0.0).floor() })
    }

    /// Milliseconds, of readers only.
    fn aurora_lag(&self, database: &DbInstance) -> Option<f64> {
        let reads = !self.writes(database)?;
        reads.then(|| 17.0 * (1.0 + 0.4 * self.noise(database.id.as_str())))
    }

    /// Whether a cluster's member writes; `None` outside of clusters.
    fn writes(&self, database: &DbInstance) -> Option<bool> {
        let cluster = self.region.clusters.get(database.cluster.as_ref()?)?;
        cluster.members.iter().find(|member| member.instance == database.id).map(|member| member.writer)
    }

    /// Milliseconds that a secondary cluster of a global database is behind; published in its own region.
    fn global_lag(&self, cluster: &DbCluster) -> Option<Datapoint> {
        let base = base_lag(self.world, cluster)?;
        let lag = base * (1.0 + 0.35 * self.noise(cluster.id.as_str()));
        match self.name {
            "AuroraGlobalDBReplicationLag" => Some(Datapoint::one(lag)),
            "AuroraGlobalDBRPOLag" => Some(Datapoint::one(lag * 0.9)),
            "AuroraGlobalDBProgressLag" => Some(Datapoint::one(lag * 1.2)),
            _ => None,
        }
    }
}

fn base_lag(world: &World, cluster: &DbCluster) -> Option<f64> {
    let global = world.global_clusters.get(cluster.global.as_ref()?)?;
    let secondary = global.members.iter().any(|member| member.cluster == cluster.arn && !member.writer);
    secondary.then(|| f64::from(global.base_lag_ms))
}
