//! Groups that do not believe their balancer.

use crate::estate::Kind;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "health-check-type",
    title: "members that fail behind the balancer are never replaced",
    severity: Severity::Medium,
    explain: "With health checks of type EC2 alone, the group looks at the machine and not at the service: a member whose \
              process has died, and that its balancer has taken out, stays for ever and counts as capacity. One by one they \
              fail until the last, and nothing replaces any of them.",
    source: "AWS: EC2 Auto Scaling guide, health checks (aws-domain.md A.2, F.5)",
    remedy: "add the health check type ELB, with a grace longer than the boot; not while most targets fail",
    reach: Reach::Region,
    needs: &[Kind::Groups, Kind::TargetGroups],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    for group in scene.groups().filter(|group| !group.checks_balancer()) {
        if let Some(entry) = scene.entry_of(group) {
            report.flaw(scene::group(group), format!("checks {} only, {entry}", group.health_check));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.set(EAST, Kind::Groups, "web-asg", json!({"health_check": "EC2,EBS"})),
        subject: "web-asg",
        evidence: &["checks EC2,EBS only", "behind web"],
        silent: |world| {
            world.group(EAST, "jobs", "abc");
            world.set(EAST, Kind::Groups, "jobs-asg", json!({"health_check": "EC2"}));
        },
    };
}
