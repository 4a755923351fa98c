//! Ways out: healthy zones that route through a NAT gateway of the zone are led through one that stands elsewhere.
//!
//! Must stay true: a route is led only through a gateway of the same network that is available, in its own zone if there is one;
//! what was there before is in the undo.

use std::collections::{BTreeMap, BTreeSet};

use super::super::call::{Action, Route};
use super::super::condition::Fact;
use super::super::draft::Part;
use super::Evacuation;
use crate::estate::network::{NatGateway, RouteTable};
use crate::id::{SubnetId, Text, ZoneName};

/// The part's name.
pub(super) const PART: &str = "routes";

/// A route that leads through the zone.
struct Led<'p> {
    table: &'p RouteTable,
    destination: &'p Text,
    old: &'p NatGateway,
    users: BTreeSet<&'p ZoneName>,
}

impl<'p> Evacuation<'_, 'p> {
    /// Leads them elsewhere, and says which cannot be.
    pub(super) fn lead_routes(&mut self) {
        let led = self.led();
        if led.is_empty() {
            return;
        }
        let skips = self.wishes.skips(PART) || !self.wishes.only.is_empty();
        let (mut words, mut stuck) = (Vec::new(), Vec::new());
        for route in &led {
            let Some(new) = self.other_gateway(route) else {
                stuck.push(format!(
                    "{} leads through {} and there is no other gateway",
                    called(route.table),
                    named(route.old)
                ));
                continue;
            };
            words.push(format!("{}: {} > {}", called(route.table), named(route.old), named(new)));
            if skips {
                continue;
            }
            let via = |gateway: &NatGateway| Fact::RouteVia {
                table: route.table.id.clone(),
                destination: route.destination.clone(),
                gateway: gateway.id.clone(),
            };
            let replace = |gateway: &NatGateway| {
                Action::ReplaceRoute(Route {
                    route_table_id: route.table.id.clone(),
                    destination_cidr_block: route.destination.clone(),
                    nat_gateway_id: gateway.id.clone(),
                })
            };
            let users: Vec<&str> = route.users.iter().map(|zone| zone.as_str()).collect();
            let step = Part::new(
                &PART.into(),
                format!(
                    "lead {} {} through {} instead of {}",
                    called(route.table),
                    route.destination,
                    named(new),
                    named(route.old)
                ),
                format!("{} goes out through {}", users.join(" and "), self.place.zone),
            )
            .after(self.first.clone())
            // A route through a gateway that is gone leads nowhere: how it leads now is no reason to wait.
            .warn("one-zone", Fact::OneZoneAway { zone: self.place.id.clone() })
            .call(replace(new))
            .until(via(new), 5, 120)
            .undo(replace(route.old));
            self.draft.add(step);
        }
        if !words.is_empty() && skips {
            self.row_off(PART, words.join(", "), "left out".to_owned(), None);
        } else if !words.is_empty() {
            self.row_on(PART, words.join(", "), Some(5));
        }
        if !stuck.is_empty() {
            self.note("stays", stuck.join("; "));
        }
    }

    /// Routes of other zones' subnets through gateways in this one.
    fn led(&self) -> Vec<Led<'p>> {
        let place = self.place;
        let gateways: BTreeMap<&Text, &'p NatGateway> = place
            .known::<NatGateway>()
            .filter(|gateway| self.zone_of(gateway) == Some(place.zone))
            .map(|gateway| (&gateway.id, gateway))
            .collect();
        let with_own: BTreeSet<&SubnetId> = place.known::<RouteTable>().flat_map(|table| &table.subnets).collect();
        let mut led = Vec::new();
        for table in place.known::<RouteTable>() {
            let own = table.subnets.iter().filter_map(|id| place.subnet(id));
            // Subnets without a table of their own go by their network's main one.
            let by_main = place.subnets().filter(|subnet| {
                table.main && subnet.vpc.is_some() && subnet.vpc == table.vpc && !with_own.contains(&subnet.id)
            });
            let users: BTreeSet<&'p ZoneName> =
                own.chain(by_main).map(|subnet| &subnet.zone).filter(|zone| *zone != place.zone).collect();
            if users.is_empty() {
                continue;
            }
            for route in &table.routes {
                if let Some(old) = route.target.as_ref().and_then(|target| gateways.get(target)) {
                    led.push(Led { table, destination: &route.destination, old, users: users.clone() });
                }
            }
        }
        led
    }

    fn zone_of(&self, gateway: &NatGateway) -> Option<&'p ZoneName> {
        self.place.zone_of(gateway.subnet.as_ref()?)
    }

    /// Another gateway of the same network, in one of the zones that use the route if there is one.
    fn other_gateway(&self, route: &Led<'_>) -> Option<&'p NatGateway> {
        let place = self.place;
        let is_sick = |zone: &ZoneName| zone == place.zone || place.ground.is_sick(place.region, zone);
        let fit = place.known::<NatGateway>().filter(|gateway| {
            let works = &*gateway.state == "available" && gateway.failure.is_none();
            let zone = self.zone_of(gateway);
            works && gateway.vpc.is_some() && gateway.vpc == route.table.vpc && zone.is_some_and(|zone| !is_sick(zone))
        });
        fit.min_by_key(|gateway| {
            let own = self.zone_of(gateway).is_some_and(|zone| route.users.contains(zone));
            (!own, gateway.id.clone())
        })
    }
}

fn named(gateway: &NatGateway) -> String {
    gateway.tags.get("Name").map_or_else(|| gateway.id.to_string(), ToString::to_string)
}

fn called(table: &RouteTable) -> String {
    table.tags.get("Name").map_or_else(|| table.id.to_string(), |name| format!("{} ({name})", table.id))
}
