//! What readings show to be otherwise than before.
//!
//! Must stay true: settings are told one by one; members, targets and machines are counted, many of one kind in one line.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{Happening, Who};
use crate::estate::shift::ZonalShift;
use crate::estate::{Change, Estate, Kind};
use crate::id::{Arn, Region, Text};
use crate::judge::index::Index;

/// What changes alike within this time is one line.
const TOGETHER: SignedDuration = SignedDuration::from_mins(5);

/// Every difference since then that is worth a line.
pub(super) fn seen(
    estate: &Estate,
    index: &Index,
    region: &Region,
    since: Timestamp,
    now: Timestamp,
) -> Vec<Happening> {
    let Some(history) = estate.history(region) else { return Vec::new() };
    let mut lines: Vec<Happening> = Vec::new();
    let mut settings: BTreeMap<(Timestamp, &str), Vec<&Change>> = BTreeMap::new();
    let mut counts: Vec<Count<'_>> = Vec::new();
    for change in history.since(since) {
        match (change.kind, &*change.what) {
            (Kind::Groups, "member" | "member health") => {}
            (Kind::Groups, _) => settings.entry((change.at, &change.subject)).or_default().push(change),
            (Kind::Targets | Kind::ClassicTargets, "state") => count(&mut counts, change, turn_of_target(change)),
            (Kind::Instances, "state") if index.membership(&change.subject).is_none() => {
                count(&mut counts, change, turn_of_instance(change));
            }
            (Kind::ZonalShifts, "status") => {
                lines.extend(shift(estate, region, now, change).map(|what| line(change, Who::Unknown, what)));
            }
            _ => lines.extend(plain(change).map(|(who, what)| line(change, who, what))),
        }
    }
    lines.extend(settings.into_iter().filter_map(|((_, group), changes)| of_group(group, &changes)));
    lines.extend(counts.iter().map(Count::line));
    lines
}

fn line(change: &Change, who: Who, what: String) -> Happening {
    Happening { at: change.at, after: change.after, who, what, subjects: vec![change.subject.clone()] }
}

/// A group's settings that changed together: `set media-asg desired 12>15, max 18>20`.
fn of_group(group: &str, changes: &[&Change]) -> Option<Happening> {
    let first = changes.first()?;
    if changes.iter().all(|change| change.from.is_none()) {
        return Some(line(first, Who::Unknown, format!("made group {group}")));
    }
    if changes.iter().all(|change| change.to.is_none()) {
        return Some(line(first, Who::Unknown, format!("deleted group {group}")));
    }
    let parts: Vec<String> = changes.iter().map(|change| setting(change)).collect();
    Some(line(first, Who::Unknown, format!("set {group} {}", parts.join(", "))))
}

fn setting(change: &Change) -> String {
    let (from, to) = (change.from.as_deref().unwrap_or(""), change.to.as_deref().unwrap_or(""));
    if &*change.what != "suspended" {
        return format!("{} {}>{}", change.what, or_none(from), or_none(to));
    }
    let (before, now): (BTreeSet<&str>, BTreeSet<&str>) =
        (from.split_whitespace().collect(), to.split_whitespace().collect());
    let list = |word: &str, processes: Vec<&&str>| {
        let names: Vec<&str> = processes.into_iter().copied().collect();
        (!names.is_empty()).then(|| format!("{word} {}", names.join(" ")))
    };
    let suspended = list("suspended", now.difference(&before).collect());
    let resumed = list("resumed", before.difference(&now).collect());
    suspended.into_iter().chain(resumed).collect::<Vec<_>>().join(", ")
}

fn or_none(value: &str) -> &str {
    if value.is_empty() { "none" } else { value }
}

/// Templates, databases, clusters, refreshes, autoshifts.
fn plain(change: &Change) -> Option<(Who, String)> {
    let (from, to) = (change.from.as_deref()?, change.to.as_deref()?);
    let (subject, what) = (&change.subject, &*change.what);
    Some(match (change.kind, what) {
        (Kind::LaunchTemplates, _) => (Who::Unknown, format!("template {subject} {what} {from}>{to}")),
        (Kind::Databases, "zone") => (Who::Nobody, format!("{subject} moved {}>{}", or_none(from), or_none(to))),
        (Kind::Databases | Kind::Clusters, _) => {
            (Who::Nobody, format!("{subject} {what} {}>{}", or_none(from), or_none(to)))
        }
        (Kind::Refreshes, _) => {
            let group = change.within.as_deref().unwrap_or("a group");
            (Who::Nobody, format!("refresh of {group} {from}>{to}"))
        }
        (Kind::Autoshifts, _) => (Who::Aws("AWS"), format!("autoshift away from {subject} {from}>{to}")),
        _ => return None,
    })
}

