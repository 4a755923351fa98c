//! Where the parts of a list stand, and how wide its columns are.
//!
//! Owns: the geometry of lists. Must stay true: the same areas for moving and for drawing; columns of a lower rank stay longer.

use ratatui::layout::Rect;

use crate::listing::{ColumnInfo, HIDDEN, List, Rows};

use super::super::super::app::World;
use super::super::super::gap::lines_needed;
use super::super::super::text::width;

/// Columns of the title line, the gaps and the head, then the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Areas {
    pub(super) title: Rect,
    pub(super) banner: Rect,
    pub(super) head: Rect,
    pub(super) rows: Rect,
}

/// Space between two columns.
pub(super) const GAP: usize = 2;

/// The parts of `area`, with `banner` lines for what could not be read.
pub(super) fn areas(area: Rect, banner: u16) -> Areas {
    let mut y = area.y;
    let mut take = |height: u16| {
        let height = height.min(area.bottom().saturating_sub(y));
        let part = Rect { y, height, ..area };
        y += height;
        part
    };
    Areas { title: take(1), banner: take(banner), head: take(1), rows: take(u16::MAX) }
}

/// How many lines the gaps take: one where there is little room, three at most.
pub(super) fn banner_height(rows: &Rows<'_>, world: &World<'_>, area: Rect) -> u16 {
    let most = if area.height >= 24 { 3 } else { 1 };
    let gaps = rows.gaps().iter().filter(|gap| world.region.is_none_or(|only| *only == gap.region));
    u16::try_from(lines_needed(gaps)).unwrap_or(most).min(most)
}

/// The columns that were chosen for a list, where any were.
pub(super) fn chosen<'a>(list: &List, world: &World<'a>) -> Option<&'a [String]> {
    world.columns.get(list.name).map(Vec::as_slice).filter(|names| !names.is_empty())
}

/// The columns that may be shown at all, by position: those chosen, the verdict's sign before them, else the usual ones.
pub(super) fn offered(list: &List, world: &World<'_>) -> Vec<usize> {
    if let Some(names) = chosen(list, world) {
        let positions = names.iter().filter_map(|name| list.column(name).ok()).filter(|position| *position != 0);
        return std::iter::once(0).chain(positions).collect();
    }
    list.columns().iter().enumerate().filter(|(_, info)| info.rank != HIDDEN).map(|(position, _)| position).collect()
}

/// A column on the screen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shown {
    /// Its position in the list's columns.
    pub(super) position: usize,
    pub(super) info: ColumnInfo,
    pub(super) width: usize,
}

/// A column that may be shown: its position in the list, what it is, the width of its widest visible text.
pub(super) type Candidate = (usize, ColumnInfo, usize);

/// Which columns are shown in `room` columns of the terminal and how wide: by rank while they fit; moved sideways, in order.
pub(super) fn fit(candidates: &[Candidate], sideways: usize, room: usize) -> Vec<Shown> {
    const FIXED: usize = 2;
    let mut offered: Vec<(usize, Shown, usize)> = candidates
        .iter()
        .enumerate()
        .filter(|(place, _)| *place < FIXED || *place >= FIXED + sideways)
        .map(|(place, (position, info, content))| {
            // Room for the title and an arrow; what is longer than it should be gets more only where there is some left.
            let least = width(info.title) + 1;
            let ideal = (*content).min(usize::from(info.width)).max(least);
            (place, Shown { position: *position, info: *info, width: ideal }, (*content).max(least))
        })
        .collect();
    offered.sort_by_key(|(place, shown, _)| (*place >= FIXED, if sideways > 0 { 0 } else { shown.info.rank }, *place));
    let mut chosen: Vec<(usize, Shown, usize)> = Vec::new();
    let mut spare = room;
    for (place, shown, content) in offered {
        let cost = shown.width + if chosen.is_empty() { 0 } else { GAP };
        if cost <= spare {
            spare -= cost;
            chosen.push((place, shown, content));
        } else if chosen.is_empty() {
            chosen.push((place, Shown { width: spare, ..shown }, content));
            spare = 0;
        } else if sideways > 0 {
            break;
        }
    }
    chosen.sort_by_key(|(place, ..)| *place);
    for (_, shown, content) in chosen.iter_mut() {
        let more = content.saturating_sub(shown.width).min(spare);
        shown.width += more;
        spare -= more;
    }
    chosen.into_iter().map(|(_, shown, _)| shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(name: &'static str, title: &'static str, width: u16, rank: u8) -> ColumnInfo {
        ColumnInfo { name, aliases: &[], title, doc: "", width, right: false, rank, loud: false }
    }

    #[test]
    fn columns_of_high_rank_leave_first_and_room_goes_to_what_is_cut() {
        let candidates = || {
            vec![
                (0, info("verdict", "VERDICT", 8, 1), 8),
                (1, info("id", "ID", 10, 0), 10),
                (2, info("zone", "ZONE", 10, 2), 10),
                (3, info("image", "IMAGE", 20, 7), 20),
                (4, info("reasons", "REASONS", 10, 3), 30),
            ]
        };
        let names = |room, sideways| -> Vec<&'static str> {
            fit(&candidates(), sideways, room).iter().map(|shown| shown.info.name).collect()
        };
        assert_eq!(names(200, 0), ["verdict", "id", "zone", "image", "reasons"]);
        assert_eq!(names(50, 0), ["verdict", "id", "zone", "reasons"]);
        assert_eq!(names(22, 0), ["verdict", "id"]);
        assert_eq!(names(45, 1), ["verdict", "id", "image"], "sideways the next ones come, in order");
        let reasons = fit(&candidates(), 0, 50).last().map(|shown| shown.width);
        assert_eq!(reasons, Some(50 - 8 - 10 - 10 - 3 * GAP));
    }

    #[test]
    fn nothing_is_wider_than_the_screen() {
        assert_eq!(fit(&[(0, info("id", "ID", 40, 0), 90)], 0, 12).first().map(|shown| shown.width), Some(12));
        assert_eq!(areas(Rect::new(0, 0, 20, 2), 3).rows.height, 0);
    }
}
