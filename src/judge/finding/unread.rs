//! What could not be read: kind by kind, but in one line where many kinds have one cause.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::{Estate, FailureKind, Kind};
use crate::id::Region;
use crate::judge::policy::Policy;
use crate::judge::verdict::{Verdict, age_words};

use super::{Finding, Subject, Urgency};

/// Whether policy accepts that a kind is unread: where the role may not read it, or it is not offered. An outage is never accepted.
pub(super) fn is_accepted(estate: &Estate, region: &Region, kind: Kind, policy: &Policy) -> bool {
    let mut failures = estate.slices(region, kind).map(|(_, slice)| slice.failure().map(|failure| failure.why.kind));
    let refused = |kind| matches!(kind, Some(FailureKind::Denied | FailureKind::Unsupported));
    policy.accept_unread.contains(&kind) && estate.was_tried(region, kind) && failures.all(refused)
}

/// The findings of what is unread.
pub(super) fn findings(unread: Vec<(Kind, String)>, estate: &Estate, region: &Region, now: Timestamp) -> Vec<Finding> {
    let mut alone = Vec::new();
    let mut by_cause: BTreeMap<(FailureKind, &str), Vec<Kind>> = BTreeMap::new();
    let mut throttled = Vec::new();
    let subject = || Subject::named("region", region.as_str());
    let finding = |detail, waiting| Finding { waiting, ..Finding::new(Verdict::Unknown, subject(), detail) };
    for (kind, reason) in unread {
        let cause = estate.slices(region, kind).find_map(|(_, slice)| slice.failure()).map(|failure| &failure.why);
        match cause.map(|why| (why.kind, why)) {
            Some((FailureKind::Credentials | FailureKind::Unreachable | FailureKind::Service, why)) => {
                by_cause.entry((why.kind, &why.message)).or_default().push(kind);
            }
            Some((FailureKind::Throttled, _)) => throttled.push(kind),
            _ => alone.push(finding(reason, !estate.was_tried(region, kind))),
        }
    }
    let mut findings: Vec<Finding> = throttling(estate, region, throttled, now).into_iter().collect();
    for ((cause, message), kinds) in by_cause {
        let words = format!("{}: {}{}: {message}", names(&kinds), known(estate, region, &kinds, now), cause.as_str());
        let next = match cause {
            FailureKind::Credentials => "renew the credentials",
            _ => "see whether the region answers others",
        };
        findings.push(finding(words, false).next(next).urgency(Urgency::Now));
    }
    findings.extend(alone);
    findings
}

/// Somebody eats the account's calls: one line, however many reads it hits (`aws-domain.md` A.8, F.34).
fn throttling(estate: &Estate, region: &Region, kinds: Vec<Kind>, now: Timestamp) -> Option<Finding> {
    let failures = kinds.iter().flat_map(|kind| estate.slices(region, *kind)).filter_map(|(_, slice)| slice.failure());
    let since = failures.map(|failure| failure.since).min()?;
    let minutes = age_words(crate::estate::age(since, now));
    let known = known(estate, region, &kinds, now);
    let words = format!("AWS throttles this account's calls for {minutes}: {} {known}throttled", names(&kinds));
    let subject = Subject::named("region", region.as_str());
    Some(
        Finding::new(Verdict::Unknown, subject, words)
            .next("find out who else is calling (CloudTrail, by user agent)")
            .urgency(Urgency::Now)
            .since(Some(since)),
    )
}

fn names(kinds: &[Kind]) -> String {
    let names: Vec<&str> = kinds.iter().take(3).map(|kind| kind.name()).collect();
    let more = kinds.len().checked_sub(names.len()).filter(|more| *more > 0);
    format!("{}{}", names.join(", "), more.map(|more| format!(" and {more} more")).unwrap_or_default())
}

/// What was read before and grew old is told with its age; what never was, is not.
fn known(estate: &Estate, region: &Region, kinds: &[Kind], now: Timestamp) -> String {
    let ages = kinds.iter().map(|kind| estate.slices(region, *kind).filter_map(|(_, slice)| slice.age(now)).max());
    let oldest = ages.collect::<Option<Vec<_>>>().and_then(|ages| ages.into_iter().max());
    oldest.map(|age| format!("read {} ago; since then ", age_words(age))).unwrap_or_default()
}
