//! The status for people: a short text with the worst first, or a single line.

use std::collections::BTreeSet;

use crate::cli::table::{Heading, lay_out};
use crate::judge::zone::ZoneVerdict;
use crate::judge::{Picture, Verdict};
use crate::listing::{Value, escape};

use super::Underway;
use super::document::{FindingEntry, ReadError, RegionEntry, StatusDocument, ZoneEntry};

/// Reasons shown a region before the rest is only counted.
const REASONS: usize = 20;
/// Letters of the line's reason before it is cut.
const LINE: usize = 160;

/// Account, regions with their reasons, zones.
pub(super) fn text(picture: &Picture, document: &StatusDocument<'_>) -> String {
    let at = picture.taken_at.strftime("%F %T");
    let mut text = format!("{} {} at {at}Z\n", name(document), loud(document.verdict));
    for probe in &document.probes {
        text.push_str(&format!("{}\n", probe.line()));
    }
    let mut regions: Vec<&RegionEntry<'_>> = document.regions.iter().collect();
    regions.sort_by_key(|region| std::cmp::Reverse(region.verdict.severity()));
    if regions.is_empty() {
        for reason in document.reasons {
            text.push_str(&format!("  {}\n", escape(reason)));
        }
    }
    for region in regions {
        add_region(&mut text, document, region);
    }
    for Underway { id, operation, target, state } in document.operations {
        text.push_str(&format!("{state}: {operation} {} ({id})\n", escape(target)));
    }
    for error in &document.errors {
        text.push_str(&format!("not read: {}\n", error.sentence));
    }
    text
}

/// The account, its verdict and the first finding with what to do next: `CRITICAL shop: us-east-1: … → … (+3)`.
pub(super) fn line(document: &StatusDocument<'_>) -> String {
    let heads = document.findings.iter().filter(|entry| entry.finding.follows.is_none());
    let more = heads.count().saturating_sub(1);
    // The line explains its own verdict, be it only that something was never read.
    let explains = |entry: &&FindingEntry<'_>| entry.finding.verdict == document.verdict;
    let first = document.findings.iter().find(explains).or(document.findings.first());
    let first = first.map(|entry| sentence(entry, LINE));
    let first = first.or_else(|| document.reasons.first().map(|reason| cut(&escape(reason), LINE)));
    let first = first.map(|first| format!(": {first}"));
    let more = if more > 0 { format!(" (+{more})") } else { String::new() };
    let calm = || format!(": {}", summary(&document.zones.iter().collect::<Vec<_>>()));
    format!("{} {}{}{more}\n", loud(document.verdict), name(document), first.unwrap_or_else(calm))
}

/// That somebody has taken note of it, before its words.
fn note(entry: &FindingEntry<'_>) -> String {
    let Some(note) = &entry.acknowledged else { return String::new() };
    let (who, reason) = (escape(note.who), escape(note.reason));
    format!("[noted by {who} until {}Z: {reason}] ", note.until.strftime("%F %H:%M"))
}

/// A finding with its region in at most so many letters: the reasons give way before what to do.
fn sentence(entry: &FindingEntry<'_>, most: usize) -> String {
    let place = entry.region.map(|region| format!("{region}: ")).unwrap_or_default();
    let noted = if entry.acknowledged.is_some() { "[noted] " } else { "" };
    let words = format!("{noted}{}", escape(&format!("{place}{}", entry.finding.words())));
    let next = entry.finding.next.as_deref().map(|next| format!(" → {}", escape(next))).unwrap_or_default();
    match most.checked_sub(next.chars().count()).filter(|left| *left * 2 >= most) {
        Some(left) => format!("{}{next}", cut(&words, left)),
        None => cut(&format!("{words}{next}"), most),
    }
}

fn cut(text: &str, most: usize) -> String {
    let mut letters = text.chars();
    let cut: String = letters.by_ref().take(most).collect();
    if letters.next().is_some() { format!("{cut}…") } else { cut }
}

