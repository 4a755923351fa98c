//! Scheduled events: announced, carried out, left behind as ghosts (`aws-domain.md A.1`).
//!
//! Owns: `Instance::events`. Must stay true: an event is over once its description begins with a bracket; it stays for a
//! week then, so that a reader who does not look at descriptions sees ghosts.

use std::time::Duration;

use super::super::world::{EventCode, InstanceId, InstanceState, ScheduledEvent, SimTime, World, random};
use super::life::reason;
use super::{Event, Scene, Unknown};

/// How long a finished event stays listed.
const GHOST: Duration = Duration::from_secs(7 * 86_400);

/// How long ahead a retirement is announced: hours at least, and up to as many more.
const NOTICE_HOURS: (u64, u64) = (28, 68);

const HOUR_S: i64 = 3600;

impl World {
    /// AWS announces that it will retire an instance's host.
    pub(in super::super) fn announce_retirement(&mut self, instance: &str) -> Result<(), Unknown> {
        self.with_instance(instance, |scene, id| scene.announce_retirement(id))
    }

    /// AWS calls the retirement off.
    pub(in super::super) fn cancel_retirement(&mut self, instance: &str) {
        // An instance that is gone took its events with it.
        let _gone = self.with_instance(instance, |scene, id| scene.cancel_retirement(id));
    }
}

impl Scene<'_> {
    fn announce_retirement(&mut self, id: &InstanceId) {
        let (least, more) = NOTICE_HOURS;
        let hours = least + random::below(self.seed, &["notice", id.as_str()], more - least);
        let begins = (self.now + Duration::from_secs(hours * 3600)).as_seconds().div_euclid(HOUR_S) * HOUR_S;
        let not_before = SimTime::from_seconds(begins);
        let event = ScheduledEvent {
            id: self.mint.id("instance-event"),
            code: EventCode::InstanceRetirement,
            description: "The instance is running on degraded hardware".to_owned(),
            not_before,
            not_after: None,
            not_before_deadline: Some(not_before + GHOST),
        };
        self.schedule_event(id, &event);
        if let Some(instance) = self.region.instances.get_mut(id) {
            instance.events.push(event);
        }
    }

    /// Calls off the retirement that was announced last.
    fn cancel_retirement(&mut self, id: &InstanceId) {
        let events = self.region.instances.get(id).map(|instance| instance.events.as_slice()).unwrap_or_default();
        let is_ahead = |event: &&ScheduledEvent| event.code == EventCode::InstanceRetirement && is_pending(event);
        if let Some(event) = events.iter().rfind(is_ahead).map(|event| event.id.clone()) {
            self.finish_event(id, &event, "[Canceled]");
        }
    }

    /// Plans the events that a world came with.
    pub(super) fn plan_scheduled_events(&mut self) {
        let with_events = self.region.instances.values().filter(|instance| !instance.events.is_empty());
        let all: Vec<(InstanceId, Vec<ScheduledEvent>)> =
            with_events.map(|instance| (instance.id.clone(), instance.events.clone())).collect();
        for (id, events) in all {
            events.iter().for_each(|event| self.schedule_event(&id, event));
        }
    }

    /// What is due with an event: it is carried out, or its ghost goes.
    pub(super) fn step_scheduled_event(&mut self, id: &InstanceId, event: &str) {
        let now = self.now;
        let Some(instance) = self.region.instances.get_mut(id) else { return };
        let Some(found) = instance.events.iter().find(|other| other.id == event).cloned() else { return };
        if !is_pending(&found) {
            instance.events.retain(|other| other.id != event || due(other) > now);
            return;
        }
        if due(&found) > now {
            return;
        }
        let runs = instance.state == InstanceState::Running;
        match found.code {
            EventCode::InstanceRetirement | EventCode::InstanceStop if runs => {
                let text = "The instance was stopped due to a scheduled retirement";
                self.begin_stopping(id, reason("Server.ScheduledStop", text));
            }
            EventCode::InstanceReboot | EventCode::SystemReboot | EventCode::SystemMaintenance if runs => {
                self.boot_in(id, Duration::ZERO);
                self.touch_instance(id);
            }
            _ => {}
        }
        self.finish_event(id, event, "[Completed]");
    }

    /// Ends the events of an instance that was stopped and started ahead of them: it left the host that they are about.
    pub(super) fn outrun_scheduled_events(&mut self, id: &InstanceId) {
        let events = self.region.instances.get(id).map(|instance| instance.events.as_slice()).unwrap_or_default();
        let ahead: Vec<String> =
            events.iter().filter(|event| is_pending(event)).map(|event| event.id.clone()).collect();
        for event in ahead {
            self.finish_event(id, &event, "[Completed]");
        }
    }

    fn finish_event(&mut self, id: &InstanceId, event: &str, word: &str) {
        let now = self.now.whole_second();
        let events = self.region.instances.get_mut(id).map(|instance| &mut instance.events);
        let Some(found) = events.and_then(|events| events.iter_mut().find(|other| other.id == event)) else { return };
        found.description = format!("{word} {}", found.description);
        found.not_after = Some(now);
        found.not_before_deadline = None;
        let ghost = found.clone();
        self.schedule_event(id, &ghost);
    }

    fn schedule_event(&mut self, id: &InstanceId, event: &ScheduledEvent) {
        let step = Event::Scheduled(self.region.name.clone(), id.clone(), event.id.clone());
        self.schedule.put(due(event).max(self.now), step);
    }
}

