//! Time: AWS's own, and the monotonic clock that waits are measured on.
//!
//! Owns: every reading of a clock in the program. Depends on: nothing. Must stay true: ages and deadlines go by the `Date`
//! header of AWS's answers, never by this machine's wall clock; what is scheduled goes by [`Clock::steady`], which no answer moves.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// The monotonic clock. On tokio's paused clock it is virtual, so that tests take no time.
pub fn monotonic() -> Instant {
    Instant::now()
}

/// This machine's wall clock; only to start from, until AWS has answered once.
pub fn wall() -> Timestamp {
    Timestamp::now()
}

/// AWS's time, known from the `Date` headers of its answers.
///
/// A header has whole seconds and arrives late, so the clock is moved only where it is off by more than that.
#[derive(Debug)]
pub struct Clock {
    rate: f64,
    start: (Timestamp, Instant),
    anchor: Mutex<Anchor>,
}

#[derive(Debug, Clone, Copy)]
struct Anchor {
    at: Timestamp,
    since: Instant,
    skew: Option<SignedDuration>,
    /// A date so far off that a second answer must say the same before it is believed.
    doubted: Option<Timestamp>,
}

/// How far a single answer may move a clock that other answers have set: a captive portal or a proxy sends dates too.
const DOUBTED: SignedDuration = SignedDuration::from_hours(1);
/// How far a `Date` header may be behind before the clock believes it: whole seconds, plus the answer's way.
const BEHIND: SignedDuration = SignedDuration::from_secs(3);
/// How far it may be ahead: the header's seconds are cut, so an answer from the future means that we are late.
const AHEAD: SignedDuration = SignedDuration::from_secs(1);

impl Clock {
    /// A clock that starts at this machine's time. `rate` is AWS seconds a second: 1, but for a simulated account that runs faster.
    pub fn new(rate: f64) -> Self {
        Self::starting_at(wall(), rate)
    }

    /// A clock that starts at `at`.
    pub fn starting_at(at: Timestamp, rate: f64) -> Self {
        let since = monotonic();
        Self { rate, start: (at, since), anchor: Mutex::new(Anchor { at, since, skew: None, doubted: None }) }
    }

    /// AWS's time now, to the best of our knowledge. It goes back where AWS says that it was ahead.
    pub fn now(&self) -> Timestamp {
        let anchor = self.lock();
        project(anchor.at, anchor.since, self.rate)
    }

    /// A time that only goes forward, at AWS's pace, whatever AWS's answers say: for what is scheduled.
    pub fn steady(&self) -> Timestamp {
        project(self.start.0, self.start.1, self.rate)
    }

    /// Takes note of the `Date` header of an answer.
    pub fn observe(&self, date: Timestamp) {
        let mut anchor = self.lock();
        let expected = project(anchor.at, anchor.since, self.rate);
        let ahead = date.duration_since(expected);
        if ahead.abs() > DOUBTED && anchor.skew.is_some() {
            let confirmed = anchor.doubted.is_some_and(|before| date.duration_since(before).abs() < DOUBTED);
            anchor.doubted = Some(date);
            if !confirmed {
                return;
            }
        }
        anchor.doubted = None;
        anchor.skew = Some(date.duration_since(wall()));
        if ahead > AHEAD || -ahead > BEHIND {
            anchor.at = date;
            anchor.since = monotonic();
        }
    }

    /// How far AWS's clock is ahead of this machine's, once AWS has answered.
    pub fn skew(&self) -> Option<SignedDuration> {
        self.lock().skew
    }

    /// AWS seconds a second.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// How long to wait on the monotonic clock for `span` of AWS's time to pass.
    pub fn wait_for(&self, span: Duration) -> Duration {
        if self.rate > 0.0 { Duration::try_from_secs_f64(span.as_secs_f64() / self.rate).unwrap_or(span) } else { span }
    }

    fn lock(&self) -> MutexGuard<'_, Anchor> {
        self.anchor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What `at` has become since `since`; at the end of time it stands still.
fn project(at: Timestamp, since: Instant, rate: f64) -> Timestamp {
    let elapsed = monotonic().saturating_duration_since(since).as_secs_f64() * rate.max(0.0);
    SignedDuration::try_from_secs_f64(elapsed).ok().and_then(|by| at.checked_add(by).ok()).unwrap_or(at)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn start() -> Timestamp {
        "2026-11-21T03:00:00Z".parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn follows_aws_both_ways() {
        let clock = Clock::starting_at(start(), 1.0);
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(clock.now(), start() + SignedDuration::from_secs(10));
        clock.observe(start() + SignedDuration::from_secs(9));
        assert_eq!(clock.now(), start() + SignedDuration::from_secs(10), "a header's cut second moves nothing");
        clock.observe(start() + SignedDuration::from_secs(400));
        assert_eq!(clock.now(), start() + SignedDuration::from_secs(400), "a laptop that was asleep catches up");
        let steady = clock.steady();
        clock.observe(start());
        assert_eq!(clock.now(), start(), "a laptop that was ahead goes back, and does not stand still");
        assert_eq!(clock.steady(), steady, "what is scheduled does not notice");
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(clock.now(), start() + SignedDuration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn one_wild_date_is_not_believed() {
        let clock = Clock::starting_at(start(), 1.0);
        clock.observe(start());
        let wild = start() + SignedDuration::from_hours(24 * 365);
        clock.observe(wild);
        assert_eq!(clock.now(), start(), "a captive portal's calendar");
        clock.observe(wild);
        assert_eq!(clock.now(), wild, "but two answers that agree are");
    }

    #[tokio::test(start_paused = true)]
    async fn runs_at_the_rate_of_a_simulated_account() {
        let clock = Clock::starting_at(start(), 10.0);
        tokio::time::advance(Duration::from_secs(6)).await;
        assert_eq!(clock.now(), start() + SignedDuration::from_secs(60));
        assert_eq!(clock.wait_for(Duration::from_secs(60)), Duration::from_secs(6));
    }
}
