//! `DescribeTargetGroups` and `DescribeTargetGroupAttributes`.

use super::{BOUNDS, load_balancer, only_one_of, region, target_group, write_attributes};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::Pager;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{HealthCheck, TargetGroup, World};

/// All target groups, or those of a load balancer, of ARNs or of names.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    only_one_of(&request.params, &["LoadBalancerArn", "TargetGroupArns", "Names"])?;
    let balancer = request.params.text("LoadBalancerArn").filter(|arn| !arn.is_empty());
    if let Some(arn) = balancer {
        load_balancer(region, arn)?;
    }
    let (arns, names) = (request.params.texts("TargetGroupArns"), request.params.texts("Names"));
    arns.iter().try_for_each(|arn| target_group(region, arn).map(drop))?;
    if names.iter().any(|name| !region.target_groups.values().any(|group| group.name == *name)) {
        return Err(ApiError::new("TargetGroupNotFound", "One or more target groups not found"));
    }

    let wanted = region
        .target_groups
        .values()
        .filter(|group| balancer.is_none_or(|arn| group.balancers.iter().any(|own| own == arn)))
        .filter(|group| arns.is_empty() || arns.contains(&group.arn.as_str()))
        .filter(|group| names.is_empty() || names.contains(&group.name.as_str()));
    let page = Pager::new(request, &BOUNDS)?.page(wanted, |group| group.arn.as_str().into());
    w.list("TargetGroups", "member", page.items, write_group);
    w.maybe_text("NextMarker", page.token);
    Ok(())
}

/// The attributes of one target group, all that its kind has.
pub(super) fn describe_attributes(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let group = target_group(region(world, request)?, request.params.required("TargetGroupArn")?)?;
    write_attributes(w, &group.attributes);
    Ok(())
}

fn write_group(w: &mut Writer, group: &TargetGroup) {
    w.text("TargetGroupArn", &group.arn);
    w.text("TargetGroupName", &group.name);
    w.text("Protocol", &group.protocol);
    w.integer("Port", group.port.into());
    w.text("VpcId", &group.vpc);
    write_check(w, &group.health_check);
    w.texts("LoadBalancerArns", "member", &group.balancers);
    w.text("TargetType", group.target_type.as_str());
    w.maybe_text("ProtocolVersion", group.protocol_version.as_ref());
    w.text("IpAddressType", "ipv4");
}

fn write_check(w: &mut Writer, check: &HealthCheck) {
    w.text("HealthCheckProtocol", &check.protocol);
    w.text("HealthCheckPort", &check.port);
    w.boolean("HealthCheckEnabled", check.enabled);
    w.integer("HealthCheckIntervalSeconds", check.interval_s.into());
    w.integer("HealthCheckTimeoutSeconds", check.timeout_s.into());
    w.integer("HealthyThresholdCount", check.healthy_threshold.into());
    w.integer("UnhealthyThresholdCount", check.unhealthy_threshold.into());
    w.maybe_text("HealthCheckPath", check.path.as_ref());
    if let Some(codes) = &check.matcher {
        w.structure("Matcher", |w| w.text("HttpCode", codes));
    }
}
