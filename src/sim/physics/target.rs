//! Targets: registration, health checks with their thresholds both ways, draining (`aws-domain.md A.3`).
//!
//! Owns: the states of targets. Knows: instances' truth. Must stay true: a target whose state fits the truth is not
//! checked at all, so that a quiet account costs nothing; one that may change is checked at its interval.

use std::time::Duration;

use super::super::world::{
    Arn, InstanceId, InstanceState, Region, SimTime, Target, TargetGroup, TargetKey, TargetReason, TargetState, random,
};
use super::traffic::Checked;
use super::{Event, Scene};

impl Scene<'_> {
    /// Registers an instance at the group's port. A target that drains is registered anew.
    pub fn register_target(&mut self, group: &Arn, instance: &InstanceId) {
        let Some(known) = self.region.target_groups.get(group) else { return };
        let Some(zone) = self.region.instances.get(instance).map(|found| found.zone.clone()) else { return };
        let administrative_override = self.region.administrative_override(known, zone.as_str()).to_owned();
        let Some(found) = self.region.instances.get_mut(instance) else { return };
        let Some(target_group) = self.region.target_groups.get_mut(group) else { return };
        if !found.target_groups.contains(group) {
            found.target_groups.push(group.clone());
        }
        let key = TargetKey { id: instance.to_string(), port: target_group.port };
        target_group.targets.insert(
            key.clone(),
            Target {
                key: key.clone(),
                zone: Some(zone),
                state: TargetState::Initial,
                reason: Some(TargetReason::RegistrationInProgress),
                description: Some(describe(TargetReason::RegistrationInProgress).to_owned()),
                state_since: self.now,
                registered_at: self.now,
                passes: 0,
                failures: 0,
                drained_at: None,
                administrative_override,
                check_at: None,
            },
        );
        self.wake_target(group, &key);
    }

    /// Deregisters an instance: it drains for the group's delay, and is shown as draining all that time even when
    /// idle. Returns the instant at which it is gone.
    pub fn deregister_target(&mut self, group: &Arn, instance: &InstanceId) -> SimTime {
        let now = self.now;
        let running = self.region.instances.get(instance).is_some_and(|found| found.state == InstanceState::Running);
        let Some(target_group) = self.region.target_groups.get_mut(group) else { return now };
        let key = TargetKey { id: instance.to_string(), port: target_group.port };
        let delay = target_group.deregistration_delay();
        let Some(target) = target_group.targets.get_mut(&key) else { return now };
        if let Some(gone) = target.drained_at {
            return gone;
        }
        let carries = matches!(target.state, TargetState::Healthy | TargetState::Unhealthy | TargetState::Initial);
        let gone = if carries && running { now + delay } else { now };
        enter(target, TargetState::Draining, Some(TargetReason::DeregistrationInProgress), now);
        target.drained_at = Some(gone);
        target.check_at = Some(gone);
        self.schedule.put(gone, Event::Target(self.region.name.clone(), group.clone(), key));
        self.stir_target_group(group);
        gone
    }

    /// Looks at a target again after something about its instance, group or zone changed.
    pub(super) fn wake_target(&mut self, group: &Arn, key: &TargetKey) {
        self.stir_target_group(group);
        let standing = self.region.target_groups.get(group).map(|found| standing(self.region, found, key));
        let (now, name) = (self.now, self.region.name.clone());
        let Some(target_group) = self.region.target_groups.get_mut(group) else { return };
        let phase =
            random::below(self.seed, &["check", &key.id], u64::from(target_group.health_check.interval_s) * 1000);
        let interval = Duration::from_secs(u64::from(target_group.health_check.interval_s.max(1)));
        let Some(target) = target_group.targets.get_mut(key) else { return };
        if target.drained_at.is_some() {
            return;
        }
        if let Some(Err((state, reason))) = standing {
            enter(target, state, Some(reason), now);
            target.check_at = None;
            return;
        }
        if matches!(target.state, TargetState::Unused | TargetState::Unavailable) {
            enter(target, TargetState::Initial, Some(TargetReason::InitialHealthChecking), now);
        }
        if target.check_at.is_none() {
            let at = next_check(target.registered_at, Duration::from_millis(phase), interval, now);
            target.check_at = Some(at);
            self.schedule.put(at, Event::Target(name, group.clone(), key.clone()));
        }
    }

    /// One health check of a target, or the end of its draining.
    pub(super) fn check_target(&mut self, group: &Arn, key: &TargetKey) {
        let now = self.now;
        let due = |target: &Target| target.check_at == Some(now);
        let Some(target) = self.region.target_groups.get(group).and_then(|found| found.targets.get(key)) else {
            return;
        };
        if !due(target) {
            return;
        }
        if target.drained_at.is_some() {
            self.forget_target(group, key);
            return;
        }
        let checked = Checked::target(self.region, group, &key.id);
        let (passed, restless) = (checked.outcome(self.seed, now), checked.is_restless());
        let owner = self.region.instances.get(key.id.as_str()).and_then(|instance| instance.group.clone());
        let Some(target_group) = self.region.target_groups.get_mut(group) else { return };
        let check = &target_group.health_check;
        let (interval, up, down) = (check.interval_s.max(1), check.healthy_threshold, check.unhealthy_threshold);
        let drains_s = target_group.unhealthy_draining_s();
        let Some(target) = target_group.targets.get_mut(key) else { return };
        let before = target.state;
        count(target, passed, up, down, now);
        drain_unhealthy(target, before, drains_s, now);
        let settled = match target.state {
            _ if restless => false,
            TargetState::Healthy => passed.is_ok(),
            TargetState::Unhealthy => passed.is_err(),
            _ => false,
        };
        target.check_at = (!settled).then(|| now + Duration::from_secs(u64::from(interval)));
        if let Some(at) = target.check_at {
            self.schedule.put(at, Event::Target(self.region.name.clone(), group.clone(), key.clone()));
        }
        if target.state != before {
            if let Some(owner) = owner.and_then(|owner| self.region.groups.get_mut(&owner)) {
                owner.unsettled = true;
            }
            self.stir_target_group(group);
        }
    }

    /// Takes a target out of its group without draining, as when its instance is terminated.
    pub(super) fn forget_target(&mut self, group: &Arn, key: &TargetKey) {
        if let Some(target_group) = self.region.target_groups.get_mut(group) {
            target_group.targets.remove(key);
        }
        if let Some(instance) = self.region.instances.get_mut(key.id.as_str()) {
            instance.target_groups.retain(|registered| registered != group);
        }
        self.stir_target_group(group);
    }
}

