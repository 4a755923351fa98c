//! A database that is down takes with it what needs it.
//!
//! Must stay true: only what is declared, or tagged as one service, counts as needed.

use crate::judge::RegionJudgement;
use crate::judge::finding::{Finding, Subject};
use crate::judge::survey::Survey;
use crate::judge::verdict::{Assessment, Verdict};

use super::Cause;
use super::claims::Claims;

/// Databases and clusters that are down, with the services that need them.
pub(super) fn find(judged: &RegionJudgement, survey: &Survey<'_>) -> Vec<Cause> {
    let databases = judged.databases.iter().map(|(id, assessment)| ("database", id.as_str(), assessment));
    let clusters = judged.clusters.iter().map(|(id, assessment)| ("cluster", id.as_str(), assessment));
    databases
        .chain(clusters)
        .filter(|(_, _, assessment)| assessment.verdict == Verdict::Critical)
        .map(|(what, id, assessment)| cause(what, id, assessment, judged, survey))
        .collect()
}

fn cause(
    what: &'static str,
    id: &str,
    assessment: &Assessment,
    judged: &RegionJudgement,
    survey: &Survey<'_>,
) -> Cause {
    let mut claims = Claims::nothing();
    for service in judged.services.iter().map(|each| &each.service) {
        let has = service.databases.iter().any(|own| own.as_str() == id)
            || service.clusters.iter().any(|own| own.as_str() == id);
        let declared = survey.policy.services.get(&service.name);
        let needs = declared.is_some_and(|declared| declared.depends_on.iter().any(|need| need.hard && need.on == id));
        if has || needs {
            claims.merge(Claims::of_service(service, judged, survey));
            claims.add("service", service.name.clone());
        }
    }
    let finding = Finding {
        next: assessment.next.clone(),
        urgency: assessment.urgency,
        since: assessment.since,
        ..Finding::new(assessment.verdict, Subject::named(what, id), assessment.reasons.join("; "))
    };
    Cause { finding, claims }
}
