//! Metrics over time: from a request's description of a metric to its values, period by period.
//!
//! Owns: statistics, periods, the span of time that a request covers. Knows the world's minutes. Must stay true: a
//! period without samples has no value; a period that is not over has what its minutes up to now have.

use std::time::Duration;

use super::invalid;
use crate::sim::physics::{Datapoint, Metric};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Params;
use crate::sim::world::{Region, SimTime, World};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// The longest period, seconds: a year.
const LONGEST: i64 = 365 * 24 * 3600;

/// One value a period, the oldest first; periods without a value are left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Series {
    /// Length of a period, minutes.
    pub(super) period: i64,
    /// Start of the period, and its value.
    pub(super) points: Vec<(SimTime, f64)>,
}

/// Which number of a period is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Statistic {
    Average,
    Sum,
    Minimum,
    Maximum,
    SampleCount,
    /// `p99`: 0 to 100.
    Percentile(f64),
}

impl Statistic {
    /// Reads `Average`, `p99.9`, …
    pub(super) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "Average" => Self::Average,
            "Sum" => Self::Sum,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            "SampleCount" => Self::SampleCount,
            other => {
                let percentile: f64 = other.strip_prefix('p')?.parse().ok()?;
                (0.0..=100.0).contains(&percentile).then_some(Self::Percentile(percentile))?
            }
        })
    }

    /// That number of a datapoint.
    pub(super) fn of(self, datapoint: &Datapoint) -> f64 {
        match self {
            Self::Average => datapoint.average(),
            Self::Sum => datapoint.sum,
            Self::Minimum => datapoint.minimum,
            Self::Maximum => datapoint.maximum,
            Self::SampleCount => datapoint.samples,
            Self::Percentile(percentile) => datapoint.percentile(percentile),
        }
    }
}

/// A metric's identity from members `Namespace`, `MetricName` and `Dimensions`.
pub(super) fn metric(params: &Params) -> Result<Metric, ApiError> {
    let mut dimensions = Vec::new();
    for dimension in params.objects("Dimensions") {
        dimensions.push((dimension.required("Name")?.to_owned(), dimension.required("Value")?.to_owned()));
    }
    dimensions.sort_unstable();
    let (namespace, name) = (params.required("Namespace")?.to_owned(), params.required("MetricName")?.to_owned());
    Ok(Metric { namespace, name, dimensions })
}

/// A period in minutes: 1, 5, 10, 20 or 30 seconds, or whole minutes. The simulated metrics have one value a minute, so
/// that shorter periods give it as well.
pub(super) fn period(params: &Params) -> Result<Option<i64>, ApiError> {
    match params.integer("Period")? {
        None => Ok(None),
        Some(1 | 5 | 10 | 20 | 30) => Ok(Some(1)),
        Some(seconds) if (60..=LONGEST).contains(&seconds) && seconds % 60 == 0 => Ok(Some(seconds / 60)),
        Some(seconds) => {
            let message = format!(
                "The value {seconds} for parameter Period is not 1, 5, 10, 20, 30 or a multiple of 60 up to {LONGEST}"
            );
            Err(invalid(message))
        }
    }
}

/// The time that a request covers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    from: SimTime,
    to: SimTime,
    now: SimTime,
}

impl Span {
    /// Reads `StartTime` (inclusive) and `EndTime` (exclusive).
    pub(super) fn read(params: &Params, now: SimTime) -> Result<Self, ApiError> {
        let required = |name: &str| ApiError::new("MissingParameter", format!("The parameter {name} is required."));
        let from = params.time("StartTime")?.ok_or_else(|| required("StartTime"))?;
        let to = params.time("EndTime")?.ok_or_else(|| required("EndTime"))?;
        if from >= to {
            return Err(invalid("The parameter StartTime must be less than the parameter EndTime."));
        }
        Ok(Self { from, to, now })
    }

