//! `[operations.limits]`: how long a run bears with what does not go as planned.
//!
//! Must stay true: a key that there is not is refused with the nearest one, and a value with its range.

use std::collections::BTreeMap;

use toml::Spanned;

use crate::listing::UnknownName;
use crate::operation::Limits;
use crate::operation::limits::Limit;

use super::super::super::document::Document;
use super::super::super::error::ConfigError;
use super::super::super::origin::{Entry, Origin, Setting};

/// What `[operations.limits]` may say: seconds by name.
pub(super) type Keys = BTreeMap<Spanned<String>, Spanned<u64>>;

/// The table in force.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct LimitsTable {
    /// The limits.
    pub(super) limits: Limits,
    /// Where those stand that a file sets.
    origins: BTreeMap<&'static str, Origin>,
}

impl LimitsTable {
    /// Takes in what the file says.
    pub(super) fn apply<T>(&mut self, document: &Document<'_, T>, keys: &Keys) -> Result<(), ConfigError> {
        for (key, seconds) in keys {
            let names = || Limit::ALL.iter().map(|limit| limit.name.to_owned());
            let Some(limit) = Limit::ALL.iter().find(|limit| limit.name == key.get_ref().as_str()) else {
                return Err(document.error(key, UnknownName::new("key", key.get_ref(), names()).to_string()));
            };
            let set = limit.set(&mut self.limits, *seconds.get_ref());
            set.map_err(|why| document.error(seconds, why))?;
            self.origins.insert(limit.name, document.origin(seconds));
        }
        Ok(())
    }

    /// Every limit in words, with its origin.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> {
        Limit::ALL.iter().map(|limit| {
            let value = limit.of(self.limits);
            let origin = self.origins.get(limit.name).cloned().unwrap_or(Origin::Default);
            Entry::new(format!("operations.limits.{}", limit.name), &Setting { value, origin }, value)
        })
    }
}
