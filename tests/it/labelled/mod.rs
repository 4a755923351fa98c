//! The labelled set: runs of the simulated account of which is known whether a zone is sick, and what the console said of them.
//!
//! Must stay true: the truth is the scenario's, never the judgement's own; a run sees what a console sees that was opened at its
//! start, at the pace of a console.

pub mod case;
pub mod score;

use std::collections::BTreeSet;

use fournines::judge::zone::ZoneVerdict;
use fournines::sim::control;
use jiff::Timestamp;

use crate::account::Account;
use crate::watching::Console;
use case::{BEGINS_S, Case, Truth};

/// Seconds between looks at the screen.
const LOOK_S: u64 = 5;

/// What the console said of the zones in one run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Which run.
    pub case: Case,
    /// Its seed.
    pub seed: u64,
    /// Seconds after the fault at which the sick zone was first called degraded.
    pub detected_s: Option<u64>,
    /// Zones that were called degraded and are not, with the seconds after the start.
    pub wrong: Vec<(String, u64)>,
    /// Whether the sick zone was called at least suspect, unknown or not zonal.
    pub noticed: bool,
    /// Of the targets registered in the sick zone, the share whose instances the fault takes; none where it takes no single
    /// instances but the zone as a whole.
    pub taken: Option<f64>,
}

/// Watches one run.
pub fn watch(case: &Case, seed: u64) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let account = Account::playing(case.scenario, &case.set, seed);
        let mut console = Console::open(&account, &["us-east-1"]);
        let mut outcome =
            Outcome { case: case.clone(), seed, detected_s: None, wrong: Vec::new(), noticed: false, taken: None };
        let mut seen: Option<Timestamp> = None;
        for look in 1..=case.minutes * 60 / LOOK_S {
            let picture = console.after(LOOK_S).await;
            if seen.replace(picture.taken_at) == Some(picture.taken_at) {
                continue;
            }
            let at = look * LOOK_S;
            if at > BEGINS_S && outcome.taken.is_none() {
                outcome.taken = taken(&account, case.truth);
            }
            for zone in picture.judgement.regions.values().flat_map(|judged| &judged.zones) {
                outcome.note(zone.name.as_str(), zone.verdict, at);
            }
        }
        outcome
    })
}

/// Of the targets registered in a sick zone, the share whose instances hang. The scenario takes a share of each service's instances, in
/// whole instances: of a zone's targets that may be more, or less.
fn taken(account: &Account, truth: Truth) -> Option<f64> {
    let (Truth::Sick { zone, .. } | Truth::Slightly { zone, .. }) = truth else { return None };
    let request = http::Request::get("/_sim/state").body(bytes::Bytes::new()).unwrap();
    let state: serde_json::Value = serde_json::from_slice(control::answer(&account.sim, &request).body()).unwrap();
    let rows = |of: &serde_json::Value, key: &str| of[key].as_array().cloned().unwrap_or_default();
    let hung: BTreeSet<String> = rows(&state, "faults")
        .iter()
        .filter(|fault| fault["kind"] == "application")
        .filter_map(|fault| Some(fault["instance"].as_str()?.to_owned()))
        .collect();
    let targets = rows(&state, "regions").into_iter().flat_map(|region| {
        let here: BTreeSet<String> = rows(&region, "instances")
            .iter()
            .filter(|instance| instance["zone"] == zone)
            .filter_map(|instance| Some(instance["id"].as_str()?.to_owned()))
            .collect();
        let targets = rows(&region, "target_groups").into_iter().flat_map(move |group| rows(&group, "targets"));
        targets.filter_map(|target| Some(target["id"].as_str()?.to_owned())).filter(move |id| here.contains(id))
    });
    let (all, taken) = targets.fold((0, 0), |(all, taken), id| (all + 1, taken + usize::from(hung.contains(&id))));
    (taken > 0).then(|| taken as f64 / all as f64)
}

impl Outcome {
    /// Whether the zone is sick enough that it has to be called degraded: from a fifth of its targets (`aws-domain.md` B.2).
    pub fn is_sick(&self) -> bool {
        match self.case.truth {
            Truth::NoZone => false,
            Truth::Sick { share, .. } | Truth::Slightly { share, .. } => self.taken.unwrap_or(share) >= 0.2,
        }
    }

    fn note(&mut self, zone: &str, verdict: ZoneVerdict, at: u64) {
        let sick = match self.case.truth {
            Truth::NoZone => None,
            Truth::Sick { zone, .. } | Truth::Slightly { zone, .. } => Some(zone),
        };
        let is_true = sick == Some(zone) && at >= BEGINS_S;
        self.noticed |= is_true && verdict != ZoneVerdict::Ok;
        if verdict != ZoneVerdict::Degraded {
            return;
        }
        if is_true {
            self.detected_s.get_or_insert(at - BEGINS_S);
        } else if !self.wrong.iter().any(|(known, _)| known == zone) {
            self.wrong.push((zone.to_owned(), at));
        }
    }
}
