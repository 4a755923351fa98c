//! Watches a simulated account as an SRE would: every minute the same questions to AWS, and what changed since.

mod compute;
mod signals;
mod traffic;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use fournines::sim::Sim;
use serde_json::Value;

use super::aws::{self, Answer};
use super::names::Names;

/// The most changes that are told of one minute.
const TOLD: usize = 20;

/// The most characters of a change.
const WIDEST: usize = 200;

/// What is watched.
pub struct Watch {
    pub region: &'static str,
    /// Services: their group, their target group.
    pub services: &'static [(&'static str, &'static str, Option<&'static str>)],
    /// A replica whose lag is watched.
    pub replica: Option<&'static str>,
}

/// The watcher and what it saw before.
pub struct Recorder<'sim> {
    sim: &'sim Sim,
    watch: Watch,
    names: Names,
    zones: Vec<String>,
    /// Zones of instances, from the last answers that told them.
    placed: BTreeMap<String, String>,
    /// What AWS said of all groups last.
    groups: Value,
    /// ARNs of target groups.
    arns: BTreeMap<String, String>,
    /// The last state of everything that is told when it changes.
    states: BTreeMap<String, String>,
    /// Activities and events that were told of.
    seen: BTreeSet<String>,
    notes: Vec<String>,
    first: bool,
}

impl<'sim> Recorder<'sim> {
    pub fn new(sim: &'sim Sim, watch: Watch) -> Self {
        let zones = sim.with_world(|world| world.regions[watch.region].zones.keys().map(ToString::to_string).collect());
        Self {
            sim,
            watch,
            zones,
            names: Names::default(),
            placed: BTreeMap::new(),
            groups: Value::Null,
            arns: BTreeMap::new(),
            states: BTreeMap::new(),
            seen: BTreeSet::new(),
            notes: Vec::new(),
            first: true,
        }
    }

    /// The column heads.
    pub fn head(&self) -> String {
        let letters: Vec<&str> = self.zones.iter().map(|zone| &zone[zone.len() - 1..]).collect();
        let mut head = format!("{:>3}  {:<26}", "min", format!("EC2 running(bad) {}", letters.join(" ")));
        for (service, _, _) in self.watch.services {
            head +=
                &format!("| {:<58}", format!("{service}: in service, targets {}, clients a second", letters.join(" ")));
        }
        if let Some(replica) = self.watch.replica {
            head += &format!("| ReplicaLag of {replica}");
        }
        head.trim_end().to_owned()
    }

    /// Asks everything, and tells it in a line with what changed below.
    pub fn row(&mut self, minute: u64) -> String {
        let ec2 = self.instances();
        self.groups();
        let mut row = format!("{minute:>3}  {ec2:<26}");
        for (service, group, target_group) in self.watch.services {
            let group = self.group(group);
            let targets = target_group.map_or_else(String::new, |name| self.targets(name));
            let clients = self.clients(service);
            row += &format!("| {:<58}", format!("{group:<7} {targets:<20} {clients}"));
        }
        if let Some(replica) = self.watch.replica {
            row += &format!("| {}", self.lag(replica));
        }
        self.alarms();
        self.shifts();
        self.databases();
        self.activities();
        let mut text = format!("{}\n", row.trim_end());
        let notes = std::mem::take(&mut self.notes);
        self.first = false;
        for note in notes.iter().take(TOLD) {
            let note: String = self.names.shorten(note).chars().take(WIDEST).collect();
            text += &format!("       {}\n", note.trim_end());
        }
        if notes.len() > TOLD {
            text += &format!("       and {} more\n", notes.len() - TOLD);
        }
        text
    }

    fn ask(&self, service: &str, action: &str, body: Value) -> Answer {
        aws::ask(self.sim, self.watch.region, service, action, &body)
    }

    /// Tells a state when it is another than before.
    fn tell(&mut self, subject: &str, state: String) {
        let before = self.states.insert(subject.to_owned(), state.clone());
        // At first only what is not as it should be is told.
        let usual = ["all in service", "all healthy", "OK", "CANCELED", "EXPIRED", "COMPLETED", "answers"];
        let quiet = |state: &String| usual.contains(&state.as_str()) || state.starts_with("available in");
        match before {
            Some(before) if before == state => {}
            None if self.first && quiet(&state) => {}
            _ => self.notes.push(format!("{subject}: {state}")),
        }
    }

    fn tell_refusal(&mut self, what: &str, refusal: Option<String>) {
        let state = refusal.map_or_else(|| "answers".to_owned(), |code| format!("fails: {code}"));
        if self.first || self.states.contains_key(what) || state != "answers" {
            if !self.states.contains_key(what) {
                self.states.insert(what.to_owned(), "answers".to_owned());
            }
            self.tell(what, state);
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

/// Plays a scenario's account for so many minutes. Minutes that are like the one before are left out.
pub fn record(sim: &Sim, watch: Watch, minutes: u64) -> String {
    let mut recorder = Recorder::new(sim, watch);
    let mut text = format!("{}\n", recorder.head());
    let (mut last, mut skipped) = (String::new(), false);
    for minute in 0..=minutes {
        if minute > 0 {
            sim.advance(Duration::from_secs(60));
        }
        let row = recorder.row(minute);
        if minute < minutes && row.get(3..) == last.get(3..) {
            skipped = true;
            continue;
        }
        if skipped {
            text += "  …\n";
        }
        text += &row;
        (last, skipped) = (row, false);
    }
    text
}
