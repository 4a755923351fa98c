//! What changed on a thing lately and who did it; what to do about it.
//!
//! Owns: the section of changes, the lines of advice. Depends on: the estate's history, the judgement's changes and findings. Must stay
//! true: a name is CloudTrail's or none; that nothing was seen does not say that nothing changed.

use jiff::Timestamp;

use crate::estate::{Change, Kind};
use crate::id::Arn;
use crate::judge::changes::{Who, lately};
use crate::judge::finding::Finding;
use crate::judge::{Assessment, Picture};

use super::sheet::{Field, Section};
use super::{Subject, SubjectKind};

/// Lines at most, the newest.
const MOST: usize = 8;

/// What was seen to change on it, the newest first: its own sides by our readings, and what people and AWS did to it.
pub(super) fn section(subject: &Subject, picture: &Picture) -> Section {
    let (estate, region) = (&picture.estate, &subject.region);
    let mut lines: Vec<(Timestamp, String)> = Vec::new();
    for change in estate.history(region).into_iter().flat_map(|history| history.iter().rev()) {
        if lines.len() >= MOST {
            break;
        }
        lines.extend(words(change, subject).map(|words| (change.at, words)));
    }
    let changes = lately(estate, picture.judgement.index_of(region), region, picture.taken_at);
    // By nobody is what the readings tell already.
    let done = changes.lines.iter().filter(|line| line.who != Who::Nobody && line.concerns(&subject.id));
    lines.extend(done.map(|line| (line.at, line.words())));
    lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mut fields: Vec<Field> = lines
        .into_iter()
        .take(MOST)
        .map(|(at, words)| Field { name: at.strftime("%H:%M:%SZ").to_string(), value: Some(words) })
        .collect();
    if fields.is_empty() {
        fields.push(Field { name: String::new(), value: Some("none seen".to_owned()) });
    }
    Section { title: "changes of the last hours".to_owned(), fields, ..Section::default() }
}

/// A change of the thing, or of something in it.
fn words(change: &Change, subject: &Subject) -> Option<String> {
    let is_own = *change.subject == *subject.id && is_of(change.kind, subject.kind);
    let is_within = change.within.as_deref() == Some(&*subject.id);
    let what = match (is_own, is_within) {
        (true, _) => match &change.within {
            Some(parent) => format!("in {}: {}", Arn::from(&**parent).short(), change.what),
            None => change.what.to_string(),
        },
        // What comes is told by its coming.
        (false, true) if change.from.is_none() && change.what.contains("health") => return None,
        (false, true) => format!("{} {}", change.subject, change.what),
        (false, false) => return None,
    };
    Some(match (&change.from, &change.to) {
        (None, Some(to)) => format!("{what}: {to}"),
        (Some(from), None) => format!("{what}: {from} > gone"),
        (Some(from), Some(to)) => format!("{what}: {from} > {to}"),
        (None, None) => what,
    })
}

/// Names are shared over kinds: a group may be called as an alarm.
fn is_of(kind: Kind, subject: SubjectKind) -> bool {
    match subject {
        SubjectKind::Instance => {
            matches!(
                kind,
                Kind::Instances | Kind::InstanceStatuses | Kind::Targets | Kind::ClassicTargets | Kind::Groups
            )
        }
        SubjectKind::Group => kind == Kind::Groups,
        SubjectKind::TargetGroup => matches!(kind, Kind::TargetGroups | Kind::Targets),
        SubjectKind::LoadBalancer => kind == Kind::LoadBalancers,
        SubjectKind::ClassicBalancer => matches!(kind, Kind::ClassicBalancers | Kind::ClassicTargets),
        SubjectKind::Database => kind == Kind::Databases,
        SubjectKind::Cluster => kind == Kind::Clusters,
        SubjectKind::GlobalCluster => kind == Kind::GlobalClusters,
        SubjectKind::Alarm => kind == Kind::Alarms,
        SubjectKind::Image => kind == Kind::Images,
        SubjectKind::Template => kind == Kind::LaunchTemplates,
        SubjectKind::Zone => kind == Kind::Zones,
        SubjectKind::Shift => matches!(kind, Kind::ZonalShifts | Kind::Autoshifts),
    }
}

/// What to do next, and the cause that it follows from.
pub(super) fn advice(subject: &Subject, assessment: &Assessment, picture: &Picture) -> Vec<String> {
    let judged = picture.judgement.regions.get(&subject.region);
    // What its service fails as a whole is done something about here as well: a release is rolled back in its group.
    let service = judged.and_then(|judged| {
        let has = |each: &&crate::judge::JudgedService| each.service.has(subject.kind.as_str(), &subject.id);
        judged.services.iter().find(has).map(|each| each.service.name.as_str())
    });
    let is_of_service =
        |finding: &Finding| finding.subject.what == "service" && service == Some(finding.subject.name.as_str());
    let findings = judged
        .into_iter()
        .flat_map(|judged| &judged.findings)
        .filter(|finding| is_about(finding, subject) || is_of_service(finding));
    let (mut next, mut causes) = (assessment.next.clone().into_iter().collect::<Vec<_>>(), Vec::new());
    for finding in findings {
        next.extend(finding.next.clone().filter(|words| !next.contains(words)));
        causes.extend(finding.follows.as_ref().map(|cause| format!("follows from {cause}")));
    }
    causes.dedup();
    causes.into_iter().chain(next.into_iter().map(|words| format!("next: {words}"))).collect()
}

fn is_about(finding: &Finding, subject: &Subject) -> bool {
    let (what, id) = finding.subject.key();
    let is_named = id == subject.id || finding.subject.name == subject.id;
    is_named && what == subject.kind.as_str()
}
