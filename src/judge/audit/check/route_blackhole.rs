//! Routes into nowhere.

use crate::estate::Kind;
use crate::estate::network::RouteTable;
use crate::judge::finding::Subject;

use super::scene::{self, Scene};
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "route-blackhole",
    title: "a route leads to something that is gone",
    severity: Severity::Medium,
    explain: "A route whose target was deleted stays in its table and swallows what it matches. Nothing alarms: instances boot, \
              pass their checks and time out on whatever lies behind that route. It is found when something new needs it, such \
              as instances that are launched into that subnet in an evacuation.",
    source: "AWS: VPC guide, route tables (aws-domain.md B.4)",
    remedy: "point the route at what took its place, or delete it",
    reach: Reach::Region,
    needs: &[Kind::RouteTables],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    for table in scene.rows::<RouteTable>().filter(|table| table.main || !table.subnets.is_empty()) {
        for route in table.routes.iter().filter(|route| route.state.as_deref() == Some("blackhole")) {
            let target = route.target.as_deref().unwrap_or("nowhere");
            let subnets = scene::count(table.subnets.len(), "subnet");
            let evidence = format!("{} to {target} is a blackhole, for {subnets}", route.destination);
            report.flaw(Subject::named("route table", &*table.id), evidence);
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
            let gone = json!([{"destination": "0.0.0.0/0", "target": "nat-0", "state": "blackhole"}]);
            world.set(EAST, Kind::RouteTables, "rtb-us-east-1c", json!({"routes": gone}));
        },
        subject: "rtb-us-east-1c",
        evidence: &["0.0.0.0/0 to nat-0 is a blackhole", "1 subnet"],
        silent: |world| {
            let gone = json!([{"destination": "0.0.0.0/0", "target": "nat-0", "state": "blackhole"}]);
            world.set(EAST, Kind::RouteTables, "rtb-us-east-1c", json!({"routes": gone, "subnets": []}));
        },
    };
}