fn shift(estate: &Estate, region: &Region, now: Timestamp, change: &Change) -> Option<String> {
    let shifts = estate.table::<ZonalShift>(region, now);
    let shift = shifts.known().find(|shift| *shift.id == *change.subject)?;
    let (resource, away) = (shift.resource.short(), &shift.away_from);
    Some(match (&change.from, change.to.as_deref()) {
        (None, Some("ACTIVE")) => format!("shifted {resource} away from {away}"),
        (_, Some("CANCELED")) => format!("canceled the shift of {resource} away from {away}"),
        (_, Some(status)) => format!("shift of {resource} away from {away}: {status}"),
        (_, None) => return None,
    })
}

/// What targets did, in a word; none for what every launch and every drain passes through.
fn turn_of_target(change: &Change) -> Option<&'static str> {
    let is_bad =
        |state: &Option<Text>| matches!(state.as_deref(), Some("unhealthy" | "unhealthy.draining" | "OutOfService"));
    match (is_bad(&change.from), is_bad(&change.to)) {
        (false, true) => Some("unhealthy"),
        (true, false) if matches!(change.to.as_deref(), Some("healthy" | "InService")) => Some("healthy again"),
        _ => None,
    }
}

fn turn_of_instance(change: &Change) -> Option<&'static str> {
    match (change.from.as_deref(), change.to.as_deref()?) {
        (None, "pending" | "running") => Some("started"),
        (Some("stopped"), "pending" | "running") => Some("started"),
        (Some("running"), "stopping" | "stopped") => Some("stopped"),
        (Some("running" | "stopped"), "shutting-down" | "terminated") => Some("ended"),
        _ => None,
    }
}

/// Things of one kind and place that went the same way.
struct Count<'a> {
    kind: Kind,
    within: Option<&'a Text>,
    turn: &'static str,
    changes: Vec<&'a Change>,
}

fn count<'a>(counts: &mut Vec<Count<'a>>, change: &'a Change, turn: Option<&'static str>) {
    let Some(turn) = turn else { return };
    let within = change.within.as_ref();
    let alike = |count: &&mut Count<'_>| {
        let last = count.changes.last().map(|last| last.at);
        count.kind == change.kind
            && count.turn == turn
            && count.within == within
            && last.is_some_and(|last| change.at.duration_since(last) <= TOGETHER)
    };
    match counts.iter_mut().rev().find(alike) {
        Some(count) => count.changes.push(change),
        None => counts.push(Count { kind: change.kind, within, turn, changes: vec![change] }),
    }
}

impl Count<'_> {
    fn line(&self) -> Happening {
        let things: BTreeSet<&Text> = self.changes.iter().map(|change| &change.subject).collect();
        let zones: BTreeSet<&str> =
            self.changes.iter().filter_map(|change| change.zone.as_ref().map(|zone| zone.as_str())).collect();
        let place = match zones.iter().collect::<Vec<_>>().as_slice() {
            [] => String::new(),
            [one] => format!(" in {one}"),
            several => format!(" in {} zones", several.len()),
        };
        let place =
            if self.within.is_some() && self.kind == Kind::Targets && zones.is_empty() { String::new() } else { place };
        let what = match (self.kind, self.within, things.iter().next()) {
            (Kind::Instances, _, Some(only)) if things.len() == 1 => format!("{only} {}{place}", self.turn),
            (Kind::Instances, ..) => format!("{} instances {}{place}", things.len(), self.turn),
            (_, Some(parent), _) => {
                let arn = Arn::new(parent.clone());
                let word = if things.len() == 1 { "target" } else { "targets" };
                format!("{}: {} {word} {}{place}", arn.short(), things.len(), self.turn)
            }
            (_, None, _) => format!("{} targets {}{place}", things.len(), self.turn),
        };
        let (first, last) = (self.changes.first(), self.changes.last());
        let who = if self.kind == Kind::Instances { Who::Unknown } else { Who::Nobody };
        Happening {
            at: last.map_or(Timestamp::MIN, |change| change.at),
            after: first.map_or(Timestamp::MIN, |change| change.after),
            who,
            what,
            subjects: things.into_iter().cloned().collect(),
        }
    }
}
