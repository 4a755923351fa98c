//! A zone that traffic is kept from, by hand or by AWS: until when, and what returns then.
//!
//! Owns: the warning before traffic returns by itself. Depends on: the judgement of zones. Must stay true: a shift that ends returns
//! traffic, healed or not (`aws-domain.md` A.6); what nobody knows the end of is not taken to last.

use jiff::Timestamp;

use crate::estate::shift::{ShiftType, ZonalShift};
use crate::id::{Region, ZoneId};

use super::Picture;
use super::zone::{Away, ZoneAssessment};

/// Seconds before its end from which a shift is warned of: traffic then returns by itself, healed or not (`aws-domain.md` C.3, F.15).
pub const WARNED_S: i64 = 30 * 60;

/// Whether somebody keeps it away: neither a practice run nor AWS.
fn is_manual(away: &Away) -> bool {
    away.shift_type.as_ref().is_some_and(|kind| !matches!(kind, ShiftType::PracticeRun | ShiftType::Autoshift))
}

/// Whether somebody keeps traffic from the zone by hand.
#[must_use]
pub fn is_by_hand(zone: &ZoneAssessment) -> bool {
    zone.away.iter().any(is_manual)
}

/// When the first of the shifts that keep traffic from the zone ends; none where none of them is known to.
#[must_use]
pub fn until(zone: &ZoneAssessment) -> Option<Timestamp> {
    zone.away.iter().filter_map(|away| away.until).min()
}

/// The zone that a shift keeps a resource from.
#[must_use]
pub fn zone_of<'a>(picture: &'a Picture, region: &Region, shift: &str) -> Option<&'a ZoneId> {
    let shifts = picture.estate.table::<ZonalShift>(region, picture.taken_at).known();
    shifts.into_iter().find(|row| *row.id == *shift).map(|row| &row.away_from)
}

/// Traffic that returns to a zone by itself before long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ending<'a> {
    /// The region.
    pub region: &'a Region,
    /// The zone.
    pub zone: &'a ZoneAssessment,
    /// Resources that return, of all that are kept from the zone.
    pub count: usize,
    /// All that are kept from it.
    pub of: usize,
    /// When the first returns.
    pub at: Timestamp,
}

/// What returns first, and within half an hour: shifts that somebody began, over all regions.
#[must_use]
pub fn ending<'a>(picture: &'a Picture, now: Timestamp) -> Option<Ending<'a>> {
    let is_near = |at: Timestamp| at.duration_since(now).as_secs() <= WARNED_S;
    let regions = picture.judgement.regions.iter();
    let zones = regions.flat_map(|(region, judged)| judged.zones.iter().map(move |zone| (region, zone)));
    let endings = zones.filter_map(|(region, zone)| {
        let near =
            || zone.away.iter().filter(|away| is_manual(away)).filter_map(|away| away.until).filter(|at| is_near(*at));
        let at = near().min()?;
        Some(Ending { region, zone, count: near().count(), of: zone.away.len(), at })
    });
    endings.min_by_key(|ending| ending.at)
}
