//! Zones and subnets: where things are.

use serde::{Deserialize, Serialize};

use super::word::words;
use crate::id::{SubnetId, Text, VpcId, ZoneId, ZoneName};

words! {
    /// What EC2 says of a zone. It stays `available` in gray failures: shown, never decided on (`aws-domain.md` A.1).
    ZoneState {
        Available = "available",
        Information = "information",
        Impaired = "impaired",
        Unavailable = "unavailable",
        Constrained = "constrained",
    }
}

/// An availability zone of this account (`DescribeAvailabilityZones`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Zone {
    /// The account's name for it.
    pub name: ZoneName,
    /// Its physical id.
    pub id: ZoneId,
    /// What EC2 says of it.
    pub state: ZoneState,
    /// `availability-zone`, `local-zone` or `wavelength-zone`.
    pub zone_type: Text,
    /// EC2's messages about it.
    pub messages: Vec<Text>,
}

/// A subnet: the bridge from addresses to zones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subnet {
    /// Its id.
    pub id: SubnetId,
    /// The zone it is in.
    pub zone: ZoneName,
    /// Its network.
    pub vpc: Option<VpcId>,
    /// Its IPv4 block.
    pub cidr: Option<Text>,
    /// Addresses left; none left silently stops launches (`aws-domain.md` A.1).
    pub free_addresses: Option<i32>,
}
