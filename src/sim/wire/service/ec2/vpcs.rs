//! `DescribeVpcs`.

use super::filter::{Field, Filters, flag, text};
use super::id::Kind;
use super::{Scope, after, write_tags};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Vpc, World};

const FIELDS: &[Field<Vpc>] = &[
    Field("cidr", |_, vpc| text(&vpc.cidr)),
    Field("cidr-block-association.cidr-block", |_, vpc| text(&vpc.cidr)),
    Field("is-default", |_, vpc| flag(vpc.is_default)),
    Field("owner-id", |scope, _| text(scope.account())),
    Field("state", |_, _| text("available")),
    Field("vpc-id", |_, vpc| text(&vpc.id)),
];

/// `DescribeVpcs`.
pub fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    let filters = Filters::new(request, FIELDS, Some(|_, vpc| Some(&vpc.tags)))?;
    let pager = Pager::new(request, &Bounds::EC2)?;
    let ids = request.params.texts("VpcId");
    let chosen: Box<dyn Iterator<Item = &Vpc>> = if ids.is_empty() {
        Box::new(after(&scope.region.vpcs, pager.after()))
    } else {
        Box::new(Kind::VPC.find(&scope.region.vpcs, &ids)?.into_iter())
    };
    let page = pager.page(chosen.filter(|vpc| filters.pass(&scope, vpc)), |vpc| vpc.id.as_str().into());
    w.list("vpcSet", "item", page.items, |w, vpc| {
        w.text("vpcId", &vpc.id);
        w.text("ownerId", scope.account());
        w.text("state", "available");
        w.text("cidrBlock", &vpc.cidr);
        w.list("cidrBlockAssociationSet", "item", [vpc], |w, vpc| {
            w.text("cidrBlock", &vpc.cidr);
            w.text("associationId", vpc.id.as_str().replacen("vpc-", "vpc-cidr-assoc-", 1));
            w.structure("cidrBlockState", |w| w.text("state", "associated"));
        });
        w.text("dhcpOptionsId", vpc.id.as_str().replacen("vpc-", "dopt-", 1));
        w.text("instanceTenancy", "default");
        w.boolean("isDefault", vpc.is_default);
        write_tags(w, &vpc.tags);
    });
    w.maybe_text("nextToken", page.token);
    Ok(())
}
