//! EBS volumes.

use serde::Serialize;

use super::words::words;
use super::{InstanceId, SimTime, SnapshotId, Tags, VolumeId, ZoneName};

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
    /// `DescribeVolumeStatus`.
    pub condition: VolumeCondition,
    /// The instance that it is attached to; its `block_devices` have the device name.
    pub instance: Option<InstanceId>,
    /// Tags.
    pub tags: Tags,
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
