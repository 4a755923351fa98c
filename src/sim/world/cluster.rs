//! Aurora clusters.

use serde::Serialize;

use super::{
    Arn, ClusterFailover, DbClusterId, DbInstanceId, DbStatus, GlobalClusterId, ServiceName, SimTime, Tags, ZoneName,
};

/// A database cluster.
#[derive(Debug, Clone, Serialize)]
pub struct DbCluster {
    /// `DBClusterIdentifier`.
    pub id: DbClusterId,
    /// Its ARN.
    pub arn: Arn,
    /// `DbClusterResourceId`, `cluster-…`.
    pub resource_id: String,
    /// `aurora-postgresql`, `aurora-mysql`.
    pub engine: String,
    /// Its version.
    pub engine_version: String,
    /// `provisioned`.
    pub engine_mode: String,
    /// Status.
    pub status: DbStatus,
    /// Members; at most one writes, none does in the secondary region of a global database.
    pub members: Vec<ClusterMember>,
    /// Writer endpoint.
    pub endpoint: String,
    /// Reader endpoint.
    pub reader_endpoint: String,
    /// `HostedZoneId` of both.
    pub dns_zone: String,
    /// Port.
    pub port: u16,
    /// Zones that its storage spans.
    pub zones: Vec<ZoneName>,
    /// Members in more than one zone.
    pub multi_az: bool,
    /// `MasterUsername`.
    pub master_username: String,
    /// `DatabaseName`.
    pub database_name: Option<String>,
    /// Creation.
    pub created_at: SimTime,
    /// Days.
    pub backup_retention_days: u32,
    /// `PreferredBackupWindow`.
    pub backup_window: String,
    /// `PreferredMaintenanceWindow`.
    pub maintenance_window: String,
    /// From when it can be restored.
    pub restorable_from: SimTime,
    /// Up to when it can be restored.
    pub restorable_until: SimTime,
    /// Name of its parameter group.
    pub parameter_group: String,
    /// Name of its subnet group.
    pub subnet_group: String,
    /// Security groups (`sg-…`).
    pub security_groups: Vec<String>,
    /// Encrypted.
    pub encrypted: bool,
    /// ARN of its key.
    pub kms_key: Option<String>,
    /// `DeletionProtection`.
    pub deletion_protection: bool,
    /// The global database that it belongs to.
    pub global: Option<GlobalClusterId>,
    /// `GlobalWriteForwardingStatus`, in a secondary region.
    pub write_forwarding: Option<String>,
    /// `ReplicationSourceIdentifier`: the primary cluster's ARN, in a secondary region.
    pub replication_source: Option<Arn>,
    /// Tags.
    pub tags: Tags,
    /// The service that uses it.
    pub service: Option<ServiceName>,
    /// A change of writers that is under way.
    pub failover: Option<ClusterFailover>,
}

impl DbCluster {
    /// The member that writes; none does in the secondary region of a global database.
    #[must_use]
    pub fn writer(&self) -> Option<&DbInstanceId> {
        self.members.iter().find(|member| member.writer).map(|member| &member.instance)
    }
}

/// An instance's membership in its cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClusterMember {
    /// The instance.
    pub instance: DbInstanceId,
    /// It writes.
    pub writer: bool,
    /// Failover order, 0 first.
    pub promotion_tier: u8,
    /// `DBClusterParameterGroupStatus`.
    pub parameter_status: String,
}
