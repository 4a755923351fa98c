//! A run as its records tell it, for the screen: how it stands, each step with its numbers, the last lines of its log.
//!
//! Owns: [`Course`]. Depends on: the journal's records. Must stay true: it only retells; what may be asked of a held step is what the
//! record that held it says.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use crate::engine::Standing as RunState;

use super::Glance;
use crate::id::Text;
use crate::journal::{Event, Phase, Record};
use crate::operation::{Plan, StepId};

/// Lines of the log that are kept.
const LINES: usize = 500;

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageState {
    /// Its turn has not come.
    Ahead,
    /// Its guards held, or a call of it is on its way.
    Calling,
    /// All is called, and the change is waited for.
    Waiting,
    /// It stands still and asks.
    Held,
    /// The change was seen.
    Done,
    /// Somebody left it out.
    Skipped,
    /// What it did is being taken back.
    Undoing,
    /// What it did is taken back.
    Undone,
}

impl StageState {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ahead => "ahead",
            Self::Calling => "calling",
            Self::Waiting => "waiting",
            Self::Held => "HELD",
            Self::Done => "done",
            Self::Skipped => "left out",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Which.
    pub id: StepId,
    /// How it stands.
    pub state: StageState,
    /// In numbers: `4 of 6 in service`.
    pub detail: String,
    /// Since when it has been at that.
    pub since: Option<Timestamp>,
    /// Until when it waits.
    pub deadline_at: Option<Timestamp>,
    /// What may be asked of it now: `retry`, `skip`, `undo`, `abort`.
    pub choices: Vec<Text>,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// Names it.
    pub id: Text,
    /// Its plan.
    pub plan: Plan,
    /// The plan's digest.
    pub digest: Text,
    /// When it was planned.
    pub planned_at: Timestamp,
    /// How it stands.
    pub state: RunState,
    /// When it was confirmed, and by whom.
    pub confirmed: Option<(Timestamp, Text)>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why it stands still or ended, and how to go on.
    pub words: String,
    /// What may be asked of the whole run, where it stands still.
    pub choices: Vec<Text>,
    /// Whether what was done is to be taken back.
    #[serde(default)]
    undoing: bool,
    /// Its steps, in the plan's order.
    pub stages: Vec<Stage>,
    /// What happened, the latest last.
    pub log: VecDeque<Line>,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// In which step.
    pub step: Option<StepId>,
    /// What.
    pub words: String,
}

impl Course {
    /// The run that a record begins, where it is the first of one.
    pub fn begun(record: &Record) -> Option<Self> {
        let Event::Planned { plan, digest } = &record.event else { return None };
        let stage = |id: &StepId| Stage {
            id: id.clone(),
            state: StageState::Ahead,
            detail: String::new(),
            since: None,
            deadline_at: None,
            choices: Vec::new(),
        };
        let mut course = Self {
            id: record.operation_id.clone(),
            plan: (**plan).clone(),
            digest: digest.clone(),
            planned_at: record.at,
            state: RunState::Planned,
            confirmed: None,
            ended_at: None,
            words: String::new(),
            choices: Vec::new(),
            undoing: false,
            stages: plan.steps.iter().map(|step| stage(&step.id)).collect(),
            log: VecDeque::new(),
        };
        course.write(record);
        Some(course)
    }

    /// Takes in what happened next.
    pub fn take(&mut self, record: &Record) {
        // How a wait goes on stands beside its step, not over and over in the log.
        let is_waiting = matches!(record.event, Event::Waiting { .. });
        let was_waiting = record.step.as_ref().and_then(|id| self.stage(id)).map(|stage| stage.state);
        if !is_waiting || was_waiting != Some(StageState::Waiting) {
            self.write(record);
        }
        match record.step.clone() {
            None => self.take_run(record),
            Some(id) => {
                if let Some(stage) = self.stages.iter_mut().find(|stage| stage.id == id) {
                    stage.take(record);
                }
            }
        }
    }

