//! Plans: an operation as data, complete before anything is done.
//!
//! Owns: [`Plan`], [`Step`], [`Guard`], what they come to ([`Summary`]) and their digest. Depends on: calls, conditions. Must stay true: the digest covers everything
//! that will be done and by which conditions, and nothing that changes by looking again; steps form lanes, and what does
//! not need one another runs beside.

mod command;
pub mod critic;
mod digest;
mod grant;
mod summary;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use command::LocalCommand;

use super::call::{Call, Risk};
use super::condition::Condition;
use super::intent::Intent;
use crate::id::{AccountId, Region, Text};

pub use grant::{Grant, GrantError};
pub use summary::{Confirm, ConfirmKind, Note, PartSummary, Summary};

/// Names a step within its plan: `s1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(Text);

impl From<&str> for StepId {
    fn from(id: &str) -> Self {
        Self(id.into())
    }
}

impl StepId {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Everything that an operation will do, and by which conditions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Names the plan, and the operation that it becomes.
    pub id: Text,
    /// The operation: `replace`.
    pub operation: Text,
    /// What it is done to: an id or a name.
    pub target: Text,
    /// The account.
    pub account: AccountId,
    /// What the account is called.
    #[serde(default = "unnamed")]
    pub account_name: Text,
    /// The region.
    pub region: Region,
    /// When it was made.
    pub made_at: Timestamp,
    /// When the oldest reading was made that it rests on.
    pub made_from: Timestamp,
    /// What was asked for, from which it is planned again.
    #[serde(default)]
    pub intent: Intent,
    /// What happens to the other lanes when one is held.
    #[serde(default)]
    pub on_surprise: Surprise,
    /// What it comes to.
    pub summary: Summary,
    /// What is done, in an order in which each step comes after those that it needs.
    pub steps: Vec<Step>,
}

fn unnamed() -> Text {
    "".into()
}

/// What happens to the other lanes when one is held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surprise {
    /// They go on.
    #[default]
    HoldLane,
    /// No lane begins another step: a batch stops at the first surprise.
    HoldAll,
}

/// One thing that is done, and waited for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Names it.
    pub id: StepId,
    /// Its lane.
    pub part: Text,
    /// Steps that must be done before.
    pub needs: Vec<StepId>,
    /// What it does, in few words.
    pub title: String,
    /// Why.
    pub why: String,
    /// What must be so before its calls.
    pub guards: Vec<Guard>,
    /// Programs on this machine that run once the guards hold, one after another, before its calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<LocalCommand>,
    /// Its calls, one after another.
    pub calls: Vec<Call>,
    /// What must have become so after them; none where a call's answer is all there is to see.
    pub until: Option<Until>,
    /// Calls that take it back, first to last; none where nothing is left to take back.
    pub undo: Vec<Call>,
    /// What happens to its lane when it fails.
    pub on_failure: OnFailure,
}

/// What must be so before a step's calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guard {
    /// Names it within its plan: `s1.floor`.
    pub id: Text,
    /// How much it weighs.
    pub level: Level,
    /// What must be so.
    pub condition: Condition,
    /// Why somebody lets it pass although it does not hold or is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Text>,
}

/// How much a guard weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It is told, and may be accepted with a reason.
    Warn,
    /// Without it nothing is called.
    Block,
}

/// What a step waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Until {
    /// What must have become so.
    pub condition: Condition,
    /// How long that may take.
    pub deadline_s: u64,
    /// How long it must go on being so, reading by reading, before the step is done: a slow start, checks that are still made.
    #[serde(default, skip_serializing_if = "is_none")]
    pub hold_s: u64,
    /// What ends the wait at once, since what is waited for will not come: a launch that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fails: Option<Condition>,
}

fn is_none(seconds: &u64) -> bool {
    *seconds == 0
}

impl Until {
    /// A condition that must have become so within a time.
    pub fn new(condition: Condition, deadline_s: u64) -> Self {
        Self { condition, deadline_s, hold_s: 0, fails: None }
    }

    /// How long it may take.
    pub fn deadline(&self) -> Duration {
        Duration::from_secs(self.deadline_s)
    }
}

/// What happens to a lane when a step of it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// It stands still and asks: retry, skip, undo or abort.
    Hold,
    /// What was done in it is taken back.
    Undo,
    /// The next step is done all the same.
    Continue,
}

impl Plan {
    /// Every call, in the order of the steps.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.steps.iter().flat_map(|step| &step.calls)
    }

    /// The gravest that it does.
    pub fn risk(&self) -> Risk {
        self.calls().map(|call| call.action.risk()).max().unwrap_or(Risk::Harmless)
    }

    /// Seconds that its waits may last at most: the longest way through its lanes, each step to its deadline.
    pub fn longest_s(&self) -> u64 {
        let mut ends: BTreeMap<&StepId, u64> = BTreeMap::new();
        for step in &self.steps {
            let begins = step.needs.iter().filter_map(|need| ends.get(need)).max().copied().unwrap_or(0);
            let waits = step.until.as_ref().map_or(0, |until| until.deadline_s);
            ends.insert(&step.id, begins.saturating_add(waits));
        }
        ends.into_values().max().unwrap_or(0)
    }

    /// A step by its name.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }
}

/// Why an operation is not planned, and what would make it possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{reason}")]
pub struct Refusal {
    /// Why, numbers first.
    pub reason: String,
    /// What would make it possible.
    pub remedy: String,
}

impl Refusal {
    /// A refusal with its remedy.
    pub fn new(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { reason: reason.into(), remedy: remedy.into() }
    }
}
