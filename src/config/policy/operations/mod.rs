//! `[operations]` and `[[operations.rules]]`: what may be changed, how much of it, and what is asked before.
//!
//! Must stay true: rules add up and none takes another back; a cap of nothing, a floor of more than all and a program without a
//! name are refused with their place.

mod commands;
mod limits;

use serde::Deserialize;
use toml::Spanned;

use crate::id::Text;
use crate::judge::policy::matches;
use crate::operation::plan::ConfirmKind;
use crate::operation::rules::{Rule, Rules, Terms, When};
use crate::operation::{Limits, OPERATIONS};

use self::commands::commands;
use super::super::document::{Document, as_is};
use super::super::error::ConfigError;
use super::super::origin::{Entry, Origin, Setting};
use super::{check_count, check_share, check_word};

/// What `[operations]` may say, and one of its `[[operations.rules]]`: for whom, and the same.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    // Of the table alone.
    quorum_tags: Option<Spanned<Vec<String>>>,
    limits: Option<Spanned<limits::Keys>>,
    #[serde(default)]
    rules: Vec<Spanned<Keys>>,
    // Of a rule alone.
    operation: Option<Spanned<String>>,
    account: Option<Spanned<String>>,
    region: Option<Spanned<String>>,
    name: Option<Spanned<String>>,
    tag: Option<Spanned<String>>,
    // Of both.
    deny: Option<Spanned<String>>,
    read_only: Option<Spanned<bool>>,
    most_targets: Option<Spanned<usize>>,
    most_at_once: Option<Spanned<usize>>,
    most_an_hour: Option<Spanned<usize>>,
    keep: Option<Spanned<f64>>,
    ask_reason: Option<Spanned<bool>>,
    ask_ticket: Option<Spanned<String>>,
    confirm: Option<Spanned<Level>>,
    #[serde(default)]
    before: Vec<Spanned<commands::Keys>>,
    #[serde(default)]
    after: Vec<Spanned<commands::Keys>>,
}

/// How much is asked.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Key,
    Target,
    Account,
}

impl Level {
    fn kind(self) -> ConfirmKind {
        match self {
            Self::Key => ConfirmKind::Key,
            Self::Target => ConfirmKind::Target,
            Self::Account => ConfirmKind::Account,
        }
    }
}

/// The tables in force.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationsTable {
    /// Tag keys, or `key=value`, that mark members of a quorum.
    pub quorum_tags: Setting<Vec<String>>,
    limits: limits::LimitsTable,
    /// The rules, each with where it stands.
    rules: Vec<Setting<(When, Terms)>>,
}

impl Default for OperationsTable {
    fn default() -> Self {
        let quorum_tags = Setting::default(vec!["ops:quorum".to_owned()]);
        Self { quorum_tags, limits: limits::LimitsTable::default(), rules: Vec::new() }
    }
}

impl OperationsTable {
    pub(super) fn apply<T>(&mut self, document: &Document<'_, T>, keys: &Keys) -> Result<(), ConfigError> {
        document.apply(keys.quorum_tags.as_ref(), &mut self.quorum_tags, as_is)?;
        if let Some(limits) = &keys.limits {
            self.limits.apply(document, limits.get_ref())?;
        }
        let whom = [&keys.operation, &keys.account, &keys.region, &keys.name, &keys.tag];
        if let Some(key) = whom.into_iter().flatten().next() {
            return Err(
                document.error(key, "[operations] is for everybody: who is meant stands in [[operations.rules]]")
            );
        }
        // A rule a key, so that each has its line.
        for (terms, origin) in keys.terms(document)? {
            self.rules.push(Setting { value: (When::default(), terms), origin });
        }
        for rule in &keys.rules {
            let keys = rule.get_ref();
            if let Some(at) = keys.misplaced(document) {
                return Err(at);
            }
            let when = keys.when(document)?;
            let terms = keys.terms(document)?.into_iter().map(|(terms, _)| terms).reduce(Terms::and);
            let terms =
                terms.ok_or_else(|| document.error(rule, "a rule says nothing: `deny`, `keep`, `most_at_once`, …"))?;
            self.rules.push(Setting { value: (when, terms), origin: document.origin(rule) });
        }
        Ok(())
    }

