//! The timeline: faults that come into force at their times and go out of it again.
//!
//! Must stay true: it runs as events of the world's schedule, so that it does not matter in which steps time passes; what
//! it breaks it also heals, even where the victim was chosen by chance.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::fault::Fault;
use super::super::physics::Event;
use super::super::place::Place;
use super::super::world::{Age, World};
use super::ScenarioError;
use super::parameter::Values;
use super::victim::Victims;

/// The one field of faults that may hold a description instead of a name.
const VICTIM: &str = "instance";

/// An event as a scenario's file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventDoc {
    /// When, from the start.
    at: String,
    /// A fault as `POST /_sim/fault` takes it; `instance` may be a table that describes whom it hits.
    fault: Map<String, Value>,
    /// It is healed after that time.
    lasts: Option<String>,
}

/// An event with its parameters filled in.
#[derive(Debug, Clone)]
pub(super) struct Cue {
    place: Place,
    at: Duration,
    lasts: Option<Duration>,
    fault: Map<String, Value>,
    victims: Option<Victims>,
}

impl Cue {
    pub fn read(place: Place, doc: &EventDoc, values: &Values) -> Result<Self, ScenarioError> {
        let time = |text: &str| {
            let text = values.fill_text(text, place)?;
            Age::parse(&text).map(|age| age.0).map_err(|message| ScenarioError::at(place, message))
        };
        let at = time(&doc.at)?;
        let lasts = doc.lasts.as_deref().map(time).transpose()?;
        let Value::Object(mut fault) = values.fill(&Value::Object(doc.fault.clone()), place)? else {
            return Err(ScenarioError::at(place, "a fault is a table"));
        };
        let victims = match fault.get(VICTIM) {
            Some(Value::Object(_)) => {
                let described = fault.remove(VICTIM).unwrap_or_default();
                let victims = serde_json::from_value(described)
                    .map_err(|error| ScenarioError::at(place, format!("{VICTIM}: {error}")))?;
                Some(victims)
            }
            _ => None,
        };
        let cue = Self { place, at, lasts, fault, victims };
        cue.fault(Some("i-0")).map_err(|message| ScenarioError::at(place, message))?;
        Ok(cue)
    }

    /// Whether what it breaks exists in this world.
    pub fn check(&self, world: &World) -> Result<(), ScenarioError> {
        let wrong = |message: String| ScenarioError::at(self.place, message);
        match &self.victims {
            Some(victims) if victims.choose(world, "").is_empty() => {
                Err(wrong(format!("there is no {}", victims.words())))
            }
            Some(_) => Ok(()),
            None => {
                let fault = self.fault(None).map_err(wrong)?;
                world.must_exist(&fault).map_err(|unknown| wrong(unknown.to_string()))
            }
        }
    }

    /// The fault, for this victim if it has one.
    fn fault(&self, victim: Option<&str>) -> Result<Fault, String> {
        let mut fault = self.fault.clone();
        if let (Some(victim), true) = (victim, self.victims.is_some()) {
            fault.insert(VICTIM.to_owned(), Value::String(victim.to_owned()));
        }
        Fault::parse(&Value::Object(fault)).map_err(|error| error.to_string())
    }

    /// The faults that it stands for at this moment.
    fn faults(&self, world: &World, salt: &str) -> Vec<Fault> {
        let victims: Vec<Option<String>> = match &self.victims {
            Some(victims) => victims.choose(world, salt).into_iter().map(Some).collect(),
            None => vec![None],
        };
        victims.iter().filter_map(|victim| self.fault(victim.as_deref()).ok()).collect()
    }
}

/// A scenario under way.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// The scenario's name.
    pub scenario: String,
    cues: Vec<Cue>,
    /// What each event broke so far.
    broken: Vec<Vec<Fault>>,
}

impl Timeline {
    pub(super) fn new(scenario: String, cues: Vec<Cue>) -> Self {
        let broken = vec![Vec::new(); cues.len()];
        Self { scenario, cues, broken }
    }
}

impl World {
    /// Plans what happens when, from now on.
    pub(in super::super) fn plan(&mut self, timeline: Timeline) {
        for (index, cue) in timeline.cues.iter().enumerate() {
            self.schedule.put(self.now + cue.at, Event::Cue(index));
        }
        self.timeline = timeline;
    }

    /// An event's time has come.
    pub(in super::super) fn cue(&mut self, index: usize) {
        let Some(cue) = self.timeline.cues.get(index) else { return };
        let lasts = cue.lasts;
        for fault in cue.faults(self, &index.to_string()) {
            // What it names may be gone by now; then there is nothing to break.
            if self.apply(fault.clone()).is_ok()
                && let Some(broken) = self.timeline.broken.get_mut(index)
            {
                broken.push(fault);
            }
        }
        if let Some(lasts) = lasts {
            self.schedule.put(self.now + lasts, Event::CueEnds(index));
        }
    }

    /// What an event broke is healed.
    pub(in super::super) fn end_cue(&mut self, index: usize) {
        let Some(broken) = self.timeline.broken.get_mut(index) else { return };
        for fault in std::mem::take(broken) {
            // Somebody may have healed it already.
            let _ = self.heal(&fault);
        }
    }
}
