//! How many members today's load needs, whatever there were before.
//!
//! Must stay true: where the load is not known no number is guessed, and nothing is lowered.

use super::super::ground::Ground;
use crate::estate::group::Group;
use crate::estate::query::Query;
use crate::id::Region;
use crate::judge::Metrics;

/// The members of a group that today's CPU needs to stay under the limit; none where nobody knows it. The mean is over all members, those
/// that idle in the zone that was left among them, and so is the sum.
pub(super) fn today(ground: &Ground<'_>, region: &Region, group: &Group) -> Option<i32> {
    let metrics = Metrics::new(ground.estate, region, ground.now);
    let mean = metrics.latest(&Query::of_group(&group.name)).value()?;
    let limit = ground.judgement.policy().headroom.cpu_limit.max(1.0);
    let members = group.in_service().count() as f64;
    // A hair over a whole number is that number.
    Some(((members * mean / limit) - 1e-9).ceil().clamp(1.0, 1e6) as i32)
}
