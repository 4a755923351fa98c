//! Databases that write from the zone and do not serve, or have just left it (`aws-domain.md` B.1, 10).
//!
//! Must stay true: one database is one host; only several of one zone speak against the zone.

use std::collections::BTreeSet;

use crate::estate::Kind;
use crate::estate::database::Database;
use crate::judge::database;
use crate::judge::zone::sign::{Sign, Weight};
use crate::judge::zone::view::View;

pub(super) fn sign(view: &View<'_>, zone: usize) -> Option<Sign> {
    let ground = &view.ground;
    let here = &ground.zones.get(zone)?.name;
    let table = ground.estate.table::<Database>(ground.region, ground.now);
    let trusted = table.known_with_trust().filter(|(_, trust)| trust.is_known()).map(|(database, _)| database);
    let down = trusted.filter(|database| database.zone.as_ref() == Some(here) && database::is_down(database));
    let mut hit: BTreeSet<&str> = down.map(|database| database.id.as_str()).collect();
    // A failover moves the writer: it left this zone.
    let left = ground.changes().filter(|change| {
        change.kind == Kind::Databases && &*change.what == "zone" && change.from.as_deref() == Some(here.as_str())
    });
    hit.extend(left.filter(|change| change.to.is_some()).map(|change| &*change.subject));
    let first = hit.first()?;
    let weight = if hit.len() >= ground.rules().hosts { Weight::Corroborates } else { Weight::Tells };
    let detail = match hit.len() {
        1 => format!("database {first} failed here or left"),
        count => {
            format!("{count} databases failed here or left: {}", hit.iter().copied().collect::<Vec<_>>().join(", "))
        }
    };
    Some(Sign::new(weight, "databases", detail).value(hit.len() as f64))
}
