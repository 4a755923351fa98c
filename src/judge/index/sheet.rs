//! The rows of one kind in a region, part by part, each with the number of what it is about.
//!
//! Owns: [`Sheet`], [`Edit`]. Depends on: the estate's slices, numbers. Must stay true: a row that is the same as before is not
//! numbered again, and a row keeps its place as long as its part is read and lists it there.

use std::marker::PhantomData;
use std::sync::Arc;

use jiff::Timestamp;

use crate::estate::{Estate, Part, Row, Rows};
use crate::id::{Region, Text};

use super::numbers::{Number, Numbers};

/// Where a row stands in its sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    /// Which part: it keeps this as long as it is there, wherever it comes among the others.
    pub(super) slot: u32,
    pub(super) row: u32,
}

impl At {
    /// No row at all.
    pub(super) const NOWHERE: Self = Self { slot: u32::MAX, row: u32::MAX };

    fn new(slot: u32, row: usize) -> Self {
        Self { slot, row: u32::try_from(row).unwrap_or(u32::MAX) }
    }
}

/// The rows of kind `T`.
#[derive(Debug, Clone)]
pub(super) struct Sheet<T> {
    /// In the order of their parts.
    leaves: Arc<Vec<Leaf>>,
    /// By slot, where its leaf is now.
    slots: Arc<Vec<u32>>,
    row: PhantomData<fn() -> T>,
}

/// The rows of one part.
#[derive(Debug, Clone)]
struct Leaf {
    part: Part,
    slot: u32,
    rows: Arc<Rows>,
    numbers: Arc<[Number]>,
    /// Where each row's numbers begin, for kinds whose rows are about several things.
    starts: Arc<[u32]>,
    /// Whether they can be trusted now.
    known: bool,
}

/// What is otherwise in a sheet than in the one it was made after.
#[derive(Debug, Default)]
pub(super) struct Edit {
    /// Things that no longer stand where they stood, as the how manieth of their row.
    pub(super) left: Vec<(Number, At, u32)>,
    /// Things that stand where they did not.
    pub(super) came: Vec<(Number, At, u32)>,
    /// Things that stand where they stood, and of which something else is said, or by a source trusted otherwise.
    pub(super) changed: Vec<Number>,
    /// Rows that are not as the rows in their places were, of parts that were there.
    pub(super) unlike: Vec<At>,
    /// Whether any row is otherwise, or trusted otherwise.
    pub(super) is_any: bool,
    /// Whether any part was read anew, be it with the very same outcome.
    pub(super) is_new: bool,
    /// Whether parts came or went, or are trusted otherwise.
    pub(super) parts: bool,
}

impl Edit {
    /// The things of which it speaks, some more than once.
    pub(super) fn numbers(&self) -> impl Iterator<Item = Number> {
        let moved = self.left.iter().chain(&self.came).map(|(number, _, _)| *number);
        moved.chain(self.changed.iter().copied())
    }
}

impl<T> Default for Sheet<T> {
    fn default() -> Self {
        Self { leaves: Arc::default(), slots: Arc::default(), row: PhantomData }
    }
}

/// What the rows of a sheet are about.
pub(super) struct About<T> {
    /// The nth thing that a row is about.
    pub(super) name: for<'a> fn(&'a T, usize) -> Option<&'a Text>,
    /// Whether two unlike rows that are both about a thing, as their nth, say the same of it.
    pub(super) same: fn(&T, &T, usize) -> bool,
}

impl<T: Row + PartialEq> Sheet<T> {
    /// The sheet as it is now, and what is otherwise than in `before`.
    pub(super) fn after(
        before: &Self,
        estate: &Estate,
        region: &Region,
        now: Timestamp,
        numbers: &mut Arc<Numbers>,
        about: &About<T>,
    ) -> (Self, Edit) {
        let mut edit = Edit::default();
        if before.still_holds(estate, region, now) {
            let same = Self { leaves: before.leaves.clone(), slots: before.slots.clone(), row: PhantomData };
            return (same, edit);
        }
        let mut leaves = Vec::with_capacity(before.leaves.len());
        let mut slots = (*before.slots).clone();
        for (part, slice) in estate.slices(region, T::KIND) {
            let Some(rows) = slice.all_rows() else { continue };
            let known = slice.trust(T::KIND.age_limit(), now).is_known();
            let older = before.leaves.get(leaves.len()).filter(|leaf| leaf.part == *part).or_else(|| before.leaf(part));
            let leaf = match older {
                Some(older) if Arc::ptr_eq(&older.rows, rows) => Leaf { known, ..older.clone() },
                _ => {
                    let slot = older.map_or_else(|| u32::try_from(slots.len()).unwrap_or(u32::MAX), |leaf| leaf.slot);
                    slots.resize(slots.len().max(slot as usize + 1), u32::MAX);
                    edit.is_new = true;
                    Leaf::after::<T>(older, Leaf::new(part, slot, rows, known), numbers, about, &mut edit)
                }
            };
            if older.is_none_or(|older| older.known != known) {
                (edit.parts, edit.is_any, edit.is_new) = (true, true, true);
                edit.changed.extend(leaf.numbers.iter());
            }
            leaves.push(leaf);
        }
        slots.fill(u32::MAX);
        for (position, leaf) in (0..).zip(&leaves) {
            if let Some(place) = slots.get_mut(leaf.slot as usize) {
                *place = position;
            }
        }
        let sheet = Self { leaves: leaves.into(), slots: slots.into(), row: PhantomData };
        for gone in before.leaves.iter().filter(|leaf| sheet.position(leaf.slot).is_none()) {
            (edit.parts, edit.is_any, edit.is_new) = (true, true, true);
            gone.each(|number, at, nth| edit.left.push((number, at, nth)));
        }
        (sheet, edit)
    }

