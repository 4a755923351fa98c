//! Calls: the mutating requests that the product can make, and there are no others.
//!
//! Owns: [`Call`], [`Action`] and what is true of each: its service, its risk, what a repeat does, the IAM actions it takes. Must stay
//! true: parameters serialise as AWS names them, so that plan, journal, `aws` command and request say the same; a new variant
//! does not compile before all of it is said.

mod answer;
mod autoscaling;
mod balancer;
mod command;
mod ec2;
mod rds;
mod shift;
mod whom;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::id::Region;

pub use answer::{CallError, ErrorClass, Receipt, Stamp, Trial};
pub use autoscaling::{
    GroupTag, GroupTags, HookResult, Hooked, ImpairmentPolicy, LaunchInstances, MemberHealth, MembersOf, Process,
    Processes, Protection, Removal, Resize, SetDesired, TerminateMember,
};
pub use balancer::{
    BalancerSubnets, ClassicInstance, ClassicMembers, ClassicSubnets, SubnetMapping, TargetSpec, Targets,
};
pub use ec2::{
    Associate, AttributeValue, FromTemplate, Instances, Profile, RootVolume, Route, Run, Stop, Tag, TagSpecification,
    Tagging, TypeChange, Volume,
};
pub use rds::{FailoverCluster, RebootDatabase};
pub use shift::{CancelShift, SHIFT_ID, StartShift, UpdateShift, expiry_minutes};
pub use whom::Whom;

/// A mutating request: what, with which parameters, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The region that is asked.
    pub region: Region,
    /// What it is asked to do.
    #[serde(flatten)]
    pub action: Action,
}

/// How much a call can hurt (`contract.md`, plan).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Nothing that serves is touched, or capacity is added.
    Harmless,
    /// Something that serves stops serving, for a while or for good, and what it was can be had again.
    Disruptive,
    /// Data or identity is lost.
    Irreversible,
}

/// What sending the same call twice does (`aws-domain.md` A.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repeat {
    /// The same as sending it once.
    Safe,
    /// Nothing more, since AWS knows it by its client token.
    Token,
    /// Perhaps more: after an unclear outcome AWS is looked at before anything is sent again.
    Probe,
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident($parameters:ty): $service:literal, $iam:expr, $risk:ident, $repeat:ident;)*) => {
        /// What AWS is asked to do, with parameters as AWS names them.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "action", content = "parameters")]
        pub enum Action {
            $($(#[$doc])* $name($parameters),)*
        }

        impl Action {
            /// Every action's service and name, in the order of the table.
            pub const LIST: &'static [(&'static str, &'static str)] = &[$(($service, stringify!($name))),*];

            /// The IAM actions that a call of this name takes; none for a name that there is not.
            #[must_use]
            pub fn iam_of(name: &str) -> &'static [&'static str] {
                const TABLE: &[(&str, &[&str])] = &[$((stringify!($name), $iam)),*];
                TABLE.iter().find(|(known, _)| *known == name).map_or(&[], |(_, iam)| iam)
            }

            /// Its name, as AWS spells it.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)* }
            }

            /// The service asked, as the `aws` command names it.
            #[must_use]
            pub fn service(&self) -> &'static str {
                match self { $(Self::$name(_) => $service,)* }
            }

            /// The IAM actions it takes.
            #[must_use]
            pub fn iam(&self) -> &'static [&'static str] {
                match self { $(Self::$name(_) => $iam,)* }
            }

            /// How much its kind can hurt at most.
            fn gravest(&self) -> Risk {
                match self { $(Self::$name(_) => Risk::$risk,)* }
            }

            /// What sending it twice does.
            #[must_use]
            pub fn repeat(&self) -> Repeat {
                match self { $(Self::$name(_) => Repeat::$repeat,)* }
            }

            fn parameters(&self) -> Result<serde_json::Value, serde_json::Error> {
                match self { $(Self::$name(parameters) => serde_json::to_value(parameters),)* }
            }
        }
    };
}

