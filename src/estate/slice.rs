//! Slices: what one read returned, when, and the error if the last one failed.
//!
//! Owns: [`Slice`], [`Part`], [`SliceId`]. Depends on: kinds, time. Must stay true: a failed read keeps the rows of the last
//! good one, with their age; it never empties them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::failure::ReadFailure;
use super::kind::{Kind, Row, Rows};
use crate::id::{Region, Text, ZoneName};

/// Which part of a kind a slice holds: what one read returns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// All of the region's.
    All,
    /// One zone's.
    Zone(ZoneName),
    /// What belongs to one parent: a target group's ARN, a classic balancer's name.
    Of(Text),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Zone(zone) => zone.fmt(f),
            Self::Of(parent) => f.write_str(parent),
        }
    }
}

/// Names a slice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SliceId {
    /// Where.
    pub region: Region,
    /// What.
    pub kind: Kind,
    /// Which of it.
    pub part: Part,
}

impl SliceId {
    /// All of a region's `kind`.
    pub fn all(region: &Region, kind: Kind) -> Self {
        Self { region: region.clone(), kind, part: Part::All }
    }

    /// What belongs to `parent`.
    pub fn of(region: &Region, kind: Kind, parent: impl Into<Text>) -> Self {
        Self { region: region.clone(), kind, part: Part::Of(parent.into()) }
    }
}

/// A read that failed, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// When the last attempt failed.
    pub at: Timestamp,
    /// When the first of the attempts failed that have failed in a row.
    pub since: Timestamp,
    /// Why.
    pub why: ReadFailure,
}

/// What one read returned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    good: Option<Reading>,
    failure: Option<Failure>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Reading {
    rows: Arc<Rows>,
    at: Timestamp,
    /// Kept on disk by an earlier run: shown with its age, never counted.
    #[serde(skip, default = "kept")]
    kept: bool,
}

fn kept() -> bool {
    true
}

/// Between two failed attempts, the longest time after which they still count as in a row: nobody looked in between.
const IN_A_ROW: SignedDuration = SignedDuration::from_mins(15);

/// How far ahead of now a reading may be: AWS's seconds are cut.
const AHEAD: SignedDuration = SignedDuration::from_secs(5);

/// How far a slice can be trusted.
#[derive(Debug, Clone, PartialEq)]
pub enum Trust<'a> {
    /// Read within its age limit, and the last attempt did not fail.
    Fresh,
    /// The last attempt failed, but what is known is within its age limit.
    Failing(&'a Failure),
    /// Older than its age limit, kept from an earlier run, or since refused; the failure, if that is why.
    Stale(Duration, Option<&'a Failure>),
    /// Never read; the failure, if it was tried.
    Unknown(Option<&'a Failure>),
}

impl Trust<'_> {
    /// Whether counts may be made from it.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Fresh | Self::Failing(_))
    }
}

impl Slice {
    /// Rows just read.
    pub fn read(rows: Rows, at: Timestamp) -> Self {
        Self { good: Some(Reading { rows: Arc::new(rows), at, kept: false }), failure: None }
    }

    /// A first read that failed.
    pub fn failed(why: ReadFailure, at: Timestamp) -> Self {
        Self { good: None, failure: Some(Failure { at, since: at, why }) }
    }

    /// A slice of which it is known that it is there to be read, and nothing else.
    pub fn unread() -> Self {
        Self { good: None, failure: None }
    }

    /// Whether its rows were kept on disk by an earlier run.
    pub fn is_kept(&self) -> bool {
        self.good.as_ref().is_some_and(|reading| reading.kept)
    }

    /// What is known after `newer` came for the same id: a failure keeps the older rows.
    #[must_use]
    pub fn followed_by(&self, newer: Slice) -> Slice {
        if newer.good.is_some() {
            return newer;
        }
        let mut failure = newer.failure;
        if let (Some(failure), Some(before)) = (&mut failure, &self.failure)
            && failure.at.duration_since(before.at) <= IN_A_ROW
        {
            failure.since = failure.since.min(before.since);
        }
        Slice { good: self.good.clone(), failure }
    }

    /// The same reading, of which only some rows are kept: a zone's share of a region's.
    #[must_use]
    pub fn narrowed<T: Row + Clone>(&self, keep: impl Fn(&T) -> bool) -> Slice {
        let good = self.good.as_ref().map(|reading| Reading {
            rows: Arc::new(T::rows(self.rows::<T>().iter().filter(|row| keep(row)).cloned().collect())),
            ..reading.clone()
        });
        Slice { good, failure: self.failure.clone() }
    }

