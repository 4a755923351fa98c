//! `StartZonalShift`, `UpdateZonalShift`, `CancelZonalShift` (`aws-domain.md` C.3, step 2).
//!
//! Must stay true: a resource is away from one zone at most; a conflict carries the reason that AWS gives, and where a shift
//! exists already its id, so that a client can adopt it.

use std::time::Duration;

use super::region;
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::{Params, Request};
use crate::sim::wire::service::scene;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{AutoshiftStatus, Region, ShiftStatus, ShiftType, World, ZonalShift, ZoneId};

/// No shift lasts longer.
const LONGEST: Duration = Duration::from_secs(72 * 3600);

/// Comments are cut nowhere: AWS refuses longer ones.
const LONGEST_COMMENT: usize = 128;

/// `StartZonalShift`.
pub(super) fn start(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let params = &request.params;
    let resource = required(params, "resourceIdentifier")?.to_owned();
    let away = ZoneId::from(required(params, "awayFrom")?);
    let lasts = lasts(required(params, "expiresIn")?)?;
    let comment = comment(params)?.ok_or_else(|| invalid("MissingValue", "comment is required"))?;
    eligible(region(world, request)?, &resource, &away)?;
    let missing = || not_found(&format!("The resource {resource} was not found"));
    let id = scene(world, request)?.shift_by_hand(&resource, &away, lasts, &comment).ok_or_else(missing)?;
    write_shift(world, request, w, &id)
}

/// Whether a shift by hand may begin now.
fn eligible(region: &Region, resource: &str, away: &ZoneId) -> Result<(), ApiError> {
    if !resource.starts_with("arn:") {
        return Err(invalid("InvalidResourceIdentifier", format!("{resource} is not a valid resource identifier")));
    }
    // Zones are ids here; a name such as us-east-1a is a mistake (aws-domain.md F.16).
    if region.zone_by_id(away.as_str()).is_none() {
        return Err(invalid("InvalidAz", format!("{away} is not a valid Availability Zone ID")));
    }
    let missing = || not_found(&format!("The resource {resource} is not managed by zonal shift"));
    let managed = region.managed_resources.get(resource).ok_or_else(missing)?;
    if !managed.zones.contains(away) {
        return Err(invalid("UnsupportedAz", format!("The resource is not in {away}")));
    }
    let by_hand = |shift: &&ZonalShift| {
        shift.resource == *resource && shift.status == ShiftStatus::Active && shift.kind == ShiftType::ZonalShift
    };
    if let Some(shift) = region.zonal_shifts.iter().find(by_hand) {
        let reason =
            if shift.away_from == *away { "ZonalShiftAlreadyExists" } else { "SimultaneousZonalShiftsConflict" };
        return Err(
            conflict(reason, "There is an active zonal shift for the resource").detail("zonalShiftId", &shift.id)
        );
    }
    let elsewhere = region
        .autoshifts
        .iter()
        .any(|shift| managed.autoshift_enabled && shift.status == AutoshiftStatus::Active && shift.away_from != *away);
    if elsewhere {
        let words = "A zonal autoshift moves the resource's traffic away from another Availability Zone";
        return Err(conflict("SimultaneousZonalShiftsConflict", words));
    }
    Ok(())
}

/// `UpdateZonalShift`.
pub(super) fn update(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let params = &request.params;
    let id = required(params, "zonalShiftId")?.to_owned();
    let lasts = params.text("expiresIn").map(lasts).transpose()?;
    let comment = comment(params)?;
    let kind = in_force(region(world, request)?, &id)?.kind;
    match kind {
        ShiftType::ZonalShift | ShiftType::PracticeRun => {}
        ShiftType::FisExperiment => {
            return Err(invalid("FISExperimentUpdateNotAllowed", "An experiment's shift cannot be updated"));
        }
        ShiftType::ZonalAutoshift => {
            return Err(invalid("AutoshiftUpdateNotAllowed", "An autoshift cannot be updated"));
        }
    }
    scene(world, request)?.update_shift(&id, lasts, comment.as_deref());
    write_shift(world, request, w, &id)
}

