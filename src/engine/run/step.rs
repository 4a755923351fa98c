//! One step forward: guards, commands, calls, the change.

use std::collections::BTreeSet;

use super::super::account::Account;
use super::super::past::Fate;
use super::super::ports::{Commands, Listener};
use super::super::state::State;
use super::{End, Halt, Run};
use crate::estate::Estate;
use crate::estate::group::{Group, LifecycleState};
use crate::id::{GroupName, InstanceId, Text, ZoneName};
use crate::journal::{Event, Phase, Sink};
use crate::operation::plan::OnFailure;
use crate::operation::{Condition, Fact, LocalCommand, Step};

impl<A: Account, C: Commands, L: Listener, S: Sink> Run<A, C, L, S> {
    /// Does a step, from wherever it stands. `asked` is whether somebody asked for just this.
    pub(super) async fn step(&self, step: &Step, asked: bool) -> Result<(), Halt> {
        self.settle_open(step, false, asked).await?;
        let state = self.look_step(&step.id, |past| past.state).unwrap_or(State::Ready);
        if state != State::Waiting {
            if matches!(state, State::Held | State::Begun) {
                self.wake_step(step)?;
            }
            if self.look_step(&step.id, |past| past.state) == Some(State::Ready) {
                self.start(step).await?;
            }
            self.run_commands(step, asked).await?;
            for (ordinal, call) in step.calls.iter().enumerate() {
                self.send(step, ordinal, call, false).await?;
            }
        }
        let (detail, brought) = self.wait(step).await?;
        self.write(Some(&step.id), Event::StepDone { detail, brought, failed: None })
    }

    /// Journals that a step is tried again.
    pub(super) fn wake_step(&self, step: &Step) -> Result<(), Halt> {
        let by = self.settings.by.clone();
        self.write(Some(&step.id), Event::Resumed { by, reason: None, host: None, cut: None })
    }

    async fn start(&self, step: &Step) -> Result<(), Halt> {
        self.pass(step).await?;
        let guards = self.guards(step).await?;
        let attempt = self.look_step(&step.id, |past| past.attempt).unwrap_or_default() + 1;
        self.write(Some(&step.id), Event::StepStarted { attempt, guards, undo: step.undo.clone() })
    }

    async fn run_commands(&self, step: &Step, asked: bool) -> Result<(), Halt> {
        for (ordinal, command) in step.commands.iter().enumerate() {
            let ran = self.look_step(&step.id, |past| past.commands.get(&ordinal).copied()).flatten();
            match ran {
                Some(Fate::Applied | Fate::Already) => continue,
                // It may have run, and nothing can be looked up: whoever retries it knows that.
                Some(Fate::Open) if !asked => {
                    let name = command.argv.first().map_or("", |name| name);
                    self.hold(step, format!("{name} was started, and nobody saw how it ended"))?;
                    return Err(Halt::Held);
                }
                Some(Fate::Open | Fate::Refused) | None => {}
            }
            self.pass(step).await?;
            let filled = self.look(|past| past.fill(None)).fill::<LocalCommand>(command);
            let filled = match filled {
                Ok(filled) => filled,
                Err(blank) => return Err(self.fail(step, blank.to_string())?),
            };
            let argv: Vec<String> = filled.argv.iter().map(ToString::to_string).collect();
            let name = argv.first().cloned().unwrap_or_default();
            let told = |phase, code, failed| Event::Command { ordinal, phase, argv: argv.clone(), code, failed };
            self.write(Some(&step.id), told(Phase::Sent, None, None))?;
            let outcome = self.commands.run(&filled).await;
            let (code, failed) = match outcome {
                Ok(0) => (Some(0), None),
                Ok(code) => (Some(code), Some(format!("{name} ended with {code}"))),
                Err(why) => (None, Some(why)),
            };
            self.write(Some(&step.id), told(Phase::Answered, code, failed.clone()))?;
            if let Some(why) = failed {
                return Err(self.fail(step, why)?);
            }
        }
        Ok(())
    }

