//! `DescribeVolumeStatus`: one paged listing, not a call a volume (`aws-domain.md` A.1).

use super::filter::{Field, Filters, text};
use super::id::Kind;
use super::{Scope, after};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Volume, VolumeCondition, VolumeState, World};

const FIELDS: &[Field<Volume>] = &[
    Field("availability-zone", |_, volume| text(&volume.zone)),
    Field("volume-status.details-name", |_, _| ["io-enabled", "io-performance"].map(Into::into).into_iter().collect()),
    Field("volume-status.details-status", |_, volume| {
        [io_enabled(volume), "not-applicable"].map(Into::into).into_iter().collect()
    }),
    Field("volume-status.status", |_, volume| text(volume.condition.as_str())),
];

fn io_enabled(volume: &Volume) -> &'static str {
    match volume.condition {
        VolumeCondition::Ok | VolumeCondition::Warning => "passed",
        VolumeCondition::Impaired => "failed",
        VolumeCondition::InsufficientData => "insufficient-data",
    }
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
        w.structure("volumeStatus", |w| {
            w.text("status", volume.condition.as_str());
            w.list(
                "details",
                "item",
                [("io-enabled", io_enabled(volume)), ("io-performance", "not-applicable")],
                |w, (name, status)| {
                    w.text("name", name);
                    w.text("status", status);
                },
            );
        });
        w.texts("eventsSet", "item", std::iter::empty::<&str>());
        w.texts("actionsSet", "item", std::iter::empty::<&str>());
    });
    w.maybe_text("nextToken", page.token);
    Ok(())
}
