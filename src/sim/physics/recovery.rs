//! Coming back: hosts that work again, endings that hung on them, and EC2's own recovery (`aws-domain.md A.1`).
//!
//! Owns: what an instance does when its host fails or returns while it runs. Must stay true: nothing recovers during a
//! zone event, and no member of a group ever does.

use std::time::Duration;

use super::super::world::{CheckState, Instance, InstanceId, InstanceState, Region, random};
use super::{Scene, health};

/// How long the system check must fail before EC2 recovers an instance by itself.
const PATIENCE: Duration = Duration::from_secs(240);

/// Per cent of broken hosts on which a stop hangs: it "may hang on failing hosts" (`aws-domain.md A.1`).
const STUCK_PER_CENT: u64 = 40;

impl Scene<'_> {
    /// Notices that the host of an instance failed or returned: a running one boots afresh when it returns, and an end
    /// that hung goes on.
    pub(super) fn notice_host(&mut self, id: &InstanceId) {
        let now = self.now;
        let Some(instance) = self.region.instances.get(id) else { return };
        let works = health::host_works(self.region, instance);
        let hangs = self.hangs(instance);
        let hung = matches!(instance.state, InstanceState::Stopping | InstanceState::ShuttingDown)
            && instance.step_at.is_none();
        let runs = instance.state == InstanceState::Running;
        let zonal = instance.down_since.is_some() && instance.causes.host_broken.is_none();
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        match (runs && !works, instance.down_since) {
            (true, None) => instance.down_since = Some(now),
            (false, Some(_)) => {
                instance.down_since = None;
                if runs {
                    // The hosts of a zone do not all come back in the same minute.
                    let spread = if zonal { random::below(self.seed, &["back", id.as_str()], 120_000) } else { 0 };
                    self.boot_in(id, Duration::from_millis(spread));
                }
            }
            _ => {}
        }
        if hung && !hangs {
            let wait = 10_000 + random::below(self.seed, &["resumed", id.as_str()], 30_000);
            self.step_instance_in(id, Duration::from_millis(wait));
        }
    }

    /// Whether an instance that stops or ends now would hang until its host heals: in a dark zone always
    /// (`aws-domain.md C.3`, "termination in a sick AZ may hang"), on a broken host at times.
    pub(super) fn hangs(&self, instance: &Instance) -> bool {
        let stuck = || random::below(self.seed, &["stuck", instance.id.as_str()], 100) < STUCK_PER_CENT;
        let broken = instance.causes.host_broken.is_some() && stuck();
        let stopping = instance.state == InstanceState::Stopping && instance.causes.stop_hangs.is_some();
        !health::has_power(self.region, instance) || (!instance.forced && (broken || stopping))
    }

    /// Recovers a standalone instance whose host is broken, once the check has failed for some minutes. Tells whether
    /// one waits for that.
    pub(super) fn tend_recovery(&mut self, id: &InstanceId) -> bool {
        let now = self.now;
        let Some(instance) = self.region.instances.get(id) else { return false };
        if instance.causes.host_broken.is_none() || !is_recoverable(instance) || in_event(self.region) {
            return false;
        }
        let system = &instance.checks.system;
        let since = system.impaired_since.filter(|_| system.state == CheckState::Impaired);
        if since.is_none_or(|since| now.since(since) < PATIENCE) {
            return true;
        }
        if let Some(instance) = self.region.instances.get_mut(id) {
            // Another host, the same id, addresses and volumes; the guest boots afresh.
            instance.moved_at = now;
            instance.booted_at = now;
            instance.causes.host_broken = None;
            instance.causes.guest_broken = None;
            instance.causes.application_hung = None;
        }
        self.touch_instance(id);
        false
    }

    /// Has the guest of a running instance boot, after a wait.
    pub(super) fn boot_in(&mut self, id: &InstanceId, wait: Duration) {
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        let jitter = 0.85 + 0.3 * random::unit(self.seed, &["boot", id.as_str()], 0);
        let boot = wait + Duration::from_millis((f64::from(instance.boot_s) * 1000.0 * jitter) as u64);
        instance.ready_at = Some(self.now + boot);
        self.step_instance_in(id, boot);
    }
}

/// Supported types without instance store, not a member of a group, not switched off (`aws-domain.md A.1`).
fn is_recoverable(instance: &Instance) -> bool {
    let family = instance.instance_type.split('.').next().unwrap_or_default();
    let generation = family.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let stores = generation.contains('d') || matches!(family.chars().next(), Some('i' | 'd' | 'h' | 'f'));
    instance.group.is_none() && instance.auto_recovery == "default" && !stores
}

