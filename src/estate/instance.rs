//! EC2 instances, and their status checks, which are a read of their own (`aws-domain.md` A.1).

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tag::Tags;
use super::word::words;
use crate::id::{GroupName, ImageId, InstanceId, SubnetId, Text, VolumeId, VpcId, ZoneName};

words! {
    /// An instance's life.
    InstanceState {
        /// Being placed or booting; not billed yet.
        Pending = "pending",
        /// The hardware is on; says nothing of the operating system.
        Running = "running",
        Stopping = "stopping",
        Stopped = "stopped",
        ShuttingDown = "shutting-down",
        Terminated = "terminated",
    }

    /// The summary of one kind of status check.
    CheckStatus {
        Ok = "ok",
        Impaired = "impaired",
        /// The first minutes after a start: neutral.
        Initializing = "initializing",
        /// AWS cannot tell: neutral for one instance, suspicious for many of one zone.
        InsufficientData = "insufficient-data",
        /// Stopped, or a check that this type does not have.
        NotApplicable = "not-applicable",
    }
}

/// An EC2 instance as `DescribeInstances` gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// Its id.
    pub id: InstanceId,
    /// Where it is.
    pub zone: ZoneName,
    /// Its life's state.
    pub state: InstanceState,
    /// Why it is not running: code and message.
    pub state_reason: Option<(Text, Text)>,
    /// `m7g.large`.
    pub instance_type: Text,
    /// The image it was started from.
    pub image: Option<ImageId>,
    /// When it was last started.
    pub launched_at: Option<Timestamp>,
    /// Its subnet.
    pub subnet: Option<SubnetId>,
    /// Its network.
    pub vpc: Option<VpcId>,
    /// Its first private address.
    pub private_address: Option<Text>,
    /// Its public address, which a stop loses unless it is an elastic one.
    pub public_address: Option<Text>,
    /// `spot`, `scheduled` or `capacity-block`; on-demand ones have none.
    pub lifecycle: Option<Text>,
    /// The volumes attached.
    pub volumes: Box<[VolumeId]>,
    /// What it was made of, which many share; none where nobody read it.
    #[serde(default)]
    pub make: Option<Arc<Make>>,
    /// Its tags.
    pub tags: Tags,
}

/// What an instance was made of: what a stop keeps, and what another one like it is launched with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Make {
    /// `ebs` or `instance-store`.
    pub root: Option<Text>,
    /// The name of its root device.
    pub root_device: Option<Text>,
    /// Its volumes' device names in the order of its volumes, and whether each is deleted with it.
    pub devices: Box<[(Text, Option<bool>)]>,
    /// Its security groups.
    pub security_groups: Box<[Text]>,
    /// The ARN of its instance profile.
    pub profile: Option<Text>,
    /// Its key pair.
    pub key: Option<Text>,
}

impl Instance {
    /// Whether its type comes with instance stores, whose data no stop survives: AWS says so by a `d` among the letters after the
    /// generation (`m5d`, `c7gd`), and by families that are made for it. None for a type that does not read as one.
    pub fn has_instance_store(&self) -> Option<bool> {
        let family = self.instance_type.split('.').next().filter(|family| !family.is_empty())?;
        let digit = family.find(|letter: char| letter.is_ascii_digit())?;
        let (name, rest) = family.split_at(digit);
        let options = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
        // Made for it, by name; and older families, which were all born with disks.
        let disks = matches!(name, "i" | "im" | "is" | "d" | "h" | "f" | "dl" | "trn");
        let older = matches!(
            (name, rest.as_bytes().first()),
            ("m" | "c" | "r", Some(b'1'..=b'3')) | ("g", Some(b'2')) | ("x", Some(b'1')) | ("p", Some(b'5'))
        );
        Some(disks || older || options.contains('d'))
    }
}

impl Instance {
    /// The `Name` tag.
    pub fn name(&self) -> Option<&str> {
        self.tags.get("Name").map(|name| &**name)
    }

    /// The group whose member it is, by the tag that Auto Scaling sets.
    pub fn group(&self) -> Option<GroupName> {
        self.tags.get("aws:autoscaling:groupName").map(|name| GroupName::new(name.clone()))
    }
}

/// One check's summary, and since when it fails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Its summary.
    pub status: CheckStatus,
    /// Since when it is impaired.
    pub impaired_since: Option<Timestamp>,
}

/// A scheduled event of an instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScheduledEvent {
    /// `instance-retirement`, `system-reboot`, …
    pub code: Text,
    /// AWS's words.
    pub description: Text,
    /// The earliest start.
    pub not_before: Option<Timestamp>,
}

impl ScheduledEvent {
    /// Whether it lies in the past: AWS keeps finished events for up to a week, marked in the description (`aws-domain.md` A.1).
    pub fn is_over(&self) -> bool {
        self.description.starts_with("[Completed]") || self.description.starts_with("[Canceled]")
    }
}

/// What an instance may not suffer (`DescribeInstanceAttribute`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceAttributes {
    /// Whose.
    pub instance: InstanceId,
    /// Whether `TerminateInstances` is refused; what its group does is not (`aws-domain.md` C.1, gates).
    pub keeps_from_ending: Option<bool>,
    /// Whether `StopInstances` is refused.
    pub keeps_from_stopping: Option<bool>,
}

/// An instance's status checks and events (`DescribeInstanceStatus`; of instances that do not run only where all were asked for).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstanceStatus {
    /// Whose.
    pub instance: InstanceId,
    /// The zone it names.
    pub zone: Option<ZoneName>,
    /// AWS's side: host, power, network.
    pub system: Check,
    /// The guest's side; also fails when the system's does.
    pub guest: Check,
    /// Attached volumes complete I/O; absent where the type has no such check.
    pub volumes: Option<Check>,
    /// Scheduled events, ghosts of finished ones included.
    pub events: Box<[ScheduledEvent]>,
}

impl InstanceStatus {
    /// Names and results of the checks there are, the cause before its effect.
    pub fn checks(&self) -> impl Iterator<Item = (&'static str, &Check)> {
        [("system", Some(&self.system)), ("instance", Some(&self.guest)), ("attached EBS", self.volumes.as_ref())]
            .into_iter()
            .filter_map(|(name, check)| check.map(|check| (name, check)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_tells_by_its_name_whether_it_comes_with_disks() {
        let has = |name: &str| {
            let volumes = serde_json::json!({"id": "i-1", "zone": "a", "state": "running", "state_reason": null,
                "instance_type": name, "image": null, "launched_at": null, "subnet": null, "vpc": null,
                "private_address": null, "public_address": null, "lifecycle": null, "volumes": [], "tags": []});
            serde_json::from_value::<Instance>(volumes).ok().and_then(|instance| instance.has_instance_store())
        };
        for name in ["m5d.large", "c7gd.xlarge", "i4i.large", "d3.xlarge", "r3.large", "is4gen.medium", "m6idn.large"] {
            assert_eq!(has(name), Some(true), "{name}");
        }
        for name in ["m5.large", "m7g.large", "t3.micro", "c6in.large", "r6i.large", "g4ad"] {
            assert_eq!(has(name), Some(name == "g4ad"), "{name}");
        }
        assert_eq!(has("mystery"), None);
    }
}
