//! Letters large enough to be read from across a room: three by five squares, as many times as large as there is room for.
//!
//! Owns: their shapes, measures and drawing. Depends on: glyphs, for what a square is drawn with. Must stay true: nothing is drawn
//! outside the area given; what has no shape leaves a gap, and the words are always written small beside them too.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::console::glyph::Glyphs;

/// Squares from top to bottom.
const TALL: u16 = 5;

/// Each letter's rows, from the top: `#` is a square.
const SHAPES: &[(char, [&str; TALL as usize])] = &[
    ('0', ["###", "# #", "# #", "# #", "###"]),
    ('1', [" #", "##", " #", " #", " #"]),
    ('2', ["###", "  #", "###", "#  ", "###"]),
    ('3', ["###", "  #", "###", "  #", "###"]),
    ('4', ["# #", "# #", "###", "  #", "  #"]),
    ('5', ["###", "#  ", "###", "  #", "###"]),
    ('6', ["###", "#  ", "###", "# #", "###"]),
    ('7', ["###", "  #", "  #", " # ", " # "]),
    ('8', ["###", "# #", "###", "# #", "###"]),
    ('9', ["###", "# #", "###", "  #", "###"]),
    ('A', ["###", "# #", "###", "# #", "# #"]),
    ('B', ["## ", "# #", "## ", "# #", "## "]),
    ('C', ["###", "#  ", "#  ", "#  ", "###"]),
    ('D', ["## ", "# #", "# #", "# #", "## "]),
    ('E', ["###", "#  ", "###", "#  ", "###"]),
    ('F', ["###", "#  ", "###", "#  ", "#  "]),
    ('G', ["###", "#  ", "# #", "# #", "###"]),
    ('H', ["# #", "# #", "###", "# #", "# #"]),
    ('I', ["###", " # ", " # ", " # ", "###"]),
    ('J', ["  #", "  #", "  #", "# #", "###"]),
    ('K', ["# #", "# #", "## ", "# #", "# #"]),
    ('L', ["#  ", "#  ", "#  ", "#  ", "###"]),
    ('M', ["#   #", "## ##", "# # #", "#   #", "#   #"]),
    ('N', ["#  #", "## #", "# ##", "#  #", "#  #"]),
    ('O', ["###", "# #", "# #", "# #", "###"]),
    ('P', ["###", "# #", "###", "#  ", "#  "]),
    ('Q', ["###", "# #", "# #", "###", "  #"]),
    ('R', ["###", "# #", "## ", "# #", "# #"]),
    ('S', ["###", "#  ", "###", "  #", "###"]),
    ('T', ["###", " # ", " # ", " # ", " # "]),
    ('U', ["# #", "# #", "# #", "# #", "###"]),
    ('V', ["# #", "# #", "# #", "# #", " # "]),
    ('W', ["#   #", "#   #", "# # #", "## ##", "#   #"]),
    ('X', ["# #", "# #", " # ", "# #", "# #"]),
    ('Y', ["# #", "# #", " # ", " # ", " # "]),
    ('Z', ["###", "  #", " # ", "#  ", "###"]),
    ('?', ["###", "  #", " ##", "   ", " # "]),
    ('/', ["  #", "  #", " # ", "#  ", "#  "]),
    ('-', ["   ", "   ", "###", "   ", "   "]),
    ('.', [" ", " ", " ", " ", "#"]),
    (':', [" ", "#", " ", "#", " "]),
    ('%', ["#  #", "  # ", " #  ", "#   ", "#  #"]),
    (' ', ["  ", "  ", "  ", "  ", "  "]),
];

fn shape(letter: char) -> &'static [&'static str] {
    let wanted = letter.to_ascii_uppercase();
    let found = SHAPES.iter().find(|(known, _)| *known == wanted).or(SHAPES.last());
    found.map_or(&[], |(_, rows)| rows.as_slice())
}

