//! Victims: the instances that an event is to hit, described rather than named.
//!
//! Must stay true: the choice depends on the seed and on what runs at that moment; nobody is chosen twice.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::fault::Fault;
use super::super::world::{Instance, InstanceState, LifecycleState, Region, World, random};

/// Instances by what is said of them; everything said must hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Victims {
    /// Only of this region.
    region: Option<String>,
    /// In service in this group.
    group: Option<String>,
    /// Of this service.
    service: Option<String>,
    /// With this `Name`.
    name: Option<String>,
    /// In this zone, by name or id.
    zone: Option<String>,
    /// So many of them; one when absent.
    count: Option<u32>,
    /// This share of each service's instead, 0 to 1: of one service two at least, if it has two.
    share: Option<f64>,
}

impl Victims {
    /// Says in words who is meant.
    pub fn words(&self) -> String {
        let said = [
            ("in group", &self.group),
            ("of service", &self.service),
            ("called", &self.name),
            ("in", &self.zone),
            ("in", &self.region),
        ];
        let said: Vec<String> =
            said.iter().filter_map(|(word, value)| Some(format!("{word} {}", value.as_ref()?))).collect();
        format!("running instance {}", said.join(" "))
    }

    /// As many as wanted or as there are, chosen by the world's seed and `salt`.
    pub fn choose(&self, world: &World, salt: &str) -> Vec<String> {
        let hit: Vec<&str> = world.faults.iter().filter_map(|other| instance_of(&other.fault)).collect();
        let mut candidates: Vec<(u64, &str)> = Vec::new();
        for region in world.regions.values().filter(|region| is(&self.region, region.name.as_str())) {
            let fitting = region.instances.values().filter(|instance| self.fits(region, instance));
            let fresh = fitting.map(|instance| instance.id.as_str()).filter(|id| !hit.contains(id));
            candidates.extend(fresh.map(|id| (random::below(world.seed, &["victim", salt, id], u64::MAX), id)));
        }
        candidates.sort_unstable();
        if let Some(share) = self.share {
            return share_of_each(world, salt, share, candidates.into_iter().map(|(_, id)| id));
        }
        let count = usize::try_from(self.count.unwrap_or(1)).unwrap_or(usize::MAX);
        candidates.into_iter().take(count).map(|(_, id)| id.to_owned()).collect()
    }

    fn fits(&self, region: &Region, instance: &Instance) -> bool {
        let serves = || {
            let membership = region.membership(instance.id.as_str());
            membership.is_some_and(|(_, member)| member.state == LifecycleState::InService)
        };
        let zone = region.zone_id(instance.zone.as_str()).map_or("", |id| id.as_str());
        instance.state == InstanceState::Running
            && (self.group.is_none()
                || (is(&self.group, instance.group.as_ref().map_or("", |group| group.as_str())) && serves()))
            && is(&self.service, instance.service.as_ref().map_or("", |service| service.as_str()))
            && is(&self.name, instance.name().unwrap_or(""))
            && (is(&self.zone, instance.zone.as_str()) || is(&self.zone, zone))
    }
}

/// A share of each service's instances, in the order given. What is no whole number is made one by chance.
fn share_of_each<'w>(world: &World, salt: &str, share: f64, ids: impl Iterator<Item = &'w str>) -> Vec<String> {
    let mut services: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for id in ids {
        let instance = world.regions.values().find_map(|region| region.instances.get(id));
        if let Some(service) = instance.and_then(|instance| instance.service.as_ref()) {
            services.entry(service.to_string()).or_default().push(id);
        }
    }
    let wanted = |service: &str, count: usize| {
        let chance = random::unit(world.seed, &["share", salt, service], 0);
        ((count as f64 * share.clamp(0.0, 1.0) + chance).floor() as usize).min(count)
    };
    let mut counts: BTreeMap<String, usize> =
        services.iter().map(|(service, ids)| (service.clone(), wanted(service, ids.len()))).collect();
    let largest = services.iter().max_by_key(|(service, ids)| (ids.len(), service.as_str()));
    if let Some((service, ids)) = largest.filter(|_| share > 0.0 && !counts.values().any(|count| *count >= 2)) {
        counts.insert(service.clone(), ids.len().min(2));
    }
    let chosen =
        services.iter().flat_map(|(service, ids)| ids.iter().take(counts.get(service).copied().unwrap_or_default()));
    chosen.map(|id| (*id).to_owned()).collect()
}

fn is(wanted: &Option<String>, value: &str) -> bool {
    wanted.as_ref().is_none_or(|wanted| wanted == value)
}

fn instance_of(fault: &Fault) -> Option<&str> {
    match fault {
        Fault::Application { instance }
        | Fault::Guest { instance }
        | Fault::Host { instance }
        | Fault::Retirement { instance } => Some(instance),
        _ => None,
    }
}
