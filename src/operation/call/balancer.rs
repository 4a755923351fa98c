//! Parameters of the load balancers' calls (botocore's models of `elbv2` and `elb`).

use serde::{Deserialize, Serialize};

use super::Whom;
use crate::id::{Arn, ClassicName, Text};

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
