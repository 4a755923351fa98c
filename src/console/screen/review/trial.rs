//! Whether the caller may make a plan's calls: as AWS said when they were tried, else as IAM's simulator says.
//!
//! Must stay true: what nobody was asked, or could tell, is never shown as allowed.

use crate::console::app::World;
use crate::console::theme::Role;
use crate::estate::permission::Permission;
use crate::estate::{Estate, Kind};
use crate::id::Region;
use crate::judge::Verdict;
use crate::operation::call::Trial;
use crate::operation::{Call, Plan, StepId};

use super::Review;

/// The word on one call of a step, where there is one.
pub(super) fn word(
    review: &Review,
    plan: &Plan,
    step: &StepId,
    ordinal: usize,
    world: &World<'_>,
) -> Option<(Role, String)> {
    let before: usize = plan.steps.iter().take_while(|each| each.id != *step).map(|each| each.calls.len()).sum();
    let call = plan.step(step)?.calls.get(ordinal)?;
    let estate = world.picture.map(|picture| &picture.estate);
    let by_iam = estate.and_then(|estate| simulated(estate, call));
    let (ok, bad) = (Role::of(Verdict::Ok), Role::Critical);
    Some(match (review.inquiry.trials.get(before + ordinal), by_iam) {
        (Some(Trial::Denied { action }), _) => (bad, format!("DENIED {action}")),
        (Some(Trial::Allowed), _) => (ok, "allowed".to_owned()),
        (_, Some(Err(action))) => (bad, format!("DENIED {action}, says IAM's simulator")),
        (_, Some(Ok(()))) => (ok, "allowed, says IAM's simulator".to_owned()),
        (Some(Trial::Untold { why }), None) => (Role::Unknown, format!("not testable: {why}")),
        (None, None) => return None,
    })
}

/// What the caller may not do of a plan, each once.
pub(super) fn denials(review: &Review) -> Vec<String> {
    let mut denied: Vec<String> = Vec::new();
    for trial in &review.inquiry.trials {
        if let Trial::Denied { action } = trial
            && !denied.iter().any(|known| **known == **action)
        {
            denied.push(action.to_string());
        }
    }
    denied
}

/// What IAM's simulator says of a call: allowed, or what is missing; none where it was not asked about all that the call takes.
fn simulated(estate: &Estate, call: &Call) -> Option<Result<(), String>> {
    let slices = estate.slices(&Region::global(), Kind::Permissions);
    let rows: Vec<&Permission> = slices.flat_map(|(_, slice)| slice.rows::<Permission>()).collect();
    let said = call.action.iam().iter().map(|action| (action, rows.iter().find(|row| *row.action == **action)));
    let said: Vec<_> = said.collect();
    if let Some((action, _)) = said.iter().find(|(_, row)| row.is_some_and(|row| !row.is_allowed())) {
        return Some(Err((**action).to_owned()));
    }
    said.iter().all(|(_, row)| row.is_some()).then_some(Ok(()))
}
