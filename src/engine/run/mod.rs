//! A run: lanes beside one another, each step by its table, orders in between.
//!
//! Owns: [`Run`], how it begins, goes on and ends. Depends on: the account, the journal, the past. Must stay true: one task, no step
//! begins before those that it needs are over, a held lane holds only itself, and every end is a record of the journal.

mod guards;
mod lanes;
mod look_up;
mod send;
mod step;
mod undo;
mod wait;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};

use super::account::Account;
use super::order::Asked;
use super::past::{Odd, Past, Standing, StepPast};
use super::ports::{Commands, Listener};
use super::sabotage::Sabotage;
use crate::estate::Estate;
use crate::id::Text;
use crate::journal::{Event, Host, Journal, Link, Phase, Reading, Record, Sink, WriteError};
use crate::operation::plan::{Grant, GrantError};
use crate::operation::{Limits, Need, Plan, StepId};

/// How long a reading is waited for at most; the account's own time-outs are shorter.
const SILENT: Duration = Duration::from_secs(180);

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is done.
    Done,
    /// Part-way, between calls; it can be resumed.
    Stopped,
    /// What was done is taken back.
    Undone,
    /// Given up; what it did stays, and can be undone.
    Failed,
}

/// A run that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub outcome: Outcome,
    /// Why, or with what result, in words.
    pub detail: String,
    /// The journal's last line, for the report.
    pub head: Link,
}

/// Why a run does not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It is not the plan that was confirmed.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// The journal tells no run.
    #[error(transparent)]
    Odd(#[from] Odd),
    /// It is over.
    #[error("{0}")]
    Over(String),
}

/// What a run is given besides its plan.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it runs.
    pub host: Host,
    /// For whom: told where the engine itself decides something.
    pub by: Text,
    /// For the jitter of its waits.
    pub seed: u64,
    /// How long it bears with what does not go as planned.
    pub limits: Limits,
}

/// A run over an account, with commands, a listener and a journal.
pub struct Run<A, C, L, S> {
    account: A,
    commands: C,
    listener: L,
    settings: Settings,
    core: Mutex<Core<S>>,
    gate: watch::Sender<Gate>,
    rng: Mutex<fastrand::Rng>,
    #[cfg(test)]
    pub(in crate::engine) sabotage: Option<Sabotage>,
}

struct Core<S> {
    past: Past,
    journal: Journal<S>,
    /// Why nothing can be written any more.
    broken: Option<String>,
}

/// What lets calls through.
#[derive(Debug, Clone, Default)]
struct Gate {
    paused: bool,
    end: Option<End>,
    held: BTreeSet<StepId>,
}

/// Why no further step is begun.
#[derive(Debug, Clone, PartialEq, Eq)]
enum End {
    Stop(String),
    Undo { by: Text, reason: Option<Text> },
    Abort { by: Text, reason: Option<Text> },
}

/// Why a step does not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Halt {
    /// It is held, which is journaled.
    Held,
    /// The run ends.
    Ending,
    /// Nothing was called yet and the target is not what was reviewed.
    Changed(String),
    /// The journal cannot be written: nothing more is called.
    Journal(String),
}

impl<A: Account, C: Commands, L: Listener, S: Sink> Run<A, C, L, S> {
    /// A run over ports. It does nothing yet.
    fn new(ports: (A, C, L), journal: Journal<S>, past: Past, settings: Settings) -> Self {
        let (account, commands, listener) = ports;
        let rng = Mutex::new(fastrand::Rng::with_seed(settings.seed));
        let core = Mutex::new(Core { past, journal, broken: None });
        Self {
            account,
            commands,
            listener,
            settings,
            core,
            gate: watch::Sender::new(Gate::default()),
            rng,
            #[cfg(test)]
            sabotage: None,
        }
    }

    /// A run of a plan whose journal begins.
    pub fn of(ports: (A, C, L), journal: Journal<S>, plan: &Plan, settings: Settings) -> Self {
        Self::new(ports, journal, Past::planned(plan), settings)
    }

