//! Classic load balancers.

use std::collections::BTreeMap;

use serde::Serialize;

use super::words::words;
use super::{ClassicName, HostBook, InstanceId, Scheme, ServiceName, SimTime, SubnetId, Tags, VpcId, ZoneName};

/// A classic load balancer.
#[derive(Debug, Clone, Serialize)]
pub struct ClassicBalancer {
    /// Its name.
    pub name: ClassicName,
    /// Its DNS name.
    pub dns_name: String,
    /// `CanonicalHostedZoneNameID`.
    pub dns_zone: String,
    /// Creation.
    pub created_at: SimTime,
    /// Public or inside.
    pub scheme: Scheme,
    /// Its VPC.
    pub vpc: VpcId,
    /// Zones that are enabled on it.
    pub zones: Vec<ZoneName>,
    /// The subnets in them.
    pub subnets: Vec<SubnetId>,
    /// Security groups.
    pub security_groups: Vec<String>,
    /// Listeners.
    pub listeners: Vec<ClassicListener>,
    /// Its health check.
    pub health_check: ClassicHealthCheck,
    /// Registered instances.
    pub members: BTreeMap<InstanceId, ClassicMember>,
    /// `CrossZoneLoadBalancing.Enabled`.
    pub cross_zone: bool,
    /// `ConnectionDraining.Timeout`, seconds; `None` when draining is off.
    pub draining_s: Option<u32>,
    /// `ConnectionSettings.IdleTimeout`, seconds.
    pub idle_timeout_s: u32,
    /// Tags.
    pub tags: Tags,
    /// The service whose traffic it takes.
    pub service: Option<ServiceName>,
    /// Instances in and out of service by zone, now and in past minutes.
    #[serde(skip)]
    pub hosts: HostBook,
}

/// A listener of a classic load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClassicListener {
    /// `HTTP`, `TCP`, …
    pub protocol: String,
    /// Its port.
    pub port: u16,
    /// The instances' protocol.
    pub instance_protocol: String,
    /// The instances' port.
    pub instance_port: u16,
}

/// Health check of a classic load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClassicHealthCheck {
    /// `HTTP:8080/health`.
    pub target: String,
    /// Seconds between checks.
    pub interval_s: u32,
    /// Seconds until a check fails for want of an answer.
    pub timeout_s: u32,
    /// Passed checks in a row that bring an instance back.
    pub healthy_threshold: u32,
    /// Failed checks in a row that take an instance out.
    pub unhealthy_threshold: u32,
}

/// An instance behind a classic load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClassicMember {
    /// The instance.
    pub instance: InstanceId,
    /// Its zone.
    pub zone: ZoneName,
    /// State.
    pub state: ClassicState,
    /// Who is to blame.
    pub reason: ClassicReason,
    /// AWS's sentence; `N/A` in service.
    pub description: String,
    /// Passed checks in a row, while the state may change.
    pub passes: u32,
    /// Failed checks in a row, while the state may change.
    pub failures: u32,
    /// Registration.
    pub registered_at: SimTime,
    /// When it is checked next, while its state may change.
    #[serde(skip)]
    pub check_at: Option<SimTime>,
}

words! {
    /// `InstanceState.State` of a classic load balancer.
    pub enum ClassicState {
        /// Takes traffic.
        InService = "InService",
        /// Takes none.
        OutOfService = "OutOfService",
        /// Not known.
        Unknown = "Unknown",
    }

    /// `InstanceState.ReasonCode`.
    pub enum ClassicReason {
        /// Nothing to say.
        None = "N/A",
        /// The load balancer.
        Elb = "ELB",
        /// The instance.
        Instance = "Instance",
    }
}