    /// The rows of the last good read, as `T`.
    pub fn rows<T: Row>(&self) -> &[T] {
        self.good.as_ref().and_then(|reading| T::of(&reading.rows)).unwrap_or(&[])
    }

    /// The rows of the last good read.
    pub fn all_rows(&self) -> Option<&Arc<Rows>> {
        self.good.as_ref().map(|reading| &reading.rows)
    }

    /// When the last good read was made.
    pub fn read_at(&self) -> Option<Timestamp> {
        self.good.as_ref().map(|reading| reading.at)
    }

    /// The failure of the last attempt, if it failed.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// How old the rows are.
    pub fn age(&self, now: Timestamp) -> Option<Duration> {
        self.read_at().map(|at| age(at, now))
    }

    /// How far to trust it: `limit` is its kind's age limit.
    pub fn trust(&self, limit: Duration, now: Timestamp) -> Trust<'_> {
        let failure = self.failure();
        let Some(reading) = &self.good else { return Trust::Unknown(failure) };
        let age = age(reading.at, now);
        match failure {
            // A reading from the future is one from before the clock was set right: nobody can tell its age.
            _ if age > limit || reading.kept || reading.at.duration_since(now) > AHEAD => Trust::Stale(age, failure),
            // What we may no longer read is no longer known, nor what has fallen silent alone; an outage of some seconds is borne
            // within the age limit.
            Some(failure) if !failure.why.kind.is_passing() => Trust::Stale(age, Some(failure)),
            Some(failure) => Trust::Failing(failure),
            None => Trust::Fresh,
        }
    }
}

/// How long ago `at` was; zero for what lies ahead.
pub fn age(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(at).max(SignedDuration::ZERO)).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estate::account::Alias;
    use crate::estate::failure::FailureKind;

    const LIMIT: Duration = Duration::from_secs(60);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn failing(kind: FailureKind) -> Slice {
        let why = ReadFailure { kind, action: "x:Y".into(), code: None, message: "no".into(), request_id: None };
        Slice::failed(why, at(10))
    }

    fn good() -> Slice {
        Slice::read(Alias::rows(vec![Alias("shop".into())]), at(0))
    }

    #[test]
    fn a_failed_read_keeps_the_rows_and_their_age() {
        let slice = good().followed_by(failing(FailureKind::Unreachable));
        assert_eq!(slice.rows::<Alias>().len(), 1);
        assert_eq!(slice.age(at(20)), Some(Duration::from_secs(20)));
        assert!(matches!(slice.trust(LIMIT, at(20)), Trust::Failing(_)));
        assert!(matches!(slice.trust(LIMIT, at(61)), Trust::Stale(_, Some(_))));
    }

    #[test]
    fn what_may_no_longer_be_read_is_no_longer_known() {
        let slice = good().followed_by(failing(FailureKind::Denied));
        assert!(!slice.trust(LIMIT, at(20)).is_known());
        assert!(matches!(failing(FailureKind::Denied).trust(LIMIT, at(20)), Trust::Unknown(Some(_))));
    }

    /// `aws-domain.md` A.1: the silent zone is unknown since its first failure, not when its rows grow old.
    #[test]
    fn a_zone_that_alone_falls_silent_is_unknown_at_once_and_since_its_first_failure_aws_domain_a1() {
        let failed = |kind, second| Slice {
            failure: failing(kind).failure.map(|f| Failure { at: at(second), since: at(second), ..f }),
            good: None,
        };
        let slice = good().followed_by(failed(FailureKind::Service, 10)).followed_by(failed(FailureKind::Silent, 20));
        assert!(matches!(slice.trust(LIMIT, at(21)), Trust::Stale(_, Some(_))));
        assert_eq!(slice.failure().map(|failure| failure.since), Some(at(10)));
        assert_eq!(slice.rows::<Alias>().len(), 1, "its last rows are kept");
        let much_later = slice.followed_by(failed(FailureKind::Silent, 20 + 3600));
        assert_eq!(much_later.failure().map(|failure| failure.since), Some(at(20 + 3600)), "nobody looked in between");
    }

    #[test]
    fn what_an_earlier_run_kept_is_never_counted() {
        let text = serde_json::to_string(&good()).unwrap();
        let kept: Slice = serde_json::from_str(&text).unwrap();
        assert_eq!(kept.rows::<Alias>().len(), 1);
        assert!(matches!(kept.trust(LIMIT, at(1)), Trust::Stale(_, None)));
        assert!(matches!(kept.followed_by(good()).trust(LIMIT, at(1)), Trust::Fresh));
    }
}
