//! How a list is drawn: title, what could not be read, head, rows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::judge::Verdict;
use crate::listing::{ColumnInfo, HIDDEN, Rows, Sort, Value};

use super::super::super::app::{Look, World};
use super::super::super::draw::{put, select, title_rule};
use super::super::super::gap::gap_lines;
use super::super::super::text::{fit, fit_right, width};
use super::super::super::theme::Role;
use super::layout::{self, GAP, Shown};
use super::{Arrangement, ListView};

/// Draws the list.
pub(super) fn draw(view: &ListView, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let Some((shown, rows)) = view.shown.as_ref().and_then(|shown| Some((shown, shown.rows()?))) else {
        title_rule(buf, area, look, vec![look.span(Role::Title, format!(" {} ", view.name))], Vec::new());
        let doing = if world.picture.is_some() { "arranging" } else { "reading" };
        let line = Line::from(look.span(Role::Dim, format!("  {doing} {}…", view.name)));
        put(buf, Rect { y: area.y + 2, ..area }, 0, &line, area);
        return;
    };
    let areas = layout::areas(area, layout::banner_height(&rows, world, area));
    let gaps: Vec<_> = rows.gaps().iter().filter(|gap| world.region.is_none_or(|only| *only == gap.region)).collect();
    for (y, line) in
        gap_lines(&gaps, look, usize::from(area.width), usize::from(areas.banner.height)).iter().enumerate()
    {
        put(buf, areas.banner, y, line, area);
    }
    let visible = visible(view, shown, areas.rows.height);
    let cells = Cells::of(view, &rows, &visible, world);
    let columns = cells.columns(view.sideways, usize::from(area.width).saturating_sub(1));
    let mut left = title(view, shown, world, look);
    left.extend(hidden_order(view, &columns, look));
    title_rule(buf, areas.title, look, left, position(view, shown, look, areas.rows.height));
    put(buf, areas.head, 0, &head(view, look, &columns), area);
    if visible.is_empty() {
        let line = Line::from(vec![Span::raw("  "), empty_words(view, shown, &rows, look)]);
        put(buf, areas.rows, 0, &line, area);
    }
    let painter = Painter { rows: &rows, cells: &cells, columns: &columns, world, look };
    for (y, i) in visible.iter().enumerate() {
        put(buf, areas.rows, y, &painter.line(y, *i), area);
        if view.offset + y == view.at {
            let y = areas.rows.y.saturating_add(u16::try_from(y).unwrap_or(0));
            select(buf, Rect { y, height: 1, ..areas.rows }, look);
        }
    }
}

/// The positions of the rows on the screen.
fn visible(view: &ListView, shown: &Arrangement, height: u16) -> Vec<usize> {
    (view.offset..).map_while(|place| shown.at(place)).take(usize::from(height)).collect()
}

/// The position of the column whose head stands at this column of the terminal.
pub(super) fn column_at(view: &ListView, world: &World<'_>, x: u16) -> Option<usize> {
    let shown = view.shown.as_ref()?;
    let rows = shown.rows()?;
    let areas = layout::areas(world.body, layout::banner_height(&rows, world, world.body));
    let cells = Cells::of(view, &rows, &visible(view, shown, areas.rows.height), world);
    let columns = cells.columns(view.sideways, usize::from(world.body.width).saturating_sub(1));
    let wanted = usize::from(x.saturating_sub(world.body.x));
    let mut left = 1;
    for column in columns {
        if (left..left + column.width).contains(&wanted) {
            return Some(column.position);
        }
        left += column.width + GAP;
    }
    None
}

fn title(view: &ListView, shown: &Arrangement, world: &World<'_>, look: &Look<'_>) -> Vec<Span<'static>> {
    let count = match (shown.order.len(), shown.total) {
        (shown, total) if shown == total => format!("{total}"),
        (shown, total) => format!("{shown}/{total}"),
    };
    let mut spans =
        vec![look.span(Role::Title, format!(" {} ", view.name)), look.span(Role::Strong, format!("{count} "))];
    if let Some(region) = world.region {
        spans.push(look.span(Role::Dim, format!("in {region} ")));
    }
    // While another order is worked out the last one stands, and says so.
    if view.asked.as_ref().is_some_and(|asked| *asked != shown.question) {
        spans.push(look.span(Role::Notice, "arranging "));
    }
    let marked = world.marks.count(&view.name);
    if marked > 0 {
        spans.push(look.span(Role::Key, format!("{}{marked} marked ", look.glyphs.mark())));
    }
    if let Some(first) = world.marks.gone(&view.name).first() {
        let more = world.marks.gone(&view.name).len() - 1;
        let more = if more > 0 { format!(" +{more}") } else { String::new() };
        spans.push(look.span(Role::Warning, format!("gone: {first}{more} ")));
    }
    if view.problems {
        spans.push(look.span(Role::Warning, "problems only "));
    }
    if !view.filter.is_empty() {
        spans.push(look.span(Role::Prompt, format!("/{} ", view.filter)));
    }
    spans
}

