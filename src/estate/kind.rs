//! The kinds of thing that an account holds, in one table: name, row type, age limit.
//!
//! Owns: [`Kind`], [`Rows`] and the age limits. Depends on: the row types. Must stay true: one line here is all that a new
//! kind needs to be stored, shared, kept on disk and aged.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::account::{Alias, EnabledRegion, HostedZone, Identity, Record};
use super::alarm::{Alarm, AlarmEvent, Series};
use super::balancer::{
    BalancerAttributes, ClassicBalancer, ClassicTarget, Listener, LoadBalancer, ResourceTags, Target, TargetGroup,
    TargetGroupAttributes,
};
use super::chart::Curve;
use super::database::{Cluster, Database, DatabaseEvent, GlobalCluster};
use super::group::{Activity, Group, Hook, Refresh, ScalingPolicy, ScheduledAction, StandbyEntry};
use super::health::HealthEvent;
use super::image::{Address, Image, LaunchTemplate, LaunchTemplateVersion, Snapshot, VolumeStatus};
use super::instance::{Instance, InstanceAttributes, InstanceStatus};
use super::network::{NatGateway, RouteTable};
use super::permission::Permission;
use super::probe::Spell;
use super::shift::{Autoshift, ManagedResource, ZonalShift};
use super::trail::TrailEvent;
use super::zone::{Subnet, Zone};

/// A row of some kind: what ties a Rust type to its [`Kind`].
pub trait Row: Sized {
    /// Its kind.
    const KIND: Kind;

    /// The rows as this type, where they are of it.
    fn of(rows: &Rows) -> Option<&[Self]>;

    /// Rows of this type.
    fn rows(rows: Vec<Self>) -> Rows;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident($row:ty), $name:literal, $age:literal s;)*) => {
        /// A kind of thing that one read returns.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// Every kind, in the order in which a first reading makes sense.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind),*];

            /// Whether AWS is asked for it; the rest this console finds out itself.
            pub fn is_of_aws(self) -> bool {
                self != Self::Probes
            }

            /// The name that messages and documents use.
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// How old a reading may be before it is stale: shown as such, and never counted as *ok*.
            pub fn age_limit(self) -> Duration {
                Duration::from_secs(match self { $(Self::$kind => $age,)* })
            }
        }

        /// The rows that one read returned.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub enum Rows {
            $($(#[$doc])* $kind(Vec<$row>),)*
        }

        impl Rows {
            /// Their kind.
            pub fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind,)* }
            }

            /// How many there are.
            pub fn len(&self) -> usize {
                match self { $(Self::$kind(rows) => rows.len(),)* }
            }

            /// Whether there is none.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }
        }

        $(impl Row for $row {
            const KIND: Kind = Kind::$kind;

            fn of(rows: &Rows) -> Option<&[Self]> {
                match rows {
                    Rows::$kind(rows) => Some(rows),
                    _ => None,
                }
            }

            fn rows(mut rows: Vec<Self>) -> Rows {
                // They are kept for long, and never grow again.
                rows.shrink_to_fit();
                Rows::$kind(rows)
            }
        })*
    };
}

