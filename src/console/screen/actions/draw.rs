//! How what can be done is drawn: an operation and what it would come to, or why not and what would make it possible.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::console::app::{Look, World};
use crate::console::draw::{put, select, title_rule};
use crate::console::operate::spoken;
use crate::console::text::{cut, fit, wrap};
use crate::console::theme::Role;
use crate::judge::Verdict;

use super::super::review::plan_time;
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
    let mut told: Vec<(usize, Line<'static>)> = Vec::new();
    for (n, row) in view.rows().iter().enumerate() {
        // What does not fit stands last and close together.
        if row.unfit.is_none() || n == 0 {
            told.push((usize::MAX, Line::default()));
        }
        told.extend(lines(row, look, columns).into_iter().map(|line| (n, line)));
    }
    let is_at = |(n, _): &(usize, Line<'_>)| *n == view.cursor.at;
    let last = told.iter().rposition(is_at).unwrap_or(0);
    let first = (last + 1).saturating_sub(usize::from(below.height));
    for (y, each) in told.iter().skip(first).take(usize::from(below.height)).enumerate() {
        put(buf, below, y, &each.1, area);
        if is_at(each) {
            let y = below.y.saturating_add(u16::try_from(y).unwrap_or(u16::MAX));
            select(buf, Rect { y, height: 1, ..below }.intersection(below), look);
        }
    }
}

fn lines(row: &Row<'_>, look: &Look<'_>, columns: usize) -> Vec<Line<'static>> {
    let arrow = look.glyphs.arrow();
    if let Some(why) = &row.unfit {
        let name = fit(row.operation.name, LEAD - 3, look.glyphs.ellipsis());
        let words = cut(&format!("not here: {why}"), columns, look.glyphs.ellipsis());
        let spans = vec![Span::raw(" "), look.span(Role::Dim, format!("{} {name}{words}", look.glyphs.dot()))];
        return vec![Line::from(spans)];
    }
    let (sign, role, texts) = match row.planned {
        None if needs_choice(row.operation) => {
            (look.span(Role::Key, look.glyphs.fold(false)), Role::Text, vec!["Enter: say how".to_owned()])
        }
        None => (
            look.span(Role::Notice, look.glyphs.dot()),
            Role::Notice,
            vec!["working out what it would take".to_owned()],
        ),
        Some(Ok(plan)) => {
            // The way that was chosen tells more than the first of what changes.
            let told = plan.summary.why.first().or(plan.summary.changes.first());
            let changes = told.cloned().unwrap_or_default();
            let steps = match plan.steps.len() {
                1 => "1 step".to_owned(),
                several => format!("{several} steps"),
            };
            let sign = look.span(Role::Ok, look.glyphs.verdict(Verdict::Ok));
            (sign, Role::Text, vec![changes, format!("{steps}, {}", plan_time(plan))])
        }
        Some(Err(refusal)) => {
            let sign = look.span(Role::Warning, look.glyphs.verdict(Verdict::Critical));
            (
                sign,
                Role::Warning,
                vec![format!("not now: {}", refusal.reason), format!("{arrow} {}", spoken(&refusal.remedy))],
            )
        }
    };
    let mut lines = vec![Line::from(vec![
        Span::raw(" "),
        sign,
        look.span(Role::Strong, format!(" {}", fit(row.operation.name, LEAD - 3, look.glyphs.ellipsis()))),
        look.span(Role::Text, row.operation.doc),
    ])];
    for text in texts.iter().filter(|text| !text.is_empty()) {
        for text in wrap(text, columns, 2, look.glyphs.ellipsis()) {
            lines.push(Line::from(vec![Span::raw(" ".repeat(LEAD)), look.span(role, text)]));
        }
    }
    lines
}
