//! `[shell]`: whether a shell may be opened on an instance (`aws ssm start-session`).
//!
//! Must stay true: what somebody types in a shell is beyond every guard of this program, so a console that is held read-only opens
//! none unless its owners said so here.

use serde::Deserialize;
use toml::Spanned;

use super::super::document::{Document, as_is};
use super::super::error::ConfigError;
use super::super::origin::{Entry, Setting};

/// What the table may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    allowed: Option<Spanned<bool>>,
    when_read_only: Option<Spanned<bool>>,
}

/// Whether a shell may be opened.
#[derive(Debug, Clone, PartialEq)]
pub struct ShellTable {
    /// Whether at all.
    pub allowed: Setting<bool>,
    /// Whether also where the session is held read-only.
    pub when_read_only: Setting<bool>,
}

impl Default for ShellTable {
    fn default() -> Self {
        Self { allowed: Setting::default(true), when_read_only: Setting::default(false) }
    }
}

impl ShellTable {
    pub(super) fn apply<T>(&mut self, document: &Document<'_, T>, keys: &Keys) -> Result<(), ConfigError> {
        document.apply(keys.allowed.as_ref(), &mut self.allowed, as_is)?;
        document.apply(keys.when_read_only.as_ref(), &mut self.when_read_only, as_is)
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        vec![
            Entry::new("shell.allowed", &self.allowed, self.allowed.value),
            Entry::new("shell.when_read_only", &self.when_read_only, self.when_read_only.value),
        ]
    }
}
