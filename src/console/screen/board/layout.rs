//! Where the parts of the board stand.
//!
//! Owns: its geometry. Must stay true: the same for moving and for drawing; the grid comes first, panels get what it leaves.

use ratatui::layout::Rect;

use crate::id::Region;

use crate::console::app::World;

use super::grid::HEAD;
use super::model::Section;

/// From this size on, panels stand beside the grid.
const BESIDE: (u16, u16) = (160, 30);

/// Where the parts of the board stand.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    pub(super) headline: Rect,
    pub(super) grid: Rect,
    /// Problems, alarms and shifts; empty where there is no room.
    pub(super) problems: Rect,
    pub(super) alarms: Rect,
    pub(super) shifts: Rect,
    /// Rows of each region shown.
    rows: Vec<usize>,
    /// Lines over the rows of each region.
    heads: Vec<usize>,
}

/// Whether the grids of regions with so many services fit under one another.
pub(super) fn has_room_for(body: Rect, services: &[usize]) -> bool {
    let needs: usize = services.iter().map(|rows| 1 + HEAD + rows.max(&1) + 1).sum();
    let panels = if is_beside(body) { 0 } else { 5 };
    1 + needs + panels <= usize::from(body.height)
}

fn is_beside(body: Rect) -> bool {
    body.width >= BESIDE.0 && body.height >= BESIDE.1
}

impl Layout {
    pub(super) fn new(world: &World<'_>, sections: &[(Region, Section)]) -> Self {
        let body = world.body;
        let rows: Vec<usize> = sections.iter().map(|(_, section)| section.rows.len()).collect();
        // A region has its rule and its zones' heads; a line says what could not be read.
        let heads: Vec<usize> = sections.iter().map(|(_, section)| 1 + HEAD + usize::from(!section.distrust.is_empty())).collect();
        let spacing = rows.len().saturating_sub(1);
        let needs: usize = rows.iter().map(|rows| *rows.max(&1)).sum::<usize>() + heads.iter().sum::<usize>() + spacing;
        let needs = u16::try_from(needs).unwrap_or(u16::MAX);
        let mut layout = Self { headline: body, grid: body, problems: NONE, alarms: NONE, shifts: NONE, rows, heads };
        if is_beside(body) { layout.beside(body) } else { layout.below(body, needs) }
        layout
    }

    fn beside(&mut self, body: Rect) {
        let side = (body.width / 3).clamp(50, 66);
        self.headline = Rect { height: 1, ..body };
        let rest = Rect { y: body.y + 1, height: body.height - 1, ..body };
        self.grid = Rect { width: rest.width - side - 1, ..rest };
        let column = Rect { x: rest.right() - side, width: side, ..rest };
        let shifts = (column.height / 6).clamp(4, 8);
        let alarms = (column.height / 3).max(6);
        self.problems = Rect { height: column.height - shifts - alarms, ..column };
        self.alarms = Rect { y: self.problems.bottom(), height: alarms, ..column };
        self.shifts = Rect { y: self.alarms.bottom(), height: shifts, ..column };
    }

    fn below(&mut self, body: Rect, needs: u16) {
        let roomy = body.height >= 28 && body.width >= 100;
        let headline = if roomy { 1 } else { (body.height / 7).clamp(1, 3) };
        self.headline = Rect { height: headline.min(body.height), ..body };
        let rest = Rect { y: body.y + headline, height: body.height.saturating_sub(headline), ..body };
        let most = if roomy { rest.height.saturating_sub(8).min(18) } else { 7 };
        let least = if rest.height < 13 { 0 } else if roomy { 9 } else { 4 };
        let panels = rest.height.saturating_sub(needs).clamp(least, most.max(least));
        self.grid = Rect { height: rest.height - panels, ..rest };
        let strip = Rect { y: self.grid.bottom(), height: panels, ..rest };
        let left = if roomy { strip.width / 2 } else { strip.width * 11 / 20 };
        let (west, east) = (Rect { width: left, ..strip }, Rect { x: strip.x + left, width: strip.width - left, ..strip });
        if panels == 0 {
            return;
        }
        if roomy {
            self.problems = west;
            let shifts = (panels / 3).max(3);
            self.alarms = Rect { height: panels - shifts, ..east };
            self.shifts = Rect { y: self.alarms.bottom(), height: shifts, ..east };
        } else {
            self.alarms = west;
            self.shifts = east;
        }
    }

    /// Whether the heads stay while rows scroll: with one region they do, with several all scrolls.
    pub(super) fn is_pinned(&self) -> bool {
        self.rows.len() <= 1
    }

    /// Lines that scroll.
    pub(super) fn scrolling(&self) -> usize {
        let rows: usize = self.rows.iter().sum();
        if self.is_pinned() { rows } else { rows + self.heads.iter().sum::<usize>() + self.rows.len().saturating_sub(1) }
    }

    /// How many of them fit.
    pub(super) fn room(&self) -> usize {
        let fixed = if self.is_pinned() { self.heads.first().copied().unwrap_or(0) } else { 0 };
        usize::from(self.grid.height).saturating_sub(fixed)
    }

    /// The scrolling line of a row.
    pub(super) fn line_of(&self, row: usize) -> usize {
        if self.is_pinned() {
            return row;
        }
        let mut line = 0;
        let mut left = row;
        for (n, (rows, head)) in self.rows.iter().zip(&self.heads).enumerate() {
            line += head + usize::from(n > 0);
            if left < *rows {
                return line + left;
            }
            line += rows;
            left -= rows;
        }
        line
    }
}

const NONE: Rect = Rect { x: 0, y: 0, width: 0, height: 0 };
