//! Numbers for names: what is joined by name is joined by position instead.
//!
//! Owns: [`Numbers`]. Depends on: nothing. Must stay true: a name keeps its number from one index to the next, so that what was
//! numbered once is never looked up again; numbers say nothing outside their index and those made after it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::id::Text;

/// The number of a thing in one index: an instance, or whatever else a target group routes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(pub(super) u32);

impl Number {
    pub(in crate::judge) fn position(self) -> usize {
        self.0 as usize
    }
}

/// Names and their numbers. The old are shared between indexes; the young, which are few, are copied with each.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers {
    old: Arc<Names>,
    young: Names,
}

#[derive(Debug, Clone, Default)]
struct Names {
    by_name: HashMap<Text, Number>,
    names: Vec<Text>,
    /// Put in order when somebody first asks.
    order: OnceLock<Order>,
}

#[derive(Debug, Clone)]
struct Order {
    /// Positions in the order of their names.
    sorted: Vec<u32>,
    /// A position's place in that order.
    ranks: Vec<u32>,
}

impl Names {
    fn order(&self) -> &Order {
        self.order.get_or_init(|| {
            let mut sorted: Vec<u32> = (0..count(self.names.len())).collect();
            sorted.sort_unstable_by(|a, b| self.names.get(*a as usize).cmp(&self.names.get(*b as usize)));
            let mut ranks = vec![0; sorted.len()];
            for (rank, position) in (0..).zip(&sorted) {
                if let Some(place) = ranks.get_mut(*position as usize) {
                    *place = rank;
                }
            }
            Order { sorted, ranks }
        })
    }

    /// How many names come before this one.
    fn before(&self, name: &str) -> usize {
        let comes_before = |position: &u32| self.names.get(*position as usize).is_some_and(|other| **other < *name);
        self.order().sorted.partition_point(comes_before)
    }

    fn rank(&self, position: usize) -> u32 {
        self.order().ranks.get(position).copied().unwrap_or(u32::MAX)
    }

    fn add(&mut self, name: &Text, number: Number) {
        self.by_name.insert(name.clone(), number);
        self.names.push(name.clone());
        self.order.take();
    }
}

impl Numbers {
    pub(super) fn len(&self) -> usize {
        self.old.names.len() + self.young.names.len()
    }

    pub(super) fn of(&self, name: &str) -> Option<Number> {
        self.old.by_name.get(name).or_else(|| self.young.by_name.get(name)).copied()
    }

    pub(super) fn name(&self, number: Number) -> Option<&Text> {
        let at = number.position();
        self.old.names.get(at).or_else(|| self.young.names.get(at.checked_sub(self.old.names.len())?))
    }

    /// The place of a numbered name among all names: names come in the order of their ranks.
    pub(super) fn rank(&self, number: Number) -> u64 {
        let at = number.position();
        let Some(young) = at.checked_sub(self.old.names.len()) else {
            return (u64::from(self.old.rank(at)) + 1) << 32;
        };
        // Between the old names around it, in the order of the young.
        let before = self.young.names.get(young).map_or(0, |name| self.old.before(name));
        (before as u64) << 32 | (u64::from(self.young.rank(young)) + 1)
    }

    /// The number of `name`, a new one where it had none.
    pub(super) fn give(&mut self, name: &Text) -> Number {
        if let Some(known) = self.of(name) {
            return known;
        }
        let new = Number(count(self.len()));
        if self.old.names.is_empty() {
            self.old = Arc::default();
        }
        // As long as nobody else has them, all are as good as old.
        if let Some(old) = Arc::get_mut(&mut self.old).filter(|_| self.young.names.is_empty()) {
            old.add(name, new);
            return new;
        }
        self.young.add(name, new);
        if self.young.names.len() > 1024 + self.old.names.len() / 8 {
            let young = std::mem::take(&mut self.young);
            let old = Arc::make_mut(&mut self.old);
            old.by_name.extend(young.by_name);
            old.names.extend(young.names);
            old.order.take();
        }
        new
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
