//! The rows of one kind in one region, over all its parts, with the trust they deserve.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Parts;
use super::kind::Row;
use super::slice::{Failure, Part, Slice, Trust};
use crate::id::ZoneName;

/// A view of the rows of kind `T` in one region.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a, T> {
    parts: Option<&'a Parts>,
    now: Timestamp,
    row: PhantomData<T>,
}

impl<'a, T: Row + 'a> Table<'a, T> {
    pub(super) fn new(parts: Option<&'a Parts>, now: Timestamp) -> Self {
        Self { parts, now, row: PhantomData }
    }

    /// Every row known, however old: to be drawn with its age, not to be counted as the whole.
    pub fn known(&self) -> impl Iterator<Item = &'a T> + use<'a, T> {
        self.slices().flat_map(|(_, slice)| slice.rows::<T>())
    }

    /// Every row with the part it came in.
    pub fn known_by_part(&self) -> impl Iterator<Item = (&'a Part, &'a T)> + use<'a, T> {
        self.slices().flat_map(|(part, slice)| slice.rows::<T>().iter().map(move |row| (part, row)))
    }

    /// Every row known, with how far its part can be trusted.
    pub fn known_with_trust(&self) -> impl Iterator<Item = (&'a T, Trust<'a>)> + use<'a, T> {
        let now = self.now;
        self.slices().flat_map(move |(_, slice)| {
            let trust = slice.trust(T::KIND.age_limit(), now);
            slice.rows::<T>().iter().map(move |row| (row, trust.clone()))
        })
    }

    /// The rows, where every part of them is known and within its age limit; otherwise nobody knows them all.
    pub fn complete(&self) -> Option<impl Iterator<Item = &'a T> + use<'a, T>> {
        self.is_complete().then(|| self.known())
    }

    /// Whether every part is known and within its age limit. A kind never read is not complete.
    pub fn is_complete(&self) -> bool {
        self.parts.is_some_and(|parts| !parts.is_empty()) && self.trusts().all(|trust| trust.is_known())
    }

    /// The rows of one part, where that part is known and within its age limit.
    pub fn part(&self, part: &Part) -> Option<&'a [T]> {
        let slice = self.parts?.get(part)?;
        slice.trust(T::KIND.age_limit(), self.now).is_known().then(|| slice.rows::<T>())
    }

    /// Whether all that belongs in one zone is known and within its age limit, whatever is known of other zones.
    pub fn covers(&self, zone: &ZoneName) -> bool {
        // Read zone by zone, a zone without a part of its own is one that nobody has asked about yet.
        let by_zone = self.parts.is_some_and(|parts| parts.keys().any(|part| matches!(part, Part::Zone(_))));
        if by_zone { self.part(&Part::Zone(zone.clone())).is_some() } else { self.is_complete() }
    }

    /// The age of the oldest part.
    pub fn age(&self) -> Option<Duration> {
        self.slices().filter_map(|(_, slice)| slice.age(self.now)).max()
    }

    /// The failures of parts whose last read failed.
    pub fn failures(&self) -> impl Iterator<Item = &'a Failure> + use<'a, T> {
        self.slices().filter_map(|(_, slice)| slice.failure())
    }

    /// How far each part can be trusted.
    pub fn trusts(&self) -> impl Iterator<Item = Trust<'a>> + use<'a, T> {
        let now = self.now;
        self.slices().map(move |(_, slice)| slice.trust(T::KIND.age_limit(), now))
    }

    fn slices(&self) -> impl Iterator<Item = (&'a Part, &'a Arc<Slice>)> + use<'a, T> {
        self.parts.into_iter().flat_map(|parts| parts.iter())
    }
}
