//! An instance's life: pending, running, stopping, stopped, shutting-down, terminated, forgotten (`aws-domain.md A.1`).
//!
//! Owns: instance states and what hangs on them (addresses, volumes, registrations). Must stay true: a terminated
//! instance keeps nothing but its record, and the record goes after about an hour; a stop or an end that needs a host
//! which does not answer hangs.

use std::time::Duration;

use super::super::world::{
    CheckState, Instance, InstanceChecks, InstanceId, InstanceState, StateReason, TargetKey, VolumeState, random,
};
use super::{Event, Scene, health, public_address};

/// How long a terminated instance stays listed: a little less than an hour (`aws-domain.md A.1`).
const LISTED_AFTER_END: Duration = Duration::from_secs(55 * 60);

impl Scene<'_> {
    /// The step of an instance's life that is due.
    pub(super) fn step_instance(&mut self, id: &InstanceId) {
        let now = self.now;
        let Some(instance) = self.region.instances.get(id).filter(|found| found.step_at == Some(now)) else {
            return;
        };
        let (state, hangs) = (instance.state, self.hangs(instance));
        let failure = self.launch_death(instance);
        if let Some(instance) = self.region.instances.get_mut(id) {
            instance.step_at = None;
        }
        match state {
            InstanceState::Pending => match failure {
                Some(reason) => self.die_at_launch(id, reason),
                None => self.begin_running(id),
            },
            // Nobody does the work; `notice_host` takes it up when the host returns.
            InstanceState::Stopping | InstanceState::ShuttingDown if hangs => {}
            // The boot is over: whoever watches this instance may look now.
            InstanceState::Running => self.touch_instance(id),
            InstanceState::Stopping => self.finish_stopping(id),
            InstanceState::Stopped => {}
            InstanceState::ShuttingDown => self.finish_terminating(id),
            InstanceState::Terminated => {
                self.region.instances.remove(id);
            }
        }
    }

    fn begin_running(&mut self, id: &InstanceId) {
        let now = self.now;
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        instance.state = InstanceState::Running;
        instance.state_since = now;
        instance.state_reason = None;
        instance.transition_reason = String::new();
        instance.checks = InstanceChecks::all(CheckState::Initializing);
        self.boot_in(id, Duration::ZERO);
        self.touch_instance(id);
    }

    /// Why a pending instance dies instead of running, if it does: its group may not use the key of its volumes
    /// (`aws-domain.md F.24`), or its host went dark meanwhile.
    fn launch_death(&self, instance: &Instance) -> Option<StateReason> {
        let group = instance.group.as_ref().and_then(|name| self.region.groups.get(name));
        if group.is_some_and(|group| group.causes.key_denied.is_some()) {
            return Some(reason("Client.InternalError", "Client error on launch"));
        }
        let dark = !health::host_works(self.region, instance);
        dark.then(|| reason("Server.InternalError", "Internal error on launch"))
    }

    fn die_at_launch(&mut self, id: &InstanceId, reason: StateReason) {
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        if instance.was_started() {
            // What was only stopped keeps its volumes: the start fails, nothing is lost.
            instance.state = InstanceState::Stopped;
            instance.state_since = self.now;
            instance.state_reason = Some(reason);
            return self.touch_instance(id);
        }
        instance.state_reason = Some(reason);
        instance.checks = InstanceChecks::all(CheckState::NotApplicable);
        self.finish_terminating(id);
    }

    /// Ends an instance, as `TerminateInstances` does. `reason` is its `StateReason`.
    pub(super) fn begin_terminating(&mut self, id: &InstanceId, reason: StateReason) {
        let now = self.now;
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        if matches!(instance.state, InstanceState::ShuttingDown | InstanceState::Terminated) {
            return;
        }
        instance.state = InstanceState::ShuttingDown;
        instance.state_since = now;
        instance.transition_reason = format!("User initiated ({})", now.format("%Y-%m-%d %H:%M:%S GMT"));
        instance.state_reason = Some(reason);
        instance.ready_at = None;
        instance.checks = InstanceChecks::all(CheckState::NotApplicable);
        let wait = self.ending_time("ending", id, 20_000, 25_000);
        self.step_instance_in(id, wait);
        self.touch_instance(id);
    }

    /// How long a stop or an end takes: much longer where the host does not answer (`aws-domain.md C.5`).
    fn ending_time(&self, what: &str, id: &InstanceId, least: u64, spread: u64) -> Duration {
        let works = self.region.instances.get(id).is_none_or(|instance| health::host_works(self.region, instance));
        let (least, spread) = if works { (least, spread) } else { (90_000, 150_000) };
        Duration::from_millis(least + random::below(self.seed, &[what, id.as_str()], spread))
    }

    fn finish_terminating(&mut self, id: &InstanceId) {
        let now = self.now;
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        instance.state = InstanceState::Terminated;
        instance.state_since = now;
        let subnet = instance.subnet.take();
        let address = instance.private_ip.take();
        let (devices, balancers) = (std::mem::take(&mut instance.block_devices), instance.classic_balancers.clone());
        let groups = instance.target_groups.clone();
        instance.vpc = None;
        instance.public_ip = None;
        instance.events.clear();
        if let (Some(subnet), Some(address)) = (subnet.and_then(|id| self.region.subnets.get_mut(&id)), address) {
            subnet.free_address(address);
        }
        for device in devices {
            if device.delete_on_termination {
                self.region.volumes.remove(&device.volume);
            } else if let Some(volume) = self.region.volumes.get_mut(&device.volume) {
                volume.instance = None;
                volume.state = VolumeState::Available;
            }
        }
        for address in self.region.addresses.values_mut().filter(|address| address.instance.as_ref() == Some(id)) {
            (address.instance, address.association, address.private_ip, address.interface) = (None, None, None, None);
        }
        // A terminated instance leaves its load balancers by itself.
        for group in groups {
            let port = self.region.target_groups.get(&group).map_or(0, |found| found.port);
            self.forget_target(&group, &TargetKey { id: id.to_string(), port });
        }
        for balancer in balancers {
            self.deregister_classic(&balancer, id);
        }
        self.step_instance_in(id, LISTED_AFTER_END);
        self.unsettle_owner(id);
    }

    /// Stops a running instance, as `StopInstances` does. `reason` is its `StateReason`.
    pub(super) fn begin_stopping(&mut self, id: &InstanceId, reason: StateReason) {
        let now = self.now;
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        if instance.state != InstanceState::Running {
            return;
        }
        instance.state = InstanceState::Stopping;
        instance.state_since = now;
        let by = if reason == user_shutdown() { "User initiated" } else { reason.code.as_str() };
        instance.transition_reason = format!("{by} ({})", now.format("%Y-%m-%d %H:%M:%S GMT"));
        instance.state_reason = Some(reason);
        instance.ready_at = None;
        instance.checks = InstanceChecks::all(CheckState::NotApplicable);
        let wait = self.ending_time("stopping", id, 25_000, 30_000);
        self.step_instance_in(id, wait);
        self.touch_instance(id);
    }

    fn finish_stopping(&mut self, id: &InstanceId) {
        let now = self.now;
        let keeps_address = self.region.addresses.values().any(|address| address.instance.as_ref() == Some(id));
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        instance.state = InstanceState::Stopped;
        instance.state_since = now;
        if !keeps_address {
            instance.public_ip = None;
        }
        self.touch_instance(id);
    }

    /// Starts a stopped instance: it comes up on another host, or stays stopped where there is none
    /// (`aws-domain.md F.3`).
    pub(super) fn begin_starting(&mut self, id: &InstanceId) {
        let now = self.now;
        let room = self.region.instances.get(id).is_some_and(|instance| self.has_room(&instance.zone));
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        if instance.state != InstanceState::Stopped {
            return;
        }
        if !room {
            instance.state_reason = Some(reason(
                "Server.InsufficientInstanceCapacity",
                "Insufficient capacity to satisfy instance request",
            ));
            return;
        }
        instance.state = InstanceState::Pending;
        instance.state_since = now;
        instance.state_reason = None;
        instance.transition_reason = String::new();
        instance.launched_at = now.whole_second();
        let public = instance.subnet.as_ref().and_then(|subnet| self.region.subnets.get(subnet));
        if instance.public_ip.is_none() && public.is_some_and(|subnet| subnet.public) {
            // Another one than before, unless it is elastic.
            instance.public_ip = Some(public_address(self.seed, &format!("{id} {}", now.as_millis())));
        }
        // Stop and start moves it to another host, and its guest boots afresh (`aws-domain.md A.1`).
        instance.moved_at = now;
        instance.booted_at = now;
        instance.forced = false;
        instance.down_since = None;
        instance.causes.host_broken = None;
        instance.causes.stop_hangs = None;
        instance.causes.guest_broken = None;
        instance.causes.application_hung = None;
        self.step_instance_in(id, Duration::from_secs(10));
        self.outrun_scheduled_events(id);
        self.touch_instance(id);
    }

    /// Has everyone look again who reports on this instance: its load balancers and its group.
    pub fn touch_instance(&mut self, id: &InstanceId) {
        self.notice_host(id);
        let Some(instance) = self.region.instances.get(id) else { return };
        let (groups, balancers) = (instance.target_groups.clone(), instance.classic_balancers.clone());
        if let Some(hangs) = health::io_hangs_at(self.region, instance).filter(|at| *at > self.now) {
            self.schedule.put(hangs, Event::Look(self.region.name.clone(), id.clone()));
        }
        for group in groups {
            let port = self.region.target_groups.get(&group).map_or(0, |found| found.port);
            self.wake_target(&group, &TargetKey { id: id.to_string(), port });
        }
        for balancer in balancers {
            self.wake_classic(&balancer, id);
        }
        self.stir_instance(id);
        self.check_instance_later(id);
        self.unsettle_owner(id);
    }

    pub(super) fn unsettle_owner(&mut self, id: &InstanceId) {
        let owner = self.region.instances.get(id).and_then(|instance| instance.group.clone());
        if let Some(group) = owner.and_then(|owner| self.region.groups.get_mut(&owner)) {
            group.unsettled = true;
        }
    }
}

