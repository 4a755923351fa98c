//! The grid of the board: a column a zone, a row a service or a part of one.
//!
//! Owns: widths and drawing of heads and rows. Depends on: rows, zones. Must stay true: every cell with members says
//! `healthy/total`, whatever the width; what is not known is `?`.

use std::collections::BTreeMap;

use ratatui::text::{Line, Span};

use crate::id::ZoneName;
use crate::judge::board::Cell;
use crate::judge::zone::{ZoneAssessment, ZoneVerdict};
use crate::judge::{RegionJudgement, Verdict};

use crate::console::app::Look;
use crate::console::draw::spans_width;
use crate::console::text::{cut, fit, fit_right, width};
use crate::console::theme::Role;

use super::model::{Row, RowKey, Section};

/// Pips are drawn one by one up to this many.
const PIPS: usize = 8;

/// The widths of a region's grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grid {
    zones: Vec<ZoneName>,
    /// Whether something has no known zone: it gets a column of its own.
    nowhere: bool,
    lead: Lead,
    /// A cell: pips, count, and the whole.
    pips: usize,
    count: usize,
    cell: usize,
    reason: usize,
}

/// Lines of the heads over the rows.
pub(super) const HEAD: usize = 3;

/// The widths of what stands before the zones: shared by all regions, so that their columns stand under one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lead {
    name: usize,
    entry: usize,
    total: usize,
}

impl Lead {
    /// What the rows of all sections want.
    pub(super) fn of<'a>(sections: impl Iterator<Item = &'a Section>) -> Self {
        let mut lead = Self { name: 7, entry: 0, total: 5 };
        for row in sections.flat_map(|section| &section.rows) {
            lead.name = lead.name.max(width(&row.name) + indent(row));
            lead.entry = lead.entry.max(width(&row.entry).min(6));
            lead.total = lead.total.max(row.count().map_or(0, |(well, all)| width(&format!("{well}/{all}"))));
        }
        lead.name = lead.name.min(28);
        lead
    }

    /// Columns up to the first zone: sign and fold, name, entry.
    fn before(self) -> usize {
        SIGNS + self.name + 1 + if self.entry > 0 { self.entry + 1 } else { 0 }
    }

    fn all(self) -> usize {
        self.before() + 1 + self.total
    }
}

/// Columns of a row's sign and fold mark, with the space around them.
const SIGNS: usize = 5;

impl Grid {
    /// Fits the grid of a section into `columns` columns.
    pub(super) fn fit(judged: &RegionJudgement, section: &Section, lead: Lead, columns: usize, look: &Look<'_>) -> Self {
        let mut zones: Vec<ZoneName> = judged.zones.iter().map(|zone| zone.name.clone()).collect();
        for zone in section.rows.iter().flat_map(|row| row.cells.zones.keys()) {
            if !zones.contains(zone) {
                zones.push(zone.clone());
            }
        }
        let nowhere = section.rows.iter().any(|row| !row.cells.nowhere.is_empty());
        let cells = || section.rows.iter().flat_map(|row| row.cells.all()).filter(|cell| !cell.is_empty());
        let count = cells().map(|cell| width(&count_words(cell))).max().unwrap_or(1).max(1);
        let pips = cells().map(|cell| spans_width(&pips(cell, look))).max().unwrap_or(1);
        let mut grid = Self { zones, nowhere, lead, pips, count, cell: 0, reason: 0 };
        grid.squeeze(columns);
        grid
    }

    /// Gives up what matters least until the grid fits: long names, entry words, pips; then spreads what is left.
    fn squeeze(&mut self, columns: usize) {
        let n = self.columns().max(1);
        let fits = |grid: &Self| grid.lead.all() + n * grid.natural() <= columns;
        let steps: [fn(&mut Self); 4] = [
            |grid| grid.lead.name = grid.lead.name.min(16),
            |grid| grid.lead.entry = 0,
            |grid| grid.pips = 0,
            |grid| grid.lead.name = grid.lead.name.min(10),
        ];
        for step in steps {
            if !fits(self) {
                step(self);
            }
        }
        let free = columns.saturating_sub(self.lead.all());
        // Beyond what a zone's head wants, room goes to the reasons.
        let head = match columns {
            150.. => 24,
            110.. => 20,
            _ => 14,
        };
        self.cell = self.natural().max(head).min(free / n);
        let left = free.saturating_sub(self.cell * n);
        self.reason = if left >= 16 { left - 2 } else { 0 };
        if self.reason == 0 {
            self.cell = (free / n).min(head.max(18));
        }
    }

    /// What a cell wants.
    fn natural(&self) -> usize {
        if self.pips > 0 { (self.pips + 1 + self.count).max(8) + 2 } else { self.count + 3 }
    }

    fn columns(&self) -> usize {
        self.zones.len() + usize::from(self.nowhere)
    }

