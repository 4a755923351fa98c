//! What a filter tests: the cells of one row, wherever it comes from.

use jiff::Timestamp;

use super::super::rows::Rows;
use super::super::value::Value;

use crate::judge::Verdict;

/// One row as a filter sees it.
pub(super) trait Tested {
    /// How many cells it has.
    fn columns(&self) -> usize;
    /// The cell in the column at this position.
    fn cell(&self, column: usize) -> Value;
    /// How it stands.
    fn verdict(&self) -> Verdict;
    /// Whether it was read too long ago.
    fn is_stale(&self) -> bool;
    /// AWS's time, by which ages are told.
    fn now(&self) -> Timestamp;
}

/// A row of a list.
pub(super) struct Listed<'r, 'a> {
    pub(super) rows: &'r Rows<'a>,
    pub(super) i: usize,
}

impl Tested for Listed<'_, '_> {
    fn columns(&self) -> usize {
        self.rows.columns()
    }

    fn cell(&self, column: usize) -> Value {
        self.rows.cell(self.i, column)
    }

    fn verdict(&self) -> Verdict {
        self.rows.verdict(self.i)
    }

    fn is_stale(&self) -> bool {
        self.rows.is_stale(self.i)
    }

    fn now(&self) -> Timestamp {
        self.rows.taken_at()
    }
}

/// A row that is in no list: a service of the board, a line of the audit.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its cells, one a column that the filter was read for.
    pub cells: Vec<Value>,
    /// How it stands.
    pub verdict: Verdict,
    /// AWS's time, by which ages are told.
    pub now: Timestamp,
}

impl Tested for Record {
    fn columns(&self) -> usize {
        self.cells.len()
    }

    fn cell(&self, column: usize) -> Value {
        self.cells.get(column).cloned().unwrap_or(Value::Unknown)
    }

    fn verdict(&self) -> Verdict {
        self.verdict
    }

    fn is_stale(&self) -> bool {
        false
    }

    fn now(&self) -> Timestamp {
        self.now
    }
}
