//! Load balancers of both generations, target groups and the health of targets (`aws-domain.md` A.3).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tag::Tags;
use super::word::words;
use crate::id::{Arn, ClassicName, InstanceId, SubnetId, Text, VpcId, ZoneName};

words! {
    /// How a load balancer stands.
    BalancerState {
        Active = "active",
        Provisioning = "provisioning",
        /// Routes, but cannot scale.
        ActiveImpaired = "active_impaired",
        Failed = "failed",
    }

    /// A target's health.
    TargetState {
        Initial = "initial",
        Healthy = "healthy",
        Unhealthy = "unhealthy",
        UnhealthyDraining = "unhealthy.draining",
        /// Shown for the whole deregistration delay, even when idle.
        Draining = "draining",
        Unused = "unused",
        /// Health checks are off, or a lambda target.
        Unavailable = "unavailable",
    }

    /// A classic balancer's word on an instance.
    ClassicState {
        InService = "InService",
        OutOfService = "OutOfService",
        Unknown = "Unknown",
    }
}

/// An application, network or gateway load balancer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: Text,
    /// `application`, `network` or `gateway`.
    pub balancer_type: Text,
    /// `internet-facing` or `internal`.
    pub scheme: Option<Text>,
    /// How it stands.
    pub state: Option<BalancerState>,
    /// AWS's reason for that.
    pub state_reason: Option<Text>,
    /// Zones it has a node in, with the subnet of each.
    pub zones: Vec<(ZoneName, Option<SubnetId>)>,
    /// Its DNS name.
    pub dns_name: Option<Text>,
    /// Its network.
    pub vpc: Option<VpcId>,
}

/// A target group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: Text,
    /// `instance`, `ip`, `lambda` or `alb`.
    pub target_type: Option<Text>,
    /// `HTTP`, `TCP`, …
    pub protocol: Option<Text>,
    /// Its port.
    pub port: Option<i32>,
    /// The balancers that route to it; with none it carries nothing.
    pub load_balancers: Vec<Arn>,
    /// Seconds between checks.
    pub interval_s: Option<i32>,
    /// Passed checks until an unhealthy target counts again.
    pub healthy_threshold: Option<i32>,
    /// Failed checks until a target no longer counts.
    pub unhealthy_threshold: Option<i32>,
    /// Its network.
    pub vpc: Option<VpcId>,
}

/// The health of one target of one target group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// An instance id, an address, a function's or a balancer's ARN.
    pub id: Text,
    /// The port checked.
    pub port: Option<i32>,
    /// The zone that AWS names: for addresses, and then it may be `all`.
    pub zone: Option<ZoneName>,
    /// Its health.
    pub state: TargetState,
    /// `Target.Timeout`, `Elb.InitialHealthChecking`, …
    pub reason: Option<Text>,
    /// AWS's sentence.
    pub description: Option<Text>,
    /// Whether a zonal shift keeps traffic from it, whatever its health (`zonal_shift_active`, …).
    pub administrative_override: Option<Text>,
}

impl Target {
    /// The target as an instance, where it is one.
    pub fn instance(&self) -> Option<InstanceId> {
        self.id.starts_with("i-").then(|| InstanceId::new(self.id.clone()))
    }
}

/// A listener of a load balancer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listener {
    /// Its ARN.
    pub arn: Arn,
    /// Whose.
    pub load_balancer: Arn,
    /// Its port.
    pub port: Option<i32>,
    /// `HTTPS`, `TCP`, …
    pub protocol: Option<Text>,
    /// The target groups its default action forwards to, with weights.
    pub forwards: Vec<(Arn, Option<i32>)>,
}

/// Attributes of a load balancer, as AWS names them: `zonal_shift.config.enabled`, …
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BalancerAttributes {
    /// Whose: its ARN, or a classic balancer's name.
    pub of: Arn,
    /// Name and value.
    pub values: BTreeMap<Text, Text>,
}

/// Attributes of a target group, as AWS names them: `deregistration_delay.timeout_seconds`, …
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetGroupAttributes {
    /// Whose.
    pub of: Arn,
    /// Name and value.
    pub values: BTreeMap<Text, Text>,
}

/// Tags of a load balancer or target group, which their own reads do not carry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourceTags {
    /// Whose.
    pub of: Arn,
    /// Its tags.
    pub tags: Tags,
}

/// A classic load balancer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassicBalancer {
    /// Its name.
    pub name: ClassicName,
    /// Its DNS name.
    pub dns_name: Option<Text>,
    /// Zones it has a node in.
    pub zones: Vec<ZoneName>,
    /// Subnets it has a node in.
    pub subnets: Vec<SubnetId>,
    /// Instances registered.
    pub instances: Vec<InstanceId>,
    /// What it checks: `HTTP:80/health`.
    pub health_check: Option<Text>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

/// The health of one instance behind a classic balancer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassicTarget {
    /// The instance.
    pub instance: InstanceId,
    /// The balancer's word on it.
    pub state: ClassicState,
    /// `ELB`, `Instance` or `N/A`.
    pub reason: Option<Text>,
    /// AWS's sentence.
    pub description: Option<Text>,
}
