//! `DescribeVolumes`.

use super::filter::{Field, Filters, Texts, flag, maybe, shown, text};
use super::id::Kind;
use super::{Scope, after, write_tags};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{BlockDevice, InstanceId, Volume, World};

const FIELDS: &[Field<Volume>] = &[
    Field("attachment.delete-on-termination", |scope, volume| {
        attachment(scope, volume).map(|(_, device)| flag(device.delete_on_termination)).unwrap_or_default()
    }),
    Field("attachment.device", |scope, volume| {
        attachment(scope, volume).map(|(_, device)| text(&device.device)).unwrap_or_default()
    }),
    Field("attachment.instance-id", |_, volume| maybe(volume.instance.as_ref())),
    Field("attachment.status", |_, volume| if volume.instance.is_some() { text("attached") } else { Texts::None }),
    Field("availability-zone", |_, volume| text(&volume.zone)),
    Field("availability-zone-id", |scope, volume| text(scope.zone_id(volume.zone.as_str()))),
    Field("create-time", |_, volume| shown(volume.created_at)),
    Field("encrypted", |_, volume| flag(volume.encrypted)),
    Field("size", |_, volume| shown(volume.size_gib)),
    Field("snapshot-id", |_, volume| maybe(volume.snapshot.as_ref())),
    Field("status", |_, volume| text(volume.state.as_str())),
    Field("volume-id", |_, volume| text(&volume.id)),
    Field("volume-type", |_, volume| text(&volume.volume_type)),
];

/// The instance and the device that a volume is attached to.
fn attachment<'a>(scope: &Scope<'a>, volume: &Volume) -> Option<(&'a InstanceId, &'a BlockDevice)> {
    let instance = scope.region.instances.get(volume.instance.as_ref()?)?;
    let device = instance.block_devices.iter().find(|device| device.volume == volume.id)?;
    Some((&instance.id, device))
}

/// `DescribeVolumes`.
pub fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    let filters = Filters::new(request, FIELDS, Some(|_, volume| Some(&volume.tags)))?;
    let pager = Pager::new(request, &Bounds::EC2)?;
    let ids = request.params.texts("VolumeId");
    let chosen: Box<dyn Iterator<Item = &Volume>> = if ids.is_empty() {
        Box::new(after(&scope.region.volumes, pager.after()))
    } else {
        Box::new(Kind::VOLUME.find(&scope.region.volumes, &ids)?.into_iter())
    };
    let page = pager.page(chosen.filter(|volume| filters.pass(&scope, volume)), |volume| volume.id.as_str().into());
    w.list("volumeSet", "item", page.items, |w, volume| write(w, &scope, volume));
    w.maybe_text("nextToken", page.token);
    Ok(())
}

fn write(w: &mut Writer, scope: &Scope<'_>, volume: &Volume) {
    w.text("volumeId", &volume.id);
    w.integer("size", i64::from(volume.size_gib));
    w.text("snapshotId", volume.snapshot.as_ref().map_or("", |snapshot| snapshot.as_str()));
    w.text("availabilityZone", &volume.zone);
    w.text("availabilityZoneId", scope.zone_id(volume.zone.as_str()));
    w.text("status", volume.state.as_str());
    w.time("createTime", volume.created_at);
    w.list("attachmentSet", "item", attachment(scope, volume), |w, (instance, device)| {
        w.text("volumeId", &volume.id);
        w.text("instanceId", instance);
        w.text("device", &device.device);
        w.text("status", "attached");
        w.time("attachTime", device.attached_at);
        w.boolean("deleteOnTermination", device.delete_on_termination);
    });
    write_tags(w, &volume.tags);
    w.text("volumeType", &volume.volume_type);
    w.integer("iops", i64::from(volume.iops));
    w.boolean("encrypted", volume.encrypted);
    w.boolean("multiAttachEnabled", false);
}
