//! `[accounts.PATTERN]`: what accounts are called and what they are for, so that nobody mistakes one for another.
//!
//! Owns: these tables and which of them counts for an account. Must stay true: an id that is mistyped is refused, and not taken
//! for a name that never comes; a table that names the account exactly outranks every pattern.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::id::AccountId;
use crate::judge::policy::matches;

use super::super::document::Document;
use super::super::error::ConfigError;
use super::super::origin::{Entry, Setting};
use super::check_word;

/// What one table may say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    name: Option<Spanned<String>>,
    class: Option<Spanned<String>>,
    frame: Option<Spanned<Frame>>,
}

/// How the frame of the screen marks an account, in the theme's colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Frame {
    /// Where a mistake costs most.
    Production,
    /// Where one rehearses.
    Staging,
    /// Where nothing can be hurt.
    Sandbox,
}

impl Frame {
    /// The word in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Staging => "staging",
            Self::Sandbox => "sandbox",
        }
    }

    /// What a class is taken for where the file does not say: one that nobody knows is treated as the one that matters.
    fn of_class(class: &str) -> Self {
        let class = class.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| class.contains(word));
        if has(&["sandbox", "dev", "play", "lab"]) {
            Self::Sandbox
        } else if has(&["stag", "test", "qa", "uat", "preprod", "pre-prod", "nonprod", "non-prod"]) {
            Self::Staging
        } else {
            Self::Production
        }
    }
}

/// What the policy says of one account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// Its name, shown and typed to confirm; none leaves it to AWS's alias.
    pub name: Option<String>,
    /// What it is for, in the owners' word: `production`, `staging`, …, and how the frame marks that.
    pub class: Option<(String, Frame)>,
}

/// One table.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    /// An account's id or alias; `*` stands for any text.
    pattern: String,
    name: Option<Setting<String>>,
    class: Option<Setting<String>>,
    frame: Option<Setting<Frame>>,
}

/// Every table of the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccountsTable {
    rows: Vec<Row>,
}

impl AccountsTable {
    /// Reads the tables.
    pub(super) fn load<T>(
        document: &Document<'_, T>,
        tables: &BTreeMap<Spanned<String>, Keys>,
    ) -> Result<Self, ConfigError> {
        let mut rows = Vec::new();
        for (pattern, keys) in tables {
            let text = pattern.get_ref();
            let is_number = text.chars().all(|c| c.is_ascii_digit());
            if is_number && text.len() != 12 {
                let message =
                    format!("`{text}` is not an account's id: twelve digits, quoted, or an alias; `*` is any text");
                return Err(document.error(pattern, message));
            }
            let word = |key: Option<&Spanned<String>>| {
                let Some(key) = key else { return Ok(None) };
                let mut setting = Setting::default(String::new());
                document.apply(Some(key), &mut setting, check_word)?;
                Ok::<_, ConfigError>(Some(setting))
            };
            let frame = keys.frame.as_ref().map(|frame| {
                let mut setting = Setting::default(*frame.get_ref());
                setting.set(*frame.get_ref(), document.origin(frame));
                setting
            });
            rows.push(Row {
                pattern: text.clone(),
                name: word(keys.name.as_ref())?,
                class: word(keys.class.as_ref())?,
                frame,
            });
        }
        // The exact ones first, then the patterns that say most.
        rows.sort_by_key(|row| (row.pattern.contains('*'), std::cmp::Reverse(row.pattern.len())));
        Ok(Self { rows })
    }

    /// What the tables say of an account: each key of the first table that fits and has it.
    pub fn of(&self, id: &AccountId, alias: Option<&str>) -> Account {
        let fits =
            |row: &&Row| matches(&row.pattern, id.as_str()) || alias.is_some_and(|name| matches(&row.pattern, name));
        let rows = || self.rows.iter().filter(fits);
        let name = rows().find_map(|row| row.name.as_ref()).map(|name| name.value.clone());
        let frame = rows().find_map(|row| row.frame.as_ref()).map(|frame| frame.value);
        let class = rows().find_map(|row| row.class.as_ref()).map(|class| class.value.clone());
        let class = class.or_else(|| frame.map(|frame| frame.as_str().to_owned()));
        let class = class.map(|class| {
            let frame = frame.unwrap_or_else(|| Frame::of_class(&class));
            (class, frame)
        });
        Account { name, class }
    }

    /// Every table in words.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        for row in &self.rows {
            // What is no bare key of TOML is quoted.
            let is_bare = row.pattern.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
            let pattern = if is_bare { row.pattern.clone() } else { format!("{:?}", row.pattern) };
            let key = |key: &str| format!("accounts.{pattern}.{key}");
            for (name, setting) in [("name", &row.name), ("class", &row.class)] {
                entries.extend(setting.as_ref().map(|it| Entry::new(key(name), it, format!("{:?}", it.value))));
            }
            let frame = row.frame.as_ref().map(|it| Entry::new(key("frame"), it, format!("{:?}", it.value.as_str())));
            entries.extend(frame);
        }
        entries
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::load_policy;
    use super::*;

    #[test]
    fn the_table_that_names_the_account_outranks_patterns_and_each_key_is_found_by_itself() {
        let text = "[accounts.\"shop-*\"]\nclass = \"STAGING\"\n[accounts.shop-live]\nclass = \"PROD\"\n\
                    [accounts.\"2*\"]\nclass = \"demo\"\nframe = \"sandbox\"\n[accounts.123456789012]\nname = \"till\"";
        let rules = load_policy(text).unwrap();
        let of = |id: &str, alias| rules.account(&AccountId::from(id), alias);
        assert_eq!(of("123456789012", Some("shop-live")).class, Some(("PROD".to_owned(), Frame::Production)));
        assert_eq!(of("123456789012", Some("shop-live")).name.as_deref(), Some("till"));
        assert_eq!(of("111111111111", Some("shop-eu")).class, Some(("STAGING".to_owned(), Frame::Staging)));
        assert_eq!(of("222222222222", None).class, Some(("demo".to_owned(), Frame::Sandbox)));
        assert_eq!(of("333333333333", Some("other")), Account::default());
        let shown: String = rules.entries().iter().map(|entry| format!("{entry}\n")).collect();
        assert!(shown.contains("accounts.\"2*\".frame = \"sandbox\"  # policy.toml:7"), "{shown}");
    }

    #[test]
    fn a_class_that_nobody_knows_is_marked_as_the_one_that_matters() {
        let frames = ["prod", "staging-eu", "nonprod", "dev", "tills"].map(Frame::of_class);
        assert_eq!(frames, [Frame::Production, Frame::Staging, Frame::Staging, Frame::Sandbox, Frame::Production]);
    }
}
