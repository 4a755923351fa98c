//! What goes to the terminal, in as few bytes as it takes: an ssh line is slow, and a wall hangs on one for weeks.
//!
//! Owns: [`Sparse`], a backend that tells of a style only what is otherwise than in the cell before. The usual one repeats ink and
//! ground with every change of either. Must stay true: after each drawing the terminal's style is its own again.

use std::fmt::Write as _;
use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// A backend that writes little.
#[derive(Debug)]
pub(super) struct Sparse<W: Write> {
    inner: CrosstermBackend<W>,
}

/// How the terminal writes now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Pen {
    const OWN: Self = Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

    fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }

    /// What makes this pen of `before`.
    fn from(self, before: Self, out: &mut String) {
        if self == before {
            return;
        }
        let mut codes: Vec<String> = Vec::new();
        let mut before = before;
        if !before.modifier.difference(self.modifier).is_empty() {
            // Some terminals know no code that takes a single one away; all together are one digit.
            codes.push("0".to_owned());
            before = Self::OWN;
        }
        let added = self.modifier.difference(before.modifier);
        codes.extend(MODIFIERS.iter().filter(|(one, _)| added.contains(*one)).map(|(_, code)| (*code).to_owned()));
        if self.fg != before.fg {
            codes.push(colour(self.fg, 30));
        }
        if self.bg != before.bg {
            codes.push(colour(self.bg, 40));
        }
        // Writing to a string cannot fail.
        let _ = write!(out, "\x1b[{}m", codes.join(";"));
    }
}

const MODIFIERS: &[(Modifier, &str)] = &[
    (Modifier::BOLD, "1"),
    (Modifier::DIM, "2"),
    (Modifier::ITALIC, "3"),
    (Modifier::UNDERLINED, "4"),
    (Modifier::SLOW_BLINK, "5"),
    (Modifier::RAPID_BLINK, "6"),
    (Modifier::REVERSED, "7"),
    (Modifier::HIDDEN, "8"),
    (Modifier::CROSSED_OUT, "9"),
];

/// A colour's code; `base` is 30 for ink and 40 for ground.
fn colour(color: Color, base: u8) -> String {
    let plain = |n: u8| (base + n).to_string();
    let light = |n: u8| (base + 60 + n).to_string();
    match color {
        Color::Reset => plain(9),
        Color::Black => plain(0),
        Color::Red => plain(1),
        Color::Green => plain(2),
        Color::Yellow => plain(3),
        Color::Blue => plain(4),
        Color::Magenta => plain(5),
        Color::Cyan => plain(6),
        Color::Gray => plain(7),
        Color::DarkGray => light(0),
        Color::LightRed => light(1),
        Color::LightGreen => light(2),
        Color::LightYellow => light(3),
        Color::LightBlue => light(4),
        Color::LightMagenta => light(5),
        Color::LightCyan => light(6),
        Color::White => light(7),
        Color::Indexed(index) => format!("{};5;{index}", base + 8),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
    }
}

impl<W: Write> Sparse<W> {
    /// A backend that writes to `writer`.
    pub(super) fn new(writer: W) -> Self {
        Self { inner: CrosstermBackend::new(writer) }
    }
}

impl<W: Write> Backend for Sparse<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut out = String::new();
        let mut pen = Pen::OWN;
        let mut before: Option<(u16, u16)> = None;
        for (x, y, cell) in content {
            match before {
                Some((last, row)) if row == y && last.checked_add(1) == Some(x) => {}
                // Never by so many to the right: what a terminal thinks wider than we do would move all that follows.
                Some(_) | None => {
                    let _ = write!(out, "\x1b[{};{}H", u32::from(y) + 1, u32::from(x) + 1);
                }
            }
            let next = Pen::of(cell);
            next.from(pen, &mut out);
            pen = next;
            out.push_str(cell.symbol());
            // What is two columns wide leaves the cursor elsewhere, and not every terminal agrees where.
            before = (cell.symbol().width() == 1).then_some((x, y));
        }
        if pen != Pen::OWN {
            out.push_str("\x1b[0m");
        }
        self.inner.write_all(out.as_bytes())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.inner.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.inner.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    /// What is written for these cells.
    fn written(cells: &[(u16, u16, &str, Style)]) -> String {
        let mut bytes = Vec::new();
        let cells: Vec<(u16, u16, Cell)> = cells
            .iter()
            .map(|(x, y, symbol, style)| {
                let mut cell = Cell::default();
                cell.set_symbol(symbol).set_style(*style);
                (*x, *y, cell)
            })
            .collect();
        Sparse::new(&mut bytes).draw(cells.iter().map(|(x, y, cell)| (*x, *y, cell))).unwrap();
        String::from_utf8(bytes).unwrap().replace('\u{1b}', "^")
    }

    #[test]
    fn only_what_changes_is_told() {
        let red = Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Black);
        let plain = Style::new();
        for (cells, wanted) in [
            (vec![(0, 0, "a", plain), (1, 0, "b", plain)], "^[1;1Hab"),
            (vec![(4, 2, "a", red), (5, 2, "b", red.fg(Color::Indexed(9)))], "^[3;5H^[38;2;1;2;3;40ma^[38;5;9mb^[0m"),
            (vec![(0, 0, "a", red.bold()), (1, 0, "b", red)], "^[1;1H^[1;38;2;1;2;3;40ma^[0;38;2;1;2;3;40mb^[0m"),
            (vec![(0, 0, "a", plain), (9, 0, "b", plain), (0, 1, "c", plain)], "^[1;1Ha^[1;10Hb^[2;1Hc"),
            (vec![(0, 0, "漢", plain), (2, 0, "b", plain)], "^[1;1H漢^[1;3Hb"),
            (vec![(0, 0, "a", red.not_reversed().reversed()), (1, 0, "b", plain)], "^[1;1H^[7;38;2;1;2;3;40ma^[0mb"),
        ] {
            assert_eq!(written(&cells), wanted);
        }
    }
}
