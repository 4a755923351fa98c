//! How many targets of a zone are healthy, now and in past minutes.
//!
//! Owns: the record from which `HealthyHostCount` and `UnHealthyHostCount` are read. Must stay true: a group whose
//! targets do not change costs nothing; a minute keeps its least and its most, since alarms ask for either.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{History, SimTime, ZoneName};

/// Healthy and unhealthy targets of one zone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ZoneCounts {
    /// Healthy.
    pub healthy: u32,
    /// Unhealthy.
    pub unhealthy: u32,
}

/// The least and the most of a minute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HostRange {
    /// The least of each.
    pub least: ZoneCounts,
    /// The most of each.
    pub most: ZoneCounts,
}

/// Counts by zone, now and in the past.
#[derive(Debug, Clone, Default)]
pub struct HostBook {
    now: BTreeMap<ZoneName, ZoneCounts>,
    minute: BTreeMap<ZoneName, HostRange>,
    past: History<BTreeMap<ZoneName, HostRange>>,
    /// The past does not yet say what is so now.
    open: bool,
}

impl HostBook {
    /// Notes that these are the counts from now on.
    pub fn count(&mut self, now: BTreeMap<ZoneName, ZoneCounts>) {
        if now == self.now {
            return;
        }
        if self.past.latest().is_none() {
            self.minute = ranges(&now);
        }
        for (zone, range) in &mut self.minute {
            widen(range, now.get(zone).copied().unwrap_or_default());
        }
        for (zone, counts) in &now {
            let fresh = HostRange { least: ZoneCounts::default(), most: *counts };
            self.minute.entry(zone.clone()).or_insert(fresh);
        }
        self.now = now;
        self.open = true;
    }

    /// Ends the minute that began at `minute`.
    pub fn close(&mut self, minute: SimTime) {
        if !self.open {
            return;
        }
        let steady = ranges(&self.now);
        self.open = self.minute != steady;
        self.past.record(minute, std::mem::replace(&mut self.minute, steady));
    }

    /// The minute that began at `minute`, by zone; `None` before anything was ever counted.
    #[must_use]
    pub fn at(&self, minute: SimTime) -> Option<&BTreeMap<ZoneName, HostRange>> {
        self.past.at(minute)
    }
}

fn ranges(now: &BTreeMap<ZoneName, ZoneCounts>) -> BTreeMap<ZoneName, HostRange> {
    now.iter().map(|(zone, counts)| (zone.clone(), HostRange { least: *counts, most: *counts })).collect()
}

fn widen(range: &mut HostRange, counts: ZoneCounts) {
    range.least.healthy = range.least.healthy.min(counts.healthy);
    range.least.unhealthy = range.least.unhealthy.min(counts.unhealthy);
    range.most.healthy = range.most.healthy.max(counts.healthy);
    range.most.unhealthy = range.most.unhealthy.max(counts.unhealthy);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_keeps_its_least_and_its_most() {
        let counts =
            |healthy, unhealthy| BTreeMap::from([(ZoneName::from("eu-west-1a"), ZoneCounts { healthy, unhealthy })]);
        let minute = SimTime::of_minute;
        let mut book = HostBook::default();
        book.count(counts(6, 0));
        book.close(minute(1));
        book.count(counts(4, 2));
        book.count(counts(5, 1));
        book.close(minute(2));
        book.close(minute(3));
        book.close(minute(4));
        let at = |number| *book.at(minute(number)).unwrap().values().next().unwrap();
        let (before, during, after) = (at(1), at(2), at(4));
        assert_eq!((before.least.healthy, before.most.unhealthy), (6, 0));
        assert_eq!((during.least.healthy, during.most.healthy, during.most.unhealthy), (4, 6, 2));
        assert_eq!((after.least.healthy, after.most.healthy, after.least.unhealthy), (5, 5, 1));
    }
}
