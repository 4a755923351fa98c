//! The health of an Auto Scaling group: what it has, what it will do by itself and what it never will (`aws-domain.md` A.2).
//!
//! Owns: the reasons against one group, one file a family of them. Depends on: the estate, the joins. Must stay true: what could
//! not be read beside the group itself adds words that say so, and takes no reason away.

mod capacity;
pub mod launches;
mod members;
mod processes;

use crate::estate::group::{Group, Refresh};

use super::sight::Sight;
use super::verdict::{Assessment, Reason, Verdict};

/// How a group stands.
pub fn assess(group: &Group, sight: &Sight<'_>) -> Assessment {
    let mut assessment = Assessment::ok();
    if let Some(status) = &group.status {
        assessment.take(Reason::new(Verdict::Warning, status.to_string()));
    }
    let families = [processes::reasons, launches::reasons, capacity::reasons, members::reasons];
    for reason in families.into_iter().flat_map(|family| family(group, sight)) {
        assessment.take(reason);
    }
    let refreshes = sight.kept_of::<Refresh>(group.name.text()).unwrap_or_default();
    if let Some(reason) = refreshes.iter().max_by_key(|refresh| refresh.started_at).and_then(refresh) {
        assessment.take(reason);
    }
    assessment
}

/// A refresh that went wrong. One that goes on is no trouble: its changes are told where changes are.
fn refresh(refresh: &Refresh) -> Option<Reason> {
    let why = refresh.reason.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
    let reason = match &*refresh.status {
        "Failed" | "RollbackFailed" => {
            Reason::new(Verdict::Warning, format!("instance refresh {}{why}: old and new are mixed", refresh.status))
                .next("start a refresh to a known version")
        }
        "RollbackInProgress" => Reason::new(Verdict::Warning, format!("instance refresh rolls back{why}")),
        _ => return None,
    };
    Some(reason.since(refresh.ended_at.or(refresh.started_at)))
}

#[cfg(test)]
pub(super) mod fixture;
