//! A region's part of the document, its services, shifts, and DNS.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Age, AlarmDoc, BalancerDoc, ClassicDoc, ClusterDoc, DatabaseDoc, GenerateDoc, GroupDoc, ImageDoc, InstanceDoc,
    SnapshotDoc, TargetGroupDoc, TemplateDoc,
};

/// A region.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionDoc {
    /// Zone names to zone ids. Those that AWS has, when absent from a region that is generated.
    #[serde(default)]
    pub zones: BTreeMap<String, String>,
    /// Second number of its VPC's block, `10.N.0.0/16`.
    #[serde(default)]
    pub network: u8,
    /// Its VPC has the largest subnets that there are; only of generated parts.
    #[serde(skip)]
    pub roomy: bool,
    /// Things by number.
    pub generate: Option<GenerateDoc>,
    /// Zones that have a NAT gateway; a zone without one routes through the first.
    #[serde(default)]
    pub nat_zones: Vec<String>,
    /// Tells of autoshifts.
    #[serde(default)]
    pub autoshift_observer: bool,
    /// Services.
    #[serde(default)]
    pub services: Vec<ServiceDoc>,
    /// Machine images.
    #[serde(default)]
    pub images: Vec<ImageDoc>,
    /// Launch templates.
    #[serde(default)]
    pub templates: Vec<TemplateDoc>,
    /// Target groups.
    #[serde(default)]
    pub target_groups: Vec<TargetGroupDoc>,
    /// Load balancers.
    #[serde(default)]
    pub load_balancers: Vec<BalancerDoc>,
    /// Classic load balancers.
    #[serde(default)]
    pub classic_balancers: Vec<ClassicDoc>,
    /// Auto Scaling groups.
    #[serde(default)]
    pub groups: Vec<GroupDoc>,
    /// Instances outside of groups.
    #[serde(default)]
    pub instances: Vec<InstanceDoc>,
    /// Database instances.
    #[serde(default)]
    pub databases: Vec<DatabaseDoc>,
    /// Aurora clusters.
    #[serde(default)]
    pub clusters: Vec<ClusterDoc>,
    /// Snapshots of data volumes, besides those of images.
    #[serde(default)]
    pub snapshots: Vec<SnapshotDoc>,
    /// Alarms.
    #[serde(default)]
    pub alarms: Vec<AlarmDoc>,
    /// Zonal shifts of the past, and those in force.
    #[serde(default)]
    pub zonal_shifts: Vec<ShiftDoc>,
    /// Autoshifts of the past.
    #[serde(default)]
    pub autoshifts: Vec<AutoshiftDoc>,
    /// Calls of the past that CloudTrail remembers, besides those that the rest of the document came from.
    #[serde(default)]
    pub trail: Vec<TrailDoc>,
}

/// A service: who sends traffic, and what it costs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceDoc {
    /// Its name.
    pub name: String,
    /// Requests a second at a load factor of 1.
    pub rps: f64,
    /// Requests a second at which one instance is at 100 per cent CPU.
    pub capacity_rps: f64,
    /// CPU of an idle instance, per cent.
    #[serde(default = "default_idle_cpu")]
    pub idle_cpu: f64,
    /// Median response time, milliseconds.
    #[serde(default = "default_latency")]
    pub latency_ms: f64,
    /// Share of requests that fail in calm.
    #[serde(default)]
    pub error_share: f64,
    /// Share of requests for which an instance calls something outside of the network.
    #[serde(default)]
    pub egress: f64,
    /// Share of clients that hold on to a load balancer's node for long, whatever DNS says.
    #[serde(default)]
    pub pinned: f64,
    /// Name of the queue that it works off.
    pub queue: Option<String>,
    /// Databases and clusters of the region that it needs: name to the share of requests that need the writer.
    #[serde(default)]
    pub uses: BTreeMap<String, f64>,
}

const fn default_idle_cpu() -> f64 {
    4.0
}

const fn default_latency() -> f64 {
    40.0
}

/// A zonal shift: over, or in force for the rest of its length.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShiftDoc {
    /// Name of the load balancer.
    pub load_balancer: String,
    /// The zone's name; the API will say its id.
    pub away_from: String,
    /// When it began.
    pub age: Age,
    /// How long it was meant to last.
    pub length: Age,
    /// `ACTIVE`, `EXPIRED` or `CANCELED`.
    pub status: String,
    /// `ZONAL_SHIFT`, `PRACTICE_RUN`, …
    pub kind: String,
    /// Comment.
    #[serde(default)]
    pub comment: String,
}

/// A call that CloudTrail remembers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrailDoc {
    /// When it was made.
    pub age: Age,
    /// `autoscaling:SetDesiredCapacity`.
    pub action: String,
    /// Who made it.
    pub user: String,
    /// In which role; `engineer` when absent.
    pub role: Option<String>,
    /// What it was about: CloudTrail's types, each with a name.
    #[serde(default)]
    pub resources: BTreeMap<String, String>,
    /// Its parameters.
    #[serde(default)]
    pub parameters: serde_json::Map<String, serde_json::Value>,
}

/// An autoshift that is over.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoshiftDoc {
    /// The zone's name.
    pub away_from: String,
    /// When it began.
    pub age: Age,
    /// How long it lasted.
    pub length: Age,
}

/// A hosted zone.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostedZoneDoc {
    /// Its name, with or without the final dot.
    pub name: String,
    /// Private.
    #[serde(default)]
    pub private: bool,
    /// Comment.
    pub comment: Option<String>,
    /// Records besides NS and SOA.
    #[serde(default)]
    pub records: Vec<RecordDoc>,
}

/// A record: either values with a TTL, or an alias.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordDoc {
    /// Its name; `@` for the zone itself; relative to the zone.
    pub name: String,
    /// `A`, `CNAME`, …
    pub kind: String,
    /// Seconds.
    pub ttl: Option<u32>,
    /// Values. `REGION/databases/ID`, `REGION/clusters/ID` stand for the endpoint of that database.
    #[serde(default)]
    pub values: Vec<String>,
    /// `REGION/NAME` of a load balancer.
    pub alias: Option<String>,
    /// `SetIdentifier`.
    pub set: Option<String>,
    /// `PRIMARY` or `SECONDARY`.
    pub failover: Option<String>,
    /// Weight.
    pub weight: Option<u16>,
}

/// Tags in a document.
pub type TagsDoc = BTreeMap<String, String>;
