//! Parameters of Auto Scaling's calls (botocore's model of `autoscaling`).

use serde::{Deserialize, Serialize};

use super::Whom;
use crate::id::{GroupName, SubnetId, Text};

/// The member that is ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TerminateMember {
    /// Which.
    pub instance_id: Whom,
    /// Whether the group keeps one member less from then on.
    pub should_decrement_desired_capacity: bool,
}

/// Members to be launched at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LaunchInstances {
    /// The group.
    pub auto_scaling_group_name: GroupName,
    /// How many.
    pub requested_capacity: i32,
    /// By which AWS knows a repeat.
    pub client_token: Text,
    /// The one subnet in which they are launched, and so the zone.
    pub subnet_ids: Vec<SubnetId>,
    /// `none`: a launch that fails is told, and not tried again elsewhere; `retry-with-group-configuration`.
    pub retry_strategy: Text,
}

/// How many members a group keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SetDesired {
    /// The group.
    pub auto_scaling_group_name: GroupName,
    /// How many.
    pub desired_capacity: i32,
    /// Whether a cooldown refuses it.
    pub honor_cooldown: bool,
}

/// A group's limits and subnets; what is not said stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Resize {
    /// The group.
    pub auto_scaling_group_name: GroupName,
    /// Members it never goes below by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_size: Option<i32>,
    /// Members it never goes above, but for rebalancing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_size: Option<i32>,
    /// Members it keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired_capacity: Option<i32>,
    /// Its subnets, comma by comma, in AWS's order.
    #[serde(rename = "VPCZoneIdentifier", default, skip_serializing_if = "Option::is_none")]
    pub subnets: Option<Text>,
    /// What it does about a zone that it is shifted away from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone_impairment_policy: Option<ImpairmentPolicy>,
}

impl Resize {
    /// Nothing of a group is changed yet.
    #[must_use]
    pub fn of(group: &GroupName) -> Self {
        Self {
            auto_scaling_group_name: group.clone(),
            min_size: None,
            max_size: None,
            desired_capacity: None,
            subnets: None,
            availability_zone_impairment_policy: None,
        }
    }
}

/// What a group does about a zone that it is shifted away from; what is not said stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ImpairmentPolicy {
    /// Whether it can be shifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zonal_shift_enabled: Option<bool>,
    /// `IgnoreUnhealthy`: who fails checks there stays; `ReplaceUnhealthy`: others come for them elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impaired_zone_health_check_behavior: Option<Text>,
}

/// Tags of groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupTags {
    /// The tags, each with its group.
    pub tags: Vec<GroupTag>,
}

/// A tag of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupTag {
    /// The group.
    pub resource_id: GroupName,
    /// `auto-scaling-group`.
    pub resource_type: Text,
    /// Its key.
    pub key: Text,
    /// Its value, at most 256 letters; none where it is deleted whatever that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Text>,
    /// Whether members are born with it.
    pub propagate_at_launch: bool,
}

impl GroupTag {
    /// A tag of the group alone, of which its members know nothing; without a value to delete it.
    #[must_use]
    pub fn new(group: &GroupName, key: &str, value: Option<Text>) -> Self {
        Self {
            resource_id: group.clone(),
            resource_type: "auto-scaling-group".into(),
            key: key.into(),
            value,
            propagate_at_launch: false,
        }
    }
}

/// Members that leave service and are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Removal {
    /// The group.
    pub auto_scaling_group_name: GroupName,
    /// Which.
    pub instance_ids: Vec<Whom>,
    /// Whether the group keeps as many members less from then on.
    pub should_decrement_desired_capacity: bool,
}

/// Members of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MembersOf {
    /// The group.
    pub auto_scaling_group_name: GroupName,
    /// Which.
    pub instance_ids: Vec<Whom>,
}

/// What a group is told of a member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MemberHealth {
    /// Which.
    pub instance_id: Whom,
    /// `Healthy` or `Unhealthy`.
    pub health_status: Text,
    /// Whether its grace period makes the group ignore it: AWS's default (`aws-domain.md` C.1).
    pub should_respect_grace_period: bool,
}

/// Members and their protection from scale-in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Protection {
    /// The group.
    pub auto_scaling_group_name: GroupName,
    /// Which.
    pub instance_ids: Vec<Whom>,
    /// On or off.
    pub protected_from_scale_in: bool,
}

/// Something that a group does by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Process {
    /// Launches members.
    Launch,
    /// Ends members.
    Terminate,
    /// Registers new members with balancers.
    AddToLoadBalancer,
    /// Acts on alarms.
    AlarmNotification,
    /// Balances zones.
    #[serde(rename = "AZRebalance")]
    AzRebalance,
    /// Looks at members' health.
    HealthCheck,
    /// Goes on with refreshes.
    InstanceRefresh,
    /// Replaces members that are unhealthy.
    ReplaceUnhealthy,
    /// Does what was scheduled.
    ScheduledActions,
}

impl Process {
    /// Its name, as AWS writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Launch => "Launch",
            Self::Terminate => "Terminate",
            Self::AddToLoadBalancer => "AddToLoadBalancer",
            Self::AlarmNotification => "AlarmNotification",
            Self::AzRebalance => "AZRebalance",
            Self::HealthCheck => "HealthCheck",
            Self::InstanceRefresh => "InstanceRefresh",
            Self::ReplaceUnhealthy => "ReplaceUnhealthy",
            Self::ScheduledActions => "ScheduledActions",
        }
    }
}

/// Processes of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Processes {
    /// The group.
    pub auto_scaling_group_name: GroupName,
    /// Which; never none, for to AWS that means all.
    pub scaling_processes: Vec<Process>,
}

/// How a member's wait ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum HookResult {
    /// It goes on.
    Continue,
    /// A launch is given up; an end goes on without the hooks that are left.
    Abandon,
}

/// A member that waits in a hook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Hooked {
    /// The group.
    pub auto_scaling_group_name: GroupName,
    /// The hook's name.
    pub lifecycle_hook_name: Text,
    /// Which member.
    pub instance_id: Whom,
    /// How its wait ends.
    pub lifecycle_action_result: HookResult,
}
