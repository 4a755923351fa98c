//! Groups whose launch template version is a word and not a number.

use crate::estate::Kind;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "latest-template",
    title: "its launch template version is a moving word",
    severity: Severity::Medium,
    explain: "With $Latest or $Default, whatever somebody saves as a version is launched at the next scale-out or replacement, \
              release or not, and an instance refresh cannot be rolled back: there is no number to go back to. A bad version \
              then arrives by itself, member by member, in the night.",
    source: "AWS: EC2 Auto Scaling guide, instance refresh rollback (aws-domain.md C.2, F.25)",
    remedy: "pin the number in use now; change it by a refresh",
    reach: Reach::Region,
    needs: &[Kind::Groups],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    for group in scene.groups() {
        let Some(source) = &group.launch_source else { continue };
        if let Some(version) = source.version.as_deref().filter(|version| version.starts_with('$')) {
            report.flaw(scene::group(group), format!("{version} of template {}", source.name));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| {
            let latest = json!({"launch_source": {"name": "web", "version": "$Latest"}});
            world.set(EAST, Kind::Groups, "web-asg", latest);
        },
        subject: "web-asg",
        evidence: &["$Latest of template web"],
        silent: |world| {
            let configuration = json!({"launch_source": {"name": "web-conf", "version": null}});
            world.set(EAST, Kind::Groups, "web-asg", configuration);
        },
    };
}