    /// The heads: names, verdicts, and what each rests on.
    pub(super) fn head(&self, judged: &RegionJudgement, look: &Look<'_>) -> Vec<Line<'static>> {
        let lead = self.lead.before();
        let title = format!("{}SERVICE", " ".repeat(SIGNS));
        let mut names = vec![look.span(Role::Dim, fit(&title, lead, ""))];
        let mut verdicts = vec![Span::raw(" ".repeat(lead))];
        let mut evidence = vec![Span::raw(" ".repeat(lead))];
        for zone in &self.zones {
            let known = judged.zones.iter().find(|known| known.name == *zone);
            names.extend(self.zone_name(zone, known, look));
            verdicts.extend(self.zone_verdict(known, look));
            evidence.push(self.zone_evidence(known, look));
        }
        if self.nowhere {
            names.push(look.span(Role::Dim, fit("no zone", self.cell, look.glyphs.ellipsis())));
            verdicts.push(Span::raw(" ".repeat(self.cell)));
            evidence.push(Span::raw(" ".repeat(self.cell)));
        }
        names.push(look.span(Role::Dim, fit_right("ALL", self.lead.total + 1, "")));
        if self.reason > 0 {
            names.push(look.span(Role::Dim, "  WHY"));
        }
        [names, verdicts, evidence].into_iter().map(Line::from).collect()
    }

    fn zone_name(&self, zone: &ZoneName, known: Option<&ZoneAssessment>, look: &Look<'_>) -> Vec<Span<'static>> {
        let id = known.map_or("?", |known| known.id.as_str());
        let room = self.cell.saturating_sub(1);
        let name = [zone.as_str(), short_zone(zone)]
            .into_iter()
            .find(|name| width(name) + 1 + width(id) <= room)
            .unwrap_or_else(|| if width(zone.as_str()) <= room { zone.as_str() } else { short_zone(zone) });
        let name = cut(name, room, look.glyphs.ellipsis());
        let rest = fit(&format!(" {id}"), self.cell - width(&name), look.glyphs.ellipsis());
        vec![look.span(Role::Strong, name), look.span(Role::Dim, rest)]
    }

    fn zone_verdict(&self, known: Option<&ZoneAssessment>, look: &Look<'_>) -> Vec<Span<'static>> {
        let Some(zone) = known else {
            return vec![look.span(Role::Unknown, fit("? not read", self.cell, look.glyphs.ellipsis()))];
        };
        let verdict = zone.verdict.verdict();
        let word = zone.verdict.as_str();
        let mut spans = match zone.verdict {
            ZoneVerdict::Ok => vec![look.span(Role::Ok, format!("{} {word}", look.glyphs.zone(zone.verdict)))],
            _ => vec![look.span(Role::badge(verdict), format!(" {} {} ", look.glyphs.zone(zone.verdict), word.to_uppercase()))],
        };
        match zone.shifted {
            Some(true) => spans.push(look.span(Role::Notice, format!(" {} shifted", look.glyphs.arrow()))),
            None if zone.verdict == ZoneVerdict::Ok && self.cell >= 18 => spans.push(look.span(Role::Unknown, " shift ?")),
            _ => {}
        }
        pad(&mut spans, self.cell);
        spans
    }

    /// What the verdict rests on: in words where they fit, else as the count that they are about.
    fn zone_evidence(&self, known: Option<&ZoneAssessment>, look: &Look<'_>) -> Span<'static> {
        let Some(zone) = known else { return Span::raw(" ".repeat(self.cell)) };
        let room = self.cell.saturating_sub(1);
        let counts = zone.targets.map(|targets| match targets.expected() {
            0 => "no targets".to_owned(),
            all => format!("{}/{all} targets", targets.healthy + targets.unavailable),
        });
        let evidence = zone.evidence.first();
        let role = if evidence.is_some() { Role::of(zone.verdict.verdict()) } else { Role::Dim };
        let words = match (evidence, counts) {
            (Some(evidence), _) if width(&evidence.detail) <= room => evidence.detail.clone(),
            (_, Some(counts)) => counts,
            (_, None) => "targets ?".to_owned(),
        };
        let role = if zone.targets.is_none() { Role::Unknown } else if role == Role::Ok { Role::Dim } else { role };
        look.span(role, format!("{} ", fit(&words, room, look.glyphs.ellipsis())))
    }

    /// A row.
    pub(super) fn row(&self, row: &Row, look: &Look<'_>) -> Line<'static> {
        let verdict = row.assessment.verdict;
        let ellipsis = look.glyphs.ellipsis();
        let sign = if verdict == Verdict::Ok { Span::raw(" ") } else { look.span(Role::of(verdict), look.glyphs.verdict(verdict)) };
        let fold = match row.open {
            Some(open) => format!("{} ", look.glyphs.fold(open)),
            None => "  ".to_owned(),
        };
        let lead = if row.open.is_some() { 0 } else { 2 };
        let name = fit(&format!("{}{}", " ".repeat(lead), row.name), self.lead.name, ellipsis);
        let name_role = match (row.open, verdict) {
            (_, Verdict::Critical | Verdict::Warning | Verdict::Unknown) => Role::Strong,
            (Some(_), Verdict::Ok) => Role::Text,
            (None, Verdict::Ok) => Role::Dim,
        };
        let mut spans =
            vec![Span::raw(" "), sign, Span::raw(" "), look.span(Role::Dim, fold), look.span(name_role, name), Span::raw(" ")];
        if self.lead.entry > 0 {
            spans.push(look.span(Role::Dim, fit(&row.entry, self.lead.entry, ellipsis)));
            spans.push(Span::raw(" "));
        }
        for zone in &self.zones {
            spans.extend(self.cell_spans(row.cells.zones.get(zone), row.is_whole, look));
        }
        if self.nowhere {
            spans.extend(self.cell_spans(Some(&row.cells.nowhere), row.is_whole, look));
        }
        let total = row.count().map(|(well, all)| format!("{well}/{all}")).unwrap_or_default();
        let role = match row.count() {
            Some((well, all)) if well < all => Role::Strong,
            _ => Role::Dim,
        };
        spans.push(look.span(role, fit_right(&total, self.lead.total + 1, ellipsis)));
        if self.reason > 0 {
            let why = cut(&row.assessment.reasons.join("; "), self.reason, ellipsis);
            spans.push(look.span(Role::of(verdict), format!("  {why}")));
        }
        Line::from(spans)
    }

    fn cell_spans(&self, cell: Option<&Cell>, is_whole: bool, look: &Look<'_>) -> Vec<Span<'static>> {
        let Some(cell) = cell.filter(|cell| !cell.is_empty()) else {
            // Nothing here: a dot where that is known, else nobody can say.
            let sign = if is_whole { look.span(Role::Rule, look.glyphs.dot()) } else { look.span(Role::Unknown, "?") };
            let mut spans = vec![sign];
            pad(&mut spans, self.cell);
            return spans;
        };
        let mut spans = if self.pips > 0 { pips(cell, look) } else { Vec::new() };
        if self.pips > 0 {
            pad(&mut spans, self.pips.min(self.cell.saturating_sub(self.count + 2)));
            spans.push(Span::raw(" "));
        }
        let role = if cell.healthy() < cell.total() { Role::of(worst(cell)) } else { Role::Dim };
        spans.push(look.span(role, fit_right(&count_words(cell), self.count, look.glyphs.ellipsis())));
        if self.pips == 0 {
            spans.extend(cell.databases.iter().map(|mark| look.span(Role::Database, mark.letter())));
        }
        pad(&mut spans, self.cell);
        spans
    }
}

/// How the count of a cell is coloured: by the worst that makes it less than whole.
fn worst(cell: &Cell) -> Verdict {
    use crate::judge::standing::Standing;
    let has = |standing| cell.standings.contains_key(&standing);
    if has(Standing::Unhealthy) || has(Standing::Impaired) {
        Verdict::Critical
    } else if has(Standing::Unknown) {
        Verdict::Unknown
    } else {
        Verdict::Warning
    }
}

/// `2/4`; empty for a cell with databases alone.
fn count_words(cell: &Cell) -> String {
    if cell.standings.is_empty() { String::new() } else { format!("{}/{}", cell.healthy(), cell.total()) }
}

/// One pip a member up to eight, then a number a standing; databases' marks after them.
fn pips(cell: &Cell, look: &Look<'_>) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    let members: usize = cell.standings.values().sum();
    for (standing, count) in &cell.standings {
        let (role, pip) = (Role::pip(*standing), look.glyphs.standing(*standing));
        if members <= PIPS {
            spans.push(look.span(role, pip.repeat(*count)));
        } else {
            let space = if spans.is_empty() { "" } else { " " };
            spans.push(look.span(role, format!("{space}{pip}{count}")));
        }
    }
    if !cell.databases.is_empty() {
        let space = if spans.is_empty() { "" } else { " " };
        let mut marks: BTreeMap<_, usize> = BTreeMap::new();
        for mark in &cell.databases {
            *marks.entry(*mark).or_default() += 1;
        }
        let words: String = marks
            .iter()
            .map(|(mark, count)| if *count > 3 { format!("{}{count}", mark.letter()) } else { mark.letter().repeat(*count) })
            .collect();
        spans.push(look.span(Role::Database, format!("{space}{words}")));
    }
    spans
}

fn indent(row: &Row) -> usize {
    match row.key {
        RowKey::Service(..) => 0,
        RowKey::Part(..) => 2,
    }
}

/// Fills up with blanks to `columns`, or cuts the last spans off at it.
fn pad(spans: &mut Vec<Span<'static>>, columns: usize) {
    while spans_width(spans) > columns {
        let Some(last) = spans.pop() else { return };
        let room = columns.saturating_sub(spans_width(spans));
        let text = cut(&last.content, room, "");
        if !text.is_empty() {
            spans.push(Span::styled(text, last.style));
        }
    }
    let missing = columns.saturating_sub(spans_width(spans));
    spans.push(Span::raw(" ".repeat(missing)));
}

/// `1b` of `us-east-1b`.
fn short_zone(zone: &ZoneName) -> &str {
    let name = zone.as_str();
    name.rsplit_once('-').map_or(name, |(_, short)| short)
}
