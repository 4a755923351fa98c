//! Images in use that the stand-in region does not have.

use std::collections::{BTreeMap, BTreeSet};

use crate::estate::Kind;
use crate::estate::image::Image;
use crate::estate::instance::{Instance, InstanceState};
use crate::id::ImageId;
use crate::judge::finding::Subject;

use super::scene::{self, Scene};
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
        let known = |image: &'_ Image| image.name.as_deref().map(family::or_whole).map(str::to_owned);
        let there: BTreeSet<String> = scene.rows_in::<Image>(&stand_in).filter_map(known).collect();
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
            let Some(name) = own.name.as_deref().filter(|name| !there.contains(family::or_whole(name))) else { continue };
            let users: Vec<String> = users.into_iter().collect();
            let evidence = format!("{} from it; no {} image in {stand_in}", runs(&users), family::or_whole(name));
            report.flaw(Subject::with_id("image", name, image.text().clone()), evidence).in_region(&home);
        }
    }
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
        // An older one is stale-dr's to judge.
        silent: |world| {
            world.set(WEST, Kind::Images, "web-2026-11-12", json!({"name": "web-2026-11-05"}));
            world.instance(EAST, "i-tool", 'a', json!({"image": "ami-of-somebody-else"}));
        },
    };
}
