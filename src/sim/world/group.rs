//! Auto Scaling groups and their members.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde::Serialize;

use super::words::words;
use super::{
    Activity, Arn, ClassicName, GroupName, History, Instance, InstanceId, InstanceRefresh, LifecycleHook,
    ScalingPolicy, ScheduledAction, ServiceName, SimTime, SubnetId, Tags, TemplateRef, ZoneName,
};

/// An Auto Scaling group.
#[derive(Debug, Clone, Serialize)]
pub struct AutoScalingGroup {
    /// Its name.
    pub name: GroupName,
    /// Its ARN.
    pub arn: Arn,
    /// `MinSize`.
    pub min: u32,
    /// `DesiredCapacity`.
    pub desired: u32,
    /// `MaxSize`.
    pub max: u32,
    /// Zones that it launches in, one for each zone of its subnets.
    pub zones: Vec<ZoneName>,
    /// `VPCZoneIdentifier`, joined with commas on the wire.
    pub subnets: Vec<SubnetId>,
    /// What it launches.
    pub template: TemplateRef,
    /// Members by id.
    pub members: BTreeMap<InstanceId, Member>,
    /// `HealthCheckType`, a list joined with commas on the wire.
    pub health_checks: Vec<HealthCheckType>,
    /// Seconds after entering service during which health is not judged.
    pub grace_s: u32,
    /// `DefaultCooldown`, seconds.
    pub cooldown_s: u32,
    /// `DefaultInstanceWarmup`, seconds.
    pub warmup_s: Option<u32>,
    /// Suspended processes.
    pub suspended: Vec<Suspension>,
    /// Target groups that members are registered with.
    pub target_groups: Vec<Arn>,
    /// Classic load balancers that members are registered with.
    pub classic_balancers: Vec<ClassicName>,
    /// Tags of the group, which its members get.
    pub tags: Tags,
    /// Tags of the group alone.
    pub own_tags: Tags,
    /// `TerminationPolicies`.
    pub termination_policies: Vec<String>,
    /// `InstanceMaintenancePolicy`.
    pub maintenance_policy: Option<MaintenancePolicy>,
    /// `AvailabilityZoneImpairmentPolicy.ZonalShiftEnabled`.
    pub zonal_shift_enabled: bool,
    /// `AvailabilityZoneImpairmentPolicy.ImpairedZoneHealthCheckBehavior`: `ReplaceUnhealthy` or `IgnoreUnhealthy`.
    pub impaired_zone_behavior: Option<String>,
    /// `AvailabilityZoneDistribution.CapacityDistributionStrategy`.
    pub distribution: String,
    /// `NewInstancesProtectedFromScaleIn`.
    pub protect_new: bool,
    /// `InstanceLifecyclePolicy`: members whose termination hook is abandoned are kept.
    pub retain_abandoned: bool,
    /// `CapacityRebalance`.
    pub capacity_rebalance: bool,
    /// Group metrics that are collected; empty when none are.
    pub metrics: Vec<String>,
    /// Creation.
    pub created_at: SimTime,
    /// ARN of the service-linked role.
    pub role_arn: String,
    /// `Delete in progress` while it is being deleted.
    pub status: Option<String>,
    /// Lifecycle hooks.
    pub hooks: Vec<LifecycleHook>,
    /// Scaling policies.
    pub policies: Vec<ScalingPolicy>,
    /// Scheduled actions.
    pub scheduled_actions: Vec<ScheduledAction>,
    /// Instance refreshes, oldest first.
    pub refreshes: Vec<InstanceRefresh>,
    /// Scaling activities, oldest first, bounded.
    pub activities: VecDeque<Activity>,
    /// The service that its members serve.
    pub service: Option<ServiceName>,
    /// A cause: seconds from `running` until its members' application answers.
    pub boot_s: u32,
    /// What is wrong with it in truth.
    pub causes: GroupCauses,
    /// Members in service by zone over time, from which past metrics are computed.
    #[serde(skip)]
    pub serving: History<BTreeMap<ZoneName, u32>>,
    /// Why the desired capacity last changed: the first sentence in the cause of the activities that follow.
    #[serde(skip)]
    pub request: Option<String>,
    /// What `LaunchInstances` answered by client token, oldest first.
    #[serde(skip)]
    pub tokens: VecDeque<(String, super::super::physics::Wanted, super::super::physics::Launched)>,
    /// When a scaling policy last changed the desired capacity.
    #[serde(skip)]
    pub scaled_at: Option<SimTime>,
    /// Something changed: the group must compare what it has with what it wants. Whoever changes a group sets it.
    #[serde(skip)]
    pub unsettled: bool,
    /// What it learned from launches that failed.
    #[serde(skip)]
    pub launching: Launching,
    /// When it looks again although nothing changes until then: a grace period, a back-off or a warm-up ends.
    #[serde(skip)]
    pub wake_at: Option<SimTime>,
}

