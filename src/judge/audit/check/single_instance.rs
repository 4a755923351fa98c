//! Something that exists once.

use std::collections::BTreeMap;

use crate::estate::Kind;
use crate::estate::balancer::{Target, TargetState};

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "single-instance",
    title: "one instance carries it alone",
    severity: Severity::High,
    explain: "One instance is gone with its host, its zone or its next reboot, and nothing serves until another has booted: EC2 \
              promises 99.5 % for it, three and a half hours a month. A group of one replaces it by itself but not at once; \
              a box of its own not at all. It is low where no balancer routes to it: somebody may want exactly one.",
    source: "AWS: EC2 SLA, single instance (aws-domain.md D, F.4)",
    remedy: "run two or more over zones: raise min and desired",
    reach: Reach::Region,
    needs: &[Kind::Groups, Kind::Instances, Kind::TargetGroups],
    by_part: &[Kind::Targets],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    for group in scene.groups().filter(|group| group.desired == 1) {
        let sizes = format!("1 member (min {}, max {})", group.min, group.max);
        match scene.entry_of(group) {
            Some(entry) => report.flaw(scene::group(group), format!("{sizes} {entry}")),
            None => report.flaw(scene::group(group), sizes).with(Severity::Low),
        };
    }
    let standalone: BTreeMap<&str, String> =
        scene.standalone().map(|instance| (instance.id.as_str(), scene::instance(instance).to_string())).collect();
    for group in scene.target_groups() {
        let mut targets = scene.index().targets_behind(group.arn.text()).filter(|(_, target)| serves(target));
        if let (Some((_, only)), None) = (targets.next(), targets.next())
            && let Some(name) = standalone.get(&*only.id)
        {
            report
                .flaw(scene::target_group(group), format!("1 target: {name}"))
                .mended_by("put a second one behind it, in another zone; better a group of two");
        }
    }
}

fn serves(target: &Target) -> bool {
    !matches!(target.state, TargetState::Draining | TargetState::Unused)
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.service(EAST, "api", "a"),
        subject: "api-asg",
        evidence: &["1 member", "behind api"],
        silent: |world| {
            world.service(EAST, "api", "ab");
            world.group(EAST, "off", "");
            world.set(EAST, Kind::Groups, "off-asg", json!({"max": 1}));
        },
    };
}