fn add_region(text: &mut String, document: &StatusDocument<'_>, region: &RegionEntry<'_>) {
    let zones: Vec<&ZoneEntry<'_>> = document.zones.iter().filter(|zone| zone.region == region.region).collect();
    let age = region.age_s.map_or("never read".to_owned(), |age| format!("data up to {} old", Value::Seconds(age)));
    let reach = if region.reachable == Some(false) { ", not reachable" } else { "" };
    text.push_str(&format!("\n{} {}{reach}: {}, {age}\n", region.region, loud(region.verdict), summary(&zones)));
    let own: Vec<&FindingEntry<'_>> =
        document.findings.iter().filter(|entry| entry.region == Some(region.region)).collect();
    for entry in own.iter().take(REASONS) {
        let followers = entry.finding.followers;
        let followers = if followers > 0 { format!(" (+{followers} follow)") } else { String::new() };
        let indent = if entry.finding.follows.is_some() { "    " } else { "  " };
        text.push_str(&format!("{indent}{}{}{followers}\n", note(entry), escape(&entry.finding.sentence())));
    }
    if let Some(more) = own.len().checked_sub(REASONS).filter(|more| *more > 0) {
        text.push_str(&format!("  and {more} more: fournines status --json, or the console\n"));
    }
    // What the verdict does not speak of: accepted by policy, failing but not old yet, or not judged.
    for error in region.errors.iter().filter(|error| !region.reasons.iter().any(|reason| speaks_of(reason, error))) {
        text.push_str(&format!("  not read: {}\n", error.sentence));
    }
    let missing: BTreeSet<&str> = region.errors.iter().filter_map(|error| error.iam_action.as_deref()).collect();
    if !missing.is_empty() {
        text.push_str(&format!("  to read it all, allow: {}\n", missing.into_iter().collect::<Vec<_>>().join(", ")));
    }
    if region.verdict != Verdict::Ok && !zones.is_empty() {
        text.push('\n');
        for row in zone_table(&zones).lines() {
            text.push_str(&format!("  {row}\n"));
        }
    }
}

/// Whether a reason tells already what an error is about: it is part of it, or it stands for many kinds with that message.
fn speaks_of(reason: &str, error: &ReadError) -> bool {
    error.sentence.contains(reason) || (!error.message.is_empty() && reason.ends_with(error.message.as_str()))
}

fn zone_table(zones: &[&ZoneEntry<'_>]) -> String {
    let words = [("ZONE", false), ("ID", false), ("VERDICT", false)];
    let numbers = [("RUNNING", true), ("TARGETS", true), ("IN SERVICE", true), ("SHIFTED", false)];
    let headings: Vec<Heading> = words
        .into_iter()
        .chain(numbers)
        .map(|(title, right)| Heading { title: title.to_owned(), right, ..Heading::default() })
        .collect();
    let count = |count: Option<usize>| Value::known(count).text();
    let rows: Vec<Vec<String>> = zones
        .iter()
        .map(|zone| {
            vec![
                escape(zone.zone.as_str()).into_owned(),
                escape(zone.zone_id.as_str()).into_owned(),
                zone.verdict.as_str().to_owned(),
                count(zone.instances.as_ref().map(|instances| instances.running)),
                targets(&[zone]),
                count(zone.in_service),
                Value::known(zone.shifted).text(),
            ]
        })
        .collect();
    lay_out(&headings, &rows, None)
}

/// Healthy targets of those that should serve: `27/29`, or `?` where not all are known.
fn targets(zones: &[&ZoneEntry<'_>]) -> String {
    let sums = zones.iter().try_fold((0, 0), |(healthy, expected), zone| {
        let targets = zone.targets.as_ref()?;
        Some((healthy + targets.healthy?, expected + targets.expected?))
    });
    sums.map_or_else(|| "?".to_owned(), |(healthy, expected)| format!("{healthy}/{expected}"))
}

fn summary(zones: &[&ZoneEntry<'_>]) -> String {
    let running = zones.iter().try_fold(0, |sum, zone| Some(sum + zone.instances.as_ref()?.running));
    let ill = zones.iter().filter(|zone| zone.verdict != ZoneVerdict::Ok).count();
    let zones_word = match (zones.len(), ill) {
        (0, _) => return "no zones known".to_owned(),
        (all, 0) => format!("{all} zones"),
        (all, ill) => format!("{ill} of {all} zones not ok"),
    };
    format!("{zones_word}, {} instances running, targets {}", Value::known(running), targets(zones))
}

fn name(document: &StatusDocument<'_>) -> String {
    match (document.account_name, document.account) {
        (Some(name), Some(id)) => format!("{} ({id})", escape(name)),
        (Some(name), None) => escape(name).into_owned(),
        (None, Some(id)) => id.to_string(),
        (None, None) => "account unknown".to_owned(),
    }
}

fn loud(verdict: Verdict) -> String {
    verdict.as_str().to_uppercase()
}
