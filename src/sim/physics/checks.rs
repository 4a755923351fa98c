//! EC2's status checks, made once a minute (`aws-domain.md A.1`).
//!
//! Owns: `Instance::checks`. Must stay true: the system check fails first and the instance check after it; a check that
//! fits the truth is not repeated.

use std::time::Duration;

use super::super::world::{
    Check, CheckState, Instance, InstanceChecks, InstanceId, InstanceState, Region, SimTime, random,
};
use super::{Event, Scene};

/// How long a started instance shows `initializing` at least: two checks.
const INITIALIZING: Duration = Duration::from_secs(110);

/// The time in which one round of checks reaches every instance.
const ROUND: Duration = SimTime::MINUTE;

impl Scene<'_> {
    /// Plans the next check of an instance: each has its own second of the minute.
    pub(super) fn check_instance_later(&mut self, id: &InstanceId) {
        let now = self.now;
        let second = random::below(self.seed, &["status", id.as_str()], 60_000);
        let this_minute = SimTime::of_minute(now.minute()) + Duration::from_millis(second);
        let at = if this_minute > now { this_minute } else { this_minute + SimTime::MINUTE };
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        if instance.state == InstanceState::Running && instance.check_at != Some(at) {
            instance.check_at = Some(at);
            self.schedule.put(at, Event::Checks(self.region.name.clone(), id.clone()));
        }
    }

    /// One round of status checks.
    pub(super) fn check_instance(&mut self, id: &InstanceId) {
        let now = self.now;
        let Some(instance) = self.region.instances.get(id) else { return };
        if instance.state != InstanceState::Running || instance.check_at != Some(now) {
            return;
        }
        let verdict = verdict(self.region, instance, now);
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        instance.check_at = None;
        let before = instance.checks.clone();
        set(&mut instance.checks.system, verdict.system, now);
        set(&mut instance.checks.instance, verdict.instance, now);
        set(&mut instance.checks.ebs, verdict.ebs, now);
        let changed = instance.checks != before;
        let awaits = self.tend_recovery(id);
        if !verdict.lasts || awaits {
            self.check_instance_later(id);
        }
        if changed {
            self.note_checks(id, &before);
            self.unsettle_owner(id);
        }
    }
}

/// What a round of checks finds.
struct Verdict {
    system: CheckState,
    instance: CheckState,
    ebs: CheckState,
    /// The next round finds the same unless something changes.
    lasts: bool,
}

