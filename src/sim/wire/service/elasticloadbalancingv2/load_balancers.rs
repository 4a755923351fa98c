//! `DescribeLoadBalancers`, `DescribeLoadBalancerAttributes`, `SetSubnets`.

use super::{BOUNDS, at_most, load_balancer, only_one_of, region, write_attributes};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::Pager;
use crate::sim::wire::request::Request;
use crate::sim::wire::service::scene;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{AllocationId, BalancerKind, BalancerZone, LoadBalancer, Region, SubnetId, World};

/// All load balancers, or those of at most 20 ARNs or names.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    only_one_of(&request.params, &["LoadBalancerArns", "Names"])?;
    at_most(&request.params, "LoadBalancerArns", 20)?;
    at_most(&request.params, "Names", 20)?;
    let (arns, names) = (request.params.texts("LoadBalancerArns"), request.params.texts("Names"));
    arns.iter().try_for_each(|arn| load_balancer(region, arn).map(drop))?;
    for name in &names {
        if !region.balancers.values().any(|balancer| balancer.name == *name) {
            return Err(ApiError::new("LoadBalancerNotFound", format!("Load balancers '[{name}]' not found")));
        }
    }

    let wanted = region
        .balancers
        .values()
        .filter(|balancer| arns.is_empty() || arns.contains(&balancer.arn.as_str()))
        .filter(|balancer| names.is_empty() || names.contains(&balancer.name.as_str()));
    let page = Pager::new(request, &BOUNDS)?.page(wanted, |balancer| balancer.arn.as_str().into());
    w.list("LoadBalancers", "member", page.items, |w, balancer| write_balancer(w, region, balancer));
    w.maybe_text("NextMarker", page.token);
    Ok(())
}

/// The attributes of one load balancer, all that its kind has.
pub(super) fn describe_attributes(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let balancer = load_balancer(region(world, request)?, request.params.required("LoadBalancerArn")?)?;
    write_attributes(w, &balancer.attributes);
    Ok(())
}

fn write_balancer(w: &mut Writer, region: &Region, balancer: &LoadBalancer) {
    w.text("LoadBalancerArn", &balancer.arn);
    w.text("DNSName", &balancer.dns_name);
    w.text("CanonicalHostedZoneId", &balancer.dns_zone);
    w.time("CreatedTime", balancer.created_at);
    w.text("LoadBalancerName", &balancer.name);
    w.text("Scheme", balancer.scheme.as_str());
    w.text("VpcId", &balancer.vpc);
    w.structure("State", |w| {
        w.text("Code", balancer.state.as_str());
        w.maybe_text("Reason", balancer.state_reason.as_ref());
    });
    w.text("Type", balancer.kind.as_str());
    w.list("AvailabilityZones", "member", &balancer.zones, |w, zone| write_zone(w, region, zone));
    if balancer.kind == BalancerKind::Application || !balancer.security_groups.is_empty() {
        w.texts("SecurityGroups", "member", &balancer.security_groups);
    }
    w.text("IpAddressType", "ipv4");
}

/// `SetSubnets`: the whole list, or the whole list with addresses.
pub(super) fn set_subnets(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let params = &request.params;
    let arn = load_balancer(region(world, request)?, params.required("LoadBalancerArn")?)?.arn.clone();
    let plain = params.texts("Subnets").into_iter().map(|id| (SubnetId::from(id), None));
    let mut subnets: Vec<(SubnetId, Option<AllocationId>)> = plain.collect();
    for mapping in params.objects("SubnetMappings") {
        let allocation = mapping.text("AllocationId").map(AllocationId::from);
        subnets.push((SubnetId::from(mapping.required("SubnetId")?), allocation));
    }
    scene(world, request)?.set_balancer_subnets(&arn, &subnets)?;
    let region = region(world, request)?;
    let balancer = load_balancer(region, arn.as_str())?;
    w.list("AvailabilityZones", "member", &balancer.zones, |w, zone| write_zone(w, region, zone));
    w.text("IpAddressType", "ipv4");
    Ok(())
}

fn write_zone(w: &mut Writer, region: &Region, zone: &BalancerZone) {
    w.text("ZoneName", &zone.zone);
    w.text("SubnetId", &zone.subnet);
    let address = zone.allocation.as_ref().and_then(|allocation| region.addresses.get(allocation));
    w.list("LoadBalancerAddresses", "member", address, |w, address| {
        w.text("IpAddress", address.public_ip.to_string());
        w.text("AllocationId", &address.id);
    });
}
