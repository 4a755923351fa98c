//! The limiter: one token bucket a region and throttle domain, first come by priority, slowing where AWS asks for it.
//!
//! Owns: pacing, retries' waits, and the count of calls. Depends on: the monotonic clock. Must stay true: a read that something
//! waits for goes before a refresh; a throttled domain is asked more slowly, never harder; waits are seeded, so that the same
//! run can be had again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::domain::{Domain, Pace};
use crate::clock;
use crate::id::Region;

/// Who goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// A step of a running operation waits for it.
    Step,
    /// Somebody looks at it.
    Visible,
    /// Kept fresh in the background.
    Background,
}

/// Paces every call of a session.
pub struct Limiter {
    once: bool,
    rate: f64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    buckets: BTreeMap<(Region, Domain), Bucket>,
    tickets: u64,
    calls: VecDeque<(Instant, Domain, bool)>,
    random: Option<fastrand::Rng>,
}

struct Bucket {
    pace: Pace,
    nominal: Pace,
    tokens: f64,
    filled_at: Instant,
    queue: BTreeMap<(Priority, u64), Arc<Notify>>,
}

/// Calls remembered at most for the count of the last minute.
const REMEMBERED: usize = 20_000;
/// Of its nominal rate, what a throttled bucket keeps at least.
const SLOWEST: f64 = 1.0 / 16.0;
/// What an empty bucket is waited for at least. A timer has no finer grain: less would be asked again and again in the same moment.
const GRAIN: Duration = Duration::from_millis(1);

impl Limiter {
    /// A limiter for a console that stays, or for a command that reads once. `rate` is AWS seconds a second, so that a simulated
    /// account that runs faster is read as much faster. `seed` decides the waits.
    pub fn new(once: bool, rate: f64, seed: u64) -> Self {
        let state = State { random: Some(fastrand::Rng::with_seed(seed)), ..State::default() };
        Self { once, rate: if rate > 0.0 { rate } else { 1.0 }, state: Mutex::new(state) }
    }

    /// Waits for this call's turn.
    pub async fn turn(&self, region: &Region, domain: Domain, priority: Priority) {
        let key = (domain.place(region), domain);
        let waiting = Waiting::join(self, key, priority);
        loop {
            let notified = waiting.wake.notified();
            match self.try_take(&waiting) {
                Take::Taken => return,
                Take::NotFirst => notified.await,
                Take::Empty(wait) => {
                    tokio::select! {
                        biased;
                        () = notified => {}
                        () = tokio::time::sleep(wait) => {}
                    }
                }
            }
        }
    }

    /// Takes note of a call that was answered.
    pub fn answered(&self, region: &Region, domain: Domain, throttled: bool) {
        let now = clock::monotonic();
        let mut state = self.lock();
        if state.calls.len() >= REMEMBERED {
            state.calls.pop_front();
        }
        state.calls.push_back((now, domain, throttled));
        if let Some(bucket) = state.buckets.get_mut(&(domain.place(region), domain)) {
            bucket.adapt(throttled);
        }
    }

    /// How long to wait before attempt `attempt` (from 2) is made again: doubling, with seeded jitter.
    pub fn wait_before(&self, attempt: u32, throttled: bool) -> Duration {
        let base = if throttled { 0.8 } else { 0.25 };
        let ceiling = (base * f64::from(2u32.saturating_pow(attempt.min(8).saturating_sub(2)))).min(8.0);
        let share = self.lock().random.as_mut().map_or(1.0, |random| 0.5 + random.f64() / 2.0);
        Duration::from_secs_f64(ceiling * share / self.rate)
    }

    /// Calls of the last minute by domain, and how many of them were throttled.
    pub fn last_minute(&self) -> (BTreeMap<&'static str, u32>, u32) {
        let since = clock::monotonic().checked_sub(Duration::from_secs(60).div_f64(self.rate));
        let mut state = self.lock();
        while state.calls.front().is_some_and(|(at, _, _)| since.is_some_and(|since| *at < since)) {
            state.calls.pop_front();
        }
        let mut calls = BTreeMap::new();
        let mut throttled = 0;
        for (_, domain, was_throttled) in &state.calls {
            *calls.entry(domain.name()).or_default() += 1;
            throttled += u32::from(*was_throttled);
        }
        (calls, throttled)
    }

