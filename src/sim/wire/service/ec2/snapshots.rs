//! `DescribeSnapshots`: the account's own.

use super::filter::{Field, Filters, flag, shown, text};
use super::id::Kind;
use super::{Scope, after, write_tags};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Snapshot, World};

const FIELDS: &[Field<Snapshot>] = &[
    Field("description", |_, snapshot| text(&snapshot.description)),
    Field("encrypted", |_, snapshot| flag(snapshot.encrypted)),
    Field("owner-id", |scope, _| text(scope.account())),
    Field("progress", |_, snapshot| text(&snapshot.progress)),
    Field("snapshot-id", |_, snapshot| text(&snapshot.id)),
    Field("start-time", |_, snapshot| shown(snapshot.started_at)),
    Field("status", |_, snapshot| text(&snapshot.state)),
    Field("storage-tier", |_, _| text("standard")),
    Field("volume-id", |_, snapshot| text(&snapshot.volume)),
    Field("volume-size", |_, snapshot| shown(snapshot.size_gib)),
];

/// `DescribeSnapshots`.
pub fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    let filters = Filters::new(request, FIELDS, Some(|_, snapshot| Some(&snapshot.tags)))?;
    let pager = Pager::new(request, &Bounds::EC2)?;
    let ids = request.params.texts("SnapshotId");
    let chosen: Box<dyn Iterator<Item = &Snapshot>> = if ids.is_empty() {
        Box::new(after(&scope.region.snapshots, pager.after()))
    } else {
        Box::new(Kind::SNAPSHOT.find(&scope.region.snapshots, &ids)?.into_iter())
    };
    let (owners, restorers) = (request.params.texts("Owner"), request.params.texts("RestorableBy"));
    let is_me =
        |names: &[&str]| names.is_empty() || names.iter().any(|name| *name == "self" || *name == scope.account());
    let mine = is_me(&owners) && is_me(&restorers);
    let page = pager
        .page(chosen.filter(|snapshot| mine && filters.pass(&scope, snapshot)), |snapshot| snapshot.id.as_str().into());
    w.list("snapshotSet", "item", page.items, |w, snapshot| {
        w.text("snapshotId", &snapshot.id);
        w.text("volumeId", &snapshot.volume);
        w.text("status", &snapshot.state);
        w.time("startTime", snapshot.started_at);
        w.text("progress", &snapshot.progress);
        w.text("ownerId", scope.account());
        w.integer("volumeSize", i64::from(snapshot.size_gib));
        w.text("description", &snapshot.description);
        w.boolean("encrypted", snapshot.encrypted);
        w.text("storageTier", "standard");
        write_tags(w, &snapshot.tags);
    });
    w.maybe_text("nextToken", page.token);
    Ok(())
}
