//! What a column is called and how much room it wants.

use super::name::UnknownName;

/// A rank that is shown only when asked for by name: in documents always, on screens when the config lists it.
pub const HIDDEN: u8 = 9;

/// A column of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnInfo {
    /// The field of documents and the key of filters: `zone_id`.
    pub name: &'static str,
    /// Other keys for the filter.
    pub aliases: &'static [&'static str],
    /// The heading on screens, in capitals.
    pub title: &'static str,
    /// What it says, in a sentence.
    pub doc: &'static str,
    /// The width that suits it, in cells.
    pub width: u16,
    /// Whether it stands to the right, as numbers do.
    pub right: bool,
    /// Which columns stay when there is little room: lower ranks longer, [`HIDDEN`] never.
    pub rank: u8,
    /// Whether anything that stands there wants to be seen: a suspended process, a shift that holds traffic back.
    pub loud: bool,
}

/// The position of the column that `key` means among these.
///
/// # Errors
/// Names the nearest one.
pub fn position(columns: &[ColumnInfo], key: &str) -> Result<usize, UnknownName> {
    columns
        .iter()
        .position(|column| column.is_called(key))
        .ok_or_else(|| UnknownName::new("column", key, columns.iter().map(|column| column.name)))
}

impl ColumnInfo {
    /// A column that is only filtered by.
    pub const fn key(name: &'static str, aliases: &'static [&'static str], doc: &'static str) -> Self {
        Self { name, aliases, title: "", doc, width: 0, right: false, rank: HIDDEN, loud: false }
    }

    /// The same for a number.
    pub const fn number(name: &'static str, doc: &'static str) -> Self {
        Self { right: true, ..Self::key(name, &[], doc) }
    }

    /// Whether a filter or sort means this column by `key`: its name, an alias, or its name without `_s` or `_at`.
    pub fn is_called(&self, key: &str) -> bool {
        let bare = self.name.strip_suffix("_s").or_else(|| self.name.strip_suffix("_at"));
        self.name.eq_ignore_ascii_case(key)
            || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(key))
            || bare.is_some_and(|bare| bare.eq_ignore_ascii_case(key))
    }
}
