//! RDS instances, clusters, global clusters and events (`aws-domain.md` A.4).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tag::Tags;
use crate::id::{Arn, ClusterId, DatabaseId, GlobalClusterId, Text, ZoneName};

/// A DB instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Database {
    /// Its identifier.
    pub id: DatabaseId,
    /// Its ARN.
    pub arn: Option<Arn>,
    /// `postgres`, `mysql`, `aurora-postgresql`, …
    pub engine: Text,
    /// Its version.
    pub engine_version: Option<Text>,
    /// `db.r6g.large`.
    pub class: Option<Text>,
    /// RDS's word: `available` means that the API takes changes, not that SQL answers.
    pub status: Text,
    /// Whether it has a synchronous standby.
    pub multi_az: bool,
    /// The writer's zone; may lag some minutes after a failover.
    pub zone: Option<ZoneName>,
    /// The standby's zone; absent with Multi-AZ on means that the standby is being built.
    pub standby_zone: Option<ZoneName>,
    /// The cluster it is a member of.
    pub cluster: Option<ClusterId>,
    /// What it replicates: a plain name in its own region, an ARN across regions.
    pub replica_of: Option<Text>,
    /// What replicates it.
    pub replicas: Vec<Text>,
    /// `read replication` states other than normal, in AWS's words.
    pub replication: Vec<ReplicationStatus>,
    /// Days of automatic backups; 0 is off.
    pub backup_days: Option<i32>,
    /// Until when it can be restored.
    pub restorable_until: Option<Timestamp>,
    /// Names of settings that wait to be applied.
    pub pending_changes: Vec<Text>,
    /// Failover order in its cluster: lower goes first.
    pub promotion_tier: Option<i32>,
    /// The name applications connect to.
    pub endpoint: Option<Text>,
    /// Whether it may be deleted.
    pub deletion_protection: Option<bool>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// Its tags.
    pub tags: Tags,
}

/// How replication to a replica stands (`StatusInfos`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplicationStatus {
    /// `replicating`, `stopped`, `error`, …
    pub status: Text,
    /// Whether AWS calls that normal.
    pub normal: bool,
    /// AWS's words.
    pub message: Option<Text>,
}

/// A DB cluster: Aurora's, or a Multi-AZ cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// Its identifier.
    pub id: ClusterId,
    /// Its ARN.
    pub arn: Option<Arn>,
    /// Its engine.
    pub engine: Text,
    /// Its version.
    pub engine_version: Option<Text>,
    /// RDS's word.
    pub status: Text,
    /// Its instances.
    pub members: Vec<ClusterMember>,
    /// The writer's endpoint.
    pub endpoint: Option<Text>,
    /// The readers' endpoint.
    pub reader_endpoint: Option<Text>,
    /// Whether its members span zones.
    pub multi_az: Option<bool>,
    /// What it replicates.
    pub replica_of: Option<Text>,
    /// Days of automatic backups.
    pub backup_days: Option<i32>,
    /// Its tags.
    pub tags: Tags,
}

/// A member of a DB cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterMember {
    /// The DB instance.
    pub database: DatabaseId,
    /// Whether it writes.
    pub writer: bool,
    /// Failover order: lower goes first.
    pub promotion_tier: Option<i32>,
}

/// An Aurora global database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GlobalCluster {
    /// Its identifier.
    pub id: GlobalClusterId,
    /// Its ARN.
    pub arn: Option<Arn>,
    /// Its engine.
    pub engine: Option<Text>,
    /// RDS's word.
    pub status: Text,
    /// Its clusters over regions.
    pub members: Vec<GlobalMember>,
    /// A failover or switchover under way: status, from, to.
    pub failover: Option<(Text, Option<Arn>, Option<Arn>)>,
    /// The endpoint that follows the writer.
    pub endpoint: Option<Text>,
}

/// A cluster of a global database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GlobalMember {
    /// The cluster.
    pub cluster: Arn,
    /// Whether it is the primary.
    pub writer: bool,
    /// `connected` or `pending-resync`.
    pub synchronization: Option<Text>,
}

/// An RDS event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatabaseEvent {
    /// What it happened to.
    pub source: Text,
    /// `db-instance`, `db-cluster`, …
    pub source_type: Text,
    /// AWS's words.
    pub message: Text,
    /// `failover`, `maintenance`, …
    pub categories: Vec<Text>,
    /// When.
    pub at: Timestamp,
}

/// What an event says of a failover (`aws-domain.md` C.3). RDS gives its events' numbers to EventBridge alone; here their words tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailoverNews {
    /// One began: 0013, 0072, 0073.
    Started,
    /// It is done: 0015, 0049, 0071.
    Done,
    /// It does not come about: 0034 after a recent one, 0069, 0070.
    Refused,
}

impl DatabaseEvent {
    /// What it says of a failover; none where it says nothing.
    pub fn failover(&self) -> Option<FailoverNews> {
        let words = self.message.to_lowercase();
        let has = |word: &str| words.contains(word);
        if has("recently occurred") || has("failover failed") || has("previous primary again") {
            return Some(FailoverNews::Refused);
        }
        // A recovery says of what comes next: "Pending failover or activation."
        match has("failover") && !has("pending failover") {
            true if has("complete") => Some(FailoverNews::Done),
            true if has("started") => Some(FailoverNews::Started),
            _ => None,
        }
    }
}
