//! Databases in the document.

use serde::Deserialize;

use super::Age;
use super::region::TagsDoc;

/// A database instance outside of clusters.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseDoc {
    /// Its identifier.
    pub id: String,
    /// Its service.
    pub service: Option<String>,
    /// `postgres`, `mysql`, …
    pub engine: String,
    /// Its version.
    pub version: String,
    /// `db.r6g.large`.
    pub class: String,
    /// GiB.
    pub storage_gib: u32,
    /// Its zone.
    pub zone: String,
    /// The standby's zone: Multi-AZ when given.
    pub standby_zone: Option<String>,
    /// What it replicates: `ID` in the region, `REGION/ID` in another.
    pub replica_of: Option<String>,
    /// Replication lag in calm, milliseconds.
    pub lag_ms: Option<u32>,
    /// Days of automatic backups.
    pub backup_days: u32,
    /// CPU at a load factor of 1; 30 when absent.
    pub cpu: Option<f64>,
    /// Connections at a load factor of 1; 80 when absent.
    pub connections: Option<f64>,
    /// Not encrypted.
    #[serde(default)]
    pub unencrypted: bool,
    /// `DeletionProtection`.
    #[serde(default)]
    pub deletion_protection: bool,
    /// `PubliclyAccessible`.
    #[serde(default)]
    pub public: bool,
    /// `PendingModifiedValues`: AWS's member names.
    #[serde(default)]
    pub pending: TagsDoc,
    /// RDS events of the last 14 days, besides backups.
    #[serde(default)]
    pub events: Vec<DbEventDoc>,
    /// Its age.
    pub age: Age,
    /// Tags, besides `Service`.
    #[serde(default)]
    pub tags: TagsDoc,
}

/// An RDS event of the past.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DbEventDoc {
    /// When.
    pub age: Age,
    /// Text.
    pub message: String,
    /// `availability`, `failover`, `maintenance`, …
    pub categories: Vec<String>,
}

/// An Aurora cluster.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterDoc {
    /// Its identifier.
    pub id: String,
    /// Its service.
    pub service: Option<String>,
    /// `aurora-postgresql`, `aurora-mysql`.
    pub engine: String,
    /// Its version.
    pub version: String,
    /// Days of backups.
    pub backup_days: u32,
    /// `DeletionProtection`.
    #[serde(default)]
    pub deletion_protection: bool,
    /// Members; the first one writes, unless the cluster is a secondary of a global database.
    pub members: Vec<MemberDoc>,
    /// Its age.
    pub age: Age,
    /// Tags, besides `Service`.
    #[serde(default)]
    pub tags: TagsDoc,
}

/// A member of an Aurora cluster.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberDoc {
    /// Its identifier.
    pub id: String,
    /// Its class.
    pub class: String,
    /// Its zone.
    pub zone: String,
    /// Failover order; 1 when absent.
    pub tier: Option<u8>,
    /// CPU at a load factor of 1; 30 when absent.
    pub cpu: Option<f64>,
    /// Connections at a load factor of 1; 80 when absent.
    pub connections: Option<f64>,
}

/// An Aurora global database.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GlobalDoc {
    /// Its identifier.
    pub id: String,
    /// `REGION/CLUSTER`, the writing one first.
    pub members: Vec<String>,
    /// Replication lag in calm, milliseconds.
    pub lag_ms: u32,
    /// `DeletionProtection`.
    #[serde(default)]
    pub deletion_protection: bool,
}
