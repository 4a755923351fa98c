//! What CloudTrail remembers of a region: who called what.
//!
//! Owns: plain entries in the order of their times. Must stay true: the trail is bounded, and answers no sooner than AWS does:
//! minutes after the call (`aws-domain.md` E).

use std::collections::VecDeque;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{SimTime, random};

/// Entries kept; older ones fall off.
const KEPT: usize = 1_000;
/// After a call, it can be looked up: seconds at least, and up to as many more.
const LATE_S: (u64, u64) = (300, 600);

/// A call that changed something.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrailEntry {
    /// A UUID.
    pub id: String,
    /// When it was made.
    pub at: SimTime,
    /// `autoscaling.amazonaws.com`.
    pub source: String,
    /// `SetDesiredCapacity`.
    pub name: String,
    /// Who made it.
    pub who: Caller,
    /// Type and name of what it was about.
    pub resources: Vec<(String, String)>,
    /// Its parameters.
    pub parameters: Map<String, Value>,
}

/// Who called: a session of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Caller {
    /// The role.
    pub role: String,
    /// The session: a person's name, or that of a machine.
    pub session: String,
}

impl Caller {
    /// A session of a role.
    #[must_use]
    pub fn of(role: &str, session: &str) -> Self {
        Self { role: role.to_owned(), session: session.to_owned() }
    }

    /// The company's deployments.
    #[must_use]
    pub fn pipeline() -> Self {
        Self::of("deploy", "pipeline")
    }
}

/// The entries, oldest first.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub struct Trail(VecDeque<TrailEntry>);

impl Trail {
    /// Adds a call to its place in time. `seed` makes its id.
    pub fn add(&mut self, seed: u64, mut entry: TrailEntry) {
        let place = self.0.partition_point(|other| other.at <= entry.at);
        let number = self.0.iter().filter(|other| other.at == entry.at).count();
        entry.id = id(seed, &entry, number);
        self.0.insert(place, entry);
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    /// Every entry, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &TrailEntry> {
        self.0.iter().rev()
    }
}

impl TrailEntry {
    /// A call of a service's action by its IAM name, `autoscaling:SetDesiredCapacity`.
    #[must_use]
    pub fn new(at: SimTime, action: &str, who: Caller) -> Self {
        let (service, name) = action.split_once(':').unwrap_or(("", action));
        let source = format!("{}.amazonaws.com", if service == "cloudwatch" { "monitoring" } else { service });
        let name = name.to_owned();
        let (resources, parameters) = (Vec::new(), Map::new());
        Self { id: String::new(), at: at.whole_second(), source, name, who, resources, parameters }
    }

    /// The same, about this.
    #[must_use]
    pub fn about(mut self, kind: &str, name: &str) -> Self {
        self.resources.push((kind.to_owned(), name.to_owned()));
        self
    }

    /// The same, with this parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.parameters.insert(name.to_owned(), value.into());
        self
    }

    /// From when on it can be looked up.
    #[must_use]
    pub fn visible_at(&self, seed: u64) -> SimTime {
        self.at + Duration::from_secs(LATE_S.0 + random::below(seed, &["trail", &self.id], LATE_S.1))
    }
}

/// A UUID made from the call itself, so that calls take no ids from anything else.
fn id(seed: u64, entry: &TrailEntry, number: usize) -> String {
    let (at, number) = (entry.at.as_millis().to_string(), number.to_string());
    let part = |half: &str| random::below(seed, &["call", half, &entry.name, &at, &number], u64::MAX);
    let (high, low) = (part("high"), part("low"));
    random::uuid(high, low)
}
