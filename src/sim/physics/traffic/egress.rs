//! The way out of the network: which subnets lose what they send, because a NAT gateway does (`aws-domain.md B.4`).
//!
//! Owns: from routes and gateways to subnets. Must stay true: a gateway fails with its zone, whoever routes through it; health
//! checks come from inside and see nothing of it; while all gateways work nothing here costs anything.

use std::collections::BTreeMap;

use super::super::super::world::{NatGateway, Region, SubnetId, ZoneName};

/// Subnets that lose what they send out, each with the share that is lost.
pub(super) fn cut_off(region: &Region) -> BTreeMap<SubnetId, f64> {
    let mut cut_off = BTreeMap::new();
    if region.nat_gateways.values().all(|gateway| lost(region, gateway) <= 0.0) {
        return cut_off;
    }
    for table in region.route_tables.values() {
        let gateways = table.routes.iter().filter_map(|route| region.nat_gateways.get(&route.via));
        let share = gateways.map(|gateway| lost(region, gateway)).fold(0.0, f64::max);
        if share > 0.0 {
            cut_off.extend(table.subnets.iter().map(|subnet| (subnet.clone(), share)));
        }
    }
    cut_off
}

/// Share of what goes through a gateway that is lost: all of it without power.
fn lost(region: &Region, gateway: &NatGateway) -> f64 {
    let dark = region.zones.get(&gateway.zone).is_some_and(|zone| zone.causes.dark.is_some());
    if dark { 1.0 } else { gateway.causes.drops }
}

/// The gateways through which the private subnets of each zone go out, by id.
pub(in super::super) fn gateways_by_zone(region: &Region) -> BTreeMap<&ZoneName, &str> {
    let tables = region.route_tables.values();
    let ways = tables.flat_map(|table| {
        let via = table.routes.iter().map(|route| route.via.as_str()).find(|via| via.starts_with("nat-"));
        via.into_iter().flat_map(|via| table.subnets.iter().map(move |subnet| (subnet, via)))
    });
    ways.filter_map(|(subnet, via)| Some((&region.subnets.get(subnet)?.zone, via))).collect()
}
