//! Two zones, of which neither could carry the other.

use crate::estate::Kind;

use super::no_headroom::{Loss, largest_loss};
use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "two-zones-over-half",
    title: "two zones, each more than half full",
    severity: Severity::High,
    explain: "With two zones each must be able to carry everything, which takes twice the capacity that is needed; above one \
              half of what it can do, the zone that is left is full at once and falls after the other. Two zones at 65 % make \
              130 % in one: shifting then turns a partial outage into a full one.",
    source: "AWS: static stability using Availability Zones (aws-domain.md B.4, F.12)",
    remedy: "add a third zone, or members until each zone is below half",
    reach: Reach::Region,
    needs: &[Kind::Groups, Kind::TargetGroups, Kind::Series],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    for group in scene.groups() {
        if let Some(Loss { zones: 2, cpu: Some(now), cpu_after: Some(after), zone, left, .. }) = largest_loss(scene, group)
            && after > 100.0
        {
            let evidence = format!("CPU {now:.0} % in 2 zones; {left} left without {zone}: {after:.0} %");
            report.flaw(scene::group(group), evidence).in_zone(Some(&zone));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| {
            world.service(EAST, "api", "aabb");
            world.cpu(EAST, "api-asg", &[65.0; 10]);
        },
        subject: "api-asg",
        evidence: &["CPU 65 %", "130 %"],
        silent: |world| {
            world.service(EAST, "api", "aabb");
            world.cpu(EAST, "api-asg", &[45.0; 10]);
        },
    };
}
