//! Evaluates a metric alarm: M of N datapoints, and what silence means.
//!
//! Owns: which datapoints an alarm looks at. Must stay true: it sees what is published by then and no more; the newest
//! datapoint is the end of what it looks at as long as it is not later than usual, so that lateness alone is no silence.

use std::collections::BTreeMap;

use super::super::super::world::{AlarmState, MetricRule, MissingData, Region, SimTime, Statistic, World};
use super::super::metric::Datapoint;
use super::reason::Point;

/// How many periods CloudWatch looks back beyond N, so that late or sparse data does not become silence at once.
const LOOKED_BACK: i64 = 2;
/// For how many minutes it waits for datapoints that come late, before it takes them for missing.
const WAITED: i64 = 4;

/// What was published for an alarm, by minute; `None` when there was nothing to publish.
type Seen = BTreeMap<i64, Option<Datapoint>>;

/// Adds what was published until `now` to what an alarm has seen, and drops what it does not look at any more.
pub(super) fn read(world: &World, region: &Region, rule: &MetricRule, now: SimTime, seen: &mut Seen) {
    let first = now.minute() - WAITED - period(rule) * (i64::from(rule.evaluation_periods) + LOOKED_BACK);
    *seen = seen.split_off(&first);
    for minute in first..now.minute() {
        if seen.contains_key(&minute) {
            continue;
        }
        let at = SimTime::of_minute(minute);
        if world.published_at(&rule.namespace, &rule.dimensions, at) <= now {
            seen.insert(minute, world.measure(region, &rule.namespace, &rule.metric, &rule.dimensions, at));
        }
    }
}

/// The state that an alarm should have at `now`, and the datapoints that say so; `None` when silence leaves it as it is.
pub(super) fn state(seen: &Seen, rule: &MetricRule, now: SimTime) -> Option<(AlarmState, Vec<Point>)> {
    let points = datapoints(seen, rule, now);
    let breaches = |point: &Point| rule.comparison.breaches(point.value, rule.threshold);
    let pattern: Vec<bool> = points.iter().map(breaches).collect();
    let needed = rule.datapoints_to_alarm.unwrap_or(rule.evaluation_periods);
    let state = judge(&pattern, needed, rule.evaluation_periods, rule.missing_data.unwrap_or(MissingData::Missing))?;
    Some((state, points))
}

/// The state that the datapoints call for: `breaching` are those that exist (N at most), `m` of `n` must breach. Follows
/// the tables in CloudWatch's "Configuring how CloudWatch alarms treat missing data".
fn judge(breaching: &[bool], m: u32, n: u32, missing: MissingData) -> Option<AlarmState> {
    let count =
        |wanted: bool| u32::try_from(breaching.iter().filter(|breach| **breach == wanted).count()).unwrap_or(u32::MAX);
    let (bad, good) = (count(true), count(false));
    let silent = n.saturating_sub(bad + good);
    let alarm_if = |alarm: bool| Some(if alarm { AlarmState::Alarm } else { AlarmState::Ok });
    if bad >= m || silent == 0 {
        return alarm_if(bad >= m);
    }
    match missing {
        MissingData::Breaching => alarm_if(bad + silent >= m),
        MissingData::NotBreaching => alarm_if(false),
        MissingData::Missing if breaching.is_empty() => Some(AlarmState::InsufficientData),
        MissingData::Missing => alarm_if(bad >= m.min(bad + good)),
        // Silence is left out of account: only datapoints that rule an alarm out change anything.
        MissingData::Ignore => (good > n - m).then_some(AlarmState::Ok),
    }
}

/// The newest N datapoints within reach, the newest first. Periods slide with the minutes.
fn datapoints(seen: &Seen, rule: &MetricRule, now: SimTime) -> Vec<Point> {
    let period = period(rule);
    let newest = seen.range(now.minute() - WAITED..).rev().find_map(|(minute, counted)| counted.map(|_| *minute));
    let end = newest.map_or(now.minute(), |newest| newest + 1);
    let reach = i64::from(rule.evaluation_periods) + LOOKED_BACK;
    let point = |start: i64| {
        let counted = seen.range(start..start + period).filter_map(|(_, counted)| *counted);
        let counted = counted.reduce(Datapoint::merged)?;
        Some(Point { start: SimTime::of_minute(start), value: value(&counted, rule), samples: counted.samples })
    };
    let starts = (1..=reach).map(|back| end - back * period);
    starts.filter_map(point).take(usize::try_from(rule.evaluation_periods).unwrap_or(usize::MAX)).collect()
}

/// Length of a period, minutes.
fn period(rule: &MetricRule) -> i64 {
    i64::from(rule.period_s / 60).max(1)
}

fn value(counted: &Datapoint, rule: &MetricRule) -> f64 {
    let percentile = rule.extended_statistic.as_deref().and_then(|text| text.strip_prefix('p')?.parse().ok());
    if let Some(percentile) = percentile {
        return counted.percentile(percentile);
    }
    match rule.statistic {
        Statistic::Sum => counted.sum,
        Statistic::Average => counted.average(),
        Statistic::Minimum => counted.minimum,
        Statistic::Maximum => counted.maximum,
        Statistic::SampleCount => counted.samples,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use AlarmState::{Alarm as A, InsufficientData as I, Ok as O};

    /// Rows of CloudWatch's table for an alarm of 3 out of 3: datapoints that exist (X breaches), then the state with
    /// missing, ignore, breaching, notBreaching. `None` keeps the state.
    #[test]
    fn silence_means_what_the_documentation_says_aws_domain_a5() {
        let rows: &[(&str, [Option<AlarmState>; 4])] = &[
            ("0XX", [Some(O), Some(O), Some(O), Some(O)]),
            ("XXX", [Some(A), Some(A), Some(A), Some(A)]),
            ("0", [Some(O), Some(O), Some(O), Some(O)]),
            ("", [Some(I), None, Some(A), Some(O)]),
            ("X", [Some(A), None, Some(A), Some(O)]),
        ];
        for (points, states) in rows {
            let breaching: Vec<bool> = points.chars().map(|point| point == 'X').collect();
            let got: Vec<_> = MissingData::ALL.iter().map(|missing| judge(&breaching, 3, 3, *missing)).collect();
            assert_eq!(got, states, "\"{points}\"");
        }
        assert_eq!(judge(&[true, false, true], 2, 3, MissingData::Missing), Some(A), "2 of 3");
        assert_eq!(judge(&[false, true], 2, 3, MissingData::Missing), Some(O));
    }
}
