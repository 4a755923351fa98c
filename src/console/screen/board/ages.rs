//! How old the readings behind a region's board are, service by service.
//!
//! Owns: the words for them. Must stay true: an age past its limit, a failure and a thing never read each look like themselves.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::text::Span;

use crate::estate::{Estate, FailureKind, Kind, Trust};
use crate::id::Region;

use crate::console::age::coarse;
use crate::console::app::Look;
use crate::console::draw::spans_width;
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

/// Each source with the age of its oldest reading; where there is less room, those that need a word and the oldest of the rest.
pub(super) fn spans(
    estate: &Estate,
    region: &Region,
    now: Timestamp,
    look: &Look<'_>,
    room: usize,
) -> Vec<Span<'static>> {
    let sources: Vec<(&str, State, Option<Duration>)> = SOURCES
        .iter()
        .map(|(name, kinds)| {
            let (state, age) = read(estate, region, kinds, now);
            (*name, state, age)
        })
        .collect();
    let all: Vec<Span<'static>> =
        sources.iter().flat_map(|(name, state, age)| source(name, *state, *age, look)).collect();
    if spans_width(&all) < room {
        return std::iter::once(Span::raw(" ")).chain(all).collect();
    }
    let (quiet, loud): (Vec<_>, Vec<_>) = sources.into_iter().partition(|(_, state, _)| *state == State::Fresh);
    let mut spans = vec![Span::raw(" ")];
    spans.extend(loud.iter().flat_map(|(name, state, age)| source(name, *state, *age, look)));
    if let Some(oldest) = quiet.iter().filter_map(|(_, _, age)| *age).max() {
        let name = if loud.is_empty() { "read" } else { "rest" };
        spans.extend(source(name, State::Fresh, Some(oldest), look));
    }
    if spans_width(&spans) < room { spans } else { shortest(&loud, look) }
}

/// The least that must be said however little room there is: how many sources are not fresh, and the worst of them.
fn shortest(loud: &[(&str, State, Option<Duration>)], look: &Look<'_>) -> Vec<Span<'static>> {
    let Some((name, state, age)) = loud.iter().max_by_key(|(_, state, age)| (*state, *age)) else { return Vec::new() };
    let name = if loud.len() == 1 { (*name).to_owned() } else { format!("{} of {}", loud.len(), SOURCES.len()) };
    std::iter::once(Span::raw(" ")).chain(source(&name, *state, *age, look)).collect()
}

fn source(name: &str, state: State, age: Option<Duration>, look: &Look<'_>) -> [Span<'static>; 3] {
    let age = age.map(coarse).unwrap_or_default();
    let (role, words) = match state {
        State::Fresh => (Role::Dim, age),
        State::Failing => (Role::Warning, format!("{age} failing")),
        State::Waiting => (Role::Notice, "reading".to_owned()),
        State::Stale => (Role::WarningBadge, format!("{age} old")),
        State::Failed(kind) => (Role::Unknown, format!("? {}", kind.as_str())),
    };
    [look.span(Role::Dim, format!("{name} ")), look.span(role, words), Span::raw(" ")]
}

fn read(estate: &Estate, region: &Region, kinds: &[Kind], now: Timestamp) -> (State, Option<Duration>) {
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
                Trust::Stale(_, Some(failure)) if failure.why.kind == FailureKind::Silent => {
                    State::Failed(FailureKind::Silent)
                }
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
