//! Numbers for names: what is joined by name is joined by position instead.
//!
//! Owns: [`Numbers`]. Depends on: nothing. Must stay true: a name keeps its number from one index to the next, so that what was
//! numbered once is never looked up again; numbers say nothing outside their index.

use std::collections::HashMap;

use crate::id::Text;

/// The number of a thing in one index: an instance, or whatever else a target group routes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(pub(super) u32);

impl Number {
    pub(in crate::judge) fn position(self) -> usize {
        self.0 as usize
    }
}

/// Names and their numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers {
    by_name: HashMap<Text, Number>,
    names: Vec<Text>,
    /// Numbers in the order of their names.
    sorted: Vec<Number>,
    /// A number's place in that order.
    ranks: Vec<u32>,
}

impl Numbers {
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn of(&self, name: &str) -> Option<Number> {
        self.by_name.get(name).copied()
    }

    pub(super) fn name(&self, number: Number) -> Option<&str> {
        self.names.get(number.position()).map(|name| &**name)
    }

    /// The place of a numbered name among all names.
    pub(super) fn rank(&self, number: Number) -> u32 {
        self.ranks.get(number.position()).copied().unwrap_or(u32::MAX)
    }

    /// The number of `name`, a new one where it had none. [`Numbers::settle`] must follow.
    pub(super) fn give(&mut self, name: &Text) -> Number {
        if let Some(known) = self.by_name.get(name) {
            return *known;
        }
        let new = Number(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.by_name.insert(name.clone(), new);
        self.names.push(name.clone());
        new
    }

    /// Puts new names in their place in the order.
    pub(super) fn settle(&mut self) {
        let old = self.sorted.len();
        if old == self.names.len() {
            return;
        }
        let names = &self.names;
        let name = |number: &Number| names.get(number.position());
        self.sorted.extend((old..names.len()).map(|position| Number(u32::try_from(position).unwrap_or(u32::MAX))));
        if let Some(new) = self.sorted.get_mut(old..) {
            new.sort_unstable_by(|a, b| name(a).cmp(&name(b)));
        }
        // Two runs, each in order: a stable sort finds them and only merges.
        self.sorted.sort_by(|a, b| name(a).cmp(&name(b)));
        self.ranks.resize(self.names.len(), 0);
        for (rank, number) in (0_u32..).zip(&self.sorted) {
            if let Some(place) = self.ranks.get_mut(number.position()) {
                *place = rank;
            }
        }
    }
}
