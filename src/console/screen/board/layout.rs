//! Where the parts of the board stand.
//!
//! Owns: its geometry. Must stay true: the same for moving and for drawing; the grid comes first, panels get what it leaves.

use ratatui::layout::{Position, Rect};

use crate::id::Region;

use super::grid::HEAD;
use super::headline::Wanted;
use super::model::Section;

/// From this size on, panels stand beside the grid.
const BESIDE: (u16, u16) = (160, 30);

/// From this size on, problems have a panel of their own.
const ROOMY: (u16, u16) = (100, 28);

/// Where the parts of the board stand.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    pub(super) headline: Rect,
    pub(super) grid: Rect,
    /// Columns of panels, each with those that share it.
    pub(super) panels: Vec<(Rect, &'static [PanelKind])>,
    /// Rows of each region shown.
    rows: Vec<usize>,
    /// Lines over the rows of each region.
    heads: Vec<usize>,
}

/// What a panel shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PanelKind {
    Problems,
    Alarms,
    Shifts,
    Changes,
}

/// Whether the grids of regions with so many services fit under one another.
pub(super) fn has_room_for(body: Rect, services: &[usize]) -> bool {
    let needs: usize = services.iter().map(|rows| 1 + HEAD + rows.max(&1) + 1).sum();
    let panels = if is_at_least(body, BESIDE) { 0 } else { 5 };
    2 + needs + panels <= usize::from(body.height)
}

fn is_at_least(body: Rect, size: (u16, u16)) -> bool {
    body.width >= size.0 && body.height >= size.1
}

impl Layout {
    /// Where problems have a panel, the headline has the zones, or else the first finding alone.
    pub(super) fn new(body: Rect, wanted: Wanted, sections: &[(Region, Section)]) -> Self {
        let rows: Vec<usize> = sections.iter().map(|(_, section)| section.rows.len()).collect();
        // A region has its rule and its zones' heads; a line says what could not be read.
        let heads: Vec<usize> =
            sections.iter().map(|(_, section)| 1 + HEAD + usize::from(!section.is_known())).collect();
        let spacing = rows.len().saturating_sub(1);
        let needs: usize = rows.iter().map(|rows| *rows.max(&1)).sum::<usize>() + heads.iter().sum::<usize>() + spacing;
        let needs = u16::try_from(needs).unwrap_or(u16::MAX);
        let mut layout = Self { headline: body, grid: body, panels: Vec::new(), rows, heads };
        // The first finding is always on top, whatever it is about, and told whole before anything else is.
        let line = |wanted: usize, most: u16| 1 + u16::try_from(wanted).unwrap_or(most).min(most);
        match (is_at_least(body, BESIDE), is_at_least(body, ROOMY)) {
            (true, _) => layout.beside(body, line(wanted.zones, 4)),
            (false, true) => layout.below(body, line(wanted.zones, 4), needs, 9),
            (false, false) => {
                let lines = wanted.findings.min(3).max(wanted.first);
                layout.below(body, line(lines, (body.height / 5).min(4)), needs, 4);
            }
        }
        layout
    }

    fn beside(&mut self, body: Rect, headline: u16) {
        self.headline = Rect { height: headline, ..body };
        let rest = Rect { y: body.y + headline, height: body.height - headline, ..body };
        let side = (rest.width / 3).clamp(50, 66);
        self.grid = Rect { width: rest.width - side - 1, ..rest };
        let column = Rect { x: rest.right() - side, width: side, ..rest };
        self.panels = vec![(column, &[PanelKind::Problems, PanelKind::Alarms, PanelKind::Shifts, PanelKind::Changes])];
    }

