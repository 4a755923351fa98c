//! The loop: what is ready is begun, what somebody asks is done, and at the end it is said how it ended.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::mpsc;

use super::super::account::Account;
use super::super::order::{Asked, NotNow, Order};
use super::super::past::{Past, Standing};
use super::super::ports::{Commands, Listener};
use super::super::sabotage::Sabotage;
use super::super::state::State;
use super::undo::{is_any_left, next_back};
use super::{End, Ended, Halt, Outcome, Run, since};
use crate::id::Text;
use crate::journal::{Event, Sink};
use crate::operation::plan::{OnFailure, Surprise};
use crate::operation::{Step, StepId};

/// How long a run stays paused at least before it stops, to be resumed.
const PAUSE: Duration = Duration::from_secs(3600);

type Lanes<'r> = FuturesUnordered<BoxFuture<'r, (StepId, Result<(), Halt>)>>;

/// What the loop remembers that the journal need not know.
#[derive(Default)]
struct Loop {
    active: BTreeSet<StepId>,
    /// Steps that are tried once more: by a person, who asked for just that, or since the run goes on.
    again: BTreeMap<StepId, bool>,
    /// Lanes that are taken back while others go on.
    back: BTreeSet<Text>,
}

impl<A: Account, C: Commands, L: Listener, S: Sink> Run<A, C, L, S> {
    /// Runs until it ends.
    pub(super) async fn drive(&self, mut orders: mpsc::Receiver<Asked>) -> Ended {
        let mut lanes: Lanes<'_> = FuturesUnordered::new();
        let mut state = Loop { again: self.held_steps(), ..Loop::default() };
        let mut listening = true;
        let halt = loop {
            for (step, asked, back) in self.ready(&mut state) {
                state.active.insert(step.id.clone());
                lanes.push(Box::pin(async move {
                    let result = match back {
                        true => self.take_back(&step, asked).await,
                        false => self.step(&step, asked).await,
                    };
                    (step.id, result)
                }));
            }
            if lanes.is_empty() {
                match self.end() {
                    Some(End::Undo { by, reason }) => match self.turn_back(by, reason) {
                        Ok(()) => continue,
                        Err(halt) => break Some(halt),
                    },
                    Some(_) => break None,
                    None if self.is_over() => break None,
                    None => {}
                }
            }
            let is_paused = self.gate.borrow().paused;
            let is_idle = lanes.is_empty() || is_paused;
            let patience = self.patience(is_paused);
            tokio::select! {
                biased;
                asked = orders.recv(), if listening => match asked {
                    Some(asked) => self.obey(asked, &mut state),
                    None => listening = false,
                },
                Some((id, result)) = lanes.next(), if !lanes.is_empty() => {
                    state.active.remove(&id);
                    match result {
                        Ok(()) | Err(Halt::Ending) => {}
                        Err(Halt::Held) => self.after_hold(&id, &mut state),
                        Err(halt) => {
                            // Whatever is on its way comes to its next call, and no further.
                            self.end_with(End::Stop(String::new()));
                            while lanes.next().await.is_some() {}
                            break Some(halt);
                        }
                    }
                }
                () = self.account.sleep(patience), if is_idle => {
                    self.end_with(End::Stop(self.reason_stuck()));
                }
            }
        };
        drop(lanes);
        self.ended(halt)
    }

    /// How long nobody may say anything while nothing goes on.
    fn patience(&self, is_paused: bool) -> Duration {
        let patience = self.settings.limits.patience;
        if is_paused { patience.max(PAUSE) } else { patience }
    }

    /// The steps that may begin: by needs forwards, one after another backwards.
    fn ready(&self, state: &mut Loop) -> Vec<(Step, bool, bool)> {
        if self.end().is_some() {
            return Vec::new();
        }
        self.look(|past| {
            if past.undoing {
                return self.ready_back(past, state, None).into_iter().collect();
            }
            let lanes: Vec<Text> = state.back.iter().cloned().collect();
            let mut ready: Vec<(Step, bool, bool)> =
                lanes.iter().filter_map(|lane| self.ready_back(past, state, Some(lane))).collect();
            let holds_all = past.plan.on_surprise == Surprise::HoldAll || self.is(Sabotage::HeldHoldsAll);
            // A batch stops at the first surprise: what goes on goes on, and nothing is begun until somebody has decided.
            let is_surprised = holds_all && past.steps().any(|(_, past)| past.state == State::Held);
            for (step, own) in past.steps() {
                if state.active.contains(&step.id) || state.back.contains(&step.part) {
                    continue;
                }
                let is_over = |need: &StepId| past.step(need).is_some_and(|past| past.state.is_over());
                let may = step.needs.iter().all(is_over) || self.is(Sabotage::NeedsIgnored);
                match own.state {
                    State::Ready | State::Begun | State::Unclear | State::Waiting if may && !is_surprised => {
                        ready.push((step.clone(), false, false));
                    }
                    State::Held => {
                        if let Some(asked) = state.again.remove(&step.id) {
                            ready.push((step.clone(), asked, false));
                        }
                    }
                    _ => {}
                }
            }
            ready
        })
    }

