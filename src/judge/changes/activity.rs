//! What groups say that they did, and why: their activities' causes (`aws-domain.md` A.2).
//!
//! Must stay true: a cause names no person; a user's request stays without a name until CloudTrail gives one.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Happening, Who};
use crate::estate::Estate;
use crate::estate::group::{Activity, ActivityStatus};
use crate::id::{GroupName, Region};

/// How long after a setting changed a group begins to act on it.
const ACTS_WITHIN: SignedDuration = SignedDuration::from_mins(3);

/// Tells of each change of a group's size who asked for it, as far as its activities say, and adds what the groups did.
pub(super) fn explain(lines: &mut Vec<Happening>, estate: &Estate, region: &Region, since: Timestamp, now: Timestamp) {
    let table = estate.table::<Activity>(region, now);
    let lately: Vec<&Activity> = table.known().filter(|activity| activity.started_at >= since).collect();
    for line in lines.iter_mut().filter(|line| line.who == Who::Unknown && line.what.contains(" desired ")) {
        let began = |activity: &&&Activity| {
            let from = line.after - SignedDuration::from_secs(60);
            activity.started_at >= from && activity.started_at <= line.at + ACTS_WITHIN
        };
        let ours = lately.iter().filter(|activity| line.subjects.iter().any(|name| **name == *activity.group.as_str()));
        // Only who asked for another size; what follows from it says nothing of that.
        let asked = ours
            .filter(began)
            .map(|activity| who(&activity.cause))
            .find(|who| matches!(who, Who::Aws("policy" | "schedule")));
        if let Some(who) = asked {
            line.who = who;
        }
    }
    lines.extend(deeds(&lately));
}

/// Who a cause says it was.
fn who(cause: &str) -> Who {
    for (words, who) in [
        ("user request", Who::Unknown),
        ("user health-check", Who::Unknown),
        ("scheduled action", Who::Aws("schedule")),
        ("triggered policy", Who::Aws("policy")),
        ("monitor alarm", Who::Aws("policy")),
        ("to balance instances", Who::Aws("balance")),
        ("instance refresh", Who::Aws("refresh")),
        ("health check", Who::Aws("health")),
        ("status checks", Who::Aws("health")),
        ("unhealthy instance", Who::Aws("health")),
    ] {
        if cause.contains(words) {
            return who;
        }
    }
    Who::Aws("group")
}

/// Launches and terminations, those of one group with one cause in one line.
fn deeds(activities: &[&Activity]) -> Vec<Happening> {
    let mut alike: BTreeMap<(&GroupName, &'static str, String), Vec<&Activity>> = BTreeMap::new();
    for activity in activities {
        let is_launch = activity.description.starts_with("Launching");
        let verb = match (&activity.status, is_launch, activity.description.starts_with("Terminating")) {
            (ActivityStatus::Failed, true, _) => "failed to launch",
            (ActivityStatus::Cancelled, ..) => continue,
            (_, true, _) => "launched",
            (_, _, true) => "ended",
            _ => continue,
        };
        alike.entry((&activity.group, verb, who(&activity.cause).to_string())).or_default().push(activity);
    }
    let line = |((group, verb, _), all): ((&GroupName, &str, String), Vec<&Activity>)| {
        let newest = all.iter().max_by_key(|activity| activity.started_at)?;
        let oldest = all.iter().map(|activity| activity.started_at).min()?;
        let what = format!("{group} {verb} {}", all.len());
        // What a group does is its own doing; a request for it has its own line.
        let by = match who(&newest.cause) {
            Who::Unknown => Who::Aws("group"),
            who => who,
        };
        Some(Happening { at: newest.started_at, after: oldest, who: by, what, subjects: Vec::new() })
    };
    alike.into_iter().filter_map(line).collect()
}
