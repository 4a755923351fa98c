//! EC2's status checks, made once a minute (`aws-domain.md A.1`).
//!
//! Owns: `Instance::checks`. Must stay true: the instance check fails when the system check does; a check that fits
//! the truth is not repeated.

use std::time::Duration;

use super::super::world::{Check, CheckState, InstanceId, InstanceState, SimTime, random};
use super::{Event, Scene, health};

/// How long a started instance shows `initializing` at least: two checks.
const INITIALIZING: Duration = Duration::from_secs(110);

impl Scene<'_> {
    /// Plans the next check of an instance: each has its own second of the minute.
    pub(super) fn check_instance_later(&mut self, id: &InstanceId) {
        let second = random::below(self.seed, &["status", id.as_str()], 60_000);
        let this_minute = SimTime::of_minute(self.now.minute()) + Duration::from_millis(second);
        let at = if this_minute > self.now { this_minute } else { this_minute + SimTime::MINUTE };
        self.schedule.put(at, Event::Checks(self.region.name.clone(), id.clone()));
    }

    /// One round of status checks.
    pub(super) fn check_instance(&mut self, id: &InstanceId) {
        let now = self.now;
        let Some(instance) = self.region.instances.get(id) else { return };
        if instance.state != InstanceState::Running {
            return;
        }
        let system = health::has_power(self.region, instance) && instance.causes.host_broken.is_none();
        let guest = system && instance.causes.guest_broken.is_none();
        // A guest that boots has not failed yet; one that has booted can be reached.
        let young = now.since(instance.state_since) < INITIALIZING && guest;
        let booting = instance.ready_at.is_none_or(|ready| ready > now) && guest;
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        let before = instance.checks.clone();
        let word = |passes: bool, waits: bool| match (passes, waits) {
            (false, _) => CheckState::Impaired,
            (true, true) => CheckState::Initializing,
            (true, false) => CheckState::Ok,
        };
        set(&mut instance.checks.system, word(system, young), now);
        set(&mut instance.checks.instance, word(guest, young || booting), now);
        set(&mut instance.checks.ebs, word(system, young), now);
        let after = instance.checks.clone();
        if young || booting {
            self.check_instance_later(id);
        }
        if after != before {
            self.unsettle_owner(id);
        }
    }
}

fn set(check: &mut Check, state: CheckState, now: SimTime) {
    if check.state != state {
        *check = Check { state, impaired_since: (state == CheckState::Impaired).then(|| now.whole_second()) };
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::world::InstanceChecks;
    use super::super::fixture;
    use super::*;

    #[test]
    fn a_young_instance_initializes_then_is_ok_aws_domain_a1() {
        let mut world = fixture::world();
        world.set_desired(fixture::REGION, "web", 7).unwrap();
        let old: Vec<_> = world.members().into_iter().map(|member| member.instance).collect();
        world.pass(45);
        let young = world.members().into_iter().map(|member| member.instance).find(|id| !old.contains(id)).unwrap();
        assert_eq!(world.here().instances[&young].checks, InstanceChecks::all(CheckState::Initializing));
        world.pass(240);
        assert_eq!(world.here().instances[&young].checks, InstanceChecks::all(CheckState::Ok));
    }

    #[test]
    fn a_broken_host_fails_the_system_check_and_with_it_the_instance_check_aws_domain_a1() {
        let mut world = fixture::world();
        let id = world.standalone();
        world.cause(&id, |causes| causes.host_broken = Some(SimTime::from_seconds(0)));
        world.pass(60);
        let checks = world.here().instances[&id].checks.clone();
        assert_eq!((checks.system.state, checks.instance.state), (CheckState::Impaired, CheckState::Impaired));
        let since = checks.system.impaired_since.unwrap();
        assert!(world.now.since(since) <= Duration::from_secs(60), "since the check, not since the cause");
        world.cause(&id, |causes| causes.host_broken = None);
        world.pass(60);
        assert_eq!(world.here().instances[&id].checks, InstanceChecks::all(CheckState::Ok));
    }

    #[test]
    fn a_hung_guest_fails_the_instance_check_alone_aws_domain_a1() {
        let mut world = fixture::world();
        let id = world.standalone();
        world.cause(&id, |causes| causes.guest_broken = Some(SimTime::from_seconds(0)));
        world.pass(60);
        let checks = &world.here().instances[&id].checks;
        assert_eq!((checks.system.state, checks.instance.state), (CheckState::Ok, CheckState::Impaired));
    }
}
