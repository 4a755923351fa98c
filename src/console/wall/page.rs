//! The pages of the wall.
//!
//! Owns: how each is drawn. Must stay true: numbers are as large as all of them fit; what is not of now says so.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::console::age::clock;
use crate::console::app::Look;
use crate::console::draw::put;
use crate::console::screen::Screen;
use crate::console::text::{cut, fit, wrap};
use crate::console::theme::Role;
use crate::judge::finding;

use super::numbers::{Figure, figures};
use super::sight::Sight;
use super::stop::Page;
use super::{Wall, font};

/// Draws the page that is open.
pub(super) fn draw(wall: &Wall, sight: &Sight, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let Some(picture) = wall.picture.as_deref() else { return };
    match wall.stop.page {
        Page::Overview => {
            let as_of = clock(picture.taken_at);
            let seen = |figure: Figure| if sight.is_clear() { figure } else { figure.unseen(&as_of) };
            let figures: Vec<Figure> = figures(picture, &wall.services).into_iter().map(seen).collect();
            draw_figures(&figures, look, area, buf);
        }
        Page::Board => wall.board.draw(&wall.world(area), look, area, buf),
        Page::Findings => draw_findings(wall, look, area, buf),
        Page::Availability => draw_availability(wall, look, area, buf),
    }
}

/// The figures side by side, one under the other or in a square: whichever makes the least of them largest.
fn draw_figures(figures: &[Figure], look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let rows_of = |columns: usize| figures.chunks(columns).collect::<Vec<_>>();
    let tall = |rows: usize| area.height / u16::try_from(rows).unwrap_or(1).max(1);
    let least = |columns: &usize| {
        let rows = rows_of(*columns);
        rows.iter().map(|row| times(row, area.width, tall(rows.len()), look)).min().unwrap_or(0)
    };
    let columns = [1, 2, 4].into_iter().rev().max_by_key(least).unwrap_or(2);
    let rows = rows_of(columns);
    let height = tall(rows.len());
    for (n, row) in (0_u16..).zip(&rows) {
        let times = times(row, area.width, height, look);
        // Each has the room of its digits, and its share of what is left.
        let wide = |figure: &Figure| font::columns(&figure.digits, times);
        let all: u16 = row.iter().map(wide).sum();
        let share = area.width.saturating_sub(all) / u16::try_from(row.len()).unwrap_or(1).max(1);
        let mut x = area.x;
        for figure in *row {
            let width = wide(figure) + share;
            let place = Rect { x, y: area.y + n * height, width: width.saturating_sub(2), height };
            draw_figure(figure, times, look, place, buf);
            x += width;
        }
    }
}

/// Columns between two figures, and of the least that a title takes.
const GAP: u16 = 3;

/// How many times as large the figures of a row can be; 0 where not even once.
fn times(row: &[Figure], width: u16, height: u16, look: &Look<'_>) -> u16 {
    let fits = |times: &u16| {
        let gaps = u16::try_from(row.len()).unwrap_or(1) * GAP.max(2 * times);
        let all: u16 = row.iter().map(|figure| font::columns(&figure.digits, *times)).sum();
        all + gaps <= width && font::rows(*times, look.glyphs) + title_rows(height, look) < height
    };
    (1..=40).take_while(fits).last().unwrap_or(0)
}

/// Rows of a title: on a large screen it is in large letters too.
fn title_rows(height: u16, look: &Look<'_>) -> u16 {
    if height >= 20 { font::rows(1, look.glyphs) + 1 } else { 1 }
}

fn draw_figure(figure: &Figure, times: u16, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let role = Role::of(figure.verdict);
    let title = format!("{} {}", look.glyphs.verdict(figure.verdict), figure.title);
    let columns = usize::from(area.width);
    let top = title_rows(area.height, look);
    if top > 1 && font::columns(figure.title, 1) <= area.width {
        font::draw(buf, area, figure.title, 1, look.glyphs, look.style(Role::Title));
    } else {
        put(buf, area, 0, &Line::from(look.span(Role::Title, cut(&title, columns, look.glyphs.ellipsis()))), area);
    }
    let digits = Rect { y: area.y + top, height: area.height.saturating_sub(top + 1), ..area };
    if times == 0 {
        put(buf, digits, 0, &Line::from(look.span(role, &figure.digits)), area);
    } else {
        font::draw(buf, digits, &figure.digits, times, look.glyphs, look.style(role));
    }
    let below = top + font::rows(times, look.glyphs).max(1);
    let note = Rect { y: area.y + below, height: area.height.saturating_sub(below), ..area };
    let lines = wrap(&figure.note, columns, usize::from(note.height.min(2)), look.glyphs.ellipsis());
    for (n, line) in lines.iter().enumerate() {
        put(buf, note, n, &Line::from(look.span(Role::Dim, line)), area);
    }
}

