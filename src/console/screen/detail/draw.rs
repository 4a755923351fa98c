//! How a detail is drawn: title and verdict, then its lines.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::judge::Verdict;

use crate::console::age::stepped;
use crate::console::app::{Look, World};
use crate::console::draw::{put, select, title_rule};
use crate::console::subject::{Relation, Subject, SubjectKind};
use crate::console::text::{cut, fit, width};
use crate::console::theme::Role;

use super::{Detail, Entry, NAME};

/// Draws the detail.
pub(super) fn draw(detail: &Detail, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let mut title = vec![
        look.span(Role::Dim, format!(" {} ", detail.subject.kind.as_str())),
        look.span(Role::Title, format!("{} ", detail.subject.name())),
    ];
    if let Some(name) = detail.sheet.as_ref().and_then(|sheet| sheet.name.as_ref()) {
        title.push(look.span(Role::Strong, format!("{name} ")));
    }
    title.push(look.span(Role::Dim, format!("in {} ", detail.subject.region)));
    if !detail.filter.is_empty() {
        title.push(look.span(Role::Prompt, format!("/{} ", detail.filter)));
    }
    title_rule(buf, area, look, title, badge(detail, look));
    let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    if detail.sheet.is_none() {
        let words = match world.picture {
            None => look.span(Role::Dim, "  reading…"),
            Some(_) if detail.subject.kind == SubjectKind::Image => {
                look.span(Role::Dim, "  not among this account's images: another account's, or gone")
            }
            Some(_) => look.span(Role::Unknown, "  ? not in the last reading: it is gone, or could not be read"),
        };
        put(buf, below, 1, &Line::from(words), area);
        return;
    }
    let entries = detail.entries(usize::from(area.width));
    if entries.is_empty() && !detail.filter.is_empty() {
        put(buf, below, 1, &Line::from(look.span(Role::Dim, "  no line has these words")), area);
    }
    for (y, entry) in entries.iter().skip(detail.offset).take(usize::from(below.height)).enumerate() {
        put(buf, below, y, &line(detail, entry, world, look, usize::from(area.width)), area);
        if detail.offset + y == detail.at && entry.key().is_some() {
            select(buf, Rect { y: below.y + u16::try_from(y).unwrap_or(0), height: 1, ..below }, look);
        }
    }
}

/// What it is in a word, and its verdict.
fn badge(detail: &Detail, look: &Look<'_>) -> Vec<Span<'static>> {
    let Some(sheet) = &detail.sheet else { return Vec::new() };
    let verdict = sheet.assessment.verdict;
    let mut spans = Vec::new();
    if let Some(standing) = &sheet.standing {
        spans.push(look.span(Role::Strong, format!(" {standing}")));
    }
    spans.push(Span::raw(" "));
    let is_at_rest = sheet.standing.as_deref().is_some_and(|word| matches!(word, "stopped" | "terminating" | "ended"));
    if is_at_rest && verdict == Verdict::Ok {
        return spans;
    }
    spans.push(look.span(Role::badge(verdict), format!(" {} {verdict} ", look.glyphs.verdict(verdict))));
    spans.push(Span::raw(" "));
    spans
}

fn line(detail: &Detail, entry: &Entry<'_>, world: &World<'_>, look: &Look<'_>, columns: usize) -> Line<'static> {
    let ellipsis = look.glyphs.ellipsis();
    match entry {
        Entry::Blank => Line::default(),
        Entry::Reason(reason) => {
            let verdict = detail.sheet.as_ref().map_or(Verdict::Unknown, |sheet| sheet.assessment.verdict);
            let text = cut(&format!("{} {reason}", look.glyphs.verdict(verdict)), columns.saturating_sub(3), ellipsis);
            Line::from(vec![Span::raw("  "), look.span(Role::of(verdict), text)])
        }
        Entry::Advice(words) => {
            let text = cut(&format!("{} {words}", look.glyphs.arrow()), columns.saturating_sub(3), ellipsis);
            Line::from(vec![Span::raw("  "), look.span(Role::Strong, text)])
        }
        Entry::Head(title, None) => Line::from(look.span(Role::Title, format!("  {title}"))),
        Entry::Head(_, Some(section)) => {
            let mut spans = vec![look.span(Role::Title, format!("  {} ", section.title))];
            if let Some(at) = section.read_at {
                let age = stepped(crate::estate::age(at, world.now));
                let role = if section.distrust.is_some() { Role::Warning } else { Role::Dim };
                spans.push(look.span(role, format!("read {age}{}", if age == "now" { "" } else { " ago" })));
            }
            Line::from(spans)
        }
        Entry::Distrust(reason) => {
            Line::from(look.span(Role::Unknown, cut(&format!("    ? {reason}"), columns.saturating_sub(1), ellipsis)))
        }
        Entry::Relation(relation) => relation_line(relation, &detail.subject, look, columns),
        Entry::Field { name, value, .. } => {
            let name = look.span(Role::Dim, format!("    {} ", fit(name, NAME - 1, ellipsis)));
            let value = match value.as_deref() {
                None => look.span(Role::Dim, "-"),
                Some("?") => look.span(Role::Unknown, "?"),
                Some(value) => look.span(Role::Text, value),
            };
            Line::from(vec![name, value])
        }
    }
}

fn relation_line(relation: &Relation, here: &Subject, look: &Look<'_>, columns: usize) -> Line<'static> {
    let ellipsis = look.glyphs.ellipsis();
    let verdict = relation.verdict;
    let sign = if verdict == Verdict::Ok { Role::Dim } else { Role::of(verdict) };
    let mut name = relation.subject.name().to_owned();
    if relation.subject.region != here.region {
        name = format!("{name} ({})", relation.subject.region);
    }
    let name = fit(&name, width(&name).clamp(22, 44), ellipsis);
    let used = 4 + 18 + width(&name) + 2;
    let note = cut(&relation.note, columns.saturating_sub(used + 1), ellipsis);
    Line::from(vec![
        Span::raw("  "),
        look.span(sign, look.glyphs.verdict(verdict)),
        look.span(Role::Dim, format!(" {} ", fit(relation.role, 17, ellipsis))),
        look.span(Role::Link, name),
        Span::raw("  "),
        look.span(if verdict == Verdict::Ok { Role::Dim } else { Role::Text }, note),
    ])
}
