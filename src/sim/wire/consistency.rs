//! What AWS does not know yet: its reads lag behind its writes (`aws-domain.md` A.9).
//!
//! Owns: how long a new thing is missing from which read. Depends on the world's instants alone. Must stay true: pure in seed,
//! id and time, so that nothing has to happen for a thing to appear; whatever the world began with was always known.

use std::time::Duration;

use crate::sim::world::{Instance, SimTime, Target, random};

/// A little more than the latest that anything appears: what is older needs no further look.
const LATEST: Duration = Duration::from_secs(20);

/// Whether EC2's reads know an instance: 1 to 8 s after its launch. Its group lists it from the first moment.
pub fn is_known(seed: u64, instance: &Instance, now: SimTime) -> bool {
    is_past(instance, now, |launched| launched + known_within(seed, instance))
}

/// Whether EC2's reads tell its tags: 2 to 8 s after that.
pub fn is_tagged(seed: u64, instance: &Instance, now: SimTime) -> bool {
    let id = instance.id.as_str();
    is_past(instance, now, |launched| launched + known_within(seed, instance) + within(seed, "tags", id, 2_000, 8_000))
}

/// Whether `DescribeTargetHealth` tells of a registered target: 1 to 4 s after its registration.
pub fn is_told(seed: u64, target: &Target, now: SimTime) -> bool {
    now >= target.registered_at + LATEST
        || now >= target.registered_at + within(seed, "target", &target.key.id, 1_000, 4_000)
}

/// Whether an instant that follows from the launch is past. A later stop and start does not change when that was; once the
/// volumes are gone there is no doubt of the instance any more.
fn is_past(instance: &Instance, now: SimTime, at: impl FnOnce(SimTime) -> SimTime) -> bool {
    let launched = instance.block_devices.first().map(|device| device.attached_at);
    launched.is_none_or(|launched| now >= launched + LATEST || now >= at(launched))
}

fn known_within(seed: u64, instance: &Instance) -> Duration {
    within(seed, "id", instance.id.as_str(), 1_000, 8_000)
}

fn within(seed: u64, what: &str, id: &str, least_ms: u64, most_ms: u64) -> Duration {
    Duration::from_millis(least_ms + random::below(seed, &["consistency", what, id], most_ms - least_ms))
}
