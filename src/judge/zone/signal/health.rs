//! An open event of AWS Health that names the zone: late, so never the trigger (`aws-domain.md` B.1, 11, and A.7).

use crate::estate::health::{HealthEvent, HealthStatus};
use crate::judge::zone::sign::{Sign, Weight};
use crate::judge::zone::view::View;

pub(super) fn sign(view: &View<'_>, zone: usize) -> Option<Sign> {
    let ground = &view.ground;
    let zone = ground.zones.get(zone)?;
    let names_it = |event: &HealthEvent| {
        // AWS writes the zone by its id or by its name; a name is another zone in another region.
        let here = event.region.as_ref().is_none_or(|region| region == ground.region);
        here && event.zone.as_deref().is_some_and(|text| text == zone.id.as_str() || text == zone.name.as_str())
    };
    let is_open = |event: &HealthEvent| event.status == HealthStatus::Open && &*event.category == "issue";
    let table = ground.estate.table::<HealthEvent>(ground.region, ground.now);
    let trusted = table.known_with_trust().filter(|(_, trust)| trust.is_known()).map(|(event, _)| event);
    let event = trusted.filter(|event| names_it(event) && is_open(event)).min_by_key(|event| event.started_at)?;
    let since = event.started_at.map(|at| format!(" since {}Z", at.strftime("%H:%M"))).unwrap_or_default();
    let detail = format!("AWS Health: {} issue open{since}", event.service);
    Some(Sign::new(Weight::Corroborates, "health-event", detail).since(event.started_at))
}
