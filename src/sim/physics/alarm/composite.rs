//! Composite alarms: their states from other alarms' states, and the suppression of their actions (`aws-domain.md A.5`).
//!
//! Owns: `ActionsSuppressedBy`, wait and extension periods. Must stay true: while the suppressor is in ALARM no action
//! runs, whatever the composite does; what was held back runs when the suppression ends, unless the composite is back
//! where it was.

use std::time::Duration;

use super::super::super::world::{Alarm, AlarmName, AlarmRule, AlarmState, Region, SimTime, SuppressedBy};
use super::super::{Event, Scene};
use super::reason::{self, Verdict};
use super::{AlarmExpression, transition};

/// How many composite alarms may hang on one another.
const DEEPEST: usize = 8;

impl Scene<'_> {
    /// Brings composite alarms in line with their children; those of composites settle within as many rounds as they
    /// are deep.
    pub(super) fn judge_composites(&mut self, apply: impl Fn(&mut Alarm, Verdict, SimTime) -> bool) {
        for _ in 0..DEEPEST {
            let verdicts = verdicts(self.region, self.now);
            let mut moved = false;
            for (name, verdict) in verdicts {
                if let Some(alarm) = self.region.alarms.get_mut(&name) {
                    moved |= apply(alarm, verdict, self.now);
                }
            }
            if !moved {
                return;
            }
        }
    }

    /// Begins with actions that nobody waits for, and suppresses those whose suppressor is in ALARM.
    pub(super) fn begin_suppression(&mut self) {
        for (name, _) in suppressed(self.region) {
            if let Some(alarm) = self.region.alarms.get_mut(&name) {
                alarm.memory.told = Some(alarm.state);
            }
        }
        self.tend_suppression();
    }

    /// Suppresses actions, or runs those that were held back, as suppressors and periods have it now.
    pub(in super::super) fn tend_suppression(&mut self) {
        let now = self.now;
        for (name, muffled) in suppressed(self.region) {
            let Some(alarm) = self.region.alarms.get_mut(&name) else { continue };
            let until = alarm.memory.suppressed_until;
            suppress(alarm, muffled, now);
            if let Some(end) = alarm.memory.suppressed_until.filter(|_| alarm.memory.suppressed_until != until) {
                self.schedule.put(end, Event::Suppression(self.region.name.clone()));
            }
        }
    }
}

/// Composite alarms that have a suppressor, and whether it is in ALARM.
fn suppressed(region: &Region) -> Vec<(AlarmName, bool)> {
    let with = |alarm: &Alarm| {
        let AlarmRule::Composite { suppressor: Some(suppressor), .. } = &alarm.rule else { return None };
        let muffled = find(region, suppressor).is_some_and(|other| other.state == AlarmState::Alarm);
        Some((alarm.name.clone(), muffled))
    };
    region.alarms.values().filter_map(with).collect()
}

/// One composite alarm's suppression, `muffled` while its suppressor is in ALARM.
fn suppress(alarm: &mut Alarm, muffled: bool, now: SimTime) {
    let AlarmRule::Composite { wait_s, extension_s, .. } = &alarm.rule else { return };
    let (wait_s, extension_s) = (wait_s.unwrap_or(0), extension_s.unwrap_or(0));
    let held_back = alarm.memory.told != Some(alarm.state);
    let goes_on = alarm.memory.suppressed_until.is_some_and(|until| until > now);
    let (by, period_s) = match (alarm.suppressed_by, muffled) {
        (_, true) => (Some(SuppressedBy::Alarm), 0),
        (Some(SuppressedBy::Alarm), false) if extension_s > 0 => (Some(SuppressedBy::ExtensionPeriod), extension_s),
        (Some(SuppressedBy::WaitPeriod | SuppressedBy::ExtensionPeriod), false) if goes_on => return,
        // The suppressor may still follow: it is waited for when the composite goes into ALARM.
        (None, false) if held_back && alarm.state == AlarmState::Alarm && wait_s > 0 => {
            (Some(SuppressedBy::WaitPeriod), wait_s)
        }
        (_, false) => (None, 0),
    };
    alarm.suppressed_by = by;
    alarm.memory.suppressed_until = (period_s > 0).then(|| now + Duration::from_secs(period_s.into()));
    if by.is_none() && held_back {
        alarm.memory.told = Some(alarm.state);
        transition::run_actions(alarm, now);
    }
}

/// Composite alarms whose state should change.
fn verdicts(region: &Region, now: SimTime) -> Vec<(AlarmName, Verdict)> {
    let changed = |alarm: &Alarm| {
        let AlarmRule::Composite { expression, .. } = &alarm.rule else { return None };
        let verdict = verdict(region, alarm, &AlarmExpression::parse(expression).ok()?, now);
        (verdict.state != alarm.state).then(|| (alarm.name.clone(), verdict))
    };
    region.alarms.values().filter_map(changed).collect()
}

/// What a composite alarm should be; the child that moved last until `now` is the reason.
pub(super) fn verdict(region: &Region, alarm: &Alarm, expression: &AlarmExpression, now: SimTime) -> Verdict {
    let find = |child: &str| find(region, child).filter(|child| child.name != alarm.name);
    let holds = expression.holds(&|child| find(child).map(|child| child.state));
    let state = if holds { AlarmState::Alarm } else { AlarmState::Ok };
    let children = expression.children().into_iter().filter_map(find).filter(|child| child.transitioned_at <= now);
    reason::composite(state, children.max_by_key(|child| child.transitioned_at), now)
}

