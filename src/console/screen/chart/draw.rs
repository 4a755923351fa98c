//! How charts are drawn: a title with what they cost, then as many as there is room for.
//!
//! Must stay true: a chart reads without colour and in ASCII; a gap stays open; its newest value stands in words, with its age.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Chart as Plot, Dataset, GraphType, Widget};

use crate::console::age::stepped;
use crate::console::app::{Look, World};
use crate::console::draw::{put, title_rule};
use crate::console::gap::sentence;
use crate::console::glyph::Glyphs;
use crate::console::text::cut;
use crate::console::theme::Role;

use super::panel::{Panel, Threshold, Unit};
use super::{Chart, Sheet};

/// Lines that a chart needs: two of words, and a curve that can be read.
const LEAST: u16 = 8;
/// Columns that a chart needs beside another.
const WIDTH: u16 = 78;
/// Lines above the charts: the title, and what they cost.
const HEAD: u16 = 2;

/// How many charts there is room for, side by side and one above the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) columns: usize,
    pub(super) rows: usize,
}

impl Grid {
    pub(super) fn of(body: Rect, panels: usize) -> Self {
        let columns = usize::from((body.width / WIDTH).clamp(1, 2)).min(panels.max(1));
        let fit = usize::from((body.height.saturating_sub(HEAD) / LEAST).max(1));
        Self { columns, rows: fit.min(panels.div_ceil(columns).max(1)) }
    }
}

/// Draws the charts.
pub(super) fn draw(chart: &Chart, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let left = vec![
        look.span(Role::Dim, format!(" {} ", chart.subject.kind.as_str())),
        look.span(Role::Title, format!("{} ", chart.subject.name())),
        look.span(Role::Strong, format!("last {} ", chart.span.as_str())),
        look.span(Role::Dim, format!("in {} ", chart.subject.region)),
    ];
    let shown = chart.sheet.as_ref();
    let grid = Grid::of(area, shown.map_or(0, |sheet| sheet.panels.len()));
    title_rule(buf, area, look, left, shown.map_or_else(Vec::new, |sheet| position(chart, sheet, grid, look)));
    let Some(sheet) = shown else {
        put(buf, area, 1, &Line::from(look.span(Role::Dim, "  reading…")), area);
        return;
    };
    put(buf, area, 1, &cost(sheet, look, usize::from(area.width)), area);
    if sheet.panels.is_empty() {
        let words = "  ? no metric is known of it: it is gone, or an expression or a composite";
        put(buf, area, 3, &Line::from(look.span(Role::Unknown, words)), area);
        return;
    }
    let room = Rect { y: area.y + HEAD.min(area.height), height: area.height.saturating_sub(HEAD), ..area };
    let (columns, rows) = (grid.columns, grid.rows);
    let (width, height) = (share(room.width, columns), share(room.height, rows));
    for (place, panel) in sheet.panels.iter().skip(chart.top).take(columns * rows).enumerate() {
        let (column, row) = (nth(place % columns), nth(place / columns));
        let cell = Rect { x: room.x + column * width, y: room.y + row * height, width, height };
        draw_panel(panel, chart, sheet, world, look, cell.intersection(room), buf);
    }
}

fn share(length: u16, parts: usize) -> u16 {
    length / u16::try_from(parts.max(1)).unwrap_or(1)
}

