//! Copies in the stand-in region that are too old.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::image::{Image, Snapshot};
use crate::estate::{Kind, age};
use crate::id::Region;
use crate::judge::age_words;
use crate::judge::finding::Subject;

use super::scene::Scene;
use crate::judge::audit::{Check, Reach, Report, Severity, family, remote};

pub(super) const CHECK: Check = Check {
    name: "stale-dr",
    title: "its copy in the region that stands in is too old",
    severity: Severity::Medium,
    explain: "What cannot be read in the lost region any more is what its copies were: an image that is older than the policy \
              allows brings back last season's release and its credentials, a snapshot that old loses everything since. An \
              image counts as old only where this region has a newer one of the same family.",
    source: "AWS: EC2 guide, AMI and snapshot copies (aws-domain.md C.2, C.4; policy audit.dr_age_days)",
    remedy: "mend the job that copies it, and alarm on its age",
    reach: Reach::Account,
    needs: &[Kind::Databases, Kind::GlobalClusters, Kind::Images, Kind::Snapshots],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    for (stand_in, home) in remote::stand_ins(scene) {
        if scene.regions().contains(&stand_in) && scene.regions().contains(&home) {
            images(scene, report, &stand_in, &home);
            snapshots(scene, report, &stand_in);
        }
    }
}

/// The newest image of each family that launches.
fn newest<'a>(scene: &Scene<'a>, region: &Region) -> BTreeMap<&'a str, (&'a Image, Timestamp)> {
    let mut newest: BTreeMap<&str, (&Image, Timestamp)> = BTreeMap::new();
    for image in scene.rows_in::<Image>(region).filter(|image| &*image.state == "available") {
        let (Some(name), Some(at)) = (image.name.as_deref(), image.created_at) else { continue };
        let known = newest.entry(family::or_whole(name)).or_insert((image, at));
        if at > known.1 {
            *known = (image, at);
        }
    }
    newest
}

fn images(scene: &Scene<'_>, report: &mut Report, stand_in: &Region, home: &Region) {
    let here = newest(scene, home);
    for (family, (image, at)) in newest(scene, stand_in) {
        let Some((original, made_at)) = here.get(family).filter(|(original, _)| original.name != image.name) else {
            continue;
        };
        if is_past(scene, at) && *made_at > at {
            let (name, newer) = (image.name.as_deref().unwrap_or(""), original.name.as_deref().unwrap_or(""));
            let evidence = format!("{} old; {home} has {newer}", age_words(age(at, scene.now)));
            report.flaw(Subject::with_id("image", name, image.id.text().clone()), evidence).in_region(stand_in);
        }
    }
}

/// Snapshots of one description are of one thing: copies keep it, and say nothing of their volume.
fn snapshots(scene: &Scene<'_>, report: &mut Report, region: &Region) {
    let mut newest: BTreeMap<&str, (&Snapshot, Timestamp)> = BTreeMap::new();
    for snapshot in scene.rows_in::<Snapshot>(region).filter(|snapshot| !is_of_an_image(snapshot)) {
        let Some(at) = snapshot.started_at.filter(|_| &*snapshot.state == "completed") else { continue };
        let name = snapshot.tags.get("Name").map(|name| &**name).or(snapshot.description.as_deref());
        let known = newest.entry(family::or_whole(name.unwrap_or(&snapshot.id))).or_insert((snapshot, at));
        if at > known.1 {
            *known = (snapshot, at);
        }
    }
    for (family, (snapshot, at)) in newest.into_iter().filter(|(_, (_, at))| is_past(scene, *at)) {
        let evidence = format!("the newest is {} old", age_words(age(at, scene.now)));
        report.flaw(Subject::with_id("snapshot", family, snapshot.id.clone()), evidence).in_region(region);
    }
}

/// An image's own snapshot is as old as the image, which is told already.
fn is_of_an_image(snapshot: &Snapshot) -> bool {
    let description = snapshot.description.as_deref().unwrap_or("");
    description.contains("CreateImage") || description.contains("DestinationAmi") || description.contains("ami-")
}

/// Whether an image is older than the policy allows; one of unknown age is not.
pub(super) fn is_old(scene: &Scene<'_>, image: &Image) -> bool {
    image.created_at.is_some_and(|at| is_past(scene, at))
}

fn is_past(scene: &Scene<'_>, at: Timestamp) -> bool {
    age(at, scene.now).as_secs() > u64::from(scene.policy.audit.dr_age_days) * 86_400
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, WEST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| {
            let old = json!({"name": "web-2026-09-30", "created_at": "2026-09-30T00:00:00Z"});
            world.set(WEST, Kind::Images, "web-2026-11-12", old);
        },
        subject: "web-2026-09-30",
        evidence: &["52d old", "us-east-1 has web-2026-11-12"],
        silent: |world| {
            let older = json!({"name": "web-2026-11-05", "created_at": "2026-11-05T00:00:00Z"});
            world.set(WEST, Kind::Images, "web-2026-11-12", older);
            world.add(WEST, Kind::Snapshots, json!({
                "id": "snap-0", "state": "completed", "started_at": "2025-01-01T00:00:00Z",
                "description": "nightly copy", "tags": [],
            }));
        },
    };
}