    /// A step by its name.
    pub fn stage(&self, id: &StepId) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == *id)
    }

    /// The first step that stands still and asks.
    pub fn held(&self) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.state == StageState::Held)
    }

    /// How many steps stand still and ask.
    pub fn held_count(&self) -> usize {
        self.stages.iter().filter(|stage| stage.state == StageState::Held).count()
    }

    /// Whether something of it goes on or waits for somebody.
    pub fn is_live(&self) -> bool {
        matches!(self.state, RunState::Running | RunState::Paused | RunState::Undoing)
    }

    /// Steps that are over, of all.
    pub fn progress(&self) -> (usize, usize) {
        let is_over =
            |stage: &&Stage| matches!(stage.state, StageState::Done | StageState::Skipped | StageState::Undone);
        (self.stages.iter().filter(is_over).count(), self.stages.len())
    }

    /// How it stands in a word: a held step is what one must know.
    pub fn word(&self) -> &'static str {
        if self.is_live() && self.held().is_some() { "HELD" } else { self.state.as_str() }
    }

    /// It in a line.
    pub fn glance(&self) -> Glance {
        Glance {
            id: self.id.clone(),
            operation: self.plan.operation.clone(),
            target: self.plan.target.clone(),
            region: self.plan.region.clone(),
            state: self.word().into(),
            begun_at: self.confirmed.as_ref().map(|(at, _)| *at),
            by: self.confirmed.as_ref().map(|(_, by)| by.clone()),
            is_live: self.is_live(),
        }
    }

    fn take_run(&mut self, record: &Record) {
        let words = match &record.event {
            Event::Confirmed { confirmed_by, confirmed_at, .. } => {
                self.confirmed = Some((*confirmed_at, confirmed_by.clone()));
                String::new()
            }
            Event::Resumed { .. } | Event::Undoing { .. } => String::new(),
            Event::Paused { reason, .. } | Event::Failed { reason } => reason.clone(),
            Event::Stopped { reason, resume } => format!("{reason}; to go on: {resume}"),
            Event::Undone { detail } => detail.clone(),
            Event::Done { .. } => record.event.words().1,
            _ => return,
        };
        self.undoing |= matches!(record.event, Event::Undoing { .. });
        self.state = self.state.after(&record.event, self.undoing);
        self.choices = match &record.event {
            Event::Paused { choices, .. } => choices.clone(),
            _ => Vec::new(),
        };
        self.ended_at = (!self.is_live()).then_some(record.at);
        self.words = words;
    }

    /// Whether it can be asked of the whole run now: what the record that paused it says, and after its end what is left to ask.
    pub fn offers(&self, choice: &str) -> bool {
        let can_undo = self.plan.steps.iter().any(|step| !step.undo.is_empty());
        match (self.state, choice) {
            (RunState::Stopped, "resume") => true,
            (RunState::Undone | RunState::Undoing | RunState::Planned, "undo") => false,
            (_, "undo") => can_undo,
            _ => self.choices.iter().any(|each| **each == *choice),
        }
    }

    fn write(&mut self, record: &Record) {
        let (word, rest) = record.event.words();
        self.log.push_back(Line { at: record.at, step: record.step.clone(), words: format!("{word} {rest}") });
        while self.log.len() > LINES {
            self.log.pop_front();
        }
    }
}

impl Stage {
    fn take(&mut self, record: &Record) {
        use StageState as S;
        let was_undoing = matches!(self.state, S::Undoing | S::Undone);
        let (state, detail) = match &record.event {
            Event::StepStarted { .. } => (S::Calling, "guards hold".to_owned()),
            Event::Call(sent) if sent.undo => (S::Undoing, sent.call.action.name().to_owned()),
            Event::Call(sent) => {
                let word = if sent.phase == Phase::Sent { "calls" } else { "called" };
                (S::Calling, format!("{word} {}", sent.call.action.name()))
            }
            Event::CallFailed { error, .. } => (self.state, error.to_string()),
            Event::Probed { .. } | Event::Command { .. } => (self.state, record.event.words().1),
            Event::Waiting { detail, deadline_at, .. } => {
                self.deadline_at = Some(*deadline_at);
                (if was_undoing { S::Undoing } else { S::Waiting }, detail.clone())
            }
            Event::GuardFailed { .. } => (S::Held, record.event.words().1),
            Event::Paused { reason, choices } => {
                self.choices.clone_from(choices);
                (S::Held, reason.clone())
            }
            Event::StepDone { .. } => (S::Done, record.event.words().1),
            Event::Skipped { .. } => (S::Skipped, record.event.words().1),
            Event::Undoing { .. } => (S::Undoing, String::new()),
            Event::Undone { detail } => (S::Undone, detail.clone()),
            Event::Resumed { .. } if was_undoing => (S::Undoing, String::new()),
            Event::Resumed { .. } => (S::Calling, "tried again".to_owned()),
            Event::Accepted { .. }
            | Event::Planned { .. }
            | Event::Confirmed { .. }
            | Event::Stopped { .. }
            | Event::Done { .. }
            | Event::Failed { .. } => return,
        };
        if state != self.state {
            self.since = Some(record.at);
        }
        if state != S::Held {
            self.choices.clear();
        }
        if !matches!(state, S::Waiting | S::Undoing) {
            self.deadline_at = None;
        }
        (self.state, self.detail) = (state, detail);
    }
}
