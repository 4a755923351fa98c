//! What is said of a zone as a whole, and what to do about it: leave it, hold the shift that keeps traffic off it, or nothing.
//!
//! Owns: the words after a zone's verdict. Depends on: the verdicts on zones. Must stay true: the verdict is the zone's own; a practice
//! run is no trouble (`aws-domain.md` F.14); what AWS moves is said with how much of it (F.13).

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::estate::age;
use crate::estate::alarm::AlarmState;
use crate::estate::group::{Activity, ActivityStatus};
use crate::estate::shift::{ShiftStatus, ShiftType, ZonalShift};
use crate::judge::RegionJudgement;
use crate::judge::away::WARNED_S;
use crate::judge::finding::{Finding, Subject, Urgency, subject_of};
use crate::judge::group::launches::{RECENT, Why};
use crate::judge::survey::Survey;
use crate::judge::verdict::{Verdict, age_words};
use crate::judge::what_if;
use crate::judge::words::{count, names};
use crate::judge::zone::{ZoneAssessment, ZoneVerdict};

use super::Cause;
use super::claims::Claims;

pub(super) fn find(judged: &RegionJudgement, survey: &Survey<'_>) -> Vec<Cause> {
    let mut causes = Vec::new();
    let mut said: BTreeSet<&str> = BTreeSet::new();
    for zone in judged.zones.iter().filter(|zone| zone.verdict != ZoneVerdict::NotZonal) {
        let shifts = Shifts::of(zone, survey);
        if let Some(practice) = shifts.practice().filter(|_| zone.verdict == ZoneVerdict::Ok) {
            causes.push(self::practice(zone, practice, judged, survey));
        } else if zone.verdict != ZoneVerdict::Ok {
            said.extend(shifts.ending(survey.now).map(|shift| &*shift.id));
            let claims = match zone.verdict {
                ZoneVerdict::Degraded => Claims::of_zone(zone, judged, survey),
                ZoneVerdict::Suspect => Claims::alarms_of_zone(zone, survey),
                _ => Claims::nothing(),
            };
            causes.push(Cause { finding: finding(zone, &shifts, judged, survey), claims });
        }
    }
    let ending = active(survey).filter(|shift| is_ending(shift, survey.now) && !said.contains(&*shift.id));
    let ending: Vec<Finding> = ending.map(|shift| ending_soon(shift, survey)).collect();
    causes.extend(ending.into_iter().map(|finding| Cause { finding, claims: Claims::nothing() }));
    causes
}

/// Zones in which there is trouble that is not theirs.
pub(super) fn not_zonal(judged: &RegionJudgement, survey: &Survey<'_>) -> Vec<Cause> {
    let zones = judged.zones.iter().filter(|zone| zone.verdict == ZoneVerdict::NotZonal);
    let cause = |zone| {
        let finding = finding(zone, &Shifts::of(zone, survey), judged, survey);
        Cause { finding, claims: Claims::nothing() }
    };
    zones.map(cause).collect()
}

/// The active shifts away from a zone.
struct Shifts<'a> {
    all: Vec<&'a ZonalShift>,
}

impl<'a> Shifts<'a> {
    fn of(zone: &ZoneAssessment, survey: &Survey<'a>) -> Self {
        Self { all: active(survey).filter(|shift| shift.away_from == zone.id).collect() }
    }

    fn practice(&self) -> Option<&'a ZonalShift> {
        self.all.iter().copied().find(|shift| shift.shift_type == ShiftType::PracticeRun)
    }

    fn by_hand(&self) -> impl Iterator<Item = &'a ZonalShift> {
        self.all.iter().copied().filter(|shift| matches!(shift.shift_type, ShiftType::Manual | ShiftType::Fis))
    }

    fn by_aws(&self) -> bool {
        self.all.iter().any(|shift| shift.shift_type == ShiftType::Autoshift)
    }

    fn ending(&self, now: Timestamp) -> impl Iterator<Item = &'a ZonalShift> {
        self.by_hand().filter(move |shift| is_ending(shift, now))
    }
}

fn active<'a>(survey: &Survey<'a>) -> impl Iterator<Item = &'a ZonalShift> + use<'a> {
    let shifts = survey.estate.table::<ZonalShift>(survey.region, survey.now).known();
    shifts.filter(|shift| shift.status == ShiftStatus::Active)
}

fn is_ending(shift: &ZonalShift, now: Timestamp) -> bool {
    shift.expires_at.is_some_and(|at| at.duration_since(now).as_secs() <= WARNED_S)
        && shift.shift_type != ShiftType::PracticeRun
}

/// What is said of a zone that is not well.
fn finding(zone: &ZoneAssessment, shifts: &Shifts<'_>, judged: &RegionJudgement, survey: &Survey<'_>) -> Finding {
    let first = zone.evidence.first();
    // A silence and AWS's own word are told whatever else is.
    let told = |signal: &str| matches!(signal, "api-silence" | "autoshift");
    let others = zone.evidence.iter().skip(1).filter(|evidence| told(evidence.signal));
    let details: Vec<&str> = first.into_iter().chain(others).map(|evidence| &*evidence.detail).collect();
    let mut words = vec![zone.verdict.as_str().to_owned()];
    if !details.is_empty() {
        words = vec![format!("{}: {}", zone.verdict.as_str(), details.join("; "))];
    }
    if let Some(ending) = shifts.ending(survey.now).min_by_key(|shift| shift.expires_at) {
        words.push(format!("the shift of {} ends in {}", ending.resource.short(), left(ending, survey.now)));
    }
    let next = match zone.verdict {
        ZoneVerdict::Degraded => Some(leave(zone, shifts, judged, survey)),
        ZoneVerdict::Suspect => suspect(zone, shifts, survey, &mut words),
        _ => None,
    };
    let urgency = if zone.verdict == ZoneVerdict::Degraded { Urgency::Now } else { Urgency::Soon };
    Finding {
        next,
        urgency,
        zone: Some(zone.name.clone()),
        ..Finding::new(zone.verdict.verdict(), subject_of(zone), words.join("; "))
    }
}

