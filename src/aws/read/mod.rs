//! The reads, one line each: what they fill, the IAM action they need, whose bucket they draw on.
//!
//! Owns: [`READS`] and [`Reader`]. Depends on: the service files beside it. Must stay true: each kind of the estate has exactly
//! one read.

mod autoscaling;
mod by_id;
mod cloudwatch;
mod ec2;
mod elb;
mod elbv2;
mod health;
mod identity;
mod network;
mod permission;
mod rds;
mod route53;
mod shift;
mod snapshot;
mod trail;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::caller::Caller;
use super::domain::Domain;
use super::limiter::{Limiter, Priority};
use super::session::{ReadOnly, Session};
use crate::estate::alarm::Metric;
use crate::estate::balancer::{ClassicBalancer, LoadBalancer};
use crate::estate::database::{Cluster, Database};
use crate::estate::image::Image;
use crate::estate::instance::{Instance, InstanceStatus};
use crate::estate::network::RouteTable;
use crate::estate::shift::ManagedResource;
use crate::estate::zone::Subnet;
use crate::estate::{FailureKind, Kind, Part, ReadFailure, Row, Rows, SliceId};
use crate::id::{InstanceId, Text, ZoneName};
use jiff::Timestamp;

/// What a read is asked for, besides its slice.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ask {
    /// Whether an answer of more than one page may be left for reads zone by zone.
    pub may_split: bool,
    /// What parents to ask about, for reads that take a batch of them: balancers' and target groups' ARNs; for
    /// [`Kind::Permissions`] the caller's.
    pub parents: Vec<Text>,
    /// For reads of what happened: since when.
    pub since: Option<Timestamp>,
    /// For [`Kind::Series`] and [`Kind::Charts`]: the metrics, each with its statistic.
    pub metrics: Vec<(Metric, Text)>,
    /// For [`Kind::Instances`]: only these, by their ids.
    pub by_id: Option<ById>,
    /// For [`Kind::InstanceStatuses`]: of every instance, whatever its state, so that all are named.
    pub of_all: bool,
    /// Whether a failure is merely noted: one attempt, since the next read comes soon.
    pub is_probe: bool,
}

/// Instances asked for by their ids, which alone are answered while a zone is in trouble (`aws-domain.md` A.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ById {
    /// Those of one zone, the slice's.
    InZone(Vec<InstanceId>),
    /// Those of which nobody knows the zone: to learn it.
    Unplaced(Vec<InstanceId>),
}

/// What a read brought.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// All rows of the slice.
    Rows(Rows),
    /// There is more than a page: read it zone by zone.
    Split,
    /// What was asked for by id in one zone.
    Named {
        /// The instances that AWS knows.
        rows: Rows,
        /// Ids that it does not know.
        missing: Vec<InstanceId>,
    },
    /// Where instances are that were asked for by id.
    Placed {
        /// Those that AWS answered for.
        zones: Vec<(InstanceId, ZoneName)>,
        /// Ids that it does not know.
        missing: Vec<InstanceId>,
        /// Ids, each asked for alone, for which it does not answer: they are in a silent zone.
        unanswered: Vec<InstanceId>,
    },
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Found, ReadFailure>> + Send + 'a>>;

/// Where a read's slices are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One for the account.
    Account,
    /// One a region, or one a zone of it.
    Region,
    /// One a parent.
    Parent,
}

/// A read.
pub struct Read {
    /// What it fills.
    pub kind: Kind,
    /// The IAM action it needs.
    pub action: &'static str,
    /// Where its slices are.
    pub scope: Scope,
    domain: Domain,
    run: for<'a> fn(&'a Caller<'a>, &'a SliceId, &'a Ask) -> Answer<'a>,
}

