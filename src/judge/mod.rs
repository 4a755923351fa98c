//! What the estate means: pure functions from data and a time to verdicts with reasons.
//!
//! Owns: [`Judgement`] and every rule behind it, one file a kind of thing. May know: the estate. Must stay true: no I/O, no
//! clock, no order from hash maps; missing or old data never makes anything *ok*.

pub mod alarm;
pub mod board;
pub mod database;
pub mod finding;
pub mod group;
pub mod index;
pub mod instance;
pub mod metrics;
pub mod parents;
pub mod picture;
pub mod policy;
pub mod role;
mod roll_up;
pub mod service;
pub mod shifted;
pub mod standing;
pub mod target_group;
pub mod verdict;
pub mod zone;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

pub use finding::{Finding, Subject, Urgency};
pub use metrics::Metrics;
pub use picture::{Picture, Traffic};
pub use policy::Policy;
pub use verdict::{Assessment, Verdict, age_words};

use crate::estate::alarm::Alarm;
use crate::estate::balancer::{ClassicBalancer, ClassicTarget, Target, TargetGroup};
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::group::Group;
use crate::estate::silence::silences;
use crate::estate::{Estate, FailureKind, Kind, Part, Row, SliceId, Trust};
use crate::id::{
    AlarmName, Arn, ClassicName, ClusterId, DatabaseId, GlobalClusterId, GroupName, InstanceId, Region, ZoneName,
};
use board::{Board, Cells};
use index::Index;
use roll_up::roll_up;
use service::Service;
use zone::ZoneAssessment;

/// Kinds without which the account's verdict is not known: what the status document counts.
pub const JUDGED: &[Kind] = &[
    Kind::Zones,
    Kind::Instances,
    Kind::InstanceStatuses,
    Kind::Groups,
    Kind::TargetGroups,
    Kind::Targets,
    Kind::ClassicBalancers,
    Kind::ClassicTargets,
    Kind::Databases,
    Kind::Clusters,
    Kind::Alarms,
    Kind::ZonalShifts,
];

/// Kinds that a region may truly lack: there is nothing to know then. Every region has the others.
const MAY_LACK: &[Kind] = &[Kind::ManagedResources, Kind::ZonalShifts, Kind::Autoshifts];

/// What the estate means at one moment.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// The account's verdict: the worst of all.
    pub account: Assessment,
    /// Region by region, in the order of the estate's scope.
    pub regions: BTreeMap<Region, RegionJudgement>,
    /// The joins of a region that is not looked at.
    nothing: Arc<Index>,
}

impl Judgement {
    /// A region's joins; of a region that is not looked at, nothing.
    pub fn index_of(&self, region: &Region) -> &Index {
        self.regions.get(region).map_or(&self.nothing, |judged| &judged.index)
    }

    /// Why a kind is not fully known in a region, in words; none where it is, or where the region does not offer it.
    pub fn reason_unread(&self, region: &Region, kind: Kind) -> Option<&str> {
        match self.regions.get(region) {
            Some(judged) => judged.unknown.get(&kind).map(String::as_str),
            None => Some("the region is not looked at"),
        }
    }
}

/// What a region holds, judged.
#[derive(Debug, Clone, Default)]
pub struct RegionJudgement {
    /// The worst of all below, with the gravest reasons.
    pub summary: Assessment,
    /// Zones by name.
    pub zones: Vec<ZoneAssessment>,
    /// Services, by name.
    pub services: Vec<JudgedService>,
    /// Instances that are not well; the others are silent.
    pub instances: BTreeMap<InstanceId, Assessment>,
    /// Groups.
    pub groups: BTreeMap<GroupName, Assessment>,
    /// Target groups.
    pub target_groups: BTreeMap<Arn, Assessment>,
    /// Classic balancers.
    pub classic_balancers: BTreeMap<ClassicName, Assessment>,
    /// DB instances.
    pub databases: BTreeMap<DatabaseId, Assessment>,
    /// Clusters.
    pub clusters: BTreeMap<ClusterId, Assessment>,
    /// Global clusters.
    pub global_clusters: BTreeMap<GlobalClusterId, Assessment>,
    /// Alarms.
    pub alarms: BTreeMap<AlarmName, Assessment>,
    /// What could not be read and is needed, in words.
    pub unread: Vec<String>,
    /// Why each kind that is not fully known is not.
    pub unknown: BTreeMap<Kind, String>,
    /// All that is not well, the gravest first: what the summary's reasons are.
    pub findings: Vec<Finding>,
    /// The region's joins: who is where, in which group, behind what.
    pub index: Arc<Index>,
}

