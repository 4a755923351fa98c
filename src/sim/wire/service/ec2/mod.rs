//! EC2: one file a resource.
//!
//! Owns: what EC2's actions answer; those that change something are in `change`. Depends on the world and the wire's core. Must stay true: member names are those
//! of the wire (`locationName` in the model), times carry milliseconds, and an unknown filter or id is refused as EC2 does.

mod addresses;
mod change;
mod filter;
mod id;
mod images;
mod instance;
mod instance_status;
mod instances;
mod launch_templates;
mod nat_gateways;
mod regions;
mod route_tables;
mod snapshots;
mod subnets;
mod tags;
mod template_versions;
mod volume_status;
mod volumes;
mod vpcs;

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Bound;

use super::{Action, Service};
use crate::sim::wire::consistency;
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::throttle::{self, ThrottleClass};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Instance, Region, Tags, World};

/// EC2's actions.
pub const ACTIONS: &[Action] = &[
    Action::read(Service::Ec2, "DescribeAddresses", addresses::describe),
    Action::read(Service::Ec2, "DescribeAvailabilityZones", regions::describe_zones),
    Action::read(Service::Ec2, "DescribeImages", images::describe),
    Action::read(Service::Ec2, "DescribeInstanceStatus", instance_status::describe).class(ThrottleClass::Listing),
    Action::read(Service::Ec2, "DescribeInstances", instances::describe).class(ThrottleClass::Listing),
    Action::read(Service::Ec2, "DescribeLaunchTemplateVersions", template_versions::describe),
    Action::read(Service::Ec2, "DescribeLaunchTemplates", launch_templates::describe),
    Action::read(Service::Ec2, "DescribeNatGateways", nat_gateways::describe),
    Action::read(Service::Ec2, "DescribeRegions", regions::describe_regions),
    Action::read(Service::Ec2, "DescribeRouteTables", route_tables::describe),
    Action::read(Service::Ec2, "DescribeSnapshots", snapshots::describe).class(ThrottleClass::Listing),
    Action::read(Service::Ec2, "DescribeSubnets", subnets::describe),
    Action::read(Service::Ec2, "DescribeTags", tags::describe),
    Action::read(Service::Ec2, "DescribeVolumeStatus", volume_status::describe),
    Action::read(Service::Ec2, "DescribeVolumes", volumes::describe).class(ThrottleClass::Listing),
    Action::read(Service::Ec2, "DescribeVpcs", vpcs::describe),
    Action::read(Service::Ec2, "DescribeInstanceAttribute", change::attributes::describe),
    Action::write(Service::Ec2, "AssociateAddress", change::addresses::associate),
    Action::write(Service::Ec2, "AttachVolume", change::volumes::attach),
    Action::write(Service::Ec2, "CreateReplaceRootVolumeTask", change::volumes::replace_root),
    Action::write(Service::Ec2, "CreateSnapshot", change::volumes::create_snapshot)
        .class(ThrottleClass::Own(throttle::EC2_SNAPSHOT)),
    Action::write(Service::Ec2, "CreateTags", change::tags::create).class(ThrottleClass::Own(throttle::EC2_TAGS)),
    Action::write(Service::Ec2, "CreateVolume", change::volumes::create),
    Action::write(Service::Ec2, "DeleteTags", change::tags::delete),
    Action::write(Service::Ec2, "DetachVolume", change::volumes::detach),
    Action::write(Service::Ec2, "DisassociateAddress", change::addresses::disassociate),
    Action::write(Service::Ec2, "ModifyInstanceAttribute", change::attributes::modify),
    Action::write(Service::Ec2, "ModifyInstanceEventStartTime", change::attributes::move_event),
    Action::write(Service::Ec2, "RebootInstances", change::power::reboot),
    Action::write(Service::Ec2, "ReplaceRoute", change::routes::replace),
    Action::write(Service::Ec2, "RunInstances", change::run::run)
        .class(ThrottleClass::Instances(Some(throttle::EC2_RUN), throttle::RUN_RESOURCES)),
    Action::write(Service::Ec2, "StartInstances", change::power::start)
        .class(ThrottleClass::Instances(Some(throttle::EC2_START), throttle::RUN_RESOURCES)),
    Action::write(Service::Ec2, "StopInstances", change::power::stop)
        .class(ThrottleClass::Instances(None, throttle::END_RESOURCES)),
    Action::write(Service::Ec2, "TerminateInstances", change::power::terminate)
        .class(ThrottleClass::Instances(Some(throttle::EC2_TERMINATE), throttle::END_RESOURCES)),
];

/// Where an action looks: the account and one region of it.
#[derive(Debug, Clone, Copy)]
struct Scope<'a> {
    world: &'a World,
    region: &'a Region,
}

impl<'a> Scope<'a> {
    fn of(world: &'a World, request: &Request) -> Result<Self, ApiError> {
        Ok(Self { world, region: super::region(world, request)? })
    }

    fn account(&self) -> &'a str {
        &self.world.account
    }

    fn zone_id(&self, name: &str) -> &'a str {
        self.region.zone_id(name).map_or("", |id| id.as_str())
    }

    /// Whether EC2's reads know an instance yet (`aws-domain.md` A.9).
    fn knows(&self, instance: &Instance) -> bool {
        consistency::is_known(self.world.seed, instance, self.world.now)
    }

    /// An instance's tags, from the moment at which EC2's reads tell them (`aws-domain.md` A.9).
    fn instance_tags(&self, instance: &'a Instance) -> Option<&'a Tags> {
        consistency::is_tagged(self.world.seed, instance, self.world.now).then_some(&instance.tags)
    }
}

/// The values of a map after a key, so that a late page does not walk over the earlier ones.
fn after<'a, K: Ord + Borrow<str>, V>(
    map: &'a BTreeMap<K, V>,
    key: Option<&str>,
) -> impl Iterator<Item = &'a V> + use<'a, K, V> {
    let start = key.map_or(Bound::Unbounded, Bound::Excluded);
    map.range::<str, _>((start, Bound::Unbounded)).map(|(_, value)| value)
}

/// `tagSet`, as nearly all of EC2's resources have it.
fn write_tags<'a>(w: &mut Writer, tags: impl Into<Option<&'a Tags>>) {
    w.list("tagSet", "item", tags.into().into_iter().flat_map(Tags::iter), |w, (key, value)| {
        w.text("key", key);
        w.text("value", value);
    });
}
