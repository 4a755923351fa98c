//! Changes of databases that wait for somebody else's.

use crate::estate::Kind;
use crate::estate::database::Database;
use crate::judge::finding::Subject;

use super::scene::Scene;
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "pending-change",
    title: "changes wait in it that the next change will bring along",
    severity: Severity::Low,
    explain: "A setting that was changed for the next maintenance window waits until then, or until somebody applies anything \
              at once: *all* that waits is applied then. An operator who turns Multi-AZ on in an incident gets the engine \
              upgrade with it; a promotion's reboot applies it as well.",
    source: "AWS: RDS guide, applying changes immediately (aws-domain.md C.4, F.33)",
    remedy: "apply it in a quiet hour, or take it back",
    reach: Reach::Region,
    needs: &[Kind::Databases],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    for database in scene.rows::<Database>().filter(|database| !database.pending_changes.is_empty()) {
        let names = database.pending_changes.join(", ");
        report.flaw(Subject::named("database", database.id.as_str()), format!("waits: {names}"));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.set(EAST, Kind::Databases, "orders", json!({"pending_changes": ["EngineVersion"]})),
        subject: "orders",
        evidence: &["waits: EngineVersion"],
        silent: |world| world.set(EAST, Kind::Databases, "orders", json!({"status": "modifying"})),
    };
}
