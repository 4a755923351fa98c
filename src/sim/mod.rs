//! A simulated AWS account: an AWS in a box, for demos, drills and tests.
//!
//! Owns: `world/` (what exists), `physics/` (how it behaves), `wire/` (how AWS says it), scenarios, faults and virtual
//! time. Knows: nothing of the rest of fournines, which reaches it through HTTP as it reaches AWS. Must stay true:
//! the same seed and the same instants give the same world and the same answers, byte for byte; a fault changes
//! causes only, and what AWS then reports comes from the physics alone.

pub mod control;
pub mod delivery;
pub mod fault;
pub mod ledger;
pub mod listener;
pub mod physics;
mod place;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod properties;
pub mod scenario;
pub mod state;
mod time;
pub mod wire;
pub mod world;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use self::place::Place;
pub use self::scenario::{Scenario, Script};
pub use self::time::SimTime;
pub use self::world::World;

/// The caller's monotonic clock: time passed since some fixed instant of its own.
pub type Elapsed = Box<dyn Fn() -> Duration + Send + Sync>;

/// How the simulation runs.
#[derive(Debug, Clone)]
pub struct Options {
    /// Virtual seconds a second; 0 stands still until advanced.
    pub speed: f64,
    /// The load over the day, and what breaks when.
    pub scenario: Scenario,
}

/// How far the physics runs before others get a turn: an advance by a month must not keep them waiting for its end.
const SLICE: Duration = Duration::from_secs(10);

/// A running simulation: a world, and a virtual clock that drags it along.
pub struct Sim {
    elapsed: Elapsed,
    speed: f64,
    seed: u64,
    desk: wire::Desk,
    /// Held while waiting for `inner`, so that whoever waits comes before whoever had it and wants it again.
    queue: Mutex<()>,
    inner: Mutex<Inner>,
}

struct Inner {
    world: World,
    start: SimTime,
    /// What the caller's clock said at the start.
    base: Duration,
    /// Virtual time that was jumped over.
    advanced: Duration,
}

impl Sim {
    /// Starts `world` at the instant that it was built for. `elapsed` is the caller's monotonic clock.
    #[must_use]
    pub fn new(mut world: World, options: Options, elapsed: Elapsed) -> Self {
        let speed = if options.speed.is_finite() { options.speed.max(0.0) } else { 0.0 };
        let base = elapsed();
        let (start, seed) = (world.now, world.seed);
        world.plan(options.scenario.timeline());
        world.set_load(options.scenario.load);
        let inner = Mutex::new(Inner { world, start, base, advanced: Duration::ZERO });
        Self { elapsed, speed, seed, desk: wire::Desk::new(seed), queue: Mutex::default(), inner }
    }

    /// Virtual now.
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.instant(&self.lock())
    }

    /// Virtual seconds a second.
    #[must_use]
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// The seed of every random choice.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What the wire remembers between requests.
    #[must_use]
    pub fn desk(&self) -> &wire::Desk {
        &self.desk
    }

    /// Runs the physics up to virtual now, then lets `work` see and change the world.
    pub fn with_world<R>(&self, work: impl FnOnce(&mut World) -> R) -> R {
        let mut inner = self.lock();
        // Where it is now, not where it will be: a world that is slower than its clock would never get there.
        let now = self.instant(&inner);
        while inner.world.now + SLICE < now {
            let next = inner.world.now + SLICE;
            inner.world.advance_to(next);
            drop(inner);
            inner = self.lock();
        }
        inner.world.advance_to(now);
        work(&mut inner.world)
    }

    /// Jumps `by` ahead and returns the new virtual now, when the world has settled there. What others ask meanwhile is
    /// answered on the way.
    pub fn advance(&self, by: Duration) -> SimTime {
        let mut left = by;
        while !left.is_zero() {
            let slice = left.min(SLICE);
            left -= slice;
            let mut inner = self.lock();
            inner.advanced = inner.advanced.saturating_add(slice);
            let now = self.instant(&inner);
            inner.world.advance_to(now);
        }
        self.with_world(|world| world.now)
    }

    /// Puts another world in the place of this one. Build it for [`Sim::now`] and [`Sim::seed`]: virtual time goes on, and so
    /// does the load; what the scenario had yet to break belonged to the old world.
    pub fn replace_world(&self, mut world: World) {
        let mut inner = self.lock();
        world.set_load(inner.world.load.clone());
        inner.world = world;
    }

    fn instant(&self, inner: &Inner) -> SimTime {
        let passed = (self.elapsed)().saturating_sub(inner.base);
        let scaled = Duration::try_from_secs_f64(passed.as_secs_f64() * self.speed).unwrap_or(Duration::MAX);
        inner.start + scaled + inner.advanced
    }

    /// A panic elsewhere cannot leave the world half changed in a way that matters to a simulation: go on with it.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        let _first_in_line = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::world::Origin;
    use super::*;

    const START: SimTime = SimTime::from_seconds(1_795_230_862);

    fn sim(speed: f64) -> (Sim, Arc<AtomicU64>) {
        let clock = Arc::new(AtomicU64::new(5));
        let world = World::builtin(Origin { seed: 1, start: START }).unwrap();
        let options = Options { speed, scenario: Scenario::named("calm").unwrap() };
        let reader = Arc::clone(&clock);
        (Sim::new(world, options, Box::new(move || Duration::from_secs(reader.load(Ordering::Relaxed)))), clock)
    }

    #[test]
    fn virtual_time_is_the_callers_time_by_speed_and_what_was_jumped_over() {
        let (sim, clock) = sim(10.0);
        assert_eq!(sim.now(), START, "the caller's clock need not begin at zero");
        clock.store(8, Ordering::Relaxed);
        assert_eq!(sim.now(), START + Duration::from_secs(30));
        assert_eq!(sim.advance(Duration::from_secs(300)), START + Duration::from_secs(330));
        assert_eq!(sim.with_world(|world| world.now), START + Duration::from_secs(330));
    }

    #[test]
    fn at_speed_zero_time_stands_still_until_advanced() {
        let (sim, clock) = sim(0.0);
        clock.store(1_000, Ordering::Relaxed);
        assert_eq!(sim.now(), START);
        assert_eq!(sim.advance(Duration::from_secs(1)), START + Duration::from_secs(1));
    }

    #[test]
    fn another_world_takes_over_at_the_present_time() {
        let (sim, _clock) = sim(0.0);
        sim.advance(Duration::from_secs(60));
        let small = r#"{ "account": "111122223333", "regions": { "eu-west-1": { "network": 0, "zones": { "eu-west-1a": "euw1-az1" } } } }"#;
        let world =
            World::from_document(small, world::Format::Json, Origin { seed: sim.seed(), start: sim.now() }).unwrap();
        sim.replace_world(world);
        sim.advance(Duration::from_secs(60));
        assert_eq!(
            sim.with_world(|world| (world.account.clone(), world.now)),
            ("111122223333".to_owned(), START + Duration::from_secs(120))
        );
    }
}
