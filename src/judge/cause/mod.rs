//! What is wrong behind what is seen: the cause that one acts on, and which findings follow from it.
//!
//! Owns: [`Cause`], one file a kind of cause. Depends on: the other judgements of the region. Must stay true: a cause is named from
//! data that is there, with its numbers; it claims only what it explains; where two would explain the same, the first in the
//! order of [`find`] does.

mod booting;
mod claims;
mod dependency;
mod gateway;
mod health_path;
mod one_host;
mod overload;
mod region;
mod release;
mod trouble;
mod zone;

use super::RegionJudgement;
use super::finding::Finding;
use super::service::Service;
use super::survey::Survey;
pub(super) use booting::calm;
pub(super) use claims::Claims;
use trouble::Trouble;

/// Something that is wrong, and what follows from it.
pub(super) struct Cause {
    /// What is said of it.
    pub(super) finding: Finding,
    /// The things whose own findings follow from it.
    pub(super) claims: Claims,
}

/// The causes of a region, the widest first: a cause may follow from those before it.
pub(super) fn find(judged: &RegionJudgement, survey: &Survey<'_>) -> Vec<Cause> {
    let mut causes: Vec<Cause> = region::find(judged, survey).into_iter().collect();
    causes.extend(zone::find(judged, survey));
    causes.extend(gateway::find(survey));
    causes.extend(dependency::find(judged, survey));
    for service in &judged.services {
        let trouble = Trouble::of(service, survey).filter(|trouble| !trouble.is_of_sick_zones(judged));
        let Some(trouble) = trouble else { continue };
        let rules = [health_path::find, release::find, overload::find, health_path::likely, trouble::unexplained];
        let cause = rules.into_iter().find_map(|rule| rule(&trouble, judged, survey));
        causes.extend(
            cause.map(|finding| Cause { finding, claims: Claims::of_service(&service.service, judged, survey) }),
        );
    }
    causes.extend(one_host::find(judged, survey));
    // Trouble that is not the zone's follows from whatever it is instead.
    causes.extend(zone::not_zonal(judged, survey));
    causes
}

/// A service as a subject.
fn subject(service: &Service) -> super::Subject {
    super::Subject::named("service", service.name.clone())
}

#[cfg(test)]
mod tests;
