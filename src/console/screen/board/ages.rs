//! How old the readings behind a region's board are, service by service.
//!
//! Owns: the words for them. Must stay true: an age past its limit, a failure and a thing never read each look like themselves.

use jiff::Timestamp;
use ratatui::text::Span;

use crate::estate::{Estate, FailureKind, Kind, Trust};
use crate::id::Region;

use crate::console::age::stepped;
use crate::console::app::Look;
use crate::console::theme::Role;

/// AWS's services and the kinds that are read from them.
const SOURCES: &[(&str, &[Kind])] = &[
    ("ec2", &[Kind::Instances, Kind::InstanceStatuses]),
    ("asg", &[Kind::Groups]),
    ("elb", &[Kind::TargetGroups, Kind::Targets, Kind::ClassicTargets]),
    ("rds", &[Kind::Databases, Kind::Clusters]),
    ("cw", &[Kind::Alarms]),
    ("arc", &[Kind::ZonalShifts]),
];

/// The worst that is known of a source's readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Fresh,
    Failing,
    Waiting,
    Stale,
    Failed(FailureKind),
}

/// Each source with the age of its oldest reading.
pub(super) fn spans(estate: &Estate, region: &Region, now: Timestamp, look: &Look<'_>) -> Vec<Span<'static>> {
    let mut spans = vec![Span::raw(" ")];
    for (name, kinds) in SOURCES {
        let (state, age) = read(estate, region, kinds, now);
        let age = age.map(stepped).unwrap_or_default();
        let (role, words) = match state {
            State::Fresh => (Role::Dim, age),
            State::Failing => (Role::Warning, format!("{age} failing")),
            State::Waiting => (Role::Notice, "reading".to_owned()),
            State::Stale => (Role::WarningBadge, format!("{age} old")),
            State::Failed(kind) => (Role::Unknown, format!("? {}", kind.as_str())),
        };
        spans.push(look.span(Role::Dim, format!("{name} ")));
        spans.push(look.span(role, words));
        spans.push(Span::raw(" "));
    }
    spans
}

fn read(estate: &Estate, region: &Region, kinds: &[Kind], now: Timestamp) -> (State, Option<std::time::Duration>) {
    let mut worst = None;
    let mut oldest = None;
    for kind in kinds {
        let mut tried = false;
        for (_, slice) in estate.slices(region, *kind) {
            tried = true;
            oldest = oldest.max(slice.age(now));
            worst = worst.max(Some(match slice.trust(kind.age_limit(), now) {
                Trust::Fresh => State::Fresh,
                // What is not offered here is not missing.
                Trust::Unknown(Some(failure)) if failure.why.kind == FailureKind::Unsupported => State::Fresh,
                Trust::Failing(_) => State::Failing,
                Trust::Stale(..) => State::Stale,
                Trust::Unknown(Some(failure)) => State::Failed(failure.why.kind),
                Trust::Unknown(None) => State::Waiting,
            }));
        }
        let has_parents = matches!(kind, Kind::Targets | Kind::ClassicTargets);
        if !tried && !has_parents {
            worst = worst.max(Some(State::Waiting));
        }
    }
    (worst.unwrap_or(State::Fresh), oldest)
}

/// Whether anything that the grid shows is past its age limit.
pub(super) fn is_stale(estate: &Estate, region: &Region, now: Timestamp) -> bool {
    SOURCES.iter().take(4).any(|(_, kinds)| read(estate, region, kinds, now).0 == State::Stale)
}
