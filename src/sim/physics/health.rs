//! The truth about an instance: whether it answers, and how a check of it fails if not.
//!
//! Owns: the one definition of true health, from causes alone. Knows: nothing that AWS reports. Must stay true:
//! everything that AWS reports about health is derived from here with a delay, never the other way round.

use std::time::Duration;

use super::super::world::{Instance, InstanceState, Region, SimTime, TargetReason, random};

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
    if !host_works(region, instance) || instance.causes.guest_broken.is_some() {
        return Err(TargetReason::Timeout);
    }
    if io_hangs_at(region, instance).is_some_and(|hangs| hangs <= now) {
        return Err(TargetReason::Timeout);
    }
    if instance.ready_at.is_none_or(|ready| ready > now) {
        return Err(TargetReason::FailedHealthChecks);
    }
    if instance.causes.release_broken.is_some_and(|since| since <= now) {
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

/// Whether the host of an instance runs: it has power and is in order.
#[must_use]
pub fn host_works(region: &Region, instance: &Instance) -> bool {
    has_power(region, instance) && instance.causes.host_broken.is_none()
}

/// From when on an instance hangs on volumes that complete no I/O, if they do not: what is in memory answers for some
/// minutes more; what had not booted by then never will (`aws-domain.md A.1`, AttachedEbsStatus).
pub(super) fn io_hangs_at(region: &Region, instance: &Instance) -> Option<SimTime> {
    let stalled = region.zones.get(&instance.zone)?.causes.ebs_stalled?;
    if instance.ready_at.is_none_or(|ready| ready > stalled) {
        return Some(stalled);
    }
    // The id derives from the world's seed, which therefore need not be mixed in.
    let lasts = random::below(0, &["memory", instance.id.as_str()], 180_000);
    Some(stalled + Duration::from_millis(60_000 + lasts))
}
