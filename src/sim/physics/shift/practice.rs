//! Practice runs: thirty minutes away from a zone, to prove that the others carry the load (`aws-domain.md A.6`, F.14).
//!
//! Owns: their beginnings, and the outcomes that alarms decide. Must stay true: a practice run starts only where
//! nothing else moves traffic, its outcome alarm is not red and the zones are balanced; an outcome alarm that goes red
//! ends it. The weekly schedule is not kept: a run in the middle of a demo would surprise.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::super::world::{
    AlarmState, Arn, LifecycleState, ManagedResource, PracticeOutcome, Region, ShiftStatus, ShiftType, TargetState,
    World, ZoneId, ZoneName,
};
use super::super::Scene;

/// How long one lasts.
const LENGTH: Duration = Duration::from_secs(30 * 60);
/// What AWS writes as the comment of one.
const COMMENT: &str = "Practice Run";
/// The same when the capacity check fails.
const UNBALANCED: &str = "Practice run ended: capacity is not balanced across Availability Zones";
/// The emptiest zone has at least this share of the fullest zone's capacity. AWS does not publish its rule.
const BALANCED: f64 = 0.5;

impl World {
    /// The weekly practice run of everything that has one configured.
    pub(in super::super::super) fn begin_practice_run(&mut self, zone: &str) {
        let Some((region, zone)) = self.zone_of_fault(zone) else { return };
        self.with_scene(&region, |scene| {
            let Some(zone) = scene.region.zone_id(zone.as_str()).cloned() else { return };
            let ready =
                scene.region.managed_resources.values().filter(|found| may_practise(scene.region, found, &zone));
            let ready: Vec<_> = ready.map(|found| (found.arn.clone(), is_balanced(scene.region, found))).collect();
            for (resource, balanced) in ready {
                scene.practise(&resource, &zone, balanced);
            }
            scene.tend_shifts();
        });
    }

    /// The practice run ends early.
    pub(in super::super::super) fn end_practice_run(&mut self, zone: &str) {
        let Some((region, zone)) = self.zone_of_fault(zone) else { return };
        self.with_scene(&region, |scene| {
            let Some(zone) = scene.region.zone_id(zone.as_str()).cloned() else { return };
            scene.call_off(|shift| shift.kind == ShiftType::PracticeRun && shift.away_from == zone);
            scene.tend_shifts();
        });
    }

    /// Ends the practice runs whose outcome alarm is red: they failed.
    pub(in super::super) fn judge_practice_runs(&mut self) {
        for name in self.region_names() {
            self.with_scene(&name, |scene| scene.fail_practice_runs());
        }
    }
}

impl Scene<'_> {
    fn practise(&mut self, resource: &Arn, zone: &ZoneId, balanced: bool) {
        let comment = if balanced { COMMENT } else { UNBALANCED };
        self.start_shift(resource, zone, ShiftType::PracticeRun, LENGTH, comment);
        if !balanced && let Some(shift) = self.region.zonal_shifts.last_mut() {
            shift.end(ShiftStatus::Canceled, PracticeOutcome::CapacityCheckFailed);
        }
    }

    fn fail_practice_runs(&mut self) {
        let running = self.region.zonal_shifts.iter().enumerate();
        let running = running.filter(|(_, shift)| shift.outcome == Some(PracticeOutcome::Pending));
        let red = running.filter(|(_, shift)| {
            let resource = self.region.managed_resources.get(&shift.resource);
            resource.is_some_and(|resource| is_red(self.region, resource))
        });
        let red: Vec<usize> = red.map(|(place, _)| place).collect();
        for place in &red {
            if let Some(shift) = self.region.zonal_shifts.get_mut(*place) {
                shift.end(ShiftStatus::Canceled, PracticeOutcome::Failed);
            }
        }
        if !red.is_empty() {
            self.tend_shifts();
        }
    }
}

/// Whether a practice run away from `zone` may begin.
fn may_practise(region: &Region, resource: &ManagedResource, zone: &ZoneId) -> bool {
    let moved = resource.applied_weights.values().any(|weight| *weight <= 0.0);
    let in_force =
        region.zonal_shifts.iter().any(|shift| shift.resource == resource.arn && shift.status == ShiftStatus::Active);
    resource.practice_run_alarm.is_some()
        && resource.zones.len() > 1
        && resource.zones.contains(zone)
        && !moved
        && !in_force
        && !is_red(region, resource)
}

/// Whether the outcome alarm of a resource's practice runs is in ALARM.
fn is_red(region: &Region, resource: &ManagedResource) -> bool {
    let name = resource.practice_run_alarm.as_ref().and_then(|arn| arn.as_str().rsplit(":alarm:").next());
    name.and_then(|name| region.alarms.get(name)).is_some_and(|alarm| alarm.state == AlarmState::Alarm)
}

