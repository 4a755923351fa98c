//! What policy says of operations: what is denied, how many at once, what must stay in service, what is asked before.
//!
//! Owns: [`Rules`] and the effective [`Terms`] for one target. Depends on: globs. Must stay true: rules add up and never take back: a
//! denial stands, the smallest cap, the highest floor and the gravest confirmation count; each term says where it comes from.

use std::collections::BTreeMap;

use crate::estate::tag::Tags;
use crate::id::{AccountId, Region, Text};
use crate::judge::policy::matches;

use super::plan::{ConfirmKind, LocalCommand, Refusal};

/// All rules, in the order of the file. The first has no conditions: it is what `[operations]` itself says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    /// The rules.
    pub all: Vec<Rule>,
    /// Tag keys that mark members of a quorum, of which only one at a time may go.
    pub quorum_tags: Vec<Text>,
}

/// A rule: for whom, and what.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rule {
    /// For whom; all of what is said must fit.
    pub when: When,
    /// What.
    pub terms: Terms,
    /// Where it stands: `policy.toml:12`.
    pub origin: Text,
}

/// For whom a rule is. Globs; what is not said fits everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct When {
    /// The operation.
    pub operation: Option<String>,
    /// The account's id, name or class.
    pub account: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The target's id, its `Name` or its group's name.
    pub name: Option<String>,
    /// A tag: `env=prod*`.
    pub tag: Option<String>,
}

/// What a rule says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Terms {
    /// Why nothing may be changed.
    pub deny: Option<String>,
    /// How many targets one operation may touch.
    pub most_targets: Option<usize>,
    /// How many of them at once.
    pub most_at_once: Option<usize>,
    /// How many targets operations may touch within an hour.
    pub most_an_hour: Option<usize>,
    /// The share of a group's desired members that must stay in service.
    pub keep: Option<f64>,
    /// Whether a reason must be given.
    pub ask_reason: bool,
    /// A glob that the ticket must fit.
    pub ask_ticket: Option<String>,
    /// The least that is asked before it runs.
    pub confirm: Option<ConfirmKind>,
    /// Programs that run before each target.
    pub before: Vec<LocalCommand>,
    /// Programs that run after each target.
    pub after: Vec<LocalCommand>,
}

/// What an operation is about to be done to.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// The operation.
    pub operation: &'a str,
    /// The account.
    pub account: &'a AccountId,
    /// Its name and its class.
    pub called: Vec<&'a str>,
    /// The region.
    pub region: &'a Region,
    /// What it is called: id, name, group.
    pub names: Vec<&'a str>,
    /// Its tags, and its group's.
    pub tags: Vec<&'a Tags>,
}

/// The terms that hold for one target, and where each comes from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effective {
    /// The terms.
    pub terms: Terms,
    /// Each in words, with its origin.
    pub told: Vec<String>,
}

impl When {
    /// In words; none where it fits everything.
    #[must_use]
    pub fn words(&self) -> String {
        let parts = [
            ("operation", &self.operation),
            ("account", &self.account),
            ("region", &self.region),
            ("name", &self.name),
            ("tag", &self.tag),
        ];
        let said = parts.iter().filter_map(|(name, glob)| Some(format!("{name} {}", glob.as_ref()?)));
        said.collect::<Vec<_>>().join(", ")
    }

    fn fits(&self, subject: &Subject<'_>) -> bool {
        let any = |glob: &Option<String>, texts: &[&str]| {
            glob.as_ref().is_none_or(|glob| texts.iter().any(|text| matches(glob, text)))
        };
        let mut accounts = vec![subject.account.as_str()];
        accounts.extend(&subject.called);
        any(&self.operation, &[subject.operation])
            && any(&self.account, &accounts)
            && any(&self.region, &[subject.region.as_str()])
            && any(&self.name, &subject.names)
            && self.tag.as_ref().is_none_or(|tag| has_tag(tag, &subject.tags))
    }
}

impl Terms {
    /// Both: where both say something, whatever is stricter.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let smaller = |one: Option<usize>, other: Option<usize>| one.into_iter().chain(other).min();
        self.before.extend(other.before);
        self.after.extend(other.after);
        Self {
            deny: self.deny.or(other.deny),
            most_targets: smaller(self.most_targets, other.most_targets),
            most_at_once: smaller(self.most_at_once, other.most_at_once),
            most_an_hour: smaller(self.most_an_hour, other.most_an_hour),
            keep: self.keep.into_iter().chain(other.keep).reduce(f64::max),
            ask_reason: self.ask_reason || other.ask_reason,
            ask_ticket: other.ask_ticket.or(self.ask_ticket),
            confirm: self.confirm.max(other.confirm),
            before: self.before,
            after: self.after,
        }
    }

    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        words.extend(self.deny.as_ref().map(|why| format!("deny {why:?}")));
        let caps = [
            ("most_targets", self.most_targets),
            ("most_at_once", self.most_at_once),
            ("most_an_hour", self.most_an_hour),
        ];
        words.extend(caps.iter().filter_map(|(name, cap)| Some(format!("{name} {}", (*cap)?))));
        words.extend(self.keep.map(|keep| format!("keep {keep}")));
        if self.ask_reason {
            words.push("ask_reason".to_owned());
        }
        words.extend(self.ask_ticket.as_ref().map(|glob| format!("ask_ticket {glob:?}")));
        words.extend(self.confirm.map(|kind| format!("confirm {}", kind.word())));
        words.extend(self.before.iter().map(|command| format!("before {:?}", command.argv)));
        words.extend(self.after.iter().map(|command| format!("after {:?}", command.argv)));
        words.join(", ")
    }
}

