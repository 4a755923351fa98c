//! Where zonal shifts keep traffic away, and how much of it (`aws-domain.md` A.6).
//!
//! Owns: the reading of applied weights. Depends on: the estate. Must stay true: that a shift or an autoshift exists moves
//! nothing; what is applied to a resource does, and a resource that none is applied to keeps its traffic.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use crate::estate::shift::{ManagedResource, ShiftStatus, ZonalShift};
use crate::estate::{Estate, Table};
use crate::id::{Region, ZoneId};

/// How many resources are moved off a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Those whose traffic is kept from the zone.
    pub moved: usize,
    /// All that zonal shift can move and that have the zone.
    pub of: usize,
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.of {
            1 => write!(f, "{} of 1 resource moved", self.moved),
            of => write!(f, "{} of {of} resources moved", self.moved),
        }
    }
}

/// How many resources are moved off the zone, by their weights; none where not all resources were read.
pub fn moved_off(estate: &Estate, region: &Region, zone: &ZoneId, now: Timestamp) -> Option<Moved> {
    let resources = estate.table::<ManagedResource>(region, now);
    let weights: Vec<f32> = resources.known().filter_map(|resource| resource.weights.get(zone).copied()).collect();
    let moved = weights.iter().filter(|weight| **weight < 0.5).count();
    resources.is_complete().then_some(Moved { moved, of: weights.len() })
}

/// Whether traffic is kept from the zone: by the weights, since a shift may exist and not be applied (`aws-domain.md` A.6).
pub fn from_zone(estate: &Estate, region: &Region, zone: &ZoneId, now: Timestamp) -> Option<bool> {
    let resources = estate.table::<ManagedResource>(region, now);
    let by_weight = resources.known().any(|resource| resource.weights.get(zone).is_some_and(|weight| *weight < 0.5));
    let by_shift = estate
        .table::<ZonalShift>(region, now)
        .known()
        .any(|shift| shift.away_from == *zone && shift.status == ShiftStatus::Active && is_applied(&resources, shift));
    match (by_weight || by_shift, resources.is_complete()) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

fn is_applied(resources: &Table<'_, ManagedResource>, shift: &ZonalShift) -> bool {
    let applied: BTreeMap<&str, &str> = resources
        .known()
        .filter(|resource| resource.arn == shift.resource)
        .flat_map(|resource| resource.applied.iter().map(|(id, word)| (&**id, &**word)))
        .collect();
    applied.get(&*shift.id).is_some_and(|word| *word == "APPLIED")
}
