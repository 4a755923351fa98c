//! `DescribeSubnets`: which zone a subnet lies in, and how many addresses are left.

use super::filter::{Field, Filters, flag, shown, text};
use super::id::Kind;
use super::{Scope, after, write_tags};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Subnet, World};

const FIELDS: &[Field<Subnet>] = &[
    Field("availability-zone", |_, subnet| text(&subnet.zone)),
    Field("availability-zone-id", |scope, subnet| text(scope.zone_id(subnet.zone.as_str()))),
    Field("available-ip-address-count", |_, subnet| shown(subnet.free_addresses)),
    Field("cidr-block", |_, subnet| shown(subnet.cidr())),
    Field("default-for-az", |_, _| flag(false)),
    Field("map-public-ip-on-launch", |_, subnet| flag(subnet.public)),
    Field("owner-id", |scope, _| text(scope.account())),
    Field("state", |_, _| text("available")),
    Field("subnet-arn", |_, subnet| text(&subnet.arn)),
    Field("subnet-id", |_, subnet| text(&subnet.id)),
    Field("vpc-id", |_, subnet| text(&subnet.vpc)),
];

/// `DescribeSubnets`.
pub fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    let filters = Filters::new(request, FIELDS, Some(|_, subnet| Some(&subnet.tags)))?;
    let pager = Pager::new(request, &Bounds::EC2)?;
    let ids = request.params.texts("SubnetId");
    let chosen: Box<dyn Iterator<Item = &Subnet>> = if ids.is_empty() {
        Box::new(after(&scope.region.subnets, pager.after()))
    } else {
        Box::new(Kind::SUBNET.find(&scope.region.subnets, &ids)?.into_iter())
    };
    let page = pager.page(chosen.filter(|subnet| filters.pass(&scope, subnet)), |subnet| subnet.id.as_str().into());
    w.list("subnetSet", "item", page.items, |w, subnet| {
        w.text("subnetId", &subnet.id);
        w.text("subnetArn", &subnet.arn);
        w.text("state", "available");
        w.text("ownerId", scope.account());
        w.text("vpcId", &subnet.vpc);
        w.text("cidrBlock", subnet.cidr());
        w.integer("availableIpAddressCount", i64::from(subnet.free_addresses));
        w.text("availabilityZone", &subnet.zone);
        w.text("availabilityZoneId", scope.zone_id(subnet.zone.as_str()));
        w.boolean("defaultForAz", false);
        w.boolean("mapPublicIpOnLaunch", subnet.public);
        w.boolean("assignIpv6AddressOnCreation", false);
        w.boolean("enableDns64", false);
        w.boolean("ipv6Native", false);
        write_tags(w, &subnet.tags);
    });
    w.maybe_text("nextToken", page.token);
    Ok(())
}
