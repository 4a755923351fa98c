//! Waiting for the change: with an interval, a deadline, and an end where it is in vain.
//!
//! Must stay true: the deadline is judged on a reading made after it; a change must go on being so for as long as the plan says; every
//! wait can be ended, which takes nothing back.

use std::time::Duration;

use jiff::Timestamp;

use super::super::account::Account;
use super::super::ports::{Commands, Listener};
use super::super::sabotage::Sabotage;
use super::step::brought;
use super::{Halt, Run, later, since};
use crate::id::InstanceId;
use crate::journal::{Event, Record, Sink};
use crate::operation::plan::Until;
use crate::operation::{Answer, Step};

/// Between two readings, at first (`aws-domain.md` C.5).
const INTERVAL: Duration = Duration::from_secs(5);
/// How often progress is journaled at most; whoever listens hears of each reading.
const JOURNALED: Duration = Duration::from_secs(10);
/// Waits shorter than this have their deadline alone; of longer ones, half the time without any change ends them.
const LONG: Duration = Duration::from_secs(1800);

/// How far a wait has come.
struct Progress {
    interval: Duration,
    deadline_at: Timestamp,
    /// Since when it holds without a break.
    holds_since: Option<Timestamp>,
    /// Since when nobody knows.
    blind_since: Option<Timestamp>,
    /// What was said last, and since when.
    said: Option<(String, Timestamp)>,
    journaled_at: Option<Timestamp>,
}

/// One look at what is waited for.
struct Look {
    /// When it began: deadlines are judged on readings that were made after them.
    asked_at: Timestamp,
    /// How the change stands.
    answer: Answer,
    /// How that stands which makes waiting vain, where the plan names it.
    failed: Option<Answer>,
}

impl<A: Account, C: Commands, L: Listener, S: Sink> Run<A, C, L, S> {
    /// Waits for what a step is for. What was seen, and what came with it.
    pub(super) async fn wait(&self, step: &Step) -> Result<(String, Vec<InstanceId>), Halt> {
        let (Some(until), false) = (&step.until, self.is(Sabotage::NoWait)) else {
            return Ok(("accepted by AWS".to_owned(), Vec::new()));
        };
        let fill = self.look(|past| past.fill(None));
        let filled = fill.fill(&until.condition).and_then(|condition| Ok((condition, fill.fill(&until.fails)?)));
        let (condition, fails) = match filled {
            Ok(filled) => filled,
            Err(blank) => return Err(self.fail(step, blank.to_string())?),
        };
        let waits = self.look_step(&step.id, |past| past.waits).flatten();
        let deadline_at = waits.map_or_else(|| later(self.now(), until.deadline()), |(_, deadline_at)| deadline_at);
        let mut progress = Progress {
            interval: INTERVAL,
            deadline_at,
            holds_since: None,
            blind_since: None,
            said: None,
            journaled_at: None,
        };
        loop {
            let asked_at = self.now();
            let needs = |estate: &_| {
                let fails = fails.iter().flat_map(|fails| fails.needs(estate));
                condition.needs(estate).into_iter().chain(fails).collect()
            };
            let estate = self.read(needs).await;
            let now = self.now();
            let answer = self.heard(condition.answer(&estate, now));
            if progress.has_held(&answer, asked_at) >= Some(self.hold_for(until)) {
                return Ok((answer.detail, brought(&condition, &estate)));
            }
            self.tell(step, &answer, &mut progress)?;
            let failed = fails.as_ref().map(|fails| fails.answer(&estate, now));
            let look = Look { asked_at, answer, failed };
            if let Some(why) = self.reason_in_vain(&look, &progress, until) {
                return Err(self.fail(step, why)?);
            }
            self.rest(step, self.jitter(progress.interval)).await?;
            progress.interval = progress.interval.mul_f64(1.3).min(self.settings.limits.observe);
        }
    }

    fn heard(&self, answer: Answer) -> Answer {
        match self.is(Sabotage::WaitInverted) {
            true => Answer { holds: answer.holds.map(|holds| !holds), ..answer },
            false => answer,
        }
    }

    fn hold_for(&self, until: &Until) -> Duration {
        if self.is(Sabotage::NoHold) { Duration::ZERO } else { Duration::from_secs(until.hold_s) }
    }

    /// Why waiting on makes no sense, as far as one look tells.
    fn reason_in_vain(&self, look: &Look, progress: &Progress, until: &Until) -> Option<String> {
        let Look { asked_at, answer, failed } = look;
        let failed = failed.as_ref().filter(|answer| answer.holds == Some(true));
        if let (Some(failed), false) = (failed, self.is(Sabotage::NoFailFast)) {
            return Some(failed.detail.clone());
        }
        // Whatever holds already is given the time to go on doing so.
        if progress.holds_since.is_some() || self.is(Sabotage::NoDeadline) {
            return None;
        }
        if *asked_at >= progress.deadline_at {
            return Some(format!("not seen within {}: {}", spoken(until.deadline()), answer.detail));
        }
        let blind = self.settings.limits.blind;
        if progress.blind_since.is_some_and(|at| since(at, *asked_at) >= blind) {
            return Some(format!("nobody could tell for {}: {}", spoken(blind), answer.detail));
        }
        let still = progress.said.as_ref().map_or(Duration::ZERO, |(_, at)| since(*at, *asked_at));
        (until.deadline() >= LONG && still >= until.deadline() / 2)
            .then(|| format!("no change for {}: {}", spoken(still), answer.detail))
    }

    /// Tells how it stands: to whoever listens each time, to the journal at first and when something changed.
    fn tell(&self, step: &Step, answer: &Answer, progress: &mut Progress) -> Result<(), Halt> {
        let now = self.now();
        let changed = progress.said.as_ref().is_none_or(|(said, _)| *said != answer.detail);
        if changed {
            progress.said = Some((answer.detail.clone(), now));
        }
        let detail = answer.detail.clone();
        let event = Event::Waiting { holds: answer.holds, detail, deadline_at: progress.deadline_at };
        let is_due = progress.journaled_at.is_none_or(|at| changed && since(at, now) >= JOURNALED);
        if is_due {
            progress.journaled_at = Some(now);
            return self.write(Some(&step.id), event);
        }
        let operation_id = self.look(|past| past.plan.id.clone());
        self.listener.progress(&Record { at: now, operation_id, step: Some(step.id.clone()), event });
        Ok(())
    }
}

/// `90s`, `5 min`.
pub(super) fn spoken(span: Duration) -> String {
    match span.as_secs() {
        seconds @ 0..=119 => format!("{seconds}s"),
        seconds => format!("{} min", seconds / 60),
    }
}

impl Progress {
    /// For how long it has held without a break; none where it does not.
    fn has_held(&mut self, answer: &Answer, asked_at: Timestamp) -> Option<Duration> {
        match answer.holds {
            Some(true) => {
                self.blind_since = None;
                Some(since(*self.holds_since.get_or_insert(asked_at), asked_at))
            }
            Some(false) => {
                (self.blind_since, self.holds_since) = (None, None);
                None
            }
            None => {
                self.holds_since = None;
                self.blind_since.get_or_insert(asked_at);
                None
            }
        }
    }
}