/// What a group learned from launches that failed: it avoids a zone only when launching fails there
/// (`aws-domain.md B.4`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Launching {
    /// Zones whose last launch failed.
    pub failed: BTreeMap<ZoneName, Backoff>,
    /// Since when no launch brought a member into service, if they fail.
    pub failing_since: Option<SimTime>,
}

/// How long a zone is left alone after failed launches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Launches that failed in a row.
    pub failures: u32,
    /// No other launch before then.
    pub until: SimTime,
}

/// What is wrong with a group in truth: set by faults, read by the physics, reported by nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GroupCauses {
    /// The service-linked role may not use the key of its images, since then: launches die at once.
    pub key_denied: Option<SimTime>,
}

impl AutoScalingGroup {
    /// Whether this process is suspended.
    #[must_use]
    pub fn is_suspended(&self, process: Process) -> bool {
        self.suspended.iter().any(|suspension| suspension.process == process)
    }

    /// Members in service.
    #[must_use]
    pub fn in_service(&self) -> usize {
        self.members.values().filter(|member| member.state == LifecycleState::InService).count()
    }

    /// Members that count towards the desired capacity: those launched over it do not.
    #[must_use]
    pub fn capacity(&self) -> u32 {
        let counted =
            self.members.values().filter(|member| member.state.counts() && member.intent.surplus.is_none()).count();
        u32::try_from(counted).unwrap_or(u32::MAX)
    }

    /// Whether the load balancer's opinion counts for its members' health.
    #[must_use]
    pub fn judges_by_elb(&self) -> bool {
        self.health_checks.contains(&HealthCheckType::Elb)
    }
}

/// An instance's membership in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// The instance.
    pub instance: InstanceId,
    /// Its zone.
    pub zone: ZoneName,
    /// Its type.
    pub instance_type: String,
    /// Where it is in its life.
    pub state: LifecycleState,
    /// Since when it is there.
    pub state_since: SimTime,
    /// What the group thinks of it.
    pub health: MemberHealth,
    /// Protected from scale-in.
    pub protected: bool,
    /// The template version it was launched with, if it was.
    pub template: Option<TemplateRef>,
    /// When it entered service, for the first time or from standby: grace counts from here.
    pub in_service_at: Option<SimTime>,
    /// The activity that brings it in or takes it out.
    #[serde(skip)]
    pub activity: Option<String>,
    /// When its next step is due.
    #[serde(skip)]
    pub step_at: Option<SimTime>,
    /// What the group has in mind with it.
    #[serde(skip)]
    pub intent: Intent,
}

impl Member {
    /// An instance that joins a group at `now`; it does not serve yet.
    #[must_use]
    pub fn joining(instance: &Instance, group: &AutoScalingGroup, now: SimTime) -> Self {
        Self {
            instance: instance.id.clone(),
            zone: instance.zone.clone(),
            instance_type: instance.instance_type.clone(),
            state: LifecycleState::Pending,
            state_since: now,
            health: MemberHealth::Healthy,
            protected: group.protect_new,
            template: instance.template.clone(),
            in_service_at: None,
            activity: None,
            step_at: None,
            intent: Intent::default(),
        }
    }
}

