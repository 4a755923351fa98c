//! `DescribeAddresses`: elastic addresses. The one listing without pages.

use super::filter::{Field, Filters, Texts, maybe, shown, text};
use super::id::Kind;
use super::{Scope, write_tags};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Address, World};

const FIELDS: &[Field<Address>] = &[
    Field("allocation-id", |_, address| text(&address.id)),
    Field("association-id", |_, address| maybe(address.association.as_ref())),
    Field("domain", |_, _| text("vpc")),
    Field("instance-id", |_, address| maybe(address.instance.as_ref())),
    Field("network-border-group", |scope, _| text(&scope.region.name)),
    Field("network-interface-id", |_, address| maybe(address.interface.as_ref())),
    Field(
        "network-interface-owner-id",
        |scope, address| if address.interface.is_some() { text(scope.account()) } else { Texts::None },
    ),
    Field("private-ip-address", |_, address| address.private_ip.map(shown).unwrap_or_default()),
    Field("public-ip", |_, address| shown(address.public_ip)),
];

/// `DescribeAddresses`.
pub fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    let filters = Filters::new(request, FIELDS, Some(|_, address| Some(&address.tags)))?;
    let ids = request.params.texts("AllocationId");
    let chosen: Vec<&Address> = if ids.is_empty() {
        scope.region.addresses.values().collect()
    } else {
        Kind::ALLOCATION.find(&scope.region.addresses, &ids)?
    };
    let ips = request.params.texts("PublicIp");
    let is_known = |ip: &str| scope.region.addresses.values().any(|address| address.public_ip.to_string() == ip);
    if let Some(unknown) = ips.iter().find(|ip| !is_known(ip)) {
        return Err(ApiError::new("InvalidAddress.NotFound", format!("Address '{unknown}' not found.")));
    }
    let wanted = |address: &&Address| ips.is_empty() || ips.contains(&address.public_ip.to_string().as_str());
    let chosen = chosen.into_iter().filter(wanted).filter(|address| filters.pass(&scope, address));
    w.list("addressesSet", "item", chosen, |w, address| {
        w.text("publicIp", address.public_ip.to_string());
        w.text("allocationId", &address.id);
        w.text("domain", "vpc");
        w.maybe_text("instanceId", address.instance.as_ref());
        w.maybe_text("associationId", address.association.as_ref());
        if let Some(interface) = &address.interface {
            w.text("networkInterfaceId", interface);
            w.text("networkInterfaceOwnerId", scope.account());
        }
        w.maybe_text("privateIpAddress", address.private_ip.map(|ip| ip.to_string()));
        w.text("publicIpv4Pool", "amazon");
        w.text("networkBorderGroup", &scope.region.name);
        write_tags(w, &address.tags);
    });
    Ok(())
}
