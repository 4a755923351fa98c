//! Groups that cannot grow.

use crate::estate::Kind;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "max-reached",
    title: "it is as large as it may be",
    severity: Severity::Medium,
    explain: "A group at its maximum cannot answer a rise of load, cannot launch a replacement before it ends the broken one, \
              and cannot be raised before a zone is left. It looks healthy until the day somebody needs one more.",
    source: "AWS: EC2 Auto Scaling guide, capacity limits (aws-domain.md B.4, C.1)",
    remedy: "raise max to at least one and a half times desired; it costs nothing until it is used",
    reach: Reach::Region,
    needs: &[Kind::Groups],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    // A group that may never have more than one is meant to be one: single-instance tells.
    for group in scene.groups().filter(|group| group.desired >= group.max && group.max > 1) {
        report.flaw(scene::group(group), format!("desired {} of max {}", group.desired, group.max));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.set(EAST, Kind::Groups, "web-asg", json!({"max": 6})),
        subject: "web-asg",
        evidence: &["desired 6 of max 6"],
        silent: |world| world.set(EAST, Kind::Groups, "web-asg", json!({"max": 7})),
    };
}
