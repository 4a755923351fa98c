//! Parameters of the load balancers' calls (botocore's models of `elbv2` and `elb`).

use serde::{Deserialize, Serialize};

use super::Whom;
use crate::id::{Arn, ClassicName, SubnetId, Text};

/// A target as it is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TargetSpec {
    /// An instance's id or an address.
    pub id: Text,
    /// Its port, where it is not the group's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
}

/// Targets of a target group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Targets {
    /// The target group.
    pub target_group_arn: Arn,
    /// Which.
    pub targets: Vec<TargetSpec>,
}

/// An instance of a classic balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ClassicInstance {
    /// Which.
    pub instance_id: Whom,
}

/// Instances of a classic balancer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ClassicMembers {
    /// The balancer.
    pub load_balancer_name: ClassicName,
    /// Which.
    pub instances: Vec<ClassicInstance>,
}

/// The subnets of a balancer, all of them: those that are not here are left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BalancerSubnets {
    /// The balancer.
    pub load_balancer_arn: Arn,
    /// The subnets, one a zone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnets: Vec<SubnetId>,
    /// The same with addresses, where it has its own; then no subnets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnet_mappings: Vec<SubnetMapping>,
}

impl BalancerSubnets {
    /// The subnets that it names, either way.
    pub fn named(&self) -> impl Iterator<Item = &SubnetId> {
        self.subnets.iter().chain(self.subnet_mappings.iter().map(|mapping| &mapping.subnet_id))
    }
}

/// A subnet of a balancer, and the addresses that it has there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SubnetMapping {
    /// The subnet.
    pub subnet_id: SubnetId,
    /// Its elastic address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocation_id: Option<Text>,
    /// Its private address.
    #[serde(rename = "PrivateIPv4Address", default, skip_serializing_if = "Option::is_none")]
    pub private_ipv4_address: Option<Text>,
    /// Its address of IPv6.
    #[serde(rename = "IPv6Address", default, skip_serializing_if = "Option::is_none")]
    pub ipv6_address: Option<Text>,
}

/// Subnets that a classic balancer gets or leaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ClassicSubnets {
    /// The balancer.
    pub load_balancer_name: ClassicName,
    /// Which.
    pub subnets: Vec<SubnetId>,
}
