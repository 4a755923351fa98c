//! `DescribeDBSubnetGroups`.

use super::{asked, filters, not_found, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{SubnetGroup, World};

/// All subnet groups, or one.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    filters(&request.params, &[])?;
    let name = asked(&request.params, "DBSubnetGroupName");
    let is_asked = |group: &SubnetGroup| name.is_none_or(|name| group.name.eq_ignore_ascii_case(name));
    if let Some(name) = name.filter(|_| !region.subnet_groups.values().any(is_asked)) {
        return Err(not_found("DBSubnetGroupNotFoundFault", format!("DBSubnetGroup {name} not found.")));
    }
    let wanted = region.subnet_groups.values().filter(|group| is_asked(group));
    let page = Pager::new(request, &Bounds::RDS)?.page(wanted, |group| group.name.as_str().into());
    w.maybe_text("Marker", page.token);
    w.list("DBSubnetGroups", "DBSubnetGroup", page.items, write_members);
    Ok(())
}

/// The members of a subnet group, here and inside an instance.
pub(super) fn write_members(w: &mut Writer, group: &SubnetGroup) {
    w.text("DBSubnetGroupName", &group.name);
    w.text("DBSubnetGroupDescription", &group.description);
    w.text("VpcId", &group.vpc);
    w.text("SubnetGroupStatus", "Complete");
    w.list("Subnets", "Subnet", &group.subnets, |w, (subnet, zone)| {
        w.text("SubnetIdentifier", subnet);
        w.structure("SubnetAvailabilityZone", |w| w.text("Name", zone));
        w.text("SubnetStatus", "Active");
    });
    w.text("DBSubnetGroupArn", &group.arn);
}
