//! How the board is drawn: headline, grids, panels.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::id::Region;
use crate::judge::changes::Changes;
use crate::judge::{Metrics, Picture, RegionJudgement, Verdict};

use crate::console::app::{Look, World};
use crate::console::draw::{put, select, spans_width, title_rule};
use crate::console::text::cut;
use crate::console::theme::Role;

use super::forecast::Forecast;
use super::grid::{Grid, Told, Wish};
use super::layout::{Layout, PanelKind, share};
use super::model::{Row, Section};
use super::panel::{self, Panel, Source};
use super::{Board, ages, changes, drain, headline, shifts, vital};

/// Draws the board.
pub(super) fn draw(board: &Board, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let Some(picture) = world.picture else {
        let line = Line::from(vec![
            look.span(Role::Notice, "  reading the account"),
            look.span(Role::Dim, ": who we are, its regions and zones, then everything in them"),
        ]);
        put(buf, area, 1, &line, area);
        return;
    };
    let layout = board.layout(world);
    let regions = world.regions();
    let columns = usize::from(area.width);
    let most = usize::from(layout.headline.height);
    let headline = match &board.preview_words {
        Some((zone, leave)) => preview_lines(picture, world, look, columns, most, (zone, leave)),
        None => headline::lines(picture, &regions, world, look, columns, most, layout.has_problems()),
    };
    for (y, line) in headline.iter().enumerate() {
        put(buf, layout.headline, y, line, area);
    }
    if picture.estate.scope().is_empty() {
        put(buf, layout.grid, 1, &Line::from(look.span(Role::Unknown, "  ? no region could be looked at")), area);
        return;
    }
    Grids { board, world, look, picture, layout: &layout }.draw(area, buf);
    let source = Source { picture, regions: &regions, world, now: world.now, look, columns };
    panels(&layout, &source, &board.changes, area, buf);
}

/// The grids of the regions shown.
struct Grids<'a> {
    board: &'a Board,
    world: &'a World<'a>,
    look: &'a Look<'a>,
    picture: &'a Picture,
    layout: &'a Layout,
}

/// A region shown, with what its rows are told from.
struct Measured<'a> {
    region: &'a Region,
    section: &'a Section,
    judged: &'a RegionJudgement,
    metrics: Metrics<'a>,
}

