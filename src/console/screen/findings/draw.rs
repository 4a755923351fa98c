//! How the findings are drawn: a line each, and the selected one whole below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::console::age::moment;
use crate::console::app::{Look, World};
use crate::console::draw::{put, select, title_rule};
use crate::console::text::{cut, wrap};
use crate::console::theme::Role;
use crate::judge::{Told, Verdict};

use super::Findings;

/// Lines that tell the selected one, rule included.
const WHOLE: u16 = 8;

/// Title, rows, and the selected one below them.
pub(super) struct Areas {
    pub(super) title: Rect,
    pub(super) rows: Rect,
    pub(super) whole: Rect,
}

/// The parts of `area`.
pub(super) fn areas(area: Rect) -> Areas {
    let below = area.height.saturating_sub(1);
    let height = if below >= WHOLE + 5 { WHOLE } else { 0 };
    Areas {
        title: Rect { height: area.height.min(1), ..area },
        rows: Rect { y: area.y + 1, height: below - height, ..area },
        whole: Rect { y: area.y + 1 + (below - height), height, ..area },
    }
}

/// Draws the findings.
pub(super) fn draw(view: &Findings, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let areas = areas(area);
    let regions = world.regions();
    let rows = view.rows(world, &regions);
    title_rule(buf, areas.title, look, title(view, &rows, world, look), counts(&rows, look));
    if rows.is_empty() {
        let words = match (world.picture, view.filter.is_empty() && !view.problems) {
            (None, _) => look.span(Role::Notice, "  reading"),
            (Some(_), false) => look.span(Role::Dim, "  none of them match"),
            (Some(_), true) => look.span(Role::Ok, "  nothing that was read is wrong"),
        };
        put(buf, areas.rows, 1, &Line::from(words), area);
        return;
    }
    let has_place = world.has_regions() && world.region.is_none();
    for (y, told) in rows.iter().skip(view.cursor.offset).take(usize::from(areas.rows.height)).enumerate() {
        put(buf, areas.rows, y, &line(told, world, has_place, look, usize::from(area.width)), area);
        if view.cursor.offset + y == view.cursor.at {
            let y = areas.rows.y.saturating_add(u16::try_from(y).unwrap_or(0));
            select(buf, Rect { y, height: 1, ..areas.rows }, look);
        }
    }
    if let Some(told) = rows.get(view.cursor.at).filter(|_| areas.whole.height > 1) {
        whole(told, world, look, areas.whole, buf);
    }
}

fn title(view: &Findings, rows: &[Told<'_>], world: &World<'_>, look: &Look<'_>) -> Vec<Span<'static>> {
    let mut spans = vec![look.span(Role::Title, " findings "), look.span(Role::Strong, format!("{} ", rows.len()))];
    if let Some(region) = world.region {
        spans.push(look.span(Role::Dim, format!("in {region} ")));
    }
    if view.problems {
        spans.push(look.span(Role::Warning, "critical only "));
    }
    if !view.filter.is_empty() {
        spans.push(look.span(Role::Prompt, format!("/{} ", view.filter)));
    }
    spans
}

/// How many there are of each; what is noted counts by itself.
fn counts(rows: &[Told<'_>], look: &Look<'_>) -> Vec<Span<'static>> {
    let verdicts = [Verdict::Critical, Verdict::Warning, Verdict::Unknown];
    let open =
        |verdict| rows.iter().filter(|told| told.acknowledged.is_none() && told.finding.verdict == verdict).count();
    let mut spans: Vec<Span<'static>> = verdicts
        .into_iter()
        .map(|verdict| (verdict, open(verdict)))
        .filter(|(_, count)| *count > 0)
        .map(|(verdict, count)| look.span(Role::of(verdict), format!(" {count} {verdict}")))
        .collect();
    let noted = rows.iter().filter(|told| told.acknowledged.is_some()).count();
    if noted > 0 {
        spans.push(look.span(Role::Dim, format!(" {noted} noted")));
    }
    spans.push(Span::raw(" "));
    spans
}

fn line(told: &Told<'_>, world: &World<'_>, has_place: bool, look: &Look<'_>, columns: usize) -> Line<'static> {
    let finding = told.finding;
    let is_new = world.notes.is_new(told.region, finding);
    let mark = match (told.acknowledged, is_new) {
        (Some(_), _) => look.span(Role::Dim, "noted "),
        (None, true) => look.span(Role::badge(finding.verdict), "NEW"),
        (None, false) => Span::raw(""),
    };
    let space = if is_new && told.acknowledged.is_none() { " " } else { "" };
    let place = told.region.filter(|_| has_place && finding.subject.what != "region");
    let place = place.map(|region| format!("{region}: ")).unwrap_or_default();
    // What follows from a cause stands in under it.
    let indent = if finding.follows.is_some() { "  " } else { "" };
    let followers = if finding.followers > 0 { format!(" (+{} follow)", finding.followers) } else { String::new() };
    let (sign, role) = match told.acknowledged {
        Some(_) => (Role::Dim, Role::Dim),
        None if finding.follows.is_some() => (Role::of(finding.verdict), Role::Dim),
        None => (Role::of(finding.verdict), Role::Text),
    };
    let room = columns.saturating_sub(4 + indent.len() + mark.content.len() + space.len() + followers.len());
    let words = cut(&format!("{place}{}", finding.words()), room, look.glyphs.ellipsis());
    Line::from(vec![
        Span::raw(format!(" {indent}")),
        look.span(sign, format!("{} ", look.glyphs.verdict(finding.verdict))),
        mark,
        Span::raw(space),
        look.span(role, words),
        look.span(Role::Dim, followers),
    ])
}

fn whole(told: &Told<'_>, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let finding = told.finding;
    let title = vec![look.span(Role::Title, format!(" {} ", finding.subject))];
    let place = told.region.map_or("", |region| region.as_str());
    title_rule(buf, area, look, title, vec![look.span(Role::Dim, format!(" {place} "))]);
    let room = usize::from(area.width).saturating_sub(4);
    let most = usize::from(area.height).saturating_sub(1);
    let mut lines: Vec<(Role, String)> = Vec::new();
    let mut add = |role, words: &str, most| {
        lines.extend(wrap(words, room, most, look.glyphs.ellipsis()).into_iter().map(|line| (role, line)));
    };
    add(Role::of(finding.verdict), &finding.detail, 3);
    if let Some(next) = &finding.next {
        add(Role::Strong, &format!("{} {next}", look.glyphs.arrow()), 2);
    }
    if let Some(cause) = &finding.follows {
        add(Role::Dim, &format!("follows from {cause}"), 1);
    }
    if let Some(at) = finding.since {
        let word = if at > world.now { "until" } else { "since" };
        add(Role::Dim, &format!("{word} {}", moment(at, world.now)), 1);
    }
    if let Some(note) = told.acknowledged {
        let until = moment(note.until, world.now);
        add(
            Role::Notice,
            &format!("noted by {} at {} until {until}: {}", note.who, moment(note.at, world.now), note.reason),
            2,
        );
    }
    for (y, (role, words)) in lines.into_iter().take(most).enumerate() {
        let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
        put(buf, below, y, &Line::from(vec![Span::raw("  "), look.span(role, words)]), area);
    }
}
