//! Availability arithmetic on the live account: what each service can promise from its real parts, and what would help most
//! (`aws-domain.md` D).
//!
//! Owns: [`assess`] and its result. Depends on: services, metrics, policy. Must stay true: what had to be supposed is said beside the
//! figure, and a figure with suppositions is never called *ok*; the model's limits stand in [`LIMITS`], to be shown with it.

pub mod arithmetic;
mod change;
mod model;
mod need;
mod parts;
mod pool;
mod scene;

use jiff::Timestamp;
use serde::Serialize;

use crate::estate::Estate;
use crate::id::Region;

use super::Judgement;
use super::policy::Policy;
use super::verdict::Verdict;
use arithmetic::{minutes_a_month, nines};
use model::Model;
use parts::Parts;
use scene::Scene;

/// What the figures do not tell: to be shown beside them.
pub const LIMITS: &[&str] = &[
    "parts fail independently, but for zones, which all members in them share",
    "steady state: no repair, no replacement, no time to launch",
    "no overload cascade: members needed are those that keep CPU within the limit at today's load",
    "AWS's figures are SLAs, contracts and no predictions, dated in the policy's reference; zone and failovers are assumptions",
];

/// What one service can promise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceAvailability {
    /// Where.
    pub region: Region,
    /// The service.
    pub service: String,
    /// Warning where it misses its target, ok where it meets it, unknown where what is supposed decides.
    pub verdict: Verdict,
    /// Its availability, with `supposed` taken as said; none where nothing of it could be reckoned.
    pub availability: Option<f64>,
    /// The same as a number of nines.
    pub nines: Option<f64>,
    /// Minutes without service in 30 days.
    pub minutes_a_month: Option<f64>,
    /// What it is held to.
    pub target: f64,
    /// Minutes in 30 days that this allows.
    pub target_minutes_a_month: f64,
    /// Minutes a month above what the target allows; negative where there is room.
    pub gap_minutes_a_month: Option<f64>,
    /// What had to be supposed for the figure. Empty where all is known.
    pub supposed: Vec<String>,
    /// The parts that must all work, the least available first.
    pub parts: Vec<PartAvailability>,
    /// What belongs to it and is not counted.
    pub soft: Vec<String>,
    /// Changes that would help, the largest gain first.
    pub helps: Vec<Help>,
    /// What scaling in by two loses; none where there are not so many.
    pub scaled_in: Option<Loss>,
}

/// A part of a service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartAvailability {
    /// `members`, `balancer`, `database`, `cluster`.
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// The dependency that brings it; none for the service's own.
    pub via: Option<String>,
    /// How it is built.
    pub detail: String,
    /// Its own availability; none where it cannot be reckoned.
    pub availability: Option<f64>,
    /// Minutes without it in 30 days.
    pub minutes_a_month: Option<f64>,
}

/// A change that would help.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Help {
    /// The change, in words.
    pub change: String,
    /// The service's availability with it.
    pub availability: f64,
    /// Minutes a month gained.
    pub minutes_gained: f64,
}

/// What scaling in loses.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Loss {
    /// The members that become fewer.
    pub of: String,
    /// How many fewer.
    pub by: usize,
    /// The service's availability then.
    pub availability: f64,
    /// Minutes a month lost.
    pub minutes_lost: f64,
}

/// What every service can promise at today's load, over what serves now; region by region, those that miss their target by most first.
pub fn assess(estate: &Estate, judgement: &Judgement, now: Timestamp, policy: &Policy) -> Vec<ServiceAvailability> {
    let scenes: Vec<Scene<'_>> =
        estate.scope().iter().filter_map(|region| Scene::new(estate, judgement, region, now)).collect();
    let mut all = Vec::new();
    for home in &scenes {
        let mut services: Vec<ServiceAvailability> =
            home.services.keys().filter_map(|name| of_service(&scenes, home, name, policy)).collect();
        let gap = |each: &ServiceAvailability| each.gap_minutes_a_month.unwrap_or(f64::INFINITY);
        services.sort_by(|a, b| gap(b).total_cmp(&gap(a)).then_with(|| a.service.cmp(&b.service)));
        all.extend(services);
    }
    all
}

/// What one service can promise; none where nothing of it works by itself, as with replicas alone.
fn of_service(scenes: &[Scene<'_>], home: &Scene<'_>, name: &str, policy: &Policy) -> Option<ServiceAvailability> {
    let mut parts = parts::of_service(scenes, home, name, policy);
    if parts.model == Model::default() {
        return None;
    }
    let rules = &policy.availability;
    let availability = parts.model.availability(rules);
    if availability.is_none() {
        let most = arithmetic::MOST_ZONES;
        parts.supposed.push(format!("members in more than {most} zones: not reckoned"));
    }
    let target = policy.services.get(name).and_then(|declared| declared.target).unwrap_or(rules.target);
    let minutes = availability.map(minutes_a_month);
    let helps = availability.map(|now| change::that_help(scenes, &parts, now, rules)).unwrap_or_default();
    Some(ServiceAvailability {
        region: home.region.clone(),
        service: name.to_owned(),
        verdict: verdict(availability, &parts, target, policy),
        availability,
        nines: availability.map(nines),
        minutes_a_month: minutes,
        target,
        target_minutes_a_month: minutes_a_month(target),
        gap_minutes_a_month: minutes.map(|minutes| minutes - minutes_a_month(target)),
        parts: described(&parts.model, policy),
        helps,
        scaled_in: availability.and_then(|now| change::scaled_in(&parts, now, rules)),
        supposed: parts.supposed,
        soft: parts.soft,
    })
}

/// A supposition leaves only one thing certain: what is missed even with every member there.
fn verdict(availability: Option<f64>, parts: &Parts, target: f64, policy: &Policy) -> Verdict {
    let misses = |availability: f64| availability < target;
    match availability {
        Some(availability) if parts.supposed.is_empty() => {
            if misses(availability) {
                Verdict::Warning
            } else {
                Verdict::Ok
            }
        }
        _ if misses(parts.model.at_best(&policy.availability)) => Verdict::Warning,
        _ => Verdict::Unknown,
    }
}

fn described(model: &Model, policy: &Policy) -> Vec<PartAvailability> {
    let rules = &policy.availability;
    let pools = model.pools.iter().map(|pool| PartAvailability {
        what: "members",
        name: pool.name.clone(),
        via: pool.via.clone(),
        detail: pool.words(),
        availability: pool.availability(rules),
        minutes_a_month: pool.availability(rules).map(minutes_a_month),
    });
    let singles = model.singles.iter().map(|single| {
        let availability = single.kind.availability(rules);
        PartAvailability {
            what: single.kind.what(),
            name: single.name.clone(),
            via: single.via.clone(),
            detail: single.kind.words().to_owned(),
            availability: Some(availability),
            minutes_a_month: Some(minutes_a_month(availability)),
        }
    });
    let mut parts: Vec<PartAvailability> = pools.chain(singles).collect();
    let least = |part: &PartAvailability| part.availability.unwrap_or(0.0);
    parts.sort_by(|a, b| least(a).total_cmp(&least(b)).then_with(|| a.name.cmp(&b.name)));
    parts
}

#[cfg(test)]
mod tests;
