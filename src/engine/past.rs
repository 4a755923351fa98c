//! What was done so far, rebuilt from the journal's records and from nothing else.
//!
//! Owns: [`Past`]. Depends on: the journal's records, the states. Must stay true: the engine learns of its own deeds only by taking in
//! the record that it has written, so that a run that goes on after a crash knows exactly what the one before it knew.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::state::{Illegal, Input, State, next};
use crate::id::{InstanceId, Text};
use crate::journal::{Event, Found, Phase, Record, Sent};
use crate::operation::call::ErrorClass;
use crate::operation::trace::Before;
use crate::operation::{Call, Fill, Plan, Step, StepId};

/// A run as its journal tells it.
#[derive(Debug, Clone)]
pub struct Past {
    /// The plan.
    pub plan: Plan,
    /// How the run stands.
    pub standing: Standing,
    /// When it was confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// Whether what was done is to be taken back.
    pub undoing: bool,
    /// Guards that were let pass, with the reason.
    pub accepted: BTreeMap<Text, Text>,
    steps: BTreeMap<StepId, StepPast>,
    records: u64,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Planned, not confirmed.
    Planned,
    /// It goes on, or was killed while it did.
    Running,
    /// No further call is made until it is resumed.
    Paused,
    /// It stopped between calls.
    Stopped,
    /// What was done is being taken back.
    Undoing,
    /// All is done.
    Done,
    /// What was done is taken back.
    Undone,
    /// It was given up.
    Failed,
}

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
}

/// A journal that tells no run.
#[derive(Debug, thiserror::Error)]
pub enum Odd {
    /// It does not begin with a plan.
    #[error("the journal does not begin with its plan")]
    NoPlan,
    /// Its plan is not the one that was confirmed.
    #[error("the plan in the journal is not the one that was confirmed: nothing is done on it")]
    OtherPlan,
    /// A step that its plan does not have.
    #[error("the journal tells of {0}, and its plan has no such step")]
    NoStep(StepId),
    /// What it tells cannot have happened in this order.
    #[error("{step}: {illegal}")]
    Order {
        /// The step.
        step: StepId,
        /// Why not.
        illegal: Illegal,
    },
}

impl Past {
    /// The run that records tell.
    ///
    /// # Errors
    /// [`Odd`] where they tell none.
    pub fn of(records: &[Record]) -> Result<Self, Odd> {
        let mut records = records.iter();
        let Some(Event::Planned { plan, digest }) = records.next().map(|record| &record.event) else {
            return Err(Odd::NoPlan);
        };
        let is_confirmed = |record: &Record| match &record.event {
            Event::Confirmed { digest: confirmed, .. } => confirmed == digest,
            _ => true,
        };
        // A journal may come from another machine: what it tells to do is what somebody confirmed, or nothing.
        if plan.digest().ok().as_deref() != Some(digest) || !records.clone().all(is_confirmed) {
            return Err(Odd::OtherPlan);
        }
        let mut past = Self::planned(plan);
        records.try_for_each(|record| past.take(record))?;
        Ok(past)
    }

    /// A run of which nothing but its plan is known.
    pub fn planned(plan: &Plan) -> Self {
        let steps = plan.steps.iter().map(|step| (step.id.clone(), StepPast::new())).collect();
        Self {
            plan: plan.clone(),
            standing: Standing::Planned,
            confirmed_at: None,
            undoing: false,
            accepted: BTreeMap::new(),
            steps,
            records: 1,
        }
    }

    /// A step's past.
    pub fn step(&self, id: &StepId) -> Option<&StepPast> {
        self.steps.get(id)
    }

    /// The plan's steps with their past, in the plan's order.
    pub fn steps(&self) -> impl Iterator<Item = (&Step, &StepPast)> {
        self.plan.steps.iter().filter_map(|step| Some((step, self.steps.get(&step.id)?)))
    }

    /// Whether anything was called that may have happened.
    pub fn has_called(&self) -> bool {
        self.steps.values().any(StepPast::has_called)
    }

    /// What blanks are filled with.
    pub fn fill(&self, token: Option<Text>) -> Fill {
        let brought = self.steps.iter().filter(|(_, past)| !past.brought.is_empty());
        Fill { brought: brought.map(|(id, past)| (id.clone(), past.brought.clone())).collect(), token }
    }

    /// Whether a record can follow.
    ///
    /// # Errors
    /// [`Odd`] where it cannot.
    pub fn allows(&self, record: &Record) -> Result<(), Odd> {
        let Some(id) = &record.step else { return Ok(()) };
        let past = self.steps.get(id).ok_or_else(|| Odd::NoStep(id.clone()))?;
        moved(id, past.state, &record.event).map(|_| ())
    }

