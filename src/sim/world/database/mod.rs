//! RDS database instances, Aurora members among them, and RDS events.

mod course;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::course::{
    ClusterFailover, DbCourse, DbPhase, DbServing, DbSpace, FREE_IN_CALM, Glide, HostTrouble, Standby,
};
use super::words::words;
use super::{Arn, DbClusterId, DbInstanceId, ServiceName, SimTime, SubnetId, Tags, VpcId, ZoneName};

/// A database instance: all fields of `aws-domain.md A.4`.
#[derive(Debug, Clone, Serialize)]
pub struct DbInstance {
    /// `DBInstanceIdentifier`.
    pub id: DbInstanceId,
    /// Its ARN.
    pub arn: Arn,
    /// `DbiResourceId`, `db-…`.
    pub resource_id: String,
    /// `postgres`, `mysql`, `aurora-postgresql`, …
    pub engine: String,
    /// Its version.
    pub engine_version: String,
    /// `db.r6g.large`.
    pub class: String,
    /// `DBInstanceStatus`.
    pub status: DbStatus,
    /// Multi-AZ with a standby (never for Aurora members).
    pub multi_az: bool,
    /// The zone it serves from, as the API says; may lag after a failover.
    pub zone: ZoneName,
    /// The standby's zone; `None` while `multi_az` means the standby is being built: not protected now.
    pub secondary_zone: Option<ZoneName>,
    /// `MasterUsername`.
    pub master_username: String,
    /// `DBName`.
    pub database_name: Option<String>,
    /// Where clients connect.
    pub endpoint: DbEndpoint,
    /// GiB.
    pub storage_gib: u32,
    /// `gp3`, `aurora`.
    pub storage_type: String,
    /// Provisioned operations a second.
    pub iops: Option<u32>,
    /// Encrypted.
    pub encrypted: bool,
    /// ARN of its key.
    pub kms_key: Option<String>,
    /// Creation.
    pub created_at: SimTime,
    /// `PreferredBackupWindow`.
    pub backup_window: String,
    /// `PreferredMaintenanceWindow`.
    pub maintenance_window: String,
    /// Days; 0 turns automatic backups off.
    pub backup_retention_days: u32,
    /// Up to when it can be restored; `None` without backups. Moves on every five minutes.
    pub restorable_until: Option<SimTime>,
    /// `PendingModifiedValues`, AWS's member name to value.
    pub pending: BTreeMap<String, String>,
    /// Name of its parameter group.
    pub parameter_group: String,
    /// `in-sync`, `pending-reboot`, `applying`.
    pub parameter_status: String,
    /// Name of its subnet group, in `Region::subnet_groups`.
    pub subnet_group: String,
    /// Security groups (`sg-…`).
    pub security_groups: Vec<String>,
    /// What it replicates, if it is a read replica.
    pub replica_source: Option<ReplicaSource>,
    /// Its read replicas as `ReadReplicaDBInstanceIdentifiers` lists them: names in the region, ARNs elsewhere.
    pub replicas: Vec<String>,
    /// `StatusInfos`: one of type `read replication`, for replicas.
    pub replication: Option<ReplicationStatus>,
    /// The Aurora cluster that it is a member of.
    pub cluster: Option<DbClusterId>,
    /// Failover order in its cluster, 0 first.
    pub promotion_tier: Option<u8>,
    /// `AutoMinorVersionUpgrade`.
    pub auto_minor_upgrade: bool,
    /// `PubliclyAccessible`.
    pub public: bool,
    /// `DeletionProtection`.
    pub deletion_protection: bool,
    /// `PerformanceInsightsEnabled`.
    pub performance_insights: bool,
    /// `MonitoringInterval`, seconds.
    pub monitoring_s: u32,
    /// `CACertificateIdentifier`.
    pub ca: String,
    /// Tags.
    pub tags: Tags,
    /// The service that uses it.
    pub service: Option<ServiceName>,
    /// What is wrong with it in truth.
    pub causes: DbCauses,
    /// What it does in truth.
    pub course: DbCourse,
    /// A cause: the lag it has in calm, in milliseconds.
    pub base_lag_ms: u32,
    /// A cause: CPU in per cent at a load factor of 1.
    pub base_cpu: f64,
    /// A cause: connections at a load factor of 1.
    pub base_connections: f64,
    /// When AWS finishes what `status` says is under way.
    pub busy_until: Option<SimTime>,
}

