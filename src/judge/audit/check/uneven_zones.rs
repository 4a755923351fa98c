//! Zones that do not carry alike.

use crate::estate::Kind;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "uneven-zones",
    title: "its zones are not of one size",
    severity: Severity::Medium,
    explain: "The zone with the most members is the one whose loss hurts most: what is left has less than an even spread would \
              leave. Auto Scaling keeps zones within one member of each other by itself; a greater difference means that \
              launches failed in a zone, that AZRebalance is suspended, or that somebody is moving things.",
    source: "AWS: EC2 Auto Scaling guide, zone balance (aws-domain.md A.2, B.4)",
    remedy: "look for failed launches and a suspended AZRebalance; resume it, or set desired anew",
    reach: Reach::Region,
    needs: &[Kind::Groups],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    for group in scene.groups().filter(|group| group.zones.len() > 1) {
        let zones = group.in_service_by_zone();
        let settled = group.in_service().count() == group.members.len();
        let (least, most) = (zones.values().min().copied().unwrap_or(0), zones.values().max().copied().unwrap_or(0));
        let spread = zones.values().filter(|count| **count > 0).count() > 1;
        if settled && spread && most > least + 1 {
            report.flaw(scene::group(group), scene::by_zone(&zones));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.service(EAST, "api", "aaabc"),
        subject: "api-asg",
        evidence: &["3 in us-east-1a", "1 in us-east-1b"],
        silent: |world| world.service(EAST, "api", "aabc"),
    };
}
