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
pub mod picture;
pub mod policy;
pub mod role;
pub mod service;
pub mod standing;
pub mod target_group;
pub mod verdict;
pub mod zone;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use picture::{Picture, Traffic};
pub use policy::Policy;
pub use verdict::{Assessment, Verdict, age_words};

use crate::estate::alarm::Alarm;
use crate::estate::balancer::{ClassicBalancer, ClassicTarget, Target, TargetGroup};
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::group::Group;
use crate::estate::instance::Instance;
use crate::estate::shift::{ShiftStatus, ZonalShift};
use crate::estate::{Estate, FailureKind, Kind, Part, Row, SliceId, Trust};
use crate::id::{AlarmName, Arn, ClassicName, ClusterId, DatabaseId, GlobalClusterId, GroupName, InstanceId, Region};
use board::Cells;
use index::Index;
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

/// What the estate means at one moment.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// The account's verdict: the worst of all.
    pub account: Assessment,
    /// Region by region, in the order of the estate's scope.
    pub regions: BTreeMap<Region, RegionJudgement>,
}

/// What a region holds, judged.
#[derive(Debug, Clone, Default)]
pub struct RegionJudgement {
    /// The worst of all below, with the gravest reasons.
    pub summary: Assessment,
    /// Zones by name.
    pub zones: Vec<ZoneAssessment>,
    /// Services with their cells, by name.
    pub services: Vec<(Service, Cells)>,
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
    /// What could not be read, in words.
    pub unread: Vec<String>,
}

/// Judges everything.
pub fn judge(estate: &Estate, now: Timestamp, policy: &Policy) -> Judgement {
    let mut judgement = Judgement::default();
    for region in estate.scope() {
        let judged = judge_region(estate, region, now, policy);
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
    if estate.scope().is_empty() {
        judgement.account.add(Verdict::Unknown, "no region looked at yet");
    }
    judgement
}

fn judge_region(estate: &Estate, region: &Region, now: Timestamp, policy: &Policy) -> RegionJudgement {
    let index = Index::new(estate, region, now);
    let clusters = estate.table::<Cluster>(region, now);
    let services = service::gather(estate, &index, region, now, policy)
        .into_iter()
        .map(|service| {
            let cells = board::cells_of_service(estate, &index, region, now, &service);
            (service, cells)
        })
        .collect();
    let mut judged = RegionJudgement {
        summary: Assessment::ok(),
        zones: zone::assess(estate, &index, region, now, policy),
        services,
        instances: assess_instances(estate, &index, region, now),
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
            (database.id.clone(), database::assess(database, None, policy))
        }),
        clusters: clusters
            .known_with_trust()
            .map(|(cluster, trust)| (cluster.id.clone(), distrusted(database::assess_cluster(cluster), Kind::Clusters, &trust)))
            .collect(),
        global_clusters: assess_table(estate, region, now, |global: &GlobalCluster| {
            (global.id.clone(), database::assess_global(global))
        }),
        alarms: assess_table(estate, region, now, |alarm: &Alarm| (alarm.name.clone(), alarm::assess(alarm))),
        unread: Vec::new(),
    };
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
fn assess_instances(estate: &Estate, index: &Index<'_>, region: &Region, now: Timestamp) -> BTreeMap<InstanceId, Assessment> {
    estate
        .table::<Instance>(region, now)
        .known()
        .map(|instance| (instance, instance::assess(instance, index.status(instance.id.as_str()), now)))
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
    let mut findings: Vec<(Verdict, String)> = Vec::new();
    for zone in &judged.zones {
        if zone.verdict != zone::ZoneVerdict::Ok {
            let detail = zone.evidence.first().map(|evidence| format!(": {}", evidence.detail)).unwrap_or_default();
            findings.push((zone.verdict.verdict(), format!("zone {} ({}) {}{detail}", zone.name, zone.id, zone.verdict.as_str())));
        }
    }
    collect(&mut findings, "group", judged.groups.iter());
    collect(&mut findings, "target group", judged.target_groups.iter().map(|(arn, a)| (arn.short(), a)));
    collect(&mut findings, "classic balancer", judged.classic_balancers.iter());
    collect(&mut findings, "instance", judged.instances.iter());
    collect(&mut findings, "database", judged.databases.iter());
    collect(&mut findings, "cluster", judged.clusters.iter());
    collect(&mut findings, "global cluster", judged.global_clusters.iter());
    collect(&mut findings, "alarm", judged.alarms.iter());
    findings.extend(expiring_shifts(estate, region, now));
    for kind in JUDGED.iter().copied().filter(|kind| !policy.accept_unread.contains(kind)) {
        if let Some(reason) = reason_unread(estate, region, kind, now) {
            judged.unread.push(reason.clone());
            findings.push((Verdict::Unknown, reason));
        }
    }
    findings.sort_by_key(|(verdict, _)| std::cmp::Reverse(verdict.severity()));
    judged.summary.verdict = Verdict::worst(findings.iter().map(|(verdict, _)| *verdict));
    judged.summary.reasons = findings.into_iter().map(|(_, reason)| reason).collect();
}

fn collect<'a, K: std::fmt::Display>(
    findings: &mut Vec<(Verdict, String)>,
    what: &str,
    assessments: impl Iterator<Item = (K, &'a Assessment)>,
) {
    for (key, assessment) in assessments.filter(|(_, assessment)| assessment.verdict != Verdict::Ok) {
        findings.push((assessment.verdict, format!("{what} {key}: {}", assessment.reasons.join("; "))));
    }
}

/// Traffic returns by itself when a shift expires, healed or not: worth a warning half an hour before (`aws-domain.md` C.3).
fn expiring_shifts(estate: &Estate, region: &Region, now: Timestamp) -> Vec<(Verdict, String)> {
    estate
        .table::<ZonalShift>(region, now)
        .known()
        .filter(|shift| shift.status == ShiftStatus::Active)
        .filter_map(|shift| {
            let left = shift.expires_at?.duration_since(now);
            (left.as_secs() <= 1800).then(|| {
                let minutes = left.as_secs().max(0) / 60;
                let text = format!("zonal shift of {} away from {} ends in {minutes}m", shift.resource.short(), shift.away_from);
                (Verdict::Warning, text)
            })
        })
        .collect()
}

/// Why a kind is not fully known in a region, in words; none where it is, or where the region does not offer it.
pub fn reason_unread(estate: &Estate, region: &Region, kind: Kind, now: Timestamp) -> Option<String> {
    let mut slices = estate.slices(region, kind).peekable();
    if slices.peek().is_none() {
        // Parts of a parent exist only where there are parents.
        let by_parent = matches!(kind, Kind::Targets | Kind::ClassicTargets);
        return (!by_parent).then(|| format!("{kind} not read yet"));
    }
    let untrusted: Vec<(&Part, String)> = slices
        .filter_map(|(part, slice)| {
            if slice.failure().is_some_and(|failure| failure.why.kind == FailureKind::Unsupported) {
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
