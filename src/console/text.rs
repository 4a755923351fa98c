//! Text on its way to the terminal: made harmless, measured, cut and padded.
//!
//! Owns: the width of things. Depends on: the listing's escapes. Must stay true: no control character that AWS sent (a name, a tag, an error)
//! reaches the terminal, and every width is counted in columns, not in characters.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::listing::escape;

/// Columns that `text` takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// At most `columns` columns of the text, harmless; what is cut is marked by `ellipsis`.
pub fn cut(text: &str, columns: usize, ellipsis: &str) -> String {
    let text = escape(text);
    if width(&text) <= columns {
        return text.into_owned();
    }
    let room = columns.saturating_sub(width(ellipsis));
    let mut kept = String::with_capacity(columns);
    let mut used = 0;
    for c in text.chars() {
        let w = c.width().unwrap_or(0);
        if used + w > room {
            break;
        }
        used += w;
        kept.push(c);
    }
    if columns >= width(ellipsis) {
        kept.push_str(ellipsis);
    }
    kept
}

/// Exactly `columns` columns: cut or padded on the right.
pub fn fit(text: &str, columns: usize, ellipsis: &str) -> String {
    let mut text = cut(text, columns, ellipsis);
    let missing = columns.saturating_sub(width(&text));
    text.extend(std::iter::repeat_n(' ', missing));
    text
}

/// Exactly `columns` columns: cut or padded on the left.
pub fn fit_right(text: &str, columns: usize, ellipsis: &str) -> String {
    let text = cut(text, columns, ellipsis);
    let missing = columns.saturating_sub(width(&text));
    let mut padded = " ".repeat(missing);
    padded.push_str(&text);
    padded
}

/// The text in lines of at most `columns` columns, broken at spaces where there are any; no more than `most` lines, the last cut.
pub fn wrap(text: &str, columns: usize, most: usize, ellipsis: &str) -> Vec<String> {
    let text = escape(text);
    let mut lines: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && columns > 0 {
        if lines.len() + 1 >= most {
            lines.push(cut(rest, columns, ellipsis));
            break;
        }
        let (line, after) = break_line(rest, columns);
        lines.push(line.trim_end().to_owned());
        rest = after.trim_start();
    }
    lines
}

/// The first line of the text and what is left.
fn break_line(text: &str, columns: usize) -> (&str, &str) {
    let mut used = 0;
    let mut last_space = None;
    for (at, c) in text.char_indices() {
        if c == ' ' {
            last_space = Some(at);
        }
        used += c.width().unwrap_or(0);
        if used > columns {
            // A word longer than the line, or a character wider than it, is broken; at least one character goes.
            let at =
                last_space.filter(|space| *space > 0).unwrap_or(at).max(text.chars().next().map_or(1, char::len_utf8));
            return text.split_at_checked(at).unwrap_or((text, ""));
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_harmless_first() {
        assert_eq!(cut("web\u{1b}[31m", 20, "…"), "web\\u{1b}[31m");
        assert_eq!(cut("web\u{1b}[31m", 6, "…"), "web\\u…");
    }

    #[test]
    fn widths_are_columns() {
        assert_eq!(cut("漢字テスト", 5, "…"), "漢字…");
        assert_eq!(fit("漢", 4, "…"), "漢  ");
        assert_eq!(fit_right("12", 4, "…"), "  12");
        assert_eq!(cut("abc", 0, "…"), "");
    }

    #[test]
    fn long_sentences_break_at_spaces_and_end_somewhere() {
        assert_eq!(wrap("one two three four", 8, 9, "…"), ["one two", "three", "four"]);
        assert_eq!(wrap("one two three four", 8, 2, "…"), ["one two", "three f…"]);
        assert_eq!(wrap("unbreakable", 4, 9, "…"), ["unbr", "eaka", "ble"]);
        assert_eq!(wrap("漢漢", 1, 9, "…").len(), 2, "what is wider than the line does not loop for ever");
    }
}
