//! What a thing is tied to: instance, group, target group, balancer, alarm, database, cluster, global cluster, zone, image,
//! launch template.
//!
//! Owns: [`Relation`] and the rules by which things are tied. Depends on: estate, judgement. Must stay true: each tie can be
//! walked from both ends.

mod alarm;
mod compute;
mod database;
mod launch;

use crate::estate::Kind;
use crate::estate::balancer::TargetGroup;
use crate::judge::index::Index;
use crate::judge::{Assessment, Picture, RegionJudgement, Verdict, balancer, standing};

use super::{Subject, SubjectKind, find};

/// A tie to another thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// What the other is to this one: `member`, `target group`, `alarm`.
    pub role: &'static str,
    /// The other thing.
    pub subject: Subject,
    /// How the other stands.
    pub verdict: Verdict,
    /// What is worth knowing of the tie: a target's state and its reason.
    pub note: String,
}

impl Relation {
    /// Whether it is one of the many that a group is made of.
    pub fn is_member(&self) -> bool {
        self.role == "member" && self.subject.kind == SubjectKind::Instance
    }
}

/// What relations are found from: the picture, its region, its joins.
struct Ties<'a> {
    picture: &'a Picture,
    subject: &'a Subject,
    index: &'a Index,
    found: Vec<Relation>,
}

impl<'a> Ties<'a> {
    fn add(&mut self, role: &'static str, subject: Subject, note: impl Into<String>) {
        if subject == *self.subject || self.found.iter().any(|known| known.subject == subject && known.role == role) {
            return;
        }
        let verdict = assess(&subject, self.picture).verdict;
        self.found.push(Relation { role, subject, verdict, note: note.into() });
    }

    fn add_here(&mut self, role: &'static str, kind: SubjectKind, id: &str, note: impl Into<String>) {
        self.add(role, Subject::new(kind, &self.subject.region, id), note);
    }
}

/// All ties of a thing, the closest first.
pub(super) fn of(subject: &Subject, picture: &Picture) -> Vec<Relation> {
    let index = picture.judgement.index_of(&subject.region);
    let mut ties = Ties { picture, subject, index, found: Vec::new() };
    match subject.kind {
        SubjectKind::Instance => compute::of_instance(&mut ties),
        SubjectKind::Group => compute::of_group(&mut ties),
        SubjectKind::TargetGroup => compute::of_target_group(&mut ties),
        SubjectKind::LoadBalancer => compute::of_load_balancer(&mut ties),
        SubjectKind::ClassicBalancer => compute::of_classic_balancer(&mut ties),
        SubjectKind::Image => launch::of_image(&mut ties),
        SubjectKind::Template => launch::of_template(&mut ties),
        SubjectKind::Zone => compute::of_zone(&mut ties),
        SubjectKind::Shift => compute::of_shift(&mut ties),
        SubjectKind::Database => database::of_database(&mut ties),
        SubjectKind::Cluster => database::of_cluster(&mut ties),
        SubjectKind::GlobalCluster => database::of_global_cluster(&mut ties),
        SubjectKind::Alarm => alarm::of_alarm(&mut ties),
    }
    alarm::watching(&mut ties);
    ties.found
}

/// How a thing stands, by the judgement.
pub(super) fn assess(subject: &Subject, picture: &Picture) -> Assessment {
    let Some(judged) = picture.judgement.regions.get(&subject.region) else {
        return Assessment::unknown(format!("{} is not among the regions looked at", subject.region));
    };
    let known = |found: Option<&Assessment>| {
        found.cloned().unwrap_or_else(|| Assessment::unknown("not found: not read, or gone"))
    };
    let id = subject.id.as_str();
    match subject.kind {
        SubjectKind::Instance => of_instance(judged, id),
        SubjectKind::Group => known(judged.groups.get(id)),
        SubjectKind::TargetGroup => known(judged.target_groups.get(id)),
        SubjectKind::ClassicBalancer => known(judged.classic_balancers.get(id)),
        SubjectKind::Database => known(judged.databases.get(id)),
        SubjectKind::Cluster => known(judged.clusters.get(id)),
        SubjectKind::GlobalCluster => known(judged.global_clusters.get(id)),
        SubjectKind::Alarm => known(judged.alarms.get(id)),
        SubjectKind::Zone => known(of_zone(judged, id).as_ref()),
        SubjectKind::LoadBalancer => known(of_load_balancer(judged, subject, picture).as_ref()),
        // Nothing is judged of these beyond their being there.
        SubjectKind::Template => exists(find::template(&picture.estate, &subject.region, id).is_some()),
        // Only this account's images are read: another's is not missing.
        SubjectKind::Image => match picture.judgement.reason_unread(&subject.region, Kind::Images) {
            Some(reason) if find::image(&picture.estate, &subject.region, id).is_none() => Assessment::unknown(reason),
            _ => Assessment::ok(),
        },
        SubjectKind::Shift => Assessment::ok(),
    }
}

fn exists(it_does: bool) -> Assessment {
    if it_does { Assessment::ok() } else { Assessment::unknown("not found: not read, or gone") }
}

fn of_load_balancer(judged: &RegionJudgement, subject: &Subject, picture: &Picture) -> Option<Assessment> {
    let (row, _) = find::load_balancer(&picture.estate, &subject.region, &subject.id)?;
    let groups = picture.estate.known::<TargetGroup>(&subject.region);
    let routed: Vec<&TargetGroup> = groups.filter(|group| group.load_balancers.contains(&row.arn)).collect();
    Some(balancer::assess(row, &routed, judged))
}

fn of_zone(judged: &RegionJudgement, id: &str) -> Option<Assessment> {
    let zone = judged.zones.iter().find(|zone| zone.name.as_str() == id)?;
    let reasons = zone.evidence.iter().map(|evidence| evidence.detail.clone()).collect();
    Some(Assessment { verdict: zone.verdict.verdict(), reasons, ..Assessment::ok() })
}

/// An instance is judged by EC2's word; what its balancers and its group say comes on top.
fn of_instance(judged: &RegionJudgement, id: &str) -> Assessment {
    let mut assessment = judged.instances.get(id).cloned().unwrap_or_default();
    let standing = standing::of_instance(&judged.index, id);
    if standing.is_trouble() && assessment.verdict == Verdict::Ok {
        let verdict = if standing == standing::Standing::Unknown { Verdict::Unknown } else { Verdict::Warning };
        assessment.add(verdict, standing.as_str());
    }
    assessment
}

/// The one word for an instance.
pub(super) fn standing_of(subject: &Subject, picture: &Picture) -> Option<String> {
    let index = picture.judgement.index_of(&subject.region);
    (subject.kind == SubjectKind::Instance).then(|| standing::of_instance(index, &subject.id).as_str().to_owned())
}
