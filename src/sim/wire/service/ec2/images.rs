//! `DescribeImages`: the account's own images. The simulated Amazon publishes none.

use super::filter::{Field, Filters, flag, shown, text};
use super::id::Kind;
use super::{Scope, after, write_tags};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Image, ImageState, World};

const BOUNDS: Bounds = Bounds { least: 1, ..Bounds::EC2 };

const FIELDS: &[Field<Image>] = &[
    Field("architecture", |_, image| text(&image.architecture)),
    Field("block-device-mapping.device-name", |_, image| text(&image.root_device)),
    Field("block-device-mapping.snapshot-id", |_, image| text(&image.snapshot)),
    Field("block-device-mapping.volume-size", |_, image| shown(image.size_gib)),
    Field("creation-date", |_, image| shown(image.created_at)),
    Field("description", |_, image| text(&image.description)),
    Field("image-id", |_, image| text(&image.id)),
    Field("image-type", |_, _| text("machine")),
    Field("is-public", |_, image| flag(image.public)),
    Field("name", |_, image| text(&image.name)),
    Field("owner-id", |scope, _| text(scope.account())),
    Field("root-device-name", |_, image| text(&image.root_device)),
    Field("root-device-type", |_, _| text("ebs")),
    Field("state", |_, image| text(image.state.as_str())),
    Field("virtualization-type", |_, _| text("hvm")),
];

/// `DescribeImages`. Disabled images are hidden unless asked for; deprecated ones are not, from their owner.
pub fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    let filters = Filters::new(request, FIELDS, Some(|_, image| Some(&image.tags)))?;
    let pager = Pager::new(request, &BOUNDS)?;
    let ids = request.params.texts("ImageId");
    let chosen: Box<dyn Iterator<Item = &Image>> = if ids.is_empty() {
        Box::new(after(&scope.region.images, pager.after()))
    } else {
        Box::new(Kind::IMAGE.find(&scope.region.images, &ids)?.into_iter())
    };
    let owners = request.params.texts("Owner");
    let mine = owners.is_empty() || owners.iter().any(|owner| *owner == "self" || *owner == scope.account());
    let launchers = request.params.texts("ExecutableBy");
    let disabled = request.params.boolean("IncludeDisabled")?.unwrap_or(false);
    let shown = chosen.filter(|image| {
        let launchable = launchers.is_empty() || (launchers.contains(&"all") && image.public);
        mine && launchable && (disabled || image.state != ImageState::Disabled) && filters.pass(&scope, image)
    });
    let page = pager.page(shown, |image| image.id.as_str().into());
    w.list("imagesSet", "item", page.items, |w, image| write(w, &scope, image));
    w.maybe_text("nextToken", page.token);
    Ok(())
}

fn write(w: &mut Writer, scope: &Scope<'_>, image: &Image) {
    w.text("imageId", &image.id);
    w.text("imageLocation", format!("{}/{}", scope.account(), image.name));
    w.text("imageState", image.state.as_str());
    w.text("imageOwnerId", scope.account());
    w.time("creationDate", image.created_at);
    w.boolean("isPublic", image.public);
    w.text("architecture", &image.architecture);
    w.text("imageType", "machine");
    w.text("name", &image.name);
    w.text("description", &image.description);
    w.text("rootDeviceType", "ebs");
    w.text("rootDeviceName", &image.root_device);
    w.list("blockDeviceMapping", "item", [image], |w, image| {
        w.text("deviceName", &image.root_device);
        w.structure("ebs", |w| {
            w.text("snapshotId", &image.snapshot);
            w.integer("volumeSize", i64::from(image.size_gib));
            w.boolean("deleteOnTermination", true);
            w.text("volumeType", "gp3");
            w.boolean(
                "encrypted",
                scope.region.snapshots.get(&image.snapshot).is_some_and(|snapshot| snapshot.encrypted),
            );
        });
    });
    w.text("virtualizationType", "hvm");
    write_tags(w, &image.tags);
    w.text("hypervisor", "xen");
    w.boolean("enaSupport", true);
    w.text("platformDetails", "Linux/UNIX");
    w.text("usageOperation", "RunInstances");
    w.text("imdsSupport", "v2.0");
    w.text("deregistrationProtection", "disabled");
    w.maybe_time("deprecationTime", image.deprecated_at);
    w.maybe_time("lastLaunchedTime", image.last_launched_at);
}
