//! What the estate means: pure functions from data and a time to verdicts with reasons.
//!
//! Owns: [`Judgement`] and every rule behind it, one file a kind of thing. May know: the estate. Must stay true: no I/O, no
//! clock, no order from hash maps; missing or old data never makes anything *ok*.

pub mod acknowledged;
pub mod alarm;
pub mod audit;
pub mod availability;
pub mod away;
pub mod balancer;
pub mod board;
mod cause;
pub mod changes;
pub mod database;
mod declared;
pub mod drain;
pub mod finding;
mod gathered;
pub mod group;
pub mod index;
pub mod instance;
pub mod lag;
mod memo;
pub mod metrics;
pub mod parents;
pub mod picture;
pub mod policy;
pub mod probe;
mod region;
pub mod role;
mod roll_up;
pub mod service;
pub mod shifted;
pub mod sight;
pub mod standing;
mod survey;
pub mod target_group;
pub mod verdict;
pub mod vitals;
pub mod what_if;
mod words;
pub mod zone;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

pub use acknowledged::{Acknowledgement, Acknowledgements, Told};
pub use finding::{Finding, Subject, Urgency};
pub use metrics::Metrics;
pub use picture::{MetricSpend, Picture, Traffic};
pub use policy::Policy;
pub use verdict::{Assessment, Verdict, age_words};
pub use what_if::WhatIf;

use crate::estate::{Estate, FailureKind, Kind, Part, SliceId};
use crate::id::{AlarmName, Arn, ClassicName, ClusterId, DatabaseId, GlobalClusterId, GroupName, InstanceId, Region};
use board::Cells;
use index::Index;
use lag::Lags;
use parents::Unread;
use region::Memory;
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
    /// Black-box probes of the policy.
    pub probes: Vec<probe::JudgedProbe>,
    /// Findings that belong to no region.
    pub findings: Vec<Finding>,
    /// The joins of a region that is not looked at.
    nothing: Arc<Index>,
    /// What it went by, and when: a later one by the same policy takes over what still holds.
    policy: Arc<Policy>,
    at: Option<Timestamp>,
}

impl Judgement {
    /// The rules that it was made by.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

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
    pub instances: Arc<BTreeMap<InstanceId, Assessment>>,
    /// Groups.
    pub groups: Arc<BTreeMap<GroupName, Assessment>>,
    /// Target groups.
    pub target_groups: Arc<BTreeMap<Arn, Assessment>>,
    /// Classic balancers.
    pub classic_balancers: Arc<BTreeMap<ClassicName, Assessment>>,
    /// DB instances.
    pub databases: Arc<BTreeMap<DatabaseId, Assessment>>,
    /// Clusters.
    pub clusters: Arc<BTreeMap<ClusterId, Assessment>>,
    /// How far databases are behind what they follow.
    pub lags: Lags,
    /// Global clusters.
    pub global_clusters: Arc<BTreeMap<GlobalClusterId, Assessment>>,
    /// Alarms.
    pub alarms: Arc<BTreeMap<AlarmName, Assessment>>,
    /// What could not be read and is needed, in words.
    pub unread: Vec<String>,
    /// Why each kind that is not fully known is not.
    pub unknown: BTreeMap<Kind, String>,
    /// All that is not well, the gravest first: what the summary's reasons are.
    pub findings: Vec<Finding>,
    /// The region's joins: who is where, in which group, behind what.
    pub index: Arc<Index>,
    /// What the next judgement takes over.
    memory: Arc<Memory>,
}

/// A service, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedService {
    /// What belongs to it.
    pub service: Arc<Service>,
    /// What of it stands where.
    pub cells: Arc<Cells>,
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
    // By another policy, or with the clock set back, nothing of the last holds.
    let holds = *before.policy == *policy && before.at.is_some_and(|at| at <= now);
    let before = if holds { before } else { &Judgement::default() };
    judgement.policy = if holds { before.policy.clone() } else { Arc::new(policy.clone()) };
    judgement.at = Some(now);
    let nothing = RegionJudgement::default();
    for region in estate.scope() {
        let judged = region::judge_region(estate, region, now, policy, before.regions.get(region).unwrap_or(&nothing));
        judgement.regions.insert(region.clone(), judged);
    }
    let gaps = declared::gaps(&judgement.regions, estate, now, policy);
    if let Some(first) = estate.scope().first().and_then(|region| judgement.regions.get_mut(region)) {
        finding::add(first, gaps, now);
    }
    for (region, judged) in estate.scope().iter().filter_map(|region| judgement.regions.get_key_value(region)) {
        for reason in &judged.summary.reasons {
            judgement.account.reasons.push(format!("{region}: {reason}"));
        }
        judgement.account.verdict = judgement.account.verdict.or(judged.summary.verdict);
    }
    let regions = estate.slice(&SliceId::all(&Region::global(), Kind::Regions));
    if let Some(failure) = regions.filter(|slice| slice.read_at().is_none()).and_then(|slice| slice.failure()) {
        judgement.account.add(Verdict::Unknown, format!("regions enabled for the account: {}", failure.why));
    }
    let identity = estate.slice(&SliceId::all(&Region::global(), Kind::Identity)).and_then(|slice| slice.failure());
    if let Some(failure) = identity.filter(|_| estate.identity().is_none()) {
        judgement.account.add(Verdict::Unknown, format!("which account this is: {}", failure.why));
    }
    judgement.probes = probe::assess(estate, now, policy);
    judgement.findings = probe::findings(&judgement.probes);
    for finding in &judgement.findings {
        judgement.account.add(finding.verdict, finding.words());
    }
    if estate.scope().is_empty() {
        judgement.account.add(Verdict::Unknown, "no region looked at yet");
    }
    judgement
}

fn reasons_unread(estate: &Estate, region: &Region, unread: &Unread, now: Timestamp) -> BTreeMap<Kind, String> {
    let reason = |kind: Kind| reason_unread(estate, region, kind, unread.of(kind), now);
    Kind::ALL.iter().filter_map(|kind| Some((*kind, reason(*kind)?))).collect()
}

fn reason_unread(
    estate: &Estate,
    region: &Region,
    kind: Kind,
    unread: Option<usize>,
    now: Timestamp,
) -> Option<String> {
    match unread {
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
