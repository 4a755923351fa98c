//! How the audit is drawn: title, rows, and what explains the selected one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::console::app::{Look, World};
use crate::console::draw::{put, select, spans_width, title_rule};
use crate::console::text::{cut, fit, width, wrap};
use crate::console::theme::Role;

use super::Audit;
use super::row::{Row, Sign};

/// Columns of the severity's word.
const SIGN: usize = 6;
/// Columns of the check's name.
const CHECK: usize = 22;
/// Columns of what it is about, at least.
const SUBJECT: usize = 24;
/// Lines that explain, rule included.
const EXPLAINS: u16 = 11;

/// Title, rows, and the explanation below them.
pub(super) struct Areas {
    pub(super) title: Rect,
    pub(super) rows: Rect,
    pub(super) explains: Rect,
}

/// The parts of `area`.
pub(super) fn areas(area: Rect, explains: bool) -> Areas {
    let below = area.height.saturating_sub(1);
    let height = if explains { EXPLAINS.min(below.saturating_sub(3)) } else { 0 };
    Areas {
        title: Rect { height: area.height.min(1), ..area },
        rows: Rect { y: area.y + 1, height: below - height, ..area },
        explains: Rect { y: area.y + 1 + (below - height), height, ..area },
    }
}

/// Draws the audit.
pub(super) fn draw(view: &Audit, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let areas = areas(area, view.explains);
    let rows = view.rows(world);
    let left = title(view, &rows, world, look);
    let room = usize::from(area.width).saturating_sub(spans_width(&left) + 3);
    let right = [counts(view, look, Sign::as_str), counts(view, look, short)];
    let right = right.into_iter().find(|right| spans_width(right) <= room).unwrap_or_default();
    title_rule(buf, areas.title, look, left, right);
    if rows.is_empty() {
        let words = match (&view.found, view.filter.is_empty() && !view.problems) {
            (None, _) => look.span(Role::Dim, "  reading…"),
            (Some(_), false) => look.span(Role::Dim, "  none of them match"),
            (Some(_), true) => look.span(Role::Ok, "  nothing found"),
        };
        put(buf, areas.rows, 1, &Line::from(words), area);
        return;
    }
    for (y, row) in rows.iter().skip(view.offset).take(usize::from(areas.rows.height)).enumerate() {
        put(buf, areas.rows, y, &line(row, world, look, usize::from(area.width)), area);
        if view.offset + y == view.at {
            let y = areas.rows.y.saturating_add(u16::try_from(y).unwrap_or(0));
            select(buf, Rect { y, height: 1, ..areas.rows }, look);
        }
    }
    if let Some(row) = rows.get(view.at).filter(|_| areas.explains.height > 1) {
        explain(row, look, areas.explains, buf);
    }
}

fn title(view: &Audit, rows: &[&Row], world: &World<'_>, look: &Look<'_>) -> Vec<Span<'static>> {
    let mut spans = vec![look.span(Role::Title, " audit "), look.span(Role::Strong, format!("{} ", rows.len()))];
    if let Some(region) = world.region {
        spans.push(look.span(Role::Dim, format!("in {region} ")));
    }
    if view.problems {
        spans.push(look.span(Role::Warning, "high only "));
    }
    if !view.filter.is_empty() {
        spans.push(look.span(Role::Prompt, format!("/{} ", view.filter)));
    }
    spans
}

/// How many there are of each, filtered or not.
fn counts(view: &Audit, look: &Look<'_>, word: fn(Sign) -> &'static str) -> Vec<Span<'static>> {
    let rows = view.found.as_ref().map_or(&[][..], |found| &found.rows);
    let signs = [Sign::High, Sign::Medium, Sign::Low, Sign::Blind, Sign::Accepted];
    let counts = signs.into_iter().map(|sign| (sign, rows.iter().filter(|row| row.sign == sign).count()));
    let spans = counts
        .filter(|(_, count)| *count > 0)
        .map(|(sign, count)| look.span(role(sign), format!(" {count} {}", word(sign))));
    spans.chain([Span::raw(" ")]).collect()
}

/// Its word where there is little room.
fn short(sign: Sign) -> &'static str {
    match sign {
        Sign::High => "hi",
        Sign::Medium => "med",
        Sign::Low => "lo",
        Sign::Blind => "?",
        Sign::Accepted => "acc",
        Sign::Unmeasured => "n/m",
    }
}

fn role(sign: Sign) -> Role {
    match sign {
        Sign::Low | Sign::Unmeasured | Sign::Accepted => Role::Dim,
        Sign::High | Sign::Medium | Sign::Blind => Role::of(sign.verdict()),
    }
}

fn line(row: &Row, world: &World<'_>, look: &Look<'_>, columns: usize) -> Line<'static> {
    let ellipsis = look.glyphs.ellipsis();
    let is_narrow = columns < 100;
    let (check, subject) = if is_narrow { (18, &row.name) } else { (CHECK, &row.subject) };
    let sign = format!("{} {}  ", look.glyphs.verdict(row.sign.verdict()), fit(row.sign.as_str(), SIGN, ellipsis));
    let subject = fit(subject, if is_narrow { 18 } else { width(subject).clamp(SUBJECT, SUBJECT * 3 / 2) }, ellipsis);
    let used = 2 + SIGN + 2 + check + 1 + width(&subject) + 1;
    // The evidence is what one reads; the place is cut off first.
    let has_place = world.has_regions() && world.region.is_none() && !row.region.is_global();
    let place = if has_place { format!("; {}", row.region) } else { String::new() };
    let words = cut(&format!("{}{place}", row.evidence), columns.saturating_sub(used + 1), ellipsis);
    Line::from(vec![
        look.span(role(row.sign), sign),
        look.span(Role::Text, format!("{} ", fit(row.check, check, ellipsis))),
        look.span(Role::Strong, format!("{subject} ")),
        look.span(Role::Dim, words),
    ])
}

fn explain(row: &Row, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let ellipsis = look.glyphs.ellipsis();
    let title =
        vec![look.span(Role::Title, format!(" {} ", row.check)), look.span(Role::Strong, format!("{} ", row.subject))];
    title_rule(buf, area, look, title, vec![look.span(Role::Dim, format!(" {} ", row.region))]);
    let room = usize::from(area.width).saturating_sub(4);
    let most = usize::from(area.height).saturating_sub(1);
    let mut lines: Vec<(Role, String)> = Vec::new();
    let mut add =
        |role, words: &str, most| lines.extend(wrap(words, room, most, ellipsis).into_iter().map(|line| (role, line)));
    add(Role::of(row.sign.verdict()), &row.evidence, 2);
    add(Role::Strong, &format!("do: {}", row.remedy), 2);
    add(Role::Text, row.explain, 5);
    add(Role::Dim, row.source, 1);
    for (y, (role, words)) in lines.into_iter().take(most).enumerate() {
        let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        put(buf, below, y, &Line::from(vec![Span::raw("  "), look.span(role, words)]), area);
    }
}
