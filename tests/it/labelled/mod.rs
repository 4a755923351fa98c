//! The labelled set: runs of the simulated account of which is known whether a zone is sick, and what the console said of them.
//!
//! Must stay true: the truth is the scenario's, never the judgement's own; a run sees what a console sees that was opened at its
//! start, at the pace of a console.

pub mod case;
pub mod score;

use fournines::judge::zone::ZoneVerdict;
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
}

/// Watches one run.
pub fn watch(case: &Case, seed: u64) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let account = Account::playing(case.scenario, &case.set, seed);
        let mut console = Console::open(&account, &["us-east-1"]);
        let mut outcome = Outcome { case: case.clone(), seed, detected_s: None, wrong: Vec::new(), noticed: false };
        let mut seen: Option<Timestamp> = None;
        for look in 1..=case.minutes * 60 / LOOK_S {
            let picture = console.after(LOOK_S).await;
            if seen.replace(picture.taken_at) == Some(picture.taken_at) {
                continue;
            }
            let at = look * LOOK_S;
            for zone in picture.judgement.regions.values().flat_map(|judged| &judged.zones) {
                outcome.note(zone.name.as_str(), zone.verdict, at);
            }
        }
        outcome
    })
}

impl Outcome {
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