/// Every read there is.
pub const READS: &[Read] = &[
    read(Kind::Identity, "sts:GetCallerIdentity", Scope::Account, Domain::Identity, |c, _, _| {
        Box::pin(identity::identity(c))
    }),
    read(Kind::Alias, "iam:ListAccountAliases", Scope::Account, Domain::Identity, |c, _, _| {
        Box::pin(identity::alias(c))
    }),
    read(Kind::Regions, "ec2:DescribeRegions", Scope::Account, Domain::Ec2, |c, _, _| Box::pin(ec2::regions(c))),
    read(Kind::Zones, "ec2:DescribeAvailabilityZones", Scope::Region, Domain::Ec2, |c, _, _| Box::pin(ec2::zones(c))),
    read(Kind::Instances, "ec2:DescribeInstances", Scope::Region, Domain::Ec2, |c, id, ask| {
        Box::pin(async move {
            match &ask.by_id {
                Some(ids) => by_id::instances(c, ids).await,
                None => or_gone(ec2::instances(c, id, ask).await, Instance::rows(Vec::new())),
            }
        })
    }),
    read(Kind::InstanceStatuses, "ec2:DescribeInstanceStatus", Scope::Region, Domain::Ec2, |c, id, ask| {
        Box::pin(async move { or_gone(ec2::instance_statuses(c, id, ask).await, InstanceStatus::rows(Vec::new())) })
    }),
    read(Kind::Subnets, "ec2:DescribeSubnets", Scope::Region, Domain::Ec2, |c, id, _| {
        Box::pin(async move { or_gone(ec2::subnets(c, id).await, Subnet::rows(Vec::new())) })
    }),
    read(Kind::Images, "ec2:DescribeImages", Scope::Region, Domain::Ec2, |c, id, _| {
        Box::pin(async move { or_gone(ec2::images(c, id).await, Image::rows(Vec::new())) })
    }),
    read(Kind::LaunchTemplates, "ec2:DescribeLaunchTemplates", Scope::Region, Domain::Ec2, |c, _, _| {
        Box::pin(ec2::launch_templates(c))
    }),
    read(Kind::LaunchTemplateVersions, "ec2:DescribeLaunchTemplateVersions", Scope::Parent, Domain::Ec2, |c, id, _| {
        Box::pin(ec2::launch_template_versions(c, id))
    }),
    read(Kind::Addresses, "ec2:DescribeAddresses", Scope::Region, Domain::Ec2, |c, id, _| {
        Box::pin(ec2::addresses(c, id))
    }),
    read(Kind::VolumeStatuses, "ec2:DescribeVolumeStatus", Scope::Region, Domain::Ec2, |c, id, _| {
        Box::pin(ec2::volume_statuses(c, id))
    }),
    read(Kind::Groups, "autoscaling:DescribeAutoScalingGroups", Scope::Region, Domain::AutoScaling, |c, id, _| {
        Box::pin(autoscaling::groups(c, id))
    }),
    read(
        Kind::Activities,
        "autoscaling:DescribeScalingActivities",
        Scope::Region,
        Domain::AutoScaling,
        |c, id, ask| Box::pin(autoscaling::activities(c, id, ask)),
    ),
    read(Kind::Refreshes, "autoscaling:DescribeInstanceRefreshes", Scope::Parent, Domain::AutoScaling, |c, id, _| {
        Box::pin(autoscaling::refreshes(c, id))
    }),
    read(Kind::Hooks, "autoscaling:DescribeLifecycleHooks", Scope::Parent, Domain::AutoScaling, |c, id, _| {
        Box::pin(autoscaling::hooks(c, id))
    }),
    read(
        Kind::StandbyEntries,
        "autoscaling:DescribeScalingActivities",
        Scope::Parent,
        Domain::AutoScaling,
        |c, id, _| Box::pin(autoscaling::standby_entries(c, id)),
    ),
    read(Kind::ScalingPolicies, "autoscaling:DescribePolicies", Scope::Region, Domain::AutoScaling, |c, _, _| {
        Box::pin(autoscaling::policies(c))
    }),
    read(
        Kind::ScheduledActions,
        "autoscaling:DescribeScheduledActions",
        Scope::Parent,
        Domain::AutoScaling,
        |c, id, _| Box::pin(autoscaling::scheduled_actions(c, id)),
    ),
    read(Kind::InstanceAttributes, "ec2:DescribeInstanceAttribute", Scope::Parent, Domain::Ec2, |c, id, _| {
        Box::pin(ec2::instance_attributes(c, id))
    }),
    read(Kind::LoadBalancers, "elasticloadbalancing:DescribeLoadBalancers", Scope::Region, Domain::Elb, |c, id, _| {
        Box::pin(async move { or_gone(elbv2::load_balancers(c, id).await, LoadBalancer::rows(Vec::new())) })
    }),
    read(Kind::TargetGroups, "elasticloadbalancing:DescribeTargetGroups", Scope::Region, Domain::Elb, |c, _, _| {
        Box::pin(elbv2::target_groups(c))
    }),
    read(Kind::Targets, "elasticloadbalancing:DescribeTargetHealth", Scope::Parent, Domain::Elb, |c, id, _| {
        Box::pin(elbv2::targets(c, id))
    }),
    read(Kind::BalancerTags, "elasticloadbalancing:DescribeTags", Scope::Region, Domain::Elb, |c, _, ask| {
        Box::pin(elbv2::tags(c, ask))
    }),
    read(Kind::Listeners, "elasticloadbalancing:DescribeListeners", Scope::Parent, Domain::Elb, |c, id, _| {
        Box::pin(elbv2::listeners(c, id))
    }),
    read(
        Kind::BalancerAttributes,
        "elasticloadbalancing:DescribeLoadBalancerAttributes",
        Scope::Parent,
        Domain::Elb,
        |c, id, _| {
            Box::pin(async move {
                // A parent by its name is a classic balancer.
                match &id.part {
                    Part::Of(parent) if !parent.starts_with("arn:") => elb::attributes(c, id).await,
                    _ => elbv2::load_balancer_attributes(c, id).await,
                }
            })
        },
    ),
    read(
        Kind::TargetGroupAttributes,
        "elasticloadbalancing:DescribeTargetGroupAttributes",
        Scope::Parent,
        Domain::Elb,
        |c, id, _| Box::pin(elbv2::target_group_attributes(c, id)),
    ),
    read(
        Kind::ClassicBalancers,
        "elasticloadbalancing:DescribeLoadBalancers",
        Scope::Region,
        Domain::Elb,
        |c, id, _| Box::pin(async move { or_gone(elb::balancers(c, id).await, ClassicBalancer::rows(Vec::new())) }),
    ),
    read(
        Kind::ClassicTargets,
        "elasticloadbalancing:DescribeInstanceHealth",
        Scope::Parent,
        Domain::Elb,
        |c, id, _| Box::pin(elb::targets(c, id)),
    ),
    read(Kind::Databases, "rds:DescribeDBInstances", Scope::Region, Domain::Rds, |c, id, _| {
        Box::pin(async move { or_gone(rds::databases(c, id).await, Database::rows(Vec::new())) })
    }),
    read(Kind::Clusters, "rds:DescribeDBClusters", Scope::Region, Domain::Rds, |c, id, _| {
        Box::pin(async move { or_gone(rds::clusters(c, id).await, Cluster::rows(Vec::new())) })
    }),
    read(Kind::GlobalClusters, "rds:DescribeGlobalClusters", Scope::Region, Domain::Rds, |c, _, _| {
        Box::pin(rds::global_clusters(c))
    }),
    read(Kind::DatabaseEvents, "rds:DescribeEvents", Scope::Region, Domain::Rds, |c, _, ask| {
        Box::pin(rds::events(c, ask))
    }),
    read(Kind::Alarms, "cloudwatch:DescribeAlarms", Scope::Region, Domain::CloudWatch, |c, _, _| {
        Box::pin(cloudwatch::alarms(c))
    }),
    read(Kind::AlarmHistory, "cloudwatch:DescribeAlarmHistory", Scope::Parent, Domain::CloudWatch, |c, id, _| {
        Box::pin(cloudwatch::history(c, id))
    }),
    read(Kind::Series, "cloudwatch:GetMetricData", Scope::Parent, Domain::CloudWatch, |c, id, ask| {
        Box::pin(cloudwatch::series(c, id, ask))
    }),
    read(Kind::Charts, "cloudwatch:GetMetricData", Scope::Parent, Domain::CloudWatch, |c, id, ask| {
        Box::pin(cloudwatch::curves(c, id, ask))
    }),
    read(Kind::ManagedResources, "arc-zonal-shift:ListManagedResources", Scope::Region, Domain::Arc, |c, id, _| {
        Box::pin(async move { or_gone(shift::managed_resources(c, id).await, ManagedResource::rows(Vec::new())) })
    }),
    read(Kind::ZonalShifts, "arc-zonal-shift:ListZonalShifts", Scope::Region, Domain::Arc, |c, id, _| {
        Box::pin(shift::zonal_shifts(c, id))
    }),
    read(Kind::Autoshifts, "arc-zonal-shift:ListAutoshifts", Scope::Region, Domain::Arc, |c, _, _| {
        Box::pin(shift::autoshifts(c))
    }),
    read(Kind::NatGateways, "ec2:DescribeNatGateways", Scope::Region, Domain::Ec2, |c, _, _| {
        Box::pin(network::nat_gateways(c))
    }),
    read(Kind::RouteTables, "ec2:DescribeRouteTables", Scope::Region, Domain::Ec2, |c, id, _| {
        Box::pin(async move { or_gone(network::route_tables(c, id).await, RouteTable::rows(Vec::new())) })
    }),
    read(Kind::Snapshots, "ec2:DescribeSnapshots", Scope::Region, Domain::Ec2, |c, _, _| {
        Box::pin(snapshot::snapshots(c))
    }),
    read(Kind::TrailEvents, "cloudtrail:LookupEvents", Scope::Region, Domain::Trail, |c, _, ask| {
        Box::pin(trail::events(c, ask))
    }),
    read(Kind::HealthEvents, "health:DescribeEvents", Scope::Account, Domain::Health, |c, _, ask| {
        Box::pin(health::events(c, ask))
    }),
    read(Kind::Permissions, "iam:SimulatePrincipalPolicy", Scope::Account, Domain::Identity, |c, _, ask| {
        Box::pin(permission::permissions(c, ask))
    }),
    read(Kind::HostedZones, "route53:ListHostedZones", Scope::Account, Domain::Route53, |c, _, _| {
        Box::pin(route53::hosted_zones(c))
    }),
    read(Kind::Records, "route53:ListResourceRecordSets", Scope::Parent, Domain::Route53, |c, id, _| {
        Box::pin(route53::records(c, id))
    }),
];