    fn ready_back(&self, past: &Past, state: &mut Loop, lane: Option<&Text>) -> Option<(Step, bool, bool)> {
        let step = next_back(past, lane, self.is(Sabotage::UndoForwards), |id| state.again.contains_key(id))?;
        let busy = past.steps().any(|(each, own)| {
            own.state.is_undoing() && state.active.contains(&each.id) && lane.is_none_or(|lane| each.part == *lane)
        });
        if busy || state.active.contains(&step.id) {
            return None;
        }
        match past.step(&step.id)?.state {
            State::UndoHeld => state.again.remove(&step.id).map(|asked| (step.clone(), asked, true)),
            _ => Some((step.clone(), false, true)),
        }
    }

    /// Held steps of a run that goes on are tried again; nobody asked for just that.
    fn held_steps(&self) -> BTreeMap<StepId, bool> {
        self.look(|past| {
            let held = past.steps().filter(|(_, past)| matches!(past.state, State::Held | State::UndoHeld));
            held.map(|(step, _)| (step.id.clone(), false)).collect()
        })
    }

    /// What its plan wants done about a step that was held.
    fn after_hold(&self, id: &StepId, state: &mut Loop) {
        let lane = self.look(|past| {
            let step = past.plan.step(id).filter(|step| step.on_failure == OnFailure::Undo)?;
            let is_forward = past.step(id)?.state == State::Held;
            (is_forward && !past.undoing).then(|| step.part.clone())
        });
        state.back.extend(lane);
    }

    /// From forwards to backwards.
    fn turn_back(&self, by: Text, reason: Option<Text>) -> Result<(), Halt> {
        self.write(None, Event::Undoing { by, reason, calls: Vec::new() })?;
        self.gate.send_modify(|gate| {
            gate.end = None;
            gate.paused = false;
            gate.held.clear();
        });
        Ok(())
    }

    /// Whether nothing is left to begin, to wait for or to decide.
    fn is_over(&self) -> bool {
        self.look(|past| match past.undoing {
            true => !is_any_left(past),
            false => past.steps().all(|(_, past)| past.state.is_over() || past.state == State::Undone),
        })
    }

    fn reason_stuck(&self) -> String {
        self.look(|past| {
            let held: Vec<String> = past
                .steps()
                .filter(|(_, past)| matches!(past.state, State::Held | State::UndoHeld))
                .map(|(step, _)| step.id.to_string())
                .collect();
            match held.is_empty() {
                true => "paused, and nobody resumed it".to_owned(),
                false => format!("held: {}", held.join(", ")),
            }
        })
    }

    pub(super) fn end_with(&self, end: End) {
        self.gate.send_modify(|gate| {
            gate.end.get_or_insert(end);
        });
    }

    /// Does what is asked, where it makes sense, and says whether.
    fn obey(&self, asked: Asked, state: &mut Loop) {
        let Asked { order, by, answer } = asked;
        let result = self.look(|past| order.check(past)).and_then(|()| self.carry_out(order, by, state));
        if let Some(answer) = answer {
            answer.send(result).ok();
        }
    }

    fn carry_out(&self, order: Order, by: Text, state: &mut Loop) -> Result<(), NotNow> {
        let journaled =
            |result: Result<(), Halt>| result.map_err(|_| NotNow("the journal cannot be written".to_owned()));
        match order {
            Order::Pause => {
                self.gate.send_modify(|gate| gate.paused = true);
                let choices = ["resume", "undo", "abort"].map(Text::from).to_vec();
                journaled(self.write(None, Event::Paused { reason: format!("{by} paused it"), choices }))
            }
            Order::Resume => {
                journaled(self.write(None, Event::Resumed { by, reason: None, host: None, cut: None }))?;
                self.gate.send_modify(|gate| gate.paused = false);
                Ok(())
            }
            Order::Hold { step } => {
                self.gate.send_modify(|gate| {
                    gate.held.insert(step);
                });
                Ok(())
            }
            Order::Retry { step, accept } => {
                if let Some(reason) = accept {
                    journaled(self.accept(&step, &by, &reason))?;
                }
                state.again.insert(step, true);
                Ok(())
            }
            Order::Skip { step, reason } => journaled(self.write(Some(&step), Event::Skipped { by, reason })),
            Order::Undo { reason } => {
                self.end_with(End::Undo { by, reason });
                Ok(())
            }
            Order::Abort { reason } => {
                self.end_with(End::Abort { by, reason });
                Ok(())
            }
            Order::Stop if self.is(Sabotage::StopIgnored) => Ok(()),
            Order::Stop => {
                self.end_with(End::Stop(format!("{by} stopped it")));
                Ok(())
            }
        }
    }