    /// What plans go by.
    pub(super) fn rules(&self) -> Rules {
        let rule = |rule: &Setting<(When, Terms)>| Rule {
            when: rule.value.0.clone(),
            terms: rule.value.1.clone(),
            origin: rule.origin.to_string().into(),
        };
        Rules {
            all: self.rules.iter().map(rule).collect(),
            quorum_tags: self.quorum_tags.value.iter().map(|tag| Text::from(tag.as_str())).collect(),
        }
    }

    /// What runs go by.
    pub(super) fn limits(&self) -> Limits {
        self.limits.limits
    }

    /// Every rule in words, with its origin.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let mut entries =
            vec![Entry::new("operations.quorum_tags", &self.quorum_tags, format!("{:?}", self.quorum_tags.value))];
        entries.extend(self.limits.entries());
        entries.extend(self.rules.iter().map(|rule| {
            let (when, terms) = &rule.value;
            let whom = when.words();
            let key = if whom.is_empty() { "operations".to_owned() } else { format!("operations.rules.{{{whom}}}") };
            Entry::new(key, rule, terms.words())
        }));
        entries
    }
}

impl Keys {
    /// What a rule says that only the table may.
    fn misplaced<T>(&self, document: &Document<'_, T>) -> Option<ConfigError> {
        let wrong = "stands in [operations], and not in a rule";
        let tags = self.quorum_tags.as_ref().map(|key| document.error(key, format!("quorum_tags {wrong}")));
        let limits = || self.limits.as_ref().map(|key| document.error(key, format!("limits {wrong}")));
        let rules = || self.rules.first().map(|key| document.error(key, format!("rules {wrong}")));
        tags.or_else(limits).or_else(rules)
    }

    /// For whom a rule is.
    fn when<T>(&self, document: &Document<'_, T>) -> Result<When, ConfigError> {
        let word = |key: &Option<Spanned<String>>| checked(document, key.as_ref(), check_word);
        if let Some(key) = &self.operation
            && !OPERATIONS.iter().any(|known| matches(key.get_ref(), known.name))
        {
            let names: Vec<&str> = OPERATIONS.iter().map(|known| known.name).collect();
            let why = format!("`{}` fits no operation (there are: {})", key.get_ref(), names.join(", "));
            return Err(document.error(key, why));
        }
        Ok(When {
            operation: word(&self.operation)?,
            account: word(&self.account)?,
            region: word(&self.region)?,
            name: word(&self.name)?,
            tag: word(&self.tag)?,
        })
    }

    /// What is said, a term a key, each with where it stands.
    fn terms<T>(&self, document: &Document<'_, T>) -> Result<Vec<(Terms, Origin)>, ConfigError> {
        let mut found: Vec<(Terms, Origin)> = Vec::new();
        let mut take = |terms: Terms, at: Option<Origin>| {
            found.extend(at.filter(|_| terms != Terms::default()).map(|at| (terms, at)));
        };
        let none = Terms::default;
        let pinned = self.read_only.as_ref().filter(|pin| *pin.get_ref());
        let pin = pinned.filter(|_| self.deny.is_none()).map(|_| "pinned read-only".to_owned());
        take(Terms { deny: pin, ..none() }, pinned.map(|key| document.origin(key)));
        let deny = checked(document, self.deny.as_ref(), check_word)?;
        take(Terms { deny, ..none() }, at(document, self.deny.as_ref()));
        let most_targets = checked(document, self.most_targets.as_ref(), check_count)?;
        take(Terms { most_targets, ..none() }, at(document, self.most_targets.as_ref()));
        let most_at_once = checked(document, self.most_at_once.as_ref(), check_count)?;
        take(Terms { most_at_once, ..none() }, at(document, self.most_at_once.as_ref()));
        let most_an_hour = checked(document, self.most_an_hour.as_ref(), check_count)?;
        take(Terms { most_an_hour, ..none() }, at(document, self.most_an_hour.as_ref()));
        let keep = checked(document, self.keep.as_ref(), check_share)?;
        take(Terms { keep, ..none() }, at(document, self.keep.as_ref()));
        let ask_reason = self.ask_reason.as_ref().is_some_and(|asks| *asks.get_ref());
        take(Terms { ask_reason, ..none() }, at(document, self.ask_reason.as_ref()));
        let ask_ticket = checked(document, self.ask_ticket.as_ref(), check_word)?;
        take(Terms { ask_ticket, ..none() }, at(document, self.ask_ticket.as_ref()));
        let confirm = self.confirm.as_ref().map(|level| level.get_ref().kind());
        take(Terms { confirm, ..none() }, at(document, self.confirm.as_ref()));
        let before = commands(document, &self.before)?;
        take(Terms { before, ..none() }, at(document, self.before.first()));
        let after = commands(document, &self.after)?;
        take(Terms { after, ..none() }, at(document, self.after.first()));
        Ok(found)
    }
}