    /// Runs it. The grant is used up.
    ///
    /// # Errors
    /// [`StartError::Grant`] where what was confirmed is another plan; nothing is journaled then.
    pub async fn begin(self, grant: Grant, orders: mpsc::Receiver<Asked>) -> Result<Ended, StartError> {
        if !self.is(Sabotage::GrantIgnored) {
            grant.check(&self.look(|past| past.plan.clone()))?;
        }
        Ok(match self.first_records(grant) {
            Ok(()) => self.drive(orders).await,
            Err(halt) => self.ended(Some(halt)),
        })
    }

    fn first_records(&self, grant: Grant) -> Result<(), Halt> {
        let plan = Box::new(self.look(|past| past.plan.clone()));
        self.write(None, Event::Planned { plan, digest: grant.digest.clone() })?;
        self.write(
            None,
            Event::Confirmed {
                digest: grant.digest,
                confirmed_by: grant.confirmed_by,
                confirmed_at: grant.at,
                reason: grant.reason,
                host: self.settings.host.clone(),
            },
        )
    }

    /// A run that goes on after what its journal tells.
    ///
    /// # Errors
    /// [`StartError`] where the journal tells no run, or one to which this can no longer happen.
    pub fn again(
        ports: (A, C, L),
        journal: Journal<S>,
        reading: &Reading,
        settings: Settings,
    ) -> Result<Self, StartError> {
        let past = Past::of(&reading.records)?;
        Ok(Self::new(ports, journal, past, settings))
    }

    /// Goes on with it, or with taking it back.
    ///
    /// # Errors
    /// [`StartError::Over`] where there is nothing left to do.
    pub async fn resume(self, cut: usize, orders: mpsc::Receiver<Asked>) -> Result<Ended, StartError> {
        if let Some(over) = self.look(reason_over) {
            return Err(StartError::Over(over));
        }
        Ok(match self.wake(cut) {
            Ok(()) => self.drive(orders).await,
            Err(halt) => self.ended(Some(halt)),
        })
    }

    /// Takes back what was done.
    ///
    /// # Errors
    /// [`StartError::Over`] where it is taken back already.
    pub async fn undo(
        self,
        cut: usize,
        reason: Option<Text>,
        orders: mpsc::Receiver<Asked>,
    ) -> Result<Ended, StartError> {
        if self.look(|past| past.standing == Standing::Undone) {
            return Err(StartError::Over("it is undone already".to_owned()));
        }
        let by = self.settings.by.clone();
        let woken = self.wake(cut).and_then(|()| match self.look(|past| past.undoing) {
            true => Ok(()),
            false => self.write(None, Event::Undoing { by, reason, calls: Vec::new() }),
        });
        Ok(match woken {
            Ok(()) => self.drive(orders).await,
            Err(halt) => self.ended(Some(halt)),
        })
    }

    /// Journals that it goes on, and that calls which a crash left open are to be looked up.
    fn wake(&self, cut: usize) -> Result<(), Halt> {
        let by = self.settings.by.clone();
        let host = Some(self.settings.host.clone());
        let cut = (cut > 0).then_some(cut as u64);
        self.write(None, Event::Resumed { by: by.clone(), reason: None, host, cut })?;
        for id in self.look(|past| past.sent().cloned().collect::<Vec<_>>()) {
            self.write(Some(&id), Event::Resumed { by: by.clone(), reason: None, host: None, cut: None })?;
        }
        Ok(())
    }

    /// Writes a record, takes it in and tells it. Whatever it announces may be done only after this returned.
    fn write(&self, step: Option<&StepId>, event: Event) -> Result<(), Halt> {
        let mut core = self.lock();
        if let Some(why) = &core.broken {
            return Err(Halt::Journal(why.clone()));
        }
        let operation_id = core.past.plan.id.clone();
        let record = Record { at: self.account.now(), operation_id, step: step.cloned(), event };
        if let Err(odd) = core.past.allows(&record) {
            return Err(core.breaks(format!("the engine lost its way: {odd}")));
        }
        let is_left_out = match &record.event {
            Event::Call(sent) if sent.phase == Phase::Sent => self.is(Sabotage::NoIntent),
            Event::Call(_) => self.is(Sabotage::NoReceipt),
            _ => false,
        };
        if let (Err(error), false) = (core.put(&record, is_left_out), self.is(Sabotage::WriteErrorsIgnored)) {
            let source = std::error::Error::source(&error).map(|why| format!(": {why}")).unwrap_or_default();
            return Err(core.breaks(format!("{error}{source}")));
        }
        if let Err(odd) = core.past.take(&record) {
            return Err(core.breaks(odd.to_string()));
        }
        drop(core);
        self.listener.journaled(&record);
        Ok(())
    }