kinds! {
    /// Who asks.
    Identity(Identity), "identity", 3600 s;
    /// The account's alias.
    Alias(Alias), "account alias", 86400 s;
    /// Regions enabled for the account.
    Regions(EnabledRegion), "regions", 86400 s;
    /// Availability zones.
    Zones(Zone), "zones", 3600 s;
    /// Instances; a part a zone where there are many.
    Instances(Instance), "instances", 180 s;
    /// Status checks and scheduled events of instances.
    InstanceStatuses(InstanceStatus), "instance status", 180 s;
    /// Auto Scaling groups.
    Groups(Group), "groups", 120 s;
    /// What groups did lately.
    Activities(Activity), "activities", 300 s;
    /// Load balancers.
    LoadBalancers(LoadBalancer), "load balancers", 600 s;
    /// Target groups.
    TargetGroups(TargetGroup), "target groups", 600 s;
    /// The health of targets; a part a target group.
    Targets(Target), "target health", 180 s;
    /// Tags of balancers and target groups.
    BalancerTags(ResourceTags), "balancer tags", 3600 s;
    /// Classic balancers.
    ClassicBalancers(ClassicBalancer), "classic balancers", 600 s;
    /// The health of instances behind classic balancers; a part a balancer.
    ClassicTargets(ClassicTarget), "classic instance health", 180 s;
    /// DB instances.
    Databases(Database), "databases", 180 s;
    /// DB clusters.
    Clusters(Cluster), "clusters", 180 s;
    /// Aurora global databases.
    GlobalClusters(GlobalCluster), "global clusters", 180 s;
    /// RDS events.
    DatabaseEvents(DatabaseEvent), "database events", 600 s;
    /// Alarms.
    Alarms(Alarm), "alarms", 180 s;
    /// Values of metrics that a view asked for; a part a question.
    Series(Series), "metrics", 360 s;
    /// Values of metrics over the hours of a chart that is open; a part a question.
    Charts(Curve), "charts", 360 s;
    /// What happened to alarms; a part an alarm.
    AlarmHistory(AlarmEvent), "alarm history", 600 s;
    /// Resources that ARC can shift.
    ManagedResources(ManagedResource), "managed resources", 180 s;
    /// Zonal shifts.
    ZonalShifts(ZonalShift), "zonal shifts", 180 s;
    /// AWS's own declarations that a zone is sick.
    Autoshifts(Autoshift), "autoshifts", 180 s;
    /// Subnets.
    Subnets(Subnet), "subnets", 900 s;
    /// This account's images.
    Images(Image), "images", 3600 s;
    /// Launch templates.
    LaunchTemplates(LaunchTemplate), "launch templates", 900 s;
    /// Versions of launch templates; a part a template.
    LaunchTemplateVersions(LaunchTemplateVersion), "launch template versions", 3600 s;
    /// Elastic addresses.
    Addresses(Address), "addresses", 900 s;
    /// Volumes whose checks do not pass.
    VolumeStatuses(VolumeStatus), "volume status", 600 s;
    /// Listeners; a part a balancer.
    Listeners(Listener), "listeners", 3600 s;
    /// Attributes of balancers; a part a balancer.
    BalancerAttributes(BalancerAttributes), "balancer attributes", 3600 s;
    /// Attributes of target groups; a part a target group.
    TargetGroupAttributes(TargetGroupAttributes), "target group attributes", 3600 s;
    /// Instance refreshes; a part a group.
    Refreshes(Refresh), "instance refreshes", 600 s;
    /// Lifecycle hooks; a part a group.
    Hooks(Hook), "lifecycle hooks", 3600 s;
    /// When members were put in Standby; a part a group.
    StandbyEntries(StandbyEntry), "standby entries", 3600 s;
    /// Scaling policies.
    ScalingPolicies(ScalingPolicy), "scaling policies", 3600 s;
    /// Scheduled changes of sizes; a part a group.
    ScheduledActions(ScheduledAction), "scheduled actions", 600 s;
    /// What instances may not suffer; a part an instance.
    InstanceAttributes(InstanceAttributes), "instance attributes", 600 s;
    /// NAT gateways.
    NatGateways(NatGateway), "NAT gateways", 900 s;
    /// Route tables.
    RouteTables(RouteTable), "route tables", 900 s;
    /// This account's snapshots.
    Snapshots(Snapshot), "snapshots", 3600 s;
    /// Changes that CloudTrail recorded.
    TrailEvents(TrailEvent), "CloudTrail events", 900 s;
    /// Events of AWS Health.
    HealthEvents(HealthEvent), "AWS Health events", 900 s;
    /// What the caller's role may do.
    Permissions(Permission), "permissions", 3600 s;
    /// What this console's own probes found; a part a probe.
    Probes(Spell), "probes", 3600 s;
    /// Hosted zones.
    HostedZones(HostedZone), "hosted zones", 3600 s;
    /// Records; a part a hosted zone.
    Records(Record), "records", 3600 s;
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}