actions! {
    /// Ends a member; its group replaces it unless desired goes down with it. Twice on the same id is harmless.
    TerminateInstanceInAutoScalingGroup(TerminateMember):
        "autoscaling", &["autoscaling:TerminateInstanceInAutoScalingGroup"], Disruptive, Probe;
    /// Starts members at once, in one zone or subnet, and raises desired by them.
    LaunchInstances(LaunchInstances): "autoscaling", &["autoscaling:LaunchInstances"], Harmless, Token;
    /// Sets how many members the group keeps.
    SetDesiredCapacity(SetDesired): "autoscaling", &["autoscaling:SetDesiredCapacity"], Disruptive, Safe;
    /// Sets the group's limits, or its subnets.
    UpdateAutoScalingGroup(Resize): "autoscaling", &["autoscaling:UpdateAutoScalingGroup"], Disruptive, Safe;
    /// Takes members out of service and keeps them.
    EnterStandby(Removal): "autoscaling", &["autoscaling:EnterStandby"], Disruptive, Probe;
    /// Puts members back into service; desired goes up by them.
    ExitStandby(MembersOf): "autoscaling", &["autoscaling:ExitStandby"], Disruptive, Probe;
    /// Takes instances out of their group and keeps them.
    DetachInstances(Removal): "autoscaling", &["autoscaling:DetachInstances"], Disruptive, Probe;
    /// Makes instances members of a group; desired goes up by them.
    AttachInstances(MembersOf): "autoscaling", &["autoscaling:AttachInstances"], Harmless, Probe;
    /// Tells a group how a member is.
    SetInstanceHealth(MemberHealth): "autoscaling", &["autoscaling:SetInstanceHealth"], Disruptive, Safe;
    /// Protects members from scale-in, and from nothing else.
    SetInstanceProtection(Protection): "autoscaling", &["autoscaling:SetInstanceProtection"], Harmless, Safe;
    /// Stops a group from doing some things by itself.
    SuspendProcesses(Processes): "autoscaling", &["autoscaling:SuspendProcesses"], Harmless, Safe;
    /// Lets a group do some things by itself again.
    ResumeProcesses(Processes): "autoscaling", &["autoscaling:ResumeProcesses"], Disruptive, Safe;
    /// Ends a member's wait in a lifecycle hook.
    CompleteLifecycleAction(Hooked): "autoscaling", &["autoscaling:CompleteLifecycleAction"], Disruptive, Probe;
    /// Sets tags of groups.
    CreateOrUpdateTags(GroupTags): "autoscaling", &["autoscaling:CreateOrUpdateTags"], Harmless, Safe;
    /// Takes tags off groups.
    DeleteTags(GroupTags): "autoscaling", &["autoscaling:DeleteTags"], Harmless, Safe;

    /// Restarts the operating system, on the same host.
    RebootInstances(Instances): "ec2", &["ec2:RebootInstances"], Disruptive, Probe;
    /// Stops instances: RAM, instance stores and public addresses that are not elastic are lost.
    StopInstances(Stop): "ec2", &["ec2:StopInstances"], Disruptive, Safe;
    /// Starts stopped instances, on another host.
    StartInstances(Instances): "ec2", &["ec2:StartInstances"], Harmless, Safe;
    /// Launches an instance.
    RunInstances(Run): "ec2", &["ec2:RunInstances", "ec2:CreateTags", "iam:PassRole"], Harmless, Token;
    /// Ends instances for good.
    TerminateInstances(Instances): "ec2", &["ec2:TerminateInstances"], Irreversible, Safe;
    /// Sets tags.
    CreateTags(Tagging): "ec2", &["ec2:CreateTags"], Harmless, Safe;
    /// Points an elastic address at an instance.
    AssociateAddress(Associate): "ec2", &["ec2:AssociateAddress"], Disruptive, Safe;
    /// Takes a volume off an instance.
    DetachVolume(Volume): "ec2", &["ec2:DetachVolume"], Disruptive, Probe;
    /// Gives a volume to an instance.
    AttachVolume(Volume): "ec2", &["ec2:AttachVolume"], Harmless, Probe;
    /// Leads a route through another NAT gateway: connections that are open through the old one break.
    ReplaceRoute(Route): "ec2", &["ec2:ReplaceRoute"], Disruptive, Safe;
    /// Gives a stopped instance another type.
    ModifyInstanceAttribute(TypeChange): "ec2", &["ec2:ModifyInstanceAttribute"], Disruptive, Safe;
    /// Gives a running instance a new root volume; it restarts, and the old volume is kept.
    CreateReplaceRootVolumeTask(RootVolume): "ec2", &["ec2:CreateReplaceRootVolumeTask"], Disruptive, Token;

    /// Gives a target group targets.
    RegisterTargets(Targets): "elbv2", &["elasticloadbalancing:RegisterTargets"], Harmless, Safe;
    /// Takes targets out of a target group; they drain.
    DeregisterTargets(Targets): "elbv2", &["elasticloadbalancing:DeregisterTargets"], Disruptive, Safe;
    /// Gives a classic balancer instances.
    RegisterInstancesWithLoadBalancer(ClassicMembers):
        "elb", &["elasticloadbalancing:RegisterInstancesWithLoadBalancer"], Harmless, Safe;
    /// Takes instances off a classic balancer; they drain.
    DeregisterInstancesFromLoadBalancer(ClassicMembers):
        "elb", &["elasticloadbalancing:DeregisterInstancesFromLoadBalancer"], Disruptive, Safe;
    /// Sets all subnets of a balancer, and so its zones. AWS lets few of these through: 0.2 a second (`aws-domain.md` A.8).
    SetSubnets(BalancerSubnets): "elbv2", &["elasticloadbalancing:SetSubnets"], Disruptive, Safe;
    /// Takes a classic balancer out of subnets, and so out of zones; as slow.
    DetachLoadBalancerFromSubnets(ClassicSubnets):
        "elb", &["elasticloadbalancing:DetachLoadBalancerFromSubnets"], Disruptive, Safe;
    /// Puts a classic balancer into subnets: traffic goes there; as slow.
    AttachLoadBalancerToSubnets(ClassicSubnets):
        "elb", &["elasticloadbalancing:AttachLoadBalancerToSubnets"], Disruptive, Safe;

    /// Moves a resource's traffic away from a zone, for a time. A second one for the same is refused.
    StartZonalShift(StartShift): "arc-zonal-shift", &["arc-zonal-shift:StartZonalShift"], Disruptive, Probe;
    /// Sets when a shift ends by itself, from now on; twice moves that by the seconds between.
    UpdateZonalShift(UpdateShift): "arc-zonal-shift", &["arc-zonal-shift:UpdateZonalShift"], Harmless, Safe;
    /// Ends a shift: traffic comes back.
    CancelZonalShift(CancelShift): "arc-zonal-shift", &["arc-zonal-shift:CancelZonalShift"], Disruptive, Probe;

    /// Restarts a DB instance, or fails it over to its standby: connections are cut.
    RebootDBInstance(RebootDatabase): "rds", &["rds:RebootDBInstance"], Disruptive, Probe;
    /// Makes another member of a cluster its writer: connections are cut.
    FailoverDBCluster(FailoverCluster): "rds", &["rds:FailoverDBCluster"], Disruptive, Probe;
}

