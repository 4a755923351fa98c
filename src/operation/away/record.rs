//! What an operation did, as its journal tells it.
//!
//! Must stay true: it holds what surely happened and was not taken back; a call is here as it was sent, every blank filled.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{InstanceId, Text};
use crate::operation::fill::Blank;
use crate::operation::{Call, Fill, Plan, Step, StepId};

/// What an operation did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its plan.
    pub plan: Plan,
    /// Its calls that happened and were not taken back, in the plan's order.
    pub applied: Vec<Applied>,
    /// The instances that each step brought.
    pub brought: BTreeMap<StepId, Vec<InstanceId>>,
    /// Who confirmed it: the caller's ARN.
    pub by: Text,
    /// When it was confirmed.
    pub at: Timestamp,
    /// Whether its run is over: all done, taken back or given up.
    pub is_over: bool,
    /// Whether all of it is done.
    #[serde(default)]
    pub is_done: bool,
}

/// A call that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Applied {
    /// The step that it is of.
    pub step: StepId,
    /// Which of the step's calls, from 0.
    pub ordinal: usize,
    /// As it was sent.
    pub call: Call,
    /// The telling fields of AWS's answer; empty where the answer was lost and nothing could be looked up.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answer: BTreeMap<Text, Text>,
}

impl Record {
    /// The operation's id.
    #[must_use]
    pub fn id(&self) -> &Text {
        &self.plan.id
    }

    /// The step that a call is of.
    #[must_use]
    pub fn step(&self, applied: &Applied) -> Option<&Step> {
        self.plan.step(&applied.step)
    }

    /// What the operation's blanks are filled with.
    #[must_use]
    pub fn fill(&self) -> Fill {
        let mut answers: BTreeMap<StepId, BTreeMap<Text, Text>> = BTreeMap::new();
        for applied in self.applied.iter().filter(|applied| !applied.answer.is_empty()) {
            answers.entry(applied.step.clone()).or_default().extend(applied.answer.clone());
        }
        Fill { brought: self.brought.clone(), answers, token: None, operation: Some(self.plan.id.clone()) }
    }

    /// The calls that take a step back, which tell what was there before it.
    ///
    /// # Errors
    /// Where one is about what never came.
    pub fn undo_of(&self, step: &Step) -> Result<Vec<Call>, Blank> {
        let fill = self.fill();
        step.undo.iter().map(|call| fill.fill(call)).collect()
    }
}