    /// Calls that wait for their turn.
    pub fn waiting(&self) -> usize {
        self.lock().buckets.values().map(|bucket| bucket.queue.len()).sum()
    }

    fn try_take(&self, waiting: &Waiting<'_>) -> Take {
        let mut state = self.lock();
        let Some(bucket) = state.buckets.get_mut(&waiting.key) else { return Take::Taken };
        if bucket.queue.first_key_value().is_some_and(|(first, _)| *first != waiting.ticket) {
            return Take::NotFirst;
        }
        bucket.fill();
        if bucket.tokens < 1.0 {
            return Take::Empty(Duration::from_secs_f64((1.0 - bucket.tokens) / bucket.pace.rate).max(GRAIN));
        }
        bucket.tokens -= 1.0;
        Take::Taken
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pace(&self, domain: Domain) -> Pace {
        let pace = if self.once { domain.once() } else { domain.steady() };
        Pace { rate: pace.rate * self.rate, ..pace }
    }
}

enum Take {
    Taken,
    NotFirst,
    Empty(Duration),
}

/// A place in a bucket's queue, given up when dropped, whether its turn came or its caller went away.
struct Waiting<'a> {
    limiter: &'a Limiter,
    key: (Region, Domain),
    ticket: (Priority, u64),
    wake: Arc<Notify>,
}

impl<'a> Waiting<'a> {
    fn join(limiter: &'a Limiter, key: (Region, Domain), priority: Priority) -> Self {
        let pace = limiter.pace(key.1);
        let wake = Arc::new(Notify::new());
        let mut state = limiter.lock();
        state.tickets += 1;
        let ticket = (priority, state.tickets);
        let bucket = state.buckets.entry(key.clone()).or_insert_with(|| Bucket::new(pace));
        bucket.queue.insert(ticket, wake.clone());
        drop(state);
        Self { limiter, key, ticket, wake }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.lock();
        if let Some(bucket) = state.buckets.get_mut(&self.key) {
            bucket.queue.remove(&self.ticket);
            if let Some((_, next)) = bucket.queue.first_key_value() {
                next.notify_one();
            }
        }
    }
}

impl Bucket {
    fn new(pace: Pace) -> Self {
        Self { pace, nominal: pace, tokens: pace.burst, filled_at: clock::monotonic(), queue: BTreeMap::new() }
    }

    fn fill(&mut self) {
        let now = clock::monotonic();
        let elapsed = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.tokens = (self.tokens + elapsed * self.pace.rate).min(self.pace.burst);
        self.filled_at = now;
    }

