//! Rows that the person has marked, list by list, by id.
//!
//! Owns: [`Marks`]. Depends on: the lists. Must stay true: a mark stays on its id while rows move; one whose thing is gone is
//! taken away and told; what merely could not be read is not gone.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::judge::Picture;
use crate::listing::{self, RowId};

/// How many rows of a list can be marked: each is looked up again at every reading.
pub const MOST: usize = 200;

/// What is marked in each list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Marks {
    lists: BTreeMap<String, BTreeSet<RowId>>,
    /// Names of marked things that went, until something else is marked.
    gone: BTreeMap<String, Vec<String>>,
}

impl Marks {
    /// What is marked in a list.
    pub fn of(&self, list: &str) -> impl Iterator<Item = &RowId> {
        self.lists.get(list).into_iter().flatten()
    }

    /// How many rows of a list are.
    pub fn count(&self, list: &str) -> usize {
        self.lists.get(list).map_or(0, BTreeSet::len)
    }

    /// Whether this row is.
    pub fn has(&self, list: &str, row: &RowId) -> bool {
        self.lists.get(list).is_some_and(|rows| rows.contains(row))
    }

    /// Marked things of a list that went.
    pub fn gone(&self, list: &str) -> &[String] {
        self.gone.get(list).map_or(&[], Vec::as_slice)
    }

    /// Marks a row, or takes its mark away.
    ///
    /// # Errors
    /// There are as many marks as there can be.
    pub fn toggle(&mut self, list: &str, row: RowId) -> Result<(), String> {
        if let Some(rows) = self.lists.get_mut(list).filter(|rows| rows.contains(&row)) {
            rows.remove(&row);
            self.gone.remove(list);
            return Ok(());
        }
        self.add(list, [row])
    }

    /// Marks all of these rows, or none of them.
    ///
    /// # Errors
    /// They are more than can be marked.
    pub fn add(&mut self, list: &str, rows: impl IntoIterator<Item = RowId>) -> Result<(), String> {
        let mut all = self.lists.get(list).cloned().unwrap_or_default();
        all.extend(rows);
        if all.len() > MOST {
            return Err(format!("that would be {} marks; at most {MOST} rows can be marked: filter first", all.len()));
        }
        self.gone.remove(list);
        self.lists.insert(list.to_owned(), all);
        Ok(())
    }

    /// Takes all marks of a list away and says how many there were.
    pub fn clear(&mut self, list: &str) -> usize {
        self.gone.remove(list);
        self.lists.remove(list).map_or(0, |rows| rows.len())
    }

    /// Takes away the marks of what a newer picture has no more, and gives the names.
    pub fn settle(&mut self, picture: &Picture) -> Vec<String> {
        let mut all_gone = Vec::new();
        for (name, marked) in &mut self.lists {
            let Ok(list) = listing::find(name) else { continue };
            let rows = list.rows(picture);
            // Where rows are missing because they could not be read, nobody knows whether a thing is gone.
            if marked.is_empty() || rows.misses_rows() {
                continue;
            }
            let (stay, gone): (BTreeSet<RowId>, BTreeSet<RowId>) =
                std::mem::take(marked).into_iter().partition(|row| rows.position(row).is_some());
            *marked = stay;
            let names: Vec<String> = gone.into_iter().map(|row| row.id).collect();
            if !names.is_empty() {
                self.gone.entry(name.clone()).or_default().extend(names.iter().cloned());
            }
            all_gone.extend(names);
        }
        all_gone
    }
}
