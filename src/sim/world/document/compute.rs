//! Images, templates, groups and instances in the document.

use serde::Deserialize;

use super::Age;
use super::region::TagsDoc;

/// A machine image.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageDoc {
    /// Its name.
    pub name: String,
    /// Its age.
    pub age: Age,
    /// `x86_64` when absent.
    pub architecture: Option<String>,
    /// GiB of its root volume; 20 when absent.
    pub size_gib: Option<u32>,
    /// Deprecated in this time from the start.
    pub deprecated_in: Option<Age>,
    /// Tags.
    #[serde(default)]
    pub tags: TagsDoc,
}

/// A snapshot of a data volume, or a copy of one from another region.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotDoc {
    /// Its name.
    pub name: String,
    /// Its age.
    pub age: Age,
    /// `Name` of the standalone instance whose volume it was taken of; absent for copies.
    pub of: Option<String>,
    /// The device of that volume; `/dev/sdf` when absent.
    pub device: Option<String>,
    /// The region that it was copied from.
    pub copied_from: Option<String>,
    /// GiB, where no volume tells; 20 when absent.
    pub size_gib: Option<u32>,
    /// Tags.
    #[serde(default)]
    pub tags: TagsDoc,
}

/// A launch template.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateDoc {
    /// Its name.
    pub name: String,
    /// What its versions launch, unless they say otherwise.
    pub instance_type: String,
    /// Spot instead of on-demand.
    #[serde(default)]
    pub spot: bool,
    /// Detailed monitoring.
    #[serde(default)]
    pub detailed_monitoring: bool,
    /// The number of the default version; the last one when absent.
    pub default_version: Option<u32>,
    /// Versions in their order.
    pub versions: Vec<TemplateVersionDoc>,
}

/// A version of a launch template.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateVersionDoc {
    /// Name of the image.
    pub image: String,
    /// Its age.
    pub age: Age,
    /// Its description.
    #[serde(default)]
    pub description: String,
    /// Another instance type.
    pub instance_type: Option<String>,
}

/// An Auto Scaling group.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupDoc {
    /// Its name.
    pub name: String,
    /// Its service.
    pub service: Option<String>,
    /// Name of its launch template.
    pub template: String,
    /// `$Latest`, `$Default` or a number.
    pub version: String,
    /// Minimum.
    pub min: u32,
    /// Desired.
    pub desired: u32,
    /// Maximum.
    pub max: u32,
    /// Names of its zones; all of the region's when absent.
    pub zones: Option<Vec<String>>,
    /// `EC2`, `ELB`, `EBS`; EC2 when absent.
    pub health_checks: Option<Vec<String>>,
    /// Grace, seconds.
    #[serde(default)]
    pub grace_s: u32,
    /// Warm-up, seconds.
    pub warmup_s: Option<u32>,
    /// Names of target groups.
    #[serde(default)]
    pub target_groups: Vec<String>,
    /// Names of classic load balancers.
    #[serde(default)]
    pub classic_balancers: Vec<String>,
    /// Suspended processes.
    #[serde(default)]
    pub suspended: Vec<String>,
    /// Seconds from `running` until a member answers; 45 when absent.
    pub boot_s: Option<u32>,
    /// Protects new members from scale-in.
    #[serde(default)]
    pub protect_new: bool,
    /// Maintenance policy: minimum and maximum healthy percentage.
    pub maintenance: Option<[u32; 2]>,
    /// `ZonalShiftEnabled`.
    #[serde(default)]
    pub zonal_shift: bool,
    /// `ImpairedZoneHealthCheckBehavior`.
    pub impaired_zone: Option<String>,
    /// Collects group metrics.
    #[serde(default)]
    pub metrics: bool,
    /// Termination policies; `Default` when absent.
    pub termination_policies: Option<Vec<String>>,
    /// Target tracking on average CPU at this value.
    pub cpu_target: Option<f64>,
    /// Target tracking on requests per target at this value.
    pub request_target: Option<f64>,
    /// Step scaling by an alarm.
    pub step: Option<StepDoc>,
    /// Its policies act on their alarms, those of target tracking are made; else policies are listed and move nothing.
    #[serde(default)]
    pub scales: bool,
    /// Keeps members whose termination hook is abandoned (`TerminateHookAbandon`).
    #[serde(default)]
    pub retain_abandoned: bool,
    /// Lifecycle hooks.
    #[serde(default)]
    pub hooks: Vec<HookDoc>,
    /// Scheduled actions.
    #[serde(default)]
    pub schedule: Vec<ScheduleDoc>,
    /// Instance refreshes of the past, oldest first.
    #[serde(default)]
    pub refreshes: Vec<RefreshDoc>,
    /// Members besides the desired ones, as somebody left them.
    #[serde(default)]
    pub left: Vec<LeftDoc>,
    /// When the group was made.
    pub age: Age,
    /// When its oldest member was launched.
    pub members_age: Age,
    /// Tags, besides `Name`, `Service` and `Environment`.
    #[serde(default)]
    pub tags: TagsDoc,
}