/// Cells that `words` take across, `times` as large as can be.
pub fn columns(words: &str, times: u16) -> u16 {
    let squares: usize = words.chars().map(|letter| shape(letter).first().map_or(0, |row| row.len()) + 1).sum();
    u16::try_from(squares.saturating_sub(1)).unwrap_or(u16::MAX).saturating_mul(times)
}

/// Rows that any words take. Two squares share a cell, one above the other, but in ASCII, which has no half of one.
pub fn rows(times: u16, glyphs: Glyphs) -> u16 {
    match glyphs {
        Glyphs::Unicode => (TALL * times).div_ceil(2),
        Glyphs::Ascii => TALL * times,
    }
}

/// How many times as large the words fit; none where not even once.
pub fn largest(words: &str, (width, height): (u16, u16), glyphs: Glyphs) -> Option<u16> {
    (1..=40).take_while(|times| columns(words, *times) <= width && rows(*times, glyphs) <= height).last()
}

/// Draws the words from the area's upper left corner.
pub fn draw(buf: &mut Buffer, area: Rect, words: &str, times: u16, glyphs: Glyphs, style: Style) {
    let area = area.intersection(*buf.area());
    let mut x = area.x;
    for letter in words.chars() {
        let shape = shape(letter);
        let wide = u16::try_from(shape.first().map_or(0, |row| row.len())).unwrap_or(0) * times;
        let is_set = |column: u16, row: u16| {
            let line = shape.get(usize::from(row / times.max(1))).map_or(&[][..], |line| line.as_bytes());
            line.get(usize::from(column / times.max(1))).is_some_and(|square| *square == b'#')
        };
        for column in 0..wide {
            for y in 0..rows(times, glyphs) {
                let sign = match glyphs {
                    Glyphs::Ascii => {
                        if is_set(column, y) {
                            "#"
                        } else {
                            " "
                        }
                    }
                    Glyphs::Unicode => match (is_set(column, 2 * y), is_set(column, 2 * y + 1)) {
                        (true, true) => "█",
                        (true, false) => "▀",
                        (false, true) => "▄",
                        (false, false) => " ",
                    },
                };
                let at = (x.saturating_add(column), area.y.saturating_add(y));
                if sign != " "
                    && area.contains(at.into())
                    && let Some(cell) = buf.cell_mut(at)
                {
                    cell.set_symbol(sign).set_style(style);
                }
            }
        }
        x = x.saturating_add(wide + times);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(words: &str, times: u16, glyphs: Glyphs) -> Vec<String> {
        let area = Rect::new(0, 0, columns(words, times), rows(times, glyphs));
        let mut buf = Buffer::empty(area);
        draw(&mut buf, area, words, times, glyphs, Style::new());
        let row = |y| (0..area.width).filter_map(|x| buf.cell((x, y))).map(|cell| cell.symbol().to_owned()).collect();
        (0..area.height).map(row).collect()
    }

    #[test]
    fn digits_look_like_themselves() {
        assert_eq!(drawn("7/1", 1, Glyphs::Unicode), ["▀▀█   █ ▄█", " ▄▀ ▄▀   █", " ▀  ▀    ▀"]);
        assert_eq!(drawn("1", 1, Glyphs::Ascii), [" #", "##", " #", " #", " #"]);
        assert_eq!(drawn(".", 2, Glyphs::Unicode), ["  ", "  ", "  ", "  ", "██"]);
    }

    #[test]
    fn every_shape_is_whole_and_differs_from_the_others() {
        for (at, (letter, rows)) in SHAPES.iter().enumerate() {
            assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{letter}");
            // Nought and O are one to the eye; words and numbers do not mix.
            let same = SHAPES[..at].iter().find(|(_, other)| other == rows);
            assert!(same.is_none_or(|(other, _)| "05".contains(*other)), "{letter}");
        }
    }

    #[test]
    fn words_are_as_large_as_there_is_room_for() {
        assert_eq!(largest("58/58", (80, 10), Glyphs::Unicode), Some(4));
        assert_eq!(largest("58/58", (20, 10), Glyphs::Unicode), Some(1));
        assert_eq!(largest("58/58", (18, 10), Glyphs::Unicode), None);
    }
}
