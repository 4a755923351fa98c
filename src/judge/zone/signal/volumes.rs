//! Volumes of the zone that complete no I/O (`aws-domain.md` B.1, 8): said of volumes that no instance's check tells of.

use crate::estate::image::VolumeStatus;
use crate::judge::zone::sign::{Sign, Weight};
use crate::judge::zone::view::View;

pub(super) fn sign(view: &View<'_>, zone: usize) -> Option<Sign> {
    let ground = &view.ground;
    let here = &ground.zones.get(zone)?.name;
    let table = ground.estate.table::<VolumeStatus>(ground.region, ground.now);
    let impaired = |zone: Option<&crate::id::ZoneName>| {
        let is_in = |volume: &&VolumeStatus| zone.is_none_or(|zone| volume.zone.as_ref() == Some(zone));
        table.known().filter(is_in).filter(|volume| &*volume.status == "impaired").count()
    };
    let count = impaired(Some(here));
    (count > 0 && table.is_complete()).then(|| {
        let many = count >= ground.rules().hosts && count * 2 > impaired(None);
        let weight = if many { Weight::Corroborates } else { Weight::Tells };
        Sign::new(weight, "volumes", format!("{count} volumes impaired")).value(count as f64)
    })
}
