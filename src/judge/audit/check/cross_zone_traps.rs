//! Balancers whose zones do not see one another's targets.

use std::collections::{BTreeMap, BTreeSet};

use crate::estate::Kind;
use crate::estate::balancer::{LoadBalancer, TargetGroup, TargetState};
use crate::id::{Text, ZoneName};

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "cross-zone-traps",
    title: "its zones do not share alike",
    severity: Severity::Medium,
    explain: "Without cross-zone balancing each zone's node sends its share of the clients to the targets of its own zone \
              alone: a zone with half the targets gets the same traffic and twice the load a target, and a zone with a node \
              and no targets answers nobody. The other way round, targets in a zone where the balancer has no node get no \
              traffic at all. After an evacuation or a failed launch the zones are uneven without anybody having changed them.",
    source: "AWS: Elastic Load Balancing guide, cross-zone load balancing (aws-domain.md A.3, C.3)",
    remedy: "turn cross-zone on, or keep the zones even",
    reach: Reach::Region,
    needs: &[Kind::TargetGroups, Kind::LoadBalancers, Kind::Instances, Kind::Groups, Kind::Subnets],
    by_part: &[Kind::BalancerAttributes, Kind::TargetGroupAttributes, Kind::Targets],
    run,
};

const CROSS_ZONE: &str = "load_balancing.cross_zone.enabled";

fn run(scene: &Scene<'_>, report: &mut Report) {
    let (balancers, of_groups, of_balancers) =
        (scene.balancers(), scene.target_group_attributes(), scene.balancer_attributes());
    for group in scene.target_groups() {
        let (counts, unused) = targets_by_zone(scene, group);
        for balancer in group.load_balancers.iter().filter_map(|arn| balancers.get(arn.as_str())) {
            let nodes: BTreeSet<&ZoneName> = balancer.zones.iter().map(|(zone, _)| zone).collect();
            let outside: BTreeMap<ZoneName, usize> =
                unused.iter().filter(|(zone, _)| !nodes.contains(zone)).map(|(z, n)| (z.clone(), *n)).collect();
            if !outside.is_empty() && !nodes.is_empty() {
                let evidence = format!("{}, where {} has no node: no traffic", targets(&outside), balancer.name);
                report.flaw(scene::target_group(group), evidence).mended_by("give the balancer a subnet there");
            }
            let own = of_groups.get(group.arn.as_str()).copied();
            let whole = of_balancers.get(balancer.arn.as_str()).copied();
            if is_cross_zone(balancer, own, whole) != Some(false) || counts.is_empty() {
                continue;
            }
            let shares: BTreeMap<ZoneName, usize> =
                nodes.iter().map(|zone| ((*zone).clone(), counts.get(*zone).copied().unwrap_or(0))).collect();
            let (least, most) = (shares.values().min().copied(), shares.values().max().copied());
            if let (Some(least), Some(most)) = (least, most)
                && most >= 2 * least
                && most > least + 1
            {
                let severity = if least == 0 { Severity::High } else { Severity::Medium };
                let evidence = format!("cross-zone off, {}", targets(&shares));
                report.flaw(scene::target_group(group), evidence).with(severity);
            }
        }
    }
}

/// Targets of a group by zone: those that get traffic, and those that get none.
fn targets_by_zone(
    scene: &Scene<'_>,
    group: &TargetGroup,
) -> (BTreeMap<ZoneName, usize>, BTreeMap<ZoneName, usize>) {
    let (mut used, mut unused) = (BTreeMap::new(), BTreeMap::new());
    for (number, target) in scene.index().targets_behind(group.arn.text()) {
        let Some(zone) = scene.index().zone_of_target_at(number, target) else { continue };
        let counts = match target.state {
            TargetState::Unused => &mut unused,
            TargetState::Draining => continue,
            _ => &mut used,
        };
        *counts.entry(zone.clone()).or_insert(0) += 1;
    }
    (used, unused)
}

/// Whether every node sends to every zone's targets; none where the attributes that say so are not known.
fn is_cross_zone(
    balancer: &LoadBalancer,
    own: Option<&BTreeMap<Text, Text>>,
    whole: Option<&BTreeMap<Text, Text>>,
) -> Option<bool> {
    match own?.get(CROSS_ZONE).map(|value| &**value) {
        Some("true") => Some(true),
        Some("false") => Some(false),
        // As the balancer has it: application balancers always on, network balancers off unless set (aws-domain.md A.3).
        _ if &*balancer.balancer_type == "application" => Some(true),
        _ => Some(whole?.get(CROSS_ZONE).is_some_and(|value| &**value == "true")),
    }
}

fn targets(counts: &BTreeMap<ZoneName, usize>) -> String {
    format!("targets {}", scene::by_zone(counts))
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST, target_group_arn};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| {
            world.service(EAST, "api", "aaab");
            let values = json!({"values": {"load_balancing.cross_zone.enabled": "false"}});
            world.set(EAST, Kind::TargetGroupAttributes, &target_group_arn(EAST, "api"), values);
        },
        subject: "api",
        evidence: &["cross-zone off", "3 in us-east-1a", "0 in us-east-1c"],
        silent: |world| {
            world.service(EAST, "api", "aaab");
            world.service(EAST, "even", "abc");
            let values = json!({"values": {"load_balancing.cross_zone.enabled": "false"}});
            world.set(EAST, Kind::TargetGroupAttributes, &target_group_arn(EAST, "even"), values);
        },
    };
}
