//! What the estate means: pure functions from data and a time to verdicts with reasons.
//!
//! Owns: [`Judgement`] and every rule behind it, one file a kind of thing. May know: the estate. Must stay true: no I/O, no
//! clock, no order from hash maps; missing or old data never makes anything *ok*.

pub mod alarm;
pub mod board;
pub mod database;
pub mod group;
pub mod index;
pub mod instance;
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

pub use picture::{Picture, Traffic};
pub use policy::Policy;
pub use verdict::{Assessment, Verdict, age_words};

use crate::estate::alarm::Alarm;
use crate::estate::balancer::{ClassicBalancer, ClassicTarget, Target, TargetGroup};
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::group::Group;
use crate::estate::shift::{ShiftStatus, ZonalShift};
use crate::estate::silence::silences;
use crate::estate::zone::Zone;
use crate::estate::{Estate, FailureKind, Kind, Part, Row, Slice, SliceId, Trust};
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

/// One thing that is not well.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// How bad it is.
    pub verdict: Verdict,
    /// What and why, in words.
    pub words: String,
    /// The zone, where it is about one as a whole.
    pub zone: Option<ZoneName>,
    /// Whether it is only that something has not been read yet.
    pub waiting: bool,
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
    summarise(&mut judged, estate, region, now, policy);
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

/// Draws the region's findings together: one line a thing that is not well, the worst first.
fn summarise(judged: &mut RegionJudgement, estate: &Estate, region: &Region, now: Timestamp, policy: &Policy) {
    let mut findings: Vec<Finding> = Vec::new();
    for zone in &judged.zones {
        if zone.verdict != zone::ZoneVerdict::Ok {
            let first = zone.evidence.first();
            // A silence is told whatever else is.
            let silence = zone.evidence.iter().skip(1).find(|evidence| evidence.signal == "api-silence");
            let details: Vec<&str> = first.into_iter().chain(silence).map(|evidence| &*evidence.detail).collect();
            let detail = if details.is_empty() { String::new() } else { format!(": {}", details.join("; ")) };
            let words = format!("zone {} ({}) {}{detail}", zone.name, zone.id, zone.verdict.as_str());
            findings.push(Finding {
                verdict: zone.verdict.verdict(),
                words,
                zone: Some(zone.name.clone()),
                waiting: false,
            });
        }
    }
    if judged.zones.is_empty() && estate.table::<Zone>(region, now).is_complete() {
        let words = "no availability zone is known".to_owned();
        findings.push(Finding { verdict: Verdict::Unknown, words, zone: None, waiting: false });
    }
    // What is true of a whole kind is said once, not of each thing of that kind.
    let unread: Vec<(Kind, String)> =
        JUDGED.iter().filter_map(|kind| Some((*kind, judged.unknown.get(kind)?.clone()))).collect();
    let mut add = |what, assessments| collect(&mut findings, what, assessments, &unread);
    add("group", named(&judged.groups));
    add("target group", judged.target_groups.iter().map(|(arn, a)| (arn.short().to_owned(), a)).collect());
    add("classic balancer", named(&judged.classic_balancers));
    add("instance", named(&judged.instances));
    add("database", named(&judged.databases));
    add("cluster", named(&judged.clusters));
    add("global cluster", named(&judged.global_clusters));
    add("alarm", named(&judged.alarms));
    findings.extend(expiring_shifts(estate, region, now));
    let unread: Vec<(Kind, String)> =
        unread.into_iter().filter(|(kind, _)| !is_accepted(estate, region, *kind, policy)).collect();
    judged.unread = unread.iter().map(|(_, reason)| reason.clone()).collect();
    let said = is_said_by_zones(judged, estate, region, now);
    let unread = unread.into_iter().filter(|(kind, _)| *kind != Kind::Instances || !said).collect();
    findings.extend(say_unread(unread, estate, region, now));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict.severity()));
    judged.summary.verdict = Verdict::worst(findings.iter().map(|finding| finding.verdict));
    judged.summary.reasons = findings.iter().map(|finding| finding.words.clone()).collect();
    judged.findings = findings;
}

/// Whether all that is unknown of instances is that zones are silent, and those zones are called unknown for it.
fn is_said_by_zones(judged: &RegionJudgement, estate: &Estate, region: &Region, now: Timestamp) -> bool {
    let silent = |slice: &Slice| slice.failure().is_some_and(|failure| failure.why.kind == FailureKind::Silent);
    let mut slices = estate.slices(region, Kind::Instances);
    let mut zones = judged.zones.iter().filter(|zone| zone.silent_since.is_some()).peekable();
    zones.peek().is_some()
        && zones.all(|zone| zone.verdict == zone::ZoneVerdict::Unknown)
        && slices.all(|(_, slice)| silent(slice) || slice.trust(Kind::Instances.age_limit(), now).is_known())
}

