//! That everything in a zone passes its checks: positive evidence, without which nothing returns there (`aws-domain.md` C.3, return).

use std::time::Duration;

use super::Answer;
use super::look::{Look, told};
use crate::estate::image::VolumeStatus;
use crate::estate::instance::{CheckStatus, InstanceStatus};
use crate::id::ZoneName;

pub(super) fn passes(look: &Look<'_>, zone: &ZoneName) -> Result<Answer, String> {
    let (statuses, age) = look.zone::<InstanceStatus>("status checks", zone, |status| status.zone.as_ref())?;
    let (volumes, read) = look.zone::<VolumeStatus>("volumes", zone, |volume| volume.zone.as_ref())?;
    let age: Duration = age.max(read);
    let is = |status: &&&InstanceStatus, what: fn(&CheckStatus) -> bool| {
        status.checks().any(|(_, check)| what(&check.status))
    };
    let impaired = statuses.iter().filter(|status| is(status, |check| *check == CheckStatus::Impaired)).count();
    let ill = volumes.iter().filter(|volume| matches!(&*volume.status, "impaired" | "warning")).count();
    if impaired + ill > 0 {
        let detail =
            format!("{impaired} of {} instances and {ill} volumes in {zone} fail their checks", statuses.len());
        return Ok(told(false, detail, age));
    }
    // Who has just started says nothing yet, for the zone or against it.
    let (young, told_of): (Vec<_>, Vec<_>) =
        statuses.iter().partition(|status| is(status, |check| *check == CheckStatus::Initializing));
    let untold = |check: &CheckStatus| !matches!(check, CheckStatus::Ok | CheckStatus::NotApplicable);
    let untold = told_of.iter().filter(|status| is(status, untold)).count();
    if told_of.is_empty() {
        return Err(format!("no instance in {zone} has passed its checks yet: nothing there tells that it is well"));
    }
    if untold > 0 {
        return Err(format!("checks of {untold} of {} instances in {zone} are not told", statuses.len()));
    }
    let but = if young.is_empty() { String::new() } else { format!(", {} just started", young.len()) };
    Ok(told(true, format!("all {} instances and the volumes in {zone} pass their checks{but}", told_of.len()), age))
}
