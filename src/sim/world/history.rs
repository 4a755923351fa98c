//! A value's past, kept as changes.
//!
//! Owns: a bounded run-length record. Knows: virtual time. Must stay true: a value that does not change costs
//! nothing, and instants before the first record answer with it, since the world was steady before it began.

use std::collections::VecDeque;

use serde::Serialize;

use super::SimTime;

/// How many changes one history keeps; older ones fall off and the oldest kept answers for them.
const CAPACITY: usize = 512;

/// What a value was at any past instant.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct History<T>(VecDeque<(SimTime, T)>);

impl<T> Default for History<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T: PartialEq> History<T> {
    /// Notes that the value is `value` from `at` on; nothing happens when it was that already. Of several values at one
    /// instant the last one counts, and the others were never there; the first record of all stays, for the time before.
    pub fn record(&mut self, at: SimTime, value: T) {
        if self.0.len() > 1 && self.0.back().is_some_and(|(last, _)| *last == at) {
            self.0.pop_back();
        }
        if self.0.back().is_some_and(|(_, last)| *last == value) {
            return;
        }
        if self.0.len() == CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back((at, value));
    }

    /// The value at `at`; before the first record, the first value; `None` when nothing was ever recorded.
    #[must_use]
    pub fn at(&self, at: SimTime) -> Option<&T> {
        self.entry(at).map(|(_, value)| value)
    }

    /// The value at `at` with the instant since when it was so; before the first record, the first entry.
    #[must_use]
    pub fn entry(&self, at: SimTime) -> Option<(SimTime, &T)> {
        let after = self.0.partition_point(|(from, _)| *from <= at);
        self.0.get(after.saturating_sub(1)).map(|(from, value)| (*from, value))
    }

    /// The last instant up to `at` at which the value was as `wanted`; `None` if it never was, as far as is known.
    #[must_use]
    pub fn last_while(&self, at: SimTime, wanted: impl Fn(&T) -> bool) -> Option<SimTime> {
        let mut end = at;
        for (from, value) in self.0.iter().rev().filter(|(from, _)| *from <= at) {
            if wanted(value) {
                return Some(end);
            }
            end = *from;
        }
        None
    }

    /// The share of the time from `from` to `to` in which the value was as `wanted`.
    #[must_use]
    pub fn share(&self, from: SimTime, to: SimTime, wanted: impl Fn(&T) -> bool) -> f64 {
        let (mut end, mut held_ms) = (to, 0);
        for (index, (since, value)) in self.0.iter().enumerate().rev() {
            let begin = if index == 0 { from } else { (*since).max(from) };
            if wanted(value) {
                held_ms += end.since(begin).as_millis();
            }
            end = end.min(begin);
            if begin <= from {
                break;
            }
        }
        held_ms as f64 / (to.since(from).as_millis() as f64).max(1.0)
    }

    /// The changes that are known, oldest first.
    pub fn changes(&self) -> impl DoubleEndedIterator<Item = &(SimTime, T)> {
        self.0.iter()
    }

    /// The value recorded last.
    #[must_use]
    pub fn latest(&self) -> Option<&T> {
        self.0.back().map(|(_, value)| value)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn answers_for_any_instant_and_stays_bounded() {
        let mut history = History::default();
        assert_eq!(history.at(SimTime::from_seconds(0)), None);
        history.record(SimTime::from_seconds(10), 1);
        history.record(SimTime::from_seconds(20), 1);
        history.record(SimTime::from_seconds(30), 2);
        assert_eq!(history.at(SimTime::from_seconds(0)), Some(&1), "steady before the first record");
        assert_eq!(history.at(SimTime::from_seconds(29)), Some(&1));
        assert_eq!(history.at(SimTime::from_seconds(30)), Some(&2));
        history.record(SimTime::from_seconds(40), 3);
        history.record(SimTime::from_seconds(40), 2);
        assert_eq!(history.0.len(), 2, "the last value at an instant counts, and it was that already");
        for second in 0..10_000 {
            history.record(SimTime::from_seconds(100 + second), i32::try_from(second).unwrap());
        }
        assert_eq!(history.0.len(), CAPACITY);
    }

    #[test]
    fn shares_and_last_instants_go_by_the_changes() {
        let mut history = History::default();
        let at = SimTime::from_seconds;
        history.record(at(100), true);
        history.record(at(130), false);
        history.record(at(150), true);
        assert_eq!(history.share(at(60), at(120), |up| *up), 1.0, "steady before the first record");
        assert_eq!(history.share(at(120), at(180), |up| *up), 40.0 / 60.0);
        assert_eq!(history.share(at(135), at(145), |up| *up), 0.0);
        assert_eq!(history.last_while(at(145), |up| *up), Some(at(130)));
        assert_eq!(history.last_while(at(170), |up| *up), Some(at(170)));
        assert_eq!(history.last_while(at(120), |up| !*up), None);
    }
}
