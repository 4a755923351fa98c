//! Which zone gets the next member, and which member goes first.

use std::collections::BTreeMap;

use super::super::super::world::{AutoScalingGroup, GroupName, InstanceId, LifecycleState, Member, SubnetId, ZoneName};
use super::super::Scene;

impl Scene<'_> {
    /// The zone with the fewest members, and its subnet: an empty zone is filled first, a sick one included
    /// (`aws-domain.md B.4`). Subnets without a free address are passed over while another zone has one.
    pub(super) fn emptiest_zone(&self, name: &GroupName) -> Option<(ZoneName, SubnetId)> {
        let group = self.region.groups.get(name)?;
        let counts = by_zone(group);
        let places = group.subnets.iter().filter_map(|id| self.region.subnets.get(id));
        let place = places.min_by_key(|subnet| {
            (subnet.free_addresses == 0, counts.get(&subnet.zone).copied().unwrap_or_default(), subnet.zone.clone())
        })?;
        Some((place.zone.clone(), place.id.clone()))
    }

    /// The member that a scale-in ends: in the fullest zone, by the group's first termination policy; protected ones
    /// never.
    pub(super) fn scale_in_victim(&self, name: &GroupName) -> Option<InstanceId> {
        let group = self.region.groups.get(name)?;
        let counts = by_zone(group);
        let candidates: Vec<&Member> = group
            .members
            .values()
            .filter(|member| member.state == LifecycleState::InService && !member.protected)
            .collect();
        let fullest = candidates.iter().map(|member| counts.get(&member.zone).copied().unwrap_or_default()).max()?;
        let in_fullest = candidates.into_iter().filter(|member| counts.get(&member.zone) == Some(&fullest));
        let launched =
            |member: &Member| self.region.instances.get(&member.instance).map(|instance| instance.launched_at);
        let version = |member: &Member| {
            let number = member.template.as_ref().map(|template| template.version.to_string());
            number.and_then(|number| number.parse::<u32>().ok())
        };
        let policy = group.termination_policies.first().map_or("Default", String::as_str);
        let chosen = match policy {
            "NewestInstance" => in_fullest.max_by_key(|member| (launched(member), member.instance.clone())),
            "OldestInstance" => in_fullest.min_by_key(|member| (launched(member), member.instance.clone())),
            // Default: the oldest template version, then the oldest instance.
            _ => in_fullest.min_by_key(|member| (version(member), launched(member), member.instance.clone())),
        };
        chosen.map(|member| member.instance.clone())
    }
}

fn by_zone(group: &AutoScalingGroup) -> BTreeMap<&ZoneName, u32> {
    let mut counts = BTreeMap::new();
    for member in group.members.values().filter(|member| member.state.counts()) {
        *counts.entry(&member.zone).or_default() += 1;
    }
    counts
}
