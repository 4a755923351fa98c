//! How what can be done is drawn: an operation and what it would come to, or why not and what would make it possible.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::console::age::ahead;
use crate::console::app::{Look, World};
use crate::console::draw::{put, select, title_rule};
use crate::console::text::{fit, wrap};
use crate::console::theme::Role;
use crate::judge::Verdict;

use super::{Actions, Row, needs_choice};

/// Columns before what an operation would come to.
const LEAD: usize = 14;

/// Draws what can be done.
pub(super) fn draw(view: &Actions, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let names: Vec<String> = view.subjects.iter().take(3).map(|subject| subject.name().to_owned()).collect();
    let more = view.subjects.len().saturating_sub(names.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let kind = view.subjects.first().map_or("", |subject| subject.kind.as_str());
    let title = vec![
        look.span(Role::Title, " what can be done to "),
        look.span(Role::Dim, format!("{kind} ")),
        look.span(Role::Strong, format!("{}{more} ", names.join(", "))),
    ];
    let mode = world.operations.mode.words(world.now);
    title_rule(
        buf,
        area,
        look,
        title,
        vec![look.span(Role::Dim, format!(" {mode}: opening a review changes nothing "))],
    );
    let columns = usize::from(area.width).saturating_sub(LEAD + 2);
    let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let mut y = 1;
    for (n, row) in view.rows().iter().enumerate() {
        let lines = lines(row, look, columns);
        if n == view.cursor.at {
            let height = u16::try_from(lines.len()).unwrap_or(1);
            let at = Rect { y: below.y + u16::try_from(y).unwrap_or(0), height, ..below };
            for (line, spans) in lines.into_iter().enumerate() {
                put(buf, below, y + line, &spans, area);
            }
            select(buf, at.intersection(below), look);
            y += usize::from(height) + 1;
        } else {
            let height = lines.len();
            for (line, spans) in lines.into_iter().enumerate() {
                put(buf, below, y + line, &spans, area);
            }
            y += height + 1;
        }
    }
}

fn lines(row: &Row<'_>, look: &Look<'_>, columns: usize) -> Vec<Line<'static>> {
    let arrow = look.glyphs.arrow();
    let (sign, role, texts) = match (&row.unfit, row.planned) {
        (Some(why), _) => (look.span(Role::Dim, look.glyphs.dot()), Role::Dim, vec![format!("not here: {why}")]),
        (None, None) if needs_choice(row.operation) => {
            (look.span(Role::Key, look.glyphs.fold(false)), Role::Text, vec!["Enter: say how".to_owned()])
        }
        (None, None) => (
            look.span(Role::Notice, look.glyphs.dot()),
            Role::Notice,
            vec!["working out what it would take".to_owned()],
        ),
        (None, Some(Ok(plan))) => {
            // The way that was chosen tells more than the first of what changes.
            let told = plan.summary.why.first().or(plan.summary.changes.first());
            let changes = told.cloned().unwrap_or_default();
            let steps = match plan.steps.len() {
                1 => "1 step".to_owned(),
                several => format!("{several} steps"),
            };
            let expected = ahead(i64::try_from(plan.summary.expected_s).unwrap_or(i64::MAX));
            let sign = look.span(Role::Ok, look.glyphs.verdict(Verdict::Ok));
            (sign, Role::Text, vec![changes, format!("{steps}, about {expected}")])
        }
        (None, Some(Err(refusal))) => {
            let sign = look.span(Role::Warning, look.glyphs.verdict(Verdict::Critical));
            (sign, Role::Warning, vec![format!("not now: {}", refusal.reason), format!("{arrow} {}", refusal.remedy)])
        }
    };
    let name = if row.unfit.is_some() { Role::Dim } else { Role::Strong };
    let mut lines = vec![Line::from(vec![
        Span::raw(" "),
        sign,
        look.span(name, format!(" {}", fit(row.operation.name, LEAD - 3, look.glyphs.ellipsis()))),
        look.span(if row.unfit.is_some() { Role::Dim } else { Role::Text }, row.operation.doc),
    ])];
    for text in texts.iter().filter(|text| !text.is_empty()) {
        for text in wrap(text, columns, 2, look.glyphs.ellipsis()) {
            lines.push(Line::from(vec![Span::raw(" ".repeat(LEAD)), look.span(role, text)]));
        }
    }
    lines
}
