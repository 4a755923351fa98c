//! Alarms: evaluated each minute, transitions recorded (`aws-domain.md A.5`).
//!
//! Owns: states, reasons and histories of alarms. Knows: metrics as anyone may read them. Must stay true: actions run
//! on transitions only; a composite alarm sees the states that its children have in the same minute.

mod evaluate;
mod expression;
mod reason;

pub use self::expression::{AlarmExpression, ExpressionError};

use super::super::world::{
    Alarm, AlarmHistoryItem, AlarmName, AlarmRule, AlarmState, HistoryItemType, Region, RegionName, SimTime, World,
};
use reason::Verdict;

/// How many history items an alarm keeps.
const HISTORY_KEPT: usize = 100;
/// How many composite alarms may hang on one another.
const DEEPEST: usize = 8;

impl World {
    /// Judges every alarm at the world's instant and records transitions.
    pub(super) fn judge_alarms(&mut self) {
        self.judge_all(self.now, true, transition);
    }

    /// Gives every alarm the state that fits a world which has been steady for long, as if it had always been so.
    pub(super) fn settle_alarms(&mut self) {
        let started = self.started_at;
        self.judge_all(self.now, false, |alarm, verdict, _| {
            // What moved after the start keeps its state.
            if alarm.transitioned_at < started && alarm.state != verdict.state {
                alarm.state = verdict.state;
                alarm.reason = verdict.reason;
                alarm.reason_data = verdict.data;
            }
        });
        self.date_reasons();
    }

    /// Gives alarms that have been in their state since before the start the reasons of that time.
    fn date_reasons(&mut self) {
        let mut dated = Vec::new();
        for region in self.regions.values() {
            for alarm in region.alarms.values().filter(|alarm| alarm.transitioned_at < self.started_at) {
                let since = alarm.transitioned_at;
                let verdict = match &alarm.rule {
                    AlarmRule::Metric(rule) => evaluate::metric_alarm(self, region, alarm, rule, since),
                    AlarmRule::Composite { expression, .. } => AlarmExpression::parse(expression)
                        .ok()
                        .map(|parsed| composite_verdict(region, alarm, &parsed, since)),
                };
                if let Some(verdict) = verdict.filter(|verdict| verdict.state == alarm.state) {
                    dated.push((region.name.clone(), alarm.name.clone(), verdict));
                }
            }
        }
        for (region, name, verdict) in dated {
            if let Some(alarm) = self.regions.get_mut(&region).and_then(|region| region.alarms.get_mut(&name)) {
                alarm.reason = verdict.reason;
                alarm.reason_data = verdict.data;
            }
        }
    }

    /// Judges all, or only those (`fresh`) that have a new datapoint since the minute before.
    fn judge_all(&mut self, now: SimTime, fresh: bool, apply: impl Fn(&mut Alarm, Verdict, SimTime)) {
        let verdicts: Vec<(RegionName, AlarmName, Verdict)> = (self.regions.values())
            .flat_map(|region| region.alarms.values().map(move |alarm| (region, alarm)))
            .filter_map(|(region, alarm)| {
                let AlarmRule::Metric(rule) = &alarm.rule else { return None };
                if fresh && now.minute() % (i64::from(rule.period_s) / 60).max(1) != 0 {
                    return None;
                }
                let verdict = evaluate::metric_alarm(self, region, alarm, rule, now)?;
                Some((region.name.clone(), alarm.name.clone(), verdict))
            })
            .collect();
        for (region, name, verdict) in verdicts {
            if let Some(alarm) = self.regions.get_mut(&region).and_then(|region| region.alarms.get_mut(&name)) {
                apply(alarm, verdict, now);
            }
        }
        for region in self.regions.values_mut() {
            // Composites of composites settle within as many rounds as they are deep.
            for _ in 0..DEEPEST {
                let verdicts = composite_verdicts(region, now);
                if verdicts.is_empty() {
                    break;
                }
                for (name, verdict) in verdicts {
                    if let Some(alarm) = region.alarms.get_mut(&name) {
                        apply(alarm, verdict, now);
                    }
                }
            }
        }
    }
}

/// Composite alarms whose state should change.
fn composite_verdicts(region: &Region, now: SimTime) -> Vec<(AlarmName, Verdict)> {
    let changed = |alarm: &Alarm| {
        let AlarmRule::Composite { expression, .. } = &alarm.rule else { return None };
        let verdict = composite_verdict(region, alarm, &AlarmExpression::parse(expression).ok()?, now);
        (verdict.state != alarm.state).then(|| (alarm.name.clone(), verdict))
    };
    region.alarms.values().filter_map(changed).collect()
}