/// What is wrong with a database in truth: set by faults, read by the physics, reported by nobody.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DbCauses {
    /// Its host crashed, then.
    pub crashed: Option<SimTime>,
    /// Seconds that it falls behind what it replicates, beyond its lag in calm.
    pub lag_s: f64,
    /// Its replication cannot go on, since then.
    pub replication_broken: Option<SimTime>,
    /// Its storage fills up, since then.
    pub storage_full: Option<SimTime>,
}

impl DbInstance {
    /// Whether a write would have succeeded at `at`: the truth, of which `available` says nothing (`aws-domain.md A.4`).
    #[must_use]
    pub fn accepts_writes(&self, at: SimTime) -> bool {
        self.course.serving_at(at) == DbServing::ReadWrite
    }

    /// Whether it works on the same storage as `other`, so that it has every commit that the other has.
    #[must_use]
    pub fn shares_storage(&self, other: &Self) -> bool {
        // Clusters of a global database may have one name in two regions.
        let region = |database: &Self| database.arn.as_str().split(':').nth(3).map(str::to_owned);
        let same_cluster = self.cluster.is_some() && self.cluster == other.cluster && region(self) == region(other);
        self.arn == other.arn || same_cluster
    }

    /// What it is to its peers. `writer` is whether its cluster, if it has one, says so.
    #[must_use]
    pub fn role(&self, writer: bool) -> DbRole {
        match (&self.cluster, &self.replica_source) {
            (Some(_), _) if writer => DbRole::Writer,
            (Some(_), _) => DbRole::Reader,
            (None, Some(_)) => DbRole::Replica,
            (None, None) => DbRole::Primary,
        }
    }
}

/// Where clients connect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DbEndpoint {
    /// Host name.
    pub address: String,
    /// Port.
    pub port: u16,
    /// `HostedZoneId`.
    pub zone: String,
}

/// What a replica replicates. AWS writes a plain name for the same region, an ARN for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReplicaSource {
    /// An instance of the same region.
    SameRegion(DbInstanceId),
    /// An instance of another region.
    OtherRegion(Arn),
}

impl ReplicaSource {
    /// `ReadReplicaSourceDBInstanceIdentifier`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::SameRegion(id) => id.as_str(),
            Self::OtherRegion(arn) => arn.as_str(),
        }
    }
}

/// `StatusInfos` entry of type `read replication`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplicationStatus {
    /// `Normal`.
    pub normal: bool,
    /// `Status`.
    pub state: ReplicationState,
    /// `Message`.
    pub message: Option<String>,
}

/// A database subnet group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubnetGroup {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: Arn,
    /// Its description.
    pub description: String,
    /// Its VPC.
    pub vpc: VpcId,
    /// Its subnets with their zones.
    pub subnets: Vec<(SubnetId, ZoneName)>,
}

/// An RDS event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DbEvent {
    /// When.
    pub at: SimTime,
    /// Of what kind of thing.
    pub source_type: DbEventSource,
    /// The thing's identifier.
    pub source: String,
    /// The thing's ARN.
    pub arn: Arn,
    /// Text.
    pub message: String,
    /// `backup`, `availability`, `failover`, …
    pub categories: Vec<String>,
}

words! {
    /// `DBInstanceStatus` and cluster `Status`, as far as the simulation brings them about.
    pub enum DbStatus {
        /// API calls are accepted; SQL probably answers.
        Available = "available",
        /// Automatic backup under way.
        BackingUp = "backing-up",
        /// Being made.
        Creating = "creating",
        /// Being changed.
        Modifying = "modifying",
        /// Restarting or failing over (instance).
        Rebooting = "rebooting",
        /// Failing over (cluster).
        FailingOver = "failing-over",
        /// Being promoted (cluster).
        Promoting = "promoting",
        /// Stopped.
        Stopped = "stopped",
        /// No space left.
        StorageFull = "storage-full",
        /// Lost.
        Failed = "failed",
    }

    /// `StatusInfos[].Status` of a replica.
    pub enum ReplicationState {
        /// Replicating.
        Replicating = "replicating",
        /// Broken.
        Error = "error",
        /// Stopped by a person.
        Stopped = "stopped",
        /// Ended for good.
        Terminated = "terminated",
    }

    /// What a database instance is to its peers.
    pub enum DbRole {
        /// Stands alone or has replicas.
        Primary = "primary",
        /// Replicates another instance.
        Replica = "replica",
        /// Writes for its cluster.
        Writer = "writer",
        /// Reads for its cluster.
        Reader = "reader",
    }

    /// `SourceType` of an RDS event.
    pub enum DbEventSource {
        /// An instance.
        Instance = "db-instance",
        /// A cluster.
        Cluster = "db-cluster",
    }
}