/// When the next thing happens to an event.
fn due(event: &ScheduledEvent) -> SimTime {
    if is_pending(event) { event.not_before } else { event.not_after.unwrap_or(event.not_before) + GHOST }
}

fn is_pending(event: &ScheduledEvent) -> bool {
    !event.description.starts_with('[')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::fault::Fault;
    use super::super::fixture;
    use super::*;

    const DAY: u64 = 86_400;

    fn retiring() -> (World, InstanceId, Fault) {
        let mut world = fixture::lone_instance();
        let id = world.standalone();
        let fault = Fault::Retirement { instance: id.to_string() };
        world.apply(fault.clone()).unwrap();
        (world, id, fault)
    }

    #[test]
    fn a_retirement_is_announced_then_stops_the_instance_and_leaves_a_ghost_for_a_week_aws_domain_f37() {
        let (mut world, id, _) = retiring();
        let event = world.here().instances[&id].events[0].clone();
        assert!(event.not_before.since(world.now) >= Duration::from_secs(24 * 3600));
        assert!(event.id.starts_with("instance-event-0") && event.not_before_deadline.is_some());
        world.advance_to(event.not_before - Duration::from_secs(1));
        assert_eq!(world.here().instances[&id].state, InstanceState::Running);
        world.pass(90);
        let instance = &world.here().instances[&id];
        assert_eq!(instance.state, InstanceState::Stopped);
        assert_eq!(instance.state_reason.as_ref().unwrap().code, "Server.ScheduledStop");
        assert_eq!(instance.events[0].description, "[Completed] The instance is running on degraded hardware");
        world.pass(6 * DAY);
        assert_eq!(world.here().instances[&id].events.len(), 1, "a ghost");
        world.pass(DAY);
        assert!(world.here().instances[&id].events.is_empty());
    }

    #[test]
    fn a_retirement_called_off_says_so_and_never_comes_aws_domain_a1() {
        let (mut world, id, fault) = retiring();
        world.pass(3600);
        world.heal(&fault).unwrap();
        assert!(world.here().instances[&id].events[0].description.starts_with("[Canceled] "));
        world.pass(5 * DAY);
        assert_eq!(world.here().instances[&id].state, InstanceState::Running);
    }

    #[test]
    fn a_stop_and_start_ahead_of_it_ends_the_event_aws_domain_a1() {
        let (mut world, id, _) = retiring();
        world.stop_instance(id.as_str()).unwrap();
        world.pass(60);
        world.start_instance(id.as_str()).unwrap();
        assert!(world.here().instances[&id].events[0].description.starts_with("[Completed] "));
        world.pass(5 * DAY);
        assert_eq!(world.here().instances[&id].state, InstanceState::Running, "not stopped a second time");
    }

    #[test]
    fn a_member_that_is_retired_is_replaced_aws_domain_a1() {
        let mut world = fixture::world();
        let id = world.first_member();
        world.apply(Fault::Retirement { instance: id.to_string() }).unwrap();
        let begins = world.here().instances[&id].events[0].not_before;
        world.advance_to(begins + Duration::from_secs(600));
        assert!(world.members().iter().all(|member| member.instance != id));
        assert_eq!(world.here().groups["web"].in_service(), 6);
    }
}