/// What a composite alarm should be; the child that moved last until `now` is the reason.
fn composite_verdict(region: &Region, alarm: &Alarm, expression: &AlarmExpression, now: SimTime) -> Verdict {
    let find = |child: &str| {
        let name = child.split_once(":alarm:").map_or(child, |(_, name)| name);
        region.alarms.get(name).filter(|child| child.name != alarm.name)
    };
    let holds = expression.holds(&|child| find(child).map(|child| child.state));
    let state = if holds { AlarmState::Alarm } else { AlarmState::Ok };
    let children = expression.children().into_iter().filter_map(find).filter(|child| child.transitioned_at <= now);
    reason::composite(state, children.max_by_key(|child| child.transitioned_at), now)
}

/// Applies a verdict: a change of state is a transition with history, and runs actions.
fn transition(alarm: &mut Alarm, verdict: Verdict, now: SimTime) {
    if alarm.state == verdict.state {
        return;
    }
    let from = alarm.state;
    let data = reason::history_data(alarm, &verdict, now);
    alarm.state = verdict.state;
    alarm.reason = verdict.reason;
    alarm.reason_data = verdict.data;
    (alarm.transitioned_at, alarm.updated_at) = (now, now);
    let summary = format!("Alarm updated from {from} to {}", alarm.state);
    record(alarm, AlarmHistoryItem { at: now, kind: HistoryItemType::StateUpdate, summary, data });
    if !alarm.actions_enabled {
        return;
    }
    let actions = match alarm.state {
        AlarmState::Alarm => alarm.alarm_actions.clone(),
        AlarmState::Ok => alarm.ok_actions.clone(),
        AlarmState::InsufficientData => alarm.insufficient_data_actions.clone(),
    };
    for action in actions {
        let summary = format!("Successfully executed action {action}");
        let data = serde_json::json!({ "actionState": "Succeeded", "notificationResource": action }).to_string();
        record(alarm, AlarmHistoryItem { at: now, kind: HistoryItemType::Action, summary, data });
    }
}

fn record(alarm: &mut Alarm, item: AlarmHistoryItem) {
    if alarm.history.len() == HISTORY_KEPT {
        alarm.history.pop_front();
    }
    alarm.history.push_back(item);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::fault::Fault;
    use super::super::fixture;
    use super::*;

    fn state(world: &World, name: &str) -> AlarmState {
        world.here().alarms[name].state
    }

    #[test]
    fn alarms_follow_metrics_and_composites_follow_alarms_aws_domain_a5() {
        let mut world = fixture::world();
        assert_eq!(state(&world, "sick"), AlarmState::Ok);
        world.change_group(|group| group.health_checks.clear());
        let id = world.first_member();
        world.cause(&id, |causes| causes.release_broken = Some(world_start()));
        world.pass(240);
        assert_eq!((state(&world, "sick"), state(&world, "either")), (AlarmState::Alarm, AlarmState::Alarm));
        let sick = &world.here().alarms["sick"];
        assert!(sick.reason.starts_with("Threshold Crossed: 2 out of the last 2 datapoints [1.0 ("), "{}", sick.reason);
        assert!(
            sick.reason.ends_with(
                "were greater than or equal to the threshold (1.0) (minimum 2 datapoints for OK -> ALARM transition)."
            ),
            "{}",
            sick.reason
        );
        let summaries: Vec<&str> = sick.history.iter().map(|item| item.summary.as_str()).collect();
        assert_eq!(
            summaries,
            [
                "Alarm updated from OK to ALARM",
                "Successfully executed action arn:aws:sns:eu-west-1:111122223333:oncall"
            ]
        );
        let either = &world.here().alarms["either"];
        assert!(either.reason.starts_with(&format!("{} transitioned to ALARM at ", sick.arn)), "{}", either.reason);
        world.cause(&id, |causes| causes.release_broken = None);
        world.pass(240);
        assert_eq!((state(&world, "sick"), state(&world, "either")), (AlarmState::Ok, AlarmState::Ok));
    }

    #[test]
    fn a_muted_alarm_changes_state_without_actions_aws_domain_a5() {
        let mut world = fixture::world();
        world.apply(Fault::Load { service: None, factor: 2.2 }).unwrap();
        world.pass(180);
        assert_eq!(state(&world, "busy"), AlarmState::Alarm);
        assert!(world.here().alarms["busy"].history.iter().all(|item| item.kind == HistoryItemType::StateUpdate));
    }

    fn world_start() -> SimTime {
        SimTime::from_seconds(0)
    }
}
