//! The heads of the grid: a zone's name and id, its verdict, and what that rests on.
//!
//! Owns: their words at every width. Depends on: the judgement of zones. Must stay true: a verdict keeps its sign however narrow
//! the column is.

use ratatui::text::Span;

use crate::id::ZoneName;
use crate::judge::zone::{ZoneAssessment, ZoneVerdict};

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
pub(super) fn verdict(known: Option<&ZoneAssessment>, columns: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let Some(zone) = known else {
        return vec![look.span(Role::Unknown, fit("? not read", columns, look.glyphs.ellipsis()))];
    };
    let verdict = zone.verdict.verdict();
    let word = zone.verdict.as_str();
    let mut spans = match zone.verdict {
        ZoneVerdict::Ok => vec![look.span(Role::Ok, format!("{} {word}", look.glyphs.zone(zone.verdict)))],
        _ => {
            let sign = look.glyphs.zone(zone.verdict);
            let word = word.to_uppercase();
            let forms = [format!(" {sign} {word} "), format!("{sign} {word}")];
            let badge = forms.into_iter().find(|form| width(form) < columns).unwrap_or_else(|| format!(" {sign} "));
            vec![look.span(Role::badge(verdict), badge)]
        }
    };
    let room = columns.saturating_sub(1 + spans.iter().map(|span| width(&span.content)).sum::<usize>());
    match zone.shifted {
        Some(true) => {
            let arrow = look.glyphs.arrow();
            let share = zone.moved.map(|moved| format!("{}/{}", moved.moved, moved.of)).unwrap_or_default();
            let forms = [format!(" {arrow} {share} shifted"), format!(" {arrow} {share}"), format!(" {arrow}")];
            let words = forms.into_iter().find(|words| width(words) <= room).unwrap_or_default();
            spans.push(look.span(Role::Notice, words));
        }
        None if zone.verdict == ZoneVerdict::Ok && columns >= 18 => spans.push(look.span(Role::Unknown, " shift ?")),
        _ => {}
    }
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
