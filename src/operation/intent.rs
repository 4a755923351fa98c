//! What somebody wants: an operation, its targets and how.
//!
//! Owns: [`Intent`], [`Field`] and how settings are checked. Depends on: nothing of the account. Must stay true: a setting that nobody
//! declared is refused with what there is, and so is a value that does not fit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::plan::Refusal;
use crate::id::{Region, Text};

/// What somebody wants.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The operation: `replace`.
    pub operation: Text,
    /// What it is done to; several make a batch.
    pub targets: Vec<Text>,
    /// Where, where a name is not of one region alone.
    #[serde(default)]
    pub region: Option<Region>,
    /// How: fields of the operation's form.
    #[serde(default)]
    pub settings: BTreeMap<Text, Text>,
    /// Parts that are left out.
    #[serde(default)]
    pub skip: Vec<Text>,
    /// Guards that are let pass, each with a reason.
    #[serde(default)]
    pub accept: BTreeMap<Text, Text>,
    /// Why all this, for the journal; policy may ask for it.
    #[serde(default)]
    pub reason: Option<Text>,
    /// The ticket that it belongs to; policy may ask for it.
    #[serde(default)]
    pub ticket: Option<Text>,
}

/// What a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    /// An instance, by its id.
    Instance,
    /// An Auto Scaling group, by its name.
    Group,
    /// A zone, by its name or its id.
    Zone,
    /// A zonal shift by its id, or a zone: then the shifts away from it.
    Shift,
}

impl TargetKind {
    /// The word for one.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Group => "group",
            Self::Zone => "zone",
            Self::Shift => "shift",
        }
    }
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number, or one more or less than what is there: `6`, `+1`, `-2`.
    Count,
    /// `yes` or `no`.
    Switch,
    /// Ids, comma by comma.
    Ids,
    /// A name or an id.
    Name,
}

/// A field of an operation's form: `--set name=value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it says, in few words.
    pub doc: &'static str,
    /// What it takes.
    pub kind: FieldKind,
    /// What stands for it where nobody says; none where what is there stays.
    pub default: Option<&'static str>,
}

impl Field {
    /// What is wrong with a value, in words.
    #[must_use]
    pub fn reason_against(&self, value: &str) -> Option<String> {
        let wrong = |takes: &str| Some(format!("{}={value}: it takes {takes}", self.name));
        match self.kind {
            FieldKind::Choice(words) if words.contains(&value) => None,
            FieldKind::Choice(words) => wrong(&words.join(", ")),
            FieldKind::Count if count(value).is_some() => None,
            FieldKind::Count => wrong("a whole number, or +1, -1 and the like"),
            FieldKind::Switch if matches!(value, "yes" | "no") => None,
            FieldKind::Switch => wrong("yes or no"),
            FieldKind::Ids | FieldKind::Name if value.trim().is_empty() => wrong("something"),
            FieldKind::Ids | FieldKind::Name => None,
        }
    }
}

/// A number as a field takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exactly(i32),
    /// So many more than there are, or less.
    By(i32),
}

impl Count {
    /// The number that is meant where there are `now`.
    #[must_use]
    pub fn of(self, now: i32) -> i32 {
        match self {
            Self::Exactly(number) => number,
            Self::By(by) => now.saturating_add(by),
        }
    }
}

fn count(value: &str) -> Option<Count> {
    let number = value.parse::<i32>().ok().filter(|number| number.abs() <= 100_000)?;
    Some(if value.starts_with(['+', '-']) { Count::By(number) } else { Count::Exactly(number) })
}

/// An intent's settings, checked against a form.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    given: &'a BTreeMap<Text, Text>,
    form: &'static [Field],
}

impl<'a> Settings<'a> {
    /// Checks them.
    ///
    /// # Errors
    /// The first that is unknown or does not fit.
    pub fn check(intent: &'a Intent, form: &'static [Field]) -> Result<Self, Refusal> {
        for (name, value) in &intent.settings {
            let Some(field) = form.iter().find(|field| *field.name == **name) else {
                let names: Vec<&str> = form.iter().map(|field| field.name).collect();
                let there = if names.is_empty() { "it takes no settings".to_owned() } else { names.join(", ") };
                return Err(Refusal::new(format!("{} has no setting `{name}`", intent.operation), there));
            };
            if let Some(reason) = field.reason_against(value) {
                return Err(Refusal::new(reason, field.doc));
            }
        }
        Ok(Self { given: &intent.settings, form })
    }

    /// What is said for a field, or stands for it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let default = || self.form.iter().find(|field| field.name == name)?.default;
        self.given.get(name).map(|value| &**value).or_else(default)
    }

    /// Whether a switch is on.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name) == Some("yes")
    }

    /// A number.
    #[must_use]
    pub fn count(&self, name: &str) -> Option<Count> {
        self.get(name).and_then(count)
    }

    /// Ids, comma by comma.
    pub fn ids(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.get(name).unwrap_or("").split(',').map(str::trim).filter(|id| !id.is_empty())
    }
}
