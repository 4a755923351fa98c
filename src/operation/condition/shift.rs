//! Facts of zonal shifts (`aws-domain.md` A.6, C.3).

use std::time::Duration;

use jiff::Timestamp;

use super::Answer;
use super::look::{Look, told};
use crate::estate::shift::{Autoshift, AutoshiftStatus, ManagedResource, ShiftStatus, ShiftType, ZonalShift};
use crate::id::{Arn, Text, ZoneId};

pub(super) fn away(look: &Look<'_>, resource: &Arn, zone: &ZoneId) -> Result<Answer, String> {
    weighed(look, resource, zone, |weight| weight <= 0.0)
}

pub(super) fn not_away(look: &Look<'_>, resource: &Arn, zone: &ZoneId) -> Result<Answer, String> {
    weighed(look, resource, zone, |weight| weight > 0.0)
}

/// The weight that ARC applies, where it tells one.
fn weighed(look: &Look<'_>, resource: &Arn, zone: &ZoneId, is: impl Fn(f32) -> bool) -> Result<Answer, String> {
    let name = resource.short();
    let Some((managed, age)) = managed(look, resource)? else {
        return Err(format!("ARC manages no {name}: where its traffic goes is not told"));
    };
    let Some(weight) = managed.weights.get(zone) else {
        return Err(format!("ARC tells no weight of {zone} for {name}"));
    };
    Ok(told(is(*weight), format!("{name}: weight of {zone} is {weight}"), age))
}

fn managed<'a>(look: &Look<'a>, resource: &Arn) -> Result<Option<(&'a ManagedResource, Duration)>, String> {
    let what = format!("weights of {}", resource.short());
    let found = look.find::<ManagedResource>(&what, resource.text(), |each| each.arn == *resource)?;
    Ok(found.thing.map(|managed| (managed, found.age)))
}

/// The shifts of a resource that go on.
fn active<'a>(look: &Look<'a>, resource: &Arn) -> Result<(Vec<&'a ZonalShift>, Duration), String> {
    let (shifts, age) = look.rows::<ZonalShift>(&format!("shifts of {}", resource.short()), resource.text())?;
    let is_of = |shift: &&ZonalShift| shift.resource == *resource && shift.status == ShiftStatus::Active;
    Ok((shifts.into_iter().filter(is_of).collect(), age))
}

pub(super) fn free(look: &Look<'_>, resource: &Arn, zone: &ZoneId) -> Result<Answer, String> {
    let name = resource.short();
    let Some((managed, age)) = managed(look, resource)? else {
        return Ok(told(false, format!("ARC manages no {name}"), Duration::ZERO));
    };
    let (shifts, read) = active(look, resource)?;
    let age = age.max(read);
    if let Some(shift) = shifts.iter().find(|shift| shift.away_from != *zone) {
        let who = who(shift);
        return Ok(told(false, format!("{name} is shifted away from {} by {who}", shift.away_from), age));
    }
    let other = managed.weights.iter().find(|(away, weight)| *away != zone && **weight <= 0.0);
    Ok(match other {
        Some((away, _)) => told(false, format!("{name} is away from {away} already"), age),
        None => told(true, format!("nothing moves {name} away from another zone"), age),
    })
}

/// Who began a shift, in few words.
fn who(shift: &ZonalShift) -> String {
    match &shift.shift_type {
        ShiftType::Manual => {
            shift.comment.as_ref().map_or_else(|| "somebody".to_owned(), |comment| format!("\"{comment}\""))
        }
        ShiftType::PracticeRun => "a practice run".to_owned(),
        ShiftType::Fis => "an experiment".to_owned(),
        ShiftType::Autoshift => "AWS's autoshift".to_owned(),
        ShiftType::Other(word) => word.to_string(),
    }
}

pub(super) fn until(look: &Look<'_>, id: &Text, resource: &Arn, at_least: Timestamp) -> Result<Answer, String> {
    let (shifts, age) = active(look, resource)?;
    let Some(shift) = shifts.into_iter().find(|shift| shift.id == *id) else {
        return Ok(told(false, format!("shift {id} of {} goes on no more", resource.short()), age));
    };
    let Some(ends) = shift.expires_at else { return Err(format!("AWS does not tell when shift {id} ends")) };
    let (ends_at, needed) = (ends.strftime("%F %H:%MZ"), at_least.strftime("%H:%MZ"));
    Ok(told(ends >= at_least, format!("{} until {ends_at}; at least {needed} is needed", resource.short()), age))
}

pub(super) fn over(look: &Look<'_>, id: &Text, resource: &Arn) -> Result<Answer, String> {
    let (shifts, age) = active(look, resource)?;
    let name = resource.short();
    Ok(match shifts.into_iter().any(|shift| shift.id == *id) {
        true => told(false, format!("shift {id} of {name} still goes on"), age),
        false => told(true, format!("shift {id} of {name} goes on no more"), age),
    })
}

pub(super) fn one_zone_away(look: &Look<'_>, zone: &ZoneId) -> Result<Answer, String> {
    let all: Text = "all".into();
    let (shifts, age) = look.rows::<ZonalShift>("zonal shifts", &all)?;
    let (autoshifts, read) = look.rows::<Autoshift>("autoshifts", &all)?;
    let age = age.max(read);
    let by_hand = |shift: &&ZonalShift| {
        let counts = matches!(shift.shift_type, ShiftType::Manual | ShiftType::Autoshift);
        counts && shift.status == ShiftStatus::Active && shift.away_from != *zone
    };
    if let Some(shift) = shifts.into_iter().find(by_hand) {
        let (name, who) = (shift.resource.short(), who(shift));
        return Ok(told(false, format!("{name} is away from {} already, by {who}", shift.away_from), age));
    }
    let declared = |shift: &&Autoshift| shift.status == AutoshiftStatus::Active && shift.away_from != *zone;
    Ok(match autoshifts.into_iter().find(declared) {
        Some(shift) => told(false, format!("AWS shifts away from {} at the moment", shift.away_from), age),
        None => told(true, "nothing of the region is away from another zone", age),
    })
}
