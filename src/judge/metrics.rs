//! What metrics say, and how far they say anything.
//!
//! Owns: [`Metrics`], the reading of series by the minute. Depends on: estate. Must stay true: a minute is counted only once it is
//! settled (CloudWatch is up to three minutes late, `aws-domain.md` A.5); absent is no value, and zero only where that is what
//! absence means; a question that nobody asked is told apart from one without an answer.

use jiff::{SignedDuration, Timestamp};

use crate::estate::alarm::Series;
use crate::estate::query::Query;
use crate::estate::{Estate, Kind, Row, Trust};
use crate::id::Region;

/// How long after its end a minute is settled: the period before last is read (`aws-domain.md` A.5).
const SETTLED: SignedDuration = SignedDuration::from_secs(60);
/// How far back the newest value may lie to be today's: beyond, the metric is late.
const RECENT: SignedDuration = SignedDuration::from_mins(6);

/// What a metric says of the present.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sample {
    /// Nobody asked: beyond the budget, or not needed by anyone.
    Unasked,
    /// Asked, and the answer failed or is too old.
    Unread,
    /// Asked and answered, and there is no value in the last minutes.
    Silent,
    /// A value, and the start of its minute.
    Value(f64, Timestamp),
}

impl Sample {
    /// The value, where there is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Value(value, _) => Some(value),
            Self::Unasked | Self::Unread | Self::Silent => None,
        }
    }
}

/// The metrics of one region.
#[derive(Debug, Clone)]
pub struct Metrics<'a> {
    /// The rows of each question, in the order of their queries, and whether they can be trusted now.
    answers: Vec<(&'a [Series], bool)>,
    now: Timestamp,
}

impl<'a> Metrics<'a> {
    /// What is known of `region`'s metrics.
    pub fn new(estate: &'a Estate, region: &Region, now: Timestamp) -> Self {
        let answers = estate.slices(region, Kind::Series).map(|(_, slice)| {
            let known = matches!(slice.trust(Series::KIND.age_limit(), now), Trust::Fresh | Trust::Failing(_));
            (slice.rows::<Series>(), known)
        });
        Self { answers: answers.collect(), now }
    }

    /// Whether any metric of the region can be trusted now.
    pub fn are_known(&self) -> bool {
        self.answers.iter().any(|(rows, known)| *known && !rows.is_empty())
    }

    /// The series that answers a query, trusted now, and whether it was asked at all.
    fn find(&self, query: &Query) -> Result<&'a Series, Sample> {
        let key = |series: &Series| (&series.metric, &series.statistic).cmp(&(&query.metric, &query.statistic));
        let mut missing = Sample::Unasked;
        for (rows, known) in &self.answers {
            if let Some(series) = rows.binary_search_by(key).ok().and_then(|at| rows.get(at)) {
                if *known {
                    return Ok(series);
                }
                missing = Sample::Unread;
            }
        }
        Err(missing)
    }

    /// The newest settled value.
    pub fn latest(&self, query: &Query) -> Sample {
        let series = match self.find(query) {
            Ok(series) => series,
            Err(missing) => return missing,
        };
        let newest = series.points.iter().rev().find(|(at, _)| self.is_settled(*at));
        match newest.filter(|(at, _)| self.now.duration_since(*at) < RECENT) {
            Some((at, value)) => Sample::Value(*value, *at),
            None => Sample::Silent,
        }
    }

    /// The values of the last `count` settled minutes, the newest first; none where a minute has none. Empty where nobody asked,
    /// or the answer cannot be trusted.
    pub fn minutes(&self, query: &Query, count: usize) -> Vec<Option<f64>> {
        let Ok(series) = self.find(query) else { return Vec::new() };
        let newest = self.newest_minute();
        let at = |back: usize| newest - 60 * i64::try_from(back).unwrap_or(0);
        let value = |start: i64| series.points.iter().rev().find(|(at, _)| at.as_second() == start).map(|(_, v)| *v);
        (0..count).map(|back| value(at(back))).collect()
    }

    /// The whole series of a query, where it can be trusted.
    pub fn series(&self, query: &Query) -> Option<&'a Series> {
        self.find(query).ok()
    }

    /// The start of the newest settled minute, in seconds.
    fn newest_minute(&self) -> i64 {
        (self.now.as_second() - SETTLED.as_secs()).div_euclid(60) * 60 - 60
    }

    fn is_settled(&self, start: Timestamp) -> bool {
        start.as_second() <= self.newest_minute()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estate::{Row, Slice, SliceId, Update};
    use crate::id::GroupName;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn estate(points: &[(i64, f64)]) -> (Estate, Query) {
        let query = Query::of_group(&GroupName::from("web"));
        let series = Series {
            id: "board".into(),
            metric: query.metric.clone(),
            statistic: query.statistic.clone(),
            points: points.iter().map(|(second, value)| (at(*second), *value)).collect(),
        };
        let mut estate = Estate::default();
        let id = SliceId::of(&Region::from("us-east-1"), Kind::Series, "board");
        estate.apply(Update::part(id, Slice::read(Series::rows(vec![series]), at(610))));
        (estate, query)
    }

    #[test]
    fn the_minute_before_last_is_read_aws_domain_a5() {
        let (estate, query) = estate(&[(360, 1.0), (420, 2.0), (480, 3.0), (540, 4.0)]);
        let metrics = Metrics::new(&estate, &Region::from("us-east-1"), at(610));
        assert_eq!(metrics.latest(&query), Sample::Value(3.0, at(480)), "the minute from 540 ended ten seconds ago");
        assert_eq!(metrics.minutes(&query, 4), [Some(3.0), Some(2.0), Some(1.0), None]);
    }

    #[test]
    fn nothing_asked_nothing_read_and_nothing_there_are_three_things() {
        let (estate, query) = estate(&[(0, 1.0)]);
        let east = Region::from("us-east-1");
        assert_eq!(
            Metrics::new(&estate, &east, at(610)).latest(&query),
            Sample::Silent,
            "the last value is ten minutes old"
        );
        assert_eq!(Metrics::new(&estate, &east, at(2000)).latest(&query), Sample::Unread);
        let other = Query::of_group(&GroupName::from("api"));
        assert_eq!(Metrics::new(&estate, &east, at(610)).latest(&other), Sample::Unasked);
    }
}
