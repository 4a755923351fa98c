//! Processes that somebody suspended and nobody resumed.

use crate::estate::Kind;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "suspended-processes",
    title: "it does not heal itself: processes are suspended",
    severity: Severity::High,
    explain: "A suspended process stays suspended until somebody resumes it. With Launch suspended the group still ends what is \
              unhealthy and launches nothing in its place: it melts. With AddToLoadBalancer suspended, members that are \
              launched meanwhile never get traffic, not even later. With HealthCheck or ReplaceUnhealthy suspended nothing is \
              replaced, and all at once when it is resumed.",
    source: "AWS: EC2 Auto Scaling guide, suspended processes (aws-domain.md A.2, F.19)",
    remedy: "ask why, then resume them",
    reach: Reach::Region,
    needs: &[Kind::Groups],
    by_part: &[],
    run,
};

/// What each costs, the gravest first.
const CONSEQUENCES: &[(&str, Severity, &str)] = &[
    ("Launch", Severity::High, "nothing is launched: it shrinks with each failure"),
    ("AddToLoadBalancer", Severity::High, "new members never get traffic"),
    ("HealthCheck", Severity::High, "nobody notices what fails"),
    ("ReplaceUnhealthy", Severity::High, "what is unhealthy stays"),
    ("Terminate", Severity::Medium, "nothing is ended: unhealthy members pile up"),
    ("AlarmNotification", Severity::Medium, "it does not follow the load"),
    ("InstanceRefresh", Severity::Medium, "releases stand still"),
    ("ScheduledActions", Severity::Medium, "its schedule is ignored"),
    ("AZRebalance", Severity::Low, "its zones may drift apart"),
];

fn run(scene: &Scene<'_>, report: &mut Report) {
    for group in scene.groups().filter(|group| !group.suspended.is_empty()) {
        let known = CONSEQUENCES.iter().filter(|(name, ..)| group.suspended.contains_key(*name));
        let mut known = known.peekable();
        // RemoveFromLoadBalancerLowPriority is a leftover without effect.
        let Some((_, severity, consequence)) = known.peek().copied() else { continue };
        let names: Vec<&str> = known.map(|(name, ..)| *name).collect();
        let evidence = format!("{} suspended: {consequence}", names.join(", "));
        report.flaw(scene::group(group), evidence).with(*severity);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| {
            let suspended = json!({"suspended": {"AZRebalance": "by ada", "Launch": "by ada"}});
            world.set(EAST, Kind::Groups, "web-asg", suspended);
        },
        subject: "web-asg",
        evidence: &["Launch, AZRebalance suspended", "shrinks"],
        silent: |world| {
            let legacy = json!({"suspended": {"RemoveFromLoadBalancerLowPriority": ""}});
            world.set(EAST, Kind::Groups, "web-asg", legacy);
        },
    };
}