impl Terms {
    /// Each term as a review tells it.
    fn sentences(&self) -> impl Iterator<Item = String> {
        let caps = [
            ("most_targets", self.most_targets),
            ("most_at_once", self.most_at_once),
            ("most_an_hour", self.most_an_hour),
        ];
        let each = |when: &str, commands: &[LocalCommand]| {
            let told = commands.iter().map(|command| format!("{when} each: {}", command.argv.join(" ")));
            told.collect::<Vec<_>>()
        };
        let deny = self.deny.as_ref().map(|why| format!("denied: {why}"));
        let caps = caps.into_iter().filter_map(|(name, cap)| Some(format!("{name} {}", cap?)));
        let keep = self.keep.map(|keep| format!("{:.0} % stay in service", keep * 100.0));
        let reason = self.ask_reason.then(|| "a reason is asked".to_owned());
        let ticket = self.ask_ticket.as_ref().map(|glob| format!("a ticket is asked: {glob}"));
        let confirm = self.confirm.map(|kind| format!("confirmed by {}", kind.word()));
        let commands = each("before", &self.before).into_iter().chain(each("after", &self.after));
        deny.into_iter().chain(caps).chain(keep).chain(reason).chain(ticket).chain(confirm).chain(commands)
    }
}

/// `env=prod*`, or a key alone.
fn has_tag(wanted: &str, tags: &[&Tags]) -> bool {
    let (key, value) = wanted.split_once('=').unwrap_or((wanted, "*"));
    tags.iter().flat_map(|tags| tags.iter()).any(|(k, v)| matches(key, k) && matches(value, v))
}

impl Rules {
    /// The terms that hold for a target.
    #[must_use]
    pub fn for_subject(&self, subject: &Subject<'_>) -> Effective {
        let mut effective = Effective::default();
        for rule in self.all.iter().filter(|rule| rule.when.fits(subject)) {
            effective.take(&rule.terms, &rule.origin);
        }
        effective
    }

    /// Whether tags mark a member of a quorum.
    #[must_use]
    pub fn is_quorum(&self, tags: &[&Tags]) -> bool {
        self.quorum_tags.iter().any(|wanted| has_tag(wanted, tags))
    }
}

impl Effective {
    fn take(&mut self, terms: &Terms, origin: &str) {
        self.told.extend(terms.sentences().map(|words| format!("{words} ({origin})")));
        self.terms = std::mem::take(&mut self.terms).and(terms.clone());
    }

    /// Why an intent may not be planned.
    #[must_use]
    pub fn refusal(&self, reason: Option<&str>, ticket: Option<&str>) -> Option<Refusal> {
        let told = |word: &str| self.told.iter().find(|told| told.starts_with(word)).cloned().unwrap_or_default();
        if self.terms.deny.is_some() {
            return Some(Refusal::new(told("denied"), "policy says so: ask its owners, or change the policy file"));
        }
        if self.terms.ask_reason && reason.is_none_or(|reason| reason.trim().is_empty()) {
            return Some(Refusal::new(told("a reason is asked"), "give one with --reason"));
        }
        if let Some(glob) = &self.terms.ask_ticket
            && !ticket.is_some_and(|ticket| matches(glob, ticket))
        {
            return Some(Refusal::new(told("a ticket is asked"), format!("give one like {glob} with --ticket")));
        }
        None
    }

    /// The members that must stay in service of so many desired.
    #[must_use]
    pub fn floor(&self, desired: i32) -> usize {
        let share = self.terms.keep.unwrap_or(0.0).clamp(0.0, 1.0);
        // Counts of members are far below what a float tells apart.
        (share * f64::from(desired.max(0))).ceil() as usize
    }
}

/// What programs are told by their environment.
#[must_use]
pub fn with_env(command: &LocalCommand, env: &BTreeMap<Text, Text>) -> LocalCommand {
    let mut command = command.clone();
    for (name, value) in env {
        command.env.entry(name.clone()).or_insert_with(|| value.clone());
    }
    command
}

impl ConfirmKind {
    /// The word of the documents.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Target => "target",
            Self::Account => "account",
        }
    }
}
