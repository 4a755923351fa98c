//! Time: AWS's own, and the monotonic clock that waits are measured on.
//!
//! Owns: every reading of a clock in the program. Depends on: nothing. Must stay true: ages and deadlines go by the `Date`
//! header of AWS's answers, never by this machine's wall clock, and [`Clock::now`] never runs backwards.

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
    anchor: Mutex<Anchor>,
}

#[derive(Debug, Clone, Copy)]
struct Anchor {
    at: Timestamp,
    since: Instant,
    latest: Timestamp,
    skew: Option<SignedDuration>,
}

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
        Self { rate, anchor: Mutex::new(Anchor { at, since, latest: at, skew: None }) }
    }

    /// AWS's time now, to the best of our knowledge; never earlier than an answer given before.
    pub fn now(&self) -> Timestamp {
        let mut anchor = self.lock();
        let now = anchor.project(self.rate).max(anchor.latest);
        anchor.latest = now;
        now
    }

    /// Takes note of the `Date` header of an answer.
    pub fn observe(&self, date: Timestamp) {
        let mut anchor = self.lock();
        let expected = anchor.project(self.rate);
        anchor.skew = Some(date.duration_since(wall()));
        let ahead = date.duration_since(expected);
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
        if self.rate > 0.0 { span.div_f64(self.rate) } else { span }
    }

    fn lock(&self) -> MutexGuard<'_, Anchor> {
        self.anchor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Anchor {
    fn project(&self, rate: f64) -> Timestamp {
        let elapsed = monotonic().saturating_duration_since(self.since).mul_f64(rate.max(0.0));
        SignedDuration::try_from(elapsed).ok().and_then(|by| self.at.checked_add(by).ok()).unwrap_or(self.at)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn start() -> Timestamp {
        "2026-11-21T03:00:00Z".parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn follows_aws_and_never_runs_backwards() {
        let clock = Clock::starting_at(start(), 1.0);
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(clock.now(), start() + SignedDuration::from_secs(10));
        clock.observe(start() + SignedDuration::from_secs(9));
        assert_eq!(clock.now(), start() + SignedDuration::from_secs(10), "a header's cut second moves nothing");
        clock.observe(start() + SignedDuration::from_secs(400));
        assert_eq!(clock.now(), start() + SignedDuration::from_secs(400), "a laptop that was asleep catches up");
        clock.observe(start());
        assert_eq!(clock.now(), start() + SignedDuration::from_secs(400), "never backwards");
    }

    #[tokio::test(start_paused = true)]
    async fn runs_at_the_rate_of_a_simulated_account() {
        let clock = Clock::starting_at(start(), 10.0);
        tokio::time::advance(Duration::from_secs(6)).await;
        assert_eq!(clock.now(), start() + SignedDuration::from_secs(60));
        assert_eq!(clock.wait_for(Duration::from_secs(60)), Duration::from_secs(6));
    }
}