/// Whether a target is checked at all; if not, the state and reason that it has instead.
pub(in super::super) fn standing(
    region: &Region,
    group: &TargetGroup,
    key: &TargetKey,
) -> Result<(), (TargetState, TargetReason)> {
    let Some(instance) = region.instances.get(key.id.as_str()) else { return Ok(()) };
    if !matches!(instance.state, InstanceState::Running | InstanceState::Pending) {
        return Err((TargetState::Unused, TargetReason::InvalidState));
    }
    // Not used by any listener, or the target's zone is not enabled on the balancer (`aws-domain.md A.3`).
    let serves = |balancer: &Arn| region.balancers.get(balancer).is_some_and(|lb| lb.serves(instance.zone.as_str()));
    if !group.balancers.iter().any(serves) {
        return Err((TargetState::Unused, TargetReason::NotInUse));
    }
    if !group.health_check.enabled {
        return Err((TargetState::Unavailable, TargetReason::HealthCheckDisabled));
    }
    Ok(())
}

/// Puts a target into a state; nothing changes when it is there already for the same reason.
pub(in super::super) fn enter(target: &mut Target, state: TargetState, reason: Option<TargetReason>, now: SimTime) {
    if target.state != state {
        target.state_since = now;
    }
    (target.passes, target.failures) = (0, 0);
    target.state = state;
    target.description = reason.map(|reason| describe(reason).to_owned());
    target.reason = reason;
}

/// Counts a check and lets the thresholds decide: a fresh target needs one passed check, one that comes back needs
/// `HealthyThresholdCount`, one that goes needs `UnhealthyThresholdCount` (`aws-domain.md A.3`, timing).
fn count(target: &mut Target, passed: Result<(), TargetReason>, up: u32, down: u32, now: SimTime) {
    match passed {
        Ok(()) => (target.passes, target.failures) = (target.passes + 1, 0),
        Err(_) => (target.passes, target.failures) = (0, target.failures + 1),
    }
    let needed = if target.state == TargetState::Initial { 1 } else { up };
    match (target.state, passed) {
        (TargetState::Initial | TargetState::Unhealthy | TargetState::UnhealthyDraining, Ok(()))
            if target.passes >= needed =>
        {
            enter(target, TargetState::Healthy, None, now);
        }
        (TargetState::Initial | TargetState::Healthy, Err(reason)) if target.failures >= down => {
            enter(target, TargetState::Unhealthy, Some(reason), now);
        }
        (TargetState::Unhealthy | TargetState::UnhealthyDraining, Err(reason)) if target.reason != Some(reason) => {
            target.reason = Some(reason);
            target.description = Some(describe(reason).to_owned());
        }
        (TargetState::Initial, Err(_)) => {
            target.reason = Some(TargetReason::InitialHealthChecking);
            target.description = Some(describe(TargetReason::InitialHealthChecking).to_owned());
        }
        _ => {}
    }
}

/// A network balancer that does not cut connections lets an unhealthy target drain first, and shows it so
/// (`aws-domain.md A.3`, `unhealthy.draining`).
fn drain_unhealthy(target: &mut Target, before: TargetState, drains_s: u64, now: SimTime) {
    if drains_s == 0 {
        return;
    }
    if (before, target.state) == (TargetState::Healthy, TargetState::Unhealthy) {
        target.state = TargetState::UnhealthyDraining;
    }
    let over = now.since(target.state_since) >= Duration::from_secs(drains_s);
    if target.state == TargetState::UnhealthyDraining && over {
        (target.state, target.state_since) = (TargetState::Unhealthy, now);
    }
}

