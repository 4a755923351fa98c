//! Taking back what a step did.
//!
//! Must stay true: the last that was done is taken back first, but what adds capacity goes before what removes it; nothing that somebody
//! else changed since is overwritten unasked; what is already as it was is not called; each effect is seen before the next.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::account::Account;
use super::super::past::{Fate, Past, StepPast};
use super::super::ports::{Commands, Listener};
use super::super::sabotage::Sabotage;
use super::super::state::State;
use super::step::{arrived, is_applied};
use super::wait::spoken;
use super::{Halt, Run, later};
use crate::id::{InstanceId, Text};
use crate::journal::{Event, Found, Sink};
use crate::operation::fill::{Blank, TOKEN};
use crate::operation::trace::{self, Before, Trace};
use crate::operation::{Action, Call, Repeat, Step, StepId};

/// Between two looks.
const INTERVAL: Duration = Duration::from_secs(10);

impl<A: Account, C: Commands, L: Listener, S: Sink> Run<A, C, L, S> {
    /// Takes a step back, from wherever that stands.
    pub(super) async fn take_back(&self, step: &Step, asked: bool) -> Result<(), Halt> {
        self.settle_open(step, true, asked).await?;
        match self.look_step(&step.id, |past| past.state) {
            Some(State::UndoHeld) => {
                self.wake_step(step)?;
                // Whoever tries again asks once more what a launch brought whose answer was lost.
                let open = self.look_step(&step.id, |past| past.open(false).map(|(_, call)| call.call.action.repeat()));
                if open.flatten() == Some(Repeat::Token) {
                    self.settle_forward(step).await?;
                }
            }
            Some(State::Undoing | State::UndoUnclear) => {}
            _ => {
                // A call that is still open is looked up: what did not happen needs nobody to take it back.
                self.settle_forward(step).await?;
                let by = self.settings.by.clone();
                let calls = self.look(|past| past.fill(None)).fill(&step.undo).unwrap_or_else(|_| step.undo.clone());
                self.write(Some(&step.id), Event::Undoing { by, reason: None, calls })?;
            }
        }
        let mut seen = Vec::new();
        let has_called = self.look_step(&step.id, StepPast::has_called).unwrap_or(false);
        let calls = if has_called { step.undo.as_slice() } else { &[] };
        if !calls.is_empty() {
            self.come_to_rest(step).await?;
        }
        let lost = self.look(|past| lost_after(past, step));
        for (ordinal, call) in calls.iter().enumerate() {
            match &lost {
                // What came in place of something that is gone for good is needed now.
                Some(lost) if call.action.removes_capacity() => {
                    seen.push(format!("what it brought stays: {lost} cannot be taken back"));
                }
                _ => seen.push(self.take_back_by(step, ordinal, call, asked).await?),
            }
        }
        let detail = match (seen.is_empty(), has_called) {
            (false, _) => seen.join("; "),
            (true, false) => "nothing of it happened".to_owned(),
            (true, true) if step.calls.is_empty() => "nothing to take back".to_owned(),
            (true, true) => format!("nothing takes it back: {}", step.title),
        };
        self.write(Some(&step.id), Event::Undone { detail })
    }

    /// Looks up a call of the step itself that has no outcome. Where nobody can tell, it is taken back as if it had happened; what AWS
    /// knows by its token is sent once more, for only the answer says what it brought.
    async fn settle_forward(&self, step: &Step) -> Result<(), Halt> {
        let open =
            self.look_step(&step.id, |past| past.open(false).map(|(ordinal, call)| (ordinal, call.call.clone())));
        let Some((ordinal, call)) = open.flatten() else { return Ok(()) };
        let settled = match call.action.repeat() {
            Repeat::Probe => self.look_up(step, ordinal, false).await.map(|_| ()),
            Repeat::Token => match step.calls.get(ordinal) {
                Some(planned) => self.send(step, ordinal, planned, false).await,
                None => Ok(()),
            },
            Repeat::Safe => Ok(()),
        };
        // Not to learn it holds nothing up: what cannot be taken back without it says so.
        if settled == Err(Halt::Held) { Ok(()) } else { settled }
    }

    /// Waits for what is on the way and cannot be turned round: AWS refuses `ExitStandby` of a member that still enters it.
    async fn come_to_rest(&self, step: &Step) -> Result<(), Halt> {
        let deadline_at = later(self.now(), self.settings.limits.undo);
        for (call, before) in self.done_by(step) {
            if !must_come_to_rest(&call) {
                continue;
            }
            loop {
                let asked_at = self.now();
                let estate = self.read(|estate| trace::needs(&call, estate)).await;
                let trace = trace::trace(&call, &before, &estate, self.now());
                if !matches!(trace, Trace::Underway(_)) || asked_at >= deadline_at {
                    break;
                }
                self.rest(step, self.jitter(INTERVAL)).await?;
            }
        }
        Ok(())
    }

