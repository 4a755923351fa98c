//! Names for what changed, from CloudTrail.
//!
//! Must stay true: a refused call changed nothing; what one of AWS's services did in somebody's name is told by that service's own
//! record.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Happening, Who};
use crate::estate::Estate;
use crate::estate::trail::TrailEvent;
use crate::id::{Arn, Region, Text};

/// Seconds by which a reading's time and CloudTrail's may be apart.
const SLACK: SignedDuration = SignedDuration::from_secs(30);
/// Beginnings of calls that change nothing.
const READS: &[&str] = &["Describe", "List", "Get", "Lookup", "Simulate", "Assume", "Head", "Search", "Test"];

/// Gives each change its name where CloudTrail has one, and adds the calls of which no difference was seen.
pub(super) fn name(lines: &mut Vec<Happening>, estate: &Estate, region: &Region, since: Timestamp, now: Timestamp) {
    let table = estate.table::<TrailEvent>(region, now);
    let mut alone: BTreeMap<(Who, String), Vec<&TrailEvent>> = BTreeMap::new();
    for event in table.known().filter(|event| event.at >= since && is_change(event)) {
        let who = event.user.clone().map_or(Who::Unknown, Who::Named);
        let explained = lines.iter_mut().filter(|line| explains(event, line));
        let mut any = false;
        for line in explained {
            // The recorded time is truer than that of the reading.
            (line.who, line.at, any) = (who.clone(), event.at, true);
        }
        if !any {
            alone.entry((who, words(&event.name))).or_default().push(event);
        }
    }
    lines.extend(alone.into_iter().filter_map(|((who, call), events)| line(who, &call, &events)));
}

fn is_change(event: &TrailEvent) -> bool {
    event.error.is_none() && event.invoked_by.is_none() && !READS.iter().any(|start| event.name.starts_with(start))
}

/// Whether a call can have done what a line tells: it names the thing, and lies between the two readings.
fn explains(event: &TrailEvent, line: &Happening) -> bool {
    let asked = matches!(line.who, Who::Unknown | Who::Named(_));
    let is_named = |subject: &Text| event.resources.iter().any(|(_, name)| is_of(name, subject));
    asked && event.at >= line.after - SLACK && event.at <= line.at + SLACK && line.subjects.iter().any(is_named)
}

/// CloudTrail names some things by ARN.
fn is_of(name: &str, subject: &str) -> bool {
    name == subject || Arn::from(name).short() == subject
}

/// Calls of one name by one person in one line.
fn line(who: Who, call: &str, events: &[&TrailEvent]) -> Option<Happening> {
    let newest = events.iter().max_by_key(|event| event.at)?;
    let oldest = events.iter().map(|event| event.at).min()?;
    // A name says more than an id, where CloudTrail has both.
    let is_id = |name: &str| {
        name.rsplit_once('-').is_some_and(|(_, end)| end.len() >= 8 && end.chars().all(|c| c.is_ascii_hexdigit()))
    };
    let named = newest.resources.iter().find(|(_, name)| !is_id(name)).or(newest.resources.first());
    let of = named.map(|(_, name)| Arn::from(&**name).short().to_owned());
    let what = match (events.len(), of) {
        (1, Some(name)) => format!("{call} {name}"),
        (1, None) => call.to_owned(),
        (many, _) => format!("{call}, {many} times"),
    };
    Some(Happening { at: newest.at, after: oldest, who, what, subjects: Vec::new() })
}

/// `SetDesiredCapacity` as people would say it: `set desired capacity`.
fn words(call: &str) -> String {
    let mut words = String::new();
    let mut was_upper = true;
    for letter in call.chars() {
        let is_upper = letter.is_uppercase();
        if is_upper && !was_upper {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
        was_upper = is_upper;
    }
    words
}
