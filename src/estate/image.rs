//! Images, snapshots, launch templates and addresses.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tag::Tags;
use crate::id::{ImageId, InstanceId, LaunchTemplateId, Text, VolumeId, ZoneName};

/// An image of this account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// Its id.
    pub id: ImageId,
    /// Its name.
    pub name: Option<Text>,
    /// `available`, `pending`, `failed`, …
    pub state: Text,
    /// `arm64`, `x86_64`.
    pub architecture: Option<Text>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// From when new listings hide it; it still launches by id.
    pub deprecated_at: Option<Timestamp>,
    /// When it was last launched, a day late.
    pub last_launched_at: Option<Timestamp>,
    /// Its tags.
    pub tags: Tags,
}

/// A snapshot of this account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// `snap-…`.
    pub id: Text,
    /// The volume it was made of; of a copy from elsewhere this says nothing.
    pub volume: Option<VolumeId>,
    /// `completed`, `pending`, `error`, …
    pub state: Text,
    /// When it was begun.
    pub started_at: Option<Timestamp>,
    /// The volume's size in GiB.
    pub size_gib: Option<i32>,
    /// Its description, which names the image that it belongs to, or what it was copied from.
    pub description: Option<Text>,
    /// Its tags.
    pub tags: Tags,
}

/// A launch template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaunchTemplate {
    /// Its id.
    pub id: LaunchTemplateId,
    /// Its name.
    pub name: Text,
    /// What `$Default` means.
    pub default_version: Option<i64>,
    /// What `$Latest` means.
    pub latest_version: Option<i64>,
}

impl LaunchTemplate {
    /// The number that a version as groups write it means now: `$Latest` and `$Default` move (`aws-domain.md` C.2).
    pub fn number_of(&self, written: &str) -> Option<i64> {
        match written {
            "$Latest" => self.latest_version,
            "$Default" => self.default_version,
            number => number.parse().ok(),
        }
    }
}

/// A version of a launch template: immutable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaunchTemplateVersion {
    /// Its template.
    pub template: LaunchTemplateId,
    /// Its number.
    pub number: i64,
    /// Its description.
    pub description: Option<Text>,
    /// The image it launches.
    pub image: Option<ImageId>,
    /// The type it launches.
    pub instance_type: Option<Text>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

/// An elastic address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Address {
    /// Its allocation.
    pub allocation: Option<Text>,
    /// The address.
    pub address: Text,
    /// The instance that has it.
    pub instance: Option<InstanceId>,
    /// Its tags.
    pub tags: Tags,
}

/// A volume's status checks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VolumeStatus {
    /// The volume.
    pub volume: VolumeId,
    /// Its zone.
    pub zone: Option<ZoneName>,
    /// `ok`, `impaired`, `warning` or `insufficient-data`.
    pub status: Text,
    /// Events: `potential-data-inconsistency`, …
    pub events: Vec<Text>,
}