    /// What becomes of a step that cannot go on: it is held, or its plan says that the next goes on all the same.
    pub(super) fn fail(&self, step: &Step, reason: String) -> Result<Halt, Halt> {
        let open = self.look_step(&step.id, |past| past.open(false).is_some()) == Some(true);
        let state = self.look_step(&step.id, |past| past.state);
        if step.on_failure == OnFailure::Continue && !open && matches!(state, Some(State::Begun | State::Waiting)) {
            let detail = reason.clone();
            self.write(Some(&step.id), Event::StepDone { detail, brought: Vec::new(), failed: Some(reason) })?;
            return Ok(Halt::Held);
        }
        self.hold(step, reason)?;
        Ok(Halt::Held)
    }

    /// Journals that a step stands still, and what may be done.
    pub(super) fn hold(&self, step: &Step, reason: String) -> Result<(), Halt> {
        let choices = ["retry", "skip", "undo", "abort"].map(Text::from).to_vec();
        self.write(Some(&step.id), Event::Paused { reason, choices })
    }

    /// Returns once a step may go on to its next call: not while the run is paused, never once it ends.
    pub(super) async fn pass(&self, step: &Step) -> Result<(), Halt> {
        let mut gate = self.gate.subscribe();
        loop {
            let (end, held, paused) = {
                let gate = gate.borrow_and_update();
                (gate.end.is_some(), gate.held.contains(&step.id), gate.paused)
            };
            if end {
                return Err(Halt::Ending);
            }
            if let Some(why) = &self.lock().broken {
                return Err(Halt::Journal(why.clone()));
            }
            if held {
                self.gate.send_modify(|gate| {
                    gate.held.remove(&step.id);
                });
                self.hold(step, "somebody held it".to_owned())?;
                return Err(Halt::Held);
            }
            if !paused || gate.changed().await.is_err() {
                return Ok(());
            }
        }
    }

    /// Lets time pass, unless the run ends or the step is held meanwhile.
    pub(super) async fn rest(&self, step: &Step, span: std::time::Duration) -> Result<(), Halt> {
        let mut gate = self.gate.subscribe();
        let is_called = gate.wait_for(|gate| gate.end.is_some() || gate.held.contains(&step.id));
        tokio::select! {
            biased;
            _ = is_called => {}
            () = self.account.sleep(span) => return Ok(()),
        }
        self.pass(step).await
    }

    /// The end that was ordered.
    pub(super) fn end(&self) -> Option<End> {
        self.gate.borrow().end.clone()
    }
}

/// Instances that came with what a condition waited for: members in service beside those that were there before.
pub(super) fn brought(condition: &Condition, estate: &Estate) -> Vec<InstanceId> {
    come(condition, estate, |state| *state == LifecycleState::InService)
}

/// The same, and those that are still on their way.
pub(super) fn arrived(condition: &Condition, estate: &Estate) -> Vec<InstanceId> {
    use LifecycleState::{Pending, PendingProceed, PendingWait};
    come(condition, estate, |state| matches!(state, LifecycleState::InService | Pending | PendingWait | PendingProceed))
}

fn come(condition: &Condition, estate: &Estate, is: impl Fn(&LifecycleState) -> bool) -> Vec<InstanceId> {
    type Waited<'f> = (&'f GroupName, &'f BTreeSet<InstanceId>, Option<&'f ZoneName>);
    fn waited<'f>(fact: &'f Fact, found: &mut Vec<Waited<'f>>) {
        match fact {
            Fact::Grown { group, beside, .. } => found.push((group, beside, None)),
            Fact::GrownOutside { group, beside, zone, .. } => found.push((group, beside, Some(zone))),
            Fact::All { of: all } => all.iter().for_each(|fact| waited(fact, found)),
            _ => {}
        }
    }
    let mut waits = Vec::new();
    waited(&condition.fact, &mut waits);
    let groups: Vec<&Group> = estate.known::<Group>(&condition.region).collect();
    let new = waits.into_iter().flat_map(|(name, beside, but)| {
        let members = groups.iter().filter(move |each| each.name == *name).flat_map(|group| &group.members);
        members.filter(move |member| !beside.contains(&member.instance) && but != Some(&member.zone))
    });
    new.filter(|member| is(&member.state)).map(|member| member.instance.clone()).collect()
}

/// Whether a call of a step, or of its undo, happened already.
pub(super) fn is_applied(past: &super::StepPast, ordinal: usize, undo: bool) -> bool {
    past.of(undo).get(&ordinal).is_some_and(|call| call.fate.is_met())
}
