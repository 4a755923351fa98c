//! Scheduled actions.

use super::super::super::world::{AutoScalingGroup, Process, ScheduledAction, SimTime};
use super::super::{Refused, Scene};
use std::time::Duration;

/// A scheduled action as a person orders it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleOrder {
    /// Its name.
    pub name: String,
    /// A daily cron expression; once when absent.
    pub recurrence: Option<String>,
    /// When it comes first; at once when absent.
    pub starts_at: Option<SimTime>,
    /// When it is over.
    pub ends_at: Option<SimTime>,
    /// New minimum.
    pub min: Option<u32>,
    /// New maximum.
    pub max: Option<u32>,
    /// New desired capacity.
    pub desired: Option<u32>,
}

impl Scene<'_> {
    /// Runs the scheduled actions that are due; while `ScheduledActions` is suspended they pass unheeded.
    pub(in super::super) fn run_scheduled_actions(&mut self) {
        let now = self.now;
        for group in self.region.groups.values_mut() {
            let mut done: Vec<String> = Vec::new();
            let heeds = !group.is_suspended(Process::ScheduledActions);
            for index in 0..group.scheduled_actions.len() {
                let Some(action) = group.scheduled_actions.get_mut(index).filter(|action| action.starts_at <= now)
                else {
                    continue;
                };
                action.starts_at = action.starts_at + ScheduledAction::EVERY;
                let action = action.clone();
                if action.recurrence.is_empty() {
                    done.push(action.name.clone());
                }
                if heeds {
                    run(group, &action, now);
                }
            }
            // What has no recurrence comes once, what has an end is over then.
            let over =
                |action: &ScheduledAction| done.contains(&action.name) || action.ends_at.is_some_and(|end| end <= now);
            group.scheduled_actions.retain(|action| !over(action));
        }
    }
}

/// The next time of day that a daily expression (`30 5 * * *`) means after `now`.
fn next_daily(recurrence: &str, now: SimTime) -> Option<SimTime> {
    let fields: Vec<&str> = recurrence.split_whitespace().collect();
    let [minute, hour, "*", "*", "*"] = fields.as_slice() else { return None };
    let (minute, hour) = (minute.parse::<u64>().ok()?, hour.parse::<u64>().ok()?);
    if minute > 59 || hour > 23 {
        return None;
    }
    let day = SimTime::from_seconds(now.as_seconds().div_euclid(86_400) * 86_400);
    let today = day + Duration::from_secs((hour * 60 + minute) * 60);
    Some(if today > now { today } else { today + ScheduledAction::EVERY })
}

impl Scene<'_> {
    /// Adds or replaces a scheduled action.
    ///
    /// # Errors
    /// AWS's sentence for an unknown group, a time that is past, or a recurrence that is no daily one: others are not
    /// simulated.
    pub fn put_scheduled_action(&mut self, name: &str, order: ScheduleOrder) -> Result<(), Refused> {
        let now = self.now;
        self.group_named(name)?;
        let starts_at = match (&order.recurrence, order.starts_at) {
            (Some(recurrence), starts) => {
                let unknown = || {
                    Refused::validation(format!(
                        "Given recurrence string: {recurrence} is invalid: the simulated account knows daily ones, \"30 5 * * *\""
                    ))
                };
                next_daily(recurrence, starts.unwrap_or(now).max(now)).ok_or_else(unknown)?
            }
            (None, Some(starts)) if starts > now => starts,
            (None, Some(_)) => return Err(Refused::validation("Given start time is in the past")),
            (None, None) => now,
        };
        let id = self.mint.uuid();
        let resource =
            format!("scheduledUpdateGroupAction:{id}:autoScalingGroupName/{name}:scheduledActionName/{}", order.name);
        let arn = self.arn("autoscaling", &resource);
        let Some(group) = self.region.groups.get_mut(name) else { return Ok(()) };
        group.scheduled_actions.retain(|action| action.name != order.name);
        group.scheduled_actions.push(ScheduledAction {
            name: order.name,
            arn,
            recurrence: order.recurrence.unwrap_or_default(),
            time_zone: "Etc/UTC".to_owned(),
            starts_at,
            ends_at: order.ends_at,
            min: order.min,
            max: order.max,
            desired: order.desired,
        });
        Ok(())
    }

    /// Takes a scheduled action away.
    ///
    /// # Errors
    /// AWS's sentence when there is none of that name.
    pub fn delete_scheduled_action(&mut self, name: &str, action: &str) -> Result<(), Refused> {
        let group = self.group_named(name)?;
        if !group.scheduled_actions.iter().any(|known| known.name == action) {
            return Err(Refused::validation(format!("Scheduled action name not found: {action}")));
        }
        if let Some(group) = self.region.groups.get_mut(name) {
            group.scheduled_actions.retain(|known| known.name != action);
        }
        Ok(())
    }
}

