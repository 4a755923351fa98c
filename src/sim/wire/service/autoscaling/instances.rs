//! `DescribeAutoScalingInstances`.

use std::ops::Bound;

use super::groups::write_membership;
use super::{at_most, bounds, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::Pager;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::World;

/// Members of all groups by id; ids that are in no group are left out without a word.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    at_most(&request.params, "InstanceIds", 50)?;
    let mut ids = request.params.texts("InstanceIds");
    let pager = Pager::new(request, &bounds(50, 50))?;

    // Pages are small and the account may be large: neither ids nor a token make it count through all instances.
    let wanted: Box<dyn Iterator<Item = &str>> = if ids.is_empty() {
        let start = pager.after().map_or(Bound::Unbounded, Bound::Excluded);
        Box::new(region.instances.range::<str, _>((start, Bound::Unbounded)).map(|(id, _)| id.as_str()))
    } else {
        ids.sort_unstable();
        ids.dedup();
        Box::new(ids.into_iter())
    };
    let wanted = wanted.filter_map(|id| region.membership(id));
    let page = pager.page(wanted, |(_, member)| member.instance.as_str().into());
    w.list("AutoScalingInstances", "member", page.items, |w, (group, member)| {
        w.text("AutoScalingGroupName", &group.name);
        write_membership(w, region, member);
        // Upper case here, capitalised in the groups' listing (aws-domain.md A.2).
        w.text("HealthStatus", member.health.as_str().to_ascii_uppercase());
    });
    w.maybe_text("NextToken", page.token);
    Ok(())
}
