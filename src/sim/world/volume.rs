//! EBS volumes.

use std::time::Duration;

use serde::Serialize;

use super::words::words;
use super::{InstanceId, SimTime, SnapshotId, Tags, VolumeId, ZoneCauses, ZoneName};

/// An EBS volume: bound to its zone.
#[derive(Debug, Clone, Serialize)]
pub struct Volume {
    /// `vol-…`.
    pub id: VolumeId,
    /// Its zone.
    pub zone: ZoneName,
    /// GiB.
    pub size_gib: u32,
    /// `gp3`.
    pub volume_type: String,
    /// Provisioned operations a second.
    pub iops: u32,
    /// Encrypted.
    pub encrypted: bool,
    /// What it was made from.
    pub snapshot: Option<SnapshotId>,
    /// Creation.
    pub created_at: SimTime,
    /// State.
    pub state: VolumeState,
    /// The instance that it is attached to; its `block_devices` have the device name.
    pub instance: Option<InstanceId>,
    /// Tags.
    pub tags: Tags,
}

/// What `DescribeVolumeStatus` tells of a volume. It is worked out from the causes of its zone whenever someone asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VolumeStatus {
    /// Its status.
    pub condition: VolumeCondition,
    /// The event of I/O that stalls, while it does.
    pub stall: Option<VolumeEvent>,
}

/// An event of a volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VolumeEvent {
    /// `evol-…`.
    pub id: String,
    /// Since when.
    pub not_before: SimTime,
}

impl VolumeEvent {
    /// `eventType` of stalled I/O.
    pub const STALLED: &'static str = "io-performance:stalled";
}

impl Volume {
    /// How often a volume's status is checked, and so how late a stall is noticed.
    const CHECKED_EVERY: Duration = Duration::from_secs(120);

    /// Its status at `now`, given what is wrong with its zone: I/O that stalls is told, a zone that is dark tells nothing
    /// (`aws-domain.md A.1`).
    #[must_use]
    pub fn status(&self, zone: &ZoneCauses, now: SimTime) -> VolumeStatus {
        let stalled = zone.ebs_stalled.filter(|since| now.since(*since) >= Self::CHECKED_EVERY);
        let stall = stalled.map(|since| {
            let digits = self.id.as_str().trim_start_matches("vol-");
            VolumeEvent { id: format!("evol-{digits}"), not_before: since.whole_second() }
        });
        match (zone.dark, stall) {
            (Some(_), _) => VolumeStatus { condition: VolumeCondition::InsufficientData, stall: None },
            (None, Some(stall)) => VolumeStatus { condition: VolumeCondition::Impaired, stall: Some(stall) },
            (None, None) => VolumeStatus { condition: VolumeCondition::Ok, stall: None },
        }
    }
}

words! {
    /// `Volume.State`.
    pub enum VolumeState {
        /// Being made.
        Creating = "creating",
        /// Not attached.
        Available = "available",
        /// Attached.
        InUse = "in-use",
    }

    /// `VolumeStatus.Status`.
    pub enum VolumeCondition {
        /// In order.
        Ok = "ok",
        /// I/O stalls or is disabled.
        Impaired = "impaired",
        /// Slower than it should be.
        Warning = "warning",
        /// Not yet known.
        InsufficientData = "insufficient-data",
    }
}