/// A service, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedService {
    /// What belongs to it.
    pub service: Service,
    /// What of it stands where.
    pub cells: Cells,
    /// How it stands: the worst of its parts.
    pub assessment: Assessment,
}

/// Judges everything, from nothing.
pub fn judge(estate: &Estate, now: Timestamp, policy: &Policy) -> Judgement {
    judge_again(estate, now, policy, &Judgement::default())
}

/// Judges everything. What `before` joined of slices that are still the same is taken over: the outcome is that of [`judge`], sooner.
pub fn judge_again(estate: &Estate, now: Timestamp, policy: &Policy, before: &Judgement) -> Judgement {
    let mut judgement = Judgement::default();
    for region in estate.scope() {
        let before = before.regions.get(region).map(|judged| judged.index.clone()).unwrap_or_default();
        let judged = judge_region(estate, region, now, policy, Index::after(&before, estate, region, now));
        for reason in &judged.summary.reasons {
            judgement.account.reasons.push(format!("{region}: {reason}"));
        }
        judgement.account.verdict = judgement.account.verdict.or(judged.summary.verdict);
        judgement.regions.insert(region.clone(), judged);
    }
    let regions = estate.slice(&SliceId::all(&Region::global(), Kind::Regions));
    if let Some(failure) = regions.filter(|slice| slice.read_at().is_none()).and_then(|slice| slice.failure()) {
        judgement.account.add(Verdict::Unknown, format!("regions enabled for the account: {}", failure.why));
    }
    let identity = estate.slice(&SliceId::all(&Region::global(), Kind::Identity)).and_then(|slice| slice.failure());
    if let Some(failure) = identity.filter(|_| estate.identity().is_none()) {
        judgement.account.add(Verdict::Unknown, format!("which account this is: {}", failure.why));
    }
    if estate.scope().is_empty() {
        judgement.account.add(Verdict::Unknown, "no region looked at yet");
    }
    judgement
}

fn judge_region(
    estate: &Estate,
    region: &Region,
    now: Timestamp,
    policy: &Policy,
    index: Arc<Index>,
) -> RegionJudgement {
    let clusters = estate.table::<Cluster>(region, now);
    let mut board = Board::new(estate, &index, region, now);
    let services = service::gather(estate, &index, region, now, policy)
        .into_iter()
        .map(|service| {
            let cells = board.of_service(&service);
            JudgedService { service, cells, assessment: Assessment::ok() }
        })
        .collect();
    let silences = silences(estate, region);
    let mut judged = RegionJudgement {
        summary: Assessment::ok(),
        zones: zone::assess(estate, &index, region, now, policy),
        services,
        instances: assess_instances(&index, now),
        groups: assess_table(estate, region, now, |group: &Group| (group.name.clone(), group::assess(group))),
        target_groups: estate
            .table::<TargetGroup>(region, now)
            .known()
            .map(|group| (group.arn.clone(), assess_target_group(estate, region, now, group)))
            .collect(),
        classic_balancers: estate
            .table::<ClassicBalancer>(region, now)
            .known()
            .map(|balancer| (balancer.name.clone(), assess_classic(estate, region, now, balancer)))
            .collect(),
        databases: assess_table(estate, region, now, |database: &Database| {
            let is_silent = |zone: &&ZoneName| silences.iter().any(|silence| silence.zone == *zone);
            let silent = database.zone.as_ref().filter(is_silent);
            (database.id.clone(), database::assess(database, None, silent, policy))
        }),
        clusters: clusters
            .known_with_trust()
            .map(|(cluster, trust)| {
                (cluster.id.clone(), distrusted(database::assess_cluster(cluster), Kind::Clusters, &trust))
            })
            .collect(),
        global_clusters: assess_table(estate, region, now, |global: &GlobalCluster| {
            (global.id.clone(), database::assess_global(global))
        }),
        alarms: assess_table(estate, region, now, |alarm: &Alarm| (alarm.name.clone(), alarm::assess(alarm))),
        unread: Vec::new(),
        unknown: reasons_unread(estate, region, now),
        findings: Vec::new(),
        index,
    };
    let verdicts: Vec<Assessment> =
        judged.services.iter().map(|each| roll_up(&judged, &each.service, &each.cells)).collect();
    for (each, assessment) in judged.services.iter_mut().zip(verdicts) {
        each.assessment = assessment;
    }
    finding::summarise(&mut judged, estate, region, now, policy);
    judged
}

