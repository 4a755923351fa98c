//! Aurora global databases.

use serde::Serialize;

use super::words::words;
use super::{Arn, DbStatus, GlobalClusterId, RegionName, Tags};

/// An Aurora global database: one writing cluster, secondaries in other regions.
#[derive(Debug, Clone, Serialize)]
pub struct GlobalCluster {
    /// `GlobalClusterIdentifier`.
    pub id: GlobalClusterId,
    /// Its ARN, without a region.
    pub arn: Arn,
    /// `GlobalClusterResourceId`.
    pub resource_id: String,
    /// Status.
    pub status: DbStatus,
    /// Engine.
    pub engine: String,
    /// Its version.
    pub engine_version: String,
    /// Global writer endpoint.
    pub endpoint: String,
    /// `DatabaseName`.
    pub database_name: Option<String>,
    /// `DeletionProtection`.
    pub deletion_protection: bool,
    /// Encrypted.
    pub encrypted: bool,
    /// Clusters, the writing one first.
    pub members: Vec<GlobalMember>,
    /// A switchover or failover under way.
    pub failover: Option<FailoverState>,
    /// Tags.
    pub tags: Tags,
    /// A cause: the replication lag in calm, in milliseconds.
    pub base_lag_ms: u32,
}

/// A cluster of a global database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GlobalMember {
    /// The cluster.
    pub cluster: Arn,
    /// Its region.
    pub region: RegionName,
    /// It writes.
    pub writer: bool,
    /// ARNs of the secondary clusters, on the writing one.
    pub readers: Vec<Arn>,
    /// `connected` or `pending-resync`, on secondaries.
    pub synchronization: Option<String>,
    /// `GlobalWriteForwardingStatus`.
    pub write_forwarding: Option<String>,
}

/// A switchover or failover under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailoverState {
    /// How far it is.
    pub status: FailoverStatus,
    /// The cluster that gives up writing.
    pub from: Arn,
    /// The cluster that takes over.
    pub to: Arn,
    /// A failover, which may lose data; a switchover does not.
    pub data_loss_allowed: bool,
}

words! {
    /// `FailoverState.Status`.
    pub enum FailoverStatus {
        /// Accepted.
        Pending = "pending",
        /// Under way.
        FailingOver = "failing-over",
        /// Being called off.
        Cancelling = "cancelling",
    }
}
