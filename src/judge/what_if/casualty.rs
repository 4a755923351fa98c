//! What does not move: boxes of their own, NAT gateways that others route through, groups and balancers of one zone
//! (`aws-domain.md` B.4, singletons).
//!
//! Must stay true: a gateway used from its own zone alone is no casualty: who used it goes too.

use std::collections::{BTreeMap, BTreeSet};

use crate::estate::balancer::ClassicBalancer;
use crate::estate::group::Group;
use crate::estate::image::Address;
use crate::estate::instance::{Instance, InstanceState};
use crate::estate::network::{NatGateway, RouteTable};
use crate::estate::zone::Subnet;
use crate::id::{SubnetId, ZoneName};

use super::outcome::{Casualty, Outcome};
use super::scene::Scene;

/// Everything that does not move, in the order of what weighs most: ways out, balancers, groups, instances.
pub(super) fn all(scene: &Scene<'_>) -> Vec<Casualty> {
    if scene.gone.is_region() || !scene.gone.is_zones() {
        return Vec::new();
    }
    let mut casualties = gateways(scene);
    casualties.extend(balancers(scene));
    casualties.extend(groups(scene));
    casualties.extend(instances(scene));
    casualties
}

/// Gateways in what goes, through which subnets of zones route that remain.
fn gateways(scene: &Scene<'_>) -> Vec<Casualty> {
    let subnets: BTreeMap<&SubnetId, &Subnet> =
        scene.estate.table::<Subnet>(scene.region, scene.now).known().map(|subnet| (&subnet.id, subnet)).collect();
    let tables: Vec<&RouteTable> = scene.estate.table::<RouteTable>(scene.region, scene.now).known().collect();
    let with_own: BTreeSet<&SubnetId> = tables.iter().flat_map(|table| &table.subnets).collect();
    let gateways = scene.estate.table::<NatGateway>(scene.region, scene.now).known();
    let lost = gateways.filter_map(|gateway| {
        let zone = &subnets.get(gateway.subnet.as_ref()?)?.zone;
        let is_over = matches!(&*gateway.state, "deleted" | "deleting" | "failed");
        (scene.gone.takes_zone(zone) && !is_over).then_some((gateway, zone))
    });
    let mut casualties = Vec::new();
    for (gateway, zone) in lost {
        let routes =
            |table: &&&RouteTable| table.routes.iter().any(|route| route.target.as_deref() == Some(&*gateway.id));
        let mut users: BTreeSet<&ZoneName> = BTreeSet::new();
        for table in tables.iter().filter(routes) {
            let own = table.subnets.iter().filter_map(|id| subnets.get(id).copied());
            // Subnets without a table of their own go by their network's main one.
            let by_main = subnets.values().copied().filter(|subnet| {
                table.main && subnet.vpc.is_some() && subnet.vpc == table.vpc && !with_own.contains(&subnet.id)
            });
            users.extend(own.chain(by_main).map(|subnet| &subnet.zone).filter(|zone| !scene.gone.takes_zone(zone)));
        }
        if users.is_empty() {
            continue;
        }
        let users: Vec<&str> = users.into_iter().map(ZoneName::as_str).collect();
        casualties.push(Casualty {
            what: "nat-gateway",
            name: gateway.tags.get("Name").map_or_else(|| gateway.id.to_string(), ToString::to_string),
            id: Some(gateway.id.clone()),
            zone: Some(zone.clone()),
            outcome: Outcome::Lost,
            detail: format!("{} routes out through it: no way out from there", users.join(" and ")),
        });
    }
    casualties
}

/// Balancers whose every node is in what goes.
fn balancers(scene: &Scene<'_>) -> Vec<Casualty> {
    let modern = scene.balancers().map(|balancer| {
        let zones: Vec<&ZoneName> = balancer.zones.iter().map(|(zone, _)| zone).collect();
        (balancer.name.to_string(), zones)
    });
    let table = scene.estate.table::<ClassicBalancer>(scene.region, scene.now);
    let classic = table.known().map(|balancer| (balancer.name.to_string(), balancer.zones.iter().collect()));
    let lost = modern.chain(classic).filter(|(_, zones)| scene.gone.takes_all(zones.iter().copied()));
    lost.map(|(name, zones)| Casualty {
        what: "balancer",
        name,
        id: None,
        zone: zones.first().map(|zone| (*zone).clone()),
        outcome: Outcome::Lost,
        detail: "has no node in another zone".to_owned(),
    })
    .collect()
}

/// Groups that may launch nowhere else.
fn groups(scene: &Scene<'_>) -> Vec<Casualty> {
    let groups = scene.estate.table::<Group>(scene.region, scene.now).known();
    let lost = groups.filter(|group| group.desired > 0 && scene.gone.takes_all(&group.zones));
    lost.map(|group| Casualty {
        what: "group",
        name: group.name.to_string(),
        id: None,
        zone: group.zones.first().cloned(),
        outcome: Outcome::Lost,
        detail: format!("may launch in no other zone; desired {}", group.desired),
    })
    .collect()
}

/// Running instances that are in no group.
fn instances(scene: &Scene<'_>) -> Vec<Casualty> {
    let index = &scene.judged.index;
    let addresses: Vec<&Address> = scene.estate.table::<Address>(scene.region, scene.now).known().collect();
    let alone = scene.judged.services.iter().flat_map(|judged| &judged.service.standalone);
    let lost = alone.filter_map(|id| index.instance(id.as_str())).filter(|instance| {
        let runs = matches!(instance.state, InstanceState::Running | InstanceState::Pending | InstanceState::Other(_));
        runs && scene.gone.takes_zone(&instance.zone) && instance.group().is_none()
    });
    lost.map(|instance| Casualty {
        what: "instance",
        name: instance.name().unwrap_or(instance.id.as_str()).to_owned(),
        id: Some(instance.id.text().clone()),
        zone: Some(instance.zone.clone()),
        outcome: Outcome::Lost,
        detail: words_of(instance, &addresses),
    })
    .collect()
}

fn words_of(instance: &Instance, addresses: &[&Address]) -> String {
    let elastic = addresses.iter().find(|address| address.instance.as_ref() == Some(&instance.id));
    let address = elastic.map(|address| format!(", elastic address {}", address.address)).unwrap_or_default();
    let volumes = match instance.volumes.len() {
        0 | 1 => String::new(),
        count => format!(", {count} volumes"),
    };
    format!("{} in no group{address}{volumes}", instance.instance_type)
}
