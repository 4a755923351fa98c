//! Applied weights: from the shifts in force to where traffic goes (`aws-domain.md A.6`).
//!
//! Owns: who decides for a resource, `appliedStatus`, and what targets say of it. Must stay true: by hand goes before
//! autoshift before experiment before practice run, and of equals the earlier; one zone at most has the weight 0.

use std::collections::BTreeMap;

use super::super::super::world::{
    AppliedStatus, Arn, AutoshiftStatus, BalancerKind, Region, ShiftStatus, ShiftType, SimTime, TargetGroup, ZoneId,
};
use super::super::Scene;

/// A shift that would decide: its precedence, when it began, and its place among the zonal shifts unless it is an
/// autoshift.
type Claim<'r> = (u8, SimTime, Option<usize>, &'r ZoneId);

impl Scene<'_> {
    /// Works out every resource's weights afresh, and has everyone look whom a change concerns.
    pub(in super::super) fn settle_weights(&mut self) {
        let mut decisions: BTreeMap<Arn, (ZoneId, Option<usize>)> = BTreeMap::new();
        for (resource, claim) in deciding(self.region) {
            decisions.insert(resource.clone(), (claim.3.clone(), claim.2));
        }
        for (place, shift) in self.region.zonal_shifts.iter_mut().enumerate() {
            let decides = decisions.get(&shift.resource).is_some_and(|(_, by)| *by == Some(place));
            shift.applied = if decides { AppliedStatus::Applied } else { AppliedStatus::NotApplied };
        }
        let mut changed: Vec<Arn> = Vec::new();
        for resource in self.region.managed_resources.values_mut() {
            let away = decisions.get(&resource.arn).map(|(zone, _)| zone);
            let mut moved = false;
            for (zone, weight) in &mut resource.applied_weights {
                let due = if Some(zone) == away { 0.0 } else { 1.0 };
                moved |= *weight != due;
                *weight = due;
            }
            if moved {
                changed.push(resource.arn.clone());
            }
        }
        if !changed.is_empty() {
            self.follow_weights(&changed);
        }
    }

    /// Groups look where they may launch, targets say that a shift keeps traffic from them, traffic finds its way anew.
    fn follow_weights(&mut self, changed: &[Arn]) {
        for group in self.region.groups.values_mut().filter(|group| changed.contains(&group.arn)) {
            group.unsettled = true;
        }
        let behind = |group: &&TargetGroup| group.balancers.iter().any(|balancer| changed.contains(balancer));
        let behind: Vec<Arn> =
            self.region.target_groups.values().filter(behind).map(|group| group.arn.clone()).collect();
        for arn in behind {
            let Some(group) = self.region.target_groups.get(&arn) else { continue };
            let states = self
                .region
                .zones
                .keys()
                .map(|zone| (zone.clone(), self.region.administrative_override(group, zone.as_str())));
            let states: BTreeMap<_, _> = states.collect();
            let Some(group) = self.region.target_groups.get_mut(&arn) else { continue };
            for target in group.targets.values_mut() {
                if let Some(state) = target.zone.as_ref().and_then(|zone| states.get(zone)) {
                    (*state).clone_into(&mut target.administrative_override);
                }
            }
        }
        self.feel_traffic();
    }
}

/// The claim that decides for each resource that has any.
fn deciding(region: &Region) -> BTreeMap<&Arn, Claim<'_>> {
    let by_shifts = region.zonal_shifts.iter().enumerate().filter(|(_, shift)| shift.status == ShiftStatus::Active);
    let by_shifts = by_shifts.map(|(place, shift)| {
        (&shift.resource, (precedence(shift.kind), shift.started_at, Some(place), &shift.away_from))
    });
    let autoshifts = region.autoshifts.iter().filter(|shift| shift.status == AutoshiftStatus::Active);
    let by_autoshifts = autoshifts.flat_map(|shift| {
        let claim = (precedence(ShiftType::ZonalAutoshift), shift.started_at, None, &shift.away_from);
        let moved = region.managed_resources.values();
        let moved = moved.filter(|found| found.autoshift_enabled && found.zones.contains(&shift.away_from));
        moved.map(move |resource| (&resource.arn, claim))
    });
    let mut claims: BTreeMap<&Arn, Claim<'_>> = BTreeMap::new();
    for (resource, claim) in by_shifts.chain(by_autoshifts) {
        let held = claims.entry(resource).or_insert(claim);
        *held = (*held).min(claim);
    }
    claims
}

