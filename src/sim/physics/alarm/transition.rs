//! A verdict becomes a state: transitions, their history, and the actions that they run.
//!
//! Owns: what an alarm remembers of its own past, bounded. Must stay true: actions run on transitions only, never while
//! they are turned off; a composite alarm with a suppressor leaves them to [`super::composite`].

use super::super::super::world::{Alarm, AlarmHistoryItem, AlarmRule, AlarmState, HistoryItemType, SimTime};
use super::reason::{self, Verdict};

/// How many history items an alarm keeps.
const HISTORY_KEPT: usize = 100;

/// Applies a verdict, and says whether the state changed: a change is a transition with history, and runs actions. In
/// the same state, a reason of another kind is an update alone.
pub(super) fn apply(alarm: &mut Alarm, verdict: Verdict, now: SimTime) -> bool {
    if alarm.state == verdict.state {
        if reason::is_silence(&alarm.reason) != reason::is_silence(&verdict.reason) {
            (alarm.reason, alarm.reason_data, alarm.updated_at) = (verdict.reason, verdict.data, now);
        }
        return false;
    }
    let from = alarm.state;
    let data = reason::history_data(alarm, &verdict, now);
    alarm.state = verdict.state;
    alarm.reason = verdict.reason;
    alarm.reason_data = verdict.data;
    (alarm.transitioned_at, alarm.updated_at) = (now, now);
    let summary = format!("Alarm updated from {from} to {}", alarm.state);
    record(alarm, AlarmHistoryItem { at: now, kind: HistoryItemType::StateUpdate, summary, data });
    if !matches!(&alarm.rule, AlarmRule::Composite { suppressor: Some(_), .. }) {
        run_actions(alarm, now);
    }
    true
}

/// Runs the actions of the state that an alarm is in.
pub(super) fn run_actions(alarm: &mut Alarm, now: SimTime) {
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
    use super::super::super::fixture;
    use super::*;

    #[test]
    fn history_is_bounded() {
        let world = fixture::world();
        let mut alarm = world.here().alarms["sick"].clone();
        for turn in 0..200 {
            let state = if turn % 2 == 0 { AlarmState::Alarm } else { AlarmState::Ok };
            assert!(apply(&mut alarm, Verdict { state, reason: String::new(), data: None }, world.now));
        }
        assert_eq!(alarm.history.len(), HISTORY_KEPT);
    }
}
