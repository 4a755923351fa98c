//! Facts of instances (`aws-domain.md` A.1).

use std::time::Duration;

use jiff::Timestamp;

use super::Answer;
use super::look::{Found, Look, told};
use crate::estate::instance::{Check, CheckStatus, Instance, InstanceState, InstanceStatus};
use crate::id::{InstanceId, Text, VolumeId};

pub(super) fn instance_in(look: &Look<'_>, id: &InstanceId, states: &[InstanceState]) -> Result<Answer, String> {
    let found = look.find::<Instance>(&format!("instance {id}"), id.text(), |instance| instance.id == *id)?;
    Ok(match found.thing {
        Some(instance) => told(states.contains(&instance.state), format!("{id} is {}", instance.state), found.age),
        // AWS forgets instances within an hour of their end.
        None => told(states.contains(&InstanceState::Terminated), format!("{id} is gone"), found.age),
    })
}

pub(super) fn volume_on(look: &Look<'_>, volume: &VolumeId, id: &InstanceId, attached: bool) -> Result<Answer, String> {
    let found = look.find::<Instance>(&format!("instance {id}"), id.text(), |instance| instance.id == *id)?;
    let is_on = found.thing.is_some_and(|instance| instance.volumes.contains(volume));
    let word = if is_on { "" } else { "not " };
    Ok(told(is_on == attached, format!("{volume} is {word}on {id}"), found.age))
}

pub(super) fn type_is(look: &Look<'_>, id: &InstanceId, wanted: &Text) -> Result<Answer, String> {
    let found = look.find::<Instance>(&format!("instance {id}"), id.text(), |instance| instance.id == *id)?;
    Ok(match found.thing {
        Some(instance) => {
            told(instance.instance_type == *wanted, format!("{id} is of type {}", instance.instance_type), found.age)
        }
        None => told(false, format!("{id} is gone"), found.age),
    })
}

/// The start must be a new one, and the checks must have been made: in the first minutes they are `initializing`.
pub(super) fn restarted(look: &Look<'_>, id: &InstanceId, after: Timestamp) -> Result<Answer, String> {
    let found = look.find::<Instance>(&format!("instance {id}"), id.text(), |instance| instance.id == *id)?;
    let Some(instance) = found.thing else { return Ok(told(false, format!("{id} is gone"), found.age)) };
    if instance.state != InstanceState::Running || instance.launched_at.is_none_or(|at| at <= after) {
        return Ok(told(false, format!("{id} is {}, not started anew", instance.state), found.age));
    }
    passing(look, id, found.age)
}

pub(super) fn checks_pass(look: &Look<'_>, id: &InstanceId) -> Result<Answer, String> {
    let found = look.find::<Instance>(&format!("instance {id}"), id.text(), |instance| instance.id == *id)?;
    match found.thing {
        Some(instance) if instance.state == InstanceState::Running => passing(look, id, found.age),
        Some(instance) => Ok(told(false, format!("{id} is {}", instance.state), found.age)),
        None => Ok(told(false, format!("{id} is gone"), found.age)),
    }
}

/// Only what AWS says is sound is: where it cannot tell, a reboot may stay on a broken host.
pub(super) fn host_sound(look: &Look<'_>, id: &InstanceId) -> Result<Answer, String> {
    let found = status(look, id)?;
    let Some(status) = found.thing else { return Err(format!("{id} has no status checks")) };
    let host = [("system", Some(&status.system)), ("attached EBS", status.volumes.as_ref())];
    for (name, check) in host.into_iter().filter_map(|(name, check)| Some((name, check?))) {
        match check.status {
            CheckStatus::Impaired => return Ok(told(false, format!("{name} check of {id} is impaired"), found.age)),
            CheckStatus::Ok | CheckStatus::NotApplicable => {}
            CheckStatus::Initializing | CheckStatus::InsufficientData | CheckStatus::Other(_) => {
                return Err(format!("{name} check of {id}: {}", check.status));
            }
        }
    }
    Ok(told(true, format!("host and volumes of {id} pass their checks"), found.age))
}

fn status<'a>(look: &Look<'a>, id: &InstanceId) -> Result<Found<'a, InstanceStatus>, String> {
    look.find(&format!("status checks of {id}"), id.text(), |status: &InstanceStatus| status.instance == *id)
}

fn passing(look: &Look<'_>, id: &InstanceId, age: Duration) -> Result<Answer, String> {
    let status = status(look, id)?;
    let age = age.max(status.age);
    let Some(status) = status.thing else { return Ok(told(false, format!("{id} has no status checks yet"), age)) };
    let words: Vec<String> = status.checks().map(|(name, check)| format!("{name} {}", check.status)).collect();
    let is_fine = |check: &Check| matches!(check.status, CheckStatus::Ok | CheckStatus::NotApplicable);
    // The system check is made of every instance: without it nothing passed.
    let passes = status.system.status == CheckStatus::Ok && status.checks().all(|(_, check)| is_fine(check));
    Ok(told(passes, format!("{id}: {}", words.join(", ")), age))
}