const fn read(
    kind: Kind,
    action: &'static str,
    scope: Scope,
    domain: Domain,
    run: for<'a> fn(&'a Caller<'a>, &'a SliceId, &'a Ask) -> Answer<'a>,
) -> Read {
    Read { kind, action, scope, domain, run }
}

/// The read that fills a kind.
pub fn of_kind(kind: Kind) -> Option<&'static Read> {
    READS.iter().find(|read| read.kind == kind)
}

/// Makes reads over a session, paced by a limiter.
pub struct Reader {
    session: Session<ReadOnly>,
    limiter: Arc<Limiter>,
}

impl Reader {
    /// A reader over `session`.
    pub fn new(session: Session<ReadOnly>, limiter: Limiter) -> Self {
        Self { session, limiter: Arc::new(limiter) }
    }

    /// The session.
    pub fn session(&self) -> &Session<ReadOnly> {
        &self.session
    }

    /// The limiter.
    pub fn limiter(&self) -> &Arc<Limiter> {
        &self.limiter
    }

    /// Reads one slice.
    ///
    /// # Errors
    /// Where AWS denies, throttles, fails, or answers what cannot be understood.
    pub async fn read(&self, id: &SliceId, ask: &Ask, priority: Priority) -> Result<Found, ReadFailure> {
        let Some(read) = of_kind(id.kind) else {
            return Err(super::error::lacking(id.kind.name(), "read"));
        };
        let caller = Caller {
            region: &id.region,
            clients: self.session.clients(&id.region),
            limiter: &self.limiter,
            domain: read.domain,
            action: read.action,
            priority,
            is_probe: ask.is_probe,
        };
        (read.run)(&caller, id, ask).await
    }
}

