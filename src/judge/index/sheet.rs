//! The rows of one kind in a region, part by part, each with the number of what it is about.
//!
//! Owns: [`Sheet`]. Depends on: the estate's slices, numbers. Must stay true: a part whose rows are the very same as before is
//! taken over, not numbered again.

use std::marker::PhantomData;
use std::sync::Arc;

use jiff::Timestamp;

use crate::estate::{Estate, Part, Row, Rows};
use crate::id::{Region, Text};

use super::numbers::{Number, Numbers};

/// Where a row stands in its sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    pub(super) part: u32,
    pub(super) row: u32,
}

impl At {
    /// No row at all.
    pub(super) const NOWHERE: Self = Self { part: u32::MAX, row: u32::MAX };

    fn new(part: usize, row: usize) -> Self {
        Self { part: u32::try_from(part).unwrap_or(u32::MAX), row: u32::try_from(row).unwrap_or(u32::MAX) }
    }
}

/// The rows of kind `T`.
#[derive(Debug, Clone)]
pub(super) struct Sheet<T> {
    parts: Vec<Leaf>,
    row: PhantomData<fn() -> T>,
}

/// The rows of one part.
#[derive(Debug, Clone)]
struct Leaf {
    part: Part,
    rows: Arc<Rows>,
    numbers: Arc<[Number]>,
    /// Whether they can be trusted now.
    known: bool,
}

impl<T> Default for Sheet<T> {
    fn default() -> Self {
        Self { parts: Vec::new(), row: PhantomData }
    }
}

impl<T: Row> Sheet<T> {
    /// The sheet as it is now. `before` is the last one; `names` gives what a row is about.
    pub(super) fn new<'a, I: Iterator<Item = &'a Text>>(
        estate: &'a Estate,
        region: &Region,
        now: Timestamp,
        before: &Self,
        numbers: &mut Arc<Numbers>,
        names: impl Fn(&'a T) -> I,
    ) -> Self
    where
        T: 'a,
    {
        let read = estate.slices(region, T::KIND).filter_map(|(part, slice)| Some((part, slice, slice.all_rows()?)));
        let parts = read.map(|(part, slice, rows)| {
            let known = slice.trust(T::KIND.age_limit(), now).is_known();
            let numbers = match before.leaf(part).filter(|leaf| Arc::ptr_eq(&leaf.rows, rows)) {
                Some(leaf) => leaf.numbers.clone(),
                None => number(slice.rows::<T>().iter().flat_map(&names), numbers),
            };
            Leaf { part: part.clone(), rows: rows.clone(), numbers, known }
        });
        Self { parts: parts.collect(), row: PhantomData }
    }

    fn leaf(&self, part: &Part) -> Option<&Leaf> {
        // Parts come in the order of the estate's map.
        self.parts.binary_search_by(|leaf| leaf.part.cmp(part)).ok().and_then(|at| self.parts.get(at))
    }

    /// Whether both hold the very same rows, trusted alike.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let same = |(a, b): (&Leaf, &Leaf)| a.known == b.known && a.part == b.part && Arc::ptr_eq(&a.rows, &b.rows);
        self.parts.len() == other.parts.len() && self.parts.iter().zip(&other.parts).all(same)
    }

    pub(super) fn get(&self, at: At) -> Option<&T> {
        T::of(&self.parts.get(at.part as usize)?.rows)?.get(at.row as usize)
    }

    /// The part that a row came in.
    pub(super) fn part(&self, at: At) -> Option<&Part> {
        self.parts.get(at.part as usize).map(|leaf| &leaf.part)
    }

    /// Whether a row can be trusted now.
    pub(super) fn is_known(&self, at: At) -> bool {
        self.parts.get(at.part as usize).is_some_and(|leaf| leaf.known)
    }

    /// Whether what belongs to `parent` was read and can be trusted now.
    pub(super) fn has_answered(&self, parent: &str) -> bool {
        let of = |leaf: &Leaf| match &leaf.part {
            Part::Of(text) => Some((**text).cmp(parent)),
            Part::All | Part::Zone(_) => None,
        };
        let at = self.parts.partition_point(|leaf| of(leaf).is_none_or(|order| order.is_lt()));
        self.parts.get(at).is_some_and(|leaf| leaf.known && of(leaf).is_some_and(|order| order.is_eq()))
    }

    /// Every row with its place.
    pub(super) fn rows(&self) -> impl Iterator<Item = (At, &T)> {
        self.parts.iter().enumerate().flat_map(|(part, leaf)| {
            T::of(&leaf.rows)
                .unwrap_or_default()
                .iter()
                .enumerate()
                .map(move |(row, found)| (At::new(part, row), found))
        })
    }

    /// Every row with its place and its number, for kinds whose rows are about one thing each.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (At, Number, &T)> {
        self.parts.iter().enumerate().flat_map(|(part, leaf)| {
            let rows = T::of(&leaf.rows).unwrap_or_default().iter().zip(leaf.numbers.iter());
            rows.enumerate().map(move |(row, (found, number))| (At::new(part, row), *number, found))
        })
    }

    /// The rows of one part with their numbers.
    pub(super) fn numbered_part<'a>(&'a self, part: &Part) -> impl Iterator<Item = (Number, &'a T)> + use<'a, T> {
        let leaf = self.leaf(part);
        let rows = leaf.and_then(|leaf| T::of(&leaf.rows)).unwrap_or_default();
        leaf.map_or(&[][..], |leaf| &leaf.numbers).iter().copied().zip(rows)
    }

    /// The numbers of a part's rows, where the part still holds these rows.
    pub(super) fn numbers_of(&self, part: &Part, rows: &Arc<Rows>) -> Option<&[Number]> {
        self.leaf(part).filter(|leaf| Arc::ptr_eq(&leaf.rows, rows)).map(|leaf| &*leaf.numbers)
    }

    /// All numbers of the part that a row came in.
    pub(super) fn part_numbers(&self, at: At) -> &[Number] {
        self.parts.get(at.part as usize).map_or(&[], |leaf| &leaf.numbers)
    }

    /// All numbers in their order.
    pub(super) fn numbers(&self) -> impl Iterator<Item = Number> {
        self.parts.iter().flat_map(|leaf| leaf.numbers.iter().copied())
    }
}

/// Numbers for names. The numbers are shared with older indexes until a name is new.
fn number<'a>(names: impl Iterator<Item = &'a Text>, numbers: &mut Arc<Numbers>) -> Arc<[Number]> {
    let mut given = Vec::with_capacity(names.size_hint().0);
    for name in names {
        given.push(match numbers.of(name) {
            Some(known) => known,
            None => Arc::make_mut(numbers).give(name),
        });
    }
    given.into()
}