/// A step scaling policy.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepDoc {
    /// Its name.
    pub name: String,
    /// The alarm of the region that drives it.
    pub alarm: String,
    /// So many members more.
    pub add: i32,
}

/// A member that somebody left in another state than in service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftDoc {
    /// `Standby`, or `Terminating:Wait` for one that a hook holds.
    pub state: String,
    /// How long ago it entered that state.
    pub age: Age,
    /// Its zone; one of the group's when absent.
    pub zone: Option<String>,
}

/// A lifecycle hook.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HookDoc {
    /// Its name.
    pub name: String,
    /// `launching` or `terminating`.
    pub on: String,
    /// Heartbeat, seconds; 3600 when absent.
    pub heartbeat_s: Option<u32>,
    /// `CONTINUE` or `ABANDON`; ABANDON when absent.
    pub default_result: Option<String>,
    /// Seconds until its consumer answers; absent is a dead consumer.
    pub answers_after_s: Option<u32>,
}

/// A scheduled action.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleDoc {
    /// Its name.
    pub name: String,
    /// `HH:MM` in UTC: it runs every day.
    pub daily_at: String,
    /// New minimum.
    pub min: Option<u32>,
    /// New maximum.
    pub max: Option<u32>,
    /// New desired capacity.
    pub desired: Option<u32>,
}

/// An instance refresh that is over.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefreshDoc {
    /// `Successful`, `Cancelled`, `Failed`, …
    pub status: String,
    /// When it began.
    pub age: Age,
    /// How long it took.
    pub length: Age,
    /// The template version that it brought.
    pub version: u32,
    /// Reason.
    pub reason: Option<String>,
}

/// An instance outside of groups.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceDoc {
    /// Its `Name` tag.
    pub name: String,
    /// Its service.
    pub service: Option<String>,
    /// Its zone.
    pub zone: String,
    /// Name of its image.
    pub image: String,
    /// Its type.
    pub instance_type: String,
    /// `running`, `stopped` or `terminated`; running when absent.
    pub state: Option<String>,
    /// How long ago it entered that state, if it does not run.
    pub state_age: Option<Age>,
    /// How long ago it was started.
    pub age: Age,
    /// Has an elastic address.
    #[serde(default)]
    pub elastic_ip: bool,
    /// Volumes besides the root.
    #[serde(default)]
    pub volumes: Vec<VolumeDoc>,
    /// Names of target groups that it is registered with by hand.
    #[serde(default)]
    pub target_groups: Vec<String>,
    /// Scheduled events.
    #[serde(default)]
    pub events: Vec<EventDoc>,
    /// `DisableApiTermination`.
    #[serde(default)]
    pub termination_protection: bool,
    /// Spot.
    #[serde(default)]
    pub spot: bool,
    /// Auto-recovery is off.
    #[serde(default)]
    pub no_auto_recovery: bool,
    /// Seconds from `running` until it answers; 45 when absent.
    pub boot_s: Option<u32>,
    /// Tags, besides `Name` and `Service`.
    #[serde(default)]
    pub tags: TagsDoc,
}

/// A data volume.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VolumeDoc {
    /// `/dev/sdf`.
    pub device: String,
    /// GiB.
    pub size_gib: u32,
}

/// A scheduled event.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventDoc {
    /// `instance-retirement`, `system-reboot`, …
    pub code: String,
    /// Description.
    pub description: String,
    /// Begins in this time from the start.
    #[serde(rename = "in")]
    pub begins_in: Option<Age>,
    /// Was over this long ago: its description gets AWS's `[Completed]`.
    pub completed: Option<Age>,
}
