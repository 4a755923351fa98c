//! `DescribeVolumeStatus`: one paged listing, not a call a volume (`aws-domain.md` A.1).

use super::filter::{Field, Filters, text};
use super::id::Kind;
use super::{Scope, after};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Volume, VolumeCondition, VolumeEvent, VolumeState, VolumeStatus, World, ZoneCauses};

const FIELDS: &[Field<Volume>] = &[
    Field("availability-zone", |_, volume| text(&volume.zone)),
    Field("event.event-type", |scope, volume| {
        status(scope, volume).stall.iter().map(|_| VolumeEvent::STALLED.into()).collect()
    }),
    Field("volume-status.details-name", |_, _| ["io-enabled", "io-performance"].map(Into::into).into_iter().collect()),
    Field("volume-status.details-status", |scope, volume| {
        details(&status(scope, volume)).map(|(_, status)| status.into()).into_iter().collect()
    }),
    Field("volume-status.status", |scope, volume| text(status(scope, volume).condition.as_str())),
];

fn status(scope: &Scope<'_>, volume: &Volume) -> VolumeStatus {
    let calm = ZoneCauses::default();
    let zone = scope.region.zones.get(&volume.zone).map_or(&calm, |zone| &zone.causes);
    volume.status(zone, scope.world.now)
}

/// `details`: names and statuses.
fn details(status: &VolumeStatus) -> [(&'static str, &'static str); 2] {
    let (enabled, performance) = match status.condition {
        VolumeCondition::Ok | VolumeCondition::Warning => ("passed", "not-applicable"),
        VolumeCondition::Impaired => ("passed", "stalled"),
        VolumeCondition::InsufficientData => ("insufficient-data", "insufficient-data"),
    };
    [("io-enabled", enabled), ("io-performance", performance)]
}

/// `DescribeVolumeStatus`: of volumes that are made.
pub fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    let filters = Filters::new(request, FIELDS, None)?;
    let pager = Pager::new(request, &Bounds::EC2)?;
    let ids = request.params.texts("VolumeId");
    let chosen: Box<dyn Iterator<Item = &Volume>> = if ids.is_empty() {
        Box::new(after(&scope.region.volumes, pager.after()))
    } else {
        Box::new(Kind::VOLUME.find(&scope.region.volumes, &ids)?.into_iter())
    };
    let made = chosen.filter(|volume| volume.state != VolumeState::Creating);
    let page = pager.page(made.filter(|volume| filters.pass(&scope, volume)), |volume| volume.id.as_str().into());
    w.list("volumeStatusSet", "item", page.items, |w, volume| {
        w.text("volumeId", &volume.id);
        w.text("availabilityZone", &volume.zone);
        w.text("availabilityZoneId", scope.zone_id(volume.zone.as_str()));
        let status = status(&scope, volume);
        w.structure("volumeStatus", |w| {
            w.text("status", status.condition.as_str());
            w.list("details", "item", details(&status), |w, (name, status)| {
                w.text("name", name);
                w.text("status", status);
            });
        });
        w.list("eventsSet", "item", status.stall, |w, stall| {
            w.text("eventType", VolumeEvent::STALLED);
            w.text("description", "Volume I/O is stalled");
            w.time("notBefore", stall.not_before);
            w.text("eventId", &stall.id);
            w.maybe_text("instanceId", volume.instance.as_ref());
        });
        w.texts("actionsSet", "item", std::iter::empty::<&str>());
    });
    w.maybe_text("nextToken", page.token);
    Ok(())
}
