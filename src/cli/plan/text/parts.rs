//! The parts of a plan as a table, and what is told under it: the review's rows, in 80 columns.
//!
//! Must stay true: a part that is off is there with why and what puts it in; what nobody knows is `?`.

use unicode_width::UnicodeWidthStr;

use crate::listing::escape;
use crate::operation::plan::{PartSummary, Summary};

use super::{Lines, span};

/// A table of parts and the notes, or nothing for a plan that is one thing.
pub(super) fn put(text: &mut Lines, summary: &Summary) {
    if !summary.parts.is_empty() {
        text.title("PARTS (left out by --skip PART, put in by --set with=PART)");
        table(text, &summary.parts);
    }
    if !summary.notes.is_empty() || summary.expires_at.is_some() {
        text.title("AND");
    }
    for note in &summary.notes {
        text.put(&format!("  {:<7} ", escape(&note.label)), &note.text);
    }
    if let Some(at) = summary.expires_at
        && !summary.notes.iter().any(|note| &*note.label == "expiry")
    {
        text.put("  expiry  ", &format!("{at}: what it does ends by itself then, healed or not"));
    }
}

fn table(text: &mut Lines, parts: &[PartSummary]) {
    let name_width = parts.iter().map(|part| escape(&part.part).width()).max().unwrap_or(0).clamp(8, 20);
    let limit = common_limit(parts);
    let head = limit.map_or_else(|| "CPU".to_owned(), |limit| format!("CPU<{limit:.0}"));
    text.line(&format!("      {:<name_width$} SERVES {head:>7}  HOW (WHEN)", "PART"));
    for part in parts {
        let on = if part.on { 'x' } else { ' ' };
        let serves = part.serves.map(|(now, then)| format!("{now}>{then}")).unwrap_or_default();
        let name = format!("{:<name_width$}", escape(&part.part));
        text.put(&format!("  [{on}] {name} {serves:>6} {:>7}  ", cpu(part, limit)), &how(part));
    }
}

/// The limit that all parts have that have one.
fn common_limit(parts: &[PartSummary]) -> Option<f64> {
    let mut limits = parts.iter().filter_map(|part| part.cpu_limit);
    let first = limits.next()?;
    limits.all(|limit| (limit - first).abs() < 0.5).then_some(first)
}

/// `74>67`, with its own limit where parts differ in it.
fn cpu(part: &PartSummary, common: Option<f64>) -> String {
    let own = match (common, part.cpu_limit) {
        (None, Some(limit)) => format!("<{limit:.0}"),
        _ => String::new(),
    };
    match part.cpu {
        Some((now, then)) => format!("{now:.0}>{then:.0}{own}"),
        None if part.serves.is_some() => "?".to_owned(),
        None => String::new(),
    }
}

fn how(part: &PartSummary) -> String {
    if part.on {
        let when = match part.takes_s {
            None => "?".to_owned(),
            Some(0..60) => "now".to_owned(),
            Some(seconds) => format!("~{}", span(seconds)),
        };
        return format!("{} ({when})", part.how);
    }
    let why = part.why_off.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    let with = part.with.as_ref().map(|with| format!("; --set with={with}")).unwrap_or_default();
    format!("{} (off{why}{with})", part.how)
}
