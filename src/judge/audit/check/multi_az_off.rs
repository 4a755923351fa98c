//! Databases without a standby.

use crate::estate::Kind;
use crate::estate::database::Database;
use crate::judge::finding::Subject;

use super::scene::Scene;
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "multi-az-off",
    title: "the database has no standby",
    severity: Severity::High,
    explain: "A database in one zone is gone with its host until it is rebuilt, and with its zone until the zone is back: RDS \
              promises 99.5 % for it, against 99.95 % with a standby that takes over in one to two minutes. A read replica is \
              no standby: to promote it takes a decision, minutes, and whatever it had not yet received.",
    source: "AWS: RDS guide, Multi-AZ deployments; RDS SLA (aws-domain.md A.4, D)",
    remedy: "turn Multi-AZ on in a quiet hour; it is online, and writes are slower while it syncs",
    reach: Reach::Region,
    needs: &[Kind::Databases],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    // Members of clusters are cluster-one-zone's; a replica has the original behind it.
    let alone = scene.rows::<Database>().filter(|database| database.cluster.is_none() && database.replica_of.is_none());
    for database in alone.filter(|database| !database.multi_az) {
        let zone = database.zone.as_ref().map(|zone| format!(" in {zone}")).unwrap_or_default();
        let evidence = format!("{} with no standby{zone}", database.engine);
        report.flaw(Subject::named("database", database.id.as_str()), evidence).in_zone(database.zone.as_ref());
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.set(EAST, Kind::Databases, "orders", json!({"multi_az": false})),
        subject: "orders",
        evidence: &["postgres with no standby in us-east-1a"],
        silent: |world| world.database(EAST, "orders-copy", json!({"replica_of": "orders"})),
    };
}
