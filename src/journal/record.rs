//! What a run says of itself: a line of the journal, and of `apply --json` (`contract.md`).
//!
//! Owns: [`Record`], [`Event`]. Depends on: operation. Must stay true: the words are those of the contract; a field may be added, none
//! renamed or removed; a journal of an older version can be read.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{InstanceId, Text};
use crate::operation::call::{CallError, Receipt};
use crate::operation::plan::Level;
use crate::operation::trace::Before;
use crate::operation::{Call, Plan, StepId};

/// One thing that happened in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// When, in AWS's time.
    pub at: Timestamp,
    /// In which operation.
    pub operation_id: Text,
    /// In which step; none where it is about the whole run.
    pub step: Option<StepId>,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The plan, before anything else.
    Planned {
        /// All of it.
        plan: Box<Plan>,
        /// Its digest.
        digest: Text,
    },
    /// Somebody confirmed it.
    Confirmed {
        /// The digest of the plan that was reviewed.
        digest: Text,
        /// Who.
        confirmed_by: Text,
        /// When, which may be before the run begins.
        confirmed_at: Timestamp,
        /// Why, where policy or the person gave a reason.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Text>,
        /// Where the run is.
        host: Host,
    },
    /// A run goes on after it was paused, stopped or killed.
    Resumed {
        /// By whom.
        by: Text,
        /// Why, where a reason was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Text>,
        /// Where it is now, where it begins again in a process of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<Host>,
        /// Bytes of a line that a crash cut short: set aside in a file beside the journal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cut: Option<u64>,
    },
    /// A step begins: its guards hold.
    StepStarted {
        /// The how many-th time, from 1.
        attempt: u32,
        /// What its guards said.
        guards: Vec<Checked>,
        /// What will take it back.
        undo: Vec<Call>,
    },
    /// A guard does not hold, or nobody knows; nothing was called.
    GuardFailed {
        /// What it said.
        #[serde(flatten)]
        guard: Checked,
    },
    /// A call: before it is sent, and again with its answer.
    Call(Box<Sent>),
    /// A call that was not accepted, or of which nobody knows.
    CallFailed {
        /// Which of the step's calls, from 0.
        ordinal: usize,
        /// Whether it was to take something back.
        undo: bool,
        /// Why.
        #[serde(flatten)]
        error: CallError,
        /// Seconds after which it is sent again; none where it is not.
        retry_s: Option<f64>,
    },
    /// A call without an outcome was looked up in AWS.
    Probed {
        /// Which of the step's calls, from 0.
        ordinal: usize,
        /// Whether it was to take something back.
        undo: bool,
        /// What was found.
        found: Found,
        /// In words.
        detail: String,
        /// What the lost answer would have told, as far as AWS shows it.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        answer: BTreeMap<Text, Text>,
    },
    /// A command of policy ran, before or after the step's calls.
    Command {
        /// Which of the step's commands, from 0.
        ordinal: usize,
        /// Before it is started, and again with how it ended.
        phase: Phase,
        /// What ran.
        argv: Vec<String>,
        /// Its exit code; none while it runs, or where it had none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<i32>,
        /// Why it counts as failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed: Option<String>,
    },
    /// What the step waits for has not happened yet.
    Waiting {
        /// Yes, no, or nobody knows.
        holds: Option<bool>,
        /// In numbers: `4 of 6 in service`.
        detail: String,
        /// Until when it waits.
        deadline_at: Timestamp,
    },
    /// A step is done: the change was seen.
    StepDone {
        /// What was seen.
        detail: String,
        /// Instances that came with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        brought: Vec<InstanceId>,
        /// Why it is over although what it was for did not happen: its plan says that the next goes on all the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed: Option<String>,
    },
    /// A step that somebody leaves out.
    Skipped {
        /// Who.
        by: Text,
        /// Why.
        reason: Text,
    },
    /// With a step: its lane is held and asks. Without one: no further call is made until the run is resumed.
    Paused {
        /// Why.
        reason: String,
        /// What may be done now: `retry`, `skip`, `undo`, `abort`, `resume`.
        choices: Vec<Text>,
    },
    /// A reason was given for a guard that does not hold or is not known.
    Accepted {
        /// The guard.
        guard: Text,
        /// Who.
        by: Text,
        /// Why.
        reason: Text,
    },
    /// The run stopped part-way, between calls; it can be resumed.
    Stopped {
        /// Why.
        reason: String,
        /// How to go on.
        resume: String,
    },
    /// What was done is being taken back: the run's, or with a step, that step's.
    Undoing {
        /// Who.
        by: Text,
        /// Why, where a reason was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Text>,
        /// With a step: what takes it back.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        calls: Vec<Call>,
    },
    /// What was done is taken back: the run's, or with a step, that step's.
    Undone {
        /// What was seen.
        detail: String,
    },
    /// All is done.
    Done {
        /// Seconds since it was confirmed.
        took_s: f64,
        /// Steps whose purpose did not come about, and those left out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        without: Vec<StepId>,
    },
    /// The run was given up; what it did stays, and can be undone.
    Failed {
        /// Why.
        reason: String,
    },
}