fn run(group: &mut AutoScalingGroup, action: &ScheduledAction, now: SimTime) {
    let before = group.desired;
    group.min = action.min.unwrap_or(group.min);
    group.max = action.max.unwrap_or(group.max).max(group.min);
    group.desired = action.desired.unwrap_or(group.desired).clamp(group.min, group.max);
    group.unsettled = true;
    group.request = Some(format!(
        "At {} a scheduled action update of AutoScalingGroup constraints to min: {}, max: {}, desired: {} changing the \
         desired capacity from {before} to {}.",
        now.rfc3339_seconds(),
        group.min,
        group.max,
        group.desired,
        group.desired
    ));
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::fixture;

    fn world(more: &str) -> super::super::super::super::world::World {
        let schedule =
            format!("schedule = [{{ name = \"grow\", daily_at = \"03:20\", desired = 8 }}], grace_s = 120{more}");
        fixture::world_with(|document| document.replace("grace_s = 120", &schedule))
    }

    #[test]
    fn a_scheduled_action_scales_and_says_so_aws_domain_a2() {
        // The fixture begins at 03:14:22.
        let mut world = world("");
        world.pass(300);
        assert_eq!(world.members().len(), 6);
        world.pass(120);
        assert_eq!(world.here().groups["web"].in_service(), 8);
        let line = &world.activity_lines(2)[1];
        assert!(
            line.contains("a scheduled action update of AutoScalingGroup constraints to min: 2, max: 12, desired: 8"),
            "{line}"
        );
        let next = world.here().groups["web"].scheduled_actions[0].starts_at;
        assert_eq!(next.rfc3339_seconds(), "2026-11-22T03:20:00Z");
    }

    #[test]
    fn what_is_put_for_once_comes_once_and_a_daily_one_stays() {
        let mut world = fixture::world();
        let order = |name: &str, recurrence: Option<&str>, after_s: u64, desired| super::ScheduleOrder {
            name: name.to_owned(),
            recurrence: recurrence.map(str::to_owned),
            starts_at: Some(world.now + super::Duration::from_secs(after_s)),
            ends_at: None,
            min: None,
            max: None,
            desired: Some(desired),
        };
        let (once, daily) = (order("once", None, 300, 7), order("daily", Some("30 3 * * *"), 0, 8));
        let odd = order("odd", Some("*/5 * * * *"), 0, 8);
        let mut scene = world.scene(fixture::REGION).unwrap();
        scene.put_scheduled_action("web", once).unwrap();
        scene.put_scheduled_action("web", daily).unwrap();
        assert!(scene.put_scheduled_action("web", odd).is_err(), "what is not simulated is refused");
        world.pass(420);
        assert_eq!(world.here().groups["web"].desired, 7);
        world.pass(900);
        let group = &world.here().groups["web"];
        assert_eq!((group.desired, group.scheduled_actions.len()), (8, 1));
        let mut scene = world.scene(fixture::REGION).unwrap();
        scene.delete_scheduled_action("web", "daily").unwrap();
        assert!(scene.delete_scheduled_action("web", "daily").is_err());
    }

    #[test]
    fn suspended_scheduled_actions_pass_unheeded_aws_domain_a2() {
        let mut world = world(", suspended = [\"ScheduledActions\"]");
        world.pass(900);
        assert_eq!(world.members().len(), 6);
    }
}
