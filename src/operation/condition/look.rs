//! One look at a region: its things, or why nobody knows of them.

use std::time::Duration;

use jiff::Timestamp;

use super::Answer;
use crate::estate::group::Group;
use crate::estate::{Estate, FailureKind, Part, Row, SliceId, Trust};
use crate::id::{GroupName, Region, Text, ZoneName};

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

    /// The one thing that is meant: from the part that was read for it alone, where there is one, else from all that it could be
    /// among. Where what was read does not tell, or is stale: why that is not known.
    pub(super) fn find<T: Row + 'a>(
        &self,
        what: &str,
        own: &Text,
        is: impl Fn(&T) -> bool,
    ) -> Result<Found<'a, T>, String> {
        if self.estate.slice(&SliceId::of(self.region, T::KIND, own.clone())).is_some() {
            let (rows, age) = self.part::<T>(own).map_err(|why| format!("{what}: {why}"))?;
            return Ok(Found { thing: rows.iter().find(|row| is(row)), age });
        }
        let table = self.estate.table::<T>(self.region, self.now);
        let there = table.known_with_trust().find(|(row, _)| is(row));
        if let Some((thing, trust)) = there {
            return match trust.is_known() {
                true => Ok(Found { thing: Some(thing), age: table.age().unwrap_or_default() }),
                false => Err(format!("{what}: {}", distrust(&trust, T::KIND.name()))),
            };
        }
        if table.is_complete() && self.has_the_whole::<T>() {
            return Ok(Found { thing: None, age: table.age().unwrap_or_default() });
        }
        let why = table.trusts().find(|trust| !trust.is_known());
        Err(format!("{what}: {}", why.map_or_else(|| never(T::KIND.name()), |trust| distrust(&trust, T::KIND.name()))))
    }

    /// Whether a listing was read, and not only parts for one thing each: what is in none of those may still be there.
    fn has_the_whole<T: Row>(&self) -> bool {
        self.estate.slices(self.region, T::KIND).any(|(part, _)| !matches!(part, Part::Of(_)))
    }

    /// All rows that one thing's own part holds, else all rows of the listing, where they were read and are not stale.
    pub(super) fn rows<T: Row + 'a>(&self, what: &str, own: &Text) -> Result<(Vec<&'a T>, Duration), String> {
        if self.estate.slice(&SliceId::of(self.region, T::KIND, own.clone())).is_some() {
            let (rows, age) = self.part::<T>(own).map_err(|why| format!("{what}: {why}"))?;
            return Ok((rows.iter().collect(), age));
        }
        // Asked for nothing that is there, so that what is not read is told.
        let age = self.find::<T>(what, own, |_| false)?.age;
        Ok((self.estate.known::<T>(self.region).collect(), age))
    }

    /// The rows of one zone: from the part that was read for it alone, where there is one, else those of the listing.
    pub(super) fn zone<T: Row + 'a>(
        &self,
        what: &str,
        zone: &ZoneName,
        of: impl Fn(&T) -> Option<&ZoneName>,
    ) -> Result<(Vec<&'a T>, Duration), String> {
        let table = self.estate.table::<T>(self.region, self.now);
        let part = Part::Zone(zone.clone());
        let own = self.estate.slice(&SliceId { region: self.region.clone(), kind: T::KIND, part: part.clone() });
        if let Some(slice) = own {
            return match table.part(&part) {
                Some(rows) => Ok((rows.iter().collect(), slice.age(self.now).unwrap_or_default())),
                None => {
                    let why = distrust(&slice.trust(T::KIND.age_limit(), self.now), T::KIND.name());
                    Err(format!("{what} of {zone}: {why}"))
                }
            };
        }
        let age = self.find::<T>(what, zone.text(), |_| false)?.age;
        Ok((self.estate.known::<T>(self.region).filter(|row| of(row) == Some(zone)).collect(), age))
    }

    /// A group as it is known, however old: for what hangs on it.
    pub(super) fn known_group(&self, name: &GroupName) -> Option<&'a Group> {
        self.estate.known::<Group>(self.region).find(|group| group.name == *name)
    }

    /// Whether the endpoint does not know the question: its answer is none of AWS's, or says so. A denial is not that.
    pub(super) fn is_unanswered<T: Row>(&self, of: &Text) -> bool {
        let slice = self.estate.slice(&SliceId::of(self.region, T::KIND, of.clone()));
        let failure = slice.and_then(|slice| slice.failure());
        failure.is_some_and(|failure| matches!(failure.why.kind, FailureKind::Unsupported | FailureKind::Malformed))
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
