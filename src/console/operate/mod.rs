//! What the console knows of operations: whether it may change anything, what is asked to be planned, what runs and what ran.
//!
//! Owns: [`Operations`] and the small data that passes between the console and the loop about them. Depends on: operation, journal.
//! Must stay true: nothing here changes anything in AWS; a plan leaves the console only as a [`Confirmation`], which is made in one
//! place, of a plan that was shown.

mod course;
mod given;
mod mode;
pub mod settings;
mod spoken;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use crate::engine::Order;
use crate::id::{Region, Text};
use crate::journal::Record;
use crate::operation::call::Trial;
use crate::operation::intent::Intent;
use crate::operation::{Plan, Refusal};

pub use course::{Course, RunState, Stage, StageState};
pub use mode::{ARMED_FOR, Mode};
pub use spoken::spoken;

/// Runs whose records are kept: beyond that the one begun first is let go, and read again where it is opened.
const MOST: usize = 32;

/// What the console knows of operations.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Operations {
    /// Whether something may be changed.
    pub mode: Mode,
    /// Whether a review waits to be armed, to ask its own question next.
    pub confirms_next: bool,
    /// The number of the last question that was asked to be planned.
    pub asked: u64,
    /// Runs that are followed, by their ids.
    pub courses: BTreeMap<Text, Course>,
    /// What ran, the latest first, as the journal lists it; none before it was read.
    pub listed: Option<Vec<Glance>>,
}

/// What is to be planned; its number tells the answer from an older one's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Which question it is.
    pub number: u64,
    /// What is wanted: each is planned by itself.
    pub intents: Vec<Intent>,
}

/// A plan, or why there is none.
pub type Planned = Result<Box<Plan>, Refusal>;

/// What a screen wants planned, and the answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Inquiry {
    /// The number under which it was asked; none where it is still to be.
    pub number: Option<u64>,
    /// What is wanted.
    pub intents: Vec<Intent>,
    /// The answers, in the same order; empty until they are there.
    pub planned: Vec<Planned>,
    /// Whether AWS was asked if the calls of the first plan may be made.
    #[serde(default)]
    pub is_tried: bool,
    /// What it said, in the order of the calls; empty until it has.
    #[serde(default)]
    pub trials: Vec<Trial>,
}

impl Inquiry {
    /// Something to be asked.
    pub fn new(intents: Vec<Intent>) -> Self {
        Self { intents, ..Self::default() }
    }

    /// Asks again, of what is there by now.
    pub fn again(&mut self) {
        self.number = None;
        self.planned.clear();
        self.is_tried = false;
        self.trials.clear();
    }

    /// The one intent, where it is about one.
    pub fn intent(&self) -> Option<&Intent> {
        self.intents.first()
    }

    /// Fills in how it is done, or empties that, and asks again.
    ///
    /// # Errors
    /// What is wrong with the value; then nothing is asked.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let intent = self.intents.first_mut().ok_or("nothing is wanted")?;
        settings::set(intent, name, value)?;
        self.again();
        Ok(())
    }

    /// Wants something else of the first intent, and asks again.
    pub fn change(&mut self, change: impl FnOnce(&mut Intent)) {
        if let Some(intent) = self.intents.first_mut() {
            change(intent);
        }
        self.again();
    }
}

/// That somebody confirmed the plan they were shown. The loop makes the grant of it, once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The plan.
    pub plan: Plan,
    /// Its digest.
    pub digest: Text,
    /// Who: the caller's ARN.
    pub by: Text,
    /// When.
    pub at: Timestamp,
    /// Why, where a reason was given.
    pub reason: Option<Text>,
}

/// Whether a console that cannot change anything may ask it of a run: what stops calls is never refused.
pub fn is_free(order: &Order) -> bool {
    match order {
        Order::Pause | Order::Hold { .. } | Order::Abort { .. } | Order::Stop => true,
        Order::Resume | Order::Retry { .. } | Order::Skip { .. } | Order::Undo { .. } => false,
    }
}

/// An operation as the journal lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Glance {
    /// Names it.
    pub id: Text,
    /// The operation: `replace`.
    pub operation: Text,
    /// What it is done to.
    pub target: Text,
    /// Where.
    pub region: Region,
    /// How it stands, in the journal's words: `running`, `held`, `stopped`, `done`, `undone`, `failed`.
    pub state: Text,
    /// When it was confirmed.
    pub begun_at: Option<Timestamp>,
    /// Who confirmed it.
    pub by: Option<Text>,
    /// Whether a host runs it now.
    pub is_live: bool,
}

impl Operations {
    /// Takes in a record of a run.
    pub fn take(&mut self, record: &Record) {
        if let Some(course) = Course::begun(record) {
            self.courses.insert(record.operation_id.clone(), course);
            while self.courses.len() > MOST {
                let oldest = self.courses.iter().min_by_key(|(_, course)| (course.is_live(), course.planned_at));
                let Some(id) = oldest.map(|(id, _)| id.clone()) else { break };
                self.courses.remove(&id);
            }
        } else if let Some(course) = self.courses.get_mut(&record.operation_id) {
            course.take(record);
        }
    }

    /// Every operation that is known, the latest first: what is followed tells itself.
    pub fn glances(&self) -> Vec<Glance> {
        let mut glances: Vec<Glance> = self.courses.values().map(Course::glance).collect();
        let listed = self.listed.iter().flatten().filter(|glance| !self.courses.contains_key(&glance.id));
        glances.extend(listed.cloned());
        glances.sort_by_key(|glance| std::cmp::Reverse((glance.begun_at, glance.id.clone())));
        glances
    }

    /// What goes on now.
    pub fn live(&self) -> impl Iterator<Item = &Course> {
        self.courses.values().filter(|course| course.is_live())
    }
}
