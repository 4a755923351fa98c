//! The role of a database: who writes, who replicates whom.

use crate::estate::database::{Cluster, Database, GlobalCluster};

/// What a DB instance does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseRole {
    /// Stands alone and writes.
    Primary,
    /// Replicates another instance.
    Replica,
    /// Writes for its cluster.
    Writer,
    /// Reads in its cluster.
    Reader,
    /// A member of a cluster that could not be read.
    Unknown,
}

impl DatabaseRole {
    /// The word of the documents; none where nobody knows.
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Primary => Some("primary"),
            Self::Replica => Some("replica"),
            Self::Writer => Some("writer"),
            Self::Reader => Some("reader"),
            Self::Unknown => None,
        }
    }

    /// Whether it takes writes.
    pub fn writes(self) -> bool {
        matches!(self, Self::Primary | Self::Writer)
    }
}

/// The clusters of one region, which say what its databases do.
#[derive(Debug, Clone, Default)]
pub struct Clusters<'a> {
    /// The region's clusters.
    pub clusters: Vec<&'a Cluster>,
    /// Global clusters with a member there.
    pub globals: Vec<&'a GlobalCluster>,
}

impl Clusters<'_> {
    /// The role of `database`. In a secondary cluster nobody takes writes, though one instance is called its writer.
    pub fn role_of(&self, database: &Database) -> DatabaseRole {
        if let Some(id) = &database.cluster {
            let Some(cluster) = self.clusters.iter().find(|known| known.id == *id) else {
                return DatabaseRole::Unknown;
            };
            return match cluster.members.iter().find(|member| member.database == database.id) {
                Some(member) if member.writer && !self.is_secondary(cluster) => DatabaseRole::Writer,
                Some(_) => DatabaseRole::Reader,
                None => DatabaseRole::Unknown,
            };
        }
        if database.replica_of.is_some() { DatabaseRole::Replica } else { DatabaseRole::Primary }
    }

    /// Whether the cluster follows another: by replication, or as a secondary of a global database whose writer is elsewhere.
    pub fn is_secondary(&self, cluster: &Cluster) -> bool {
        let Some(arn) = &cluster.arn else { return cluster.replica_of.is_some() };
        cluster.replica_of.is_some()
            || self.globals.iter().any(|global| {
                global.members.iter().any(|member| member.cluster == *arn && !member.writer)
                    && global.members.iter().any(|member| member.writer)
            })
    }
}