/// By which column rows are ordered, where that column is not on the screen.
fn hidden_order(view: &ListView, columns: &[Shown], look: &Look<'_>) -> Option<Span<'static>> {
    let list = view.list()?;
    let sort = Sort::parse(view.sort.as_deref()?, list).ok()?;
    let is_shown = columns.iter().any(|column| column.position == sort.column);
    let name = list.columns().get(sort.column).map(|column| column.name).filter(|_| !is_shown)?;
    Some(look.span(Role::Dim, format!("by {name}{} ", look.glyphs.sort(sort.descending))))
}

fn position(view: &ListView, shown: &Arrangement, look: &Look<'_>, room: u16) -> Vec<Span<'static>> {
    if shown.order.len() <= usize::from(room) {
        return Vec::new();
    }
    let last = (view.offset + usize::from(room)).min(shown.order.len());
    vec![look.span(Role::Dim, format!(" {}-{last} ", view.offset + 1))]
}

fn empty_words(view: &ListView, shown: &Arrangement, rows: &Rows<'_>, look: &Look<'_>) -> Span<'static> {
    match (shown.total, !rows.misses_rows()) {
        (0, true) => look.span(Role::Dim, format!("none: there are no {} here", view.name)),
        (0, false) => look.span(Role::Unknown, "? nobody knows: what would be here could not be read"),
        (total, _) => look.span(Role::Dim, format!("none of {total} passes the filter")),
    }
}

fn head(view: &ListView, look: &Look<'_>, columns: &[Shown]) -> Line<'static> {
    let sort = view.list().and_then(|list| Sort::parse(view.sort.as_deref()?, list).ok());
    let mut line = Line::default();
    line.push_span(Span::raw(" "));
    for (place, column) in columns.iter().enumerate() {
        let sorted = sort.filter(|sort| sort.column == column.position);
        let arrow = sorted.map(|sort| look.glyphs.sort(sort.descending)).unwrap_or_default();
        let text = format!("{}{arrow}", column.info.title);
        let role = if sorted.is_some() { Role::Title } else { Role::Dim };
        line.push_span(look.span(role, aligned(column, &text, look)));
        if place + 1 < columns.len() {
            line.push_span(Span::raw(" ".repeat(GAP)));
        }
    }
    line
}

fn aligned(column: &Shown, text: &str, look: &Look<'_>) -> String {
    let cut = if column.info.right { fit_right } else { fit };
    cut(text, column.width, look.glyphs.ellipsis())
}

/// The texts of the visible rows, by row and by candidate column.
struct Cells {
    candidates: Vec<(usize, ColumnInfo)>,
    /// Whether a person chose the columns.
    is_chosen: bool,
    rows: Vec<Vec<Value>>,
    /// How deep each row stands in its tree.
    depths: Vec<usize>,
}

impl Cells {
    fn of(view: &ListView, rows_of: &Rows<'_>, visible: &[usize], world: &World<'_>) -> Self {
        let list = rows_of.list();
        let columns = list.columns();
        let one_region = world.region.is_some() || !world.has_regions();
        let chosen = layout::chosen(list, world);
        let is_wanted = |info: &ColumnInfo| {
            chosen.is_some() || !one_region || info.name != "region" || view.sort.as_deref() == Some("region")
        };
        let candidates: Vec<_> = layout::offered(list, world)
            .into_iter()
            .filter_map(|position| columns.get(position).map(|info| (position, *info)))
            .filter(|(_, info)| is_wanted(info))
            .enumerate()
            // Of chosen columns the first ones stay longest.
            .map(|(place, (position, info))| match chosen {
                Some(_) => (position, ColumnInfo { rank: u8::try_from(place).unwrap_or(HIDDEN).min(HIDDEN), ..info }),
                None => (position, info),
            })
            .collect();
        let rows = visible
            .iter()
            .map(|i| candidates.iter().map(|(position, _)| rows_of.cell(*i, *position)).collect())
            .collect();
        // What stands above a row is what it belongs to only in these orders.
        let is_tree = !view.is_narrowed() && matches!(view.sort.as_deref(), None | Some("verdict"));
        let depths = visible.iter().map(|i| if is_tree { rows_of.depth(*i) } else { 0 }).collect();
        Self { candidates, is_chosen: chosen.is_some(), rows, depths }
    }

    /// What leads to a row from what it belongs to.
    fn branch(&self, row: usize, look: &Look<'_>) -> String {
        match self.depths.get(row).copied().unwrap_or(0) {
            0 => String::new(),
            depth => format!("{}{} ", "  ".repeat(depth - 1), look.glyphs.branch()),
        }
    }

    fn columns(&self, sideways: usize, room: usize) -> Vec<Shown> {
        let widest = |place: usize| {
            let cells = self.rows.iter().zip(&self.depths).filter_map(|(row, depth)| Some((row.get(place)?, *depth)));
            // The verdict stands with its glyph before it, a name with the branch that leads to it.
            let before = |depth: usize| match place {
                0 => 2,
                1 => depth * 2,
                _ => 0,
            };
            cells.map(|(cell, depth)| width(&cell.text()) + before(depth)).max().unwrap_or(0)
        };
        let candidates: Vec<layout::Candidate> = self
            .candidates
            .iter()
            .enumerate()
            .map(|(place, (position, info))| (*position, self.adjusted(place, info), widest(place)))
            .collect();
        layout::fit(&candidates, sideways, room)
    }

    /// What the screen wants otherwise than the documents: a sign before the verdict, reasons that leave room to others, the
    /// region wherever names of several regions stand under one another.
    fn adjusted(&self, place: usize, info: &ColumnInfo) -> ColumnInfo {
        match info.name {
            _ if place == 0 => ColumnInfo { width: info.width + 2, ..*info },
            // Chosen, they are shown wherever they fit at all, and get the room that is left.
            "reasons" if self.is_chosen => ColumnInfo { width: info.width.min(12), ..*info },
            "reasons" => ColumnInfo { width: info.width.min(24), ..*info },
            // Where every row has a zone, that says the region too.
            "region" if !self.candidates.iter().any(|(_, other)| other.name == "zone" && other.rank < 2) => {
                ColumnInfo { rank: info.rank.min(2), ..*info }
            }
            _ => *info,
        }
    }

    fn cell(&self, row: usize, position: usize) -> &Value {
        let place = self.candidates.iter().position(|(known, _)| *known == position);
        place.and_then(|place| self.rows.get(row)?.get(place)).unwrap_or(&Value::Unknown)
    }
}

/// What the rows are drawn from.
struct Painter<'a> {
    rows: &'a Rows<'a>,
    cells: &'a Cells,
    columns: &'a [Shown],
    world: &'a World<'a>,
    look: &'a Look<'a>,
}

impl Painter<'_> {
    /// The row at `y` of the screen, which is row `i` of the list.
    fn line(&self, y: usize, i: usize) -> Line<'static> {
        let verdict = self.rows.verdict(i);
        let is_stale = self.rows.is_stale(i);
        let is_marked = self.world.marks.count(self.rows.list().name) > 0
            && self.world.marks.has(self.rows.list().name, &self.rows.id(i));
        let mark = if is_marked { self.look.span(Role::Key, self.look.glyphs.mark()) } else { Span::raw(" ") };
        let mut line = Line::from(mark);
        for (place, column) in self.columns.iter().enumerate() {
            let value = self.cells.cell(y, column.position);
            let (role, text) = if column.position == 0 {
                let role = if verdict == Verdict::Ok { Role::Dim } else { Role::of(verdict) };
                match self.rows.at_rest(i).filter(|_| verdict == Verdict::Ok) {
                    // What has ended is not well.
                    Some(word) => (role, format!("{} {word}", self.look.glyphs.dot())),
                    None => (role, format!("{} {}", self.look.glyphs.verdict(verdict), value.text())),
                }
            } else {
                let branch = if column.position == 1 { self.cells.branch(y, self.look) } else { String::new() };
                (cell_role(column, value, verdict, is_stale), format!("{branch}{}", value.text()))
            };
            line.push_span(self.look.span(role, aligned(column, &text, self.look)));
            if place + 1 < self.columns.len() {
                line.push_span(Span::raw(" ".repeat(GAP)));
            }
        }
        line
    }
}

/// How a cell is written: what nobody knows and what is absent look like themselves, and a bad row says why in its colour.
fn cell_role(column: &Shown, value: &Value, verdict: Verdict, is_stale: bool) -> Role {
    match value {
        Value::Unknown => Role::Unknown,
        Value::None => Role::Dim,
        _ if is_stale => Role::Stale,
        _ if column.info.name == "reasons" => Role::of(verdict),
        _ if column.position == 1 => Role::Strong,
        value if column.info.loud && !value.is_empty() => Role::Warning,
        _ => Role::Text,
    }
}
