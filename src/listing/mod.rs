//! The lists: every kind of thing as rows and columns, the same for `fournines list`, its documents and the console.
//!
//! Owns: the registry of lists, their columns, the filter language and sorting. May know: estate and judgement. Must stay
//! true: cells are made on demand, so that a list costs what is looked at; what nobody knows is [`Value::Unknown`], and what
//! could not be read is in [`Rows::gaps`], never missing in silence.

mod alarms;
mod balancers;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod cells;
mod column;
mod databases;
mod escape;
mod filter;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod fixture;
mod fuzzy;
mod gap;
mod groups;
mod images;
mod instances;
mod list;
mod lookup;
mod name;
mod place;
mod rows;
mod shifts;
mod sort;
mod target_groups;
mod targets;
mod templates;
mod value;
mod zones;

pub use column::{ColumnInfo, HIDDEN, position};
pub use escape::{escape, is_harmful};
pub use filter::{Filter, FilterError, Record};
pub use fuzzy::misfit;
pub use gap::{Gap, kind_word, read_errors};
pub use list::List;
pub use name::{UnknownName, nearest};
pub use rows::{RowId, Rows};
pub use shifts::kind_word as shift_kind_word;
pub use sort::Sort;
pub use value::Value;

/// Every list, in the order in which they are offered.
pub const LISTS: &[&List] = &[
    &instances::LIST,
    &groups::LIST,
    &targets::LIST,
    &target_groups::LIST,
    &balancers::LIST,
    &databases::LIST,
    &alarms::LIST,
    &images::LIST,
    &templates::LIST,
    &zones::LIST,
    &shifts::LIST,
];

/// The list of this name or alias.
pub fn find(name: &str) -> Result<&'static List, UnknownName> {
    LISTS
        .iter()
        .copied()
        .find(|list| {
            list.name.eq_ignore_ascii_case(name) || list.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
        })
        .ok_or_else(|| UnknownName::new("list", name, LISTS.iter().map(|list| list.name)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_and_columns_are_unique_and_documented() {
        let mut names = BTreeSet::new();
        for list in LISTS {
            assert!(std::iter::once(&list.name).chain(list.aliases).all(|name| names.insert(*name)), "{}", list.name);
            assert!(!list.kinds.is_empty() && !list.doc.is_empty());
            let mut keys = BTreeSet::new();
            for column in list.columns() {
                assert!(keys.insert(column.name), "{}.{}", list.name, column.name);
                assert!(column.aliases.iter().all(|alias| keys.insert(alias)), "{}.{}", list.name, column.name);
                assert!(!column.doc.is_empty() && column.title.to_uppercase() == column.title);
                assert!(column.name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", column.name);
            }
            for wanted in ["verdict", "region", "reasons"] {
                assert!(keys.contains(wanted), "{} has no {wanted}", list.name);
            }
        }
    }

    #[test]
    fn an_unknown_list_names_the_nearest() {
        assert_eq!(find("asg").unwrap().name, "groups");
        let error = find("instnaces").unwrap_err();
        assert_eq!(error.nearest, Some("instances".to_owned()));
        assert!(error.to_string().contains("did you mean `instances`?"), "{error}");
    }
}
