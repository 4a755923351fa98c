//! EC2 instances.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::words::words;
use super::{
    Arn, ClassicName, GroupName, ImageId, InstanceChecks, InstanceId, ScheduledEvent, ServiceName, SimTime, SubnetId,
    Tags, TemplateRef, VolumeId, VpcId, ZoneName,
};

/// An EC2 instance: what `DescribeInstances` and `DescribeInstanceStatus` show, and the causes beneath.
#[derive(Debug, Clone, Serialize)]
pub struct Instance {
    /// `i-…`.
    pub id: InstanceId,
    /// `r-…`; the launches of one call share it.
    pub reservation: String,
    /// The image it was launched from.
    pub image: ImageId,
    /// `m6i.large`.
    pub instance_type: String,
    /// `x86_64` or `arm64`.
    pub architecture: String,
    /// State.
    pub state: InstanceState,
    /// Since when it is in that state.
    pub state_since: SimTime,
    /// Why it is in that state (`StateReason`), for states that have a reason.
    pub state_reason: Option<StateReason>,
    /// `StateTransitionReason`: `User initiated (2026-11-21 03:14:22 GMT)`; empty while running.
    pub transition_reason: String,
    /// Last start: `LaunchTime`.
    pub launched_at: SimTime,
    /// Its zone.
    pub zone: ZoneName,
    /// Its subnet; `None` once terminated.
    pub subnet: Option<SubnetId>,
    /// Its VPC; `None` once terminated.
    pub vpc: Option<VpcId>,
    /// Its private address; `None` once terminated.
    pub private_ip: Option<Ipv4Addr>,
    /// Its public address, if it has one now.
    pub public_ip: Option<Ipv4Addr>,
    /// Tags.
    pub tags: Tags,
    /// Key pair.
    pub key_name: Option<String>,
    /// ARN of its instance profile.
    pub instance_profile: Option<String>,
    /// Security groups.
    pub security_groups: Vec<SecurityGroup>,
    /// Name of its root device.
    pub root_device: String,
    /// Attached volumes, the root volume first; empty once terminated.
    pub block_devices: Vec<BlockDevice>,
    /// On-demand or spot.
    pub market: Market,
    /// Detailed (one-minute) monitoring.
    pub detailed_monitoring: bool,
    /// The launch template it came from.
    pub template: Option<TemplateRef>,
    /// The Auto Scaling group that owns it (also its tag `aws:autoscaling:groupName`).
    pub group: Option<GroupName>,
    /// The three status checks.
    pub checks: InstanceChecks,
    /// Scheduled events, finished ones for up to a week (`aws-domain.md A.1`).
    pub events: Vec<ScheduledEvent>,
    /// `MaintenanceOptions.AutoRecovery`: `default` or `disabled`.
    pub auto_recovery: String,
    /// `DisableApiTermination`.
    pub termination_protection: bool,
    /// `DisableApiStop`.
    pub stop_protection: bool,
    /// `ClientToken` of its launch.
    pub client_token: Option<String>,
    /// The network interface (`eni-…`).
    pub interface: String,
    /// The service whose load it carries.
    pub service: Option<ServiceName>,
    /// Target groups that it is registered with: the reverse of `TargetGroup::targets`, kept in step by the physics.
    pub target_groups: Vec<Arn>,
    /// Classic load balancers that it is registered with.
    pub classic_balancers: Vec<ClassicName>,
    /// When its operating system and application answer; `None` while it does not run.
    pub ready_at: Option<SimTime>,
    /// A cause: seconds from `running` until its operating system and application answer.
    pub boot_s: u32,
    /// When it came to its present host, by launch, start or recovery: what broke a host before then stayed behind.
    pub moved_at: SimTime,
    /// When its guest was booted last by launch, start or reboot: what hung it before then is over.
    pub booted_at: SimTime,
    /// Its stop is forced: it does not wait for a host that hangs.
    #[serde(skip)]
    pub forced: bool,
    /// When a reboot that was asked for happens.
    #[serde(skip)]
    pub reboot_at: Option<SimTime>,
    /// Since when its host does not work while it is `running`: it boots afresh once the host does.
    #[serde(skip)]
    pub down_since: Option<SimTime>,
    /// When its next step is due.
    #[serde(skip)]
    pub step_at: Option<SimTime>,
    /// When its next round of status checks is due.
    #[serde(skip)]
    pub check_at: Option<SimTime>,
    /// What is wrong with it in truth. AWS's reports follow from these by the physics.
    pub causes: Causes,
}

