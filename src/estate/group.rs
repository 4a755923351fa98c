//! Auto Scaling groups, their members and activities (`aws-domain.md` A.2).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tag::Tags;
use super::word::words;
use crate::id::{Arn, ClassicName, GroupName, InstanceId, SubnetId, Text, ZoneName};

words! {
    /// A member's place in its group's life.
    LifecycleState {
        Pending = "Pending",
        /// A launch hook holds it: not in service, yet counted as capacity.
        PendingWait = "Pending:Wait",
        PendingProceed = "Pending:Proceed",
        InService = "InService",
        EnteringStandby = "EnteringStandby",
        /// Out of the balancer, without health checks, not counted in desired.
        Standby = "Standby",
        Terminating = "Terminating",
        /// A termination hook holds it; still billed.
        TerminatingWait = "Terminating:Wait",
        TerminatingProceed = "Terminating:Proceed",
        /// Its hook was abandoned with a retain policy: a person must act.
        TerminatingRetained = "Terminating:Retained",
        Detaching = "Detaching",
        Detached = "Detached",
    }

    /// How an activity stands.
    ActivityStatus {
        PreInService = "PreInService",
        WaitingForElbConnectionDraining = "WaitingForELBConnectionDraining",
        MidLifecycleAction = "MidLifecycleAction",
        WaitingForInstanceWarmup = "WaitingForInstanceWarmup",
        WaitingForInstanceId = "WaitingForInstanceId",
        InProgress = "InProgress",
        Successful = "Successful",
        Failed = "Failed",
        Cancelled = "Cancelled",
    }
}

/// A member of a group, as the group sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// The instance.
    pub instance: InstanceId,
    /// Where it is.
    pub zone: ZoneName,
    /// Its place in the group's life.
    pub state: LifecycleState,
    /// Whether the group believes it healthy; compared without regard to case (`aws-domain.md` A.2).
    pub healthy: bool,
    /// Protected from scale-in, and from nothing else.
    pub protected: bool,
    /// The launch template version it was started from.
    pub template_version: Option<Text>,
}

/// What new members are launched from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaunchSource {
    /// The launch template's or configuration's name.
    pub name: Text,
    /// The version as written: a number, `$Latest` or `$Default`; none for a launch configuration.
    pub version: Option<Text>,
}

/// An Auto Scaling group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: GroupName,
    /// Its ARN.
    pub arn: Option<Arn>,
    /// Members it never goes below by itself.
    pub min: i32,
    /// Members it keeps.
    pub desired: i32,
    /// Members it never goes above, but for rebalancing.
    pub max: i32,
    /// Zones it may launch in.
    pub zones: Vec<ZoneName>,
    /// Subnets it launches in, in AWS's order.
    pub subnets: Vec<SubnetId>,
    /// Its members.
    pub members: Vec<Member>,
    /// Target groups its members register with.
    pub target_groups: Vec<Arn>,
    /// Classic balancers its members register with.
    pub classic_balancers: Vec<ClassicName>,
    /// `EC2`, `ELB`, …: several, separated by commas.
    pub health_check: Text,
    /// Seconds before a new member's health counts.
    pub grace_s: Option<i32>,
    /// Processes that are suspended, with AWS's reason.
    pub suspended: BTreeMap<Text, Text>,
    /// What new members are launched from; none for a mixed-instances policy without one.
    pub launch_source: Option<LaunchSource>,
    /// Whether ARC may shift it away from a zone.
    pub zonal_shift_enabled: Option<bool>,
    /// What it does about members that fail checks in a zone that it is shifted away from: `IgnoreUnhealthy`, `ReplaceUnhealthy`.
    #[serde(default)]
    pub impaired_zone_behavior: Option<Text>,
    /// Set while the group is being deleted.
    pub status: Option<Text>,
    /// By which it chooses whom it ends, in order; none where nobody read it.
    #[serde(default)]
    pub termination_policies: Option<Vec<Text>>,
    /// Whether new members are protected from scale-in; none where nobody read it.
    #[serde(default)]
    pub protects_new: Option<bool>,
    /// Its tags.
    pub tags: Tags,
}