    fn below(&mut self, body: Rect, headline: u16, needs: u16, least: u16) {
        self.headline = Rect { height: headline.min(body.height), ..body };
        let rest = Rect { y: body.y + headline, height: body.height.saturating_sub(headline), ..body };
        let roomy = least > 4;
        let most = if roomy { rest.height.saturating_sub(8).min(18) } else { 7 };
        let least = if rest.height < 13 { 0 } else { least };
        let height = rest.height.saturating_sub(needs).clamp(least, most.max(least));
        self.grid = Rect { height: rest.height - height, ..rest };
        if height == 0 {
            return;
        }
        let strip = Rect { y: self.grid.bottom(), height, ..rest };
        let left = if roomy { strip.width / 2 } else { strip.width * 11 / 20 };
        let (west, east) =
            (Rect { width: left, ..strip }, Rect { x: strip.x + left, width: strip.width - left, ..strip });
        self.panels = if roomy {
            vec![(west, &[PanelKind::Problems]), (east, &[PanelKind::Alarms, PanelKind::Shifts, PanelKind::Changes])]
        } else {
            vec![(west, &[PanelKind::Alarms]), (east, &[PanelKind::Shifts, PanelKind::Changes])]
        };
    }

    /// Whether a panel lists all that is not well.
    pub(super) fn has_problems(&self) -> bool {
        self.panels.iter().any(|(_, kinds)| kinds.contains(&PanelKind::Problems))
    }

    /// Whether the heads stay while rows scroll: with one region they do, with several all scrolls.
    pub(super) fn is_pinned(&self) -> bool {
        self.rows.len() <= 1
    }

    /// Lines that scroll.
    pub(super) fn scrolling(&self) -> usize {
        let rows: usize = self.rows.iter().sum();
        if self.is_pinned() {
            rows
        } else {
            rows + self.heads.iter().sum::<usize>() + self.rows.len().saturating_sub(1)
        }
    }

    /// How many of them fit.
    pub(super) fn room(&self) -> usize {
        let fixed = if self.is_pinned() { self.heads.first().copied().unwrap_or(0) } else { 0 };
        usize::from(self.grid.height).saturating_sub(fixed)
    }

    /// The row that stands at this place of the terminal, while so many lines are scrolled away.
    pub(super) fn row_at(&self, at: Position, offset: usize) -> Option<usize> {
        let fixed = if self.is_pinned() { self.heads.first().copied().unwrap_or(0) } else { 0 };
        let below = usize::from(at.y.checked_sub(self.grid.y)?).checked_sub(fixed)?;
        let rows: usize = self.rows.iter().sum();
        (0..rows).find(|row| self.line_of(*row) == offset + below).filter(|_| self.grid.contains(at))
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

/// Shares `height` lines among panels that want so many: line by line in turn, until each has what it wants or none is left.
pub(super) fn share(height: usize, wants: &[usize]) -> Vec<usize> {
    let mut shares = vec![0; wants.len()];
    let mut left = height.min(wants.iter().sum());
    while left > 0 {
        for (share, _) in shares.iter_mut().zip(wants).filter(|(share, want)| **share < **want).take(left) {
            *share += 1;
            left -= 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_get_what_they_want_while_there_is_room() {
        assert_eq!(share(30, &[10, 5, 2]), [10, 5, 2]);
        assert_eq!(share(12, &[40, 9, 2]), [5, 5, 2]);
        assert_eq!(share(0, &[4, 4]), [0, 0]);
    }

    #[test]
    fn no_size_makes_parts_overlap_or_leave_the_body() {
        for (width, height) in [(40, 8), (80, 22), (100, 28), (120, 38), (160, 30), (200, 58), (400, 118)] {
            let body = Rect::new(0, 1, width, height);
            let layout = Layout::new(body, Wanted { zones: 1, findings: 4, first: 4 }, &[]);
            let parts: Vec<Rect> =
                [layout.headline, layout.grid].into_iter().chain(layout.panels.iter().map(|(at, _)| *at)).collect();
            for (n, part) in parts.iter().enumerate() {
                assert_eq!(part.intersection(body), *part, "{width}x{height}");
                assert!(parts.iter().skip(n + 1).all(|other| !part.intersects(*other)), "{width}x{height}: {parts:?}");
            }
        }
    }
}