    /// The calls of a step that happened.
    fn done_by(&self, step: &Step) -> Vec<(Call, Before)> {
        let done = self.look_step(&step.id, |past| {
            let applied = past.calls.values().filter(|call| call.fate == Fate::Applied);
            applied.map(|call| (call.call.clone(), call.before.clone())).collect()
        });
        done.unwrap_or_default()
    }

    /// One call that takes something back, and its effect in words.
    async fn take_back_by(&self, step: &Step, ordinal: usize, call: &Call, asked: bool) -> Result<String, Halt> {
        let mut fill = self.look(|past| past.fill(Some(TOKEN.into())));
        if !fill.brought.contains_key(&step.id) {
            // Held while it waited, the step may have brought what does not serve yet: that is what must go, and nobody else.
            let arrived = self.arrived(step).await;
            if !arrived.is_empty() {
                fill.brought.insert(step.id.clone(), arrived);
            }
        }
        let filled: Call = match fill.fill(call) {
            Ok(filled) => filled,
            // What never came needs nobody to take it back; what may have come and was not found is asked about.
            Err(Blank::Absent(_)) if self.look_step(&step.id, |past| past.open(false).is_none()) == Some(true) => {
                return Ok("nothing came of it".to_owned());
            }
            Err(blank) => {
                self.hold(step, format!("{}: {blank}", call.action.name()))?;
                return Err(Halt::Held);
            }
        };
        let applied = self.look_step(&step.id, |past| is_applied(past, ordinal, true)).unwrap_or(false);
        if !applied {
            let now = self.traced(&filled, &Before::default()).await;
            if let Trace::Theirs(detail) = now {
                let (found, answer) = (Found::Already, BTreeMap::new());
                self.write(Some(&step.id), Event::Probed { ordinal, undo: true, found, detail, answer })?;
            } else if !now.is_applied() {
                // Once it is taken back in part, what it did is no longer as it left it by our own doing.
                let has_begun = self.look_step(&step.id, has_begun_back).unwrap_or(false);
                if !asked
                    && !has_begun
                    && !self.is(Sabotage::UndoBlind)
                    && let Some(why) = self.reason_changed(step).await
                {
                    self.hold(step, why)?;
                    return Err(Halt::Held);
                }
                self.send(step, ordinal, &filled, true).await?;
            } else {
                let (found, detail, answer) = (Found::Applied, now.detail().to_owned(), BTreeMap::new());
                self.write(Some(&step.id), Event::Probed { ordinal, undo: true, found, detail, answer })?;
            }
        }
        if self.is(Sabotage::UndoNoWait) {
            return Ok(String::new());
        }
        self.await_back(step, ordinal, &filled).await
    }

    async fn await_back(&self, step: &Step, ordinal: usize, call: &Call) -> Result<String, Halt> {
        // What was so before it was sent, by which its effect is told.
        let sent = self.look_step(&step.id, |past| past.of(true).get(&ordinal).map(|call| call.before.clone()));
        let before = sent.flatten().unwrap_or_default();
        let deadline_at = later(self.now(), self.settings.limits.undo);
        let mut said: Option<String> = None;
        loop {
            let asked_at = self.now();
            let trace = self.traced(call, &before).await;
            match trace {
                Trace::There(detail) | Trace::Theirs(detail) => return Ok(detail),
                // AWS accepted it, and reading will never tell more.
                Trace::Unclear(detail) if asked_at >= deadline_at || leaves_no_trace(call) => return Ok(detail),
                Trace::Absent(detail) | Trace::Underway(detail) if asked_at >= deadline_at => {
                    self.hold(step, format!("not taken back within {}: {detail}", spoken(self.settings.limits.undo)))?;
                    return Err(Halt::Held);
                }
                other => {
                    if said.as_deref() != Some(other.detail()) {
                        said = Some(other.detail().to_owned());
                        let detail = other.detail().to_owned();
                        self.write(Some(&step.id), Event::Waiting { holds: Some(false), detail, deadline_at })?;
                    }
                    self.rest(step, self.jitter(INTERVAL)).await?;
                }
            }
        }
    }