/// The next instant at which a check falls due: every interval from registration on, each target at its own phase.
pub(super) fn next_check(registered: SimTime, phase: Duration, interval: Duration, now: SimTime) -> SimTime {
    let first = registered + phase;
    if first > now {
        return first;
    }
    let passed = now.since(first).as_millis() / interval.as_millis().max(1);
    first + interval * u32::try_from(passed + 1).unwrap_or(u32::MAX)
}

/// AWS's sentence for a reason.
fn describe(reason: TargetReason) -> &'static str {
    match reason {
        TargetReason::RegistrationInProgress => "Target registration is in progress",
        TargetReason::InitialHealthChecking => "Initial health checks in progress",
        TargetReason::InternalError => "Health checks failed due to an internal error",
        TargetReason::ResponseCodeMismatch => "Health checks failed with these codes: [503]",
        TargetReason::Timeout => "Request timed out",
        TargetReason::FailedHealthChecks => "Health checks failed",
        TargetReason::NotRegistered => "Target is not registered to the target group",
        TargetReason::NotInUse => "Target group is not configured to receive traffic from the load balancer",
        TargetReason::DeregistrationInProgress => "Target deregistration is in progress",
        TargetReason::InvalidState => "Target is in the stopped state",
        TargetReason::IpUnusable => "Target IP address is reserved for use by a load balancer",
        TargetReason::HealthCheckDisabled => "Health checks are disabled for this target",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::fixture::{self, REGION};
    use super::*;

    #[test]
    fn thresholds_both_ways_aws_domain_a3() {
        // Interval 10 s; unhealthy after 2 failed checks, back after 5 passed ones.
        let mut world = fixture::world();
        world.change_group(|group| group.health_checks.clear());
        let id = world.first_member();
        world.cause(&id, |causes| causes.release_broken = Some(SimTime::from_seconds(0)));
        world.pass(9);
        assert_eq!(world.target_state(&id), Some(TargetState::Healthy), "one failed check is not enough");
        world.pass(11);
        assert_eq!(world.target_state(&id), Some(TargetState::Unhealthy));
        let group = world.here().target_groups.values().next().unwrap();
        let target = group.targets.values().find(|target| target.key.id == id.as_str()).unwrap();
        assert_eq!(target.reason, Some(TargetReason::ResponseCodeMismatch));
        world.cause(&id, |causes| causes.release_broken = None);
        world.pass(39);
        assert_eq!(world.target_state(&id), Some(TargetState::Unhealthy), "back only after 5 checks");
        world.pass(12);
        assert_eq!(world.target_state(&id), Some(TargetState::Healthy));
    }

    #[test]
    fn a_fresh_target_needs_one_passed_check_aws_domain_a3() {
        let mut world = fixture::world();
        let (arn, id) = (world.here().target_groups.keys().next().unwrap().clone(), world.standalone());
        world.scene(REGION).unwrap().register_target(&arn, &id);
        assert_eq!(world.target_state(&id), Some(TargetState::Initial));
        world.pass(10);
        assert_eq!(world.target_state(&id), Some(TargetState::Healthy));
    }

    #[test]
    fn draining_lasts_the_whole_delay_even_when_idle_aws_domain_a3() {
        let mut world = fixture::world();
        let (arn, id) = (world.here().target_groups.keys().next().unwrap().clone(), world.first_member());
        let gone = world.scene(REGION).unwrap().deregister_target(&arn, &id);
        assert_eq!(gone.since(world.now), Duration::from_secs(120));
        world.pass(119);
        assert_eq!(world.target_state(&id), Some(TargetState::Draining));
        world.pass(1);
        assert_eq!(world.target_state(&id), None);
    }

    #[test]
    fn unused_where_the_zone_is_not_enabled_or_the_instance_stopped_aws_domain_a3() {
        let mut world = fixture::world_with(|document| {
            document.replace(
                "load_balancers = [{ name = \"web\",",
                "load_balancers = [{ name = \"web\", zones = [\"eu-west-1a\", \"eu-west-1b\"],",
            )
        });
        let group = world.here().target_groups.values().next().unwrap();
        for target in group.targets.values() {
            let expected = if *target.zone.as_ref().unwrap() == "eu-west-1c" {
                (TargetState::Unused, Some(TargetReason::NotInUse))
            } else {
                (TargetState::Healthy, None)
            };
            assert_eq!((target.state, target.reason), expected);
        }
        let (arn, id) = (group.arn.clone(), world.standalone());
        world.scene(REGION).unwrap().register_target(&arn, &id);
        world.stop_instance(id.as_str()).unwrap();
        world.pass(60);
        assert_eq!(world.target_state(&id), Some(TargetState::Unused));
    }

    #[test]
    fn a_quiet_world_checks_nothing() {
        let mut world = fixture::world();
        world.pass(3600);
        let quiet = world.here().target_groups.values().flat_map(|group| group.targets.values());
        assert!(quiet.into_iter().all(|target| target.check_at.is_none()));
    }
}
