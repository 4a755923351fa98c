//! `DescribeTags`: the tags of all EC2 resources, one row a tag.

use super::Scope;
use super::filter::{Field, Filters, text};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Tags, World};

/// One tag of one resource.
struct Row<'a> {
    resource: &'a str,
    kind: &'static str,
    tags: &'a Tags,
    key: &'a str,
    value: &'a str,
}

fn fields<'r>() -> [Field<Row<'r>>; 4] {
    [
        Field("key", |_, row| text(row.key)),
        Field("resource-id", |_, row| text(row.resource)),
        Field("resource-type", |_, row| text(row.kind)),
        Field("value", |_, row| text(row.value)),
    ]
}

/// `DescribeTags`.
pub fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    let filters = Filters::new(request, &fields(), Some(|_, row| Some(row.tags)))?;
    let pager = Pager::new(request, &Bounds::EC2)?;
    let rows = resources(&scope).flat_map(|(resource, kind, tags)| {
        tags.iter().map(move |(key, value)| Row { resource, kind, tags, key, value })
    });
    let wanted = rows.filter(|row| filters.pass(&scope, row));
    let after = pager.after().and_then(|after| after.split_once('\0'));
    let text = |row: &Row<'_>| format!("{}\0{}", row.resource, row.key);
    let page = pager.least(wanted, after, |row| (row.resource, row.key), text);
    w.list("tagSet", "item", page.items, |w, row| {
        w.text("resourceId", row.resource);
        w.text("resourceType", row.kind);
        w.text("key", row.key);
        w.text("value", row.value);
    });
    w.maybe_text("nextToken", page.token);
    Ok(())
}

/// Everything in EC2 that carries tags: id, type and tags.
fn resources<'a>(scope: &Scope<'a>) -> impl Iterator<Item = (&'a str, &'static str, &'a Tags)> {
    let (scope, region) = (*scope, scope.region);
    let instances = region.instances.values();
    let instances = instances.filter_map(move |r| Some((r.id.as_str(), "instance", scope.instance_tags(r)?)));
    let volumes = region.volumes.values().map(|r| (r.id.as_str(), "volume", &r.tags));
    let subnets = region.subnets.values().map(|r| (r.id.as_str(), "subnet", &r.tags));
    let vpcs = region.vpcs.values().map(|r| (r.id.as_str(), "vpc", &r.tags));
    let images = region.images.values().map(|r| (r.id.as_str(), "image", &r.tags));
    let snapshots = region.snapshots.values().map(|r| (r.id.as_str(), "snapshot", &r.tags));
    let templates = region.templates.values().map(|r| (r.id.as_str(), "launch-template", &r.tags));
    let addresses = region.addresses.values().map(|r| (r.id.as_str(), "elastic-ip", &r.tags));
    let gateways = region.nat_gateways.values().map(|r| (r.id.as_str(), "natgateway", &r.tags));
    let tables = region.route_tables.values().map(|r| (r.id.as_str(), "route-table", &r.tags));
    let compute = instances.chain(volumes).chain(images).chain(snapshots).chain(templates);
    compute.chain(subnets).chain(vpcs).chain(addresses).chain(gateways).chain(tables)
}
