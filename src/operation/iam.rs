//! The IAM policy that an operation needs: its calls, and the reads that its guards and waits rest on (`aws-domain.md` A.11).
//!
//! Must stay true: what stands here is what planners use, as their tests see it; nothing is asked for that no plan sends.

use std::collections::BTreeSet;

use super::call::Action;

/// The calls of an operation, by their names; none for one that there is not.
#[must_use]
pub fn calls(operation: &str) -> Option<&'static [&'static str]> {
    Some(match operation {
        "replace" => &[
            "TerminateInstanceInAutoScalingGroup",
            "LaunchInstances",
            "SetDesiredCapacity",
            "UpdateAutoScalingGroup",
            "EnterStandby",
            "ExitStandby",
            "SetInstanceHealth",
            "SuspendProcesses",
            "ResumeProcesses",
            "CompleteLifecycleAction",
            "StopInstances",
            "StartInstances",
            "RunInstances",
            "TerminateInstances",
            "AssociateAddress",
            "AttachVolume",
            "DetachVolume",
            "ModifyInstanceAttribute",
            "CreateReplaceRootVolumeTask",
            "RegisterTargets",
            "DeregisterTargets",
            "RegisterInstancesWithLoadBalancer",
            "DeregisterInstancesFromLoadBalancer",
        ],
        "standby" => &["EnterStandby", "ExitStandby", "UpdateAutoScalingGroup", "TerminateInstanceInAutoScalingGroup"],
        "scale" => &[
            "UpdateAutoScalingGroup",
            "TerminateInstanceInAutoScalingGroup",
            "SetInstanceProtection",
            "SuspendProcesses",
            "ResumeProcesses",
        ],
        "reboot" => &["RebootInstances", "SuspendProcesses", "ResumeProcesses"],
        "extend" => &["UpdateZonalShift"],
        "cancel" => &["CancelZonalShift", "StartZonalShift"],
        "evacuate" => &[
            "StartZonalShift",
            "CancelZonalShift",
            "SetSubnets",
            "DetachLoadBalancerFromSubnets",
            "AttachLoadBalancerToSubnets",
            "UpdateAutoScalingGroup",
            "TerminateInstanceInAutoScalingGroup",
            "SuspendProcesses",
            "ResumeProcesses",
            "CreateOrUpdateTags",
            "DeleteTags",
            "ReplaceRoute",
            "RebootDBInstance",
            "FailoverDBCluster",
        ],
        "return" => &[
            "RunInstances",
            "TerminateInstances",
            "LaunchInstances",
            "TerminateInstanceInAutoScalingGroup",
            "UpdateAutoScalingGroup",
            "SuspendProcesses",
            "ResumeProcesses",
            "CancelZonalShift",
            "StartZonalShift",
            "SetSubnets",
            "AttachLoadBalancerToSubnets",
            "DetachLoadBalancerFromSubnets",
            "ReplaceRoute",
            "RebootDBInstance",
            "FailoverDBCluster",
            "DeleteTags",
            "CreateOrUpdateTags",
        ],
        _ => return None,
    })
}

/// What every operation reads: to plan, to check guards, to wait.
const READS: &[&str] = &[
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeInstanceRefreshes",
    "autoscaling:DescribeLifecycleHooks",
    "autoscaling:DescribePolicies",
    "autoscaling:DescribeScalingActivities",
    "autoscaling:DescribeScheduledActions",
    "ec2:DescribeAddresses",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeImages",
    "ec2:DescribeInstanceAttribute",
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstances",
    "ec2:DescribeSubnets",
    "elasticloadbalancing:DescribeInstanceHealth",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "sts:GetCallerIdentity",
];

/// What operations on zones and shifts read besides.
const ZONE_READS: &[&str] = &[
    "arc-zonal-shift:GetManagedResource",
    "arc-zonal-shift:ListAutoshifts",
    "arc-zonal-shift:ListManagedResources",
    "arc-zonal-shift:ListZonalShifts",
    "cloudwatch:GetMetricData",
    "ec2:DescribeNatGateways",
    "ec2:DescribeRouteTables",
    "ec2:DescribeVolumeStatus",
    "rds:DescribeDBClusters",
    "rds:DescribeDBInstances",
    "rds:DescribeEvents",
];

/// The IAM actions that writing operations need, those of reads apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    /// To look.
    pub reads: BTreeSet<String>,
    /// To act.
    pub writes: BTreeSet<String>,
}

/// What these operations need.
#[must_use]
pub fn of(operations: &[&str]) -> Permissions {
    let names = operations.iter().filter_map(|operation| calls(operation)).flatten();
    let writes = names.flat_map(|name| Action::iam_of(name).iter().map(|action| (*action).to_owned())).collect();
    let of_zones = operations.iter().any(|name| matches!(*name, "evacuate" | "return" | "extend" | "cancel"));
    let more = ZONE_READS.iter().filter(|_| of_zones);
    Permissions { reads: READS.iter().chain(more).map(|action| (*action).to_owned()).collect(), writes }
}
