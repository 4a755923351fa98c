//! Target groups that tie clients to targets.

use crate::estate::Kind;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "stickiness",
    title: "its clients are tied to their targets",
    severity: Severity::Low,
    explain: "With stickiness a client goes back to its target for as long as the cookie lives. Load does not even out: after a \
              zone comes back, or members are added, the new ones stay empty and the old ones full, and a target that is taken \
              out throws its clients out with their sessions. State that a client needs belongs in a store that outlives a target.",
    source: "AWS: Elastic Load Balancing guide, sticky sessions (aws-domain.md A.3, C.2)",
    remedy: "keep sessions in a shared store, then turn stickiness off",
    reach: Reach::Region,
    needs: &[Kind::TargetGroups],
    by_part: &[Kind::TargetGroupAttributes],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    let attributes = scene.target_group_attributes();
    for group in scene.target_groups() {
        let Some(values) = attributes.get(group.arn.as_str()) else { continue };
        if values.get("stickiness.enabled").is_none_or(|value| &**value != "true") {
            continue;
        }
        let kind = values.get("stickiness.type").map_or("stickiness on", |kind| &**kind);
        let seconds = values.get(match kind {
            "app_cookie" => "stickiness.app_cookie.duration_seconds",
            _ => "stickiness.lb_cookie.duration_seconds",
        });
        let lives = seconds.map(|seconds| format!(" for {seconds} s")).unwrap_or_default();
        report.flaw(scene::target_group(group), format!("{kind}{lives}"));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST, target_group_arn};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| {
            let values = json!({"values": {
                "stickiness.enabled": "true", "stickiness.type": "lb_cookie",
                "stickiness.lb_cookie.duration_seconds": "86400",
            }});
            world.set(EAST, Kind::TargetGroupAttributes, &target_group_arn(EAST, "web"), values);
        },
        subject: "web",
        evidence: &["lb_cookie for 86400 s"],
        silent: |world| {
            let values = json!({"values": {"stickiness.enabled": "false", "stickiness.type": "lb_cookie"}});
            world.set(EAST, Kind::TargetGroupAttributes, &target_group_arn(EAST, "web"), values);
        },
    };
}
