//! Alarms that tell nobody.

use crate::estate::Kind;
use crate::estate::alarm::Alarm;
use crate::estate::group::ScalingPolicy;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "alarm-without-action",
    title: "the alarm tells nobody",
    severity: Severity::Low,
    explain: "An alarm without an action turns red where nobody looks. It counts as told where a composite alarm has it in its \
              rule, or a scaling policy is driven by it. An alarm that only judges practice runs of a zonal autoshift has none \
              by intent; which those are is not read, so accept that one by policy.",
    source: "AWS: CloudWatch guide, alarm actions (aws-domain.md A.5)",
    remedy: "give it an action, or put it into a composite alarm's rule",
    reach: Reach::Region,
    needs: &[Kind::Alarms, Kind::ScalingPolicies],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    let rules: Vec<&str> = scene.rows::<Alarm>().filter_map(|alarm| alarm.rule.as_deref()).collect();
    for alarm in scene.rows::<Alarm>().filter(|alarm| alarm.actions.is_empty()) {
        let (name, arn) = (alarm.name.as_str(), alarm.arn.as_ref().map(|arn| arn.as_str()));
        let in_rule = rules.iter().any(|rule| names(rule, name) || arn.is_some_and(|arn| names(rule, arn)));
        let scales = scene.rows::<ScalingPolicy>().any(|policy| policy.alarms.iter().any(|alarm| &**alarm == name));
        if !in_rule && !scales {
            report.flaw(scene::alarm(alarm), format!("0 actions, in no composite's rule; state {}", alarm.state));
        }
    }
}

/// Whether a composite's rule speaks of the alarm: `ALARM("web-5xx")`, or without quotation marks.
fn names(rule: &str, alarm: &str) -> bool {
    rule.contains(&format!("(\"{alarm}\")")) || rule.contains(&format!("({alarm})"))
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.set(EAST, Kind::Alarms, "web-5xx", json!({"actions": []})),
        subject: "web-5xx",
        evidence: &["0 actions"],
        silent: |world| {
            world.set(EAST, Kind::Alarms, "web-5xx", json!({"actions": []}));
            world.add(EAST, Kind::Alarms, json!({
                "name": "web", "alarm_type": "composite", "state": "OK", "actions": ["arn:aws:sns:us-east-1:1:oncall"],
                "rule": "ALARM(\"web-5xx\") OR ALARM(other)",
            }));
        },
    };
}
