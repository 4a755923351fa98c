//! Virtual private clouds, subnets, routes, NAT gateways and elastic addresses.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde::Serialize;

use super::{AllocationId, Arn, History, InstanceId, SimTime, SubnetId, Tags, VpcId, ZoneName};

/// A virtual private cloud.
#[derive(Debug, Clone, Serialize)]
pub struct Vpc {
    /// `vpc-…`.
    pub id: VpcId,
    /// `10.0.0.0/16`.
    pub cidr: String,
    /// The account's default VPC of the region.
    pub is_default: bool,
    /// Tags.
    pub tags: Tags,
}

/// A subnet: it lies in exactly one zone.
#[derive(Debug, Clone, Serialize)]
pub struct Subnet {
    /// `subnet-…`.
    pub id: SubnetId,
    /// Its ARN.
    pub arn: Arn,
    /// Its VPC.
    pub vpc: VpcId,
    /// Its zone.
    pub zone: ZoneName,
    /// First address of its block.
    pub network: Ipv4Addr,
    /// Length of its block's prefix.
    pub prefix: u8,
    /// Addresses left: the silent launch blocker (`aws-domain.md A.1`). AWS keeps five of each block to itself.
    pub free_addresses: u32,
    /// Offsets of addresses in use.
    #[serde(skip)]
    pub used: BTreeSet<u32>,
    /// Instances there get a public address.
    pub public: bool,
    /// Tags.
    pub tags: Tags,
}

impl Subnet {
    /// `10.0.16.0/20`.
    #[must_use]
    pub fn cidr(&self) -> String {
        format!("{}/{}", self.network, self.prefix)
    }

    /// Takes a free address, the one after the highest in use if there is one.
    pub fn take_address(&mut self) -> Option<Ipv4Addr> {
        self.free_addresses = self.free_addresses.checked_sub(1)?;
        let last = (1_u32 << (32 - u32::from(self.prefix.clamp(1, 28)))) - 2;
        let after = self.used.last().map_or(Self::RESERVED, |highest| highest + 1);
        let offset =
            if after <= last { after } else { (Self::RESERVED..=last).find(|free| !self.used.contains(free))? };
        self.used.insert(offset);
        Some(Ipv4Addr::from(u32::from(self.network) + offset))
    }

    /// Gives an address back.
    pub fn free_address(&mut self, address: Ipv4Addr) {
        let offset = u32::from(address).wrapping_sub(u32::from(self.network));
        if self.used.remove(&offset) {
            self.free_addresses += 1;
        }
    }

    /// Addresses at the start of a block that AWS keeps to itself; it keeps the last one too.
    const RESERVED: u32 = 4;
}

/// A route table.
#[derive(Debug, Clone, Serialize)]
pub struct RouteTable {
    /// `rtb-…`.
    pub id: String,
    /// Its VPC.
    pub vpc: VpcId,
    /// Subnets without a table of their own use it.
    pub main: bool,
    /// Subnets that use it by their own association.
    pub subnets: Vec<SubnetId>,
    /// Its routes, without the local one.
    pub routes: Vec<Route>,
    /// Tags.
    pub tags: Tags,
}

/// One route.
#[derive(Debug, Clone, Serialize)]
pub struct Route {
    /// `0.0.0.0/0`.
    pub destination: String,
    /// `nat-…` or `igw-…`.
    pub via: String,
}

/// A NAT gateway: it lives in one zone, whoever routes through it.
#[derive(Debug, Clone, Serialize)]
pub struct NatGateway {
    /// `nat-…`.
    pub id: String,
    /// The subnet, and so the zone, that it stands in.
    pub subnet: SubnetId,
    /// Its zone.
    pub zone: ZoneName,
    /// Its VPC.
    pub vpc: VpcId,
    /// `available`, …
    pub state: String,
    /// The address that it sends from.
    pub allocation: AllocationId,
    /// Creation.
    pub created_at: SimTime,
    /// Tags.
    pub tags: Tags,
    /// What is wrong with it in truth.
    pub causes: NatCauses,
    /// The share of packets that it dropped over time, from which past metrics are computed.
    #[serde(skip)]
    pub dropping: History<f64>,
}

/// What is wrong with a NAT gateway in truth: set by faults, read by the physics.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct NatCauses {
    /// Share of what goes out through it that it drops, 0 to 1.
    pub drops: f64,
}

/// An elastic IP address.
#[derive(Debug, Clone, Serialize)]
pub struct Address {
    /// `eipalloc-…`.
    pub id: AllocationId,
    /// The public address.
    pub public_ip: Ipv4Addr,
    /// `eipassoc-…` while it is associated.
    pub association: Option<String>,
    /// The instance that it is associated with, if it is one.
    pub instance: Option<InstanceId>,
    /// The private address that it maps to.
    pub private_ip: Option<Ipv4Addr>,
    /// The network interface that it sits on (`eni-…`).
    pub interface: Option<String>,
    /// Tags.
    pub tags: Tags,
}
