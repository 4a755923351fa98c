//! The brownout of control planes: while a zone is out, what changes things there is slow, and some of it fails
//! (`aws-domain.md` C.3, "Control vs data plane").
//!
//! Owns: which writes that is, and for how long. Must stay true: reads and the data plane are none of it; ARC's calls, which were made for this
//! hour, never fail; which write fails is drawn by seed and number, so that the same world fails the same ones again; a call that fails has
//! changed nothing.

use std::time::Duration;

use super::receive::Received;
use super::service::Service;
use crate::sim::world::{Region, SimTime, World, random};

/// Of the writes in a region with a dark zone, the share that fails at first.
const SHARE: f64 = 0.25;
/// Seconds that the others take more at first, on average.
const SLOWER_S: f64 = 3.0;
/// How long after a zone went dark its region's control planes take to get over it: they do so evenly.
const GETS_OVER: Duration = Duration::from_secs(1800);

/// What a brownout makes of one write.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Brownout {
    /// Whether it fails.
    pub fails: bool,
    /// By how much its answer is late.
    pub delay: Duration,
}

/// What becomes of the request with this number for the dark zones of its region; none where that is nothing.
pub fn of_dark_zones(world: &World, received: &Received, number: u64) -> Option<Brownout> {
    let left = world.region(&received.region).map(|region| left(region, world.now)).filter(|left| *left > 0.0)?;
    of(world, received, number, (SHARE * left, SLOWER_S * left))
}

/// What becomes of it where such a share fails, and the others are so many seconds slower on average.
pub fn of(world: &World, received: &Received, number: u64, (share, slower_s): (f64, f64)) -> Option<Brownout> {
    if !received.is_write() || !received.service.is_some_and(is_concerned) {
        return None;
    }
    let place = i64::try_from(number).unwrap_or(i64::MAX);
    let drawn = |what: &str| random::unit(world.seed, &["brownout", what], place);
    // From none to twice the average.
    let delay = Duration::try_from_secs_f64(2.0 * slower_s * drawn("delay")).unwrap_or_default();
    Some(Brownout { fails: drawn("fails") < share, delay })
}

/// How much of it is left: all in the minute in which the latest zone went dark, nothing half an hour later.
fn left(region: &Region, now: SimTime) -> f64 {
    let dark = region.zones.values().filter_map(|zone| zone.causes.dark).max();
    dark.map_or(0.0, |since| 1.0 - now.since(since).as_secs_f64() / GETS_OVER.as_secs_f64()).max(0.0)
}

/// Whether it is the control plane of something that has machines in zones.
fn is_concerned(service: Service) -> bool {
    matches!(
        service,
        Service::AutoScaling
            | Service::Ec2
            | Service::ElasticLoadBalancing
            | Service::ElasticLoadBalancingV2
            | Service::Rds
    )
}
