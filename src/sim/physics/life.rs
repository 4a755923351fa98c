//! An instance's life: pending, running, stopping, stopped, shutting-down, terminated, forgotten (`aws-domain.md A.1`).
//!
//! Owns: instance states and what hangs on them (addresses, volumes, registrations). Must stay true: a terminated
//! instance keeps nothing but its record, and the record goes after about an hour.

use std::time::Duration;

use super::super::world::{
    CheckState, InstanceChecks, InstanceId, InstanceState, StateReason, TargetKey, VolumeState, random,
};
use super::Scene;

/// How long a terminated instance stays listed: a little less than an hour (`aws-domain.md A.1`).
const LISTED_AFTER_END: Duration = Duration::from_secs(55 * 60);

impl Scene<'_> {
    /// The step of an instance's life that is due.
    pub(super) fn step_instance(&mut self, id: &InstanceId) {
        let now = self.now;
        let Some(instance) = self.region.instances.get_mut(id).filter(|found| found.step_at == Some(now)) else {
            return;
        };
        instance.step_at = None;
        match instance.state {
            InstanceState::Pending => self.begin_running(id),
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
        let jitter = 0.85 + 0.3 * random::unit(self.seed, &["boot", id.as_str()], 0);
        let boot = Duration::from_millis((f64::from(instance.boot_s) * 1000.0 * jitter) as u64);
        instance.state = InstanceState::Running;
        instance.state_since = now;
        instance.state_reason = None;
        instance.transition_reason = String::new();
        instance.ready_at = Some(now + boot);
        instance.checks = InstanceChecks::all(CheckState::Initializing);
        self.step_instance_in(id, boot);
        self.check_instance_later(id);
        self.touch_instance(id);
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
        let wait = 20_000 + random::below(self.seed, &["ending", id.as_str()], 25_000);
        self.step_instance_in(id, Duration::from_millis(wait));
        self.touch_instance(id);
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

    /// Stops a running instance, as `StopInstances` does.
    pub(super) fn begin_stopping(&mut self, id: &InstanceId) {
        let now = self.now;
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        if instance.state != InstanceState::Running {
            return;
        }
        instance.state = InstanceState::Stopping;
        instance.state_since = now;
        instance.transition_reason = format!("User initiated ({})", now.format("%Y-%m-%d %H:%M:%S GMT"));
        instance.state_reason = Some(user_shutdown());
        instance.ready_at = None;
        instance.checks = InstanceChecks::all(CheckState::NotApplicable);
        let wait = 25_000 + random::below(self.seed, &["stopping", id.as_str()], 30_000);
        self.step_instance_in(id, Duration::from_millis(wait));
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

    /// Starts a stopped instance: it comes up on another host.
    pub(super) fn begin_starting(&mut self, id: &InstanceId) {
        let now = self.now;
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        if instance.state != InstanceState::Stopped {
            return;
        }
        instance.state = InstanceState::Pending;
        instance.state_since = now;
        instance.state_reason = None;
        instance.transition_reason = String::new();
        instance.launched_at = now.whole_second();
        // Stop and start moves it to another host, and its guest boots afresh (`aws-domain.md A.1`).
        instance.causes.host_broken = None;
        instance.causes.guest_broken = None;
        self.step_instance_in(id, Duration::from_secs(10));
        self.touch_instance(id);
    }

    /// Has everyone look again who reports on this instance: its load balancers and its group.
    pub fn touch_instance(&mut self, id: &InstanceId) {
        let Some(instance) = self.region.instances.get(id) else { return };
        let (groups, balancers) = (instance.target_groups.clone(), instance.classic_balancers.clone());
        for group in groups {
            let port = self.region.target_groups.get(&group).map_or(0, |found| found.port);
            self.wake_target(&group, &TargetKey { id: id.to_string(), port });
        }
        for balancer in balancers {
            self.wake_classic(&balancer, id);
        }
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
    StateReason {
        code: "Client.UserInitiatedShutdown".to_owned(),
        message: "Client.UserInitiatedShutdown: User initiated shutdown".to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
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
        world.cause(&id, |causes| causes.host_broken = Some(SimTime::from_seconds(0)));
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
    fn a_stop_in_mid_launch_is_refused_quietly_and_steps_do_not_cross() {
        let mut world = fixture::world();
        let id = world.standalone();
        world.stop_instance(id.as_str()).unwrap();
        world.terminate_instance(id.as_str()).unwrap();
        world.pass(120);
        assert_eq!(world.here().instances[&id].state, InstanceState::Terminated, "the step of the stop is forgotten");
    }
}