    /// Reads what is needed; what more is needed once that is known is read with it.
    async fn read(&self, needs: impl Fn(&Estate) -> Vec<Need>) -> Arc<Estate> {
        let mut asked: BTreeSet<Need> = BTreeSet::new();
        let mut estate = Arc::new(Estate::default());
        // An instance names its group, a group its target groups: there is no third.
        for _ in 0..3 {
            let wanted: BTreeSet<Need> = needs(&estate).into_iter().collect();
            if wanted.is_subset(&asked) {
                break;
            }
            asked.extend(wanted);
            let all: Vec<Need> = asked.iter().cloned().collect();
            estate = tokio::select! {
                biased;
                estate = self.account.read(&all) => estate,
                // Nothing was read, so nothing is known.
                () = self.account.sleep(SILENT) => return Arc::default(),
            };
        }
        estate
    }

    /// The past, looked at.
    fn look<T>(&self, at: impl FnOnce(&Past) -> T) -> T {
        at(&self.lock().past)
    }

    /// A step's past, looked at.
    fn look_step<T>(&self, id: &StepId, at: impl FnOnce(&StepPast) -> T) -> Option<T> {
        self.look(|past| past.step(id).map(at))
    }

    fn lock(&self) -> MutexGuard<'_, Core<S>> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A span, by a fifth more or less.
    fn jitter(&self, span: Duration) -> Duration {
        let factor = 0.8 + 0.4 * self.rng.lock().unwrap_or_else(PoisonError::into_inner).f64();
        span.mul_f64(factor)
    }

    fn now(&self) -> Timestamp {
        self.account.now()
    }
}

impl<S: Sink> Core<S> {
    fn put(&mut self, record: &Record, is_left_out: bool) -> Result<(), WriteError> {
        if is_left_out { Ok(()) } else { self.journal.write(record) }
    }

    fn breaks(&mut self, why: String) -> Halt {
        self.broken = Some(why.clone());
        Halt::Journal(why)
    }
}

/// Why there is nothing to go on with.
fn reason_over(past: &Past) -> Option<String> {
    let id = &past.plan.id;
    if past.confirmed_at.is_none() {
        return Some(format!("{id} was never confirmed: review it and apply it"));
    }
    match past.standing {
        Standing::Done => Some(format!("{id} is done: nothing is left to do. It can be undone")),
        Standing::Undone => Some(format!("{id} is undone: plan it anew")),
        Standing::Failed => Some(format!("{id} was given up: undo it, or plan anew")),
        Standing::Planned | Standing::Running | Standing::Paused | Standing::Stopped | Standing::Undoing => None,
    }
}

/// A time by so much later; at the end of time it stands still.
fn later(at: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| at.checked_add(by).ok()).unwrap_or(at)
}

/// How long after `from` a moment is; zero where it lies before.
fn since(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from).max(SignedDuration::ZERO)).unwrap_or_default()
}

impl<A, C, L, S> Run<A, C, L, S> {
    /// Whether a test broke this. Outside of tests nothing is broken.
    #[cfg(test)]
    fn is(&self, sabotage: super::sabotage::Sabotage) -> bool {
        self.sabotage == Some(sabotage)
    }

    /// Whether a test broke this. Outside of tests nothing is broken.
    #[cfg(not(test))]
    #[allow(clippy::unused_self)]
    fn is(&self, _: super::sabotage::Sabotage) -> bool {
        false
    }
}