    /// Halves the rate where AWS throttles, and lets it grow back a little with each call that is not.
    fn adapt(&mut self, throttled: bool) {
        if throttled {
            self.pace.rate = (self.pace.rate / 2.0).max(self.nominal.rate * SLOWEST);
            self.tokens = self.tokens.min(0.0);
        } else {
            self.pace.rate = (self.pace.rate + self.nominal.rate / 20.0).min(self.nominal.rate);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_then_the_rate() {
        let limiter = Limiter::new(false, 1.0, 1);
        let region = Region::from("us-east-1");
        let start = clock::monotonic();
        for _ in 0..23 {
            limiter.turn(&region, Domain::Elb, Priority::Background).await;
        }
        let took = clock::monotonic() - start;
        assert!(
            took >= Duration::from_millis(990) && took < Duration::from_millis(1100),
            "20 at once, then 3 a second: {took:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_that_lacks_a_hair_is_not_asked_again_in_the_same_moment() {
        let limiter = Limiter::new(false, 1.0, 1);
        let key = (Region::from("us-east-1"), Domain::Elb);
        let waiting = Waiting::join(&limiter, key.clone(), Priority::Step);
        limiter.lock().buckets.get_mut(&key).unwrap().tokens = 1.0 - 1e-12;
        let wait = match limiter.try_take(&waiting) {
            Take::Empty(wait) => wait,
            Take::Taken | Take::NotFirst => Duration::ZERO,
        };
        assert!(wait >= GRAIN, "{wait:?}");
        tokio::time::sleep(wait).await;
        assert!(
            matches!(limiter.try_take(&waiting), Take::Taken),
            "on a clock that stands still meanwhile it had no end"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_waited_for_goes_first() {
        let limiter = Limiter::new(false, 1.0, 1);
        let region = Region::from("us-east-1");
        for _ in 0..5 {
            limiter.turn(&region, Domain::Identity, Priority::Background).await;
        }
        let order = Mutex::new(Vec::new());
        let wait = async |priority, name| {
            limiter.turn(&region, Domain::Identity, priority).await;
            order.lock().unwrap().push(name);
        };
        tokio::join!(
            wait(Priority::Background, "refresh"),
            wait(Priority::Visible, "screen"),
            wait(Priority::Step, "step"),
        );
        assert_eq!(*order.lock().unwrap(), ["step", "screen", "refresh"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttled_domain_slows_down_and_recovers() {
        let limiter = Limiter::new(false, 1.0, 1);
        let region = Region::from("us-east-1");
        limiter.turn(&region, Domain::Rds, Priority::Background).await;
        limiter.answered(&region, Domain::Rds, true);
        let start = clock::monotonic();
        limiter.turn(&region, Domain::Rds, Priority::Background).await;
        assert!(clock::monotonic() - start >= Duration::from_millis(990), "from two a second to one");
        assert_eq!(limiter.last_minute().1, 1);
    }

    /// A sweep over hundreds of target groups, and AWS throttles: the sweep halves, and a run's call waits for one slot of it.
    #[tokio::test(start_paused = true)]
    async fn while_aws_throttles_the_sweep_halves_and_a_runs_call_goes_first_aws_domain_f34() {
        let limiter = Limiter::new(false, 1.0, 1);
        let region = Region::from("us-east-1");
        let swept = AtomicUsize::new(0);
        let sweep = futures_util::future::join_all((0..400).map(|_| async {
            limiter.turn(&region, Domain::Elb, Priority::Background).await;
            swept.fetch_add(1, Ordering::Relaxed);
        }));
        let in_ten_seconds = async || {
            let before = swept.load(Ordering::Relaxed);
            tokio::time::sleep(Duration::from_secs(10)).await;
            swept.load(Ordering::Relaxed) - before
        };
        let incident = async {
            // The burst is spent.
            tokio::time::sleep(Duration::from_secs(10)).await;
            let quiet = in_ten_seconds().await;
            limiter.answered(&region, Domain::Elb, true);
            let asked = (clock::monotonic(), swept.load(Ordering::Relaxed));
            limiter.turn(&region, Domain::Elb, Priority::Step).await;
            let waited = clock::monotonic() - asked.0;
            let before_it = swept.load(Ordering::Relaxed) - asked.1;
            (quiet, waited, before_it, limiter.waiting(), in_ten_seconds().await)
        };
        let (quiet, waited, before_it, waiting, throttled) = tokio::select! {
            biased;
            told = incident => told,
            _ = sweep => unreachable!("400 reads take minutes"),
        };
        assert!((29..=31).contains(&quiet) && (14..=16).contains(&throttled), "{quiet}, then {throttled} in 10 s");
        assert_eq!(before_it, 0, "nothing of the sweep goes before it, though {waiting} wait");
        assert!(waited <= Duration::from_millis(700), "one slot at half the rate: {waited:?}");
    }

    #[test]
    fn waits_double_and_are_the_same_for_the_same_seed() {
        let waits = |seed| {
            let limiter = Limiter::new(true, 1.0, seed);
            (2..7).map(|attempt| limiter.wait_before(attempt, true)).collect::<Vec<_>>()
        };
        assert_eq!(waits(7), waits(7));
        assert!(waits(7).windows(2).all(|pair| pair[1] > pair[0].mul_f64(0.9)), "{:?}", waits(7));
        assert!(waits(7).iter().all(|wait| *wait <= Duration::from_secs(8)));
    }
}
