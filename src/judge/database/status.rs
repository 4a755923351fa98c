//! RDS's word for a database's state, and what it means to somebody on call: the table of `aws-domain.md` A.4.

use crate::judge::finding::Urgency;
use crate::judge::verdict::{Reason, Verdict};

/// What stands in the way of a database in this state; none while it serves.
pub(super) fn reason(status: &str) -> Option<Reason> {
    let down = |words: &str, next: &str| {
        Some(Reason::new(Verdict::Critical, format!("{status}: {words}")).next(next).urgency(Urgency::Now))
    };
    match status {
        "available" | "backing-up" | "storage-initialization" | "storage-optimization" | "modifying" => None,
        _ if status.starts_with("configuring-") || status.starts_with("maintenance") => None,
        // The standby is just as full, and storage can be grown once in six hours (aws-domain.md F.39).
        "storage-full" => down("it writes nothing", "grow its storage by 20 % or more, at once"),
        "failed" => down("unrecoverable", "restore it to a point in time"),
        "insufficient-capacity" => down("no capacity for its class in its zone", "another class or zone"),
        "inaccessible-encryption-credentials-recoverable" => down("its key is off", "enable its key, then start it"),
        "inaccessible-encryption-credentials" => down("its key is gone", "restore it from a backup with another key"),
        "restore-error" => down("the restore failed", "read its events, then restore again"),
        "upgrade_failed" => down("the upgrade failed", "read its events and its log"),
        "migration-failed" | "cloning-failed" => down("as it says", "read its events"),
        "incompatible-network" => down("often no free address in its subnet group", "free an address in its subnets"),
        "incompatible-parameters" => down("cannot start with its parameters", "reset its parameter group"),
        "incompatible-option-group" => down("cannot start with its options", "change its option group"),
        "incompatible-restore" => down("cannot be restored so", "restore to another point in time"),
        _ if status.starts_with("incompatible-") => down("cannot start with its settings", "read its events"),
        "stopped" => Some(Reason::new(Verdict::Warning, "stopped: it starts by itself after 7 days")),
        "failing-over" | "promoting" | "switching-over" => {
            Some(Reason::new(Verdict::Critical, status.to_owned()).next(WAIT).urgency(Urgency::Now))
        }
        _ if TRANSITIONAL.contains(&status) => Some(Reason::new(Verdict::Warning, status.to_owned())),
        _ => Some(Reason::new(Verdict::Unknown, format!("status {status} is not known to fournines"))),
    }
}

/// What to do while RDS moves a database itself: a second failover ends in the cool-down (`aws-domain.md` F.28).
pub(super) const WAIT: &str = "wait: RDS is moving it; a second failover helps nobody";

/// States that a database passes through: more than half an hour in one is worth a page.
const TRANSITIONAL: &[&str] = &[
    "creating",
    "starting",
    "rebooting",
    "renaming",
    "upgrading",
    "resetting-master-credentials",
    "converting-to-vpc",
    "moving-to-vpc",
    "storage-config-upgrade",
    "stopping",
    "deleting",
    "delete-precheck",
    "migrating",
    "backtracking",
    "update-iam-db-auth",
];
