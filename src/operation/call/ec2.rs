//! Parameters of EC2's calls (botocore's model of `ec2`).

use serde::{Deserialize, Serialize};

use super::Whom;
use crate::id::{Text, VolumeId};

/// Instances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Instances {
    /// Which.
    pub instance_ids: Vec<Whom>,
}

/// Instances that are stopped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Stop {
    /// Which.
    pub instance_ids: Vec<Whom>,
    /// Without waiting for the operating system: its file systems may want a check afterwards (`aws-domain.md` F.2).
    pub force: bool,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// Its key.
    pub key: Text,
    /// Its value.
    pub value: Text,
}

/// Tags for resources of EC2.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tagging {
    /// Ids of instances, volumes, images …
    pub resources: Vec<Text>,
    /// The tags.
    pub tags: Vec<Tag>,
}

/// An elastic address for an instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Associate {
    /// The address.
    pub allocation_id: Text,
    /// Who gets it.
    pub instance_id: Whom,
    /// Whether it may be taken from another.
    pub allow_reassociation: bool,
}

/// A volume and an instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Volume {
    /// The volume.
    pub volume_id: VolumeId,
    /// The instance.
    pub instance_id: Whom,
    /// The name of the device: `/dev/sdf`.
    pub device: Text,
}
