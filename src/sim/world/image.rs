//! Machine images and snapshots.

use serde::Serialize;

use super::words::words;
use super::{ImageId, SimTime, SnapshotId, Tags, VolumeId};

/// A machine image owned by the account.
#[derive(Debug, Clone, Serialize)]
pub struct Image {
    /// `ami-…`.
    pub id: ImageId,
    /// Unique in account and region.
    pub name: String,
    /// Description.
    pub description: String,
    /// State.
    pub state: ImageState,
    /// Creation, from which its age counts.
    pub created_at: SimTime,
    /// When AWS marks it deprecated, if a date is set.
    pub deprecated_at: Option<SimTime>,
    /// Last launch from it, as far as known; AWS lags a day behind.
    pub last_launched_at: Option<SimTime>,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// `/dev/xvda`.
    pub root_device: String,
    /// The snapshot of its root volume.
    pub snapshot: SnapshotId,
    /// GiB of its root volume.
    pub size_gib: u32,
    /// Shared with everyone.
    pub public: bool,
    /// Tags.
    pub tags: Tags,
}

words! {
    /// `ImageState`.
    pub enum ImageState {
        /// Being made or copied.
        Pending = "pending",
        /// Usable.
        Available = "available",
        /// Making it failed.
        Failed = "failed",
        /// Launches refused.
        Disabled = "disabled",
        /// Gone.
        Deregistered = "deregistered",
    }
}

/// An EBS snapshot owned by the account.
#[derive(Debug, Clone, Serialize)]
pub struct Snapshot {
    /// `snap-…`.
    pub id: SnapshotId,
    /// The volume that it was taken of (`vol-ffffffff` when unknown, as AWS says for images).
    pub volume: VolumeId,
    /// GiB of that volume.
    pub size_gib: u32,
    /// When it was started.
    pub started_at: SimTime,
    /// `pending`, `completed`, `error`.
    pub state: String,
    /// `100%`.
    pub progress: String,
    /// Encrypted.
    pub encrypted: bool,
    /// Description.
    pub description: String,
    /// Tags.
    pub tags: Tags,
}
