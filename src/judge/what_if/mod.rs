//! What is left if a zone, the region or a database goes, at today's load (`aws-domain.md` B.4).
//!
//! Owns: [`WhatIf`] and how it is worked out. Depends on: estate, the region's joins and services, metrics, policy. Must stay true:
//! computed over what serves now, not over what exists; what could not be read makes the answer *unknown*, never better; a fault
//! that is there already is not counted as a loss to come.

mod casualty;
mod database;
mod gone;
mod load;
mod outcome;
mod pool;
mod quorum;
mod region;
mod right;
mod room;
mod scene;
mod service;
mod words;

use jiff::Timestamp;

use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::{Estate, Kind};
use crate::id::{DatabaseId, Region, Text, ZoneId, ZoneName};

use super::{Metrics, Policy, RegionJudgement};

pub use gone::Gone;
pub use outcome::{
    Carrier, Casualty, DatabaseOutlook, Needed, Outcome, Projection, Question, Raise, Right, ServiceOutlook, WhatIf,
};
pub use region::region;
pub use scene::Scene;
pub use words::leave;

/// Kinds without which nobody can say what is left.
const NEEDED: &[Kind] = &[
    Kind::Zones,
    Kind::Groups,
    Kind::Instances,
    Kind::TargetGroups,
    Kind::Targets,
    Kind::LoadBalancers,
    Kind::ClassicBalancers,
    Kind::ClassicTargets,
    Kind::Databases,
    Kind::Clusters,
];

/// Kinds without which nobody knows the ways out of a zone.
const WAYS_OUT: &[Kind] = &[Kind::Subnets, Kind::NatGateways, Kind::RouteTables];

/// Everything that the answer is made from, besides what everything is judged by.
pub const KINDS: &[Kind] = &[
    Kind::LoadBalancers,
    Kind::BalancerTags,
    Kind::BalancerAttributes,
    Kind::TargetGroupAttributes,
    Kind::GlobalClusters,
    Kind::ManagedResources,
    Kind::Activities,
    Kind::Subnets,
    Kind::Addresses,
    Kind::NatGateways,
    Kind::RouteTables,
    Kind::Series,
    Kind::Permissions,
];

/// What the answer is made from.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// What the account holds.
    pub estate: &'a Estate,
    /// Where.
    pub region: &'a Region,
    /// The region, judged.
    pub judged: &'a RegionJudgement,
    /// Its metrics.
    pub metrics: &'a Metrics<'a>,
    /// The rules.
    pub policy: &'a Policy,
    /// AWS's time.
    pub now: Timestamp,
}

impl<'a> Given<'a> {
    /// The region without what goes.
    pub fn without(&self, gone: Gone) -> Scene<'a> {
        Scene::new(self.estate, self.region, self.judged, self.metrics, self.policy, self.now, gone)
    }
}

/// What is left if these zones go together.
pub fn zones(given: Given<'_>, zones: &[ZoneName]) -> WhatIf {
    let scene = given.without(Gone::zones(zones.iter().cloned()));
    let id = |zone: &ZoneName| -> Option<ZoneId> { scene.zone_id(zone).cloned() };
    let question = Question::Zones(zones.iter().map(|zone| (zone.clone(), id(zone))).collect());
    answer(&scene, question)
}

/// What is left if a zone goes.
pub fn zone(given: Given<'_>, zone: &ZoneName) -> WhatIf {
    zones(given, std::slice::from_ref(zone))
}

/// What is left if a DB instance, a cluster or a region's part of a global cluster goes; none where nothing is called so.
pub fn database(given: Given<'_>, id: &str) -> Option<WhatIf> {
    let members = database_members(given, id)?;
    let scene = given.without(Gone::databases(members));
    Some(answer(&scene, Question::Database(Text::from(id))))
}

/// The DB instances that a database's, cluster's or global cluster's identifier means in a region.
fn database_members(given: Given<'_>, id: &str) -> Option<Vec<DatabaseId>> {
    let Given { estate, region, now, .. } = given;
    if let Some(database) = estate.table::<Database>(region, now).known().find(|database| database.id.as_str() == id) {
        return Some(vec![database.id.clone()]);
    }
    let of = |cluster: &Cluster| cluster.members.iter().map(|member| member.database.clone()).collect();
    let clusters = || estate.table::<Cluster>(region, now).known();
    if let Some(cluster) = clusters().find(|cluster| cluster.id.as_str() == id) {
        return Some(of(cluster));
    }
    let global = estate.table::<GlobalCluster>(region, now).known().find(|global| global.id.as_str() == id)?;
    let here = clusters().find(|cluster| {
        cluster.arn.as_ref().is_some_and(|arn| global.members.iter().any(|member| member.cluster == *arn))
    })?;
    Some(of(here))
}

/// Puts the parts together.
fn answer(scene: &Scene<'_>, question: Question) -> WhatIf {
    let services: Vec<ServiceOutlook> = scene.judged.services.iter().map(|judged| scene.service(judged)).collect();
    let databases = database::all(scene);
    let casualties = casualty::all(scene);
    let needed = right::needed(scene, &services, &databases);
    let unread = unread(scene);
    let parts = services.iter().map(|each| each.outcome).chain(databases.iter().map(|each| each.outcome));
    let parts = parts.chain(casualties.iter().map(|each| each.outcome));
    let unknown = if unread.is_empty() { Outcome::Keeps } else { Outcome::Unknown };
    WhatIf {
        region: scene.region.clone(),
        question,
        outcome: parts.fold(unknown, Outcome::or),
        no_capacity: scene.zones_left().filter(|zone| scene.lacks_capacity(zone)).cloned().collect(),
        gaps: gaps(scene),
        services,
        databases,
        casualties,
        needed,
        unread,
    }
}

/// What had to be read and was not.
fn unread(scene: &Scene<'_>) -> Vec<(Kind, String)> {
    let ways_out = if scene.gone.is_zones() { WAYS_OUT } else { &[] };
    let kinds = NEEDED.iter().chain(ways_out);
    kinds.filter_map(|kind| Some((*kind, scene.reason_unread(*kind)?.to_owned()))).collect()
}

/// What was assumed for want of a reading.
fn gaps(scene: &Scene<'_>) -> Vec<String> {
    let mut gaps = Vec::new();
    if !scene.metrics.are_known() {
        gaps.push("no metrics: nobody knows today's load".to_owned());
    }
    let services = scene.judged.services.iter().map(|judged| &judged.service);
    let groups = services.clone().flat_map(|service| &service.target_groups);
    let used = groups.filter_map(|arn| scene.judged.index.target_group(arn.as_str()));
    let unsure = used.filter(|group| !group.load_balancers.is_empty() && !scene.is_cross_zone_read(group)).count();
    let classic = services.flat_map(|service| &service.classic_balancers);
    let unsure = unsure + classic.filter(|name| scene.classic_crosses_zones(name).is_none()).count();
    if unsure > 0 {
        gaps.push(format!("cross-zone balancing of {unsure} not read: on behind ALBs, else the worse of on and off"));
    }
    if scene.gone.is_zones() && !scene.estate.was_tried(scene.region, Kind::Activities) {
        gaps.push("activities not read: whether launches fail for capacity is not known".to_owned());
    }
    gaps
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
pub(crate) mod tests;
