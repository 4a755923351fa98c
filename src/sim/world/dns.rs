//! Route 53: hosted zones and records.

use serde::Serialize;

use super::HostedZoneId;

/// A hosted zone with its records.
#[derive(Debug, Clone, Serialize)]
pub struct HostedZone {
    /// Its id, without the prefix `/hostedzone/`.
    pub id: HostedZoneId,
    /// Its name with the final dot: `shop.example.`.
    pub name: String,
    /// `CallerReference`.
    pub caller_reference: String,
    /// Comment.
    pub comment: Option<String>,
    /// Private to VPCs.
    pub private: bool,
    /// Name servers of a public zone.
    pub name_servers: Vec<String>,
    /// Records in Route 53's order (by reversed name, then type).
    pub records: Vec<RecordSet>,
}

/// A record set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordSet {
    /// Its name with the final dot.
    pub name: String,
    /// `A`, `CNAME`, …
    pub kind: String,
    /// Seconds; `None` for aliases.
    pub ttl: Option<u32>,
    /// Values; empty for aliases.
    pub values: Vec<String>,
    /// Alias target.
    pub alias: Option<AliasTarget>,
    /// `SetIdentifier`, with a routing policy.
    pub set_identifier: Option<String>,
    /// `Failover`: `PRIMARY` or `SECONDARY`.
    pub failover: Option<String>,
    /// `Weight`.
    pub weight: Option<u16>,
}

/// The target of an alias record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AliasTarget {
    /// DNS name with the final dot.
    pub dns_name: String,
    /// `HostedZoneId` of the target.
    pub zone: String,
    /// `EvaluateTargetHealth`.
    pub evaluate_health: bool,
}
