//! `AttachVolume`, `DetachVolume`, `CreateVolume`, `CreateReplaceRootVolumeTask`, `CreateSnapshot`.

use super::{instance, missing, specified_tags, token};
use crate::sim::physics::VolumeOrder;
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::service::ec2::id::Kind;
use crate::sim::wire::service::ec2::write_tags;
use crate::sim::wire::service::{region, scene};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{BlockDevice, InstanceId, SnapshotId, World};

/// `AttachVolume`.
pub fn attach(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let id = instance(world, request)?;
    let volume = volume(world, request)?;
    let device = request.params.text("Device").filter(|name| !name.is_empty()).ok_or_else(|| missing("Device"))?;
    let attached = scene(world, request)?.attach_volume(&volume, &id, device)?;
    write_attachment(w, &id, &attached, "attached");
    Ok(())
}

/// `DetachVolume`.
pub fn detach(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let id = match request.params.has("InstanceId") {
        true => Some(instance(world, request)?),
        false => None,
    };
    let volume = volume(world, request)?;
    let (holder, device) = scene(world, request)?.detach_volume(&volume, id.as_ref())?;
    write_attachment(w, &holder, &device, "detaching");
    Ok(())
}

/// `CreateVolume`.
pub fn create(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let params = &request.params;
    let size = params.integer("Size")?.map(u32::try_from).transpose();
    let order = VolumeOrder {
        zone: params.text("AvailabilityZone").ok_or_else(|| missing("AvailabilityZone"))?.into(),
        snapshot: params.text("SnapshotId").filter(|id| !id.is_empty()).map(SnapshotId::from),
        size_gib: size.map_err(|_| ApiError::new("InvalidParameterValue", "The volume size is not valid."))?,
        volume_type: params.text("VolumeType").unwrap_or("gp2").to_owned(),
        tags: specified_tags(params, "volume")?,
        token: token(params)?,
    };
    let id = scene(world, request)?.create_volume(&order)?;
    let Some(made) = region(world, request)?.volumes.get(&id) else { return Ok(()) };
    w.text("volumeId", &made.id);
    w.integer("size", made.size_gib.into());
    w.maybe_text("snapshotId", made.snapshot.as_ref());
    w.text("availabilityZone", &made.zone);
    // It answers while it is made; the next read finds it made.
    w.text("status", "creating");
    w.time("createTime", made.created_at);
    w.text("volumeType", &made.volume_type);
    w.integer("iops", made.iops.into());
    w.boolean("encrypted", made.encrypted);
    w.boolean("multiAttachEnabled", false);
    write_tags(w, &made.tags);
    Ok(())
}

/// `CreateReplaceRootVolumeTask`, as the instance was at its launch or from an image.
pub fn replace_root(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let id = instance(world, request)?;
    let image = request.params.text("ImageId").filter(|id| !id.is_empty());
    if let Some(image) = image {
        Kind::IMAGE.find(&region(world, request)?.images, &[image])?;
    }
    let token = token(&request.params)?;
    let now = world.now;
    let task = scene(world, request)?.replace_root_volume(&id, image, token.as_ref())?;
    w.structure("replaceRootVolumeTask", |w| {
        w.text("replaceRootVolumeTaskId", &task);
        w.text("instanceId", &id);
        w.text("taskState", "pending");
        w.text("startTime", now.rfc3339_seconds());
    });
    Ok(())
}

/// `CreateSnapshot`.
pub fn create_snapshot(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let volume = volume(world, request)?;
    let description = request.params.text("Description").unwrap_or_default();
    let tags = specified_tags(&request.params, "snapshot")?;
    let id = scene(world, request)?.create_snapshot(&volume, description, tags)?;
    let account = world.account.clone();
    let Some(made) = region(world, request)?.snapshots.get(&id) else { return Ok(()) };
    w.text("snapshotId", &made.id);
    w.text("volumeId", &made.volume);
    w.text("status", &made.state);
    w.time("startTime", made.started_at);
    w.text("progress", &made.progress);
    w.text("ownerId", account);
    w.integer("volumeSize", made.size_gib.into());
    w.text("description", &made.description);
    w.boolean("encrypted", made.encrypted);
    write_tags(w, &made.tags);
    Ok(())
}

fn volume(world: &World, request: &Request) -> Result<String, ApiError> {
    let id = request.params.text("VolumeId").filter(|id| !id.is_empty()).ok_or_else(|| missing("VolumeId"))?;
    Kind::VOLUME.find(&region(world, request)?.volumes, &[id])?;
    Ok(id.to_owned())
}

fn write_attachment(w: &mut Writer, id: &InstanceId, device: &BlockDevice, state: &str) {
    w.text("volumeId", &device.volume);
    w.text("instanceId", id);
    w.text("device", &device.device);
    w.text("status", state);
    w.time("attachTime", device.attached_at);
    w.boolean("deleteOnTermination", device.delete_on_termination);
}