/// What is not well, with what to do; as many as there is room for, and how many there are besides.
fn draw_findings(wall: &Wall, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let Some(picture) = wall.picture.as_deref() else { return };
    let regions = picture.estate.scope();
    let findings = finding::ranked(&picture.judgement, regions, picture.taken_at);
    let (columns, room) = (usize::from(area.width.saturating_sub(3)), usize::from(area.height));
    let mut y = 0;
    for (n, (region, finding)) in findings.iter().enumerate() {
        let place = region.filter(|_| regions.len() > 1 && finding.subject.what != "region");
        let place = place.map(|region| format!("{region}: ")).unwrap_or_default();
        let words = wrap(&format!("{place}{}", finding.words()), columns, 2, look.glyphs.ellipsis());
        let next = finding.next.as_ref().map(|next| format!("{} {next}", look.glyphs.arrow()));
        let next = next.map(|next| cut(&next, columns, look.glyphs.ellipsis()));
        let more = findings.len() - n;
        if y + words.len() + usize::from(next.is_some()) + usize::from(more > 1) > room {
            put(buf, area, y, &Line::from(look.span(Role::Dim, format!("+{more} more"))), area);
            return;
        }
        for (at, line) in words.iter().enumerate() {
            let sign = if at == 0 { look.glyphs.verdict(finding.verdict) } else { " " };
            let role = if n == 0 { Role::Strong } else { Role::Text };
            let spans = vec![look.span(Role::of(finding.verdict), format!("{sign} ")), look.span(role, line)];
            put(buf, area, y, &Line::from(spans), area);
            y += 1;
        }
        if let Some(next) = next {
            put(buf, area, y, &Line::from(look.span(Role::Notice, format!("  {next}"))), area);
            y += 1;
        }
        y += usize::from(room > 30);
    }
}

/// Probes by what they saw, then services by what their parts promise, the least first.
fn draw_availability(wall: &Wall, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let Some(picture) = wall.picture.as_deref() else { return };
    let ellipsis = look.glyphs.ellipsis();
    let columns = usize::from(area.width);
    let mut lines = Vec::new();
    for probe in &picture.judgement.probes {
        let verdict = probe.assessment.verdict;
        let up = probe.availability.map_or("?".to_owned(), |share| format!("{:.3} %", share * 100.0));
        let left = probe.left_s.max(0.0) / 60.0;
        let words = format!(
            "probe {} {up} of {:.3} % promised; {left:.0} of {:.0} min left",
            fit(&probe.name, 16, ellipsis),
            probe.objective * 100.0,
            probe.budget_s / 60.0
        );
        lines.push((verdict, words));
    }
    let mut services: Vec<_> = wall.services.iter().collect();
    services.sort_by(|a, b| a.nines.unwrap_or(0.0).total_cmp(&b.nines.unwrap_or(0.0)));
    for service in services {
        let nines = service.nines.map_or("   ?".to_owned(), |nines| format!("{nines:>4.1}"));
        let minutes = service.minutes_a_month.map_or("     ?".to_owned(), |minutes| format!("{minutes:>6.1}"));
        let supposed = if service.supposed.is_empty() { "" } else { ", partly supposed" };
        let name = fit(&service.service, 16, ellipsis);
        let target = service.target_minutes_a_month;
        let words = format!("{name} {nines} nines {minutes} of {target:.1} min a month{supposed}  {}", service.region);
        lines.push((service.verdict, words));
    }
    if lines.is_empty() {
        lines.push((
            crate::judge::Verdict::Unknown,
            "no service can be reckoned yet, and no probe is declared".to_owned(),
        ));
    }
    let room = usize::from(area.height);
    let hidden = if lines.len() > room { lines.len() - room + 1 } else { 0 };
    lines.truncate(room - usize::from(hidden > 0).min(room));
    let shown = lines.len();
    for (y, (verdict, words)) in lines.into_iter().enumerate() {
        let sign = look.span(Role::of(verdict), format!("{} ", look.glyphs.verdict(verdict)));
        let text = look.span(Role::Text, cut(&words, columns.saturating_sub(2), ellipsis));
        put(buf, area, y, &Line::from(vec![sign, text]), area);
    }
    if hidden > 0 {
        put(buf, area, shown, &Line::from(look.span(Role::Dim, format!("+{hidden} more"))), area);
    }
}
