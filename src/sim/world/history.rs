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
    /// Notes that the value is `value` from `at` on; nothing happens when it was that already.
    pub fn record(&mut self, at: SimTime, value: T) {
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
        let after = self.0.partition_point(|(from, _)| *from <= at);
        self.0.get(after.saturating_sub(1)).map(|(_, value)| value)
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
        for second in 0..10_000 {
            history.record(SimTime::from_seconds(100 + second), i32::try_from(second).unwrap());
        }
        assert_eq!(history.0.len(), CAPACITY);
    }
}
