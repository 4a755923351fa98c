//! Which zones a request looks into.
//!
//! Owns: from an action and the ids that it names to zones. Must stay true: it follows what EC2 says of its own reads during
//! the disruption of a zone (`aws-domain.md` A.1): a request that names ids looks into the zones of those alone; one that
//! names none looks into all zones, whatever it filters by. What is kept by region (groups, images, alarms) is in no zone.

use super::receive::Received;
use super::request::Params;
use super::service::Service;
use crate::sim::world::{Region, World};

/// Whether a request would have to look into this zone, given by name or id.
pub fn concerns(world: &World, received: &Received, zone: &str) -> bool {
    let (Some(region), Some(service)) = (world.region(&received.region), received.service) else { return false };
    let Some(zone) = region.zones.values().find(|own| own.name == *zone || own.id == *zone) else { return false };
    let is_there = |own: Option<&str>| own == Some(zone.name.as_str());
    let params = &received.params;
    match (service, received.action.as_str()) {
        (Service::Ec2, "DescribeInstances" | "DescribeInstanceStatus") => {
            any(params, "InstanceId", |id| is_there(instance_zone(region, id)))
        }
        (Service::Ec2, "DescribeVolumes" | "DescribeVolumeStatus") => {
            any(params, "VolumeId", |id| is_there(region.volumes.get(id).map(|volume| volume.zone.as_str())))
        }
        (Service::Ec2, "DescribeSubnets") => {
            any(params, "SubnetId", |id| is_there(region.subnets.get(id).map(|subnet| subnet.zone.as_str())))
        }
        (Service::AutoScaling, "DescribeAutoScalingInstances") => {
            any(params, "InstanceIds", |id| is_there(instance_zone(region, id)))
        }
        (Service::Rds, "DescribeDBInstances") => any(params, "DBInstanceIdentifier", |id| {
            is_there(region.databases.get(id).map(|database| database.zone.as_str()))
        }),
        (Service::ElasticLoadBalancingV2, "DescribeTargetHealth") => any(params, "TargetGroupArn", |arn| {
            let mut targets = region.target_groups.get(arn).into_iter().flat_map(|group| group.targets.values());
            targets.any(|target| {
                let own = target.zone.as_ref().map(AsRef::as_ref);
                is_there(own.or_else(|| instance_zone(region, &target.key.id)))
            })
        }),
        (Service::ElasticLoadBalancing, "DescribeInstanceHealth") => any(params, "LoadBalancerName", |name| {
            let balancer = region.classic_balancers.get(name);
            let mut members = balancer.into_iter().flat_map(|balancer| balancer.members.keys());
            members.any(|id| is_there(instance_zone(region, id.as_str())))
        }),
        _ => false,
    }
}

/// Whether one of the ids that a member names is so; a request that names none asks for all.
fn any(params: &Params, name: &str, so: impl Fn(&str) -> bool) -> bool {
    let ids = params.texts(name);
    ids.is_empty() || ids.into_iter().any(so)
}

fn instance_zone<'w>(region: &'w Region, id: &str) -> Option<&'w str> {
    region.instances.get(id).map(|instance| instance.zone.as_str())
}
