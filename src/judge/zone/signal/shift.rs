//! Traffic that is kept away from the zone: a practice run is no incident, and what gets no traffic is never clean (`aws-domain.md`
//! A.6, F.14, F.38).

use jiff::Timestamp;

use crate::estate::age;
use crate::estate::shift::{ManagedResource, ShiftStatus, ShiftType, ZonalShift};
use crate::id::Text;
use crate::judge::verdict::age_words;
use crate::judge::zone::sign::{Sign, Weight};
use crate::judge::zone::view::{Ground, View};

use super::declared;

/// A shift that keeps, or may keep, a resource's traffic away from a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// The resource's name.
    pub resource: Text,
    /// Who began it; none where the weights say that it is away and no shift is known.
    pub shift_type: Option<ShiftType>,
    /// Whether it is applied; none where the resource was not read.
    pub applied: Option<bool>,
    /// When it began.
    pub since: Option<Timestamp>,
    /// When it ends by itself, healed or not.
    pub until: Option<Timestamp>,
}

/// What is kept away from the zone at this place, by resource; shifts that are known not to be applied are left out.
pub(in crate::judge::zone) fn away(ground: &Ground<'_>, zone: usize) -> Vec<Away> {
    let Some(id) = ground.zones.get(zone).map(|zone| &zone.id) else { return Vec::new() };
    let resources = ground.estate.table::<ManagedResource>(ground.region, ground.now);
    let shifts = ground.estate.table::<ZonalShift>(ground.region, ground.now);
    let is_here = |shift: &&ZonalShift| shift.away_from == *id && shift.status == ShiftStatus::Active;
    let mut away: Vec<(&str, Away)> = Vec::new();
    for shift in shifts.known().filter(is_here) {
        let resource = resources.known().find(|resource| resource.arn == shift.resource);
        let applied = resource.map(|resource| resource.applied.get(&shift.id).is_some_and(|word| &**word == "APPLIED"));
        if applied != Some(false) {
            let found = Away {
                resource: shift.resource.short().into(),
                shift_type: Some(shift.shift_type.clone()),
                applied,
                since: shift.started_at,
                until: shift.expires_at,
            };
            away.push((shift.resource.as_str(), found));
        }
    }
    for resource in resources.known() {
        let is_away = resource.weights.get(id).is_some_and(|weight| *weight < 0.5);
        if is_away && !away.iter().any(|(arn, _)| *arn == resource.arn.as_str()) {
            let found = Away {
                resource: resource.name.clone(),
                shift_type: None,
                applied: Some(true),
                since: None,
                until: None,
            };
            away.push((resource.arn.as_str(), found));
        }
    }
    away.sort_by(|a, b| a.0.cmp(b.0));
    away.into_iter().map(|(_, found)| found).collect()
}

pub(super) fn sign(view: &View<'_>, zone: usize) -> Option<Sign> {
    let ground = &view.ground;
    let away = away(ground, zone);
    let declared = declared::active(ground, zone).is_some();
    // What an autoshift moved is told with it.
    let is_manual = |away: &&Away| match &away.shift_type {
        Some(ShiftType::PracticeRun | ShiftType::Autoshift) => false,
        Some(_) => true,
        None => !declared,
    };
    let manual: Vec<&Away> = away.iter().filter(is_manual).collect();
    let practice: Vec<&Away> = away.iter().filter(|away| away.shift_type == Some(ShiftType::PracticeRun)).collect();
    if !manual.is_empty() {
        let since = manual.iter().filter_map(|away| away.since).min();
        let detail = format!("{}: no data on whether it is well", manual_words(ground, &manual, since));
        return Some(Sign::new(Weight::Unwatched, "shift", detail).since(since));
    }
    let first = practice.first()?;
    let until = first.until.map(|at| format!(" until {}Z", at.strftime("%H:%M"))).unwrap_or_default();
    let detail = format!("practice run{until} ({})", names(&practice));
    Some(Sign::new(Weight::Tells, "practice-run", detail).since(first.since))
}

fn manual_words(ground: &Ground<'_>, manual: &[&Away], since: Option<Timestamp>) -> String {
    let until = manual.iter().filter_map(|away| away.until).min();
    let ends = until.map(|at| {
        let left = at.duration_since(ground.now);
        format!(", ends in {}", age_words(std::time::Duration::try_from(left).unwrap_or_default()))
    });
    let lasts = since.map(|at| format!(" for {}", age_words(age(at, ground.now))));
    let whether = if manual.iter().all(|away| away.applied.is_some()) { "" } else { ", whether applied is not known" };
    let by = if manual.iter().any(|away| away.shift_type.is_none()) { " by no shift that is known" } else { "" };
    let (lasts, ends) = (lasts.unwrap_or_default(), ends.unwrap_or_default());
    format!("{} shifted away{by}{lasts}{ends}{whether}", names(manual))
}

/// The first few names, and how many more.
fn names(away: &[&Away]) -> String {
    let first: Vec<&str> = away.iter().take(3).map(|away| &*away.resource).collect();
    match away.len().saturating_sub(first.len()) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
