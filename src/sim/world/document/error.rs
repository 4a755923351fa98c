//! What can be wrong with a world document.

use super::super::nearest;
use crate::sim::place::Place;

/// A document that no world can be built from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    /// Not of the format, or not of the shape.
    #[error("world: line {line}, column {column}: {message}")]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong, with the nearest valid key for an unknown one.
        message: String,
    },
    /// Of the right shape, but it contradicts itself or AWS.
    #[error("world: {path}: {message}")]
    Invalid {
        /// Where, as keys from the top: `regions.us-east-1.groups[3].zones`.
        path: String,
        /// What is wrong.
        message: String,
    },
}

impl WorldError {
    /// A contradiction at `path`.
    pub(in super::super) fn invalid(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid { path: path.into(), message: message.into() }
    }

    pub(in crate::sim) fn from_toml(text: &str, error: &toml::de::Error) -> Self {
        let Place { line, column } = Place::of(text, error.span().map_or(0, |span| span.start));
        Self::Syntax { line, column, message: with_hint(error.message()) }
    }

    pub(in crate::sim) fn from_json(error: &serde_json::Error) -> Self {
        let message = error.to_string();
        // serde_json ends its message with the place, which stands at the front here.
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(text, _)| text);
        Self::Syntax { line: error.line(), column: error.column(), message: with_hint(message) }
    }
}

/// serde names an unknown field and the known ones between backticks: adds the one that was probably meant.
pub(in crate::sim) fn with_hint(message: &str) -> String {
    let first_line = message.lines().next().unwrap_or_default();
    let mut words = first_line.split('`').skip(1).step_by(2);
    let unknown = if first_line.starts_with("unknown ") { words.next() } else { None };
    match unknown.and_then(|unknown| nearest(unknown, words)) {
        Some(meant) => format!("{first_line}; did you mean `{meant}`?"),
        None => first_line.to_owned(),
    }
}
