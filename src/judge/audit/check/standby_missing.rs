//! Databases whose standby is not there.

use crate::estate::Kind;
use crate::estate::database::Database;
use crate::judge::finding::Subject;

use super::scene::Scene;
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "standby-missing",
    title: "Multi-AZ is on and there is no standby",
    severity: Severity::High,
    explain: "Multi-AZ says what is wanted; the second zone says what is there. While it is missing the standby is being built \
              or built anew, after a failover or a lost zone, and until it is back the database has none: a failover now has \
              nowhere to go, and one that is forced is an outage.",
    source: "AWS: RDS guide, Multi-AZ deployments (aws-domain.md A.4, F.28)",
    remedy: "wait for it before any failover; after an hour ask AWS",
    reach: Reach::Region,
    needs: &[Kind::Databases],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    for database in scene.rows::<Database>().filter(|database| database.multi_az && database.cluster.is_none()) {
        let subject = Subject::named("database", database.id.as_str());
        match (&database.zone, &database.standby_zone) {
            (_, None) => report.flaw(subject, format!("Multi-AZ, no standby's zone; {}", database.status)),
            (Some(zone), Some(standby)) if zone == standby => {
                report.flaw(subject, format!("writer and standby both in {zone}")).in_zone(Some(zone))
            }
            _ => continue,
        };
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.set(EAST, Kind::Databases, "orders", json!({"standby_zone": null, "status": "modifying"})),
        subject: "orders",
        evidence: &["no standby", "modifying"],
        silent: |world| world.set(EAST, Kind::Databases, "orders", json!({"standby_zone": "us-east-1c"})),
    };
}
