//! The numbers that count, each with what it is about.
//!
//! Owns: [`Figure`] and which there are. Depends on: judgement. Must stay true: a number that rests on something unread is `?`, and
//! never green; a denominator is beside every count of what is well.

use crate::estate::Kind;
use crate::estate::alarm::{Alarm, AlarmState};
use crate::id::Region;
use crate::judge::availability::ServiceAvailability;
use crate::judge::probe::JudgedProbe;
use crate::judge::zone::{ZoneAssessment, ZoneVerdict};
use crate::judge::{Picture, Verdict, age_words};

/// One number.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What it counts.
    pub title: &'static str,
    /// The number, in few characters.
    pub digits: String,
    /// How it stands.
    pub verdict: Verdict,
    /// What to know beside it.
    pub note: String,
}

impl Figure {
    fn unknown(title: &'static str, note: impl Into<String>) -> Self {
        Self { title, digits: "?".to_owned(), verdict: Verdict::Unknown, note: note.into() }
    }

    /// The same where nobody can see: what it was is a note.
    pub fn unseen(self, as_of: &str) -> Self {
        let was = if self.digits == "?" { String::new() } else { format!("was {} at {as_of}", self.digits) };
        Self::unknown(self.title, was)
    }
}

/// All of them, in the order of the wall.
pub fn figures(picture: &Picture, services: &[ServiceAvailability]) -> Vec<Figure> {
    vec![zones(picture), targets(picture), alarms(picture), promise(picture, services)]
}

fn all_zones(picture: &Picture) -> Vec<&ZoneAssessment> {
    picture.judgement.regions.values().flat_map(|judged| &judged.zones).collect()
}

/// Why a kind is not known everywhere; none where it is.
fn unread(picture: &Picture, kind: Kind) -> Option<&Region> {
    let scope = picture.estate.scope();
    scope.iter().find(|region| picture.judgement.reason_unread(region, kind).is_some())
}

fn zones(picture: &Picture) -> Figure {
    const TITLE: &str = "ZONES OK";
    let zones = all_zones(picture);
    if let Some(region) = unread(picture, Kind::Zones) {
        return Figure::unknown(TITLE, format!("zones of {region} not read"));
    }
    let ok = zones.iter().filter(|zone| zone.verdict == ZoneVerdict::Ok).count();
    let sick: Vec<String> = zones
        .iter()
        .filter(|zone| zone.verdict != ZoneVerdict::Ok)
        .map(|zone| format!("{} {}", zone.id, zone.verdict.as_str()))
        .collect();
    Figure {
        title: TITLE,
        digits: format!("{ok}/{}", zones.len()),
        verdict: Verdict::worst(zones.iter().map(|zone| zone.verdict.verdict())),
        note: sick.join(", "),
    }
}

fn targets(picture: &Picture) -> Figure {
    const TITLE: &str = "HEALTHY TARGETS";
    let zones = all_zones(picture);
    let Some(counts) = zones.iter().map(|zone| zone.targets).collect::<Option<Vec<_>>>().filter(|all| !all.is_empty())
    else {
        let zone = zones.iter().find(|zone| zone.targets.is_none());
        return Figure::unknown(TITLE, zone.map(|zone| format!("of {} not known", zone.id)).unwrap_or_default());
    };
    let healthy: usize = counts.iter().map(|counts| counts.healthy + counts.unavailable).sum();
    let expected: usize = counts.iter().map(|counts| counts.expected()).sum();
    let failing: usize = counts.iter().map(|counts| counts.unhealthy).sum();
    // What is starting is missing too, but nobody has to come for it.
    let verdict = match (healthy, failing) {
        (0, 1..) => Verdict::Critical,
        (_, 0) => Verdict::Ok,
        _ => Verdict::Warning,
    };
    let worst = zones.iter().max_by_key(|zone| zone.targets.map(|counts| counts.unhealthy));
    let most = worst.and_then(|zone| Some((&zone.id, zone.targets?.unhealthy))).filter(|(_, failing)| *failing > 0);
    let note = match most {
        Some((zone, here)) => format!("{failing} fail, {here} of them in {zone}"),
        None if healthy < expected => format!("{} are starting", expected - healthy),
        None => String::new(),
    };
    Figure { title: TITLE, digits: format!("{healthy}/{expected}"), verdict, note }
}

fn alarms(picture: &Picture) -> Figure {
    const TITLE: &str = "FIRING ALARMS";
    let scope = picture.estate.scope();
    let known = scope.iter().flat_map(|region| picture.estate.table::<Alarm>(region, picture.taken_at).known());
    let alarms: Vec<&Alarm> = known.collect();
    if let Some(region) = unread(picture, Kind::Alarms) {
        return Figure::unknown(TITLE, format!("alarms of {region} not read"));
    }
    let firing: Vec<&str> =
        alarms.iter().filter(|alarm| alarm.state == AlarmState::Alarm).map(|alarm| alarm.name.as_str()).collect();
    let verdict = if firing.is_empty() { Verdict::Ok } else { Verdict::Critical };
    let note = if firing.is_empty() { format!("of {}", alarms.len()) } else { firing.join(", ") };
    Figure { title: TITLE, digits: firing.len().to_string(), verdict, note }
}

/// What customers see, where somebody probes it; else what the parts promise.
fn promise(picture: &Picture, services: &[ServiceAvailability]) -> Figure {
    let left = |probe: &JudgedProbe| probe.left_s / probe.budget_s.max(f64::MIN_POSITIVE);
    let probes = &picture.judgement.probes;
    if let Some(worst) = probes.iter().min_by(|a, b| left(a).total_cmp(&left(b))) {
        return budget(worst);
    }
    const TITLE: &str = "NINES, LEAST";
    let nines = |service: &&ServiceAvailability| service.nines.unwrap_or(f64::INFINITY);
    let least = services.iter().filter(|service| service.nines.is_some()).min_by(|a, b| nines(a).total_cmp(&nines(b)));
    match least {
        None => Figure::unknown(TITLE, "no service can be reckoned"),
        // So many must serve by the arithmetic, and fewer do: minutes a month would be no more than a figure.
        Some(service) if service.availability == Some(0.0) => Figure {
            title: TITLE,
            digits: "0".to_owned(),
            verdict: service.verdict,
            note: format!("{}: fewer serve now than it needs", service.service),
        },
        Some(service) => {
            let supposed = if service.supposed.is_empty() { "" } else { ", partly supposed" };
            let minutes = service.minutes_a_month.unwrap_or_default();
            Figure {
                title: TITLE,
                digits: format!("{:.1}", nines(&service)),
                verdict: service.verdict,
                note: format!("{}: {minutes:.0} min a month without it{supposed}", service.service),
            }
        }
    }
}

/// How much of a probe's error budget is left.
fn budget(probe: &JudgedProbe) -> Figure {
    const TITLE: &str = "ERROR BUDGET LEFT";
    let Some(availability) = probe.availability.filter(|_| probe.known_s > 0.0) else {
        return Figure::unknown(TITLE, format!("probe {}: no sample yet", probe.name));
    };
    let share = (probe.left_s / probe.budget_s.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
    let left = age_words(std::time::Duration::from_secs_f64(probe.left_s.max(0.0)));
    Figure {
        title: TITLE,
        digits: format!("{:.0}%", share * 100.0),
        verdict: probe.assessment.verdict,
        note: format!("probe {}: {left} left, up {:.3} % of the time", probe.name, availability * 100.0),
    }
}
