//! Resources that a zonal shift cannot move.

use crate::estate::Kind;
use crate::estate::balancer::{ClassicBalancer, LoadBalancer};
use crate::judge::finding::Subject;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "unshiftable",
    title: "a zonal shift cannot move it",
    severity: Severity::Medium,
    explain: "Leaving a zone by zonal shift is the one call that is made to work while the rest of the region does not. It has \
              to be allowed beforehand, on each balancer and each group: to allow it is a change of the control plane, which may \
              be what is down. Classic balancers have no zonal shift at all. A group that is not shifted launches its \
              replacements back into the zone that is being left.",
    source: "AWS: ARC zonal shift guide (aws-domain.md C.3, F.35)",
    remedy: "set zonal_shift.config.enabled to true",
    reach: Reach::Region,
    needs: &[Kind::LoadBalancers, Kind::ClassicBalancers, Kind::Groups],
    by_part: &[Kind::BalancerAttributes],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    let attributes = scene.balancer_attributes();
    for balancer in scene.rows::<LoadBalancer>().filter(|balancer| can_shift(balancer)) {
        let Some(values) = attributes.get(balancer.arn.as_str()) else { continue };
        // Unset is off (aws-domain.md A.3).
        let value = values.get("zonal_shift.config.enabled").map_or("unset", |value| &**value);
        if value != "true" {
            report.flaw(scene::balancer(balancer), format!("zonal_shift.config.enabled is {value}"));
        }
    }
    for balancer in scene.rows::<ClassicBalancer>() {
        let subject = Subject::named("classic balancer", balancer.name.as_str());
        report
            .flaw(subject, "classic balancers have no zonal shift; leaving a zone takes a change of its subnets")
            .mended_by("move it to an application or network balancer");
    }
    for group in scene.groups().filter(|group| group.zones.len() > 1 && group.desired > 1) {
        if group.zonal_shift_enabled != Some(true) {
            report
                .flaw(scene::group(group), "zonal shift is off: it would launch into the zone being left")
                .with(Severity::Low)
                .mended_by("turn zonal shift on in its availability zone impairment policy");
        }
    }
}

/// Gateway balancers have none, and one with a single zone has nowhere to go.
fn can_shift(balancer: &LoadBalancer) -> bool {
    &*balancer.balancer_type != "gateway" && balancer.zones.len() > 1
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST, balancer_arn};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| {
            let arn = balancer_arn(EAST, "app/web");
            world.set(EAST, Kind::BalancerAttributes, &arn, json!({"values": {}}));
        },
        subject: "web",
        evidence: &["zonal_shift.config.enabled is unset"],
        silent: |world| {
            world.group(EAST, "solo", "a");
            world.set(EAST, Kind::Groups, "solo-asg", json!({"zonal_shift_enabled": false}));
        },
    };
}