impl Action {
    /// Whether AWS's refusal may mean that what is wanted is so already, by somebody else's doing: then it is looked at.
    #[must_use]
    pub fn may_be_met(&self, code: &str) -> bool {
        match self {
            Self::StartZonalShift(_) => matches!(code, "ZonalShiftAlreadyExists" | "ZonalAutoshiftActive"),
            Self::CancelZonalShift(_) => {
                matches!(code, "ZonalShiftStatusNotActive" | "ResourceNotFoundException" | "ResourceNotFound")
            }
            _ => false,
        }
    }
}

impl Action {
    /// How much it can hurt at most. What ends only instances that the plan itself launches loses nothing that was there before.
    #[must_use]
    pub fn risk(&self) -> Risk {
        let is_own = |whom: &Whom| matches!(whom, Whom::From(_));
        match self {
            Self::TerminateInstances(end) if end.instance_ids.iter().all(is_own) => Risk::Disruptive,
            other => other.gravest(),
        }
    }
}

impl Call {
    /// A call in a region.
    pub fn new(region: &Region, action: Action) -> Self {
        Self { region: region.clone(), action }
    }

    /// Its parameters as AWS names them.
    ///
    /// # Errors
    /// None that a test has not seen: every parameter is text, a number, a yes or no, or a list of those.
    pub fn parameters(&self) -> Result<serde_json::Value, serde_json::Error> {
        self.action.parameters()
    }
}