fn verdict(region: &Region, instance: &Instance, now: SimTime) -> Verdict {
    use CheckState::{Impaired, Initializing, InsufficientData, Ok};
    let zone = region.zones.get(&instance.zone).map(|zone| &zone.causes);
    if let Some(dark) = zone.and_then(|causes| causes.dark) {
        // A zone that goes dark takes with it what makes the checks: at first AWS cannot tell.
        let dark_for = now.since(dark);
        let told = dark_for >= ROUND || random::below(0, &["told", instance.id.as_str()], 5) == 0;
        return Verdict {
            system: if told { Impaired } else { InsufficientData },
            instance: if dark_for >= 2 * ROUND { Impaired } else { InsufficientData },
            ebs: InsufficientData,
            lasts: dark_for >= 2 * ROUND,
        };
    }
    if let Some(broken) = instance.causes.host_broken {
        let InstanceChecks { instance: guest, .. } = &instance.checks;
        let follows = now.since(broken) >= ROUND || guest.state == Impaired;
        let guest = if follows { Impaired } else { guest.state };
        return Verdict { system: Impaired, instance: guest, ebs: InsufficientData, lasts: follows };
    }
    let guest_works = instance.causes.guest_broken.is_none();
    let young = now.since(instance.state_since) < INITIALIZING;
    let booting = instance.ready_at.is_none_or(|ready| ready > now);
    let waits = |waits: bool| if waits { Initializing } else { Ok };
    let stalled = zone.is_some_and(|causes| causes.ebs_stalled.is_some());
    Verdict {
        system: waits(young && guest_works),
        // A guest that boots has not failed yet; one that has booted can be reached.
        instance: if guest_works { waits(young || booting) } else { Impaired },
        ebs: if stalled { Impaired } else { waits(young && guest_works) },
        lasts: !guest_works || !(young || booting),
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
    use super::super::super::fault::Fault;
    use super::super::super::world::{VolumeCondition, World};
    use super::super::fixture;
    use super::*;

    const ZONE: &str = "eu-west-1a";

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
    fn a_broken_host_fails_the_system_check_and_then_the_instance_check_aws_domain_a1() {
        let mut world = fixture::world();
        let id = world.first_member();
        let host = Fault::Host { instance: id.to_string() };
        world.change_group(|group| group.suspended.extend(super::super::group::suspended(&["HealthCheck"])));
        world.apply(host.clone()).unwrap();
        world.pass(60);
        let checks = world.here().instances[&id].checks.clone();
        assert_eq!((checks.system.state, checks.instance.state), (CheckState::Impaired, CheckState::Ok));
        let since = checks.system.impaired_since.unwrap();
        assert!(world.now.since(since) <= Duration::from_secs(60), "since the check, not since the cause");
        world.pass(60);
        let checks = world.here().instances[&id].checks.clone();
        assert_eq!((checks.system.state, checks.instance.state), (CheckState::Impaired, CheckState::Impaired));
        world.heal(&host).unwrap();
        world.pass(60);
        let checks = world.here().instances[&id].checks.clone();
        assert_eq!((checks.system.state, checks.instance.state), (CheckState::Ok, CheckState::Initializing));
        world.pass(300);
        assert_eq!(world.here().instances[&id].checks, InstanceChecks::all(CheckState::Ok));
    }

    #[test]
    fn a_hung_guest_fails_the_instance_check_alone_aws_domain_a1() {
        let mut world = fixture::world();
        let id = world.standalone();
        world.apply(Fault::Guest { instance: id.to_string() }).unwrap();
        world.pass(60);
        let checks = &world.here().instances[&id].checks;
        assert_eq!((checks.system.state, checks.instance.state), (CheckState::Ok, CheckState::Impaired));
    }

    #[test]
    fn in_a_dark_zone_aws_cannot_tell_at_first_aws_domain_a1() {
        let mut world = fixture::world();
        world.change_group(|group| group.suspended.extend(super::super::group::suspended(&["HealthCheck"])));
        world.apply(Fault::ZonePowerLoss { zone: ZONE.to_owned() }).unwrap();
        let states = |world: &World| {
            let there = world.here().instances.values().filter(|instance| instance.zone == *ZONE);
            there.map(|instance| (instance.checks.system.state, instance.checks.instance.state)).collect::<Vec<_>>()
        };
        world.pass(59);
        let first = states(&world);
        assert!(first.iter().any(|(system, _)| *system == CheckState::InsufficientData), "{first:?}");
        assert!(first.iter().all(|(_, instance)| *instance != CheckState::Impaired), "the system check goes first");
        world.pass(121);
        assert!(states(&world).iter().all(|both| *both == (CheckState::Impaired, CheckState::Impaired)));
    }

    #[test]
    fn volumes_tell_of_stalled_io_and_nothing_from_a_dark_zone_aws_domain_a1() {
        let mut world = fixture::world();
        let told = |world: &World| {
            let there = world.here().volumes.values().find(|volume| volume.zone == *ZONE).unwrap();
            let status = there.status(&world.here().zones[ZONE].causes, world.now);
            (status.condition, status.stall.is_some())
        };
        assert_eq!(told(&world), (VolumeCondition::Ok, false));
        let stall = Fault::EbsStall { zone: ZONE.to_owned() };
        world.apply(stall.clone()).unwrap();
        assert_eq!(told(&world), (VolumeCondition::Ok, false), "nobody has noticed yet");
        world.pass(180);
        assert_eq!(told(&world), (VolumeCondition::Impaired, true));
        world.apply(Fault::ZonePowerLoss { zone: ZONE.to_owned() }).unwrap();
        assert_eq!(told(&world), (VolumeCondition::InsufficientData, false));
        world.heal(&Fault::ZonePowerLoss { zone: ZONE.to_owned() }).unwrap();
        world.heal(&stall).unwrap();
        assert_eq!(told(&world), (VolumeCondition::Ok, false));
    }

    #[test]
    fn stalled_volumes_fail_their_own_check_and_hang_the_application_after_a_while_aws_domain_a1() {
        let mut world = fixture::world();
        world.change_group(|group| group.suspended.extend(super::super::group::suspended(&["HealthCheck"])));
        let id = world.members().into_iter().find(|member| member.zone == *ZONE).unwrap().instance;
        let stall = Fault::EbsStall { zone: ZONE.to_owned() };
        world.apply(stall.clone()).unwrap();
        world.pass(60);
        let checks = world.here().instances[&id].checks.clone();
        let states = (checks.system.state, checks.instance.state, checks.ebs.state);
        assert_eq!(states, (CheckState::Ok, CheckState::Ok, CheckState::Impaired));
        let healthy = Some(super::super::super::world::TargetState::Healthy);
        assert_eq!(world.target_state(&id), healthy, "what is in memory answers for a while");
        world.pass(240);
        assert_ne!(world.target_state(&id), healthy);
        world.heal(&stall).unwrap();
        world.pass(120);
        assert_eq!(world.target_state(&id), healthy);
        assert_eq!(world.here().instances[&id].checks, InstanceChecks::all(CheckState::Ok));
    }
}
