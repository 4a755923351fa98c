//! Parameters of EC2's calls (botocore's model of `ec2`).

use serde::{Deserialize, Serialize};

use super::Whom;
use crate::id::{ImageId, LaunchTemplateId, SubnetId, Text, VolumeId};

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

/// An instance that gets another type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TypeChange {
    /// Which; it is stopped.
    pub instance_id: Whom,
    /// The type.
    pub instance_type: AttributeValue,
}

/// What an attribute becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttributeValue {
    /// `m7g.large`.
    pub value: Text,
}

/// An instance that gets a new root volume; the old one is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RootVolume {
    /// Which; it runs, and restarts.
    pub instance_id: Whom,
    /// From which image; as it was at its launch where none is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_id: Option<ImageId>,
    /// By which AWS knows a repeat.
    pub client_token: Text,
}

/// One instance that is launched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Run {
    /// The image.
    pub image_id: ImageId,
    /// `m7g.large`.
    pub instance_type: Text,
    /// 1.
    pub min_count: i32,
    /// 1.
    pub max_count: i32,
    /// The subnet, and so the zone.
    pub subnet_id: SubnetId,
    /// Its security groups.
    pub security_group_ids: Vec<Text>,
    /// Its key pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_name: Option<Text>,
    /// Its role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iam_instance_profile: Option<Profile>,
    /// The launch template that says the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launch_template: Option<FromTemplate>,
    /// By which AWS knows a repeat.
    pub client_token: Text,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tag_specifications: Vec<TagSpecification>,
}

/// An instance profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Profile {
    /// Its ARN.
    pub arn: Text,
}

/// A version of a launch template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FromTemplate {
    /// The template.
    pub launch_template_id: LaunchTemplateId,
    /// Its number.
    pub version: Text,
}

/// Tags that something is born with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagSpecification {
    /// `instance`, `volume`.
    pub resource_type: Text,
    /// The tags.
    pub tags: Vec<Tag>,
}

/// A route that leads through a NAT gateway from then on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Route {
    /// The table.
    pub route_table_id: Text,
    /// Which of its routes: `0.0.0.0/0`.
    pub destination_cidr_block: Text,
    /// The gateway.
    pub nat_gateway_id: Text,
}
