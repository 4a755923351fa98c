//! Which ways lead to a service, as the world began.

use std::collections::BTreeMap;

use super::super::super::world::{InstanceId, ServiceName, TargetState, Way, World};

impl World {
    /// Notes for every service what takes its traffic, and the share of its clients that comes on each way: as many as have
    /// targets there. Clients keep to their way from then on, whatever becomes of it.
    pub(in super::super) fn wire_services(&mut self) {
        for region in self.regions.values_mut() {
            let mut alone: BTreeMap<ServiceName, Vec<InstanceId>> = BTreeMap::new();
            for instance in region.instances.values().filter(|instance| instance.group.is_none()) {
                if let Some(service) = &instance.service {
                    alone.entry(service.clone()).or_default().push(instance.id.clone());
                }
            }
            for service in region.services.values_mut() {
                let mine = |owner: &Option<ServiceName>| owner.as_ref() == Some(&service.name);
                let target_groups: Vec<_> = (region.target_groups.values())
                    .filter(|group| mine(&group.service) && !group.balancers.is_empty())
                    .collect();
                let classics: Vec<_> =
                    region.classic_balancers.values().filter(|balancer| mine(&balancer.service)).collect();
                let mut ways = BTreeMap::new();
                for group in &target_groups {
                    let used = group.targets.values().filter(|target| target.state != TargetState::Unused);
                    ways.insert(Way::Group(group.arn.clone()), used.count() as f64);
                }
                for classic in &classics {
                    ways.insert(Way::Classic(classic.name.clone()), classic.members.len() as f64);
                }
                service.target_groups = target_groups.iter().map(|group| group.arn.clone()).collect();
                service.classic_balancers = classics.iter().map(|balancer| balancer.name.clone()).collect();
                let groups = region.groups.values().filter(|group| mine(&group.service));
                service.groups = groups.map(|group| group.name.clone()).collect();
                service.instances = alone.remove(&service.name).unwrap_or_default();
                if service.queue.is_some() {
                    ways = BTreeMap::from([(Way::Queue, 1.0)]);
                } else if ways.is_empty() {
                    ways = BTreeMap::from([(Way::Direct, 1.0)]);
                }
                service.ways = in_shares(ways);
            }
        }
    }
}

/// Counts as shares of one; equal ones where nothing was counted.
fn in_shares(mut ways: BTreeMap<Way, f64>) -> BTreeMap<Way, f64> {
    let (all, count) = (ways.values().sum::<f64>(), ways.len() as f64);
    for share in ways.values_mut() {
        *share = if all > 0.0 { *share / all } else { 1.0 / count };
    }
    ways
}