/// What a group has in mind with a member. AWS shows nothing of it but what comes of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intent {
    /// Launched over the desired capacity, and why.
    pub surplus: Option<Surplus>,
    /// What makes it unhealthy, in the words of an activity's cause.
    pub complaint: Option<&'static str>,
    /// Its replacement was held up by a suspended process: it comes at once when that resumes.
    pub overdue: bool,
}

/// Why a member was launched over the desired capacity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Surplus {
    /// To balance zones: once it serves, one ends in the fullest zone.
    Balance,
    /// To stand in for this unhealthy member, which ends once it serves.
    StandIn(InstanceId),
}

words! {
    /// `LifecycleState` of a member.
    pub enum LifecycleState {
        /// Launched, not in service yet; counts as capacity.
        Pending = "Pending",
        /// Held by a launch hook.
        PendingWait = "Pending:Wait",
        /// Released by the hook.
        PendingProceed = "Pending:Proceed",
        /// In service.
        InService = "InService",
        /// Going to standby.
        EnteringStandby = "EnteringStandby",
        /// Out of the load balancers, without health checks, not counted in desired.
        Standby = "Standby",
        /// Leaving the load balancers, then ending.
        Terminating = "Terminating",
        /// Held by a termination hook.
        TerminatingWait = "Terminating:Wait",
        /// Released by the hook.
        TerminatingProceed = "Terminating:Proceed",
        /// Its hook was abandoned and the group keeps what is: a person must act.
        TerminatingRetained = "Terminating:Retained",
        /// Leaving the group alive.
        Detaching = "Detaching",
    }

    /// `HealthStatus` of a member as the groups call writes it; the instances call writes it in upper case.
    pub enum MemberHealth {
        /// Healthy.
        Healthy = "Healthy",
        /// To be replaced.
        Unhealthy = "Unhealthy",
    }

    /// One entry of `HealthCheckType`.
    pub enum HealthCheckType {
        /// State and status checks of the instance.
        Ec2 = "EC2",
        /// The load balancers' opinion.
        Elb = "ELB",
        /// Attached volumes.
        Ebs = "EBS",
        /// VPC Lattice.
        VpcLattice = "VPC_LATTICE",
    }

    /// A process of a group that can be suspended (`aws-domain.md A.2`).
    pub enum Process {
        /// Launching.
        Launch = "Launch",
        /// Ending.
        Terminate = "Terminate",
        /// Registering with load balancers.
        AddToLoadBalancer = "AddToLoadBalancer",
        /// Reacting to alarms.
        AlarmNotification = "AlarmNotification",
        /// Balancing zones.
        AzRebalance = "AZRebalance",
        /// Judging health.
        HealthCheck = "HealthCheck",
        /// Refreshing instances.
        InstanceRefresh = "InstanceRefresh",
        /// Replacing unhealthy members.
        ReplaceUnhealthy = "ReplaceUnhealthy",
        /// Scheduled actions.
        ScheduledActions = "ScheduledActions",
    }
}

impl LifecycleState {
    /// Whether a member in this state counts towards the desired capacity.
    #[must_use]
    pub const fn counts(self) -> bool {
        match self {
            Self::Pending | Self::PendingWait | Self::PendingProceed | Self::InService => true,
            Self::EnteringStandby
            | Self::Standby
            | Self::Terminating
            | Self::TerminatingWait
            | Self::TerminatingProceed
            | Self::TerminatingRetained
            | Self::Detaching => false,
        }
    }
}

/// A suspended process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suspension {
    /// Which.
    pub process: Process,
    /// `User suspended at 2026-11-02T09:13:40Z`.
    pub reason: String,
}

impl Suspension {
    /// How long ago those were made that a world begins with.
    pub const BUILT_AGE: Duration = Duration::from_secs(19 * 86_400 + 7_263);
}

/// `InstanceMaintenancePolicy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MaintenancePolicy {
    /// `MinHealthyPercentage`.
    pub min_healthy: u32,
    /// `MaxHealthyPercentage`.
    pub max_healthy: u32,
}