/// A line of the grids, and whether it is the selected row.
type Drawn = (Line<'static>, bool);

impl Grids<'_> {
    fn draw(&self, area: Rect, buf: &mut Buffer) {
        let grid = self.layout.grid;
        let mut heads: Vec<Drawn> = Vec::new();
        let mut lines: Vec<Drawn> = Vec::new();
        let mut rules: Vec<(usize, &Region)> = Vec::new();
        let mut row = 0;
        let measured = self.measured();
        let forecasts: Vec<Option<Forecast<'_>>> = measured
            .iter()
            .map(|each| Forecast::new(self.picture, each.region, &each.metrics, self.board.preview.as_ref()))
            .collect();
        let widths = self.widths(&measured, &forecasts);
        let mut fitted = measured.iter().zip(&forecasts).zip(&widths).peekable();
        for (n, (region, section)) in self.board.sections.iter().enumerate() {
            if n > 0 {
                lines.push((Line::default(), false));
            }
            rules.push((lines.len(), region));
            let above = if self.layout.is_pinned() { &mut heads } else { &mut lines };
            let Some(((here, forecast), widths)) = fitted.next_if(|((here, _), _)| here.region == region) else {
                continue;
            };
            let Measured { judged, metrics, .. } = here;
            above.extend(self.above(judged, section, widths));
            let first = lines.len();
            let balancers = if widths.has_vitals() { vital::balancers(judged) } else { vital::Balancers::new() };
            let told = |row: &Row| {
                let brief =
                    forecast.as_ref().filter(|_| widths.has_forecast()).and_then(|forecast| forecast.brief(row));
                let vitals =
                    widths.has_vitals().then(|| vital::of(row, judged, self.picture, metrics, &balancers)).flatten();
                let drains = drain::of(row, judged, metrics);
                widths.row(row, &Told { brief: brief.as_ref(), vitals, drains: &drains }, self.look)
            };
            lines.extend(self.rows(section, told, &mut row, first));
        }
        let pinned = heads.len();
        self.put_lines(&heads, grid, area, buf);
        let below = Rect {
            y: grid.y + to_u16(pinned).min(grid.height),
            height: grid.height.saturating_sub(to_u16(pinned)),
            ..grid
        };
        let visible: Vec<Drawn> = lines.into_iter().skip(self.board.offset).take(usize::from(below.height)).collect();
        self.put_lines(&visible, below, area, buf);
        for (line, region) in rules {
            let y = if self.layout.is_pinned() { Some(0) } else { line.checked_sub(self.board.offset) };
            if let Some(y) = y.filter(|y| *y < usize::from(grid.height)) {
                self.rule(region, Rect { y: grid.y + to_u16(y), height: 1, ..grid }, buf);
            }
        }
        self.dim_stale(below, buf);
    }

    /// The regions shown of which something is judged, with their metrics.
    fn measured(&self) -> Vec<Measured<'_>> {
        let sections = self.board.sections.iter().filter_map(|(region, section)| {
            let judged = self.picture.judgement.regions.get(region)?;
            let metrics = Metrics::new(&self.picture.estate, region, self.picture.taken_at);
            Some(Measured { region, section, judged, metrics })
        });
        sections.collect()
    }

    /// The grids of those regions, their columns under one another.
    fn widths(&self, measured: &[Measured<'_>], forecasts: &[Option<Forecast<'_>>]) -> Vec<Grid> {
        let wishes: Vec<Wish<'_>> = measured
            .iter()
            .zip(forecasts)
            .map(|(each, forecast)| Wish {
                judged: each.judged,
                section: each.section,
                forecast: forecast.as_ref(),
                has_vitals: each.metrics.are_known(),
            })
            .collect();
        Grid::fit(&wishes, usize::from(self.layout.grid.width).saturating_sub(1), self.look)
    }

    fn put_lines(&self, lines: &[Drawn], at: Rect, area: Rect, buf: &mut Buffer) {
        for (y, (line, is_selected)) in lines.iter().enumerate() {
            put(buf, at, y, line, area);
            if *is_selected && y < usize::from(at.height) {
                select(buf, Rect { y: at.y + to_u16(y), height: 1, ..at }, self.look);
            }
        }
    }

    /// What stands above a region's rows: room for its rule, the zones, what could not be read.
    fn above(&self, judged: &RegionJudgement, section: &Section, widths: &Grid) -> Vec<Drawn> {
        let mut lines = vec![(Line::default(), false)];
        lines.extend(widths.head(judged, self.world.now, self.look).into_iter().map(|line| (line, false)));
        let room = usize::from(self.layout.grid.width).saturating_sub(3);
        let ellipsis = self.look.glyphs.ellipsis();
        match (section.distrust.split_first(), section.waiting.is_empty()) {
            (Some((reason, rest)), _) => {
                let more = if rest.is_empty() { String::new() } else { format!(" (+{} more)", rest.len()) };
                let words = format!(" ? {}{more}", cut(reason, room.saturating_sub(more.len()), ellipsis));
                lines.push((Line::from(self.look.span(Role::Unknown, words)), false));
            }
            (None, false) => {
                let words = cut(&format!(" reading {}", section.waiting.join(", ")), room, ellipsis);
                lines.push((Line::from(self.look.span(Role::Notice, words)), false));
            }
            (None, true) => {}
        }
        lines
    }

    /// The rows of a section, whose first stands on line `first`; those out of sight are not made, only counted.
    fn rows(
        &self,
        section: &Section,
        told: impl Fn(&Row) -> Line<'static>,
        row: &mut usize,
        first: usize,
    ) -> Vec<Drawn> {
        if section.rows.is_empty() {
            let words = match (section.is_known(), section.hidden) {
                (false, _) if section.distrust.is_empty() => {
                    self.look.span(Role::Dim, "   what runs here is not known yet")
                }
                (false, _) => self.look.span(Role::Unknown, "   ? what runs here is not known"),
                (true, 0) => self.look.span(Role::Dim, "   nothing runs here"),
                (true, hidden) => self.look.span(Role::Dim, format!("   none of {hidden} services passes the filter")),
            };
            return vec![(Line::from(words), false)];
        }
        let in_sight = self.board.offset..self.board.offset + usize::from(self.layout.grid.height);
        let mut lines = Vec::with_capacity(section.rows.len());
        for (line, each) in (first..).zip(&section.rows) {
            let drawn = if in_sight.contains(&line) { told(each) } else { Line::default() };
            lines.push((drawn, *row == self.board.at));
            *row += 1;
        }
        lines
    }

    fn rule(&self, region: &Region, area: Rect, buf: &mut Buffer) {
        let look = self.look;
        let judged = self.picture.judgement.regions.get(region);
        let verdict = judged.map_or(Verdict::Unknown, |judged| judged.summary.verdict);
        let mut left = vec![look.span(Role::Title, format!(" {region} "))];
        if !headline::is_reading(self.picture, std::slice::from_ref(region)) {
            left.push(look.span(Role::of(verdict), format!("{} {verdict} ", look.glyphs.verdict(verdict))));
        }
        let all = self.world.regions().len();
        if all > self.board.sections.len() {
            left.push(look.span(Role::Dim, format!("1 of {all} ")));
        }
        if self.board.problems {
            left.push(look.span(Role::Warning, "problems only "));
        }
        if !self.board.filter.is_empty() {
            left.push(look.span(Role::Prompt, format!("/{} ", self.board.filter)));
        }
        let room = usize::from(area.width).saturating_sub(spans_width(&left) + 3);
        let right = ages::spans(&self.picture.estate, region, self.world.now, look, room);
        title_rule(buf, area, look, left, right);
    }

    /// What is past its age limit is visibly so.
    fn dim_stale(&self, below: Rect, buf: &mut Buffer) {
        let is_stale =
            self.board.sections.iter().any(|(region, _)| ages::is_stale(&self.picture.estate, region, self.world.now));
        if is_stale {
            buf.set_style(below.intersection(*buf.area()), Style::new().add_modifier(Modifier::DIM));
        }
    }
}