fn named<K: std::fmt::Display>(assessments: &BTreeMap<K, Assessment>) -> Vec<(String, &Assessment)> {
    assessments.iter().filter(|(_, a)| a.verdict != Verdict::Ok).map(|(key, a)| (key.to_string(), a)).collect()
}

fn collect(
    findings: &mut Vec<Finding>,
    what: &str,
    assessments: Vec<(String, &Assessment)>,
    unread: &[(Kind, String)],
) {
    for (key, assessment) in assessments.into_iter().filter(|(_, assessment)| assessment.verdict != Verdict::Ok) {
        let is_said = |reason: &str| unread.iter().any(|(_, whole)| whole.starts_with(reason));
        let own: Vec<&str> = assessment.reasons.iter().map(String::as_str).filter(|reason| !is_said(reason)).collect();
        if !own.is_empty() {
            let words = format!("{what} {key}: {}", own.join("; "));
            findings.push(Finding { verdict: assessment.verdict, words, zone: None, waiting: false });
        }
    }
}

/// Traffic returns by itself when a shift expires, healed or not: worth a warning half an hour before (`aws-domain.md` C.3).
fn expiring_shifts(estate: &Estate, region: &Region, now: Timestamp) -> Vec<Finding> {
    estate
        .table::<ZonalShift>(region, now)
        .known()
        .filter(|shift| shift.status == ShiftStatus::Active)
        .filter_map(|shift| {
            let left = shift.expires_at?.duration_since(now);
            (left.as_secs() <= 1800).then(|| {
                let minutes = left.as_secs().max(0) / 60;
                let words = format!(
                    "zonal shift of {} away from {} ends in {minutes}m",
                    shift.resource.short(),
                    shift.away_from
                );
                Finding { verdict: Verdict::Warning, words, zone: None, waiting: false }
            })
        })
        .collect()
}

/// Whether policy accepts that a kind is unread: where the role may not read it, or it is not offered. An outage is never accepted.
fn is_accepted(estate: &Estate, region: &Region, kind: Kind, policy: &Policy) -> bool {
    let mut failures = estate.slices(region, kind).map(|(_, slice)| slice.failure().map(|failure| failure.why.kind));
    let refused = |kind| matches!(kind, Some(FailureKind::Denied | FailureKind::Unsupported));
    policy.accept_unread.contains(&kind) && estate.was_tried(region, kind) && failures.all(refused)
}

/// What could not be read: kind by kind, but in one line where many kinds have one cause, an outage or credentials.
fn say_unread(unread: Vec<(Kind, String)>, estate: &Estate, region: &Region, now: Timestamp) -> Vec<Finding> {
    let mut alone = Vec::new();
    let mut by_cause: BTreeMap<(FailureKind, &str), Vec<Kind>> = BTreeMap::new();
    let finding = |words, waiting| Finding { verdict: Verdict::Unknown, words, zone: None, waiting };
    for (kind, reason) in unread {
        let cause = estate.slices(region, kind).find_map(|(_, slice)| slice.failure()).map(|failure| &failure.why);
        match cause.filter(|why| matches!(why.kind, FailureKind::Credentials | FailureKind::Unreachable)) {
            Some(why) => by_cause.entry((why.kind, &why.message)).or_default().push(kind),
            None => alone.push(finding(reason, !estate.was_tried(region, kind))),
        }
    }
    let mut findings = Vec::new();
    for ((cause, message), kinds) in by_cause {
        let names: Vec<&str> = kinds.iter().take(3).map(|kind| kind.name()).collect();
        let more = kinds.len().checked_sub(names.len()).filter(|more| *more > 0);
        let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
        let ages = kinds.iter().map(|kind| estate.slices(region, *kind).filter_map(|(_, slice)| slice.age(now)).max());
        // What was read before and grew old is told with its age; what never was, is not.
        let oldest = ages.collect::<Option<Vec<_>>>().and_then(|ages| ages.into_iter().max());
        let known = oldest.map(|age| format!("read {} ago; since then ", age_words(age))).unwrap_or_default();
        let words = format!("{}{more}: {known}{}: {message}", names.join(", "), cause.as_str());
        findings.push(finding(words, false));
    }
    findings.extend(alone);
    findings
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
