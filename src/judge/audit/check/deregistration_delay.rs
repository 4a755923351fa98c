//! Delays that are far from what draining takes.

use crate::estate::Kind;
use crate::estate::balancer::TargetGroup;
use crate::estate::query::{Measure, Query};

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "deregistration-delay",
    title: "its deregistration delay is far from what draining takes",
    severity: Severity::Low,
    explain: "A target that is taken out is shown as draining for the whole delay, however idle: with the default of 300 s each \
              replacement, release and evacuation waits five minutes a step for requests that ended in the first second. Too \
              short the other way: what is still under way when the delay ends is cut off. Measured against the slowest of a \
              hundred requests, where that metric is read.",
    source: "AWS: Elastic Load Balancing guide, deregistration delay (aws-domain.md A.2, A.3)",
    remedy: "set it to a few times the longest request",
    reach: Reach::Region,
    needs: &[Kind::TargetGroups],
    by_part: &[Kind::TargetGroupAttributes],
    run,
};

/// Seconds above which a delay is looked at.
const LONG_S: f64 = 120.0;
/// How many times the slowest request a delay may be.
const GENEROUS: f64 = 20.0;

fn run(scene: &Scene<'_>, report: &mut Report) {
    let attributes = scene.target_group_attributes();
    // Flows of network balancers may last for hours: nobody knows how long theirs take.
    let answering = scene.target_groups().filter(|group| group.protocol.as_deref().is_some_and(|p| p.starts_with("HTTP")));
    for group in answering {
        let value = attributes.get(group.arn.as_str()).and_then(|v| v.get("deregistration_delay.timeout_seconds"));
        let Some(delay) = value.and_then(|value| value.parse::<f64>().ok()) else { continue };
        let slowest = slowest(scene, group);
        let told = slowest.map(|s| format!("; the slowest of 100 requests took {s:.2} s")).unwrap_or_default();
        if slowest.map_or(delay == 0.0, |slowest| delay < slowest) {
            let evidence = format!("{delay:.0} s cuts off what is under way{told}");
            report.flaw(scene::target_group(group), evidence).with(Severity::Medium);
        } else if delay > LONG_S && slowest.is_none_or(|slowest| delay > slowest * GENEROUS) {
            report.flaw(scene::target_group(group), format!("{delay:.0} s a target and step{told}"));
        }
    }
}

/// Seconds that the slowest of a hundred requests took lately, behind any of its balancers.
fn slowest(scene: &Scene<'_>, group: &TargetGroup) -> Option<f64> {
    let queries = group.load_balancers.iter();
    let queries = queries.filter_map(|arn| Query::of_target_group(Measure::Latency, arn, &group.arn, None));
    queries.filter_map(|query| scene.metrics().latest(&query).value()).reduce(f64::max)
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST, target_group_arn};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| {
            let values = json!({"values": {"deregistration_delay.timeout_seconds": "300"}});
            world.set(EAST, Kind::TargetGroupAttributes, &target_group_arn(EAST, "web"), values);
        },
        subject: "web",
        evidence: &["300 s"],
        silent: |world| {
            let arn = target_group_arn(EAST, "web");
            let values = json!({"values": {"deregistration_delay.timeout_seconds": "300"}});
            world.set(EAST, Kind::TargetGroupAttributes, &arn, values);
            world.set(EAST, Kind::TargetGroups, &arn, json!({"protocol": "TCP"}));
        },
    };
}