/// The alarm of this name or ARN.
fn find<'r>(region: &'r Region, name_or_arn: &str) -> Option<&'r Alarm> {
    let name = name_or_arn.split_once(":alarm:").map_or(name_or_arn, |(_, name)| name);
    region.alarms.get(name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::world::{HistoryItemType, World};
    use super::super::super::fixture::{self, REGION};
    use super::*;

    /// The fixture's "either" with a suppressor "hush"; wait 120 s, extension 180 s.
    fn world() -> World {
        fixture::world_with(|document| {
            let hush = "{ name = \"hush\", metric = \"AWS/EC2 CPUUtilization\", \
                        dimensions = { AutoScalingGroupName = \"web\" }, breach = \"> 90\", missing = \"ignore\" },";
            document
                .replace("alarms = [\n", &format!("alarms = [\n{hush}\n"))
                .replace("OR ALARM(\"busy\")'", "OR ALARM(\"busy\")', suppressor = \"hush\"")
        })
    }

    /// Puts an alarm into a state, as its metric would.
    fn put(world: &mut World, name: &str, state: AlarmState) {
        let mut scene = world.scene(REGION).unwrap();
        let alarm = scene.region.alarms.get_mut(name).unwrap();
        transition::apply(alarm, Verdict { state, reason: "Threshold Crossed".to_owned(), data: None }, scene.now);
        scene.judge_composites(transition::apply);
        scene.tend_suppression();
    }

    /// `ActionsSuppressedBy`, and how many actions the composite has run.
    fn standing(world: &World) -> (Option<SuppressedBy>, usize) {
        let alarm = &world.here().alarms["either"];
        let actions = alarm.history.iter().filter(|item| item.kind == HistoryItemType::Action).count();
        (alarm.suppressed_by, actions)
    }

    /// Lets time pass in which no metric alarm is evaluated.
    fn wait(world: &mut World, seconds: u64) {
        let end = world.now + Duration::from_secs(seconds);
        while let Some((at, event)) = world.schedule.take(end) {
            world.now = at;
            if let Event::Suppression(region) = event {
                world.with_scene(&region, |scene| scene.tend_suppression());
            }
        }
        world.now = end;
    }

    #[test]
    fn actions_wait_for_the_suppressor_and_run_when_it_does_not_come_aws_domain_a5() {
        let mut world = world();
        put(&mut world, "sick", AlarmState::Alarm);
        assert_eq!(standing(&world), (Some(SuppressedBy::WaitPeriod), 0));
        wait(&mut world, 119);
        assert_eq!(standing(&world), (Some(SuppressedBy::WaitPeriod), 0));
        wait(&mut world, 1);
        assert_eq!(standing(&world), (None, 1), "the suppressor did not come");
        put(&mut world, "sick", AlarmState::Ok);
        assert_eq!(standing(&world), (None, 2), "going back is not waited for");
    }

    #[test]
    fn a_suppressor_in_alarm_holds_actions_back_and_an_extension_follows_aws_domain_a5() {
        let mut world = world();
        put(&mut world, "sick", AlarmState::Alarm);
        wait(&mut world, 60);
        put(&mut world, "hush", AlarmState::Alarm);
        assert_eq!(standing(&world), (Some(SuppressedBy::Alarm), 0));
        wait(&mut world, 3600);
        put(&mut world, "hush", AlarmState::Ok);
        assert_eq!(standing(&world), (Some(SuppressedBy::ExtensionPeriod), 0));
        wait(&mut world, 179);
        assert_eq!(standing(&world), (Some(SuppressedBy::ExtensionPeriod), 0));
        wait(&mut world, 1);
        assert_eq!(standing(&world), (None, 1), "still in ALARM: now somebody is told");
    }

    #[test]
    fn what_came_and_went_while_suppressed_tells_nobody_aws_domain_f38() {
        let mut world = world();
        put(&mut world, "hush", AlarmState::Alarm);
        assert_eq!(world.here().alarms["either"].state, AlarmState::Ok, "composite OK, and suppressed all the same");
        assert_eq!(standing(&world), (Some(SuppressedBy::Alarm), 0));
        put(&mut world, "sick", AlarmState::Alarm);
        wait(&mut world, 600);
        put(&mut world, "sick", AlarmState::Ok);
        put(&mut world, "hush", AlarmState::Ok);
        wait(&mut world, 600);
        assert_eq!(standing(&world), (None, 0));
        let changes = world.here().alarms["either"].history.len();
        assert_eq!(changes, 2, "the states are in the history");
    }

    #[test]
    fn a_suppressor_that_comes_back_within_the_extension_suppresses_again_aws_domain_a5() {
        let mut world = world();
        put(&mut world, "hush", AlarmState::Alarm);
        put(&mut world, "sick", AlarmState::Alarm);
        put(&mut world, "hush", AlarmState::Ok);
        wait(&mut world, 100);
        put(&mut world, "hush", AlarmState::Alarm);
        wait(&mut world, 600);
        assert_eq!(standing(&world), (Some(SuppressedBy::Alarm), 0));
    }
}
