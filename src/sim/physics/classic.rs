//! Instances behind classic load balancers.
//!
//! Owns: their states. Must stay true: as for targets, one whose state fits the truth is not checked.

use std::time::Duration;

use super::super::world::{ClassicMember, ClassicName, ClassicReason, ClassicState, InstanceId, InstanceState, random};
use super::target::next_check;
use super::traffic::Checked;
use super::{Event, Scene};

const REGISTERING: &str = "Instance registration is still in progress.";
const FAILED: &str = "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.";
const STOPPED: &str = "Instance is in stopped state.";
const FINE: &str = "N/A";

impl Scene<'_> {
    /// Registers an instance with a classic load balancer.
    pub fn register_classic(&mut self, balancer: &ClassicName, instance: &InstanceId) {
        let Some(found) = self.region.instances.get_mut(instance) else { return };
        let Some(classic) = self.region.classic_balancers.get_mut(balancer) else { return };
        if !found.classic_balancers.contains(balancer) {
            found.classic_balancers.push(balancer.clone());
        }
        classic.members.insert(
            instance.clone(),
            ClassicMember {
                instance: instance.clone(),
                zone: found.zone.clone(),
                state: ClassicState::OutOfService,
                reason: ClassicReason::Elb,
                description: REGISTERING.to_owned(),
                passes: 0,
                failures: 0,
                registered_at: self.now,
                check_at: None,
            },
        );
        self.wake_classic(balancer, instance);
    }

    /// Takes an instance out of a classic load balancer; its connections end with it.
    pub fn deregister_classic(&mut self, balancer: &ClassicName, instance: &InstanceId) {
        if let Some(classic) = self.region.classic_balancers.get_mut(balancer) {
            classic.members.remove(instance);
        }
        if let Some(found) = self.region.instances.get_mut(instance) {
            found.classic_balancers.retain(|registered| registered != balancer);
        }
        self.stir_classic(balancer);
    }

    /// Looks at an instance again after something about it changed.
    pub(super) fn wake_classic(&mut self, balancer: &ClassicName, instance: &InstanceId) {
        let now = self.now;
        self.stir_classic(balancer);
        let state = self.region.instances.get(instance).map(|found| found.state);
        let Some(classic) = self.region.classic_balancers.get_mut(balancer) else { return };
        let interval = Duration::from_secs(u64::from(classic.health_check.interval_s.max(1)));
        let Some(member) = classic.members.get_mut(instance) else { return };
        if matches!(state, Some(InstanceState::Stopping | InstanceState::Stopped)) {
            set(member, ClassicState::OutOfService, ClassicReason::Instance, STOPPED);
            member.check_at = None;
            return;
        }
        if member.check_at.is_none() {
            let phase = random::below(self.seed, &["check", instance.as_str()], 1000);
            let at = next_check(member.registered_at, Duration::from_millis(phase), interval, now);
            member.check_at = Some(at);
            self.schedule.put(at, Event::Classic(self.region.name.clone(), balancer.clone(), instance.clone()));
        }
    }

    /// One health check.
    pub(super) fn check_classic(&mut self, balancer: &ClassicName, instance: &InstanceId) {
        let now = self.now;
        let checked = Checked::classic(self.region, balancer, instance);
        let (passed, restless) = (checked.outcome(self.seed, now).is_ok(), checked.is_restless());
        let owner = self.region.instances.get(instance).and_then(|found| found.group.clone());
        let Some(classic) = self.region.classic_balancers.get_mut(balancer) else { return };
        let (up, down) = (classic.health_check.healthy_threshold, classic.health_check.unhealthy_threshold);
        let interval = Duration::from_secs(u64::from(classic.health_check.interval_s.max(1)));
        let Some(member) = classic.members.get_mut(instance).filter(|member| member.check_at == Some(now)) else {
            return;
        };
        (member.passes, member.failures) = if passed { (member.passes + 1, 0) } else { (0, member.failures + 1) };
        let before = member.state;
        if passed && member.passes >= up {
            set(member, ClassicState::InService, ClassicReason::None, FINE);
        } else if !passed && member.failures >= down {
            set(member, ClassicState::OutOfService, ClassicReason::Instance, FAILED);
        }
        let settled =
            (member.state == ClassicState::InService) == passed && member.description != REGISTERING && !restless;
        member.check_at = (!settled).then(|| now + interval);
        if let Some(at) = member.check_at {
            self.schedule.put(at, Event::Classic(self.region.name.clone(), balancer.clone(), instance.clone()));
        }
        if member.state != before {
            if let Some(owner) = owner.and_then(|owner| self.region.groups.get_mut(&owner)) {
                owner.unsettled = true;
            }
            self.stir_classic(balancer);
        }
    }
}

/// Puts a member into a state.
pub(in super::super) fn set(member: &mut ClassicMember, state: ClassicState, reason: ClassicReason, description: &str) {
    (member.passes, member.failures) = (0, 0);
    member.state = state;
    member.reason = reason;
    member.description = description.to_owned();
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::world::SimTime;
    use super::super::fixture;
    use super::*;

    #[test]
    fn out_after_two_failed_checks_and_in_after_three_passed_ones_aws_domain_a3() {
        let mut world = fixture::world();
        world.change_group(|group| group.health_checks.clear());
        let id = world.first_member();
        let state = |world: &super::super::super::world::World| {
            let member = &world.here().classic_balancers["old"].members[&id];
            (member.state, member.reason, member.description.clone())
        };
        world.cause(&id, |causes| causes.release_broken = Some(SimTime::from_seconds(0)));
        world.pass(61);
        assert_eq!(state(&world), (ClassicState::OutOfService, ClassicReason::Instance, FAILED.to_owned()));
        world.cause(&id, |causes| causes.release_broken = None);
        world.pass(58);
        assert_eq!(state(&world).0, ClassicState::OutOfService);
        world.pass(33);
        assert_eq!(state(&world), (ClassicState::InService, ClassicReason::None, FINE.to_owned()));
    }
}
