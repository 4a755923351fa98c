//! The truth about an instance: whether it answers, and how a check of it fails if not.
//!
//! Owns: the one definition of true health, from causes alone. Knows: nothing that AWS reports. Must stay true:
//! everything that AWS reports about health is derived from here with a delay, never the other way round.

use super::super::world::{Instance, InstanceState, Region, SimTime, TargetReason};

/// What a health check of a load balancer meets at an instance.
///
/// # Errors
/// The reason that the check fails for.
pub(in super::super) fn target_check(region: &Region, instance: &str, now: SimTime) -> Result<(), TargetReason> {
    match region.instances.get(instance) {
        // An address outside of the account is taken to answer.
        None => Ok(()),
        Some(instance) => answer(region, instance, now),
    }
}

/// Whether the application on an instance serves.
#[must_use]
pub fn serves(region: &Region, instance: &Instance, now: SimTime) -> bool {
    answer(region, instance, now).is_ok()
}

fn answer(region: &Region, instance: &Instance, now: SimTime) -> Result<(), TargetReason> {
    if instance.state != InstanceState::Running {
        return Err(TargetReason::InvalidState);
    }
    let guest_gone = instance.causes.guest_broken.is_some();
    if !has_power(region, instance) || instance.causes.host_broken.is_some() || guest_gone {
        return Err(TargetReason::Timeout);
    }
    if instance.ready_at.is_none_or(|ready| ready > now) {
        return Err(TargetReason::FailedHealthChecks);
    }
    if instance.causes.release_broken.is_some() {
        return Err(TargetReason::ResponseCodeMismatch);
    }
    if instance.causes.application_hung.is_some() {
        return Err(TargetReason::Timeout);
    }
    Ok(())
}

/// Whether the zone of an instance has power.
#[must_use]
pub fn has_power(region: &Region, instance: &Instance) -> bool {
    region.zones.get(&instance.zone).is_none_or(|zone| zone.causes.dark.is_none())
}
