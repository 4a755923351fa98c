//! Target groups and targets.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::words::words;
use super::{Arn, HostBook, ServiceName, SimTime, Tags, VpcId, ZoneName};

/// A target group.
#[derive(Debug, Clone, Serialize)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// `HTTP`, `HTTPS`, `TCP`, …
    pub protocol: String,
    /// `HTTP1`, for HTTP and HTTPS.
    pub protocol_version: Option<String>,
    /// Default port of its targets.
    pub port: u16,
    /// Its VPC.
    pub vpc: VpcId,
    /// What its targets are.
    pub target_type: TargetType,
    /// Its health check.
    pub health_check: HealthCheck,
    /// `TargetGroupAttribute`s, key to value, all that AWS returns for its kind.
    pub attributes: BTreeMap<String, String>,
    /// Load balancers whose listeners forward to it (one at most, as in AWS).
    pub balancers: Vec<Arn>,
    /// Its targets.
    #[serde(skip)]
    pub targets: BTreeMap<TargetKey, Target>,
    /// Tags.
    pub tags: Tags,
    /// The service whose traffic it takes.
    pub service: Option<ServiceName>,
    /// Healthy and unhealthy targets by zone, now and in past minutes.
    #[serde(skip)]
    pub hosts: HostBook,
}

impl TargetGroup {
    /// `deregistration_delay.timeout_seconds`; 300 s when unset (`aws-domain.md A.3`).
    #[must_use]
    pub fn deregistration_delay(&self) -> Duration {
        let seconds = self.attributes.get("deregistration_delay.timeout_seconds").and_then(|text| text.parse().ok());
        Duration::from_secs(seconds.unwrap_or(300))
    }

    /// Seconds for which an unhealthy target of a network balancer drains before it is cut off; 0 unless its connections
    /// are let be (`aws-domain.md A.3`).
    #[must_use]
    pub fn unhealthy_draining_s(&self) -> u64 {
        let attribute = |key: &str| self.attributes.get(&format!("target_health_state.unhealthy.{key}"));
        if attribute("connection_termination.enabled").is_none_or(|value| value != "false") {
            return 0;
        }
        attribute("draining_interval_seconds").and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// The `TargetGroup` dimension of its metrics: `targetgroup/checkout/73e2d6bc24d8a067`.
    #[must_use]
    pub fn metric_dimension(&self) -> &str {
        self.arn.as_str().rsplit(':').next().unwrap_or_default()
    }
}

/// How a target group checks its targets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HealthCheck {
    /// `HealthCheckEnabled`.
    pub enabled: bool,
    /// `HTTP`, `TCP`, …
    pub protocol: String,
    /// `traffic-port` or a number.
    pub port: String,
    /// Path, for HTTP and HTTPS.
    pub path: Option<String>,
    /// Seconds between checks.
    pub interval_s: u32,
    /// Seconds until a check fails for want of an answer.
    pub timeout_s: u32,
    /// Passed checks in a row that bring an unhealthy target back.
    pub healthy_threshold: u32,
    /// Failed checks in a row that make a healthy target unhealthy.
    pub unhealthy_threshold: u32,
    /// HTTP codes that pass, `200`.
    pub matcher: Option<String>,
}

/// Which target: an instance id or address, and a port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TargetKey {
    /// `i-…`, or an address for target type `ip`.
    pub id: String,
    /// Port.
    pub port: u16,
}

/// A registered target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// Which.
    #[serde(flatten)]
    pub key: TargetKey,
    /// The zone that it is in; not reported for instance targets.
    pub zone: Option<ZoneName>,
    /// State.
    pub state: TargetState,
    /// Why, for every state but `healthy`.
    pub reason: Option<TargetReason>,
    /// AWS's sentence for the reason.
    pub description: Option<String>,
    /// Since when it is in that state.
    pub state_since: SimTime,
    /// Registration.
    pub registered_at: SimTime,
    /// Passed checks in a row, while the state may change.
    pub passes: u32,
    /// Failed checks in a row, while the state may change.
    pub failures: u32,
    /// When draining ends, while it drains.
    pub drained_at: Option<SimTime>,
    /// `AdministrativeOverride.State`: `no_override`, `zonal_shift_active`, …
    pub administrative_override: String,
    /// When it is checked next, while its state may change.
    #[serde(skip)]
    pub check_at: Option<SimTime>,
}

words! {
    /// `TargetType`.
    pub enum TargetType {
        /// Instances.
        Instance = "instance",
        /// Addresses.
        Ip = "ip",
    }

    /// `TargetHealth.State` (`aws-domain.md A.3`).
    pub enum TargetState {
        /// Being registered, or not yet checked.
        Initial = "initial",
        /// Passes.
        Healthy = "healthy",
        /// Fails.
        Unhealthy = "unhealthy",
        /// Unhealthy, its connections draining (network load balancers).
        UnhealthyDraining = "unhealthy.draining",
        /// Not used by any listener, its zone not enabled, or its instance not running.
        Unused = "unused",
        /// Deregistered, its connections draining.
        Draining = "draining",
        /// Health checks are off.
        Unavailable = "unavailable",
    }

    /// `TargetHealth.Reason`.
    pub enum TargetReason {
        /// Being registered.
        RegistrationInProgress = "Elb.RegistrationInProgress",
        /// Not yet checked.
        InitialHealthChecking = "Elb.InitialHealthChecking",
        /// AWS's side.
        InternalError = "Elb.InternalError",
        /// The application answers a code that does not match.
        ResponseCodeMismatch = "Target.ResponseCodeMismatch",
        /// No answer in time.
        Timeout = "Target.Timeout",
        /// Connection refused or reset.
        FailedHealthChecks = "Target.FailedHealthChecks",
        /// Not registered.
        NotRegistered = "Target.NotRegistered",
        /// Group without a listener, or zone not enabled.
        NotInUse = "Target.NotInUse",
        /// Draining.
        DeregistrationInProgress = "Target.DeregistrationInProgress",
        /// Instance stopped or terminated.
        InvalidState = "Target.InvalidState",
        /// Address used by a load balancer.
        IpUnusable = "Target.IpUnusable",
        /// Health checks are off.
        HealthCheckDisabled = "Target.HealthCheckDisabled",
    }
}
