//! Instances that AWS will take away or restart.

use crate::estate::Kind;
use crate::estate::instance::InstanceStatus;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "retirement-scheduled",
    title: "AWS has scheduled its end or a restart",
    severity: Severity::Medium,
    explain: "AWS announces when a host is to be retired or restarted. At that time the instance is stopped (with an \
              instance-store root it is ended, and its data lost), and nobody starts it again. A group replaces its member \
              then; a box of its own stays off. Stopped and started by hand before, it moves to another host at a time of \
              one's own choosing.",
    source: "AWS: EC2 guide, scheduled events (aws-domain.md A.1, F.37)",
    remedy: "stop and start it in a quiet hour before that; a group's member: launch one first, then end it",
    reach: Reach::Region,
    needs: &[Kind::InstanceStatuses, Kind::Instances],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    for status in scene.rows::<InstanceStatus>() {
        let Some(instance) = scene.index().instance(status.instance.as_str()) else { continue };
        // Finished events linger for a week.
        for event in status.events.iter().filter(|event| !event.is_over()) {
            let ends = matches!(&*event.code, "instance-retirement" | "instance-stop");
            let alone = instance.group().is_none();
            let severity = match (ends, alone) {
                (true, true) => Severity::High,
                (true, false) => Severity::Medium,
                (false, _) => Severity::Low,
            };
            let when = event.not_before.map(|at| format!(" from {}", at.strftime("%F %H:%MZ"))).unwrap_or_default();
            let entry = scene.entry_of_instance(&instance.id).map(|entry| format!(", {entry}")).unwrap_or_default();
            let kept = if alone { "in no group" } else { "a group's member" };
            report
                .flaw(scene::instance(instance), format!("{}{when}; {kept}{entry}", event.code))
                .with(severity)
                .in_zone(Some(&instance.zone));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| {
            world.instance(EAST, "i-relay", 'a', json!({}));
            let event = json!({
                "code": "instance-retirement", "description": "degraded", "not_before": "2026-11-22T09:00:00Z",
            });
            world.set(EAST, Kind::InstanceStatuses, "i-relay", json!({"events": [event]}));
        },
        subject: "i-relay",
        evidence: &["instance-retirement from 2026-11-22 09:00Z", "in no group"],
        silent: |world| {
            world.instance(EAST, "i-relay", 'a', json!({}));
            let event = json!({"code": "instance-reboot", "description": "[Completed] done", "not_before": null});
            world.set(EAST, Kind::InstanceStatuses, "i-relay", json!({"events": [event]}));
        },
    };
}
