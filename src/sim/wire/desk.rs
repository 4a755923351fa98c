//! What the wire remembers between requests.
//!
//! Owns: the token buckets' fill, the record of calls, and the count from which request ids follow. Must stay true: one lock,
//! held only for a moment and never while the world is.

use std::sync::{Mutex, PoisonError};

use super::calls::{Call, Calls};
use super::request::Request;
use super::throttle::{Throttle, ThrottleClass};
use crate::sim::time::SimTime;

/// What the wire remembers between requests: fill of the buckets, calls, how many ids it has given.
#[derive(Debug)]
pub struct Desk {
    inner: Mutex<Remembered>,
    seed: u64,
}

#[derive(Debug, Default)]
struct Remembered {
    throttle: Throttle,
    calls: Calls,
    answered: u64,
}

impl Desk {
    /// An empty one; request ids follow from the seed.
    pub fn new(seed: u64) -> Self {
        Self { inner: Mutex::default(), seed }
    }

    /// Reads the record of calls.
    pub fn with_calls<T>(&self, read: impl FnOnce(&Calls) -> T) -> T {
        self.with(|remembered| read(&remembered.calls))
    }

    /// Takes a token from each of the request's buckets, or refuses.
    pub(super) fn admit(&self, class: ThrottleClass, request: &Request, rate: Option<f64>, now: SimTime) -> bool {
        self.with(|remembered| remembered.throttle.admit(class, request, rate, now))
    }

    pub(super) fn record(&self, call: Call) {
        self.with(|remembered| remembered.calls.record(call));
    }

    /// The next request's number, from 1.
    pub(super) fn number(&self) -> u64 {
        self.with(|remembered| {
            remembered.answered += 1;
            remembered.answered
        })
    }

    /// The id of the request with that number, in the form of a UUID.
    pub(super) fn request_id(&self, number: u64) -> String {
        let mut random = fastrand::Rng::with_seed(self.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let (high, low) = (random.u64(..), random.u64(..));
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 48 & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff
        )
    }

    fn with<T>(&self, act: impl FnOnce(&mut Remembered) -> T) -> T {
        // A panic elsewhere cannot leave a bucket or the ring half changed.
        act(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