/// `CancelZonalShift`: one's own, or a practice run's.
pub(super) fn cancel(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let id = required(&request.params, "zonalShiftId")?.to_owned();
    in_force(region(world, request)?, &id)?;
    scene(world, request)?.cancel_shift(&id);
    write_shift(world, request, w, &id)
}

fn in_force<'w>(region: &'w Region, id: &str) -> Result<&'w ZonalShift, ApiError> {
    let shift = region.zonal_shifts.iter().find(|shift| shift.id == id);
    let shift = shift.ok_or_else(|| not_found(&format!("The zonal shift {id} was not found")))?;
    if shift.status != ShiftStatus::Active {
        return Err(conflict("ZonalShiftStatusNotActive", "The zonal shift is not active").detail("zonalShiftId", id));
    }
    Ok(shift)
}

fn write_shift(world: &World, request: &Request, w: &mut Writer, id: &str) -> Result<(), ApiError> {
    let Some(shift) = region(world, request)?.zonal_shifts.iter().find(|shift| shift.id == id) else { return Ok(()) };
    w.text("zonalShiftId", &shift.id);
    w.text("resourceIdentifier", &shift.resource);
    w.text("awayFrom", &shift.away_from);
    w.time("expiryTime", shift.expires_at);
    w.time("startTime", shift.started_at);
    w.text("status", shift.status.as_str());
    w.text("comment", &shift.comment);
    Ok(())
}

/// `3h` or `90m`, at most three days.
fn lasts(text: &str) -> Result<Duration, ApiError> {
    let wrong = || invalid("InvalidExpiresIn", "expiresIn must be minutes or hours, such as 90m or 3h, up to 72h");
    let (number, seconds) = match (text.strip_suffix('h'), text.strip_suffix('m')) {
        (Some(number), _) => (number, 3600),
        (None, Some(number)) => (number, 60),
        (None, None) => return Err(wrong()),
    };
    if !number.starts_with(|first: char| matches!(first, '1'..='9'))
        || !number.bytes().all(|digit| digit.is_ascii_digit())
    {
        return Err(wrong());
    }
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let lasts = Duration::from_secs(number.saturating_mul(seconds));
    if lasts > LONGEST { Err(wrong()) } else { Ok(lasts) }
}

fn comment(params: &Params) -> Result<Option<String>, ApiError> {
    match params.text("comment") {
        Some(text) if text.chars().count() > LONGEST_COMMENT => {
            Err(invalid("MissingValue", format!("comment must be at most {LONGEST_COMMENT} characters long")))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

fn required<'r>(params: &'r Params, name: &str) -> Result<&'r str, ApiError> {
    let missing = || invalid("MissingValue", format!("{name} is required"));
    params.text(name).filter(|text| !text.is_empty()).ok_or_else(missing)
}

fn invalid(reason: &'static str, words: impl Into<std::borrow::Cow<'static, str>>) -> ApiError {
    ApiError::new("ValidationException", words).detail("reason", reason)
}

fn conflict(reason: &'static str, words: &'static str) -> ApiError {
    ApiError::new("ConflictException", words).status(409).detail("reason", reason)
}

fn not_found(words: &str) -> ApiError {
    ApiError::new("ResourceNotFoundException", words.to_owned()).status(404)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_lasts_minutes_or_hours_up_to_three_days_aws_domain_c3() {
        for (text, minutes) in [("90m", 90), ("3h", 180), ("72h", 4320), ("4320m", 4320)] {
            assert_eq!(lasts(text).unwrap().as_secs() / 60, minutes, "{text}");
        }
        for text in ["", "3", "0h", "03h", "73h", "4321m", "3d", "-1h", "h", "99999999999999999999h"] {
            let refused = lasts(text).unwrap_err();
            assert_eq!(refused.details, [("reason", "InvalidExpiresIn".to_owned())], "{text}");
        }
    }
}
