//! Where a value comes from.

use std::fmt;
use std::path::PathBuf;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// A line of a file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// An environment variable.
    Environment(&'static str),
    /// A command-line option.
    Option(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Option(name) => f.write_str(name),
        }
    }
}

/// A value with its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value in force.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

impl<T> Setting<T> {
    /// A built-in value.
    pub fn default(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }

    /// Another value takes its place.
    pub(super) fn set(&mut self, value: T, origin: Origin) {
        *self = Self { value, origin };
    }
}

/// A setting in words: what `policy show` and the log print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its key, dotted where it is in a table.
    pub key: String,
    /// Its value, as the file would write it.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

impl Entry {
    pub(super) fn new<T>(key: impl Into<String>, setting: &Setting<T>, value: impl fmt::Display) -> Self {
        Self { key: key.into(), value: value.to_string(), origin: setting.origin.clone() }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}  # {}", self.key, self.value, self.origin)
    }
}
