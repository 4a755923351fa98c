//! A laboratory: a plan, a toy account, a journal in memory that fails when it is told to, and runs that may die.

mod memory;
mod plans;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::mpsc;

use super::toy::{Fault, Toy, World};
use crate::engine::sabotage::Sabotage;
use crate::engine::{Asked, Ended, Fate, NoCommands, Order, Outcome, Past, Run, Settings, StartError};
use crate::id::Text;
use crate::journal::{Event, Host, Journal, Phase, Reading, Record};
use crate::operation::call::Stamp;
use crate::operation::plan::Grant;
use crate::operation::{Limits, Plan};

pub(super) use memory::Memory;
pub(super) use plans::{Case, all, desired, guard, until};
pub(in crate::engine) use plans::{lanes, launch, replace, shift, standby};

/// What came of a run.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Came {
    Ended(Ended),
    Died,
    Refused(String),
}

impl Came {
    pub(super) fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Ended(ended) => Some(ended.outcome),
            Self::Died | Self::Refused(_) => None,
        }
    }
}

/// One experiment.
pub(super) struct Lab {
    pub(super) toy: Toy,
    pub(super) lines: Memory,
    pub(super) plan: Plan,
    pub(super) orders: Vec<(Duration, Order)>,
    pub(super) limits: Limits,
    pub(super) sabotage: Option<Sabotage>,
    pub(super) grant_for: Option<Text>,
    pub(super) violations: Arc<Mutex<Vec<String>>>,
    pub(super) seed: u64,
}

