//! A region, its zones, and everything in it.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use super::super::ledger::Ledger;
use super::words::words;
use super::{
    Address, Alarm, AlarmName, AllocationId, Arn, AutoScalingGroup, Autoshift, ClassicBalancer, ClassicName, DbCluster,
    DbClusterId, DbEvent, DbInstance, DbInstanceId, GroupName, Image, ImageId, Instance, InstanceId, LaunchTemplate,
    LoadBalancer, ManagedResource, NatGateway, Notices, RegionName, Restless, RouteTable, Service, ServiceName,
    SimTime, Snapshot, SnapshotId, Subnet, SubnetGroup, SubnetId, Tags, TargetGroup, TemplateId, Trail, Volume,
    VolumeId, Vpc, VpcId, ZonalShift, ZoneId, ZoneName, ZoneWatch,
};

/// One region of the account.
#[derive(Debug, Clone)]
pub struct Region {
    /// `us-east-1`.
    pub name: RegionName,
    /// Zones by name.
    pub zones: BTreeMap<ZoneName, Zone>,
    /// Virtual private clouds.
    pub vpcs: BTreeMap<VpcId, Vpc>,
    /// Subnets.
    pub subnets: BTreeMap<SubnetId, Subnet>,
    /// Route tables by id (`rtb-…`).
    pub route_tables: BTreeMap<String, RouteTable>,
    /// NAT gateways by id (`nat-…`).
    pub nat_gateways: BTreeMap<String, NatGateway>,
    /// Elastic IP addresses.
    pub addresses: BTreeMap<AllocationId, Address>,
    /// Machine images that the account owns.
    pub images: BTreeMap<ImageId, Image>,
    /// Snapshots that the account owns.
    pub snapshots: BTreeMap<SnapshotId, Snapshot>,
    /// Launch templates.
    pub templates: BTreeMap<TemplateId, LaunchTemplate>,
    /// Instances, terminated ones for about an hour more.
    pub instances: BTreeMap<InstanceId, Instance>,
    /// EBS volumes.
    pub volumes: BTreeMap<VolumeId, Volume>,
    /// Auto Scaling groups.
    pub groups: BTreeMap<GroupName, AutoScalingGroup>,
    /// Application and network load balancers.
    pub balancers: BTreeMap<Arn, LoadBalancer>,
    /// Target groups.
    pub target_groups: BTreeMap<Arn, TargetGroup>,
    /// Classic load balancers.
    pub classic_balancers: BTreeMap<ClassicName, ClassicBalancer>,
    /// Database instances, Aurora members among them.
    pub databases: BTreeMap<DbInstanceId, DbInstance>,
    /// Database clusters.
    pub clusters: BTreeMap<DbClusterId, DbCluster>,
    /// Database subnet groups by name.
    pub subnet_groups: BTreeMap<String, SubnetGroup>,
    /// RDS events, oldest first; 14 days are kept.
    pub db_events: VecDeque<DbEvent>,
    /// Alarms, metric and composite.
    pub alarms: BTreeMap<AlarmName, Alarm>,
    /// What zonal shift can move, by the resource's ARN.
    pub managed_resources: BTreeMap<Arn, ManagedResource>,
    /// Zonal shifts, oldest first.
    pub zonal_shifts: Vec<ZonalShift>,
    /// Autoshifts that AWS declared, oldest first.
    pub autoshifts: Vec<Autoshift>,
    /// What AWS's own watch knows of zones that are or were in trouble.
    pub zone_watches: BTreeMap<ZoneName, ZoneWatch>,
    /// Whether AWS tells of autoshifts (`GetAutoshiftObserverNotificationStatus`).
    pub autoshift_observer: bool,
    /// What CloudTrail remembers.
    pub trail: Trail,
    /// What AWS Health has reason to tell of.
    pub notices: Notices,
    /// The company's services here: who sends the traffic. AWS knows nothing of them.
    pub services: BTreeMap<ServiceName, Service>,
    /// What is wrong with it in truth.
    pub causes: RegionCauses,
    /// What its traffic must look at next, and what its metrics remember.
    pub restless: Restless,
    /// What EC2 answered by client token, oldest first.
    pub tokens: VecDeque<TokenAnswer>,
    /// The truth by virtual second.
    pub ledger: Ledger,
}

