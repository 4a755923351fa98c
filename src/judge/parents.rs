//! Kinds that are read parent by parent: whether every parent was asked about.
//!
//! Must stay true: a target group whose health was never read makes the targets' counts unknown, though every other was read.

use jiff::Timestamp;

use crate::estate::balancer::{Target, TargetGroup};
use crate::estate::{Estate, Kind, SliceId, parents};
use crate::id::Region;

/// How many parents of `kind` were never asked about, of those that are read at all; none where the kind has no parents.
pub fn unread(estate: &Estate, region: &Region, kind: Kind) -> Option<usize> {
    parents::listing(kind)?;
    let never = |parent: &crate::id::Text| estate.slice(&SliceId::of(region, kind, parent.clone())).is_none();
    Some(parents::of(kind, estate, region).iter().filter(|parent| never(parent)).count())
}

/// Whether all targets of the region are known: the target groups, and the health of each that a balancer uses.
pub fn targets_are_complete(estate: &Estate, region: &Region, now: Timestamp) -> bool {
    let targets = estate.table::<Target>(region, now);
    let parts_known = targets.trusts().all(|trust| trust.is_known());
    estate.table::<TargetGroup>(region, now).is_complete()
        && parts_known
        && unread(estate, region, Kind::Targets) == Some(0)
}
