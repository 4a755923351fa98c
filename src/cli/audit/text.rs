//! The audit for people: by severity, then by check, each with what to do, in 80 columns.

use std::collections::BTreeMap;

use jiff::Timestamp;
use unicode_width::UnicodeWidthStr;

use crate::id::Region;
use crate::judge::audit::{Audit, Check, Flaw, Gap, Reach, Severity};
use crate::judge::availability::ServiceAvailability;
use crate::listing::{escape, kind_word};

use super::AccountLabel;

/// Columns of a line.
const WIDTH: usize = 80;

/// The account, what was found by severity, what could not be looked at, what is accepted.
pub(super) fn text(
    audit: &Audit,
    availability: Option<&[ServiceAvailability]>,
    label: &AccountLabel,
    taken_at: Timestamp,
) -> String {
    let mut page = Page::default();
    let at = taken_at.strftime("%F %T");
    page.line(0, &format!("{} {} at {at}Z", name(label), audit.verdict().as_str().to_uppercase()));
    page.line(0, &summary(audit));
    for severity in Severity::ALL {
        let flaws: Vec<&Flaw> = audit.flaws.iter().filter(|flaw| flaw.severity == *severity).collect();
        if !flaws.is_empty() {
            page.blank();
            page.line(0, &severity.as_str().to_uppercase());
            flaws.chunk_by(|a, b| a.check.name == b.check.name).for_each(|flaws| add_check(&mut page, flaws));
        }
    }
    add_gaps(&mut page, audit);
    add_unmeasured(&mut page, audit);
    add_accepted(&mut page, audit);
    if let Some(services) = availability.filter(|services| !services.is_empty()) {
        page.blank();
        page.line(0, "AVAILABILITY");
        page.0.push_str(&crate::cli::availability::text(services));
    }
    page.0
}

/// What one check found at one severity; what to do is said once, where it is the same for all.
fn add_check(page: &mut Page, flaws: &[&Flaw]) {
    let Some(first) = flaws.first() else { return };
    page.line(1, &format!("{}: {}", first.check.name, first.check.title));
    let is_common = flaws.iter().all(|flaw| flaw.remedy == first.remedy);
    for flaw in flaws {
        let place = if flaw.region.is_global() { String::new() } else { format!("{} ", flaw.region) };
        page.line(3, &format!("{place}{} {}: {}", flaw.subject.what, flaw.subject.name, flaw.evidence));
        if let Some(risk) = &flaw.lapsed {
            let until = risk.until.strftime("%F");
            page.line(5, &format!("accepted by {} until {until}: expired, and counts again", risk.owner));
        }
        if !is_common {
            page.line(5, &format!("-> {}", flaw.remedy));
        }
    }
    if is_common {
        page.line(3, &format!("-> {}", first.remedy));
    }
}

/// Gaps by what is missing: which checks it blinds, and what to allow.
fn add_gaps(page: &mut Page, audit: &Audit) {
    if audit.could_not_look.is_empty() {
        return;
    }
    page.blank();
    page.line(0, "COULD NOT LOOK");
    let mut by_kind: BTreeMap<(&Region, String), Vec<&Gap>> = BTreeMap::new();
    for gap in &audit.could_not_look {
        by_kind.entry((&gap.region, kind_word(gap.kind))).or_default().push(gap);
    }
    for ((region, _), gaps) in by_kind {
        let Some(first) = gaps.first() else { continue };
        let checks: Vec<&str> = gaps.iter().map(|gap| gap.check.name).collect();
        let accepted = if first.is_accepted { " (accepted by policy)" } else { "" };
        page.line(1, &format!("{region} {}{accepted}", first.reason));
        page.line(3, &format!("for {}", checks.join(", ")));
        if let Some(action) = &first.iam_action {
            page.line(3, &format!("-> allow {action}"));
        }
    }
}

fn add_unmeasured(page: &mut Page, audit: &Audit) {
    if audit.not_measured.is_empty() {
        return;
    }
    page.blank();
    page.line(0, "NOT MEASURED");
    let mut by_reason: BTreeMap<(&str, &Region, &str), Vec<&str>> = BTreeMap::new();
    for each in &audit.not_measured {
        let key = (each.check.name, &each.region, &*each.reason);
        by_reason.entry(key).or_default().push(&each.subject.name);
    }
    for ((check, region, reason), names) in by_reason {
        page.line(1, &format!("{check}: {region} {}: {reason}", names.join(", ")));
    }
}

fn add_accepted(page: &mut Page, audit: &Audit) {
    if !audit.accepted.is_empty() {
        page.blank();
        page.line(0, "ACCEPTED");
    }
    for accepted in &audit.accepted {
        let (flaw, risk) = (&accepted.flaw, &accepted.risk);
        page.line(1, &format!("{} {} {}: {}", flaw.check.name, flaw.region, flaw.subject.name, flaw.evidence));
        let days = if accepted.days_left == 1 { "1 day".to_owned() } else { format!("{} days", accepted.days_left) };
        page.line(3, &format!("by {}, {days} left: {}", risk.owner, risk.reason));
    }
    for risk in &audit.obsolete {
        page.line(0, &format!("accepted and not there any more: {} {} ({})", risk.check, risk.subject, risk.owner));
    }
}

/// Why a check matters.
pub(super) fn explain(check: &Check) -> String {
    let mut page = Page::default();
    page.line(0, &format!("{} ({}): {}", check.name, check.severity, check.title));
    page.blank();
    page.line(0, check.explain);
    page.line(0, &format!("Source: {}.", check.source));
    page.blank();
    page.line(0, &format!("What to do: {}.", check.remedy));
    let kinds: Vec<String> = check.kinds().map(kind_word).collect();
    let reach = match check.reach {
        Reach::Region => "in each region",
        Reach::Account => "over all regions looked at",
    };
    page.line(0, &format!("It reads, {reach}: {}.", kinds.join(", ")));
    page.0
}

fn summary(audit: &Audit) -> String {
    let mut words: Vec<String> = Severity::ALL
        .iter()
        .map(|severity| (severity, audit.flaws.iter().filter(|flaw| flaw.severity == *severity).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| format!("{count} {severity}"))
        .collect();
    if words.is_empty() {
        words.push("nothing found".to_owned());
    }
    let blind: std::collections::BTreeSet<&str> = audit.could_not_look.iter().map(|gap| gap.check.name).collect();
    let others = [
        (audit.accepted.len(), "accepted".to_owned()),
        (blind.len(), format!("of {} checks could not look everywhere", audit.checks.len())),
    ];
    words.extend(others.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")));
    words.join(", ")
}

fn name(label: &AccountLabel) -> String {
    match (&label.name, &label.account) {
        (Some(name), Some(id)) => format!("{name} ({id})"),
        (Some(name), None) => name.clone(),
        (None, Some(id)) => id.to_string(),
        (None, None) => "account unknown".to_owned(),
    }
}

/// Lines of at most [`WIDTH`] columns.
#[derive(Debug, Default)]
struct Page(String);

impl Page {
    fn blank(&mut self) {
        self.0.push('\n');
    }

    /// Adds words so far to the right, what does not fit on the next lines, two further in.
    fn line(&mut self, indent: usize, words: &str) {
        let words = escape(words);
        let mut line = " ".repeat(indent);
        let mut is_empty = true;
        for word in words.split(' ') {
            if !is_empty && line.width() + 1 + word.width() > WIDTH {
                self.0.push_str(&line);
                self.0.push('\n');
                line = " ".repeat(indent + 2);
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        self.0.push_str(&line);
        self.0.push('\n');
    }
}
