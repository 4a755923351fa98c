//! What changed: differences between readings of the same slice, by which windows of time are judged.
//!
//! Owns: [`History`] and [`Change`]. Depends on: slices, rows. Must stay true: a change lies between two good readings and says
//! both times; a failed read changes nothing; it is bounded in time and number, and a clone shares what it holds.

mod facet;

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::kind::{Kind, Rows};
use super::slice::{Part, Slice};
use crate::id::{Text, ZoneName};
use facet::Facets;

/// How far back changes are remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(6);
/// How many a region's history holds at most: the oldest go first.
const MOST: usize = 20_000;

/// One thing that was otherwise at the next reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// When it was seen: the newer reading's time.
    pub at: Timestamp,
    /// When it was last seen otherwise: it happened after this.
    pub after: Timestamp,
    /// What kind of thing.
    pub kind: Kind,
    /// Which: its id or name.
    pub subject: Text,
    /// What it belongs to, where it does: the target group's ARN of a target, the group of a member.
    pub within: Option<Text>,
    /// Its zone, where its row tells one.
    pub zone: Option<ZoneName>,
    /// Which of its sides: `state`, `desired`, `suspended`, …; `there` where it came or went.
    pub what: Text,
    /// As it was; none where it was not there.
    pub from: Option<Text>,
    /// As it is; none where it is gone.
    pub to: Option<Text>,
}

/// The changes of one region, oldest first.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// A batch a reading, and so of one kind.
    batches: VecDeque<Arc<[Change]>>,
    len: usize,
    /// How many were ever taken in.
    noted: u64,
}

impl History {
    /// Every change remembered, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Change> {
        self.batches.iter().flat_map(|batch| batch.iter())
    }

    /// Changes seen at or after `from`, oldest first.
    pub fn since(&self, from: Timestamp) -> impl Iterator<Item = &Change> {
        // What an earlier run kept is one batch of many times.
        let first = self.batches.partition_point(|batch| batch.last().is_none_or(|change| change.at < from));
        self.batches.range(first..).flat_map(|batch| batch.iter()).filter(move |change| change.at >= from)
    }

    /// The last change of this side of this thing, wherever it belongs.
    pub fn last_of(&self, kind: Kind, subject: &str, what: &str) -> Option<&Change> {
        let of_kind = |batch: &&Arc<[Change]>| batch.first().is_some_and(|change| change.kind == kind);
        let mut changes = self.batches.iter().rev().filter(of_kind).flat_map(|batch| batch.iter().rev());
        changes.find(|change| &*change.subject == subject && &*change.what == what)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// How many changes were ever noted, the forgotten among them: by it two histories of one region are told apart.
    pub fn noted(&self) -> u64 {
        self.noted
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes in what was kept by an earlier run, oldest first.
    pub fn restore(&mut self, changes: Vec<Change>) {
        for of_one_kind in changes.chunk_by(|a, b| a.kind == b.kind) {
            self.add(of_one_kind.to_vec());
        }
    }

    /// Takes in what a new reading shows against the last.
    pub(super) fn note(&mut self, part: &Part, older: &Slice, newer: &Slice) {
        let (Some(before), Some(now)) = (older.all_rows(), newer.all_rows()) else { return };
        let (Some(after), Some(at)) = (older.read_at(), newer.read_at()) else { return };
        if !Arc::ptr_eq(before, now) && at >= after {
            self.add(between(part, before, now, after, at));
        }
    }

    fn add(&mut self, changes: Vec<Change>) {
        let Some(newest) = changes.last().map(|change| change.at) else { return };
        self.len += changes.len();
        self.noted += changes.len() as u64;
        self.batches.push_back(changes.into());
        let is_old =
            |batch: &Arc<[Change]>| batch.last().is_none_or(|change| newest.duration_since(change.at) > REMEMBERED);
        while self.batches.len() > 1 && (self.len > MOST || self.batches.front().is_some_and(is_old)) {
            self.len -= self.batches.pop_front().map_or(0, |batch| batch.len());
        }
    }
}

/// What differs between two readings of one part.
fn between(part: &Part, before: &Rows, now: &Rows, after: Timestamp, at: Timestamp) -> Vec<Change> {
    let steady = facet::steady(before, now);
    let (older, newer) = (Facets::of(before, &steady), Facets::of(now, &steady));
    let within = match part {
        Part::Of(parent) => Some(parent.clone()),
        Part::All | Part::Zone(_) => None,
    };
    let kind = now.kind();
    let change = |facet: &facet::Facet<'_>, from: Option<&str>, to: Option<&str>| Change {
        at,
        after,
        kind,
        subject: facet.subject.into(),
        within: facet.within.map(Text::from).or_else(|| within.clone()),
        zone: facet.zone.cloned(),
        what: facet.what.into(),
        from: from.map(Text::from),
        to: to.map(Text::from),
    };
    let mut changes = Vec::new();
    older.compare(&newer, |was, is| match (was, is) {
        (Some(was), Some(is)) => changes.push(change(is, Some(&was.value), Some(&is.value))),
        (Some(was), None) => changes.push(change(was, Some(&was.value), None)),
        (None, Some(is)) => changes.push(change(is, None, Some(&is.value))),
        (None, None) => {}
    });
    changes
}

#[cfg(test)]
mod tests;
