//! `DescribeTrafficSources`.

use std::collections::BTreeMap;

use super::{bounds, group, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::Pager;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{AutoScalingGroup, ClassicState, LifecycleState, Region, TargetState, World};

/// The load balancers that one group registers with, and how far it is.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    let group = group(region, &request.params)?;
    let kind = request.params.text("TrafficSourceType").filter(|kind| !kind.is_empty());

    let newer = group.target_groups.iter().map(|arn| (arn.as_str(), "elbv2"));
    let classic = group.classic_balancers.iter().map(|name| (name.as_str(), "elb"));
    let mut wanted: Vec<(&str, &str)> =
        newer.chain(classic).filter(|(_, own)| kind.is_none_or(|kind| kind == *own)).collect();
    wanted.sort_unstable();
    let page = Pager::new(request, &bounds(50, 50))?.page(wanted, |(identifier, _)| (*identifier).into());
    w.list("TrafficSources", "member", page.items, |w, (identifier, kind)| {
        w.text("TrafficSource", identifier);
        w.text("State", state(region, group, identifier));
        w.text("Identifier", identifier);
        w.text("Type", kind);
    });
    w.maybe_text("NextToken", page.token);
    Ok(())
}

/// `InService` once one member passes the load balancer's check, `Added` once all are registered, `Adding` before.
fn state(region: &Region, group: &AutoScalingGroup, identifier: &str) -> &'static str {
    let registered = registered(region, identifier);
    let mut serving = group.members.values().filter(|member| member.state == LifecycleState::InService);
    if serving.clone().any(|member| registered.get(member.instance.as_str()) == Some(&true)) {
        "InService"
    } else if serving.all(|member| registered.contains_key(member.instance.as_str())) {
        "Added"
    } else {
        "Adding"
    }
}

/// Instances that are registered with a load balancer or target group, and whether they pass its check.
fn registered<'w>(region: &'w Region, identifier: &str) -> BTreeMap<&'w str, bool> {
    if let Some(group) = region.target_groups.get(identifier) {
        return group
            .targets
            .values()
            .map(|target| (target.key.id.as_str(), target.state == TargetState::Healthy))
            .collect();
    }
    let classic = region.classic_balancers.get(identifier);
    let members = classic.into_iter().flat_map(|balancer| balancer.members.values());
    members.map(|member| (member.instance.as_str(), member.state == ClassicState::InService)).collect()
}