/// The next action for a zone that is sick.
fn leave(zone: &ZoneAssessment, shifts: &Shifts<'_>, judged: &RegionJudgement, survey: &Survey<'_>) -> String {
    let evacuate = format!("evacuate {}", zone.name);
    if let Some(ending) = shifts.ending(survey.now).min_by_key(|shift| shift.expires_at) {
        return format!("extend the shift of {}, then {evacuate}", ending.resource.short());
    }
    let mut words = match zone.moved.filter(|moved| moved.moved > 0) {
        Some(moved) if moved.moved >= moved.of => format!("{} is left: see that nothing serves there", zone.name),
        Some(moved) if shifts.by_aws() || is_autoshifted(zone) => {
            format!("AWS moves {} of {} resources; {evacuate} for the rest", moved.moved, moved.of)
        }
        Some(moved) => format!("{} of {} resources are off it; {evacuate} for the rest", moved.moved, moved.of),
        None => evacuate,
    };
    let full = without_capacity(zone, survey);
    if !full.is_empty() {
        words.push_str(&format!("; no capacity in {}: what launches there fails", names(full)));
    }
    // Whether the rest can carry it is asked before anybody leaves (aws-domain.md B.4).
    let given = what_if::Given {
        estate: survey.estate,
        region: survey.region,
        judged,
        metrics: survey.metrics(),
        policy: survey.policy,
        now: survey.now,
    };
    format!("{words}: {}", what_if::leave(&what_if::zone(given, &zone.name)))
}

fn is_autoshifted(zone: &ZoneAssessment) -> bool {
    zone.evidence.iter().any(|evidence| evidence.signal == "autoshift")
}

/// Other zones in which launches failed lately for want of machines (`aws-domain.md` F.11).
fn without_capacity<'a>(zone: &ZoneAssessment, survey: &Survey<'a>) -> BTreeSet<&'a str> {
    let activities = survey.estate.table::<Activity>(survey.region, survey.now).known();
    activities
        .filter(|activity| activity.status == ActivityStatus::Failed)
        .filter(|activity| survey.now.duration_since(activity.started_at) <= RECENT)
        .filter(|activity| activity.message.as_deref().is_some_and(|message| Why::of(message) == Why::Capacity))
        .filter_map(|activity| activity.zone.as_ref())
        .filter(|place| **place != zone.name)
        .map(|place| place.as_str())
        .collect()
}

/// The next action for a zone that is suspect: where somebody keeps traffic from it, nobody can say how it is (`aws-domain.md` F.38).
fn suspect(zone: &ZoneAssessment, shifts: &Shifts<'_>, survey: &Survey<'_>, words: &mut Vec<String>) -> Option<String> {
    let silent = survey.alarms_of_zone(zone.name.as_str());
    let silent = silent.filter(|alarm| alarm.state == AlarmState::InsufficientData).count();
    let is_told = |word: &str| words.iter().any(|told| told.contains(word));
    if silent > 0 && !is_told("no data") {
        words.push(format!("{} of it with no data", count(silent, "alarm")));
    }
    let shifted: BTreeSet<&str> = shifts.by_hand().map(|shift| shift.resource.short()).collect();
    (!shifted.is_empty()).then(|| format!("end the shift of {}, or say why it stands", names(shifted)))
}

/// A practice run: shown, and nothing to do (`aws-domain.md` F.14). Alarms of what it moves that fire since it began follow from it:
/// whoever they hurt may cancel it.
fn practice(zone: &ZoneAssessment, shift: &ZonalShift, judged: &RegionJudgement, survey: &Survey<'_>) -> Cause {
    let until = shift.expires_at.map(|at| format!(" until {}", at.strftime("%H:%MZ"))).unwrap_or_default();
    let resource = shift.resource.short();
    let claims = Claims::alarms_since(shift, judged, survey);
    let alarms = match claims.len() {
        0 => String::new(),
        many => format!("; {} since", count(many, "alarm")),
    };
    let next =
        if alarms.is_empty() { "no action" } else { "no action, unless customers are hurt: then cancel the run" };
    let words = format!("practice run{until}: traffic of {resource} is kept from it on purpose{alarms}");
    let finding = Finding {
        zone: Some(zone.name.clone()),
        ..Finding::new(Verdict::Ok, subject_of(zone), words).next(next).since(shift.expires_at)
    };
    Cause { finding, claims }
}

/// A shift that runs out while nothing says that its zone is sick.
fn ending_soon(shift: &ZonalShift, survey: &Survey<'_>) -> Finding {
    let detail =
        format!("away from {}, ends in {}: traffic then returns by itself", shift.away_from, left(shift, survey.now));
    let subject = Subject::with_id("zonal shift", shift.resource.short(), shift.id.clone());
    Finding::new(Verdict::Warning, subject, detail).next("extend it, or let it end").since(shift.expires_at)
}

fn left(shift: &ZonalShift, now: Timestamp) -> String {
    shift.expires_at.map_or("a time nobody knows".to_owned(), |at| age_words(age(now, at)))
}