fn at<T, V>(document: &Document<'_, T>, key: Option<&Spanned<V>>) -> Option<Origin> {
    key.map(|key| document.origin(key))
}

fn checked<T, V: Clone, S>(
    document: &Document<'_, T>,
    key: Option<&Spanned<V>>,
    check: impl FnOnce(V) -> Result<S, String>,
) -> Result<Option<S>, ConfigError> {
    let Some(key) = key else { return Ok(None) };
    check(key.get_ref().clone()).map(Some).map_err(|message| document.error(key, message))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::load_policy;

    #[test]
    fn rules_reach_operations_with_their_lines() {
        let text = "[operations]\nmost_at_once = 2\nask_reason = true\nbefore = [{ argv = [\"/opt/warm\"], timeout_s = 5 }]\n\
                    [[operations.rules]]\noperation = \"re*\"\ntag = \"env=prod\"\nkeep = 0.75\nconfirm = \"account\"\n\
                    [[operations.rules]]\naccount = \"bank\"\nread_only = true\n";
        let rules = load_policy(text).unwrap();
        let operations = rules.operations();
        let origins: Vec<&str> = operations.all.iter().map(|rule| &*rule.origin).collect();
        assert_eq!(origins, ["policy.toml:2", "policy.toml:3", "policy.toml:4", "policy.toml:5", "policy.toml:10"]);
        assert_eq!(operations.all[4].terms.deny.as_deref(), Some("pinned read-only"));
        let shown: Vec<String> = rules.entries().iter().map(ToString::to_string).collect();
        assert!(
            shown.iter().any(|line| line
                == "operations.rules.{operation re*, tag env=prod} = keep 0.75, confirm account  # policy.toml:5"),
            "{shown:?}"
        );
        assert!(shown.iter().any(|line| line.starts_with("operations.quorum_tags = [\"ops:quorum\"]")));
    }

    #[test]
    fn limits_reach_runs_with_their_lines() {
        let rules = load_policy("[operations.limits]\nbusy_s = 300\n").unwrap();
        let usual = crate::operation::Limits::default();
        let wanted = crate::operation::Limits { busy: std::time::Duration::from_secs(300), ..usual };
        assert_eq!(rules.limits(), wanted);
        let shown: Vec<String> = rules.entries().iter().map(ToString::to_string).collect();
        for line in ["operations.limits.busy_s = 300  # policy.toml:2", "operations.limits.away_s = 300  # default"] {
            assert!(shown.iter().any(|shown| shown == line), "{line}: {shown:?}");
        }
    }

    #[test]
    fn a_rule_that_cannot_be_meant_is_refused_with_its_place() {
        for (text, wanted) in [
            ("[operations]\nmost_at_once = 0", "policy.toml:2:16: 0 is not a count from 1"),
            ("[operations]\nkeep = 1.5", "policy.toml:2:8: 1.5 is not a share"),
            ("[operations]\nconfirm = \"twice\"", "policy.toml:2:11: unknown word `twice`"),
            ("[operations]\nbefore = [{ argv = [] }]", "policy.toml:2:20: a program needs a name"),
            ("[[operations.rules]]\nname = \"db-*\"", "policy.toml:1:1: a rule says nothing"),
            (
                "[[operations.rules]]\noperation = \"repalce\"\ndeny = \"x\"",
                "policy.toml:2:13: `repalce` fits no operation",
            ),
            ("[operations]\naccount = \"bank\"\ndeny = \"x\"", "policy.toml:2:11: [operations] is for everybody"),
            ("[[operations.rules]]\nquorum_tags = []", "policy.toml:2:15: quorum_tags stands in [operations]"),
            ("[operations.limits]\nsettle_s = 5", "policy.toml:2:12: 5 s is not from 60 to 600"),
            ("[operations.limits]\nbusi_s = 60", "policy.toml:2:1: unknown key `busi_s`; did you mean `busy_s`?"),
            ("[[operations.rules]]\ndney = \"x\"", "policy.toml:2:1: unknown key `dney`; did you mean `deny`?"),
        ] {
            let error = load_policy(text).unwrap_err().to_string();
            assert!(error.starts_with(wanted), "{text}\n{error}");
        }
    }
}
