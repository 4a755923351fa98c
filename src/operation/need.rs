//! Needs: what must be read so that a condition can be answered, as narrowly as AWS can be asked.
//!
//! Owns: [`Need`] and where in an estate its answer stands. Depends on: the estate's slices. Must stay true: each need has a slice of
//! its own, so that one that was read and holds nothing means *gone*, and one that could not be read is unknown alone.

use std::fmt;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::estate::query::{Measure, Query};
use crate::estate::{Kind, Part, SliceId};
use crate::id::{Arn, ClassicName, GroupName, ImageId, InstanceId, Region, SubnetId, Text, ZoneName};

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
    /// All groups of the region, which tell where their members are (`DescribeAutoScalingGroups`).
    Groups,
    /// Where a resource's traffic goes (`GetManagedResource`).
    Managed(Arn),
    /// A resource's shifts that go on (`ListZonalShifts` by resource, `ACTIVE`).
    Shifts(Arn),
    /// All shifts of the region (`ListZonalShifts`).
    AllShifts,
    /// AWS's own declarations (`ListAutoshifts`).
    Autoshifts,
    /// One balancer (`DescribeLoadBalancers` by ARN).
    Balancer(Arn),
    /// One classic balancer (`DescribeLoadBalancers` by name).
    Classic(ClassicName),
    /// One route table (`DescribeRouteTables` by id).
    RouteTable(Text),
    /// One DB instance (`DescribeDBInstances` by identifier).
    Database(Text),
    /// One DB cluster (`DescribeDBClusters` by identifier).
    Cluster(Text),
    /// What happened to a DB instance or a cluster in the last hour (`DescribeEvents`, those of this source).
    DatabaseEvents(Text),
    /// What a balancer's node in a zone took in the last minutes (`GetMetricData`).
    Traffic(Text, ZoneName),
    /// Status checks of everything that runs in a zone (`DescribeInstanceStatus`, filter `availability-zone`).
    ZoneChecks(ZoneName),
    /// Volumes of a zone whose checks do not pass (`DescribeVolumeStatus`, filter `availability-zone`).
    ZoneVolumes(ZoneName),
}

/// The requests, or new flows, that a balancer's node in a zone counts; the balancer as CloudWatch names it.
#[must_use]
pub fn requests(balancer: &Text, zone: &ZoneName) -> Option<Query> {
    match balancer.contains('/') {
        true => Query::of_balancer(Measure::Requests, &Arn::from(format!(":loadbalancer/{balancer}")), Some(zone)),
        false => Query::of_classic(Measure::Requests, &ClassicName::from(balancer.clone()), Some(zone)),
    }
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
            What::Managed(arn) => (Kind::ManagedResources, arn.text()),
            What::Shifts(arn) => (Kind::ZonalShifts, arn.text()),
            What::Balancer(arn) => (Kind::LoadBalancers, arn.text()),
            What::Classic(name) => (Kind::ClassicBalancers, name.text()),
            What::RouteTable(id) => (Kind::RouteTables, id),
            What::Database(id) => (Kind::Databases, id),
            What::Cluster(id) => (Kind::Clusters, id),
            What::DatabaseEvents(id) => (Kind::DatabaseEvents, id),
            What::Traffic(balancer, zone) => {
                return SliceId::of(&self.region, Kind::Series, format!("requests of {balancer} in {zone}"));
            }
            What::ZoneChecks(zone) => return self.of_zone(Kind::InstanceStatuses, zone),
            What::ZoneVolumes(zone) => return self.of_zone(Kind::VolumeStatuses, zone),
            What::Groups => return SliceId::all(&self.region, Kind::Groups),
            What::AllShifts => return SliceId::all(&self.region, Kind::ZonalShifts),
            What::Autoshifts => return SliceId::all(&self.region, Kind::Autoshifts),
        };
        SliceId::of(&self.region, kind, of.clone())
    }

    fn of_zone(&self, kind: Kind, zone: &ZoneName) -> SliceId {
        SliceId { region: self.region.clone(), kind, part: Part::Zone(zone.clone()) }
    }

    /// The metrics that it asks for, and for how long before now; none for what is no metric.
    #[must_use]
    pub fn metrics(&self) -> Option<(Vec<Query>, SignedDuration)> {
        let What::Traffic(balancer, zone) = &self.what else { return None };
        Some((requests(balancer, zone).into_iter().collect(), SignedDuration::from_mins(20)))
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
            What::Groups => "autoscaling:DescribeAutoScalingGroups",
            What::Managed(_) => "arc-zonal-shift:GetManagedResource",
            What::Shifts(_) | What::AllShifts => "arc-zonal-shift:ListZonalShifts",
            What::Autoshifts => "arc-zonal-shift:ListAutoshifts",
            What::Balancer(_) | What::Classic(_) => "elasticloadbalancing:DescribeLoadBalancers",
            What::RouteTable(_) => "ec2:DescribeRouteTables",
            What::Database(_) => "rds:DescribeDBInstances",
            What::Cluster(_) => "rds:DescribeDBClusters",
            What::DatabaseEvents(_) => "rds:DescribeEvents",
            What::Traffic(..) => "cloudwatch:GetMetricData",
            What::ZoneChecks(_) => "ec2:DescribeInstanceStatus",
            What::ZoneVolumes(_) => "ec2:DescribeVolumeStatus",
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slice = self.slice();
        write!(f, "{} of {} in {}", slice.kind, slice.part, slice.region)
    }
}
