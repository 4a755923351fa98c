//! Why an alarm is in its state, in CloudWatch's words and in its JSON.

use serde_json::json;

use super::super::super::world::{Alarm, AlarmState, MetricRule, SimTime};

/// A state with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    /// The state.
    pub state: AlarmState,
    /// `StateReason`.
    pub reason: String,
    /// `StateReasonData`.
    pub data: Option<String>,
}

/// A datapoint that was looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    /// Start of its period.
    pub start: SimTime,
    /// Its value.
    pub value: f64,
    /// Samples in it.
    pub samples: f64,
}

/// The verdict on a metric alarm that was in state `from`; `points` are the newest first.
pub(super) fn metric(
    from: AlarmState,
    state: AlarmState,
    rule: &MetricRule,
    points: &[Point],
    now: SimTime,
) -> Verdict {
    Verdict { state, reason: sentence(from, state, rule, points), data: Some(data(rule, points, now)) }
}

fn sentence(from: AlarmState, state: AlarmState, rule: &MetricRule, points: &[Point]) -> String {
    let looked_at = rule.evaluation_periods;
    if points.is_empty() {
        let were = if looked_at == 1 { "datapoint was" } else { "datapoints were" };
        let treated = match state {
            AlarmState::InsufficientData => return format!("Insufficient Data: {looked_at} {were} unknown."),
            AlarmState::Ok => "NonBreaching",
            AlarmState::Alarm => "Breaching",
        };
        let periods = if looked_at == 1 { "period" } else { "periods" };
        return format!(
            "Threshold Crossed: no datapoints were received for {looked_at} {periods} and {looked_at} missing {were} treated as [{treated}]."
        );
    }
    let crossing =
        |point: &&Point| rule.comparison.breaches(point.value, rule.threshold) == (state == AlarmState::Alarm);
    let crossed: Vec<String> = points
        .iter()
        .filter(crossing)
        .map(|point| format!("{} ({})", number(point.value), point.start.format("%d/%m/%y %H:%M:%S")))
        .collect();
    let (verb, count) = (if crossed.len() == 1 { "was" } else { "were" }, crossed.len());
    let not = if state == AlarmState::Alarm { "" } else { " not" };
    let needed = match state {
        AlarmState::Alarm => rule.datapoints_to_alarm.unwrap_or(looked_at),
        AlarmState::Ok | AlarmState::InsufficientData => {
            (looked_at + 1).saturating_sub(rule.datapoints_to_alarm.unwrap_or(looked_at))
        }
    };
    let plural = if needed == 1 { "datapoint" } else { "datapoints" };
    let from = if from == state { before(state) } else { from };
    let movement = format!("for {from} -> {state} transition");
    format!(
        "Threshold Crossed: {count} out of the last {looked_at} datapoints [{}] {verb}{not} {} the threshold ({}) (minimum {needed} {plural} {movement}).",
        crossed.join(", "),
        rule.comparison.words(),
        number(rule.threshold)
    )
}

/// Whether a reason speaks of datapoints that were missing.
pub(super) fn is_silence(reason: &str) -> bool {
    reason.starts_with("Insufficient Data") || reason.starts_with("Threshold Crossed: no datapoints")
}

/// What an alarm most likely was before it came into a state: for worlds that begin in it.
fn before(state: AlarmState) -> AlarmState {
    match state {
        AlarmState::Ok => AlarmState::Alarm,
        AlarmState::Alarm | AlarmState::InsufficientData => AlarmState::Ok,
    }
}

fn data(rule: &MetricRule, points: &[Point], now: SimTime) -> String {
    let stamp = |at: SimTime| at.format("%Y-%m-%dT%H:%M:%S.%3f+0000");
    let evaluated: Vec<_> = (points.iter())
        .map(|point| json!({ "timestamp": stamp(point.start), "sampleCount": point.samples, "value": point.value }))
        .collect();
    let recent: Vec<f64> = points.iter().rev().map(|point| point.value).collect();
    let statistic = rule.extended_statistic.as_deref().unwrap_or(rule.statistic.as_str());
    json!({
        "version": "1.0",
        "queryDate": stamp(now),
        "startDate": points.last().map(|point| stamp(point.start)),
        "statistic": statistic,
        "period": rule.period_s,
        "recentDatapoints": recent,
        "threshold": rule.threshold,
        "evaluatedDatapoints": evaluated,
    })
    .to_string()
}

/// The verdict on a composite alarm; `mover` is the child that changed last.
pub(super) fn composite(state: AlarmState, mover: Option<&Alarm>, now: SimTime) -> Verdict {
    let Some(child) = mover else {
        return Verdict { state, reason: "Alarm rule evaluated".to_owned(), data: None };
    };
    let at = child.transitioned_at.min(now);
    let reason = format!("{} transitioned to {} at {}", child.arn, child.state, at.format("%A %d %B, %Y %H:%M:%S UTC"));
    let triggering = json!({ "arn": child.arn, "state": { "value": child.state, "timestamp": at.format("%Y-%m-%dT%H:%M:%S.%3f+0000") } });
    Verdict { state, reason, data: Some(json!({ "triggeringAlarms": [triggering] }).to_string()) }
}

/// `HistoryData` of a change from the alarm's state to `verdict`.
pub(super) fn history_data(alarm: &Alarm, verdict: &Verdict, now: SimTime) -> String {
    let parsed =
        |text: &Option<String>| text.as_deref().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    json!({
        "version": "1.0",
        "type": if alarm.is_metric() { "Metric" } else { "Composite" },
        "oldState": { "stateValue": alarm.state, "stateReason": alarm.reason, "stateReasonData": parsed(&alarm.reason_data) },
        "newState": { "stateValue": verdict.state, "stateReason": verdict.reason, "stateReasonData": parsed(&verdict.data) },
        "publishedAt": now.format("%Y-%m-%dT%H:%M:%S.%3f+0000"),
    })
    .to_string()
}

/// CloudWatch writes whole numbers with one decimal.
fn number(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.1}") } else { value.to_string() }
}