fn nth(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

/// Which of the charts are shown, where not all are.
fn position(chart: &Chart, sheet: &Sheet, grid: Grid, look: &Look<'_>) -> Vec<Span<'static>> {
    let (all, shown) = (sheet.panels.len(), grid.columns * grid.rows);
    if all <= shown {
        return Vec::new();
    }
    let last = (chart.top + shown).min(all);
    vec![look.span(Role::Dim, format!(" {}-{last} of {all} ", chart.top + 1))]
}

/// What it costs, or why it could not be read.
fn cost(sheet: &Sheet, look: &Look<'_>, columns: usize) -> Line<'static> {
    let ellipsis = look.glyphs.ellipsis();
    if let Some(gap) = &sheet.gap {
        return Line::from(look.span(Role::Unknown, cut(&format!("  ? {}", sentence(gap)), columns, ellipsis)));
    }
    let count = sheet.panels.len();
    let metrics = if count == 1 { "metric" } else { "metrics" };
    let (asked, usd) = sheet.asked;
    let so_far = if asked > 0 { format!("; charts so far {asked}, ${usd:.4}") } else { String::new() };
    let words = format!("  {count} {metrics} x ${}/1,000, once a minute while open{so_far}", sheet.usd_per_thousand);
    Line::from(look.span(Role::Dim, cut(&words, columns, ellipsis)))
}

fn draw_panel(
    panel: &Panel,
    chart: &Chart,
    sheet: &Sheet,
    world: &World<'_>,
    look: &Look<'_>,
    cell: Rect,
    buf: &mut Buffer,
) {
    let columns = usize::from(cell.width).saturating_sub(1);
    put(buf, cell, 0, &head(panel, sheet, world.now, look, columns), cell);
    put(buf, cell, 1, &words(panel, look, columns), cell);
    let area = Rect {
        x: cell.x + 1,
        y: cell.y + 2,
        width: cell.width.saturating_sub(2),
        height: cell.height.saturating_sub(2),
    };
    let area = area.intersection(cell);
    if area.width < 20 || area.height < 3 {
        return;
    }
    plot(panel, chart, world.now, look, area, buf);
    if look.glyphs == Glyphs::Ascii {
        plain(area, buf);
    }
}

/// The metric, and its newest value with its age.
fn head(panel: &Panel, sheet: &Sheet, now: Timestamp, look: &Look<'_>, columns: usize) -> Line<'static> {
    let last = match panel.last {
        Some((at, value)) => {
            let age = stepped(crate::estate::age(at, now));
            let ago = if age == "now" { age } else { format!("{age} ago") };
            vec![look.span(Role::Strong, with_unit(value, panel.unit)), look.span(Role::Dim, format!(" {ago}"))]
        }
        None if sheet.is_read => vec![look.span(Role::Unknown, "no value: none counted, or nothing reports")],
        None if sheet.gap.is_some() => vec![look.span(Role::Unknown, "? not read")],
        None => vec![look.span(Role::Dim, "asking")],
    };
    let used: usize = last.iter().map(|span| crate::console::text::width(&span.content)).sum();
    let of = panel.of.join(&format!(" {} ", look.glyphs.dot()));
    let title = cut(&format!(" {}  {of}", panel.title), columns.saturating_sub(used + 2), look.glyphs.ellipsis());
    Line::from([vec![look.span(Role::Title, title), Span::raw("  ")], last].concat())
}

/// The range of its values, and the alarms on it.
fn words(panel: &Panel, look: &Look<'_>, columns: usize) -> Line<'static> {
    let mut spans = Vec::new();
    let mut used = 0;
    let mut add = |role: Role, text: String| {
        let text = cut(&text, columns.saturating_sub(used), look.glyphs.ellipsis());
        used += crate::console::text::width(&text);
        spans.push(look.span(role, text));
    };
    if let Some((low, high)) = panel.range() {
        add(Role::Dim, format!(" {} to {}", with_unit(low, panel.unit), with_unit(high, panel.unit)));
    }
    for threshold in &panel.thresholds {
        let sign =
            if threshold.fires { look.glyphs.verdict(crate::judge::Verdict::Critical) } else { look.glyphs.rule() };
        let role = role_of(threshold);
        let value = with_unit(threshold.value, panel.unit);
        // A line that the chart does not show is told to be beyond it.
        let (low, high) = panel.bounds();
        let beyond = match threshold.value {
            value if value > high => " (above the chart)",
            value if value < low => " (below the chart)",
            _ => "",
        };
        add(role, format!("  {sign} {} {} {value}{beyond}", threshold.alarm, threshold.sign));
    }
    Line::from(spans)
}

fn role_of(threshold: &Threshold) -> Role {
    if threshold.fires { Role::Critical } else { Role::Warning }
}

fn plot(panel: &Panel, chart: &Chart, now: Timestamp, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let marker = match look.glyphs {
        Glyphs::Unicode => Marker::Braille,
        Glyphs::Ascii => Marker::Dot,
    };
    let until = now.as_second() as f64;
    let since = until - chart.span.duration().as_secs_f64();
    let (low, high) = panel.bounds();
    let lines: Vec<(Role, [(f64, f64); 2])> = panel
        .thresholds
        .iter()
        .filter(|threshold| (low..=high).contains(&threshold.value))
        .map(|threshold| (role_of(threshold), [(since, threshold.value), (until, threshold.value)]))
        .collect();
    let dataset =
        |data, role, graph| Dataset::default().data(data).marker(marker).style(look.style(role)).graph_type(graph);
    let limits = lines.iter().map(|(role, line)| dataset(&line[..], *role, GraphType::Line));
    let runs = panel.runs.iter().map(|run| {
        // One value alone is a dot.
        let graph = if run.len() == 1 { GraphType::Scatter } else { GraphType::Line };
        dataset(run, Role::Notice, graph)
    });
    let label = |at: f64| {
        let at = Timestamp::from_second(at as i64).unwrap_or(now);
        look.span(Role::Dim, at.strftime("%H:%M").to_string())
    };
    let x = Axis::default().bounds([since, until]).style(look.style(Role::Rule)).labels([
        label(since),
        label((since + until) / 2.0),
        label(until),
    ]);
    let y = Axis::default()
        .bounds([low, high])
        .style(look.style(Role::Rule))
        .labels([look.span(Role::Dim, number(low)), look.span(Role::Dim, number(high))]);
    Plot::new(limits.chain(runs).collect())
        .x_axis(x)
        .y_axis(y)
        .style(look.style(Role::Text))
        .legend_position(None)
        .render(area, buf);
}

/// What the widget draws in characters that ASCII lacks, in those it has.
fn plain(area: Rect, buf: &mut Buffer) {
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            let Some(cell) = buf.cell_mut((x, y)) else { continue };
            let sign = match cell.symbol() {
                "•" => "*",
                "│" => "|",
                "─" => "-",
                "└" => "+",
                _ => continue,
            };
            cell.set_symbol(sign);
        }
    }
}

fn with_unit(value: f64, unit: Unit) -> String {
    match unit {
        Unit::PerCent | Unit::PerMinute => format!("{}{}", number(value), unit.sign()),
        Unit::Plain => number(value),
        Unit::Seconds | Unit::Milliseconds => format!("{} {}", number(value), unit.sign()),
    }
}

/// Three digits that count: `0.034`, `41.2`, `830`, `12.4k`, `3.1M`.
fn number(value: f64) -> String {
    let size = value.abs();
    let text = match size {
        s if s >= 1e6 => return format!("{:.1}M", value / 1e6),
        s if s >= 1e4 => return format!("{:.1}k", value / 1e3),
        s if s >= 100.0 => return format!("{value:.0}"),
        s if s >= 10.0 => format!("{value:.1}"),
        s if s >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_that_count() {
        let shown = [0.0, 0.0341, 0.5, 4.256, 41.23, 830.4, 12_432.0, 3_100_000.0, -1.0].map(number);
        assert_eq!(shown, ["0", "0.034", "0.5", "4.26", "41.2", "830", "12.4k", "3.1M", "-1"]);
    }

    #[test]
    fn charts_stand_side_by_side_where_there_is_room() {
        let grid = |width, height, panels| Grid::of(Rect::new(0, 1, width, height), panels);
        assert_eq!(grid(80, 22, 4), Grid { columns: 1, rows: 2 });
        assert_eq!(grid(200, 58, 4), Grid { columns: 2, rows: 2 });
        assert_eq!(grid(200, 58, 1), Grid { columns: 1, rows: 1 });
        assert_eq!(grid(40, 8, 4), Grid { columns: 1, rows: 1 });
    }
}
