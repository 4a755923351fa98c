//! The record of calls behind `GET /_sim/calls`.
//!
//! Owns: a bounded ring of what was asked and what was answered. Must stay true: the same requests at the same virtual times
//! give the same bytes, so that two runs can be compared.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::sim::time::SimTime;

/// Calls kept; the oldest fall off, and how many did is told.
const KEPT: usize = 10_000;
/// Parameters longer than this as JSON are left out of the record, with their length.
const LONGEST: usize = 16 * 1024;

/// One request and how it was answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Call {
    /// When it came, virtual time.
    pub time: SimTime,
    /// The service's name, or what the signature said where there is no such service.
    pub service: String,
    /// The action, or method and path where there is none.
    pub action: String,
    /// Whether the action changes something.
    pub write: bool,
    /// The region of the signature.
    pub region: String,
    /// Members as the action saw them.
    pub parameters: Map<String, Value>,
    /// HTTP status of the answer, that of one which was lost on its way included; `None` when none was given.
    pub status: Option<u16>,
    /// AWS's error code, if it was refused.
    pub code: Option<String>,
    /// What became of the answer on its way: `whole`, `cut`, `none` or `reset`.
    pub delivery: &'static str,
    /// Virtual seconds that faults held the answer back.
    pub delay_s: f64,
    /// The id in the answer.
    pub request_id: String,
    /// The client's own description of itself.
    pub user_agent: String,
}

/// The latest calls, oldest first.
#[derive(Debug, Default)]
pub struct Calls {
    kept: VecDeque<Call>,
    dropped: u64,
}

impl Calls {
    /// Adds a call.
    pub fn record(&mut self, mut call: Call) {
        let length = serde_json::to_string(&call.parameters).map_or(0, |text| text.len());
        if length > LONGEST {
            call.parameters = Map::from_iter([("_omitted_bytes".to_owned(), Value::from(length))]);
        }
        if self.kept.len() == KEPT {
            self.kept.pop_front();
            self.dropped += 1;
        }
        self.kept.push_back(call);
    }

    /// The calls kept, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Call> {
        self.kept.iter()
    }

    /// How many fell off the beginning.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}
