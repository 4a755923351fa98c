//! AWS's own declaration: an autoshift away from the zone is active. It outranks what we see (`aws-domain.md` B.1, 1).

use crate::estate::shift::{Autoshift, AutoshiftStatus};
use crate::judge::shifted;
use crate::judge::zone::sign::{Sign, Weight};
use crate::judge::zone::view::{Ground, View};

pub(super) fn sign(view: &View<'_>, zone: usize) -> Option<Sign> {
    let ground = &view.ground;
    let id = &ground.zones.get(zone)?.id;
    let autoshift = active(ground, zone)?;
    // An autoshift moves only what has autoshift enabled: the rest still gets its traffic (aws-domain.md A.6).
    let moved = shifted::moved_off(ground.estate, ground.region, id, ground.now);
    let moved = moved.map(|moved| format!("; {moved}")).unwrap_or_default();
    let detail = format!("AWS declared it: an autoshift away from it is active{moved}");
    Some(Sign::new(Weight::Decides, "autoshift", detail).since(autoshift.started_at))
}

/// The autoshift away from a zone that is active now, where that can be trusted.
pub(super) fn active<'a>(ground: &Ground<'a>, zone: usize) -> Option<&'a Autoshift> {
    let id = &ground.zones.get(zone)?.id;
    let table = ground.estate.table::<Autoshift>(ground.region, ground.now);
    let trusted = table.known_with_trust().filter(|(_, trust)| trust.is_known()).map(|(shift, _)| shift);
    let mut active = trusted.filter(|shift| shift.away_from == *id && shift.status == AutoshiftStatus::Active);
    active.next()
}
