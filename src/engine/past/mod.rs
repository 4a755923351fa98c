//! What was done so far, rebuilt from the journal's records and from nothing else.
//!
//! Owns: [`Past`]. Depends on: the journal's records, the states. Must stay true: the engine learns of its own deeds only by taking in
//! the record that it has written, so that a run that goes on after a crash knows exactly what the one before it knew.

mod record;
mod standing;
mod step;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::state::{Illegal, Input, State, next};
use crate::id::Text;
use crate::journal::{Event, Found, Phase, Record};
use crate::operation::call::ErrorClass;
use crate::operation::{Fill, Plan, Step, StepId};

pub use standing::Standing;
pub use step::{CallPast, Fate, StepPast};

/// A run as its journal tells it.
#[derive(Debug, Clone)]
pub struct Past {
    /// The plan.
    pub plan: Plan,
    /// How the run stands.
    pub standing: Standing,
    /// When it was confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// Who confirmed it.
    pub confirmed_by: Option<Text>,
    /// Whether what was done is to be taken back.
    pub undoing: bool,
    /// Guards that were let pass, with the reason.
    pub accepted: BTreeMap<Text, Text>,
    steps: BTreeMap<StepId, StepPast>,
    records: u64,
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
            confirmed_by: None,
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
        let answers = self.steps.iter().map(|(id, past)| (id.clone(), past.answer()));
        Fill {
            brought: brought.map(|(id, past)| (id.clone(), past.brought.clone())).collect(),
            answers: answers.filter(|(_, answer)| !answer.is_empty()).collect(),
            token,
            operation: Some(self.plan.id.clone()),
        }
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
        if let Event::Confirmed { confirmed_at, confirmed_by, .. } = &record.event {
            self.confirmed_by = Some(confirmed_by.clone());
            self.confirmed_at = Some(*confirmed_at);
        }
        self.undoing |= matches!(record.event, Event::Undoing { .. });
        self.standing = self.standing.after(&record.event, self.undoing);
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
