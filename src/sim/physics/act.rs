//! What people and faults do to the world, as small methods.
//!
//! Owns: the entry points of changes from outside. Must stay true: a name that does not exist is an error with the
//! name in it, never silence.

use super::super::world::{Caller, GroupName, InstanceId, InstanceState, StateReason, World, ZoneName};
use super::Scene;
use super::life::user_shutdown;

/// A name that nothing in the world has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {kind} \"{name}\"")]
pub struct Unknown {
    /// `instance`, `group`, …
    pub kind: &'static str,
    /// The name.
    pub name: String,
}

/// Whoever acts by these methods.
fn person() -> Caller {
    Caller::of("ops", "on-call")
}

impl World {
    /// Ends an instance, as `TerminateInstances` does.
    ///
    /// # Errors
    /// [`Unknown`] for an id that no region has.
    pub fn terminate_instance(&mut self, id: &str) -> Result<(), Unknown> {
        self.with_instance(id, |scene, id| {
            scene.record_instance(person(), "ec2:TerminateInstances", id.as_str());
            scene.begin_terminating(id, user_shutdown());
        })
    }

    /// Stops a running instance.
    ///
    /// # Errors
    /// As [`World::terminate_instance`].
    pub fn stop_instance(&mut self, id: &str) -> Result<(), Unknown> {
        self.with_instance(id, |scene, id| {
            scene.record_instance(person(), "ec2:StopInstances", id.as_str());
            scene.begin_stopping(id, user_shutdown());
        })
    }

    /// Starts a stopped instance.
    ///
    /// # Errors
    /// As [`World::terminate_instance`].
    pub fn start_instance(&mut self, id: &str) -> Result<(), Unknown> {
        self.with_instance(id, |scene, id| {
            scene.record_instance(person(), "ec2:StartInstances", id.as_str());
            scene.begin_starting(id);
        })
    }

    /// Sets a group's desired capacity, within its limits, as `SetDesiredCapacity` does.
    ///
    /// # Errors
    /// [`Unknown`] for a name that the region has no group of.
    pub fn set_desired(&mut self, region: &str, group: &str, desired: u32) -> Result<(), Unknown> {
        let now = self.now;
        let found = self.regions.get_mut(region).and_then(|region| region.groups.get_mut(group));
        let Some(found) = found else { return Err(Unknown { kind: "group", name: group.to_owned() }) };
        let (before, after) = (found.desired, desired.clamp(found.min, found.max));
        found.desired = after;
        found.unsettled = true;
        found.request = Some(format!(
            "At {} a user request explicitly set group desired capacity changing the desired capacity from {before} to {after}.",
            now.rfc3339_seconds()
        ));
        let name = found.name.clone();
        if let Some(mut scene) = self.scene(region) {
            scene.record_desired(person(), &name, after);
        }
        Ok(())
    }

    /// Ends a member in the group's name, as `TerminateInstanceInAutoScalingGroup` without decrement does.
    ///
    /// # Errors
    /// [`Unknown`] for an id that no region has.
    pub fn terminate_member(&mut self, id: &str) -> Result<(), Unknown> {
        self.with_instance(id, |scene, id| {
            let Some(group) = scene.region.instances.get(id).and_then(|instance| instance.group.clone()) else {
                return;
            };
            let cause = format!(
                "At {} instance {id} was taken out of service in response to a user request.",
                scene.now.rfc3339_seconds()
            );
            let name: GroupName = group;
            scene.record_instance(person(), "autoscaling:TerminateInstanceInAutoScalingGroup", id.as_str());
            scene.remove_member(&name, id, &cause);
        })
    }

    /// Runs `work` on the region that has this instance.
    pub(in super::super) fn with_instance(
        &mut self,
        id: &str,
        work: impl FnOnce(&mut Scene<'_>, &InstanceId),
    ) -> Result<(), Unknown> {
        let unknown = || Unknown { kind: "instance", name: id.to_owned() };
        let region =
            self.regions.values().find(|region| region.instances.contains_key(id)).map(|region| region.name.clone());
        let region = region.ok_or_else(unknown)?;
        let mut scene = self.scene(region.as_str()).ok_or_else(unknown)?;
        work(&mut scene, &InstanceId::from(id));
        Ok(())
    }
}

impl Scene<'_> {
    /// Has everyone look who feels a change of causes: of these zones, of these instances, or of anything in the region.
    pub(in super::super) fn feel(&mut self, zones: &[ZoneName], instances: &[InstanceId]) {
        let within = self.region.instances.values().filter(|instance| zones.contains(&instance.zone));
        let within: Vec<InstanceId> = within.map(|instance| instance.id.clone()).collect();
        for id in within.iter().chain(instances) {
            self.touch_instance(id);
        }
        self.feel_databases();
        self.feel_traffic();
        self.feel_shifts();
    }

    /// Puts an instance into a state of rest without the time it takes to get there: for worlds that begin so.
    pub fn end_at_once(&mut self, id: &InstanceId, state: InstanceState, reason: StateReason) {
        let now = self.now;
        match state {
            InstanceState::Stopped => self.begin_stopping(id, reason),
            InstanceState::Terminated => self.begin_terminating(id, reason),
            InstanceState::Pending | InstanceState::Running | InstanceState::Stopping | InstanceState::ShuttingDown => {
                return;
            }
        }
        if let Some(instance) = self.region.instances.get_mut(id) {
            instance.step_at = Some(now);
        }
        self.step_instance(id);
    }
}
