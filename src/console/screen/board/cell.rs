//! A cell of the grid: pips, the count, databases' marks.
//!
//! Owns: how what stands in a zone is drawn. Depends on: cells of the judgement. Must stay true: a cell with members always says
//! `healthy/total`, whatever the width; an empty one says whether that is known.

use std::collections::BTreeMap;

use ratatui::text::Span;

use crate::judge::Verdict;
use crate::judge::board::Cell;
use crate::judge::drain::Drain;
use crate::judge::standing::Standing;

use crate::console::app::Look;
use crate::console::draw::spans_width;
use crate::console::text::{cut, fit_right, width};
use crate::console::theme::Role;

use super::drain;

/// Pips are drawn one by one up to this many; where that leaves no room for what matters more, up to [`FEW`].
pub(super) const PIPS: usize = 8;
/// Pips that are drawn one by one where room is scarce.
pub(super) const FEW: usize = 6;

/// Columns of pips below which they say nothing.
const LEAST: usize = 4;

/// Columns of a cell's parts, and of the whole. Without pips there is the count alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CellWidths {
    /// Pips that are drawn one by one.
    limit: usize,
    pub(super) pips: usize,
    pub(super) count: usize,
    pub(super) all: usize,
}

impl CellWidths {
    /// What these cells want, with up to `limit` pips one by one.
    pub(super) fn of<'a>(cells: impl Iterator<Item = &'a Cell>, limit: usize, look: &Look<'_>) -> Self {
        let mut widths = Self { limit, pips: 1, count: 1, all: 0 };
        for cell in cells {
            widths.pips = widths.pips.max(pips_width(cell, limit, look));
            widths.count = widths.count.max(width(&count_words(cell)));
        }
        widths
    }

    /// The least that lets neighbours stand apart.
    pub(super) fn natural(&self) -> usize {
        if self.pips > 0 { (self.pips + 1 + self.count).max(8) + 2 } else { self.count + 3 }
    }

    /// Gives up so many columns of pips; where too few are left the count stands alone.
    pub(super) fn narrow(&mut self, by: usize) {
        self.pips = Some(self.pips.saturating_sub(by)).filter(|left| *left >= LEAST).unwrap_or(0);
    }

    /// The cell; `is_whole`: all that could be in it was read.
    pub(super) fn spans(&self, cell: Option<&Cell>, is_whole: bool, look: &Look<'_>) -> Vec<Span<'static>> {
        let Some(cell) = cell.filter(|cell| !cell.is_empty()) else {
            // Nothing here: a dot where that is known, else nobody can say.
            let sign = if is_whole { look.span(Role::Rule, look.glyphs.dot()) } else { look.span(Role::Unknown, "?") };
            let mut spans = vec![sign];
            pad(&mut spans, self.all);
            return spans;
        };
        let mut spans = Vec::new();
        if self.pips > 0 {
            let room = self.pips.min(self.all.saturating_sub(self.count + 2));
            spans = pips(cell, self.limit, look);
            if spans_width(&spans) > room {
                spans = gravest(cell, room, look);
            }
            pad(&mut spans, room);
            spans.push(Span::raw(" "));
        }
        let role = if !cell.tally().is_whole() { Role::of(worst(cell)) } else { Role::Dim };
        spans.push(look.span(role, fit_right(&count_words(cell), self.count, look.glyphs.ellipsis())));
        if self.pips == 0 {
            spans.extend(cell.databases.iter().map(|mark| look.span(Role::Database, mark.letter())));
        }
        pad(&mut spans, self.all);
        spans
    }
}