    /// The periods of that many minutes: from the start rounded down (to the minute, to five when it is 15 days ago, to
    /// the hour when it is 63), as far back as values of that period are kept, up to the end or now.
    pub(super) fn periods(&self, period: i64) -> Periods {
        let age = self.now.since(self.from);
        let grain = if age > DAY * 63 {
            60
        } else if age > DAY * 15 {
            5
        } else {
            1
        };
        let kept = match period {
            hours if hours % 60 == 0 => DAY * 455,
            fives if fives % 5 == 0 => DAY * 63,
            _ => DAY * 15,
        };
        let first = self.from.minute().div_euclid(grain) * grain;
        // Whole periods are skipped, so that the others stay where the start puts them.
        let first = first + ceiling((self.now - kept).minute() - first, period) * period;
        let end = self.to.min(self.now).as_millis();
        let count = ceiling(end.div_euclid(60_000) + i64::from(end.rem_euclid(60_000) > 0) - first, period);
        Periods { first, period, count }
    }
}

/// How many times `by` it takes to cover `length`; none for a negative length.
fn ceiling(length: i64, by: i64) -> i64 {
    if length <= 0 { 0 } else { (length - 1) / by + 1 }
}

/// Periods of equal length, one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Periods {
    first: i64,
    period: i64,
    count: i64,
}

impl Periods {
    /// How many there are.
    pub(super) fn count(self) -> usize {
        usize::try_from(self.count).unwrap_or(usize::MAX)
    }

    /// The first instant of each.
    pub(super) fn starts(self) -> impl Iterator<Item = SimTime> {
        (0..self.count).map(move |index| SimTime::of_minute(self.first + index * self.period))
    }
}

/// The datapoints of a metric, one a period; a period that began before the end is given whole.
pub(super) fn datapoints(
    world: &World,
    region: &Region,
    metric: &Metric,
    periods: Periods,
) -> Vec<(SimTime, Datapoint)> {
    periods
        .starts()
        .filter_map(|start| {
            let minutes = (start.minute()..start.minute() + periods.period).map(SimTime::of_minute);
            let counted = minutes.take_while(|at| *at < world.now).filter_map(|at| world.metric(region, metric, at));
            counted.reduce(Datapoint::merged).map(|datapoint| (start, datapoint))
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;

    fn starts(from: i64, to: i64, period: i64) -> Vec<i64> {
        let now = SimTime::from_seconds(100 * 24 * HOUR);
        let members = json!({"StartTime": now.as_seconds() + from, "EndTime": now.as_seconds() + to});
        let params = Params::new(members.as_object().unwrap().clone());
        let periods = Span::read(&params, now).unwrap().periods(period);
        let starts: Vec<i64> = periods.starts().map(|start| start.as_seconds() - now.as_seconds()).collect();
        assert_eq!(starts.len(), periods.count());
        starts
    }

    #[test]
    fn periods_start_where_the_request_does() {
        assert_eq!(starts(-3 * MINUTE, 0, 1), [-180, -120, -60]);
        assert_eq!(starts(-3 * MINUTE + 20, 0, 1), [-180, -120, -60], "rounded down to the minute");
        assert_eq!(starts(-7 * MINUTE, 0, 5), [-420, -120], "the last one is not over");
        assert_eq!(starts(-MINUTE, HOUR, 1), [-60], "nothing begins in the future");
        assert!(starts(HOUR, 2 * HOUR, 1).is_empty());
    }

    /// One-minute values are kept 15 days, five-minute values 63, hourly ones 455.
    #[test]
    fn values_are_kept_as_long_as_their_period_allows() {
        let day = 24 * HOUR;
        assert_eq!(starts(-99 * day, 0, 1).first(), Some(&(-15 * day)));
        assert_eq!(starts(-99 * day, 0, 5).first(), Some(&(-63 * day)));
        assert_eq!(starts(-99 * day, 0, 60).first(), Some(&(-99 * day)));
    }

    #[test]
    fn statistics_are_read_by_name() {
        assert_eq!(Statistic::parse("p99.9"), Some(Statistic::Percentile(99.9)));
        for unknown in ["p", "p101", "pNaN", "average", "tm90", ""] {
            assert_eq!(Statistic::parse(unknown), None, "{unknown}");
        }
    }
}
