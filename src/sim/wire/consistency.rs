//! What AWS does not know yet: its reads lag behind its writes (`aws-domain.md` A.9).
//!
//! Owns: how long a new thing is missing from which read. Depends on the world's instants alone. Must stay true: pure in seed,
//! id and time, so that nothing has to happen for a thing to appear; whatever the world began with was always known.

use std::time::Duration;

use crate::sim::world::{Instance, SimTime, Target, random};

/// Since when EC2's reads know an instance: 1 to 8 s after its launch. Its group lists it from the first moment.
pub fn known_at(seed: u64, instance: &Instance) -> Option<SimTime> {
    Some(launched_at(instance)? + within(seed, "id", instance.id.as_str(), 1_000, 8_000))
}

/// Since when EC2's reads tell its tags: 2 to 8 s after that.
pub fn tagged_at(seed: u64, instance: &Instance) -> Option<SimTime> {
    Some(known_at(seed, instance)? + within(seed, "tags", instance.id.as_str(), 2_000, 8_000))
}

/// Since when `DescribeTargetHealth` tells of a registered target: 1 to 4 s after its registration.
pub fn told_at(seed: u64, target: &Target) -> SimTime {
    target.registered_at + within(seed, "target", &target.key.id, 1_000, 4_000)
}

/// The launch, which a later stop and start does not change; `None` once its volumes are gone, and with them all doubt.
fn launched_at(instance: &Instance) -> Option<SimTime> {
    instance.block_devices.first().map(|device| device.attached_at)
}

fn within(seed: u64, what: &str, id: &str, least_ms: u64, most_ms: u64) -> Duration {
    Duration::from_millis(least_ms + random::below(seed, &["consistency", what, id], most_ms - least_ms))
}
