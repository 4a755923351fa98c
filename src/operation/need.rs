//! Needs: what must be read so that a condition can be answered, as narrowly as AWS can be asked.
//!
//! Owns: [`Need`] and where in an estate its answer stands. Depends on: the estate's slices. Must stay true: each need has a slice of
//! its own, so that one that was read and holds nothing means *gone*, and one that could not be read is unknown alone.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::estate::{Kind, SliceId};
use crate::id::{Arn, ClassicName, GroupName, ImageId, InstanceId, Region, SubnetId};

/// Something that must be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Need {
    /// Where.
    pub region: Region,
    /// What.
    pub what: What,
}

/// What must be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// One group (`DescribeAutoScalingGroups` by name).
    Group(GroupName),
    /// What a group did lately and is doing (`DescribeScalingActivities` by group, the newest page).
    Activities(GroupName),
    /// A group's refreshes (`DescribeInstanceRefreshes`, the newest page).
    Refreshes(GroupName),
    /// A group's hooks (`DescribeLifecycleHooks`).
    Hooks(GroupName),
    /// The health of a target group's targets (`DescribeTargetHealth`).
    Targets(Arn),
    /// The health of a classic balancer's instances (`DescribeInstanceHealth`).
    ClassicTargets(ClassicName),
    /// One instance (`DescribeInstances` by id).
    Instance(InstanceId),
    /// One instance's status checks, in whatever state it is (`DescribeInstanceStatus` by id, `IncludeAllInstances`).
    Status(InstanceId),
    /// The elastic addresses of one instance (`DescribeAddresses`, filter `instance-id`).
    Addresses(InstanceId),
    /// One subnet (`DescribeSubnets` by id).
    Subnet(SubnetId),
    /// One image (`DescribeImages` by id).
    Image(ImageId),
}

impl Need {
    /// A need in a region.
    pub fn new(region: &Region, what: What) -> Self {
        Self { region: region.clone(), what }
    }

    /// Where in an estate its answer stands: a part of its own, named by whom it is about.
    #[must_use]
    pub fn slice(&self) -> SliceId {
        let (kind, of) = match &self.what {
            What::Group(name) => (Kind::Groups, name.text()),
            What::Activities(name) => (Kind::Activities, name.text()),
            What::Refreshes(name) => (Kind::Refreshes, name.text()),
            What::Hooks(name) => (Kind::Hooks, name.text()),
            What::Targets(arn) => (Kind::Targets, arn.text()),
            What::ClassicTargets(name) => (Kind::ClassicTargets, name.text()),
            What::Instance(id) => (Kind::Instances, id.text()),
            What::Status(id) => (Kind::InstanceStatuses, id.text()),
            What::Addresses(id) => (Kind::Addresses, id.text()),
            What::Subnet(id) => (Kind::Subnets, id.text()),
            What::Image(id) => (Kind::Images, id.text()),
        };
        SliceId::of(&self.region, kind, of.clone())
    }

    /// The IAM action that reading it takes.
    #[must_use]
    pub fn iam(&self) -> &'static str {
        match &self.what {
            What::Group(_) => "autoscaling:DescribeAutoScalingGroups",
            What::Activities(_) => "autoscaling:DescribeScalingActivities",
            What::Refreshes(_) => "autoscaling:DescribeInstanceRefreshes",
            What::Hooks(_) => "autoscaling:DescribeLifecycleHooks",
            What::Targets(_) => "elasticloadbalancing:DescribeTargetHealth",
            What::ClassicTargets(_) => "elasticloadbalancing:DescribeInstanceHealth",
            What::Instance(_) => "ec2:DescribeInstances",
            What::Status(_) => "ec2:DescribeInstanceStatus",
            What::Addresses(_) => "ec2:DescribeAddresses",
            What::Subnet(_) => "ec2:DescribeSubnets",
            What::Image(_) => "ec2:DescribeImages",
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slice = self.slice();
        write!(f, "{} of {} in {}", slice.kind, slice.part, slice.region)
    }
}