/// The lower goes first.
const fn precedence(kind: ShiftType) -> u8 {
    match kind {
        ShiftType::ZonalShift => 0,
        ShiftType::ZonalAutoshift => 1,
        ShiftType::FisExperiment => 2,
        ShiftType::PracticeRun => 3,
    }
}

impl Region {
    /// `AdministrativeOverride.State` of a target of `group` in `zone`: independent of its health
    /// (`aws-domain.md A.3`). Without cross-zone load balancing only DNS knows of a shift.
    #[must_use]
    pub fn administrative_override(&self, group: &TargetGroup, zone: &str) -> &'static str {
        let shifted = group.balancers.iter().find(|balancer| self.is_shifted_away(balancer.as_str(), zone));
        let Some(balancer) = shifted.and_then(|arn| self.balancers.get(arn)) else { return "no_override" };
        const CROSS_ZONE: &str = "load_balancing.cross_zone.enabled";
        let crosses = match group.attributes.get(CROSS_ZONE).map(String::as_str) {
            Some("true") => true,
            Some("false") => false,
            _ => {
                balancer.kind == BalancerKind::Application
                    || balancer.attributes.get(CROSS_ZONE).is_some_and(|on| on == "true")
            }
        };
        if crosses { "zonal_shift_active" } else { "zonal_shift_delegated_to_dns" }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::super::super::fixture::REGION;
    use super::super::tests::{balancer, world, zone_id};

    #[test]
    fn targets_of_the_zone_say_so_whatever_their_health_and_later_ones_too_aws_domain_a3() {
        let mut world = world();
        let (web, a) = (balancer(&world), zone_id(&world, 'a'));
        let id = world.start_zonal_shift(REGION, web.as_str(), &a, Duration::from_secs(3600), "").unwrap();
        // The standalone instance stands in zone a, and registers after the shift began.
        let (group, late) = (world.here().target_groups.keys().next().unwrap().clone(), world.standalone());
        world.scene(REGION).unwrap().register_target(&group, &late);
        let overrides = |world: &super::super::super::super::world::World| -> Vec<bool> {
            let targets = world.here().target_groups[&group].targets.values();
            let expected = |zone: &str| if zone == "eu-west-1a" { "zonal_shift_active" } else { "no_override" };
            targets
                .map(|target| target.administrative_override == expected(target.zone.as_ref().unwrap().as_str()))
                .collect()
        };
        assert_eq!(overrides(&world), [true; 7]);
        world.cancel_zonal_shift(&id).unwrap();
        let targets = world.here().target_groups[&group].targets.values();
        assert!(targets.into_iter().all(|target| target.administrative_override == "no_override"));
    }

    #[test]
    fn without_cross_zone_balancing_only_dns_knows_aws_domain_a3() {
        let mut world = world();
        let (web, a) = (balancer(&world), zone_id(&world, 'a'));
        let group = world.regions.get_mut(REGION).unwrap().target_groups.values_mut().next().unwrap();
        group.attributes.insert("load_balancing.cross_zone.enabled".to_owned(), "false".to_owned());
        world.start_zonal_shift(REGION, web.as_str(), &a, Duration::from_secs(3600), "").unwrap();
        let group = world.here().target_groups.values().next().unwrap();
        assert_eq!(world.here().administrative_override(group, "eu-west-1a"), "zonal_shift_delegated_to_dns");
        assert_eq!(world.here().administrative_override(group, "eu-west-1b"), "no_override");
    }

    #[test]
    fn a_shifted_group_looks_where_it_may_launch_aws_domain_c3() {
        let mut world = world();
        let (arn, b) = (world.here().groups["web"].arn.clone(), zone_id(&world, 'b'));
        world.pass(60);
        assert!(!world.here().groups["web"].unsettled);
        world.start_zonal_shift(REGION, arn.as_str(), &b, Duration::from_secs(600), "").unwrap();
        assert!(world.here().groups["web"].unsettled && world.here().is_shifted_away(arn.as_str(), "eu-west-1b"));
    }
}
