//! Launches that fail by zone (`aws-domain.md` B.1, 6): capacity alone is no sickness. Leaving does not help then; entering fails.

use jiff::{SignedDuration, Timestamp};

use crate::estate::group::{Activity, ActivityStatus};
use crate::judge::zone::sign::{Sign, Weight};
use crate::judge::zone::view::{Ground, View};

/// How far back a failed launch tells that another would fail.
const LATELY: SignedDuration = SignedDuration::from_mins(15);

/// Whether new instances can enter a zone: launches that failed there lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entering {
    /// How many failed.
    pub failed: usize,
    /// How many of them for want of capacity.
    pub no_capacity: usize,
    /// When the last one did.
    pub last: Timestamp,
}

/// Launches that failed lately in the zone at this place; none where none did.
pub(in crate::judge::zone) fn entering(ground: &Ground<'_>, zone: usize) -> Option<Entering> {
    let here = &ground.zones.get(zone)?.name;
    let table = ground.estate.table::<Activity>(ground.region, ground.now);
    let failed = table.known().filter(|activity| {
        let lately = ground.now.duration_since(activity.started_at) <= LATELY;
        lately && activity.status == ActivityStatus::Failed && activity.zone.as_ref() == Some(here)
    });
    failed.fold(None, |sum: Option<Entering>, activity| {
        let sum = sum.unwrap_or(Entering { failed: 0, no_capacity: 0, last: activity.started_at });
        let capacity = activity.message.as_deref().is_some_and(is_capacity);
        Some(Entering {
            failed: sum.failed + 1,
            no_capacity: sum.no_capacity + usize::from(capacity),
            last: sum.last.max(activity.started_at),
        })
    })
}

/// AWS's words for a zone without room.
fn is_capacity(message: &str) -> bool {
    message.contains("InsufficientInstanceCapacity")
        || (message.contains("do not have sufficient") && message.contains("capacity"))
}

pub(super) fn sign(view: &View<'_>, zone: usize) -> Option<Sign> {
    let entering = entering(&view.ground, zone)?;
    let failed = entering.failed;
    let detail = match entering.no_capacity {
        0 => format!("{failed} launches failed here within 15m"),
        _ => format!("{failed} launches failed here within 15m, no capacity: entering fails"),
    };
    Some(Sign::new(Weight::Tells, "launches", detail).value(failed as f64))
}
