//! The simulated account as plain data.
//!
//! Owns: everything that exists in the account, and the causes (`Causes`, `ZoneCauses`, …) from which the physics makes
//! AWS's appearances. Knows: virtual time, and nothing of protocols. Must stay true: maps are ordered by id, so that
//! equal seeds give equal answers; fields hold what AWS reports, and only `physics/` changes them after the start.

mod activity;
mod alarm;
mod balancer;
mod build;
mod classic;
mod cluster;
mod database;
mod dns;
pub(super) mod document;
mod global;
mod group;
mod history;
mod hosts;
mod id;
mod image;
mod instance;
mod mint;
mod network;
mod notice;
mod policy;
pub(super) mod random;
mod refresh;
mod region;
mod service;
mod shift;
mod status;
mod support;
mod tags;
mod target;
mod template;
mod traffic;
mod trail;
mod volume;
mod words;

use std::collections::BTreeMap;

pub use self::activity::{Activity, ActivityStatus};
pub use self::alarm::{
    Alarm, AlarmHistoryItem, AlarmMemory, AlarmRule, AlarmState, Comparison, HistoryItemType, MetricRule, MissingData,
    Statistic, SuppressedBy,
};
pub use self::balancer::{
    BalancerKind, BalancerState, BalancerZone, Forward, Listener, ListenerAction, ListenerRule, LoadBalancer,
    RuleCondition, Scheme,
};
pub use self::classic::{
    ClassicBalancer, ClassicHealthCheck, ClassicListener, ClassicMember, ClassicReason, ClassicState,
};
pub use self::cluster::{ClusterMember, DbCluster};
pub use self::database::{
    ClusterFailover, DbCauses, DbCourse, DbEndpoint, DbEvent, DbEventSource, DbInstance, DbPhase, DbRole, DbServing,
    DbSpace, DbStatus, FREE_IN_CALM, Glide, HostTrouble, ReplicaSource, ReplicationState, ReplicationStatus, Standby,
    SubnetGroup,
};
pub use self::dns::{AliasTarget, HostedZone, RecordSet};
pub(super) use self::document::with_hint;
pub use self::document::{Age, Format, WorldDocument, WorldError};
pub use self::global::{FailoverState, FailoverStatus, GlobalCluster, GlobalMember};
pub use self::group::{
    AutoScalingGroup, Backoff, GroupCauses, HealthCheckType, Intent, Launching, LifecycleState, MaintenancePolicy,
    Member, MemberHealth, Process, Surplus, Suspension,
};
pub use self::history::History;
pub use self::hosts::{HostBook, HostRange, ZoneCounts};
pub use self::id::{
    AlarmName, AllocationId, Arn, ClassicName, DbClusterId, DbInstanceId, GlobalClusterId, GroupName, HostedZoneId,
    ImageId, InstanceId, RegionName, ServiceName, SnapshotId, SubnetId, TemplateId, VolumeId, VpcId, ZoneId, ZoneName,
};
pub use self::image::{Image, ImageState, Snapshot};
pub use self::instance::{BlockDevice, Causes, Instance, InstanceState, Market, SecurityGroup, StateReason};
pub use self::mint::Mint;
pub use self::network::{Address, NatCauses, NatGateway, Route, RouteTable, Subnet, Vpc};
pub use self::notice::{Notice, Notices};
pub use self::policy::{HookTransition, LifecycleHook, PolicyType, ScalingPolicy, ScheduledAction};
pub use self::refresh::{InstanceRefresh, RefreshStatus};
pub use self::region::{Region, RegionCauses, TokenAnswer, Zone, ZoneCauses, ZoneState};
pub use self::service::{Demand, Queue, Service};
pub use self::shift::{
    AppliedStatus, Autoshift, AutoshiftStatus, ManagedResource, PracticeOutcome, ShiftStatus, ShiftType, ZonalShift,
    ZoneWatch,
};
pub use self::status::{Check, CheckState, EventCode, InstanceChecks, ScheduledEvent};
pub use self::support::SupportPlan;
pub use self::tags::Tags;
pub use self::target::{HealthCheck, Target, TargetGroup, TargetKey, TargetReason, TargetState, TargetType};
pub use self::template::{LaunchTemplate, TemplateChoice, TemplateRef, TemplateVersion};
pub use self::traffic::{
    Entry, Flow, Keep, Lane, Layout, Minute, Mix, Node, Past, Place, Restless, Traffic, Way, ZoneFlow,
};
pub use self::trail::{Caller, Trail, TrailEntry};
pub use self::volume::{Volume, VolumeCondition, VolumeEvent, VolumeState, VolumeStatus};

pub use super::time::SimTime;

/// The whole account. Built by the world documents, changed by `physics/` alone.
#[derive(Debug, Clone)]
pub struct World {
    /// Twelve digits.
    pub account: String,
    /// The account's alias, as IAM lists it.
    pub alias: Option<String>,
    /// The account's support plan, which decides whether AWS Health answers.
    pub support: SupportPlan,
    /// Who calls, as STS answers: `arn:aws:sts::123456789012:assumed-role/…`.
    pub caller_arn: String,
    /// The caller's unique id, `AROA…:session`.
    pub caller_id: String,
    /// Virtual now: the instant up to which the physics has run.
    pub now: SimTime,
    /// When the simulation began. Everything before is history that the world came with.
    pub started_at: SimTime,
    /// What every random choice derives from.
    pub seed: u64,
    /// Makes new ids.
    pub mint: Mint,
    /// Regions enabled for the account.
    pub regions: BTreeMap<RegionName, Region>,
    /// Aurora global databases.
    pub global_clusters: BTreeMap<GlobalClusterId, GlobalCluster>,
    /// Route 53 zones with their records.
    pub hosted_zones: BTreeMap<HostedZoneId, HostedZone>,
    /// The load that all services carry over the day.
    pub load: super::scenario::LoadCurve,
    /// The scenario under way.
    pub timeline: super::scenario::Timeline,
    /// What will happen when; see [`super::physics`].
    pub schedule: super::physics::Schedule,
    /// Faults in force, in the order in which they were applied.
    pub faults: Vec<super::fault::InForce>,
    /// Writes that took effect.
    pub writes: u64,
    /// A cause: by how many seconds metrics are published later than usual, over time; 0 before the first record.
    pub late_metrics_s: History<f64>,
}

impl World {
    /// The region of that name.
    #[must_use]
    pub fn region(&self, name: &str) -> Option<&Region> {
        self.regions.get(name)
    }
}

/// Where and when a world begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// What every random choice derives from.
    pub seed: u64,
    /// Virtual time at the start: all ages in a world count back from here.
    pub start: SimTime,
}

/// The one of `known` that `name` probably means, if any is near or begins like it.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let scored = known.into_iter().map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate));
    let (distance, candidate) = scored.min_by_key(|(distance, _)| *distance)?;
    let begins_so = name.len() > 2 && candidate.starts_with(name);
    (begins_so || distance <= 2.max(name.len() / 3)).then(|| candidate.to_owned())
}
