//! This account's snapshots: what another region could be built from.

use super::Found;
use super::ec2::tags;
use crate::aws::caller::Caller;
use crate::aws::intern::Interner;
use crate::aws::time;
use crate::estate::image::Snapshot;
use crate::estate::{ReadFailure, Row};
use crate::id::{Text, VolumeId};

/// Rows a page, the most that EC2 gives: unpaged, this call is throttled harder (`aws-domain.md` A.8).
const PAGE: i32 = 1000;
/// The volume that AWS names for a copy, whose volume it does not know.
const NO_VOLUME: &str = "vol-ffffffff";

pub(super) async fn snapshots(caller: &Caller<'_>) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    let mut texts = Interner::default();
    caller
        .pages(
            |token| {
                let call = caller.clients.ec2.describe_snapshots().owner_ids("self");
                call.max_results(PAGE).set_next_token(token).send()
            },
            |page| {
                for snapshot in page.snapshots() {
                    let volume = snapshot.volume_id().filter(|id| !id.is_empty() && *id != NO_VOLUME);
                    rows.push(Snapshot {
                        id: caller.required(snapshot.snapshot_id(), "snapshotId")?.into(),
                        volume: volume.map(VolumeId::from),
                        state: texts.text(snapshot.state().map_or("unknown", |state| state.as_str())),
                        started_at: time::maybe(snapshot.start_time()),
                        size_gib: snapshot.volume_size(),
                        description: snapshot.description().filter(|words| !words.is_empty()).map(Text::from),
                        tags: tags(snapshot.tags(), &mut texts),
                    });
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(Snapshot::rows(rows)))
}
