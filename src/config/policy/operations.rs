//! `[operations]` and `[[operations.rules]]`: what may be changed, how much of it, and what is asked before.
//!
//! Must stay true: rules add up and none takes another back; a cap of nothing, a floor of more than all and a program without a
//! name are refused with their place.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::id::Text;
use crate::operation::LocalCommand;
use crate::operation::plan::ConfirmKind;
use crate::operation::rules::{Rule, Rules, Terms, When};

use super::super::document::{Document, as_is};
use super::super::error::ConfigError;
use super::super::origin::{Entry, Setting};
use super::{check_count, check_share, check_word};

/// The longest that a program of policy may take.
const LONGEST_S: u64 = 3600;
/// What it may take where the file does not say.
const USUAL_S: u64 = 60;

/// What `[operations]` may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    quorum_tags: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    rules: Vec<Spanned<RuleKeys>>,
    deny: Option<Spanned<String>>,
    most_targets: Option<Spanned<usize>>,
    most_at_once: Option<Spanned<usize>>,
    most_an_hour: Option<Spanned<usize>>,
    keep: Option<Spanned<f64>>,
    ask_reason: Option<Spanned<bool>>,
    ask_ticket: Option<Spanned<String>>,
    confirm: Option<Spanned<Level>>,
    #[serde(default)]
    before: Vec<Spanned<CommandKeys>>,
    #[serde(default)]
    after: Vec<Spanned<CommandKeys>>,
}

/// What one `[[operations.rules]]` may say: for whom, and the same as `[operations]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleKeys {
    operation: Option<Spanned<String>>,
    account: Option<Spanned<String>>,
    region: Option<Spanned<String>>,
    name: Option<Spanned<String>>,
    tag: Option<Spanned<String>>,
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
    before: Vec<Spanned<CommandKeys>>,
    #[serde(default)]
    after: Vec<Spanned<CommandKeys>>,
}

/// A program.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandKeys {
    argv: Spanned<Vec<String>>,
    timeout_s: Option<Spanned<u64>>,
    #[serde(default)]
    env: BTreeMap<String, String>,
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
    /// The rules, each with where it stands.
    rules: Vec<Setting<(When, Terms)>>,
}

impl Default for OperationsTable {
    fn default() -> Self {
        Self { quorum_tags: Setting::default(vec!["ops:quorum".to_owned()]), rules: Vec::new() }
    }
}

impl OperationsTable {
    pub(super) fn apply<T>(&mut self, document: &Document<'_, T>, keys: &Keys) -> Result<(), ConfigError> {
        document.apply(keys.quorum_tags.as_ref(), &mut self.quorum_tags, as_is)?;
        self.base(document, keys)?;
        for rule in &keys.rules {
            let keys = rule.get_ref();
            let word = |key: &Option<Spanned<String>>| checked(document, key.as_ref(), check_word);
            let when = When {
                operation: word(&keys.operation)?,
                account: word(&keys.account)?,
                region: word(&keys.region)?,
                name: word(&keys.name)?,
                tag: word(&keys.tag)?,
            };
            if let Some((operation, key)) = when.operation.as_ref().zip(keys.operation.as_ref())
                && !crate::operation::OPERATIONS
                    .iter()
                    .any(|known| crate::judge::policy::matches(operation, known.name))
            {
                let names: Vec<&str> = crate::operation::OPERATIONS.iter().map(|known| known.name).collect();
                return Err(
                    document.error(key, format!("`{operation}` fits no operation (there are: {})", names.join(", ")))
                );
            }
            let terms = Terms {
                deny: match (checked(document, keys.deny.as_ref(), check_word)?, &keys.read_only) {
                    (Some(why), _) => Some(why),
                    (None, Some(pin)) if *pin.get_ref() => Some("pinned read-only".to_owned()),
                    (None, _) => None,
                },
                most_targets: checked(document, keys.most_targets.as_ref(), check_count)?,
                most_at_once: checked(document, keys.most_at_once.as_ref(), check_count)?,
                most_an_hour: checked(document, keys.most_an_hour.as_ref(), check_count)?,
                keep: checked(document, keys.keep.as_ref(), check_share)?,
                ask_reason: keys.ask_reason.as_ref().is_some_and(|asks| *asks.get_ref()),
                ask_ticket: checked(document, keys.ask_ticket.as_ref(), check_word)?,
                confirm: keys.confirm.as_ref().map(|level| level.get_ref().kind()),
                before: commands(document, &keys.before)?,
                after: commands(document, &keys.after)?,
            };
            if terms == Terms::default() {
                return Err(document.error(rule, "a rule says nothing: `deny`, `keep`, `most_at_once`, …"));
            }
            self.rules.push(Setting { value: (when, terms), origin: document.origin(rule) });
        }
        Ok(())
    }

