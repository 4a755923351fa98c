//! What belongs to the account as a whole: who asks, its regions, its DNS.

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, Arn, Region, Text};

/// Who asks, and for which account (`sts:GetCallerIdentity`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// The caller.
    pub caller: Arn,
}

/// The account's alias (`iam:ListAccountAliases`); an account without one has no row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alias(pub Text);

/// A region enabled for the account (`ec2:DescribeRegions`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnabledRegion {
    /// The region.
    pub region: Region,
}

/// A hosted zone of Route 53.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostedZone {
    /// Its id without the `/hostedzone/` prefix.
    pub id: Text,
    /// The domain, with its final dot.
    pub name: Text,
    /// Whether it answers inside networks only.
    pub private: Option<bool>,
    /// Records in it.
    pub record_count: Option<i64>,
}

/// A record set of a hosted zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its hosted zone's id.
    pub hosted_zone: Text,
    /// The name, with its final dot.
    pub name: Text,
    /// `A`, `CNAME`, …
    pub record_type: Text,
    /// Seconds that resolvers keep it; an alias has none.
    pub ttl_s: Option<i64>,
    /// Its values, or the alias target.
    pub values: Vec<Text>,
    /// What tells apart records of one name: weight, region or failover role.
    pub routing: Option<Text>,
}