impl Lab {
    pub(super) fn new(plan: Plan, groups: &[(&str, u32)]) -> Self {
        let lines = Memory::default();
        let violations = Arc::new(Mutex::new(Vec::new()));
        let (journal, found) = (lines.clone(), violations.clone());
        let announced = move |_: &World, stamp: &Stamp| {
            let lines = journal.0.lock().unwrap();
            let records = lines.bytes.rsplit(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            let records = records.filter_map(|line| serde_json::from_slice::<Record>(line).ok());
            let last = records.into_iter().find(|record| record.step.as_ref() == Some(&stamp.step));
            let is_announced = last.is_some_and(|record| match &record.event {
                Event::Call(sent) => {
                    sent.phase == Phase::Sent
                        && (sent.ordinal, sent.undo, &sent.token) == (stamp.ordinal, stamp.undo, &stamp.token)
                }
                _ => false,
            });
            if !is_announced {
                found.lock().unwrap().push(format!("{stamp:?} left without a line in the journal"));
            }
        };
        Self {
            toy: Toy::new(groups, Arc::new(announced)),
            lines,
            plan,
            orders: Vec::new(),
            limits: Limits::default().unattended(),
            sabotage: None,
            grant_for: None,
            violations,
            seed: 7,
        }
    }

    pub(super) fn fault(self, call: usize, fault: Fault) -> Self {
        self.toy.world().faults.insert(call, fault);
        self
    }

    pub(super) fn reading(&self) -> Reading {
        Reading::of(&self.lines.0.lock().unwrap().bytes)
    }

    pub(super) fn past(&self) -> Past {
        Past::of(&self.reading().records).unwrap()
    }

    pub(super) fn events(&self) -> Vec<Event> {
        self.reading().records.into_iter().map(|record| record.event).collect()
    }

    fn settings(&self) -> Settings {
        let host = Host { name: "laptop".into(), pid: 1, version: "0".into() };
        Settings { host, by: "arn:me".into(), seed: self.seed, limits: self.limits }
    }

    fn ports(&self) -> (Toy, NoCommands, ()) {
        (self.toy.clone(), NoCommands, ())
    }

    /// Orders that come when they are due.
    fn give(&mut self) -> mpsc::Receiver<Asked> {
        let (sender, receiver) = mpsc::channel(64);
        let orders = std::mem::take(&mut self.orders);
        tokio::spawn(async move {
            let begun = tokio::time::Instant::now();
            for (at, order) in orders {
                tokio::time::sleep_until(begun + at).await;
                sender.send(Asked { order, by: "arn:me".into(), answer: None }).await.ok();
            }
            // Somebody listens for as long as the run lasts.
            sender.closed().await;
        });
        receiver
    }

    async fn came(&self, run: impl Future<Output = Result<Ended, StartError>>) -> Came {
        let killed = self.toy.world().killed.clone();
        // A run that never ends is told as one that was refused.
        let limit = tokio::time::sleep(Duration::from_secs(6 * 3600));
        let came = tokio::select! {
            biased;
            () = killed.notified() => Came::Died,
            ended = run => match ended {
                Ok(ended) if self.lines.0.lock().unwrap().dead => { let _ = ended; Came::Died }
                Ok(ended) => Came::Ended(ended),
                Err(error) => Came::Refused(error.to_string()),
            },
            () = limit => Came::Refused("it never ends".to_owned()),
        };
        let mut lines = self.lines.0.lock().unwrap();
        (lines.dead, lines.dies) = (false, None);
        came
    }

    /// Begins.
    pub(super) async fn run(&mut self) -> Came {
        let orders = self.give();
        let mut run = Run::of(self.ports(), Journal::begin(self.lines.clone()), &self.plan, self.settings());
        run.sabotage = self.sabotage;
        let digest = self.grant_for.clone().unwrap_or_else(|| self.plan.digest().unwrap().into());
        let at = self.toy.world().now();
        let grant = Grant { digest, confirmed_by: "arn:me".into(), at, reason: None };
        self.came(run.begin(grant, orders)).await
    }

    /// Opens the journal as after a restart: a cut line is taken off.
    fn reopened(&self) -> (Journal<Memory>, Reading) {
        let reading = self.reading();
        let mut lines = self.lines.0.lock().unwrap();
        let whole = lines.bytes.len() - reading.cut.len();
        lines.bytes.truncate(whole);
        drop(lines);
        (Journal::go_on(self.lines.clone(), &reading), reading)
    }

    pub(super) async fn resume(&mut self) -> Came {
        let orders = self.give();
        let (journal, reading) = self.reopened();
        match Run::again(self.ports(), journal, &reading, self.settings()) {
            Ok(mut run) => {
                run.sabotage = self.sabotage;
                self.came(run.resume(reading.cut.len(), orders)).await
            }
            Err(error) => Came::Refused(error.to_string()),
        }
    }

    pub(super) async fn undo(&mut self) -> Came {
        let orders = self.give();
        let (journal, reading) = self.reopened();
        match Run::again(self.ports(), journal, &reading, self.settings()) {
            Ok(mut run) => {
                run.sabotage = self.sabotage;
                self.came(run.undo(reading.cut.len(), None, orders)).await
            }
            Err(error) => Came::Refused(error.to_string()),
        }
    }

    /// What is wrong, whatever was done: nothing left unannounced, nothing happened twice, and the world is what the journal says.
    pub(super) fn wrongs(&self) -> Vec<String> {
        let mut wrongs = self.violations.lock().unwrap().clone();
        let reading = self.reading();
        wrongs.extend(reading.broken.iter().map(ToString::to_string));
        let Ok(past) = Past::of(&reading.records) else { return wrongs };
        let world = self.toy.world();
        for (step, own) in past.steps() {
            for (undo, calls) in [(false, &step.calls), (true, &step.undo)] {
                for ordinal in 0..calls.len() {
                    let is = |stamp: &Stamp| (&stamp.step, stamp.ordinal, stamp.undo) == (&step.id, ordinal, undo);
                    let happened = world.effects.iter().filter(|(stamp, _)| is(stamp)).count();
                    let told = own.of(undo).get(&ordinal).map(|call| call.fate);
                    match (happened, told) {
                        (0, None | Some(Fate::Refused | Fate::Open)) | (1, Some(Fate::Applied | Fate::Open)) => {}
                        // It came when it was so already, or somebody else did it.
                        (0, Some(Fate::Applied)) if world.arrived.iter().any(|(stamp, _)| is(stamp)) => {}
                        other => {
                            wrongs.push(format!("{} call {ordinal} (undo {undo}): happened, told {other:?}", step.id))
                        }
                    }
                }
            }
            let order = step
                .needs
                .iter()
                .filter_map(|need| past.step(need))
                .all(|need| need.state.is_over() || need.state.is_undoing() || !own.has_called());
            if !order {
                wrongs.push(format!("{} called before what it needs was over", step.id));
            }
        }
        wrongs
    }
}
