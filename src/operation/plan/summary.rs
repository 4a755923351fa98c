//! What a plan comes to, for whoever reviews it.
//!
//! Owns: [`Summary`], its parts and notes, and what is asked before a plan runs ([`Confirm`]). Must stay true: nothing here decides what
//! is done; but for [`Confirm`] it is told and not digested, since it changes by looking again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::Text;

/// What a plan comes to, for whoever reviews it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// What is different afterwards, numbers first.
    pub changes: Vec<String>,
    /// What no undo brings back.
    pub cannot_undo: Vec<String>,
    /// Seconds it takes when nothing goes wrong.
    pub expected_s: u64,
    /// What is asked before it runs.
    pub confirm: Confirm,
    /// Which way was chosen, and why.
    #[serde(default)]
    pub why: Vec<String>,
    /// What policy says of it, each rule with its origin.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Its parts one by one, those that are left out too: the rows of the review. Empty for a plan that is one thing.
    #[serde(default)]
    pub parts: Vec<PartSummary>,
    /// What it never does, what stays, how to come back: told under the parts, each with its label.
    #[serde(default)]
    pub notes: Vec<Note>,
    /// When what it does ends by itself, healed or not.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// One part of a plan: a lane that may be left out or put in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartSummary {
    /// Its name: that of its steps' lane, and what `--skip` takes.
    pub part: Text,
    /// Whether it is done.
    pub on: bool,
    /// Who serves now, and once it is done.
    #[serde(default)]
    pub serves: Option<(usize, usize)>,
    /// CPU in percent now, and once it is done.
    #[serde(default)]
    pub cpu: Option<(f64, f64)>,
    /// What CPU must stay under, in percent.
    #[serde(default)]
    pub cpu_limit: Option<f64>,
    /// How it is done, in few words.
    pub how: String,
    /// Seconds until it is done; unknown where nothing tells.
    #[serde(default)]
    pub takes_s: Option<u64>,
    /// Why it is off.
    #[serde(default)]
    pub why_off: Option<String>,
    /// What puts it in: `--set with=THIS`. None for one that is on, or that nothing puts in.
    #[serde(default)]
    pub with: Option<Text>,
}

/// A line of the review under its label: `stays`, `return`, `cost`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The label: one word, or `?` for what could not be read.
    pub label: Text,
    /// What it says.
    pub text: String,
}

/// What is asked of whoever runs a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirm {
    /// How much is asked.
    pub kind: ConfirmKind,
    /// What is typed.
    pub token: Text,
}

/// How much is asked of whoever runs a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfirmKind {
    /// A key.
    Key,
    /// The target's name.
    Target,
    /// The account's name.
    Account,
}
