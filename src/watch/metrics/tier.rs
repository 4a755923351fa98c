//! The tiers of metrics, in the order of their worth, and the queries of each.
//!
//! Owns: [`Tier`]. Depends on: the estate, which spells the queries. Must stay true: queries come sorted and once each, as the
//! rows of their answers are looked up.

use std::collections::BTreeSet;

use crate::estate::balancer::{ClassicBalancer, LoadBalancer, TargetGroup};
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::group::Group;
use crate::estate::network::NatGateway;
use crate::estate::query::{Measure, Query};
use crate::estate::{Estate, Kind, queue};
use crate::id::{DatabaseId, Region, Text, ZoneName};

/// What clients meet: how much is asked, what fails, how long it takes.
const TRAFFIC: [Measure; 3] = [Measure::Requests, Measure::Errors, Measure::Latency];

/// Queries that are asked together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Traffic of each target group and classic balancer, CPU of each group, age of each queue.
    Board,
    /// Traffic by the zone of the balancer's node (`aws-domain.md` B.1, 3 and 12).
    Zones,
    /// What NAT gateways drop (B.1, 9).
    Network,
    /// How far replicas are behind (A.4).
    Lag,
    /// Errors that balancers answer themselves.
    Balancers,
    /// CPU and write latency of databases (B.1, 10).
    Databases,
}

impl Tier {
    /// Every tier, the most worth first.
    pub const ALL: &'static [Tier] =
        &[Self::Board, Self::Zones, Self::Network, Self::Lag, Self::Balancers, Self::Databases];

    /// The name of its slices.
    pub fn name(self) -> &'static str {
        match self {
            Self::Board => "board",
            Self::Zones => "zones",
            Self::Network => "network",
            Self::Lag => "lag",
            Self::Databases => "databases",
            Self::Balancers => "balancers",
        }
    }

    /// What must have been read for its queries to be known.
    pub(super) fn hangs_on(self) -> &'static [Kind] {
        match self {
            Self::Board => {
                &[Kind::TargetGroups, Kind::ClassicBalancers, Kind::Groups, Kind::ScalingPolicies, Kind::Alarms]
            }
            Self::Zones => &[Kind::TargetGroups, Kind::LoadBalancers, Kind::ClassicBalancers],
            Self::Network => &[Kind::NatGateways],
            Self::Lag => &[Kind::Databases, Kind::Clusters, Kind::GlobalClusters],
            Self::Databases => &[Kind::Databases],
            Self::Balancers => &[Kind::LoadBalancers, Kind::ClassicBalancers],
        }
    }

    /// Whether the queries of any tier hang on `kind`.
    pub(in crate::watch) fn any_hangs_on(kind: Kind) -> bool {
        Self::ALL.iter().any(|tier| tier.hangs_on().contains(&kind))
    }

    /// Its queries in a region.
    pub(super) fn queries(self, estate: &Estate, region: &Region, queues: &BTreeSet<Text>) -> Vec<Query> {
        let mut queries = match self {
            Self::Board => board(estate, region, queues),
            Self::Zones => zones(estate, region),
            Self::Network => network(estate, region),
            Self::Lag => lag(estate, region),
            Self::Databases => databases(estate, region),
            Self::Balancers => balancers(estate, region),
        };
        queries.sort_unstable();
        queries.dedup();
        queries
    }
}

fn board(estate: &Estate, region: &Region, declared: &BTreeSet<Text>) -> Vec<Query> {
    let mut queries = Vec::new();
    for group in estate.known::<TargetGroup>(region) {
        for balancer in &group.load_balancers {
            queries.extend(TRAFFIC.iter().filter_map(|of| Query::of_target_group(*of, balancer, &group.arn, None)));
        }
    }
    for classic in estate.known::<ClassicBalancer>(region) {
        queries.extend(TRAFFIC.iter().filter_map(|of| Query::of_classic(*of, &classic.name, None)));
    }
    // A group of zero has no CPU.
    let groups = estate.known::<Group>(region).filter(|group| group.desired > 0 || !group.members.is_empty());
    let before = queries.len();
    queries.extend(groups.map(|group| Query::of_group(&group.name)));
    let works_here = queries.len() > before;
    queries.extend(queue::queues(estate, region).into_values().flatten().map(|queue| Query::of_queue(&queue)));
    queries.extend(declared.iter().filter(|_| works_here).map(|queue| Query::of_queue(queue)));
    queries
}

fn zones(estate: &Estate, region: &Region) -> Vec<Query> {
    let mut queries = Vec::new();
    let balancers: Vec<&LoadBalancer> = estate.known(region).collect();
    for group in estate.known::<TargetGroup>(region) {
        let of_group = balancers.iter().filter(|balancer| group.load_balancers.contains(&balancer.arn));
        for (arn, zone) in of_group.flat_map(|each| each.zones.iter().map(|(zone, _)| (&each.arn, zone))) {
            queries.extend(TRAFFIC.iter().filter_map(|of| Query::of_target_group(*of, arn, &group.arn, Some(zone))));
        }
    }
    for classic in estate.known::<ClassicBalancer>(region) {
        let of_zone = |zone: &ZoneName| TRAFFIC.map(|of| Query::of_classic(of, &classic.name, Some(zone)));
        queries.extend(classic.zones.iter().flat_map(of_zone).flatten());
    }
    queries
}

fn network(estate: &Estate, region: &Region) -> Vec<Query> {
    let gateways = estate.known::<NatGateway>(region).filter(|gateway| &*gateway.state == "available");
    let queries = gateways.flat_map(|gateway| {
        [Measure::NatDrops, Measure::NatPortErrors].map(|measure| Query::of_nat(measure, &gateway.id))
    });
    queries.flatten().collect()
}

fn lag(estate: &Estate, region: &Region) -> Vec<Query> {
    let replicas = estate.known::<Database>(region).filter(|database| database.replica_of.is_some());
    let replicas = replicas.filter_map(|replica| Query::of_database(Measure::ReplicaLag, &replica.id));
    let aurora = estate.known::<Cluster>(region).filter(|cluster| cluster.engine.starts_with("aurora"));
    let readers = aurora.flat_map(|cluster| cluster.members.iter().filter(|member| !member.writer));
    let readers = readers.filter_map(|reader| Query::of_database(Measure::ReaderLag, &reader.database));
    let members = estate.known::<GlobalCluster>(region).flat_map(|global| &global.members);
    let behind = members.filter(|member| !member.writer && member.cluster.region().as_ref() == Some(region));
    let behind = behind.map(|member| Query::of_global_member(member.cluster.resource()));
    replicas.chain(readers).chain(behind).collect()
}

fn databases(estate: &Estate, region: &Region) -> Vec<Query> {
    let of_one = |database: &DatabaseId| {
        [Measure::DatabaseCpu, Measure::WriteLatency].map(|measure| Query::of_database(measure, database))
    };
    estate.known::<Database>(region).flat_map(|database| of_one(&database.id)).flatten().collect()
}

fn balancers(estate: &Estate, region: &Region) -> Vec<Query> {
    let newer = estate.known::<LoadBalancer>(region);
    let newer = newer.filter_map(|balancer| Query::of_balancer(Measure::BalancerErrors, &balancer.arn, None));
    let classic = estate.known::<ClassicBalancer>(region);
    let classic = classic.filter_map(|balancer| Query::of_classic(Measure::BalancerErrors, &balancer.name, None));
    newer.chain(classic).collect()
}
