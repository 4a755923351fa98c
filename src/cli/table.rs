//! Text in columns, aligned to what is in them.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A column of the table.
#[derive(Debug, Clone, Default)]
pub(super) struct Heading {
    pub(super) title: String,
    /// Whether it stands to the right.
    pub(super) right: bool,
    /// The width that suits it: cells are cut to that before a column is left out.
    pub(super) ideal: usize,
    /// Which columns go first where there is little room: the greatest.
    pub(super) rank: u8,
}

/// Space between columns.
const GAP: usize = 2;
/// What a long column keeps at least, once there is nothing of less rank to leave out.
const LEAST: usize = 12;
/// The greatest rank that is cut below its ideal rather than left out.
const DEAR: u8 = 2;

/// Lays out `rows` under `headings`, each line ended. In a `width`, long cells are cut and columns of the greatest rank left out.
pub(super) fn lay_out(headings: &[Heading], rows: &[Vec<String>], width: Option<usize>) -> String {
    let widths: Vec<usize> = headings
        .iter()
        .enumerate()
        .map(|(column, heading)| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.width())
                .fold(heading.title.width(), usize::max)
        })
        .collect();
    let columns = fit(headings, &widths, width);
    let titles: Vec<String> = headings.iter().map(|heading| heading.title.clone()).collect();
    let mut text = String::new();
    for row in std::iter::once(&titles).chain(rows) {
        let mut line = String::new();
        for (column, width) in &columns {
            let cell = cut(row.get(*column).map_or("", String::as_str), *width);
            let padding = " ".repeat(width.saturating_sub(cell.width()));
            let right = headings.get(*column).is_some_and(|heading| heading.right);
            if !line.is_empty() {
                line.push_str(&" ".repeat(GAP));
            }
            line.push_str(&if right { padding + &cell } else { cell + &padding });
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The columns that are shown, each with its width.
fn fit(headings: &[Heading], widths: &[usize], width: Option<usize>) -> Vec<(usize, usize)> {
    let natural: Vec<(usize, usize)> = widths.iter().copied().enumerate().collect();
    let Some(room) = width else { return natural };
    let rank = |column: usize| headings.get(column).map_or(0, |heading| heading.rank);
    let mut kept = natural;
    loop {
        let all_dear = kept.iter().all(|(column, _)| rank(*column) <= DEAR);
        let floor = |column: usize| match headings.get(column) {
            Some(heading) if all_dear => heading.title.width().max(LEAST),
            Some(heading) => heading.title.width().max(heading.ideal),
            None => 0,
        };
        let over = (kept.iter().map(|(_, width)| width + GAP).sum::<usize>()).saturating_sub(room + GAP);
        if let Some(cut) = shrink(&kept, over, floor) {
            return cut;
        }
        let least_dear = kept.iter().map(|(column, _)| *column).max_by_key(|column| (rank(*column), *column));
        if kept.len() <= 1 {
            return kept;
        }
        kept.retain(|(column, _)| Some(*column) != least_dear);
    }
}

/// The columns made narrower by `over` in all, the one with most to spare first; none where they have not that much to spare.
fn shrink(columns: &[(usize, usize)], mut over: usize, floor: impl Fn(usize) -> usize) -> Option<Vec<(usize, usize)>> {
    let mut columns = columns.to_vec();
    while over > 0 {
        let (column, width) = columns.iter_mut().max_by_key(|(column, width)| width.saturating_sub(floor(*column)))?;
        let spare = width.saturating_sub(floor(*column)).min(over);
        if spare == 0 {
            return None;
        }
        *width -= spare;
        over -= spare;
    }
    Some(columns)
}

/// `text` in at most `width` cells, its end marked where it is cut.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used >= width {
            break;
        }
        cut.push(c);
    }
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings() -> Vec<Heading> {
        let heading = |title: &str, right, rank| Heading { title: title.to_owned(), right, rank, ideal: 16 };
        vec![heading("NAME", false, 0), heading("N", true, 3), heading("REASONS", false, 1)]
    }

    #[test]
    fn columns_align_and_wide_letters_count_twice() {
        let rows = [vec!["web".into(), "7".into(), "-".into()], vec!["日本".into(), "10".into(), "slow".into()]];
        assert_eq!(lay_out(&headings(), &rows, None), "NAME   N  REASONS\nweb    7  -\n日本  10  slow\n");
    }

    #[test]
    fn little_room_cuts_to_what_suits_then_leaves_out_then_cuts_more() {
        let rows = [vec!["web".to_owned(), "7".to_owned(), "zone b fails its checks".to_owned()]];
        let at = |width| lay_out(&headings(), &rows, Some(width));
        assert_eq!(at(26), "NAME  N  REASONS\nweb   7  zone b fails its…\n");
        assert_eq!(at(24), "NAME  REASONS\nweb   zone b fails its …\n", "16 cells suit the reasons, so N goes");
        assert_eq!(at(18), "NAME  REASONS\nweb   zone b fail…\n");
        assert_eq!(at(3), "NAME\nweb\n", "there is always something");
    }
}