/// Whether AWS has a service event in the region, which suppresses recovery.
fn in_event(region: &Region) -> bool {
    region.zones.values().any(|zone| zone.causes.dark.is_some() || zone.causes.ebs_stalled.is_some())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::fault::Fault;
    use super::super::super::world::{InstanceChecks, World};
    use super::super::fixture;
    use super::*;

    fn host_of(id: &InstanceId) -> Fault {
        Fault::Host { instance: id.to_string() }
    }

    #[test]
    fn a_standalone_instance_is_recovered_on_another_host_with_the_same_id_aws_domain_a1() {
        let mut world = fixture::world();
        let id = world.standalone();
        let address = world.here().instances[&id].private_ip;
        world.apply(host_of(&id)).unwrap();
        world.pass(240);
        assert_eq!(world.here().instances[&id].checks.system.state, CheckState::Impaired, "some minutes' patience");
        world.pass(400);
        let instance = &world.here().instances[&id];
        assert_eq!((instance.state, instance.private_ip), (InstanceState::Running, address));
        assert_eq!(instance.checks, InstanceChecks::all(CheckState::Ok));
        world.apply(Fault::NoCapacity { zone: "eu-west-1c".to_owned() }).unwrap();
        world.pass(120);
        let again = &world.here().instances[&id].causes;
        assert_eq!(again.host_broken, None, "the broken host stayed behind, whatever else happens");
    }

    #[test]
    fn nothing_recovers_by_itself_during_a_zone_event_or_when_switched_off_aws_domain_a1() {
        let mut world = fixture::world();
        let id = world.standalone();
        world.apply(Fault::ZonePowerLoss { zone: "eu-west-1b".to_owned() }).unwrap();
        world.apply(host_of(&id)).unwrap();
        world.pass(1200);
        assert_eq!(world.here().instances[&id].checks.system.state, CheckState::Impaired);

        let mut world = fixture::world();
        let id = world.standalone();
        let instances = &mut world.regions.get_mut(fixture::REGION).unwrap().instances;
        instances.get_mut(&id).unwrap().auto_recovery = "disabled".to_owned();
        world.apply(host_of(&id)).unwrap();
        world.pass(1200);
        assert_eq!(world.here().instances[&id].checks.system.state, CheckState::Impaired);
    }

    #[test]
    fn what_lost_power_boots_afresh_when_it_returns() {
        let mut world = fixture::world();
        let id = world.standalone();
        let power = Fault::ZonePowerLoss { zone: "eu-west-1a".to_owned() };
        let serves = |world: &World| health::serves(world.here(), &world.here().instances[&id], world.now);
        world.apply(power.clone()).unwrap();
        world.pass(600);
        assert!(!serves(&world));
        world.heal(&power).unwrap();
        world.pass(20);
        assert!(!serves(&world), "power is not service yet");
        world.pass(240);
        assert!(serves(&world));
        assert_eq!(world.here().instances[&id].checks, InstanceChecks::all(CheckState::Ok));
    }

    #[test]
    fn a_stop_in_a_dark_zone_hangs_until_it_has_power_aws_domain_f2() {
        let mut world = fixture::world();
        let id = world.standalone();
        let power = Fault::ZonePowerLoss { zone: "eu-west-1a".to_owned() };
        world.apply(power.clone()).unwrap();
        world.stop_instance(id.as_str()).unwrap();
        world.pass(1800);
        assert_eq!(world.here().instances[&id].state, InstanceState::Stopping);
        world.heal(&power).unwrap();
        world.pass(60);
        assert_eq!(world.here().instances[&id].state, InstanceState::Stopped);
    }

    #[test]
    fn some_broken_hosts_hold_a_stop_and_the_others_take_minutes_aws_domain_a1() {
        let mut world = fixture::world();
        let ids: Vec<InstanceId> = world.members().into_iter().map(|member| member.instance).collect();
        world.change_group(|group| group.suspended.extend(super::super::group::suspended(&["HealthCheck"])));
        for id in &ids {
            world.apply(host_of(id)).unwrap();
            world.stop_instance(id.as_str()).unwrap();
        }
        world.pass(60);
        let in_state =
            |world: &World, state| ids.iter().filter(|id| world.here().instances[id.as_str()].state == state).count();
        assert_eq!(in_state(&world, InstanceState::Stopping), 6, "longer than on a sound host");
        world.pass(900);
        let (stuck, stopped) = (in_state(&world, InstanceState::Stopping), in_state(&world, InstanceState::Stopped));
        assert!(stuck > 0 && stopped > 0, "{stuck} stuck, {stopped} stopped");
        for id in &ids {
            world.heal(&host_of(id)).unwrap();
        }
        world.pass(60);
        assert_eq!(in_state(&world, InstanceState::Stopped), 6);
    }
}
