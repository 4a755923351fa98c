//! One step and its calls, as the journal tells them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::state::State;
use crate::id::{InstanceId, Text};
use crate::journal::{Event, Found, Phase, Record, Sent};
use crate::operation::Call;
use crate::operation::call::ErrorClass;
use crate::operation::trace::Before;

/// A step as the journal tells it.
#[derive(Debug, Clone)]
pub struct StepPast {
    /// Where it stands.
    pub state: State,
    /// How often it was begun.
    pub attempt: u32,
    /// Its commands, by their place.
    pub commands: BTreeMap<usize, Fate>,
    /// Its calls, by their place.
    pub calls: BTreeMap<usize, CallPast>,
    /// The calls that took it back, by their place.
    pub undo: BTreeMap<usize, CallPast>,
    /// Instances that it brought.
    pub brought: Vec<InstanceId>,
    /// Which record was its first call that happened: the order in which things are taken back.
    pub applied_at: Option<u64>,
    /// Since when and until when it waits.
    pub waits: Option<(Timestamp, Timestamp)>,
    /// Why it is over without its purpose.
    pub failed: Option<String>,
}

/// A call as the journal tells it.
#[derive(Debug, Clone)]
pub struct CallPast {
    /// What is known of it.
    pub fate: Fate,
    /// As it was sent.
    pub call: Call,
    /// What was so before it.
    pub before: Before,
    /// When it was last announced.
    pub sent_at: Timestamp,
    /// Its client token.
    pub token: Text,
    /// Whether it is a repeat of one that may have happened: then a refusal says nothing of that one.
    pub doubtful: bool,
    /// How many tokens were used up by answers that it surely did not happen.
    pub refusals: u32,
    /// Telling fields of its answer, or of what AWS showed when that was lost.
    pub answer: BTreeMap<Text, Text>,
}

/// What is known of a call, or a command, that was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was announced, and has no outcome.
    Open,
    /// It happened.
    Applied,
    /// It surely did not.
    Refused,
    /// It did not, and what it was for is so: by somebody else.
    Already,
}

impl Fate {
    /// Whether there is nothing left to call for.
    pub fn is_met(self) -> bool {
        matches!(self, Self::Applied | Self::Already)
    }
}

impl StepPast {
    pub(super) fn new() -> Self {
        Self {
            state: State::Ready,
            attempt: 0,
            commands: BTreeMap::new(),
            calls: BTreeMap::new(),
            undo: BTreeMap::new(),
            brought: Vec::new(),
            applied_at: None,
            waits: None,
            failed: None,
        }
    }

    /// Whether a call of it may have happened.
    pub fn has_called(&self) -> bool {
        self.calls.values().any(|call| matches!(call.fate, Fate::Open | Fate::Applied))
    }

    /// Telling fields of its calls' answers; of two that tell the same field, the later.
    pub fn answer(&self) -> BTreeMap<Text, Text> {
        self.calls.values().flat_map(|call| call.answer.clone()).collect()
    }

    /// The call that is announced and has no outcome.
    pub fn open(&self, undo: bool) -> Option<(usize, &CallPast)> {
        self.of(undo).iter().find(|(_, call)| call.fate == Fate::Open).map(|(ordinal, call)| (*ordinal, call))
    }

    /// Its calls, or those that take it back.
    pub fn of(&self, undo: bool) -> &BTreeMap<usize, CallPast> {
        if undo { &self.undo } else { &self.calls }
    }

    pub(super) fn take(&mut self, record: &Record, order: u64) {
        match &record.event {
            Event::StepStarted { attempt, .. } => self.attempt = *attempt,
            Event::Command { ordinal, phase, failed, .. } => {
                let fate = match (phase, failed) {
                    (Phase::Sent, _) => Fate::Open,
                    (Phase::Answered, None) => Fate::Applied,
                    (Phase::Answered, Some(_)) => Fate::Refused,
                };
                self.commands.insert(*ordinal, fate);
            }
            Event::Call(sent) => self.take_call(sent, record.at, order),
            Event::CallFailed { ordinal, undo, error, .. } if error.class != ErrorClass::Unclear => {
                let doubtful = self.of(*undo).get(ordinal).is_some_and(|call| call.doubtful);
                if !doubtful {
                    self.settle(*ordinal, *undo, Fate::Refused, order);
                }
            }
            Event::Probed { ordinal, undo, found, answer, .. } => {
                match found {
                    Found::Applied => self.settle(*ordinal, *undo, Fate::Applied, order),
                    Found::NotApplied => self.settle(*ordinal, *undo, Fate::Refused, order),
                    Found::Already => self.settle(*ordinal, *undo, Fate::Already, order),
                    Found::Unclear => {}
                }
                self.told(*ordinal, *undo, answer);
            }
            Event::Waiting { deadline_at, .. } => {
                let since = self.waits.filter(|(_, until)| until == deadline_at).map(|(since, _)| since);
                self.waits = Some((since.unwrap_or(record.at), *deadline_at));
            }
            // Whoever tries again waits anew.
            Event::Resumed { .. } => self.waits = None,
            Event::StepDone { brought, failed, .. } => {
                self.bring(brought);
                self.failed.clone_from(failed);
            }
            _ => {}
        }
    }

    fn take_call(&mut self, sent: &Sent, at: Timestamp, order: u64) {
        match sent.phase {
            Phase::Sent => {
                let calls = if sent.undo { &mut self.undo } else { &mut self.calls };
                let earlier = calls.get(&sent.ordinal);
                let repeated = earlier.filter(|call| call.fate == Fate::Open);
                let past = CallPast {
                    fate: Fate::Open,
                    call: sent.call.clone(),
                    // A repeat is looked up by what was so before the first.
                    before: repeated
                        .map_or_else(|| sent.before.clone().unwrap_or_default(), |call| call.before.clone()),
                    sent_at: at,
                    token: sent.token.clone(),
                    doubtful: repeated.is_some(),
                    refusals: earlier.map_or(0, |call| call.refusals),
                    answer: BTreeMap::new(),
                };
                calls.insert(sent.ordinal, past);
            }
            Phase::Answered => {
                self.settle(sent.ordinal, sent.undo, Fate::Applied, order);
                if let Some(receipt) = &sent.receipt {
                    self.told(sent.ordinal, sent.undo, &receipt.answer);
                }
                self.bring(sent.receipt.as_ref().map(|receipt| receipt.brought.as_slice()).unwrap_or_default());
            }
        }
    }

    fn settle(&mut self, ordinal: usize, undo: bool, fate: Fate, order: u64) {
        let calls = if undo { &mut self.undo } else { &mut self.calls };
        let Some(call) = calls.get_mut(&ordinal) else { return };
        call.fate = fate;
        match fate {
            Fate::Applied if !undo => self.applied_at = self.applied_at.or(Some(order)),
            Fate::Refused => call.refusals += 1,
            Fate::Applied | Fate::Open | Fate::Already => {}
        }
    }

    fn told(&mut self, ordinal: usize, undo: bool, answer: &BTreeMap<Text, Text>) {
        let calls = if undo { &mut self.undo } else { &mut self.calls };
        if let Some(call) = calls.get_mut(&ordinal) {
            call.answer.extend(answer.iter().map(|(field, value)| (field.clone(), value.clone())));
        }
    }

    fn bring(&mut self, brought: &[InstanceId]) {
        for instance in brought {
            if !self.brought.contains(instance) {
                self.brought.push(instance.clone());
            }
        }
    }
}
