//! Which zone gets the next member, and how long a zone is left alone in which launches fail.
//!
//! Owns: `AutoScalingGroup::launching`. Must stay true: a zone is avoided only when launching fails there or a zonal shift
//! keeps the group out of it; a sick zone that launches is filled like any other (`aws-domain.md B.4`, F.35).

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::super::world::{AutoScalingGroup, Backoff, GroupName, Process, SubnetId, Suspension, ZoneName};
use super::super::Scene;

/// How long a zone is left alone after one failed launch; twice as long after each further one.
const BACKOFF: Duration = Duration::from_secs(60);

/// But no longer than this.
const LONGEST_BACKOFF: Duration = Duration::from_secs(15 * 60);

/// After this time without a launch that came into service AWS suspends a group ("administrative suspension",
/// `aws-domain.md A.2`).
const GIVES_UP_AFTER: Duration = Duration::from_secs(24 * 3600);

impl Scene<'_> {
    /// The zone with the fewest members that may be launched into, and its subnet. A group that is to stay balanced at any
    /// price (`balanced-only`) waits for the emptiest zone rather than go elsewhere.
    pub(super) fn emptiest_zone(&self, name: &GroupName) -> Option<(ZoneName, SubnetId)> {
        let group = self.region.groups.get(name)?;
        let counts = members_by_zone(group);
        let count = |zone: &ZoneName| counts.get(zone).copied().unwrap_or_default();
        let places = (group.subnets.iter())
            .filter_map(|id| self.region.subnets.get(id))
            .filter(|subnet| !self.region.is_shifted_away(group.arn.as_str(), subnet.zone.as_str()))
            .filter(|subnet| group.distribution == "balanced-only" || self.may_launch(group, &subnet.zone));
        let place = places.min_by_key(|subnet| (count(&subnet.zone), &subnet.zone, subnet.free_addresses == 0))?;
        self.may_launch(group, &place.zone).then(|| (place.zone.clone(), place.id.clone()))
    }

    /// Whether a zone is not left alone at the moment.
    pub(super) fn may_launch(&self, group: &AutoScalingGroup, zone: &ZoneName) -> bool {
        group.launching.failed.get(zone).is_none_or(|backoff| backoff.until <= self.now)
    }

    /// Whether a zonal shift keeps the group out of one of its zones.
    pub(super) fn is_shifted(&self, group: &AutoScalingGroup) -> bool {
        group.zones.iter().any(|zone| self.region.is_shifted_away(group.arn.as_str(), zone.as_str()))
    }

    /// Leaves a zone alone after a failed launch, or all zones if the failure had nothing to do with the zone.
    pub(super) fn back_off(&mut self, name: &GroupName, zone: &ZoneName, zonal: bool) {
        let now = self.now;
        let Some(group) = self.region.groups.get_mut(name) else { return };
        let zones = if zonal { vec![zone.clone()] } else { group.zones.clone() };
        for zone in zones {
            let failures = group.launching.failed.get(&zone).map_or(1, |backoff| backoff.failures.saturating_add(1));
            let until = now + pause(failures);
            group.launching.failed.insert(zone, Backoff { failures, until });
        }
        let since = *group.launching.failing_since.get_or_insert(now);
        if now.since(since) >= GIVES_UP_AFTER && !group.is_suspended(Process::Launch) {
            let reason = format!("Administrative suspension due to failed launches at {}", now.rfc3339_seconds());
            group.suspended.push(Suspension { process: Process::Launch, reason });
        }
    }

    /// Has the group look again once the first of its zones may be launched into.
    pub(super) fn await_back_off(&mut self, name: &GroupName) {
        let Some(group) = self.region.groups.get(name) else { return };
        if group.is_suspended(Process::Launch) {
            return;
        }
        let waits = group.launching.failed.values().map(|backoff| backoff.until).filter(|until| *until > self.now);
        if let Some(first) = waits.min() {
            self.wake_group_at(name, first);
        }
    }

    /// A launch came into service: its zone is trusted again.
    pub(super) fn trust_zone(&mut self, name: &GroupName, zone: &ZoneName) {
        if let Some(group) = self.region.groups.get_mut(name) {
            group.launching.failed.remove(zone);
            group.launching.failing_since = None;
        }
    }
}

/// Members that count, by zone.
pub(super) fn members_by_zone(group: &AutoScalingGroup) -> BTreeMap<&ZoneName, u32> {
    let mut counts: BTreeMap<&ZoneName, u32> = BTreeMap::new();
    for member in group.members.values().filter(|member| member.state.counts()) {
        *counts.entry(&member.zone).or_default() += 1;
    }
    counts
}

fn pause(failures: u32) -> Duration {
    BACKOFF.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX)).min(LONGEST_BACKOFF)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::fixture::{self, REGION};
    use super::*;

    #[test]
    fn pauses_double_up_to_a_quarter_of_an_hour() {
        let minutes: Vec<u64> = (1..7).map(|failures| pause(failures).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 15, 15]);
        assert_eq!(pause(u32::MAX), LONGEST_BACKOFF);
    }

    #[test]
    fn a_gray_zone_launches_and_is_filled_first_although_it_is_sick_aws_domain_f35() {
        let mut world = fixture::world();
        world.apply(Fault::GrayZone { zone: "eu-west-1a".to_owned(), share: 1.0 }).unwrap();
        let victim = world.members().into_iter().find(|member| member.zone == *"eu-west-1a").unwrap().instance;
        world.terminate_member(victim.as_str()).unwrap();
        world.pass(60);
        let group = &world.here().groups["web"];
        let there = group.members.values().filter(|member| member.zone == *"eu-west-1a" && member.state.counts());
        assert_eq!(there.count(), 2, "the replacement went back into the sick zone");
        assert!(group.launching.failed.is_empty());
    }

    #[test]
    fn a_group_that_must_stay_balanced_waits_for_its_emptiest_zone() {
        let mut world = fixture::world();
        world.change_group(|group| group.distribution = "balanced-only".to_owned());
        world.apply(Fault::NoCapacity { zone: "eu-west-1a".to_owned() }).unwrap();
        world.set_desired(REGION, "web", 7).unwrap();
        world.pass(600);
        assert_eq!(world.here().groups["web"].in_service(), 6);
    }
}
