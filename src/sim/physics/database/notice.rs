//! What RDS tells of databases: the event log, in AWS's words.
//!
//! Owns: one entry for every event that the physics brings about, with the number under which AWS documents it
//! (`aws-domain.md C.3`). `DescribeEvents` answers with the texts alone, never with the numbers. Must stay true: texts
//! and categories are AWS's, the missing full stops of two of them included.

use super::super::super::world::{Arn, DbClusterId, DbEvent, DbEventSource, DbInstanceId, HostTrouble};
use super::super::Scene;

/// An RDS event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Notice<'a> {
    /// RDS-EVENT-0001.
    BackupStarted,
    /// RDS-EVENT-0002.
    BackupFinished,
    /// RDS-EVENT-0006.
    Restarted,
    /// RDS-EVENT-0007.
    StorageExhausted,
    /// RDS-EVENT-0013.
    FailoverStarted,
    /// RDS-EVENT-0020.
    RecoveryStarted,
    /// RDS-EVENT-0021.
    RecoveryFinished,
    /// RDS-EVENT-0045.
    ReplicationStopped,
    /// RDS-EVENT-0046.
    ReplicationResumed,
    /// RDS-EVENT-0049.
    FailoverFinished,
    /// RDS-EVENT-0034.
    FailoverAbandoned,
    /// Why RDS failed over; comes with RDS-EVENT-0049.
    FailoverReason(HostTrouble),
    /// RDS-EVENT-0050: a Multi-AZ instance recovered without a failover.
    ActivationStarted,
    /// RDS-EVENT-0051.
    ActivationFinished,
    /// RDS-EVENT-0052.
    MultiAzRecoveryStarted,
    /// RDS-EVENT-0053.
    MultiAzRecoveryFinished,
    /// RDS-EVENT-0057.
    ReplicationTerminated,
    /// RDS-EVENT-0069, of a cluster.
    ClusterFailoverFailed,
    /// RDS-EVENT-0071, of a cluster.
    ClusterFailoverFinished(&'a DbInstanceId),
    /// RDS-EVENT-0072, of a cluster.
    SameZoneFailoverStarted(&'a DbInstanceId),
    /// RDS-EVENT-0073, of a cluster.
    CrossZoneFailoverStarted(&'a DbInstanceId),
    /// RDS-EVENT-0089: less than a tenth is free.
    StorageLow {
        /// The database.
        id: &'a DbInstanceId,
        /// Its storage, GiB.
        storage_gib: u32,
        /// Share that is free.
        free: f64,
    },
    /// RDS-EVENT-0221.
    StorageFull,
    /// RDS-EVENT-0222, of MySQL.
    StorageLowOfMysql {
        /// The database.
        id: &'a DbInstanceId,
        /// Its storage, GiB.
        storage_gib: u32,
        /// Share that is free.
        free: f64,
    },
    /// RDS-EVENT-0361.
    StandbyRecoveryStarted,
    /// RDS-EVENT-0362.
    StandbyRecoveryFinished,
    /// Of an Aurora member that wrote; AWS gives it no category.
    WriterBecameReader,
}

impl Notice<'_> {
    /// `EventCategories`.
    fn category(self) -> Option<&'static str> {
        Some(match self {
            Self::BackupStarted | Self::BackupFinished => "backup",
            Self::Restarted | Self::StorageFull | Self::StorageLowOfMysql { .. } => "availability",
            Self::StorageExhausted | Self::StorageLow { .. } => "low storage",
            Self::FailoverStarted
            | Self::FailoverFinished
            | Self::FailoverReason(_)
            | Self::FailoverAbandoned
            | Self::ActivationStarted
            | Self::ActivationFinished
            | Self::ClusterFailoverFailed
            | Self::ClusterFailoverFinished(_)
            | Self::SameZoneFailoverStarted(_)
            | Self::CrossZoneFailoverStarted(_) => "failover",
            Self::RecoveryStarted
            | Self::RecoveryFinished
            | Self::MultiAzRecoveryStarted
            | Self::MultiAzRecoveryFinished
            | Self::StandbyRecoveryStarted
            | Self::StandbyRecoveryFinished => "recovery",
            Self::ReplicationStopped | Self::ReplicationResumed | Self::ReplicationTerminated => "read replica",
            Self::WriterBecameReader => return None,
        })
    }

    /// `Message`.
    fn message(self) -> String {
        let text = match self {
            Self::BackupStarted => "Backing up DB instance",
            Self::BackupFinished => "Finished DB Instance backup",
            Self::Restarted => "DB instance restarted",
            Self::StorageExhausted => "Allocated storage has been exhausted. Allocate additional storage to resolve.",
            Self::FailoverStarted => "Multi-AZ instance failover started.",
            Self::RecoveryStarted => {
                "Recovery of the DB instance has started. Recovery time will vary with the amount of data to be recovered."
            }
            Self::RecoveryFinished => "Recovery of the DB instance is complete.",
            Self::ReplicationStopped => "Replication has stopped.",
            Self::ReplicationResumed => "Replication for the Read Replica resumed.",
            Self::FailoverFinished => "Multi-AZ instance failover completed",
            Self::FailoverReason(HostTrouble::Crashed) => "The primary host of the RDS Multi-AZ instance is unhealthy.",
            Self::FailoverReason(HostTrouble::Dark) => {
                "The primary host of the RDS Multi-AZ instance is unreachable due to loss of network connectivity."
            }
            Self::FailoverReason(HostTrouble::Stalled) => {
                "The storage volume underlying the primary host of the RDS Multi-AZ instance experienced a failure."
            }
            Self::FailoverReason(HostTrouble::Asked) => "The user requested a failover of the DB instance.",
            Self::FailoverAbandoned => {
                "Abandoning user requested failover since a failover recently occurred on the database instance."
            }
            Self::ActivationStarted => "Multi-AZ instance activation started.",
            Self::ActivationFinished => "Multi-AZ instance activation completed.",
            Self::MultiAzRecoveryStarted => {
                "Multi-AZ instance recovery started. Recovery time will vary with the amount of data to be recovered."
            }
            Self::MultiAzRecoveryFinished => "Multi-AZ instance recovery completed. Pending failover or activation.",
            Self::ReplicationTerminated => "Replication streaming has been terminated.",
            Self::ClusterFailoverFailed => {
                "Cluster failover failed, check the health of your cluster instances and try again."
            }
            Self::ClusterFailoverFinished(to) => return format!("Completed failover to DB instance: {to}"),
            Self::SameZoneFailoverStarted(to) => return format!("Started same AZ failover to DB instance: {to}"),
            Self::CrossZoneFailoverStarted(to) => return format!("Started cross AZ failover to DB instance: {to}"),
            Self::StorageLow { id, storage_gib, free } => {
                let (size, percent) = (f64::from(storage_gib), 100.0 * free);
                return format!(
                    "The free storage capacity for DB instance: {id} is low at {percent:.0}% of the provisioned storage \
                     [Provisioned Storage: {size:.2} GB, Free Storage: {:.2} GB]. You may want to increase the \
                     provisioned storage to address this issue.",
                    size * free
                );
            }
            Self::StorageFull => {
                "DB instance has reached the storage-full threshold, and the database has been shut down. You can \
                 increase the allocated storage to address this issue."
            }
            Self::StorageLowOfMysql { id, storage_gib, free } => {
                let (size, percent) = (f64::from(storage_gib), 100.0 * free);
                return format!(
                    "Free storage capacity for DB instance {id} is low at {percent:.0}% of the allocated storage \
                     [Allocated storage: {size:.2} GB, Free storage: {:.2} GB]. The database will be shut down to \
                     prevent corruption if free storage is lower than 0.20 GB. You can increase the allocated storage \
                     to address this issue.",
                    size * free
                );
            }
            Self::StandbyRecoveryStarted => "Recovery of standby DB instance has started.",
            Self::StandbyRecoveryFinished => "Recovery of standby DB instance has completed.",
            Self::WriterBecameReader => "A new writer was promoted. Restarting database as a reader.",
        };
        text.to_owned()
    }

    /// The event at the scene's instant.
    fn event(self, scene: &Scene<'_>, source_type: DbEventSource, source: String, arn: Arn) -> DbEvent {
        let categories = self.category().map(str::to_owned).into_iter().collect();
        DbEvent { at: scene.now, source_type, source, arn, message: self.message(), categories }
    }
}

impl Scene<'_> {
    /// RDS tells of an instance.
    pub(super) fn tell(&mut self, id: &DbInstanceId, notice: Notice<'_>) {
        let Some(arn) = self.region.databases.get(id).map(|database| database.arn.clone()) else { return };
        let event = notice.event(self, DbEventSource::Instance, id.to_string(), arn);
        self.region.db_events.push_back(event);
    }

    /// RDS tells of a cluster.
    pub(super) fn tell_cluster(&mut self, id: &DbClusterId, notice: Notice<'_>) {
        let Some(arn) = self.region.clusters.get(id).map(|cluster| cluster.arn.clone()) else { return };
        let event = notice.event(self, DbEventSource::Cluster, id.to_string(), arn);
        self.region.db_events.push_back(event);
    }
}
