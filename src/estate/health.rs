//! AWS Health: what AWS itself says of its services, ten to thirty minutes late (`aws-domain.md` A.7).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::word::words;
use crate::id::{Arn, Region, Text};

words! {
    /// How an event stands.
    HealthStatus {
        Open = "open",
        Closed = "closed",
        Upcoming = "upcoming",
    }
}

/// An event of AWS Health.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HealthEvent {
    /// Its ARN.
    pub arn: Arn,
    /// The service it is about: `EC2`.
    pub service: Text,
    /// `AWS_EC2_OPERATIONAL_ISSUE`, …
    pub code: Text,
    /// `issue`, `scheduledChange`, `accountNotification`, `investigation`.
    pub category: Text,
    /// The region, where it is about one.
    pub region: Option<Region>,
    /// The zone, as AWS writes it: by id or by name.
    pub zone: Option<Text>,
    /// `PUBLIC`, `ACCOUNT_SPECIFIC` or `NONE`.
    pub scope: Option<Text>,
    /// How it stands.
    pub status: HealthStatus,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When AWS last wrote about it.
    pub updated_at: Option<Timestamp>,
}
