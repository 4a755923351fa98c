//! Parameters of RDS's calls (botocore's model of `rds`).

use serde::{Deserialize, Serialize};

use crate::id::Text;

/// A DB instance that restarts, or fails over to its standby.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RebootDatabase {
    /// Which.
    #[serde(rename = "DBInstanceIdentifier")]
    pub db_instance_identifier: Text,
    /// Whether the standby becomes the writer; refused where there is none.
    pub force_failover: bool,
}

/// A cluster whose writer changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FailoverCluster {
    /// Which.
    #[serde(rename = "DBClusterIdentifier")]
    pub db_cluster_identifier: Text,
    /// Who is to write; a Multi-AZ cluster of MySQL takes none (`aws-domain.md` C.3).
    #[serde(rename = "TargetDBInstanceIdentifier", default, skip_serializing_if = "Option::is_none")]
    pub target_db_instance_identifier: Option<Text>,
}