    /// What the table itself says, a rule a key, so that each has its line.
    fn base<T>(&mut self, document: &Document<'_, T>, keys: &Keys) -> Result<(), ConfigError> {
        let rules = &mut self.rules;
        let mut take = |at: Option<crate::config::Origin>, terms: Terms| {
            if let Some(origin) = at.filter(|_| terms != Terms::default()) {
                rules.push(Setting { value: (When::default(), terms), origin });
            }
        };
        let none = Terms::default;
        let origin = |key: &Option<Spanned<String>>| key.as_ref().map(|key| document.origin(key));
        let count = |key: &Option<Spanned<usize>>| key.as_ref().map(|key| document.origin(key));
        take(origin(&keys.deny), Terms { deny: checked(document, keys.deny.as_ref(), check_word)?, ..none() });
        let most = checked(document, keys.most_targets.as_ref(), check_count)?;
        take(count(&keys.most_targets), Terms { most_targets: most, ..none() });
        let most = checked(document, keys.most_at_once.as_ref(), check_count)?;
        take(count(&keys.most_at_once), Terms { most_at_once: most, ..none() });
        let most = checked(document, keys.most_an_hour.as_ref(), check_count)?;
        take(count(&keys.most_an_hour), Terms { most_an_hour: most, ..none() });
        let keep = checked(document, keys.keep.as_ref(), check_share)?;
        take(keys.keep.as_ref().map(|key| document.origin(key)), Terms { keep, ..none() });
        let asks = keys.ask_reason.as_ref().is_some_and(|asks| *asks.get_ref());
        take(keys.ask_reason.as_ref().map(|key| document.origin(key)), Terms { ask_reason: asks, ..none() });
        let ticket = checked(document, keys.ask_ticket.as_ref(), check_word)?;
        take(origin(&keys.ask_ticket), Terms { ask_ticket: ticket, ..none() });
        let confirm = keys.confirm.as_ref().map(|level| level.get_ref().kind());
        take(keys.confirm.as_ref().map(|key| document.origin(key)), Terms { confirm, ..none() });
        let before = commands(document, &keys.before)?;
        take(keys.before.first().map(|key| document.origin(key)), Terms { before, ..none() });
        let after = commands(document, &keys.after)?;
        take(keys.after.first().map(|key| document.origin(key)), Terms { after, ..none() });
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

    /// Every rule in words, with its origin.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let mut entries =
            vec![Entry::new("operations.quorum_tags", &self.quorum_tags, format!("{:?}", self.quorum_tags.value))];
        entries.extend(self.rules.iter().map(|rule| {
            let (when, terms) = &rule.value;
            let whom = when.words();
            let key = if whom.is_empty() { "operations".to_owned() } else { format!("operations.rules.{{{whom}}}") };
            Entry::new(key, rule, terms.words())
        }));
        entries
    }
}

fn checked<T, V: Clone, S>(
    document: &Document<'_, T>,
    key: Option<&Spanned<V>>,
    check: impl FnOnce(V) -> Result<S, String>,
) -> Result<Option<S>, ConfigError> {
    let Some(key) = key else { return Ok(None) };
    check(key.get_ref().clone()).map(Some).map_err(|message| document.error(key, message))
}

fn commands<T>(document: &Document<'_, T>, keys: &[Spanned<CommandKeys>]) -> Result<Vec<LocalCommand>, ConfigError> {
    let command = |spanned: &Spanned<CommandKeys>| {
        let keys = spanned.get_ref();
        let argv = keys.argv.get_ref();
        if argv.first().is_none_or(|program| program.trim().is_empty()) {
            return Err(
                document.error(&keys.argv, "a program needs a name: argv = [\"/usr/local/bin/warm\", \"--now\"]")
            );
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
    };
    keys.iter().map(command).collect()
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
            ("[[operations.rules]]\ndney = \"x\"", "policy.toml:2:1: unknown key `dney`; did you mean `deny`?"),
        ] {
            let error = load_policy(text).unwrap_err().to_string();
            assert!(error.starts_with(wanted), "{text}\n{error}");
        }
    }
}
