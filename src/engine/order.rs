//! What a person, or a signal, asks of a run.
//!
//! Owns: [`Order`], and when each makes sense. Depends on: the past. Must stay true: an order that makes no sense now is refused with
//! what would; who may give which is the host's to know.

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::past::{Past, Standing};
use super::state::State;
use crate::id::Text;
use crate::operation::StepId;

/// What is asked of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum Order {
    /// No further call; what is waited for is waited for.
    Pause,
    /// Goes on after a pause.
    Resume,
    /// Stands a step still before its next call.
    Hold {
        /// The step.
        step: StepId,
    },
    /// Tries a held step again. A call of which nobody can tell whether it happened is then sent once more.
    Retry {
        /// The step.
        step: StepId,
        /// Why its guards that only warn may be let pass.
        #[serde(default)]
        accept: Option<Text>,
    },
    /// Leaves a held step out.
    Skip {
        /// The step.
        step: StepId,
        /// Why.
        reason: Text,
    },
    /// Takes back what was done.
    Undo {
        /// Why.
        #[serde(default)]
        reason: Option<Text>,
    },
    /// Gives the run up; what it did stays.
    Abort {
        /// Why.
        #[serde(default)]
        reason: Option<Text>,
    },
    /// Ends it between calls, to be resumed.
    Stop,
}

/// An order, who gives it, and where the answer goes.
#[derive(Debug)]
pub struct Asked {
    /// What.
    pub order: Order,
    /// Who.
    pub by: Text,
    /// Whether it is obeyed; told once.
    pub answer: Option<oneshot::Sender<Result<(), NotNow>>>,
}

/// Why an order makes no sense now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{0}")]
pub struct NotNow(pub String);

impl Order {
    /// Whether it makes sense as the run stands.
    ///
    /// # Errors
    /// [`NotNow`], with what would.
    pub fn check(&self, past: &Past) -> Result<(), NotNow> {
        let no = |why: String| Err(NotNow(why));
        let known = |step: &StepId| past.step(step).ok_or_else(|| NotNow(format!("there is no step {step}")));
        match self {
            Self::Pause if past.standing == Standing::Paused => no("it is paused already: resume it".to_owned()),
            Self::Resume if past.standing != Standing::Paused => no("it is not paused".to_owned()),
            Self::Undo { .. } if past.undoing => no("it is being undone already".to_owned()),
            Self::Pause | Self::Resume | Self::Undo { .. } | Self::Abort { .. } | Self::Stop => Ok(()),
            Self::Hold { step } => match known(step)?.state {
                State::Held | State::UndoHeld => no(format!("{step} is held already")),
                State::Done | State::Skipped | State::Undone => no(format!("{step} is over")),
                _ => Ok(()),
            },
            Self::Retry { step, .. } | Self::Skip { step, .. } => match known(step)?.state {
                State::Held | State::UndoHeld => Ok(()),
                State::Done | State::Skipped | State::Undone => no(format!("{step} is over")),
                _ => no(format!("{step} is not held: hold it first")),
            },
        }
    }
}
