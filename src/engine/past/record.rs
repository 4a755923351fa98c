//! What a run did, for whoever gives it back later.
//!
//! Must stay true: a call that may have happened and of which nobody knows is not told as one that did; what was taken back is left out.

use std::collections::BTreeMap;

use super::{Fate, Past, Standing};
use crate::engine::State;
use crate::operation::away::{Applied, Record};

impl Past {
    /// What the run did; none where nobody confirmed it.
    #[must_use]
    pub fn record(&self) -> Option<Record> {
        let (by, at) = (self.confirmed_by.clone()?, self.confirmed_at?);
        let mut applied = Vec::new();
        let mut brought = BTreeMap::new();
        for (step, past) in self.steps().filter(|(_, past)| past.state != State::Undone) {
            let happened = past.calls.iter().filter(|(_, call)| call.fate == Fate::Applied);
            applied.extend(happened.map(|(ordinal, call)| Applied {
                step: step.id.clone(),
                ordinal: *ordinal,
                call: call.call.clone(),
                answer: call.answer.clone(),
            }));
            if !past.brought.is_empty() {
                brought.insert(step.id.clone(), past.brought.clone());
            }
        }
        let is_over = matches!(self.standing, Standing::Done | Standing::Undone | Standing::Failed);
        let is_done = self.standing == Standing::Done;
        Some(Record { plan: self.plan.clone(), applied, brought, by, at, is_over, is_done })
    }
}