impl Group {
    /// Members in service: the capacity that exists now.
    pub fn in_service(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.state == LifecycleState::InService)
    }

    /// Members in service by zone, with a zero for each zone that it may use.
    pub fn in_service_by_zone(&self) -> BTreeMap<ZoneName, usize> {
        let mut zones: BTreeMap<ZoneName, usize> = self.zones.iter().map(|zone| (zone.clone(), 0)).collect();
        for member in self.in_service() {
            *zones.entry(member.zone.clone()).or_default() += 1;
        }
        zones
    }

    /// Whether targets' health makes it replace members. With `EC2` alone it never will (`aws-domain.md` A.2).
    pub fn checks_balancer(&self) -> bool {
        self.health_check.split(',').any(|kind| kind.trim() == "ELB")
    }
}

/// Something a group did or tries to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// Its id.
    pub id: Text,
    /// Whose.
    pub group: GroupName,
    /// How it stands.
    pub status: ActivityStatus,
    /// What it does: `Launching a new EC2 instance: i-…`.
    pub description: Text,
    /// Who asked: a user, health, balance, a policy.
    pub cause: Text,
    /// Why it failed, in AWS's words.
    pub message: Option<Text>,
    /// The zone it names in its details.
    pub zone: Option<ZoneName>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Per cent done.
    pub progress: Option<i32>,
}

impl Activity {
    /// Whom it put in Standby, where it did.
    pub fn standby_entry(&self) -> Option<StandbyEntry> {
        let (_, named) = self.description.split_once("to Standby:")?;
        let instance = InstanceId::from(named.trim());
        Some(StandbyEntry { group: self.group.clone(), instance, at: self.started_at })
    }
}

/// An instance refresh of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refresh {
    /// Its id.
    pub id: Text,
    /// Whose.
    pub group: GroupName,
    /// `InProgress`, `Successful`, `RollbackInProgress`, …
    pub status: Text,
    /// Per cent replaced.
    pub percentage: Option<i32>,
    /// Instances left to replace.
    pub instances_left: Option<i32>,
    /// AWS's reason.
    pub reason: Option<Text>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// That a member was put in Standby: told by activities that may be weeks old (`aws-domain.md` F.21).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StandbyEntry {
    /// Of which group.
    pub group: GroupName,
    /// Who.
    pub instance: InstanceId,
    /// When.
    pub at: Timestamp,
}

/// A lifecycle hook of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hook {
    /// Its name.
    pub name: Text,
    /// Whose.
    pub group: GroupName,
    /// `autoscaling:EC2_INSTANCE_LAUNCHING` or `…TERMINATING`.
    pub transition: Text,
    /// Seconds a member waits for a heartbeat.
    pub heartbeat_s: Option<i32>,
    /// `CONTINUE` or `ABANDON`.
    pub default_result: Option<Text>,
}

/// A change of a group's sizes that somebody scheduled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScheduledAction {
    /// Its name.
    pub name: Text,
    /// Whose.
    pub group: GroupName,
    /// When it is done next.
    pub at: Option<Timestamp>,
    /// How it recurs, as cron writes it.
    pub recurrence: Option<Text>,
    /// The minimum that it sets.
    pub min: Option<i32>,
    /// The number of members that it sets.
    pub desired: Option<i32>,
    /// The maximum that it sets.
    pub max: Option<i32>,
}

/// A scaling policy of a group: what will change its size without being asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScalingPolicy {
    /// Its name.
    pub name: Text,
    /// Whose.
    pub group: GroupName,
    /// `TargetTrackingScaling`, `StepScaling`, …
    pub policy_type: Text,
    /// Whether it acts.
    pub enabled: Option<bool>,
    /// The alarms that drive it.
    pub alarms: Vec<Text>,
    /// The metric it tracks and the value it holds, for target tracking.
    pub tracks: Option<(Text, f64)>,
}