/// A call in the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    /// Whether it is about to be sent or was answered.
    pub phase: Phase,
    /// Which of the step's calls, from 0.
    pub ordinal: usize,
    /// Whether it takes something back.
    pub undo: bool,
    /// The service, as the `aws` command names it.
    pub service: Text,
    /// The call, every instance named.
    #[serde(flatten)]
    pub call: Call,
    /// The `aws` command that does the same.
    pub cli: String,
    /// Its client token.
    pub token: Text,
    /// What was so before it, by which its trace is told when no answer comes; in the line before it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Before>,
    /// What AWS answered; none before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

/// Whether something is about to begin or has its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It is about to begin: nothing has happened yet.
    Sent,
    /// It has its outcome.
    Answered,
}

/// What looking up a call in AWS found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// It happened.
    Applied,
    /// It did not.
    NotApplied,
    /// It did not, and what it was for is so all the same: by somebody else, who alone takes it back.
    Already,
    /// Nobody can tell.
    Unclear,
}

/// A guard and what it said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    /// The guard: `s1.floor`.
    pub guard: Text,
    /// How much it weighs.
    pub level: Level,
    /// Yes, no, or nobody knows.
    pub holds: Option<bool>,
    /// In numbers.
    pub detail: String,
    /// How old the oldest reading is that it rests on, in seconds.
    pub age_s: Option<f64>,
    /// Why it was let pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Text>,
}

/// Where a run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// The machine's name.
    pub name: Text,
    /// The process; 0 where the run has none of its own.
    pub pid: u32,
    /// Which fournines.
    pub version: Text,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::id::Region;
    use crate::operation::call::{Action, ErrorClass, TerminateMember, Whom};

    /// What is written is what is read, and lines carry the words of `contract.md`.
    #[test]
    fn a_record_is_a_flat_line_that_reads_back() {
        let end = TerminateMember { instance_id: Whom::Known("i-1".into()), should_decrement_desired_capacity: true };
        let call = Call::new(&Region::from("us-east-1"), Action::TerminateInstanceInAutoScalingGroup(end));
        let sent = Sent {
            phase: Phase::Sent,
            ordinal: 0,
            undo: false,
            service: call.action.service().into(),
            cli: call.command().unwrap(),
            call,
            token: "op-1.s2.0".into(),
            before: Some(Before::default()),
            receipt: None,
        };
        let error = CallError {
            class: ErrorClass::Denied,
            code: Some("AccessDenied".into()),
            message: "no".into(),
            request_id: Some("r-1".into()),
            iam_action: Some("autoscaling:TerminateInstanceInAutoScalingGroup".into()),
        };
        let failed = Event::CallFailed { ordinal: 0, undo: false, error, retry_s: None };
        let holds = Checked {
            guard: "s1.floor".into(),
            level: Level::Block,
            holds: None,
            detail: "groups: denied".into(),
            age_s: None,
            accepted: None,
        };
        let events = [Event::Call(Box::new(sent)), failed, Event::GuardFailed { guard: holds }];
        for (event, name) in events.into_iter().zip(["call", "call_failed", "guard_failed"]) {
            let at = "2026-11-21T03:14:22Z".parse().unwrap();
            let record = Record { at, operation_id: "op-1".into(), step: Some("s2".into()), event };
            let line = serde_json::to_string(&record).unwrap();
            let value: serde_json::Value = serde_json::from_str(&line).unwrap();
            assert_eq!((&value["event"], &value["step"]), (&name.into(), &"s2".into()), "{line}");
            assert_eq!(serde_json::from_str::<Record>(&line).unwrap(), record, "{line}");
        }
    }
}