impl CellWidths {
    /// The cell in a zone that traffic is kept from: requests before and now, and the count; none where there is no room for them.
    pub(super) fn drained(&self, cell: &Cell, drain: Drain, look: &Look<'_>) -> Option<Vec<Span<'static>>> {
        let room = self.all.saturating_sub(self.count + 2);
        let mut spans = vec![drain::span(drain, room, look)?];
        let before = if self.pips > 0 { self.pips.min(room) } else { 0 }.max(spans_width(&spans));
        pad(&mut spans, before);
        let words = count_words(cell);
        let role = if cell.tally().is_whole() { Role::Dim } else { Role::of(worst(cell)) };
        spans.push(look.span(role, fit_right(&words, self.count + 1, look.glyphs.ellipsis())));
        pad(&mut spans, self.all);
        Some(spans)
    }

    /// The cell in a zone whose loss is previewed: what stood there, no more.
    pub(super) fn gone(&self, cell: Option<&Cell>, look: &Look<'_>) -> Vec<Span<'static>> {
        let marks: String = cell.into_iter().flat_map(|cell| &cell.databases).map(|mark| mark.letter()).collect();
        let count = cell.map(count_words).unwrap_or_default();
        let room = self.all.saturating_sub(1);
        let forms = [format!("gone {count} {marks}"), format!("-{count}{marks}"), "-".to_owned()];
        let is_there = cell.is_some_and(|cell| !cell.is_empty());
        let words = forms.into_iter().find(|words| width(words.trim_end()) <= room).filter(|_| is_there);
        let mut spans = vec![look.span(Role::Dim, words.unwrap_or_default().trim_end())];
        pad(&mut spans, self.all);
        spans
    }
}

/// How the count of a cell is coloured: by the worst that makes it less than whole.
fn worst(cell: &Cell) -> Verdict {
    let has = |standing| cell.standings.of(standing) > 0;
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
    if cell.standings.is_empty() { String::new() } else { cell.tally().to_string() }
}

/// Columns that the pips of a cell take, without their being made: every cell of the board is asked.
fn pips_width(cell: &Cell, limit: usize, look: &Look<'_>) -> usize {
    if !cell.databases.is_empty() {
        return spans_width(&pips(cell, limit, look));
    }
    let members = cell.standings.total();
    let mut columns = 0;
    for (standing, count) in cell.standings.iter() {
        let pip = width(look.glyphs.standing(standing));
        columns += if members <= limit {
            pip * count
        } else if standing == Standing::InService {
            pip
        } else {
            usize::from(columns > 0) + pip + digits(count)
        };
    }
    columns
}

fn digits(count: usize) -> usize {
    count.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// One pip a member up to the limit, then a number a standing; databases' marks after them.
fn pips(cell: &Cell, limit: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let is_one_by_one = cell.standings.total() <= limit;
    let mut spans: Vec<Span<'static>> = Vec::new();
    for (standing, count) in cell.standings.iter() {
        let space = if spans.is_empty() || is_one_by_one || standing == Standing::InService { "" } else { " " };
        let words =
            if is_one_by_one { look.glyphs.standing(standing).repeat(count) } else { numbered(standing, count, look) };
        spans.push(look.span(Role::pip(standing), format!("{space}{words}")));
    }
    if !cell.databases.is_empty() {
        let space = if spans.is_empty() { "" } else { " " };
        spans.push(look.span(Role::Database, format!("{space}{}", marks(cell))));
    }
    spans
}

/// The pip of a standing with how many there are; of those in service the count beside it says how many.
fn numbered(standing: Standing, count: usize, look: &Look<'_>) -> String {
    let pip = look.glyphs.standing(standing);
    if standing == Standing::InService { pip.to_owned() } else { format!("{pip}{count}") }
}

/// What there is room for: what fails first, then the databases, then the rest, each in its place. The count tells the whole.
fn gravest(cell: &Cell, room: usize, look: &Look<'_>) -> Vec<Span<'static>> {
    let mut parts: Vec<(usize, Role, String)> = cell
        .standings
        .iter()
        .map(|(standing, count)| (weight(standing), Role::pip(standing), numbered(standing, count, look)))
        .collect();
    if !cell.databases.is_empty() {
        parts.push((1, Role::Database, marks(cell)));
    }
    let total = |parts: &[(usize, Role, String)]| {
        parts.iter().map(|(_, _, words)| width(words)).sum::<usize>() + parts.len().saturating_sub(1)
    };
    while total(&parts) > room {
        let heaviest = parts.iter().map(|(weight, ..)| *weight).max();
        let Some(at) = parts.iter().rposition(|(weight, ..)| Some(*weight) == heaviest) else { break };
        parts.remove(at);
    }
    let spaced = parts.into_iter().enumerate();
    spaced.map(|(n, (_, role, words))| look.span(role, format!("{}{words}", if n > 0 { " " } else { "" }))).collect()
}

/// What is told first where not all can be, the least first.
fn weight(standing: Standing) -> usize {
    match standing {
        Standing::Unhealthy | Standing::Impaired | Standing::Unknown => 0,
        Standing::InService => 2,
        Standing::Pending | Standing::Draining | Standing::Standby | Standing::Terminating => 3,
        Standing::Stopped => 4,
    }
}

/// The letters of the databases in a cell.
fn marks(cell: &Cell) -> String {
    let mut marks: BTreeMap<_, usize> = BTreeMap::new();
    for mark in &cell.databases {
        *marks.entry(*mark).or_default() += 1;
    }
    let words = marks.iter().map(|(mark, count)| match count {
        0..=3 => mark.letter().repeat(*count),
        _ => format!("{}{count}", mark.letter()),
    });
    words.collect()
}

/// Fills up with blanks to `columns`, or cuts the last spans off at it.
pub(super) fn pad(spans: &mut Vec<Span<'static>>, columns: usize) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::glyph::Glyphs;
    use crate::console::theme::Theme;

    #[test]
    fn the_width_of_pips_is_that_of_the_pips() {
        let theme = Theme::default();
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            let look = Look { theme: &theme, glyphs };
            let mut random = fastrand::Rng::with_seed(3);
            for _ in 0..300 {
                let mut cell = Cell::default();
                for _ in 0..random.usize(0..20) {
                    let standing = Standing::ALL.get(random.usize(0..Standing::ALL.len()));
                    cell.standings.add(*standing.unwrap_or(&Standing::Unknown));
                }
                for limit in [FEW, PIPS] {
                    assert_eq!(pips_width(&cell, limit, &look), spans_width(&pips(&cell, limit, &look)), "{cell:?}");
                }
            }
        }
    }
}