fn assess_table<T: Row, K: Ord>(
    estate: &Estate,
    region: &Region,
    now: Timestamp,
    assess: impl Fn(&T) -> (K, Assessment),
) -> BTreeMap<K, Assessment> {
    let table = estate.table::<T>(region, now);
    table
        .known_with_trust()
        .map(|(row, trust)| {
            let (key, assessment) = assess(row);
            (key, distrusted(assessment, T::KIND, &trust))
        })
        .collect()
}

fn distrusted(mut assessment: Assessment, kind: Kind, trust: &Trust<'_>) -> Assessment {
    assessment.distrust(kind.name(), trust);
    assessment
}

/// Instances that are not well. A silent instance is well only where its zone's reading can be trusted, which the region's
/// summary says once and not a thousand times.
fn assess_instances(index: &Index, now: Timestamp) -> BTreeMap<InstanceId, Assessment> {
    index
        .instances()
        .map(|(number, instance)| (instance, instance::assess(instance, index.status_at(number), now)))
        .filter(|(_, assessment)| assessment.verdict != Verdict::Ok)
        .map(|(instance, assessment)| (instance.id.clone(), assessment))
        .collect()
}

fn assess_target_group(estate: &Estate, region: &Region, now: Timestamp, group: &TargetGroup) -> Assessment {
    let id = SliceId::of(region, Kind::Targets, group.arn.text().clone());
    match estate.slice(&id) {
        Some(slice) => {
            let trust = slice.trust(Kind::Targets.age_limit(), now);
            match trust {
                Trust::Unknown(_) => distrusted(Assessment::ok(), Kind::Targets, &trust),
                _ => distrusted(target_group::assess(group, slice.rows::<Target>()), Kind::Targets, &trust),
            }
        }
        // A group that no balancer uses is not asked about.
        None if group.load_balancers.is_empty() => Assessment::ok(),
        None => Assessment::unknown("target health not read yet"),
    }
}

fn assess_classic(estate: &Estate, region: &Region, now: Timestamp, balancer: &ClassicBalancer) -> Assessment {
    let id = SliceId::of(region, Kind::ClassicTargets, balancer.name.text().clone());
    let Some(slice) = estate.slice(&id) else { return Assessment::unknown("instance health not read yet") };
    let trust = slice.trust(Kind::ClassicTargets.age_limit(), now);
    match trust {
        Trust::Unknown(_) => distrusted(Assessment::ok(), Kind::ClassicTargets, &trust),
        _ => distrusted(target_group::assess_classic(slice.rows::<ClassicTarget>()), Kind::ClassicTargets, &trust),
    }
}

fn reasons_unread(estate: &Estate, region: &Region, now: Timestamp) -> BTreeMap<Kind, String> {
    Kind::ALL.iter().filter_map(|kind| Some((*kind, reason_unread(estate, region, *kind, now)?))).collect()
}

fn reason_unread(estate: &Estate, region: &Region, kind: Kind, now: Timestamp) -> Option<String> {
    match parents::unread(estate, region, kind, now) {
        Some(0) => {}
        Some(count) => return Some(format!("{kind} of {count} not read yet")),
        None if estate.was_tried(region, kind) => {}
        None => return Some(format!("{kind} not read yet")),
    }
    let slices = estate.slices(region, kind);
    let untrusted: Vec<(&Part, String)> = slices
        .filter_map(|(part, slice)| {
            let unsupported = slice.failure().is_some_and(|failure| failure.why.kind == FailureKind::Unsupported);
            if unsupported && MAY_LACK.contains(&kind) {
                return None;
            }
            verdict::reason_untrusted(kind.name(), &slice.trust(kind.age_limit(), now)).map(|reason| (part, reason))
        })
        .collect();
    match untrusted.as_slice() {
        [] => None,
        [(_, reason)] => Some(reason.clone()),
        [(_, reason), rest @ ..] => Some(format!("{reason} (and {} more)", rest.len())),
    }
}

#[cfg(test)]
mod tests;
