//! Members that are not what their group would launch today.

use std::collections::BTreeMap;

use crate::estate::Kind;
use crate::estate::group::Group;
use crate::estate::image::{LaunchTemplate, LaunchTemplateVersion};
use crate::estate::instance::Instance;
use crate::id::{ImageId, LaunchTemplateId};

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "template-drift",
    title: "its members are not what it would launch now",
    severity: Severity::Medium,
    explain: "What is launched in the next outage is the template's version, not what serves now. Where members run another \
              version or image, that version has not been proven here, or a release stopped half way: a refresh ends as \
              successful although checkpoints left part of the fleet behind. The first replacement then brings the surprise.",
    source: "AWS: EC2 Auto Scaling guide, instance refresh checkpoints (aws-domain.md C.2, F.26)",
    remedy: "finish or roll back the release: a refresh to the version that is to be",
    reach: Reach::Region,
    needs: &[Kind::Groups, Kind::Instances, Kind::LaunchTemplates],
    by_part: &[Kind::LaunchTemplateVersions],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    let templates: BTreeMap<&str, &LaunchTemplate> =
        scene.rows::<LaunchTemplate>().map(|template| (&*template.name, template)).collect();
    let images: BTreeMap<(&LaunchTemplateId, i64), &ImageId> = scene
        .rows::<LaunchTemplateVersion>()
        .filter_map(|version| Some(((&version.template, version.number), version.image.as_ref()?)))
        .collect();
    for group in scene.groups() {
        let Some((template, wanted)) = wanted_version(group, &templates) else { continue };
        let total = group.members.len();
        let versions = group.members.iter().filter_map(|member| member.template_version.as_deref()?.parse::<i64>().ok());
        let others = versions.filter(|version| *version != wanted).count();
        if others > 0 {
            report.flaw(scene::group(group), format!("{others} of {total} members run another version than {wanted}"));
            continue;
        }
        let Some(image) = images.get(&(&template.id, wanted)) else { continue };
        let is_other = |instance: &&Instance| instance.image.as_ref().is_some_and(|own| own != *image);
        let members = group.members.iter().filter_map(|member| scene.index().instance(member.instance.as_str()));
        let others = members.filter(is_other).count();
        if others > 0 {
            let evidence = format!("{others} of {total} members run another image than {image} of version {wanted}");
            report.flaw(scene::group(group), evidence);
        }
    }
}

/// The template of a group and the number that it would launch now.
fn wanted_version<'a>(
    group: &Group,
    templates: &BTreeMap<&str, &'a LaunchTemplate>,
) -> Option<(&'a LaunchTemplate, i64)> {
    let source = group.launch_source.as_ref()?;
    let template = *templates.get(&*source.name)?;
    Some((template, template.number_of(source.version.as_deref()?)?))
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| {
            let newer = json!({"launch_source": {"name": "web", "version": "4"}});
            world.set(EAST, Kind::Groups, "web-asg", newer);
        },
        subject: "web-asg",
        evidence: &["6 of 6 members run another version than 4"],
        silent: |world| {
            world.set(EAST, Kind::LaunchTemplates, "web", json!({"latest_version": 4}));
            let default = json!({"launch_source": {"name": "web", "version": "$Default"}});
            world.set(EAST, Kind::Groups, "web-asg", default);
        },
    };
}
