//! One metric of a chart: its values in runs without gaps, the alarms on it, what it measures.
//!
//! Owns: [`Panel`]. Depends on: the answer's rows, alarms. Must stay true: values that are further apart than the metric's own step are
//! not joined; a threshold is in the chart's unit, a value a minute.

use std::sync::Arc;

use jiff::Timestamp;

use crate::estate::alarm::{Alarm, AlarmState};
use crate::estate::chart::Curve;
use crate::estate::query::Query;
use crate::estate::{Estate, Slice};
use crate::id::Region;

/// What a metric is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    PerCent,
    Seconds,
    Milliseconds,
    /// Counted a minute.
    PerMinute,
    /// A number of its own.
    Plain,
}

impl Unit {
    fn of(query: &Query) -> Self {
        let name = &*query.metric.name;
        match name {
            "CPUUtilization" => Self::PerCent,
            "TargetResponseTime" | "Latency" | "WriteLatency" | "ReadLatency" | "ReplicaLag" => Self::Seconds,
            "ApproximateAgeOfOldestMessage" => Self::Seconds,
            "AuroraReplicaLag" | "AuroraGlobalDBRPOLag" | "AuroraGlobalDBReplicationLag" => Self::Milliseconds,
            _ if &*query.statistic == "Sum" => Self::PerMinute,
            _ => Self::Plain,
        }
    }

    /// What stands behind a value.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::PerCent => "%",
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::PerMinute => "/min",
            Self::Plain => "",
        }
    }
}

/// An alarm on the metric.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Threshold {
    /// Its name.
    pub(super) alarm: String,
    /// `>`, `>=`, `<`, `<=`.
    pub(super) sign: &'static str,
    /// In the chart's unit.
    pub(super) value: f64,
    /// Whether it fires.
    pub(super) fires: bool,
}

/// One metric.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Panel {
    /// `CPUUtilization Average`.
    pub(super) title: String,
    /// Of what, by the metric's dimensions.
    pub(super) of: Vec<String>,
    pub(super) unit: Unit,
    /// Values that follow one another without a gap: seconds since the epoch and value.
    pub(super) runs: Vec<Vec<(f64, f64)>>,
    pub(super) thresholds: Vec<Threshold>,
    /// The newest value and its minute.
    pub(super) last: Option<(Timestamp, f64)>,
}

impl Panel {
    pub(super) fn new(query: &Query, slice: Option<&Arc<Slice>>, estate: &Estate, region: &Region) -> Self {
        let curves = slice.map(|slice| slice.rows::<Curve>()).unwrap_or_default();
        let points =
            curves.iter().find(|curve| query.is_answered_by(&curve.0)).map_or(&[][..], |curve| &curve.0.points);
        let alarms = estate.known::<Alarm>(region);
        let on_it = alarms.filter(|alarm| {
            alarm.metric.as_ref() == Some(&query.metric) && alarm.statistic.as_ref() == Some(&query.statistic)
        });
        let of = query.metric.dimensions.iter().map(|(_, value)| short(value).to_owned()).collect();
        Self {
            title: format!("{} {}", query.metric.name, query.statistic),
            of,
            unit: Unit::of(query),
            runs: runs(points),
            thresholds: on_it.filter_map(|alarm| threshold(alarm, query)).collect(),
            last: points.last().copied(),
        }
    }

    /// The least and the greatest value.
    pub(super) fn range(&self) -> Option<(f64, f64)> {
        let mut values = self.runs.iter().flatten().map(|(_, value)| *value);
        let first = values.next()?;
        Some(values.fold((first, first), |(low, high), value| (low.min(value), high.max(value))))
    }

    /// The values from bottom to top of the chart: from zero where nothing is below it, and a per cent up to a hundred.
    pub(super) fn bounds(&self) -> (f64, f64) {
        let (low, high) = self.range().unwrap_or((0.0, 0.0));
        if self.unit == Unit::PerCent && high <= 100.0 {
            return (low.min(0.0), 100.0);
        }
        // A threshold far above the values would press them flat: it is told in words then.
        let near = self.thresholds.iter().map(|threshold| threshold.value).filter(|value| *value <= high * 3.0);
        let top = near.fold(high, f64::max) * 1.1;
        (low.min(0.0), if top > 0.0 { top } else { 1.0 })
    }
}

/// A name in a dimension: `app/web/50dc6c495c0c9188` and `targetgroup/web/73e2…` are `web` to people.
fn short(value: &str) -> &str {
    let mut parts = value.split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(_), Some(name), Some(_)) => name,
        _ => value,
    }
}

/// Points in runs: the smallest step between two of them is the metric's own, and a longer one is a gap.
fn runs(points: &[(Timestamp, f64)]) -> Vec<Vec<(f64, f64)>> {
    let second = |at: &Timestamp| at.as_second() as f64;
    let steps = points.windows(2).filter_map(|pair| match pair {
        [(a, _), (b, _)] => Some(second(b) - second(a)),
        _ => None,
    });
    let step = steps.filter(|step| *step > 0.0).fold(f64::INFINITY, f64::min);
    let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
    for (at, value) in points {
        let at = second(at);
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|(last, _)| at - last <= step * 1.5) => run.push((at, *value)),
            _ => runs.push(vec![(at, *value)]),
        }
    }
    runs
}

/// An alarm's threshold as a value a minute: a sum over its period is so many times a minute's.
fn threshold(alarm: &Alarm, query: &Query) -> Option<Threshold> {
    let sign = match alarm.comparison.as_deref()? {
        "GreaterThanThreshold" => ">",
        "GreaterThanOrEqualToThreshold" => ">=",
        "LessThanThreshold" => "<",
        "LessThanOrEqualToThreshold" => "<=",
        _ => return None,
    };
    let minutes = f64::from(alarm.period_s.unwrap_or(60).max(60)) / 60.0;
    let value = alarm.threshold?;
    Some(Threshold {
        alarm: alarm.name.to_string(),
        sign,
        value: if &*query.statistic == "Sum" { value / minutes } else { value },
        fires: alarm.state == AlarmState::Alarm,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn points(minutes: &[i64]) -> Vec<(Timestamp, f64)> {
        minutes.iter().map(|minute| (Timestamp::from_second(minute * 60).unwrap(), 1.0)).collect()
    }

    #[test]
    fn a_missing_minute_is_a_gap_and_a_metric_of_every_five_minutes_has_none() {
        let lengths = |minutes: &[i64]| -> Vec<usize> { runs(&points(minutes)).iter().map(Vec::len).collect() };
        assert_eq!(lengths(&[1, 2, 3, 6, 7]), [3, 2]);
        assert_eq!(lengths(&[5, 10, 15, 25]), [3, 1]);
        assert_eq!(lengths(&[]), Vec::<usize>::new());
    }
}
