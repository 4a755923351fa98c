//! A list: its name, what must be read for it, its columns.
//!
//! Owns: [`List`] and the trait behind each entry of the registry. Depends on: places and values. Must stay true: every list
//! begins with `verdict` and ends with `region` and `reasons`, so that all of them filter, sort and read alike.

use std::cmp::Ordering;

use crate::estate::Kind;
use crate::judge::{Assessment, Picture, Verdict};

use super::column::{ColumnInfo, HIDDEN};
use super::name::UnknownName;
use super::place::{Place, Stretch};
use super::rows::{Rows, Source, Table};
use super::value::{Value, natural};

/// A kind of thing as rows and columns.
pub struct List {
    /// Its name on the command line, in documents and in the palette: `instances`.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// What it shows, in a sentence.
    pub doc: &'static str,
    /// What must be read for it, its own kinds first.
    pub kinds: &'static [Kind],
    /// How many of `kinds` its rows come from; where one of the others is missing, cells are unknown but rows are not missing.
    own: usize,
    columns: fn() -> Vec<ColumnInfo>,
    source: for<'a> fn(&'a Picture) -> Box<dyn Source + 'a>,
}

/// What an entry of the registry brings: rows of a region, and a function a cell.
pub(super) trait Listed: Sized + 'static {
    /// A row: references into the picture.
    type Row<'a>: Clone;

    /// Its own columns, the thing's name first.
    const COLUMNS: &'static [Column<Self>];

    /// The rows of one region, in AWS's order.
    fn rows<'a>(place: &Place<'a>) -> Vec<Stretch<'a, Self::Row<'a>>>;

    /// What tells the row from the others of its region, at every reading.
    fn id(row: &Self::Row<'_>) -> String;

    /// Where the row with this id stands in a stretch.
    fn find<'a>(stretch: &Stretch<'a, Self::Row<'a>>, id: &str, place: &Place<'a>) -> Option<usize> {
        (0..stretch.len).find(|i| stretch.row(place, *i).is_some_and(|row| Self::id(&row) == id))
    }

    /// How it stands.
    fn assess<'a>(row: &Self::Row<'a>, place: &Place<'a>) -> Assessment;

    /// The verdict alone, where that can be had without the words.
    fn verdict<'a>(row: &Self::Row<'a>, place: &Place<'a>) -> Verdict {
        Self::assess(row, place).verdict
    }

    /// Whether rows stand under one another: what belongs to something stands below it.
    const IS_TREE: bool = false;

    /// The ids from the root of its tree down to its own: of lists that are trees.
    fn path<'a>(row: &Self::Row<'a>, _place: &Place<'a>) -> Vec<String> {
        vec![Self::id(row)]
    }

    /// The order of two rows of one region: that of their ids, in trees that of the whole branch.
    fn compare<'a>(a: &Self::Row<'a>, b: &Self::Row<'a>, place: &Place<'a>) -> Ordering {
        if Self::IS_TREE {
            let (a, b) = (Self::path(a, place), Self::path(b, place));
            let unlike = a.iter().zip(&b).map(|(a, b)| natural(a, b)).find(|order| order.is_ne());
            return unlike.unwrap_or_else(|| a.len().cmp(&b.len()));
        }
        natural(&Self::id(a), &Self::id(b))
    }

    /// What it is where it is neither well nor ill, because it does not run any more or was told not to.
    fn at_rest(_row: &Self::Row<'_>) -> Option<&'static str> {
        None
    }

    /// The word in the verdict's column.
    fn verdict_word<'a>(_row: &Self::Row<'a>, verdict: Verdict) -> &'static str {
        verdict.as_str()
    }
}

/// A column with the function that makes its cells.
pub(super) struct Column<L: Listed> {
    pub(super) info: ColumnInfo,
    pub(super) cell: for<'a> fn(&L::Row<'a>, &Place<'a>) -> Value,
}

impl<L: Listed> Column<L> {
    pub(super) const fn new(
        name: &'static str,
        title: &'static str,
        doc: &'static str,
        cell: for<'a> fn(&L::Row<'a>, &Place<'a>) -> Value,
    ) -> Self {
        Self {
            info: ColumnInfo { name, aliases: &[], title, doc, width: 10, right: false, rank: 5, loud: false },
            cell,
        }
    }

    /// The width that suits it, and how long it stays.
    pub(super) const fn sized(mut self, width: u16, rank: u8) -> Self {
        self.info.width = width;
        self.info.rank = rank;
        self
    }

    /// Shown only when asked for.
    pub(super) const fn hidden(mut self, width: u16) -> Self {
        self.info.width = width;
        self.info.rank = HIDDEN;
        self
    }

    /// Stands to the right.
    pub(super) const fn right(mut self) -> Self {
        self.info.right = true;
        self
    }

    /// What stands there wants to be seen.
    pub(super) const fn loud(mut self) -> Self {
        self.info.loud = true;
        self
    }

    /// Other keys for it.
    pub(super) const fn called(mut self, aliases: &'static [&'static str]) -> Self {
        self.info.aliases = aliases;
        self
    }
}

pub(super) const VERDICT: ColumnInfo = ColumnInfo {
    name: "verdict",
    aliases: &[],
    title: "VERDICT",
    doc: "How it stands: ok, warning, critical or unknown; sorted with the gravest first",
    width: 8,
    right: false,
    rank: 1,
    loud: false,
};

pub(super) const REGION: ColumnInfo = ColumnInfo {
    name: "region",
    aliases: &[],
    title: "REGION",
    doc: "Where it is",
    width: 10,
    right: false,
    rank: 4,
    loud: false,
};

pub(super) const REASONS: ColumnInfo = ColumnInfo {
    name: "reasons",
    aliases: &["why", "evidence"],
    title: "REASONS",
    doc: "Why it is not ok, the gravest first",
    width: 40,
    right: false,
    rank: 2,
    loud: false,
};

impl List {
    pub(super) const fn of<L: Listed>(
        name: &'static str,
        aliases: &'static [&'static str],
        doc: &'static str,
        kinds: &'static [Kind],
        own: usize,
    ) -> Self {
        Self { name, aliases, doc, kinds, own, columns: columns::<L>, source: source::<L> }
    }

    /// The kinds that its rows come from.
    pub fn own_kinds(&self) -> &'static [Kind] {
        self.kinds.get(..self.own).unwrap_or(self.kinds)
    }

    /// Its columns, in display order; a cell is named by its position here.
    pub fn columns(&self) -> Vec<ColumnInfo> {
        (self.columns)()
    }

    /// The position of the column that `key` means: a name, an alias, or a name without `_s` or `_at`.
    pub fn column(&self, key: &str) -> Result<usize, UnknownName> {
        super::column::position(&self.columns(), key)
    }

    /// Its rows in the picture: references and order only, nothing is formatted yet.
    pub fn rows<'a>(&'static self, picture: &'a Picture) -> Rows<'a> {
        Rows::new(self, picture, (self.source)(picture))
    }
}

impl std::fmt::Debug for List {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("List").field(&self.name).finish()
    }
}

fn columns<L: Listed>() -> Vec<ColumnInfo> {
    let own = L::COLUMNS.iter().map(|column| column.info);
    std::iter::once(VERDICT).chain(own).chain([REGION, REASONS]).collect()
}

fn source<'a, L: Listed>(picture: &'a Picture) -> Box<dyn Source + 'a> {
    Box::new(Table::<L>::new(picture))
}
