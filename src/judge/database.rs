//! The health of databases and clusters, by RDS's own word (`aws-domain.md` A.4).

use crate::estate::database::{Cluster, Database, GlobalCluster};

use crate::id::ZoneName;

use super::policy::Policy;
use super::verdict::{Assessment, Verdict};

/// What a DB status means to someone on call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Serving,
    Transitional,
    Down,
    Unknown,
}

/// How a DB instance stands. `lag_s` is its replication lag, where known; `silent` is its zone, if AWS is silent about
/// the instances there.
pub fn assess(database: &Database, lag_s: Option<f64>, silent: Option<&ZoneName>, policy: &Policy) -> Assessment {
    let mut assessment = assess_status(&database.status);
    if let Some(zone) = silent {
        // `available` means that RDS accepts changes, not that SQL answers (aws-domain.md A.4).
        assessment.add(Verdict::Warning, format!("in {}, about which EC2 is silent: it may not answer", zone.as_str()));
    }
    if database.multi_az && database.standby_zone.is_none() {
        assessment.add(Verdict::Warning, "standby missing: not protected now");
    }
    for status in database.replication.iter().filter(|status| !status.normal) {
        let message = status.message.as_deref().map(|words| format!(": {words}")).unwrap_or_default();
        assessment.add(Verdict::Critical, format!("replication {}{message}", status.status));
    }
    match lag_s {
        // MySQL's -1 means that replication is not active, not that it is ahead (aws-domain.md A.4).
        Some(lag) if lag < 0.0 => assessment.add(Verdict::Critical, "replication not active"),
        Some(lag) if lag >= policy.lag_warning_s => assessment.add(Verdict::Warning, format!("lag {lag:.0} s")),
        _ => {}
    }
    assessment
}

/// How a cluster stands.
pub fn assess_cluster(cluster: &Cluster) -> Assessment {
    let mut assessment = assess_status(&cluster.status);
    if !cluster.members.iter().any(|member| member.writer)
        && cluster.replica_of.is_none()
        && !cluster.members.is_empty()
    {
        assessment.add(Verdict::Warning, "no writer among its members");
    }
    if cluster.members.is_empty() {
        assessment.add(Verdict::Warning, "no members: nothing can serve from it");
    }
    assessment
}

/// How a global cluster stands.
pub fn assess_global(global: &GlobalCluster) -> Assessment {
    let mut assessment = assess_status(&global.status);
    for member in &global.members {
        if let Some(word) = member.synchronization.as_deref().filter(|word| *word != "connected") {
            assessment.add(Verdict::Warning, format!("{} {word}", member.cluster.short()));
        }
    }
    if let Some((status, _, _)) = &global.failover {
        assessment.add(Verdict::Warning, format!("failover {status}"));
    }
    assessment
}

fn assess_status(status: &str) -> Assessment {
    let mut assessment = Assessment::ok();
    match read(status) {
        Reading::Serving => {}
        Reading::Transitional => assessment.add(Verdict::Warning, status.to_owned()),
        Reading::Down => assessment.add(Verdict::Critical, status.to_owned()),
        Reading::Unknown => assessment.add(Verdict::Unknown, format!("status {status} is not known to fournines")),
    }
    assessment
}

/// The table of `aws-domain.md` A.4.
fn read(status: &str) -> Reading {
    match status {
        "available" | "backing-up" | "storage-initialization" | "storage-optimization" | "modifying" => {
            Reading::Serving
        }
        _ if status.starts_with("configuring-") || status.starts_with("maintenance") => Reading::Serving,
        "creating"
        | "starting"
        | "rebooting"
        | "renaming"
        | "upgrading"
        | "resetting-master-credentials"
        | "converting-to-vpc"
        | "moving-to-vpc"
        | "storage-config-upgrade"
        | "stopping"
        | "deleting"
        | "delete-precheck"
        | "stopped"
        | "failing-over"
        | "promoting"
        | "migrating"
        | "backtracking"
        | "update-iam-db-auth"
        | "switching-over" => Reading::Transitional,
        "storage-full"
        | "failed"
        | "insufficient-capacity"
        | "inaccessible-encryption-credentials"
        | "inaccessible-encryption-credentials-recoverable"
        | "restore-error"
        | "upgrade_failed"
        | "migration-failed"
        | "cloning-failed" => Reading::Down,
        _ if status.starts_with("incompatible-") => Reading::Down,
        _ => Reading::Unknown,
    }
}
