//! What serves, by zone, written down each minute: the past that metrics are computed from.

use std::collections::BTreeMap;

use super::super::world::{ClassicState, LifecycleState, TargetState, World, ZoneCounts, ZoneName};
use super::Scene;

impl Scene<'_> {
    /// Notes how many targets and members serve in each zone now.
    pub(super) fn record_serving(&mut self) {
        let now = self.now;
        for group in self.region.target_groups.values_mut() {
            let mut zones: BTreeMap<ZoneName, ZoneCounts> = BTreeMap::new();
            for target in group.targets.values() {
                let Some(zone) = &target.zone else { continue };
                let healthy = match target.state {
                    TargetState::Healthy => true,
                    TargetState::Unhealthy | TargetState::UnhealthyDraining | TargetState::Initial => false,
                    TargetState::Unused | TargetState::Draining | TargetState::Unavailable => continue,
                };
                count(&mut zones, zone, healthy);
            }
            group.serving.record(now, zones);
        }
        for balancer in self.region.classic_balancers.values_mut() {
            let mut zones = BTreeMap::new();
            for member in balancer.members.values() {
                count(&mut zones, &member.zone, member.state == ClassicState::InService);
            }
            balancer.serving.record(now, zones);
        }
        for group in self.region.groups.values_mut() {
            let mut zones: BTreeMap<ZoneName, u32> = BTreeMap::new();
            for member in group.members.values().filter(|member| member.state == LifecycleState::InService) {
                *zones.entry(member.zone.clone()).or_default() += 1;
            }
            group.serving.record(now, zones);
        }
    }
}

fn count(zones: &mut BTreeMap<ZoneName, ZoneCounts>, zone: &ZoneName, healthy: bool) {
    let counts = zones.entry(zone.clone()).or_default();
    if healthy {
        counts.healthy += 1;
    } else {
        counts.unhealthy += 1;
    }
}

impl World {
    /// Notes for every service what takes its traffic.
    pub(super) fn wire_services(&mut self) {
        for region in self.regions.values_mut() {
            let named = region.services.values_mut().map(|service| (service.name.clone(), service)).collect::<Vec<_>>();
            for (name, service) in named {
                let mine = |owner: &Option<_>| owner.as_ref() == Some(&name);
                let target_groups =
                    region.target_groups.values().filter(|group| mine(&group.service) && !group.balancers.is_empty());
                service.target_groups = target_groups.map(|group| group.arn.clone()).collect();
                let classics = region.classic_balancers.values().filter(|balancer| mine(&balancer.service));
                service.classic_balancers = classics.map(|balancer| balancer.name.clone()).collect();
                let groups = region.groups.values().filter(|group| mine(&group.service));
                service.groups = groups.map(|group| group.name.clone()).collect();
            }
        }
    }
}
