//! One region's look-ups, made once for all its services.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::balancer::{ClassicBalancer, LoadBalancer};
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::zone::Zone;
use crate::estate::{Estate, Kind};
use crate::id::{Region, ZoneName};
use crate::judge::role::Clusters;
use crate::judge::{JudgedService, Judgement, Metrics, RegionJudgement};

/// Kinds without which parts may be missing.
const NEEDED: &[Kind] = &[
    Kind::Instances,
    Kind::Groups,
    Kind::LoadBalancers,
    Kind::TargetGroups,
    Kind::Targets,
    Kind::ClassicBalancers,
    Kind::ClassicTargets,
    Kind::Databases,
    Kind::Clusters,
];

/// A region as the arithmetic looks at it.
pub(super) struct Scene<'a> {
    pub(super) region: &'a Region,
    pub(super) judged: &'a RegionJudgement,
    pub(super) metrics: Metrics<'a>,
    pub(super) services: BTreeMap<&'a str, &'a JudgedService>,
    pub(super) databases: BTreeMap<&'a str, &'a Database>,
    pub(super) clusters: BTreeMap<&'a str, &'a Cluster>,
    pub(super) roles: Clusters<'a>,
    pub(super) balancers: BTreeMap<&'a str, &'a LoadBalancer>,
    pub(super) classics: BTreeMap<&'a str, &'a ClassicBalancer>,
    /// Zones that members can be spread over: no local ones.
    pub(super) zones: Vec<ZoneName>,
    /// What is not fully known, in words.
    pub(super) gaps: Vec<String>,
}

impl<'a> Scene<'a> {
    /// What is known of `region`; none where it is not judged.
    pub(super) fn new(
        estate: &'a Estate,
        judgement: &'a Judgement,
        region: &'a Region,
        now: Timestamp,
    ) -> Option<Self> {
        let judged = judgement.regions.get(region)?;
        let databases = estate.table::<Database>(region, now);
        let clusters = estate.table::<Cluster>(region, now);
        let zones = estate.table::<Zone>(region, now);
        let mut zones: Vec<ZoneName> = zones
            .known()
            .filter(|zone| &*zone.zone_type == "availability-zone")
            .map(|zone| zone.name.clone())
            .collect();
        zones.sort();
        let gap = |kind: &Kind| judgement.reason_unread(region, *kind).map(str::to_owned);
        Some(Self {
            region,
            judged,
            metrics: Metrics::new(estate, region, now),
            services: judged.services.iter().map(|each| (each.service.name.as_str(), each)).collect(),
            databases: databases.known().map(|row| (row.id.as_str(), row)).collect(),
            clusters: clusters.known().map(|row| (row.id.as_str(), row)).collect(),
            roles: Clusters {
                clusters: clusters.known().collect(),
                globals: estate.table::<GlobalCluster>(region, now).known().collect(),
            },
            balancers: estate.table::<LoadBalancer>(region, now).known().map(|row| (row.arn.as_str(), row)).collect(),
            classics: estate
                .table::<ClassicBalancer>(region, now)
                .known()
                .map(|row| (row.name.as_str(), row))
                .collect(),
            zones,
            gaps: NEEDED.iter().filter_map(gap).collect(),
        })
    }
}