    /// Journals that guards which only warn may be let pass.
    fn accept(&self, step: &StepId, by: &Text, reason: &Text) -> Result<(), Halt> {
        let guards = self.look(|past| {
            past.plan.step(step).map(|step| step.guards.iter().map(|guard| guard.id.clone()).collect::<Vec<_>>())
        });
        for guard in guards.into_iter().flatten() {
            self.write(Some(step), Event::Accepted { guard, by: by.clone(), reason: reason.clone() })?;
        }
        Ok(())
    }

    /// The last record, and what the caller is told.
    pub(super) fn ended(&self, halt: Option<Halt>) -> Ended {
        let id = self.look(|past| past.plan.id.clone());
        let resume = format!("fournines resume {id}");
        let stopped = |reason: String| (Outcome::Stopped, Event::Stopped { reason, resume: resume.clone() });
        let (outcome, event) = match (halt, self.end()) {
            (Some(Halt::Journal(why)), _) => {
                let detail = format!("the journal cannot be written, so nothing more was called: {why}");
                return Ended { outcome: Outcome::Stopped, detail, head: self.lock().journal.head().clone() };
            }
            (Some(Halt::Changed(why)), _) => {
                stopped(format!("not what was reviewed any more, nothing was called: {why}"))
            }
            (Some(Halt::Held | Halt::Ending), _) => stopped(self.reason_stuck()),
            (None, Some(End::Stop(reason))) => stopped(reason),
            (None, Some(End::Abort { by, reason })) => {
                let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
                (Outcome::Failed, Event::Failed { reason: format!("{by} gave it up{reason}") })
            }
            (None, Some(End::Undo { .. }) | None) => self.fulfilled(),
        };
        let detail = detail(&event);
        match self.write(None, event) {
            Ok(()) => Ended { outcome, detail, head: self.lock().journal.head().clone() },
            Err(Halt::Journal(why)) => Ended {
                outcome: Outcome::Stopped,
                detail: format!("{detail}; the journal could not be closed: {why}"),
                head: self.lock().journal.head().clone(),
            },
            Err(_) => Ended { outcome, detail, head: self.lock().journal.head().clone() },
        }
    }

    fn fulfilled(&self) -> (Outcome, Event) {
        let now = self.now();
        self.look(|past| {
            if past.undoing {
                let kept = past
                    .steps()
                    .filter(|(step, past)| past.applied_at.is_some() && step.undo.is_empty() && !step.calls.is_empty());
                let kept: Vec<&str> = kept.map(|(step, _)| step.title.as_str()).collect();
                let detail = match kept.is_empty() {
                    true => "as it was".to_owned(),
                    false => format!("as it was, but for what cannot be taken back: {}", kept.join("; ")),
                };
                return (Outcome::Undone, Event::Undone { detail });
            }
            let took_s = past.confirmed_at.map_or(0.0, |at| since(at, now).as_secs_f64());
            let without = past.steps().filter(|(_, past)| past.failed.is_some() || past.state != State::Done);
            let without: Vec<StepId> = without.map(|(step, _)| step.id.clone()).collect();
            let all_back = past.steps().any(|(_, past)| past.state == State::Undone)
                && past.steps().all(|(_, past)| past.state != State::Done);
            match all_back {
                true => {
                    (Outcome::Undone, Event::Undone { detail: "a step failed, and its lane was taken back".to_owned() })
                }
                false => (Outcome::Done, Event::Done { took_s, without }),
            }
        })
    }
}

fn detail(event: &Event) -> String {
    match event {
        Event::Stopped { reason, .. } | Event::Failed { reason } => reason.clone(),
        Event::Undone { detail } => detail.clone(),
        Event::Done { took_s, without } => match without.is_empty() {
            true => format!("done in {took_s:.0} s"),
            false => {
                let without: Vec<String> = without.iter().map(ToString::to_string).collect();
                format!("done in {took_s:.0} s, without {}", without.join(", "))
            }
        },
        _ => String::new(),
    }
}

impl Past {
    /// Steps with a call that was announced when the run was killed.
    pub(super) fn sent(&self) -> impl Iterator<Item = &StepId> {
        let is_sent = |state| matches!(state, State::Sent | State::UndoSent);
        self.steps().filter(move |(_, past)| is_sent(past.state)).map(|(step, _)| &step.id)
    }

    /// Whether it goes on, as far as its journal tells.
    pub fn is_going_on(&self) -> bool {
        matches!(self.standing, Standing::Running | Standing::Paused | Standing::Undoing)
    }
}