/// The account's verdict as it is, and under it what would be.
fn preview_lines(
    picture: &Picture,
    world: &World<'_>,
    look: &Look<'_>,
    columns: usize,
    most: usize,
    (zone, leave): (&str, &str),
) -> Vec<Line<'static>> {
    let mut lines = headline::lines(picture, &world.regions(), world, look, columns, 1, true);
    let badge = look.span(Role::WarningBadge, format!(" IF {zone} GOES "));
    let mut line = vec![Span::raw(" "), badge, Span::raw(" ")];
    for word in leave.split(' ') {
        let is_full = spans_width(&line) + word.len() + 1 > columns;
        if is_full && lines.len() + 1 < most {
            lines.push(Line::from(std::mem::replace(&mut line, vec![Span::raw("   ")])));
        }
        line.push(look.span(Role::Strong, format!("{word} ")));
    }
    lines.push(Line::from(line));
    lines
}

/// The panels of each column under one another, each as high as it needs while there is room.
fn panels(layout: &Layout, source: &Source<'_>, lately: &[(Region, Changes)], area: Rect, buf: &mut Buffer) {
    for (column, kinds) in &layout.panels {
        let source = Source { columns: usize::from(column.width).saturating_sub(1), ..*source };
        let mut panels: Vec<Panel> = Vec::with_capacity(kinds.len() + 1);
        for kind in *kinds {
            let panel = match kind {
                PanelKind::Problems => panel::problems(&source),
                PanelKind::Alarms => panel::alarms(&source),
                PanelKind::Shifts => {
                    // What is being done stands where what was shifted does.
                    panels.extend(panel::operations(&source));
                    shifts::panel(&source)
                }
                PanelKind::Changes => changes::panel(&source, lately),
            };
            panels.push(panel);
        }
        // A title, the lines, and where there is room for it a free line below.
        let free = usize::from(column.height >= 9);
        let wants: Vec<usize> = panels.iter().map(|panel| panel.lines.len() + 1 + free).collect();
        let mut y = column.y;
        for (panel, height) in panels.into_iter().zip(share(usize::from(column.height), &wants)) {
            let at = Rect { y, height: to_u16(height), ..*column };
            y += at.height;
            put_panel(panel, at, source.look, area, buf);
        }
    }
}

fn put_panel(panel: Panel, at: Rect, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    if at.height == 0 {
        return;
    }
    title_rule(buf, at, look, panel.title, Vec::new());
    let below = Rect { y: at.y + 1, height: at.height - 1, ..at };
    let room = usize::from(below.height);
    let hidden = panel.lines.len().saturating_sub(room);
    for (y, line) in panel.lines.iter().take(room).enumerate() {
        // The last line that fits says how many do not.
        if hidden > 0 && y + 1 == room {
            let words = vec![Span::raw("   "), look.span(Role::Dim, format!("{} more lines", hidden + 1))];
            put(buf, below, y, &Line::from(words), area);
        } else {
            put(buf, below, y, line, area);
        }
    }
}

fn to_u16(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
