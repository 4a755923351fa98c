//! `before` and `after`: programs of policy.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::id::Text;
use crate::operation::LocalCommand;

use super::super::super::document::Document;
use super::super::super::error::ConfigError;

/// The longest that a program of policy may take.
const LONGEST_S: u64 = 3600;
/// What it may take where the file does not say.
const USUAL_S: u64 = 60;

/// A program.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    argv: Spanned<Vec<String>>,
    timeout_s: Option<Spanned<u64>>,
    #[serde(default)]
    env: BTreeMap<String, String>,
}

/// The programs of a table.
///
/// # Errors
/// One without a name, or that may take longer than an hour.
pub(super) fn commands<T>(
    document: &Document<'_, T>,
    keys: &[Spanned<Keys>],
) -> Result<Vec<LocalCommand>, ConfigError> {
    keys.iter().map(|keys| command(document, keys.get_ref())).collect()
}

fn command<T>(document: &Document<'_, T>, keys: &Keys) -> Result<LocalCommand, ConfigError> {
    let argv = keys.argv.get_ref();
    if argv.first().is_none_or(|program| program.trim().is_empty()) {
        let why = "a program needs a name: argv = [\"/usr/local/bin/warm\", \"--now\"]";
        return Err(document.error(&keys.argv, why));
    }
    let timeout_s = keys.timeout_s.as_ref().map_or(USUAL_S, |key| *key.get_ref());
    if let Some(key) = keys.timeout_s.as_ref().filter(|_| !(1..=LONGEST_S).contains(&timeout_s)) {
        return Err(document.error(key, format!("timeout_s {timeout_s} is not from 1 to {LONGEST_S}")));
    }
    Ok(LocalCommand {
        argv: argv.iter().map(|word| Text::from(word.as_str())).collect(),
        timeout_s,
        env: keys.env.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into())).collect(),
    })
}
