//! A TOML file with places: what stands in which line.
//!
//! Owns: parsing and the wording of its errors. Depends on: `toml`. Must stay true: every error names the place, and an unknown
//! key the nearest valid one.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::listing::nearest;

use super::Source;
use super::error::ConfigError;
use super::origin::{Origin, Setting};

/// A parsed file.
pub(super) struct Document<'a, T> {
    source: &'a Source,
    /// What it says.
    pub(super) keys: T,
}

impl<'a, T: DeserializeOwned> Document<'a, T> {
    /// Parses a file whose keys are `T`'s, and no others.
    pub(super) fn parse(source: &'a Source) -> Result<Self, ConfigError> {
        toml::from_str(&source.text).map(|keys| Self { source, keys }).map_err(|why| {
            let message = reword(why.message()).unwrap_or_else(|| why.message().to_owned());
            located(source, &why.span().unwrap_or(0..0), message)
        })
    }
}

impl<T> Document<'_, T> {
    /// An error at a value.
    pub(super) fn error<V>(&self, at: &Spanned<V>, message: impl Into<String>) -> ConfigError {
        located(self.source, &at.span(), message.into())
    }

    /// The origin of a value.
    pub(super) fn origin<V>(&self, of: &Spanned<V>) -> Origin {
        Origin::File { path: self.source.path.clone(), line: place(&self.source.text, of.span().start).0 }
    }

    /// Lets a value of the file take the setting's place, once `check` has turned it into what it means.
    pub(super) fn apply<V: Clone, S>(
        &self,
        value: Option<&Spanned<V>>,
        setting: &mut Setting<S>,
        check: impl FnOnce(V) -> Result<S, String>,
    ) -> Result<(), ConfigError> {
        if let Some(value) = value {
            let meaning = check(value.get_ref().clone()).map_err(|message| self.error(value, message))?;
            setting.set(meaning, self.origin(value));
        }
        Ok(())
    }
}

/// What `check` of [`Document::apply`] is for values that are right as they are.
pub(super) fn as_is<V>(value: V) -> Result<V, String> {
    Ok(value)
}

fn located(source: &Source, span: &Range<usize>, message: String) -> ConfigError {
    ConfigError { path: source.path.clone(), place: Some(place(&source.text, span.start)), message }
}

/// Line and column of a byte, from 1.
fn place(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    (line, column)
}

/// Serde's sentence about an unknown key or word, in ours: with the nearest valid one.
fn reword(message: &str) -> Option<String> {
    let (what, rest) = [("key", "unknown field `"), ("word", "unknown variant `")]
        .into_iter()
        .find_map(|(what, start)| message.strip_prefix(start).map(|rest| (what, rest)))?;
    let (name, expected) = rest.split_once("`, ")?;
    // What stands between backquotes are the valid ones.
    let valid: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    let hint =
        nearest(name, valid.iter().copied()).map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default();
    Some(format!("unknown {what} `{name}`{hint} (one of: {})", valid.join(", ")))
}