    /// Members that came with what a step waits for, in whatever state they are.
    async fn arrived(&self, step: &Step) -> Vec<InstanceId> {
        let condition = step.until.as_ref().map(|until| self.look(|past| past.fill(None)).fill(&until.condition));
        let Some(Ok(condition)) = condition else { return Vec::new() };
        let estate = self.read(|estate| condition.needs(estate)).await;
        arrived(&condition, &estate)
    }

    async fn traced(&self, call: &Call, before: &Before) -> Trace {
        let estate = self.read(|estate| trace::needs(call, estate)).await;
        trace::trace(call, before, &estate, self.now())
    }

    /// Why what a step did is not as it left it: somebody changed it since.
    async fn reason_changed(&self, step: &Step) -> Option<String> {
        for (call, before) in self.done_by(step) {
            let estate = self.read(|estate| trace::needs(&call, estate)).await;
            if let Trace::Absent(detail) = trace::trace(&call, &before, &estate, self.now()) {
                return Some(format!("somebody changed it since: {detail}; retry overwrites that"));
            }
        }
        None
    }
}

/// Whether a call that takes a step back has happened already.
fn has_begun_back(past: &StepPast) -> bool {
    past.of(true).values().any(|call| call.fate == Fate::Applied)
}

/// A step that rests on this one, took away something that served, and cannot be taken back.
fn lost_after(past: &Past, step: &Step) -> Option<StepId> {
    let mut rests: BTreeSet<&StepId> = BTreeSet::from([&step.id]);
    // Steps stand after those that they need.
    for (later, told) in past.steps() {
        if !later.needs.iter().any(|need| rests.contains(need)) {
            continue;
        }
        rests.insert(&later.id);
        let took = later.calls.iter().any(|call| call.action.removes_capacity());
        if took && later.undo.is_empty() && told.has_called() {
            return Some(later.id.clone());
        }
    }
    None
}

/// Whether what a call does cannot be turned round while it is on the way.
fn must_come_to_rest(call: &Call) -> bool {
    matches!(
        call.action,
        Action::EnterStandby(_)
            | Action::DetachInstances(_)
            | Action::AttachInstances(_)
            | Action::StopInstances(_)
            | Action::StartInstances(_)
            | Action::AttachVolume(_)
            | Action::DetachVolume(_)
    )
}

/// Whether reading never tells whether a call happened.
fn leaves_no_trace(call: &Call) -> bool {
    matches!(
        call.action,
        Action::RebootInstances(_)
            | Action::CreateTags(_)
            | Action::AssociateAddress(_)
            | Action::LaunchInstances(_)
            | Action::RunInstances(_)
            | Action::UpdateZonalShift(_)
            | Action::RebootDBInstance(_)
            | Action::CreateReplaceRootVolumeTask(_)
    )
}

/// The step that is taken back next: one that no other rests on any more; of those, one that adds capacity, else the last that was done.
/// Held ones are passed over unless they are tried again; what they rest on waits for them.
pub(super) fn next_back<'p>(
    past: &'p Past,
    lane: Option<&Text>,
    forwards: bool,
    is_tried: impl Fn(&StepId) -> bool,
) -> Option<&'p Step> {
    let in_lane = |step: &Step| lane.is_none_or(|lane| step.part == *lane);
    let open: Vec<(&Step, &StepPast)> = past.steps().filter(|(step, past)| is_left(past) && in_lane(step)).collect();
    let rests_on = |id: &StepId| open.iter().any(|(step, _)| needs(past, step, id));
    let free = open.iter().filter(|(step, past)| {
        (forwards || !rests_on(&step.id)) && (past.state != State::UndoHeld || is_tried(&step.id))
    });
    let (step, _) = free.max_by_key(|(step, past)| {
        let order = past.applied_at.unwrap_or_default();
        (step.undo.iter().any(adds), if forwards { u64::MAX - order } else { order })
    })?;
    Some(step)
}

/// Whether something is left to be taken back.
pub(super) fn is_any_left(past: &Past) -> bool {
    past.steps().any(|(_, past)| is_left(past))
}

/// Whether something of a step is left to be taken back.
fn is_left(past: &StepPast) -> bool {
    past.state != State::Undone && (past.has_called() || past.state.is_undoing())
}

/// Whether a step needs another, by however many between them.
fn needs(past: &Past, step: &Step, other: &StepId) -> bool {
    let mut open: Vec<&StepId> = step.needs.iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if id == other {
            return true;
        }
        if seen.insert(id) {
            open.extend(past.plan.step(id).into_iter().flat_map(|step| &step.needs));
        }
    }
    false
}

/// Traffic that comes back to a zone counts as much as machines: before they go, it must find room.
fn adds(call: &Call) -> bool {
    call.action.adds_capacity()
}
