//! Kinds that are read parent by parent: whether every parent was asked about.
//!
//! Owns: `Unread`. Depends on: the estate's parents. Must stay true: a target group whose health was never read makes the targets'
//! counts unknown, though every other was read.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::memo::Seen;
use crate::estate::balancer::TargetGroup;
use crate::estate::{Estate, Kind, SliceId, parents};
use crate::id::{Region, Text};

/// How many parents of each kind were never asked about, of those that are read at all.
#[derive(Debug, Clone, Default)]
pub(super) struct Unread {
    never: BTreeMap<Kind, usize>,
    /// Whether every target group that was asked about can be trusted now.
    targets_heard: bool,
}

impl Unread {
    /// The counts as they are now; those of `before` hold where there are the same parents and the same parts.
    pub(super) fn after(before: &Self, seen: (&Seen, &Seen), estate: &Estate, region: &Region) -> Self {
        let count = |kind: Kind| {
            parents::listing(kind)?;
            let sources = parents::sources(kind);
            let holds = seen.1.has_same_parts(seen.0, kind) && !seen.1.is_otherwise(seen.0, &sources);
            before.never.get(&kind).copied().filter(|_| holds).or_else(|| unread(estate, region, kind))
        };
        Self {
            never: Kind::ALL.iter().filter_map(|kind| Some((*kind, count(*kind)?))).collect(),
            targets_heard: seen.1.is_known(Kind::Targets),
        }
    }

    /// The count of a kind; none where it has no parents.
    pub(super) fn of(&self, kind: Kind) -> Option<usize> {
        self.never.get(&kind).copied()
    }

    /// Whether all targets of the region are known: the target groups, and the health of each that a balancer uses.
    pub(super) fn targets_are_complete(&self, estate: &Estate, region: &Region, now: Timestamp) -> bool {
        self.of(Kind::Targets) == Some(0)
            && self.targets_heard
            && estate.table::<TargetGroup>(region, now).is_complete()
    }
}

/// How many parents of `kind` were never asked about, of those that are read at all; none where the kind has no parents.
pub fn unread(estate: &Estate, region: &Region, kind: Kind) -> Option<usize> {
    parents::listing(kind)?;
    let never = |parent: &Text| estate.slice(&SliceId::of(region, kind, parent.clone())).is_none();
    Some(parents::of(kind, estate, region).iter().filter(|parent| never(parent)).count())
}