    /// Whether there are the same rows now, trusted alike.
    fn still_holds(&self, estate: &Estate, region: &Region, now: Timestamp) -> bool {
        let mut leaves = self.leaves.iter();
        let slices = estate.slices(region, T::KIND);
        let mut read = slices.filter_map(|(part, slice)| Some((part, slice, slice.all_rows()?)));
        read.all(|(part, slice, rows)| {
            leaves.next().is_some_and(|leaf| {
                let known = slice.trust(T::KIND.age_limit(), now).is_known();
                Arc::ptr_eq(&leaf.rows, rows) && leaf.known == known && leaf.part == *part
            })
        }) && leaves.next().is_none()
    }

    /// Where a part is among the others now.
    fn position(&self, slot: u32) -> Option<usize> {
        self.slots
            .get(slot as usize)
            .map(|position| *position as usize)
            .filter(|position| *position < self.leaves.len())
    }

    fn leaf_at(&self, at: At) -> Option<&Leaf> {
        self.leaves.get(self.position(at.slot)?)
    }

    /// The order in which places come.
    pub(super) fn order(&self, at: &At) -> (u32, u32) {
        (self.slots.get(at.slot as usize).copied().unwrap_or(u32::MAX), at.row)
    }

    /// Whether so many parts came and went that places had better be given anew.
    pub(super) fn is_sparse(&self) -> bool {
        self.slots.len() > 64 + 2 * self.leaves.len()
    }

    fn leaf(&self, part: &Part) -> Option<&Leaf> {
        self.leaves.binary_search_by(|leaf| leaf.part.cmp(part)).ok().and_then(|at| self.leaves.get(at))
    }

    /// The parents whose parts can be trusted now, each with its part's slot.
    pub(super) fn known_parents(&self) -> impl Iterator<Item = (&Text, usize)> {
        self.leaves.iter().filter(|leaf| leaf.known).filter_map(|leaf| match &leaf.part {
            Part::Of(parent) => Some((parent, leaf.slot as usize)),
            Part::All | Part::Zone(_) => None,
        })
    }

    pub(super) fn get(&self, at: At) -> Option<&T> {
        T::of(&self.leaf_at(at)?.rows)?.get(at.row as usize)
    }

    /// The part that a row came in.
    pub(super) fn part(&self, at: At) -> Option<&Part> {
        self.leaf_at(at).map(|leaf| &leaf.part)
    }

    /// Whether a row can be trusted now.
    pub(super) fn is_known(&self, at: At) -> bool {
        self.leaf_at(at).is_some_and(|leaf| leaf.known)
    }

    /// Whether what belongs to `parent` was read and can be trusted now.
    pub(super) fn has_answered(&self, parent: &str) -> bool {
        let of = |leaf: &Leaf| match &leaf.part {
            Part::Of(text) => Some((**text).cmp(parent)),
            Part::All | Part::Zone(_) => None,
        };
        let at = self.leaves.partition_point(|leaf| of(leaf).is_none_or(|order| order.is_lt()));
        self.leaves.get(at).is_some_and(|leaf| leaf.known && of(leaf).is_some_and(|order| order.is_eq()))
    }

    /// Every row with its place.
    pub(super) fn rows(&self) -> impl Iterator<Item = (At, &T)> {
        self.leaves.iter().flat_map(|leaf| {
            let rows = T::of(&leaf.rows).unwrap_or_default().iter().enumerate();
            rows.map(|(row, found)| (At::new(leaf.slot, row), found))
        })
    }

