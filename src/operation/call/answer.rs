//! What comes back from a call, and how a call is marked.
//!
//! Owns: [`Stamp`], [`Receipt`], [`CallError`]. Depends on: ids. Must stay true: an error says whether anything was sent and whether it
//! may have happened, since that decides what is done next; only few telling fields of an answer are kept, and no secrets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::plan::StepId;
use crate::id::{InstanceId, Text};

/// Marks a call as one of a run's: in the user agent, and in the client token where the call takes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The operation.
    pub operation: Text,
    /// The step.
    pub step: StepId,
    /// Which of the step's calls, from 0; calls that undo are counted by themselves.
    pub ordinal: usize,
    /// Whether it takes something back.
    pub undo: bool,
    /// The same for each repeat of the same call, at most 64 letters of ASCII (`aws-domain.md` A.10).
    pub token: Text,
}

/// What AWS answered to a call that it accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// AWS's request id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Text>,
    /// Instances that the call brought.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub brought: Vec<InstanceId>,
    /// Few telling fields of the answer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answer: BTreeMap<Text, Text>,
}

/// What AWS says of a call that is only tried: whether the caller may make it (`DryRun`, `aws-domain.md` A.11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "trial", rename_all = "snake_case")]
pub enum Trial {
    /// The caller may.
    Allowed,
    /// The caller may not.
    Denied {
        /// What is missing, as IAM names it.
        action: Text,
    },
    /// Nobody can tell.
    Untold {
        /// Why not.
        why: Text,
    },
}

/// Why a call was not accepted, as far as it decides what is done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// The caller may not.
    Denied,
    /// AWS asks us to slow down.
    Throttled,
    /// Something goes on with the same thing: `ScalingActivityInProgress`, `ResourceContention`.
    Conflict,
    /// AWS did not understand it, or its parameters do not fit.
    Invalid,
    /// What it is about is not there.
    NotFound,
    /// AWS understood it and will not do it.
    Refused,
    /// Nothing was sent: no connection, no name, no credentials.
    Unreachable,
    /// It was sent, and nobody knows whether it happened: no answer, half an answer, a 5xx.
    Unclear,
}

impl ErrorClass {
    /// Every class, for tables and tests.
    pub const ALL: &'static [Self] = &[
        Self::Denied,
        Self::Throttled,
        Self::Conflict,
        Self::Invalid,
        Self::NotFound,
        Self::Refused,
        Self::Unreachable,
        Self::Unclear,
    ];

    /// Whether the same call may be accepted a moment later, and surely did not happen.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Throttled | Self::Conflict | Self::Unreachable)
    }
}

/// A call that was not accepted, or of which nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{}", self.sentence())]
pub struct CallError {
    /// What it means for what is done next.
    pub class: ErrorClass,
    /// AWS's error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Text>,
    /// What happened, in AWS's words where it said any.
    pub message: Text,
    /// AWS's request id, for its support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Text>,
    /// The IAM action that is missing, for a denial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iam_action: Option<Text>,
}

impl CallError {
    fn sentence(&self) -> String {
        let code = self.code.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
        let request = self.request_id.as_deref().map(|id| format!(" [request {id}]")).unwrap_or_default();
        let what = match self.class {
            ErrorClass::Denied => match &self.iam_action {
                Some(action) => return format!("{action} denied{code}: {}{request}", self.message),
                None => "denied",
            },
            ErrorClass::Throttled => "throttled",
            ErrorClass::Conflict => "busy",
            ErrorClass::Invalid => "not accepted",
            ErrorClass::NotFound => "not found",
            ErrorClass::Refused => "refused",
            ErrorClass::Unreachable => "not sent",
            ErrorClass::Unclear => "sent, without an answer",
        };
        format!("{what}{code}: {}{request}", self.message)
    }
}