impl Instance {
    /// `ip-10-0-1-2.ec2.internal` in us-east-1, `ip-10-0-1-2.us-west-2.compute.internal` elsewhere; empty without an
    /// address.
    #[must_use]
    pub fn private_dns(&self, region: &str) -> String {
        let Some(ip) = self.private_ip else { return String::new() };
        let host = format!("ip-{}", ip.to_string().replace('.', "-"));
        if region == "us-east-1" { format!("{host}.ec2.internal") } else { format!("{host}.{region}.compute.internal") }
    }

    /// `ec2-3-4-5-6.compute-1.amazonaws.com`; empty without a public address.
    #[must_use]
    pub fn public_dns(&self, region: &str) -> String {
        let Some(ip) = self.public_ip else { return String::new() };
        let host = format!("ec2-{}", ip.to_string().replace('.', "-"));
        let domain = if region == "us-east-1" { "compute-1".to_owned() } else { format!("{region}.compute") };
        format!("{host}.{domain}.amazonaws.com")
    }

    /// Whether it was stopped and started since its launch.
    #[must_use]
    pub fn was_started(&self) -> bool {
        self.block_devices.first().is_some_and(|root| root.attached_at < self.launched_at)
    }

    /// The `Name` tag.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.tags.get("Name")
    }
}

words! {
    /// `InstanceState.Name`.
    pub enum InstanceState {
        /// Booting or being placed.
        Pending = "pending",
        /// Hardware on.
        Running = "running",
        /// On its way to `terminated`.
        ShuttingDown = "shutting-down",
        /// Gone; listed for about an hour more.
        Terminated = "terminated",
        /// On its way to `stopped`.
        Stopping = "stopping",
        /// Off, its volumes kept.
        Stopped = "stopped",
    }

    /// How it is paid for, which decides who may take it away.
    pub enum Market {
        /// On demand.
        OnDemand = "on-demand",
        /// Spot: AWS may reclaim it.
        Spot = "spot",
    }
}

impl InstanceState {
    /// The code that goes with the name on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Running => 16,
            Self::ShuttingDown => 32,
            Self::Terminated => 48,
            Self::Stopping => 64,
            Self::Stopped => 80,
        }
    }
}

/// `StateReason`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateReason {
    /// `Client.UserInitiatedShutdown`, …
    pub code: String,
    /// `Client.UserInitiatedShutdown: User initiated shutdown`, …
    pub message: String,
}

/// A security group as instances list it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecurityGroup {
    /// `sg-…`.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A volume's attachment to its instance.
#[derive(Debug, Clone, Serialize)]
pub struct BlockDevice {
    /// `/dev/xvda`.
    pub device: String,
    /// The volume.
    pub volume: VolumeId,
    /// When it was attached.
    pub attached_at: SimTime,
    /// Deleted with the instance.
    pub delete_on_termination: bool,
}

/// What is wrong with an instance in truth: set by faults, read by the physics, reported by nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Causes {
    /// Its host lost power, network or hardware, since then: the system check fails, and all above it.
    pub host_broken: Option<SimTime>,
    /// A stop of it hangs until it is forced, since then.
    pub stop_hangs: Option<SimTime>,
    /// Its operating system hangs, since then: the instance check fails.
    pub guest_broken: Option<SimTime>,
    /// Its application hangs, since then: health checks of its targets time out, AWS's own checks pass.
    pub application_hung: Option<SimTime>,
    /// Its release does not work, from then on: health checks of its targets fail, AWS's own checks pass. It may lie
    /// ahead, since a bad release works for some minutes.
    pub release_broken: Option<SimTime>,
}