impl Region {
    /// The zone with this id.
    #[must_use]
    pub fn zone_by_id(&self, id: &str) -> Option<&Zone> {
        self.zones.values().find(|zone| zone.id == *id)
    }

    /// The id of the zone called `name`.
    #[must_use]
    pub fn zone_id(&self, name: &str) -> Option<&ZoneId> {
        self.zones.get(name).map(|zone| &zone.id)
    }

    /// Whether a shift in force keeps traffic (for a group: launches) of this resource out of a zone. The truth are the
    /// applied weights, not the existence of a shift (`aws-domain.md A.6`).
    #[must_use]
    pub fn is_shifted_away(&self, resource: &str, zone: &str) -> bool {
        let weights = self.managed_resources.get(resource).map(|managed| &managed.applied_weights);
        let weight = weights.and_then(|weights| weights.get(self.zone_id(zone)?));
        weight.is_some_and(|weight| *weight <= 0.0)
    }

    /// The group called `name` that this instance is a member of, with its membership.
    #[must_use]
    pub fn membership(&self, instance: &str) -> Option<(&AutoScalingGroup, &super::Member)> {
        let group = self.groups.get(self.instances.get(instance)?.group.as_ref()?)?;
        Some((group, group.members.get(instance)?))
    }

    /// The tags of an ELBv2 resource (load balancer, target group, listener), as `DescribeTags` reads them.
    #[must_use]
    pub fn elbv2_tags(&self, arn: &str) -> Option<&Tags> {
        let listener = || self.balancers.values().flat_map(|lb| &lb.listeners).find(|l| l.arn == *arn).map(|l| &l.tags);
        (self.balancers.get(arn).map(|lb| &lb.tags))
            .or_else(|| self.target_groups.get(arn).map(|group| &group.tags))
            .or_else(listener)
    }
}

/// What a client token brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenAnswer {
    /// The action.
    pub action: &'static str,
    /// The token.
    pub token: String,
    /// The request as text, by which a repeat is told from another request.
    pub request: String,
    /// Ids of what was made.
    pub brought: Vec<String>,
}

/// An availability zone as this account sees it.
#[derive(Debug, Clone, Serialize)]
pub struct Zone {
    /// `us-east-1a`.
    pub name: ZoneName,
    /// `use1-az6`.
    pub id: ZoneId,
    /// `DescribeAvailabilityZones` says so; in practice it stays `available` in gray failures (`aws-domain.md A.1`).
    pub state: ZoneState,
    /// The group that the zone belongs to, `us-east-1-zg-1`.
    pub group_name: String,
    /// What is wrong with it in truth.
    pub causes: ZoneCauses,
}

/// What is wrong with a zone in truth: set by faults, read by the physics, reported by nobody.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ZoneCauses {
    /// It has no power, since then: everything there is dark.
    pub dark: Option<SimTime>,
    /// Share of what crosses its border that is lost, 0 to 1; AWS's own checks do not cross it.
    pub loss: f64,
    /// It has no room for new instances and databases, since then.
    pub no_capacity: Option<SimTime>,
    /// Its volumes complete no I/O, since then.
    pub ebs_stalled: Option<SimTime>,
}

/// What is wrong with a region in truth.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RegionCauses {
    /// Its zones are dark and its endpoints silent, since then.
    pub outage: Option<SimTime>,
}

words! {
    /// `AvailabilityZone.State`.
    pub enum ZoneState {
        /// In order.
        Available = "available",
        /// In order, AWS has something to say.
        Information = "information",
        /// Trouble.
        Impaired = "impaired",
        /// Down.
        Unavailable = "unavailable",
        /// No room.
        Constrained = "constrained",
    }
}