/// Why an instance ends that a person, or a group on a person's behalf, ended.
pub(in super::super) fn user_shutdown() -> StateReason {
    reason("Client.UserInitiatedShutdown", "User initiated shutdown")
}

/// A `StateReason`, whose message repeats its code.
pub(super) fn reason(code: &str, text: &str) -> StateReason {
    StateReason { code: code.to_owned(), message: format!("{code}: {text}") }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::fault::Fault;
    use super::super::super::world::SimTime;
    use super::super::fixture;
    use super::*;

    #[test]
    fn a_terminated_instance_is_listed_for_about_an_hour_aws_domain_a1() {
        let mut world = fixture::world();
        let id = world.standalone();
        let data = world.here().instances[&id].block_devices[1].volume.clone();
        world.terminate_instance(id.as_str()).unwrap();
        assert_eq!(world.here().instances[&id].state, InstanceState::ShuttingDown);
        world.pass(60);
        let instance = &world.here().instances[&id];
        assert_eq!(instance.state, InstanceState::Terminated);
        assert_eq!(instance.state_reason.as_ref().unwrap().code, "Client.UserInitiatedShutdown");
        assert_eq!((instance.private_ip, instance.block_devices.len()), (None, 0));
        assert_eq!(world.here().volumes[&data].state, VolumeState::Available, "data volumes outlive it");
        world.pass(50 * 60);
        assert!(world.here().instances.contains_key(&id));
        world.pass(10 * 60);
        assert!(!world.here().instances.contains_key(&id));
    }

    #[test]
    fn stop_and_start_moves_to_another_host_and_keeps_the_elastic_address_aws_domain_c1() {
        let mut world = fixture::world();
        let id = world.standalone();
        let address = world.here().instances[&id].public_ip;
        world.cause(&id, |causes| causes.guest_broken = Some(SimTime::from_seconds(0)));
        world.stop_instance(id.as_str()).unwrap();
        world.pass(60);
        assert_eq!(world.here().instances[&id].state, InstanceState::Stopped);
        assert_eq!(world.here().instances[&id].checks, InstanceChecks::all(CheckState::NotApplicable));
        world.start_instance(id.as_str()).unwrap();
        world.pass(300);
        let instance = &world.here().instances[&id];
        assert_eq!((instance.state, instance.public_ip), (InstanceState::Running, address));
        assert_eq!(instance.checks, InstanceChecks::all(CheckState::Ok));
    }

    #[test]
    fn a_start_without_room_leaves_it_stopped_with_its_data_aws_domain_f3() {
        let mut world = fixture::world();
        let id = world.standalone();
        world.stop_instance(id.as_str()).unwrap();
        world.pass(60);
        let full = Fault::NoCapacity { zone: "eu-west-1a".to_owned() };
        world.apply(full.clone()).unwrap();
        world.start_instance(id.as_str()).unwrap();
        world.pass(60);
        let instance = &world.here().instances[&id];
        assert_eq!((instance.state, instance.block_devices.len()), (InstanceState::Stopped, 2));
        assert_eq!(instance.state_reason.as_ref().unwrap().code, "Server.InsufficientInstanceCapacity");
        world.heal(&full).unwrap();
        world.start_instance(id.as_str()).unwrap();
        world.pass(60);
        assert_eq!(world.here().instances[&id].state, InstanceState::Running);
    }

    #[test]
    fn a_stop_in_mid_launch_is_refused_quietly_and_steps_do_not_cross() {
        let mut world = fixture::world();
        let id = world.standalone();
        world.stop_instance(id.as_str()).unwrap();
        world.terminate_instance(id.as_str()).unwrap();
        world.pass(120);
        assert_eq!(world.here().instances[&id].state, InstanceState::Terminated, "the step of the stop is forgotten");
    }
}
