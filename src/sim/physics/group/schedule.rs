//! Scheduled actions.

use super::super::super::world::{AutoScalingGroup, Process, ScheduledAction, SimTime};
use super::super::Scene;

impl Scene<'_> {
    /// Runs the scheduled actions that are due; while `ScheduledActions` is suspended they pass unheeded.
    pub(in super::super) fn run_scheduled_actions(&mut self) {
        let now = self.now;
        for group in self.region.groups.values_mut() {
            let heeds = !group.is_suspended(Process::ScheduledActions);
            for index in 0..group.scheduled_actions.len() {
                let Some(action) = group.scheduled_actions.get_mut(index).filter(|action| action.starts_at <= now)
                else {
                    continue;
                };
                action.starts_at = action.starts_at + ScheduledAction::EVERY;
                let action = action.clone();
                if heeds {
                    run(group, &action, now);
                }
            }
        }
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
    fn suspended_scheduled_actions_pass_unheeded_aws_domain_a2() {
        let mut world = world(", suspended = [\"ScheduledActions\"]");
        world.pass(900);
        assert_eq!(world.members().len(), 6);
    }
}