/// The parent that a slice of [`Scope::Parent`] names.
fn parent<'a>(caller: &Caller<'_>, id: &'a SliceId) -> Result<&'a str, ReadFailure> {
    match &id.part {
        Part::Of(parent) => Ok(parent),
        Part::All | Part::Zone(_) => Err(super::error::lacking(caller.action, "parent to ask about")),
    }
}

/// The one thing that a slice is limited to, by its name or id: what a step of a run needs, and no more.
fn only(id: &SliceId) -> Option<&Text> {
    match &id.part {
        Part::Of(name) => Some(name),
        Part::All | Part::Zone(_) => None,
    }
}

/// A read of one thing by its id: that AWS does not know it is an answer.
fn or_gone(outcome: Result<Found, ReadFailure>, none: Rows) -> Result<Found, ReadFailure> {
    match outcome {
        Err(why) if why.kind == FailureKind::Gone => Ok(Found::Rows(none)),
        other => other,
    }
}

/// The zone that a slice is limited to.
fn zone(id: &SliceId) -> Option<&ZoneName> {
    match &id.part {
        Part::Zone(zone) => Some(zone),
        Part::All | Part::Of(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_exactly_one_read() {
        for kind in Kind::ALL.iter().filter(|kind| kind.is_of_aws()) {
            assert_eq!(READS.iter().filter(|read| read.kind == *kind).count(), 1, "{kind}");
        }
    }
}
