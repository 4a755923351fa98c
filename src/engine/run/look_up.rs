//! Looking up a call that has no outcome: in AWS, by the trace that it leaves.
//!
//! Must stay true: *it did not happen* is believed only of a reading made a minute after it was sent, for AWS shows changes late
//! (`aws-domain.md` A.9); nothing is sent here.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::account::Account;
use super::super::ports::{Commands, Listener};
use super::super::sabotage::Sabotage;
use super::{Halt, Run, since};
use crate::journal::{Event, Found, Sink};
use crate::operation::trace::{self, Before, Trace};
use crate::operation::{Call, Step};

/// Between two looks.
const INTERVAL: Duration = Duration::from_secs(5);

impl<A: Account, C: Commands, L: Listener, S: Sink> Run<A, C, L, S> {
    /// Whether the call happened that is open, journaled.
    pub(super) async fn look_up(&self, step: &Step, ordinal: usize, undo: bool) -> Result<Found, Halt> {
        let open = self.look_step(&step.id, |past| past.of(undo).get(&ordinal).cloned()).flatten();
        let Some(open) = open else { return Ok(Found::NotApplied) };
        let (began, limits) = (self.now(), &self.settings.limits);
        let (found, detail, answer) = loop {
            let asked_at = self.now();
            let estate = self.read(|estate| trace::needs(&open.call, estate)).await;
            let trace = trace::trace(&open.call, &open.before, &estate, self.now());
            let none = BTreeMap::new();
            let is_settled = since(open.sent_at, asked_at) >= limits.settle || self.is(Sabotage::NoSettling);
            match trace {
                _ if self.is(Sabotage::LostIsApplied) => break (Found::Applied, String::new(), none),
                _ if self.is(Sabotage::LostIsRefused) => break (Found::NotApplied, String::new(), none),
                Trace::Underway(detail) | Trace::There(detail) => {
                    break (Found::Applied, detail, trace::answer(&open.call, &estate));
                }
                // A change that AWS shows late may be ours after all.
                Trace::Theirs(detail) if is_settled => break (Found::Already, detail, none),
                Trace::Absent(detail) if is_settled => break (Found::NotApplied, detail, none),
                Trace::Unclear(detail) if is_settled && since(began, asked_at) >= limits.look_up => {
                    break (Found::Unclear, detail, none);
                }
                Trace::Absent(_) | Trace::Theirs(_) | Trace::Unclear(_) => {
                    self.rest(step, self.jitter(INTERVAL)).await?
                }
            }
        };
        self.write(Some(&step.id), Event::Probed { ordinal, undo, found, detail, answer })?;
        Ok(found)
    }

    /// Whether what a call is for is so although AWS refused it, journaled: by an earlier attempt of ours, or by somebody else.
    pub(super) async fn is_met(&self, step: &Step, which: (usize, bool), call: &Call) -> Result<bool, Halt> {
        let (ordinal, undo) = which;
        let estate = self.read(|estate| trace::needs(call, estate)).await;
        let (found, detail, answer) = match trace::trace(call, &Before::default(), &estate, self.now()) {
            // Only a shift says whose it is; what else is as wanted was not brought about by what AWS refused.
            Trace::There(detail) | Trace::Underway(detail) => match trace::answer(call, &estate) {
                answer if answer.is_empty() => (Found::Already, detail, answer),
                answer => (Found::Applied, detail, answer),
            },
            Trace::Theirs(detail) => (Found::Already, detail, BTreeMap::new()),
            Trace::Absent(_) | Trace::Unclear(_) => return Ok(false),
        };
        self.write(Some(&step.id), Event::Probed { ordinal, undo, found, detail, answer })?;
        Ok(true)
    }
}
