//! Facts of instances (`aws-domain.md` A.1).

use jiff::Timestamp;

use super::Answer;
use super::look::{Look, told};
use crate::estate::instance::{CheckStatus, Instance, InstanceState, InstanceStatus};
use crate::id::InstanceId;

pub(super) fn instance_in(look: &Look<'_>, id: &InstanceId, states: &[InstanceState]) -> Result<Answer, String> {
    let found = look.find::<Instance>(&format!("instance {id}"), id.text(), |instance| instance.id == *id)?;
    Ok(match found.thing {
        Some(instance) => told(states.contains(&instance.state), format!("{id} is {}", instance.state), found.age),
        // AWS forgets instances within an hour of their end.
        None => told(states.contains(&InstanceState::Terminated), format!("{id} is gone"), found.age),
    })
}

/// The start must be a new one, and the checks must have been made: in the first minutes they are `initializing`.
pub(super) fn restarted(look: &Look<'_>, id: &InstanceId, after: Timestamp) -> Result<Answer, String> {
    let found = look.find::<Instance>(&format!("instance {id}"), id.text(), |instance| instance.id == *id)?;
    let Some(instance) = found.thing else { return Ok(told(false, format!("{id} is gone"), found.age)) };
    if instance.state != InstanceState::Running || instance.launched_at.is_none_or(|at| at <= after) {
        return Ok(told(false, format!("{id} is {}, not started anew", instance.state), found.age));
    }
    let status =
        look.find::<InstanceStatus>(&format!("status checks of {id}"), id.text(), |status| status.instance == *id)?;
    let age = found.age.max(status.age);
    let Some(status) = status.thing else { return Ok(told(false, format!("{id} has no status checks yet"), age)) };
    let words: Vec<String> = status.checks().map(|(name, check)| format!("{name} {}", check.status)).collect();
    let passes = status.checks().all(|(_, check)| check.status == CheckStatus::Ok);
    Ok(told(passes, format!("{id}: {}", words.join(", ")), age))
}
