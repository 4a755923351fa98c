//! What metrics say, and how far they say anything.
//!
//! Owns: [`Metrics`], the reading of series by the minute. Depends on: estate. Must stay true: a minute is counted only once it is
//! settled when it was read (CloudWatch is up to three minutes late, `aws-domain.md` A.5), never by an answer older than that
//! minute; absent is no value, and zero only where that is what
//! absence means; a question that nobody asked is told apart from one without an answer.

use jiff::{SignedDuration, Timestamp};

use crate::estate::alarm::Series;
use crate::estate::query::Query;
use crate::estate::{Estate, Kind, Row};
use crate::id::Region;

/// How long after its end a minute is settled: the period before last is read (`aws-domain.md` A.5).
const SETTLED: SignedDuration = SignedDuration::from_secs(60);
/// How far before the reading the newest value may lie to be the present's: beyond, the metric is late.
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
    answers: Vec<Answer<'a>>,
}

/// The answer to one question.
#[derive(Debug, Clone, Copy)]
struct Answer<'a> {
    /// In the order of the queries.
    rows: &'a [Series],
    /// Whether it can be trusted now.
    is_known: bool,
    /// When it was read: nothing is known of the minutes after.
    read_at: Timestamp,
}

impl<'a> Metrics<'a> {
    /// What is known of `region`'s metrics.
    pub fn new(estate: &'a Estate, region: &Region, now: Timestamp) -> Self {
        let answers = estate.slices(region, Kind::Series).map(|(_, slice)| {
            let is_known = slice.trust(Series::KIND.age_limit(), now).is_known();
            Answer { rows: slice.rows(), is_known, read_at: slice.read_at().unwrap_or(now) }
        });
        Self { answers: answers.collect() }
    }

    /// Whether any metric of the region can be trusted now.
    pub fn are_known(&self) -> bool {
        self.answers.iter().any(|answer| answer.is_known && !answer.rows.is_empty())
    }

    /// The series that answers a query, trusted now, with the answer it came in, or why there is none.
    fn find(&self, query: &Query) -> Result<(&'a Series, Answer<'a>), Sample> {
        let key = |series: &Series| (&series.metric, &series.statistic).cmp(&(&query.metric, &query.statistic));
        let mut missing = Sample::Unasked;
        for answer in &self.answers {
            if let Some(series) = answer.rows.binary_search_by(key).ok().and_then(|at| answer.rows.get(at)) {
                if answer.is_known {
                    return Ok((series, *answer));
                }
                missing = Sample::Unread;
            }
        }
        Err(missing)
    }

    /// The newest value that was settled when it was read.
    pub fn latest(&self, query: &Query) -> Sample {
        let (series, answer) = match self.find(query) {
            Ok(found) => found,
            Err(missing) => return missing,
        };
        let newest = series.points.iter().rev().find(|(at, _)| at.as_second() <= answer.newest_minute());
        match newest.filter(|(at, _)| answer.read_at.duration_since(*at) < RECENT) {
            Some((at, value)) => Sample::Value(*value, *at),
            None => Sample::Silent,
        }
    }

    /// The values of the last `count` minutes that were settled when they were read, the newest first; none where a minute has none.
    /// Empty where nobody asked, or the answer cannot be trusted.
    pub fn minutes(&self, query: &Query, count: usize) -> Vec<Option<f64>> {
        let Ok((series, answer)) = self.find(query) else { return Vec::new() };
        let newest = answer.newest_minute();
        let at = |back: usize| newest - 60 * i64::try_from(back).unwrap_or(0);
        let value = |start: i64| series.points.iter().rev().find(|(at, _)| at.as_second() == start).map(|(_, v)| *v);
        (0..count).map(|back| value(at(back))).collect()
    }

    /// The whole series of a query, where it can be trusted.
    pub fn series(&self, query: &Query) -> Option<&'a Series> {
        self.find(query).ok().map(|(series, _)| series)
    }
}

impl Answer<'_> {
    /// The start of the newest minute that was settled when it was read, in seconds.
    fn newest_minute(&self) -> i64 {
        (self.read_at.as_second() - SETTLED.as_secs()).div_euclid(60) * 60 - 60
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

    /// A minute that ended after the reading has no value here: that is no absence of traffic.
    #[test]
    fn minutes_after_the_reading_are_not_empty_ones_aws_domain_b1() {
        let (estate, query) = estate(&[(360, 1.0), (420, 2.0), (480, 3.0), (540, 4.0)]);
        let metrics = Metrics::new(&estate, &Region::from("us-east-1"), at(900));
        assert_eq!(metrics.latest(&query), Sample::Value(3.0, at(480)), "read at 610, as it was then");
        assert_eq!(metrics.minutes(&query, 3), [Some(3.0), Some(2.0), Some(1.0)]);
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