    /// Takes in a record that was written.
    ///
    /// # Errors
    /// [`Odd`] where it cannot follow; then nothing is taken in.
    pub fn take(&mut self, record: &Record) -> Result<(), Odd> {
        self.records += 1;
        let order = self.records;
        let Some(id) = &record.step else {
            self.take_run(record);
            return Ok(());
        };
        let past = self.steps.get_mut(id).ok_or_else(|| Odd::NoStep(id.clone()))?;
        let state = match input(&record.event) {
            Some(input) => next(past.state, input).map_err(|illegal| Odd::Order { step: id.clone(), illegal })?,
            None => past.state,
        };
        past.take(record, order);
        past.state = state;
        if let Event::Accepted { guard, reason, .. } = &record.event {
            self.accepted.insert(guard.clone(), reason.clone());
        }
        Ok(())
    }

    fn take_run(&mut self, record: &Record) {
        self.standing = match &record.event {
            Event::Confirmed { confirmed_at, .. } => {
                self.confirmed_at = Some(*confirmed_at);
                Standing::Running
            }
            Event::Resumed { .. } if self.undoing => Standing::Undoing,
            Event::Resumed { .. } => Standing::Running,
            Event::Paused { .. } => Standing::Paused,
            Event::Stopped { .. } => Standing::Stopped,
            Event::Undoing { .. } => {
                self.undoing = true;
                Standing::Undoing
            }
            Event::Undone { .. } => Standing::Undone,
            Event::Done { .. } => Standing::Done,
            Event::Failed { .. } => Standing::Failed,
            _ => self.standing,
        };
    }
}

impl StepPast {
    fn new() -> Self {
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
        self.calls.values().any(|call| call.fate != Fate::Refused)
    }

    /// The call that is announced and has no outcome.
    pub fn open(&self, undo: bool) -> Option<(usize, &CallPast)> {
        self.of(undo).iter().find(|(_, call)| call.fate == Fate::Open).map(|(ordinal, call)| (*ordinal, call))
    }

    /// Its calls, or those that take it back.
    pub fn of(&self, undo: bool) -> &BTreeMap<usize, CallPast> {
        if undo { &self.undo } else { &self.calls }
    }

    fn take(&mut self, record: &Record, order: u64) {
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
            Event::Probed { ordinal, undo, found, .. } => match found {
                Found::Applied => self.settle(*ordinal, *undo, Fate::Applied, order),
                Found::NotApplied => self.settle(*ordinal, *undo, Fate::Refused, order),
                Found::Unclear => {}
            },
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
                };
                calls.insert(sent.ordinal, past);
            }
            Phase::Answered => {
                self.settle(sent.ordinal, sent.undo, Fate::Applied, order);
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
            Fate::Applied | Fate::Open => {}
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

impl State {
    /// Whether the step is being taken back, or was.
    pub fn is_undoing(self) -> bool {
        matches!(self, Self::Undoing | Self::UndoSent | Self::UndoUnclear | Self::UndoHeld | Self::Undone)
    }

    /// Whether what needs the step may begin.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Skipped)
    }
}

/// Where an event leads a step.
fn moved(id: &StepId, state: State, event: &Event) -> Result<State, Odd> {
    let Some(input) = input(event) else { return Ok(state) };
    next(state, input).map_err(|illegal| Odd::Order { step: id.clone(), illegal })
}

/// What an event is to the step that it names; none where it moves nothing.
fn input(event: &Event) -> Option<Input> {
    Some(match event {
        Event::StepStarted { .. } => Input::GuardsHold,
        Event::GuardFailed { .. } => Input::GuardFails,
        Event::Call(sent) => match sent.phase {
            Phase::Sent => Input::Announced,
            Phase::Answered => Input::Answered,
        },
        Event::CallFailed { error, .. } => match error.class {
            ErrorClass::Unclear => Input::Lost,
            _ => Input::Refused,
        },
        Event::Probed { found: Found::Unclear, .. } => Input::NotFound,
        Event::Probed { .. } => Input::Found,
        Event::Waiting { .. } => Input::Waits,
        Event::StepDone { .. } => Input::Seen,
        Event::Paused { .. } => Input::Hold,
        Event::Resumed { .. } => Input::Retry,
        Event::Skipped { .. } => Input::Skip,
        Event::Undoing { .. } => Input::Undo,
        Event::Undone { .. } => Input::TakenBack,
        Event::Command { .. }
        | Event::Accepted { .. }
        | Event::Planned { .. }
        | Event::Confirmed { .. }
        | Event::Stopped { .. }
        | Event::Done { .. }
        | Event::Failed { .. } => return None,
    })
}