/// ARC's check for balanced capacity: no zone of the resource has much less than the others.
fn is_balanced(region: &Region, resource: &ManagedResource) -> bool {
    let mut capacity: BTreeMap<&ZoneName, u32> = BTreeMap::new();
    let mut count = |zone| *capacity.entry(zone).or_default() += 1;
    for group in region.target_groups.values().filter(|group| group.balancers.contains(&resource.arn)) {
        let healthy = group.targets.values().filter(|target| target.state == TargetState::Healthy);
        healthy.filter_map(|target| target.zone.as_ref()).for_each(&mut count);
    }
    for group in region.groups.values().filter(|group| group.arn == resource.arn) {
        let serving = group.members.values().filter(|member| member.state == LifecycleState::InService);
        serving.map(|member| &member.zone).for_each(&mut count);
    }
    let zones = resource.zones.iter().filter_map(|id| region.zone_by_id(id.as_str()));
    let own: Vec<u32> = zones.map(|zone| capacity.get(&zone.name).copied().unwrap_or(0)).collect();
    let (least, most) = (own.iter().min().copied().unwrap_or(0), own.iter().max().copied().unwrap_or(0));
    least > 0 && f64::from(least) >= f64::from(most) * BALANCED
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::fixture::REGION;
    use super::super::tests::{balancer, weights, world};
    use super::*;

    fn run() -> Fault {
        Fault::PracticeRun { zone: "eu-west-1b".to_owned() }
    }

    fn standing(world: &World) -> (ShiftStatus, Option<PracticeOutcome>) {
        let shift = world.here().zonal_shifts.last().unwrap();
        (shift.status, shift.outcome)
    }

    #[test]
    fn a_practice_run_takes_thirty_minutes_and_succeeds_aws_domain_a6() {
        let mut world = world();
        let web = balancer(&world);
        world.apply(run()).unwrap();
        assert_eq!(standing(&world), (ShiftStatus::Active, Some(PracticeOutcome::Pending)));
        assert_eq!((weights(&world, &web), world.here().zonal_shifts.len()), (vec![1.0, 0.0, 1.0], 1));
        world.pass(1800);
        assert_eq!(standing(&world), (ShiftStatus::Expired, Some(PracticeOutcome::Succeeded)));
        assert_eq!(weights(&world, &web), [1.0; 3]);
        world.heal(&run()).unwrap();
        assert_eq!(standing(&world), (ShiftStatus::Expired, Some(PracticeOutcome::Succeeded)), "it was over");
    }

    #[test]
    fn called_off_it_is_interrupted_and_a_red_outcome_alarm_fails_it_aws_domain_f14() {
        let mut world = world();
        let web = balancer(&world);
        world.apply(run()).unwrap();
        world.pass(600);
        world.heal(&run()).unwrap();
        assert_eq!(standing(&world), (ShiftStatus::Canceled, Some(PracticeOutcome::Interrupted)));
        assert_eq!(weights(&world, &web), [1.0; 3]);

        // The fixture's alarm "sick" judges it: at first green, then red.
        let region = world.regions.get_mut(REGION).unwrap();
        let alarm = region.alarms["sick"].arn.clone();
        region.managed_resources.get_mut(&web).unwrap().practice_run_alarm = Some(alarm);
        world.apply(run()).unwrap();
        world.pass(300);
        assert_eq!(standing(&world).1, Some(PracticeOutcome::Pending));
        world.change_group(|group| group.health_checks.clear());
        let id = world.first_member();
        let now = world.now;
        world.cause(&id, |causes| causes.release_broken = Some(now));
        world.pass(600);
        assert_eq!(standing(&world), (ShiftStatus::Canceled, Some(PracticeOutcome::Failed)));
        let before = world.here().zonal_shifts.len();
        world.apply(Fault::PracticeRun { zone: "euw1-az1".to_owned() }).unwrap();
        assert_eq!(world.here().zonal_shifts.len(), before, "none begins while the alarm is red");
    }

    #[test]
    fn unbalanced_zones_fail_the_capacity_check_aws_domain_a6() {
        let mut world = world();
        let web = balancer(&world);
        let lone = |target: &Option<ZoneName>| target.as_ref().is_some_and(|zone| *zone == *"eu-west-1c");
        let group = world.regions.get_mut(REGION).unwrap().target_groups.values_mut().next().unwrap();
        group.targets.values_mut().filter(|target| lone(&target.zone)).for_each(|target| {
            target.state = TargetState::Unhealthy;
        });
        world.apply(run()).unwrap();
        assert_eq!(standing(&world), (ShiftStatus::Canceled, Some(PracticeOutcome::CapacityCheckFailed)));
        assert_eq!(weights(&world, &web), [1.0; 3]);
    }
}
