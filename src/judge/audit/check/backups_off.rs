//! Databases that nobody backs up.

use crate::estate::Kind;
use crate::estate::database::{Cluster, Database};
use crate::judge::finding::Subject;

use super::scene::Scene;
use crate::judge::audit::{Check, Reach, Report, Severity};

pub(super) const CHECK: Check = Check {
    name: "backups-off",
    title: "automatic backups are off",
    severity: Severity::High,
    explain: "Without automatic backups there is no going back: a bad release that writes rubbish, a dropped table or a failed \
              instance lose what there was since the last snapshot that somebody made by hand. A standby is no help, it \
              follows every mistake. A replica needs them too, before it is promoted: turning them on then takes time.",
    source: "AWS: RDS guide, automated backups (aws-domain.md A.4, C.4)",
    remedy: "set a retention of seven days or more",
    reach: Reach::Region,
    needs: &[Kind::Databases, Kind::Clusters],
    by_part: &[],
    run,
};

fn run(scene: &Scene<'_>, report: &mut Report) {
    for database in scene.rows::<Database>().filter(|d| d.cluster.is_none() && d.backup_days == Some(0)) {
        let subject = Subject::named("database", database.id.as_str());
        match database.replica_of.as_deref() {
            None => report.flaw(subject, "0 days kept"),
            Some(original) => report.flaw(subject, format!("0 days kept; a replica of {original}")).with(Severity::Low),
        };
    }
    for cluster in scene.rows::<Cluster>().filter(|cluster| cluster.backup_days == Some(0)) {
        report.flaw(Subject::named("cluster", cluster.id.as_str()), "0 days kept");
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use crate::estate::Kind;
    use crate::judge::audit::fixture::{Case, EAST};

    pub(in super::super) const CASE: Case = Case {
        fires: |world| world.set(EAST, Kind::Databases, "orders", json!({"backup_days": 0})),
        subject: "orders",
        evidence: &["0 days kept"],
        silent: |world| world.set(EAST, Kind::Databases, "orders", json!({"backup_days": 1})),
    };
}
