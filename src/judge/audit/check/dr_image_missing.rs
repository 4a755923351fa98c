//! Images in use that the stand-in region does not have.

use std::collections::{BTreeMap, BTreeSet};

use crate::estate::image::Image;
use crate::estate::instance::{Instance, InstanceState};
use crate::estate::{Kind, age};
use crate::id::ImageId;
use crate::judge::finding::Subject;

use super::scene::{self, Scene};
use super::stale_dr;
use crate::judge::audit::{Check, Reach, Report, Severity, family, remote};

pub(super) const CHECK: Check = Check {
    name: "dr-image-missing",
    title: "what runs here cannot be launched in the region that stands in",
    severity: Severity::Medium,
    explain: "An image belongs to one region. Where the region that holds the copies of the data has no copy of the image, \
              nothing can be launched there on the day this one is lost, and then it cannot be copied either: the copy is \
              read from the lost region. The stand-in of a region is taken to be where its databases are replicated to.",
    source: "AWS: EC2 guide, copy an AMI (aws-domain.md C.2, F.23)",
    remedy: "copy the image to that region with every release",
    reach: Reach::Account,
    needs: &[Kind::Databases, Kind::GlobalClusters, Kind::Instances, Kind::Images],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    for (stand_in, home) in remote::stand_ins(scene) {
        if !scene.regions().contains(&stand_in) || !scene.regions().contains(&home) {
            continue;
        }
        let there: BTreeMap<String, &Image> = newest(scene.rows_in::<Image>(&stand_in));
        let names: BTreeSet<&str> = scene.rows_in::<Image>(&stand_in).filter_map(|image| image.name.as_deref()).collect();
        let here: BTreeMap<&ImageId, &Image> = scene.rows_in::<Image>(&home).map(|image| (&image.id, image)).collect();
        let mut users: BTreeMap<&ImageId, BTreeSet<String>> = BTreeMap::new();
        let running = scene.rows_in::<Instance>(&home).filter(|instance| instance.state == InstanceState::Running);
        for instance in running {
            let user = instance.group().map(|group| group.to_string());
            let user = user.or_else(|| instance.name().map(str::to_owned)).unwrap_or_else(|| instance.id.to_string());
            if let Some(image) = &instance.image {
                users.entry(image).or_default().insert(user);
            }
        }
        for (image, users) in users {
            let Some(own) = here.get(image) else { continue };
            let Some(name) = own.name.as_deref().filter(|name| !names.contains(name)) else { continue };
            let users: Vec<String> = users.into_iter().collect();
            let subject = Subject::with_id("image", name, image.text().clone());
            let family = family::or_whole(name);
            match there.get(family) {
                None => {
                    let evidence = format!("{} from it; no {family} image in {stand_in}", runs(&users));
                    report.flaw(subject, evidence).in_region(&home);
                }
                // An older one that policy lets pass is worth a word; one that is too old is stale-dr's to tell.
                Some(older) if !is_new(scene, own) && !stale_dr::is_old(scene, older) => {
                    let older = older.name.as_deref().unwrap_or("an older one");
                    let evidence = format!("{} from it; {stand_in} has {older}", runs(&users));
                    report.flaw(subject, evidence).with(Severity::Low).in_region(&home);
                }
                Some(_) => {}
            }
        }
    }
}

/// The newest image of each family.
fn newest<'a>(images: impl Iterator<Item = &'a Image>) -> BTreeMap<String, &'a Image> {
    let mut newest: BTreeMap<String, &Image> = BTreeMap::new();
    for image in images {
        let Some(name) = image.name.as_deref() else { continue };
        let known = newest.entry(family::or_whole(name).to_owned()).or_insert(image);
        if image.created_at > known.created_at {
            *known = image;
        }
    }
    newest
}

/// Whether its copy may still be on its way: a day is long enough (`aws-domain.md` C.5).
fn is_new(scene: &Scene<'_>, image: &Image) -> bool {
    image.created_at.is_some_and(|at| age(at, scene.now).as_secs() < 86_400)
}

fn runs(users: &[String]) -> String {
    match users {
        [one] => format!("{one} runs"),
        [one, other] => format!("{one} and {other} run"),
        [one, rest @ ..] => format!("{one} and {} run", scene::count(rest.len(), "other")),
        [] => "nothing runs".to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST, WEST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.remove(WEST, Kind::Images, "web-2026-11-12"),
        subject: "web-2026-11-12",
        evidence: &["web-asg runs from it", "no web image in us-west-2"],
        // What is too old is stale-dr's to judge, and what is new may be on its way.
        silent: |world| {
            let old = json!({"name": "web-2026-09-05", "created_at": "2026-09-05T00:00:00Z"});
            world.set(WEST, Kind::Images, "web-2026-11-12", old);
            world.group(EAST, "api", "abc");
            world.set(EAST, Kind::Images, "api-2026-11-12", json!({"created_at": "2026-11-20T23:00:00Z"}));
            world.add(WEST, Kind::Images, json!({
                "id": "ami-w", "name": "api-2026-11-01", "state": "available", "created_at": "2026-11-01T00:00:00Z", "tags": [],
            }));
            world.instance(EAST, "i-tool", 'a', json!({"image": "ami-of-somebody-else"}));
        },
    };
}
