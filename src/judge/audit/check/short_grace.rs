//! Members judged before they can have booted.

use crate::estate::Kind;

use super::scene::{self, Scene};
use crate::judge::audit::launches::{self, Launches};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "short-grace",
    title: "its grace is shorter than its boot",
    severity: Severity::Medium,
    explain: "A new member that is judged before it has booted is found unhealthy and ended, and so is the one after it: the \
              group launches in a loop and never gets larger, most of all after an outage, when everything boots at once and \
              slowly. The grace must cover the slowest boot; measured is the time from launch to in service. Without a grace \
              the first failed check counts.",
    source: "AWS: EC2 Auto Scaling guide, health check grace period (aws-domain.md A.2, C.1, C.2)",
    remedy: "set the grace to twice the slowest boot",
    reach: Reach::Region,
    needs: &[Kind::Groups, Kind::Activities],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    let launches = launches::of(scene);
    let judged = scene.groups().filter(|group| group.health_check.split(',').any(|kind| kind.trim() != "EC2"));
    for group in judged {
        let grace = i64::from(group.grace_s.unwrap_or(0));
        let evidence = match launches.get(&group.name).and_then(Launches::measured) {
            _ if grace == 0 => "no grace: the first failed check of a booting member counts".to_owned(),
            Some(times) if times.p95_s > grace => {
                format!("grace {grace} s, {} s to in service (p95 of {})", times.p95_s, times.count)
            }
            Some(_) => continue,
            None => {
                report.not_measured(scene::group(group), launches::too_few(launches.get(&group.name)));
                continue;
            }
        };
        report.flaw(scene::group(group), evidence);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.set(EAST, Kind::Groups, "web-asg", json!({"grace_s": 60})),
        subject: "web-asg",
        evidence: &["grace 60 s", "100 s to in service", "p95 of 6"],
        silent: |world| world.set(EAST, Kind::Groups, "web-asg", json!({"grace_s": 100})),
    };
}
