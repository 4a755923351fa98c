//! Alarms whose actions are off.

use crate::estate::Kind;
use crate::estate::alarm::Alarm;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "alarm-muted",
    title: "the alarm's actions are off",
    severity: Severity::Medium,
    explain: "An alarm whose actions are off turns red and tells nobody. They are turned off for a night of maintenance and \
              stay so; nothing but a look at each alarm shows it. An alarm that was to recover an instance or roll back a \
              release does not do that either.",
    source: "AWS: CloudWatch guide, alarm actions (aws-domain.md A.5)",
    remedy: "turn its actions on, or delete it",
    reach: Reach::Region,
    needs: &[Kind::Alarms],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    for alarm in scene.rows::<Alarm>().filter(|alarm| alarm.actions_enabled == Some(false)) {
        let kept = scene::count(alarm.actions.len(), "action");
        report.flaw(scene::alarm(alarm), format!("{kept} off, state {}", alarm.state));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.set(EAST, Kind::Alarms, "web-5xx", json!({"actions_enabled": false})),
        subject: "web-5xx",
        evidence: &["1 action off", "state OK"],
        silent: |world| world.set(EAST, Kind::Alarms, "web-5xx", json!({"state": "ALARM"})),
    };
}