    /// Every row with its number, for kinds whose rows are about one thing each.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (Number, &T)> {
        self.leaves.iter().flat_map(|leaf| leaf.numbered())
    }

    /// The rows of one part with their numbers.
    pub(super) fn numbered_part<'a>(&'a self, part: &Part) -> impl Iterator<Item = (Number, &'a T)> + use<'a, T> {
        self.leaf(part).into_iter().flat_map(|leaf| leaf.numbered())
    }

    /// The numbers of a part's rows, where the part still holds these rows.
    pub(super) fn numbers_of(&self, part: &Part, rows: &Arc<Rows>) -> Option<&[Number]> {
        self.leaf(part).filter(|leaf| Arc::ptr_eq(&leaf.rows, rows)).map(|leaf| &*leaf.numbers)
    }

    /// The numbers of the things that one row is about.
    pub(super) fn numbers_at(&self, at: At) -> &[Number] {
        self.leaf_at(at).map(|leaf| leaf.of_row(at.row as usize)).unwrap_or_default()
    }
}

impl Leaf {
    fn new(part: &Part, slot: u32, rows: &Arc<Rows>, known: bool) -> Self {
        let (numbers, starts) = (Arc::default(), Arc::default());
        Self { part: part.clone(), slot, rows: rows.clone(), numbers, starts, known }
    }

    fn numbered<'a, T: Row + 'a>(&'a self) -> impl Iterator<Item = (Number, &'a T)> + use<'a, T> {
        self.numbers.iter().copied().zip(T::of(&self.rows).unwrap_or_default())
    }

    /// The numbers of the things that a row is about.
    fn of_row(&self, row: usize) -> &[Number] {
        let end = self.numbers.len();
        let start = |row: usize| match self.starts.is_empty() {
            true => row.min(end),
            false => self.starts.get(row).map_or(end, |start| *start as usize),
        };
        self.numbers.get(start(row)..start(row + 1)).unwrap_or_default()
    }

    /// Every thing of every row with its place.
    fn each(&self, mut take: impl FnMut(Number, At, u32)) {
        for row in 0..self.rows.len() {
            for (nth, number) in (0..).zip(self.of_row(row)) {
                take(*number, At::new(self.slot, row), nth);
            }
        }
    }

    /// Numbers the rows, by their places before as far as they are the same, and notes in `edit` what is otherwise.
    fn after<T: Row + PartialEq>(
        older: Option<&Self>,
        mut leaf: Self,
        numbers: &mut Arc<Numbers>,
        about: &About<T>,
        edit: &mut Edit,
    ) -> Self {
        let rows = T::of(&leaf.rows).unwrap_or_default();
        let old_rows = older.and_then(|older| T::of(&older.rows)).unwrap_or_default();
        let mut given: Vec<Number> = Vec::with_capacity(older.map_or(0, |older| older.numbers.len()).max(rows.len()));
        let mut starts: Vec<u32> = Vec::with_capacity(rows.len());
        for position in 0..rows.len().max(old_rows.len()) {
            let (row, old_row) = (rows.get(position), old_rows.get(position));
            let old = older.map(|older| older.of_row(position)).unwrap_or_default();
            starts.extend(row.map(|_| u32::try_from(given.len()).unwrap_or(u32::MAX)));
            if row.is_some() && row == old_row {
                given.extend(old);
                continue;
            }
            edit.is_any = true;
            let at = At::new(leaf.slot, position);
            edit.unlike.extend(row.filter(|_| older.is_some()).map(|_| at));
            let names = row.into_iter().flat_map(|row| (0..).map_while(|nth| (about.name)(row, nth)));
            let first = given.len();
            for (nth, text) in names.enumerate() {
                let as_before = old.get(nth).filter(|number| numbers.name(**number) == Some(text)).copied();
                given.push(as_before.or_else(|| numbers.of(text)).unwrap_or_else(|| Arc::make_mut(numbers).give(text)));
            }
            let same = |nth| row.zip(old_row).is_some_and(|(row, old_row)| (about.same)(old_row, row, nth));
            compare(old, given.get(first..).unwrap_or_default(), at, same, edit);
        }
        leaf.numbers = given.into();
        // Where each row is about one thing, its place says it.
        let is_plain = starts.iter().enumerate().all(|(row, start)| row == *start as usize);
        leaf.starts = if is_plain && leaf.numbers.len() == rows.len() { Arc::default() } else { starts.into() };
        leaf
    }
}

/// Notes which things of a row stay, which leave it and which come.
fn compare(old: &[Number], new: &[Number], at: At, same: impl Fn(usize) -> bool, edit: &mut Edit) {
    for nth in 0..old.len().max(new.len()) {
        let place = u32::try_from(nth).unwrap_or(u32::MAX);
        match (old.get(nth), new.get(nth)) {
            (Some(was), Some(is)) if was == is => edit.changed.extend((!same(nth)).then_some(*is)),
            (was, is) => {
                edit.left.extend(was.map(|number| (*number, at, place)));
                edit.came.extend(is.map(|number| (*number, at, place)));
            }
        }
    }
}
