//! The heads of the grid: a zone's name and id, its verdict, and what that rests on.
//!
//! Owns: their words at every width. Depends on: the judgement of zones. Must stay true: a verdict keeps its sign however narrow
//! the column is.

use jiff::Timestamp;
use ratatui::text::Span;

use crate::id::ZoneName;
use crate::judge::away::{WARNED_S, until};
use crate::judge::zone::{ZoneAssessment, ZoneVerdict};

use crate::console::age::ahead;
use crate::console::app::Look;
use crate::console::text::{cut, fit, width};
use crate::console::theme::Role;

use super::cell::pad;

/// The zone's name and id, shortened until they fit in `columns`.
pub(super) fn name(
    zone: &ZoneName,
    known: Option<&ZoneAssessment>,
    columns: usize,
    look: &Look<'_>,
) -> Vec<Span<'static>> {
    let id = known.map_or("?", |known| known.id.as_str());
    let room = columns.saturating_sub(1);
    let (name, id) = [(zone.as_str(), id), (short_zone(zone), id), (zone.as_str(), "")]
        .into_iter()
        .find(|(name, id)| width(name) + 1 + width(id) <= room)
        .unwrap_or((short_zone(zone), ""));
    let name = cut(name, room, look.glyphs.ellipsis());
    let rest = fit(&format!(" {id}"), columns.saturating_sub(width(&name)), look.glyphs.ellipsis());
    vec![look.span(Role::Strong, name), look.span(Role::Dim, rest)]
}

/// Its verdict: quiet where it is well, a badge where not, and whether traffic is kept away.
pub(super) fn verdict(
    known: Option<&ZoneAssessment>,
    columns: usize,
    now: Timestamp,
    look: &Look<'_>,
) -> Vec<Span<'static>> {
    let Some(zone) = known else {
        return vec![look.span(Role::Unknown, fit("? not read", columns, look.glyphs.ellipsis()))];
    };
    if zone.shifted == Some(true) {
        return away(zone, columns, now, look);
    }
    let mut spans = vec![badge(zone, columns, look)];
    if zone.shifted.is_none() && zone.verdict == ZoneVerdict::Ok && columns >= 18 {
        spans.push(look.span(Role::Unknown, " shift ?"));
    }
    pad(&mut spans, columns);
    spans
}

/// The verdict alone: as a word where it fits, else as its sign.
fn badge(zone: &ZoneAssessment, columns: usize, look: &Look<'_>) -> Span<'static> {
    let (sign, word) = (look.glyphs.zone(zone.verdict), zone.verdict.as_str());
    if zone.verdict == ZoneVerdict::Ok {
        let form = format!("{sign} {word}");
        return look.span(Role::Ok, if width(&form) < columns { form } else { sign.to_owned() });
    }
    let word = word.to_uppercase();
    let forms = [format!(" {sign} {word} "), format!("{sign} {word}"), format!(" {sign} ")];
    let form = forms.into_iter().find(|form| width(form) < columns).unwrap_or_else(|| sign.to_owned());
    look.span(Role::badge(zone.verdict.verdict()), form)
}

/// That traffic is kept from it, how much of what can be moved, and for how long yet: that is told before the verdict's word.
fn away(zone: &ZoneAssessment, columns: usize, now: Timestamp, look: &Look<'_>) -> Vec<Span<'static>> {
    let share = zone.moved.filter(|moved| moved.moved < moved.of);
    let share = share.map(|moved| format!(" {}/{}", moved.moved, moved.of)).unwrap_or_default();
    let until = until(zone).map(|at| at.duration_since(now).as_secs());
    let left = until.map(|left| format!(" {}", ahead(left))).unwrap_or_default();
    let role = if until.is_some_and(|left| left <= WARNED_S) { Role::WarningBadge } else { Role::Notice };
    let word = |rest: &str| if role == Role::WarningBadge { format!(" AWAY{rest} ") } else { format!("AWAY{rest}") };
    let forms = [word(&format!("{share}{left}")), word(if share.is_empty() { &left } else { &share }), word("")];
    let room = columns.saturating_sub(1);
    let least = width(look.glyphs.zone(zone.verdict)) + 1;
    let words = forms.into_iter().find(|words| width(words) + least <= room).unwrap_or_default();
    let before = badge(zone, (room + 1).saturating_sub(width(&words) + 1), look);
    let mut spans = vec![before, Span::raw(" "), look.span(role, words)];
    pad(&mut spans, columns);
    spans
}

/// The zone whose loss is previewed.
pub(super) fn gone(columns: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let mut spans = vec![look.span(Role::WarningBadge, " GONE ")];
    pad(&mut spans, columns);
    spans
}

/// What the verdict rests on: in words where they fit, else as the count that they are about.
pub(super) fn evidence(known: Option<&ZoneAssessment>, columns: usize, look: &Look<'_>) -> Span<'static> {
    let Some(zone) = known else { return Span::raw(" ".repeat(columns)) };
    let room = columns.saturating_sub(1);
    let counts = zone.targets.map(|targets| match targets.expected() {
        0 => "no targets".to_owned(),
        all => {
            let share = format!("{}/{all}", targets.healthy + targets.unavailable);
            // The word that says which way the share counts is the last to go.
            let words = ["targets ok", "tgts ok", "ok"].map(|word| format!("{share} {word}"));
            words.into_iter().find(|words| width(words) <= room).unwrap_or(share)
        }
    });
    let evidence = zone.evidence.first();
    let role = if evidence.is_some() { Role::of(zone.verdict.verdict()) } else { Role::Dim };
    let words = match (evidence, counts) {
        (Some(evidence), _) if width(&evidence.detail) <= room => evidence.detail.clone(),
        // The column is too narrow for the whole of it, and nothing matters more.
        (Some(evidence), _) if evidence.signal == "api-silence" => silence_words(zone, room),
        (_, Some(counts)) => counts,
        (_, None) => "targets ?".to_owned(),
    };
    let role = if zone.targets.is_none() || zone.silent_since.is_some() && zone.verdict == ZoneVerdict::Unknown {
        Role::Unknown
    } else if role == Role::Ok {
        Role::Dim
    } else {
        role
    };
    look.span(role, format!("{} ", fit(&words, room, look.glyphs.ellipsis())))
}

/// Since when the zone is silent, as exactly as there is room for.
fn silence_words(zone: &ZoneAssessment, room: usize) -> String {
    let since = |form| zone.silent_since.map(|at| format!("silent {}", at.strftime(form))).unwrap_or_default();
    let words = [since("since %H:%M:%SZ"), since("since %H:%M"), since("%H:%M")];
    words.into_iter().find(|words| width(words) <= room).unwrap_or_else(|| "silent".to_owned())
}

/// `1b` of `us-east-1b`.
pub(super) fn short_zone(zone: &ZoneName) -> &str {
    let name = zone.as_str();
    name.rsplit_once('-').map_or(name, |(_, short)| short)
}
