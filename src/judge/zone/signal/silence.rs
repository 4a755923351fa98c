//! AWS does not answer for the instances of this zone, and does for those of others (`aws-domain.md` B.1, 7, and A.1).

use crate::estate::silence::silences;
use crate::judge::zone::sign::{Sign, Weight};
use crate::judge::zone::view::View;

pub(super) fn sign(view: &View<'_>, zone: usize) -> Option<Sign> {
    let zone = view.ground.zones.get(zone)?;
    let silences = silences(view.ground.estate, view.ground.region);
    let silence = silences.iter().find(|silence| *silence.zone == zone.name)?;
    let sign = Sign::new(Weight::Silent, "api-silence", silence.words()).since(Some(silence.since));
    Some(match silence.last_seen {
        Some(count) => sign.value(count as f64),
        None => sign,
    })
}
