//! One look at a region: its things, or why nobody knows of them.

use std::time::Duration;

use jiff::Timestamp;

use super::Answer;
use crate::estate::{Estate, Part, Row, SliceId, Trust};
use crate::id::{Region, Text};

/// A region as it was read, at a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) estate: &'a Estate,
    pub(super) region: &'a Region,
    pub(super) now: Timestamp,
}

/// A thing that was looked for.
#[derive(Debug)]
pub(super) struct Found<'a, T> {
    /// The thing; none where it is not there, which is known.
    pub(super) thing: Option<&'a T>,
    /// How old the reading is.
    pub(super) age: Duration,
}

impl<'a> Look<'a> {
    pub(super) fn new(estate: &'a Estate, region: &'a Region, now: Timestamp) -> Self {
        Self { estate, region, now }
    }

    /// The one thing that is meant, where all that it could be among was read and is not stale; else why that is not known.
    pub(super) fn find<T: Row + 'a>(&self, what: &str, is: impl Fn(&T) -> bool) -> Result<Found<'a, T>, String> {
        let table = self.estate.table::<T>(self.region, self.now);
        let there = table.known_with_trust().find(|(row, _)| is(row));
        if let Some((thing, trust)) = there {
            return match trust.is_known() {
                true => Ok(Found { thing: Some(thing), age: table.age().unwrap_or_default() }),
                false => Err(format!("{what}: {}", distrust(&trust, T::KIND.name()))),
            };
        }
        if table.is_complete() {
            return Ok(Found { thing: None, age: table.age().unwrap_or_default() });
        }
        let why = table.trusts().find(|trust| !trust.is_known());
        Err(format!("{what}: {}", why.map_or_else(|| never(T::KIND.name()), |trust| distrust(&trust, T::KIND.name()))))
    }

    /// The rows that belong to one parent, where they were read and are not stale; else why not.
    pub(super) fn part<T: Row + 'a>(&self, of: &Text) -> Result<(&'a [T], Duration), String> {
        let table = self.estate.table::<T>(self.region, self.now);
        let slice = self.estate.slice(&SliceId::of(self.region, T::KIND, of.clone()));
        let Some(slice) = slice else { return Err(never(T::KIND.name())) };
        match table.part(&Part::Of(of.clone())) {
            Some(rows) => Ok((rows, slice.age(self.now).unwrap_or_default())),
            None => Err(distrust(&slice.trust(T::KIND.age_limit(), self.now), T::KIND.name())),
        }
    }
}

fn never(kind: &str) -> String {
    format!("{kind} not read yet")
}

/// Why what is known may not be acted upon.
fn distrust(trust: &Trust<'_>, kind: &str) -> String {
    match trust {
        Trust::Stale(age, Some(failure)) => format!("{kind} last read {}s ago: {}", age.as_secs(), failure.why),
        Trust::Stale(age, None) => format!("{kind} last read {}s ago", age.as_secs()),
        Trust::Unknown(Some(failure)) => format!("{kind}: {}", failure.why),
        Trust::Unknown(None) | Trust::Fresh | Trust::Failing(_) => never(kind),
    }
}

/// An answer that rests on a reading.
pub(super) fn told(holds: bool, detail: impl Into<String>, age: Duration) -> Answer {
    Answer { holds: Some(holds), detail: detail.into(), age: Some(age) }
}
