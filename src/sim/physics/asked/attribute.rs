//! Tags, attributes and scheduled events.

use std::time::Duration;

use super::super::super::world::{InstanceId, InstanceState, SimTime, Tags};
use super::super::{Event, Refused, Scene};
use super::wrong_state;

/// One attribute of an instance, changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// `InstanceType`, of a stopped one.
    InstanceType(String),
    /// `DisableApiTermination`.
    TerminationProtection(bool),
    /// `DisableApiStop`.
    StopProtection(bool),
}

impl Scene<'_> {
    /// Changes an attribute of an instance.
    ///
    /// # Errors
    /// `IncorrectInstanceState` for the type of one that is not stopped.
    pub fn modify_instance(&mut self, id: &InstanceId, change: Change) -> Result<(), Refused> {
        let state = self.instance(id)?.state;
        if matches!(change, Change::InstanceType(_)) && state != InstanceState::Stopped {
            return Err(wrong_state(format!("The instance '{id}' is not in the 'stopped' state.")));
        }
        let Some(instance) = self.region.instances.get_mut(id) else { return Ok(()) };
        match change {
            Change::InstanceType(kind) => instance.instance_type = kind,
            Change::TerminationProtection(on) => instance.termination_protection = on,
            Change::StopProtection(on) => instance.stop_protection = on,
        }
        Ok(())
    }

    /// Moves the start of a scheduled event, within its deadline (`aws-domain.md` A.1).
    ///
    /// # Errors
    /// EC2's code for an unknown event, or a start outside of the deadline.
    pub fn move_event(&mut self, id: &InstanceId, event: &str, not_before: SimTime) -> Result<(), Refused> {
        let now = self.now;
        let events = &self.instance(id)?.events;
        let missing = || {
            Refused::new("InvalidInstanceEventIDNotFound", format!("The instance event ID '{event}' does not exist"))
        };
        let found = events.iter().find(|found| found.id == event).ok_or_else(missing)?;
        if found.description.starts_with('[') {
            return Err(missing());
        }
        let too_late =
            || Refused::new("InvalidInstanceEventStartTime", "The event's start time cannot be set to that time.");
        let deadline = found.not_before_deadline.ok_or_else(too_late)?;
        if not_before > deadline || not_before < now + Duration::from_secs(3600) {
            return Err(too_late());
        }
        let events = self.region.instances.get_mut(id).map(|instance| &mut instance.events);
        if let Some(found) = events.and_then(|events| events.iter_mut().find(|found| found.id == event)) {
            found.not_before = not_before;
        }
        self.schedule.put(not_before, Event::Scheduled(self.region.name.clone(), id.clone(), event.to_owned()));
        Ok(())
    }

    /// The tags of something of EC2's, by its id.
    pub fn tags_of(&mut self, id: &str) -> Option<&mut Tags> {
        let region = &mut *self.region;
        match id.split('-').next().unwrap_or_default() {
            "i" => region.instances.get_mut(id).map(|found| &mut found.tags),
            "vol" => region.volumes.get_mut(id).map(|found| &mut found.tags),
            "snap" => region.snapshots.get_mut(id).map(|found| &mut found.tags),
            "ami" => region.images.get_mut(id).map(|found| &mut found.tags),
            "subnet" => region.subnets.get_mut(id).map(|found| &mut found.tags),
            "vpc" => region.vpcs.get_mut(id).map(|found| &mut found.tags),
            "lt" => region.templates.get_mut(id).map(|found| &mut found.tags),
            "eipalloc" => region.addresses.get_mut(id).map(|found| &mut found.tags),
            "nat" => region.nat_gateways.get_mut(id).map(|found| &mut found.tags),
            "rtb" => region.route_tables.get_mut(id).map(|found| &mut found.tags),
            _ => None,
        }
    }
}
