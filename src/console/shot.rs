//! Pictures of the screen: as SVG for people, as styled text for tests.
//!
//! Owns: both forms. Must stay true: the same screen gives the same bytes, and styles are in both.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// Width and height of a cell in the SVG, in pixels.
const CELL: (usize, usize) = (9, 19);

/// The screen as an SVG of its own: text in rows, grounds as rectangles.
pub fn svg(buf: &Buffer, title: &str) -> String {
    let area = buf.area();
    let (w, h) = (usize::from(area.width) * CELL.0, usize::from(area.height) * CELL.1);
    let mut out = String::new();
    let ground = buf.cell((area.x, area.y)).map_or("#14171d".to_owned(), |cell| hex(colours(cell).1, "#14171d"));
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" aria-label=\"{title}\">\n\
         <style>text{{font:15px 'DejaVu Sans Mono','JetBrains Mono',Menlo,Consolas,monospace;white-space:pre}}</style>\n\
         <rect width=\"{w}\" height=\"{h}\" fill=\"{ground}\"/>",
        title = xml(title),
    );
    for y in 0..area.height {
        let runs = runs(buf, y);
        for run in runs.iter().filter(|run| hex(run.bg, "") != ground && run.bg != Color::Reset) {
            let (x, top, width) = (run.x * CELL.0, usize::from(y) * CELL.1, run.columns * CELL.0);
            let _ = writeln!(
                out,
                "<rect x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{}\" fill=\"{}\"/>",
                CELL.1,
                hex(run.bg, &ground)
            );
        }
        let mut row = String::new();
        for run in runs.iter().filter(|run| !run.text.trim().is_empty()) {
            // Not every viewer keeps blanks at the ends of a text, so they are left out and the rest is placed.
            let lead = run.text.len() - run.text.trim_start_matches(' ').len();
            let trail = run.text.len() - run.text.trim_end_matches(' ').len();
            let _ = write!(
                row,
                "<tspan x=\"{}\" textLength=\"{}\" fill=\"{}\"",
                (run.x + lead) * CELL.0,
                (run.columns - lead - trail) * CELL.0,
                hex(run.fg, "#c9d1dc")
            );
            for (modifier, attribute) in [
                (Modifier::BOLD, " font-weight=\"bold\""),
                (Modifier::ITALIC, " font-style=\"italic\""),
                (Modifier::UNDERLINED, " text-decoration=\"underline\""),
                (Modifier::DIM, " opacity=\"0.6\""),
            ] {
                if run.modifiers.contains(modifier) {
                    row.push_str(attribute);
                }
            }
            let _ = write!(row, ">{}</tspan>", xml(run.text.trim_matches(' ')));
        }
        if !row.is_empty() {
            let _ = writeln!(out, "<text xml:space=\"preserve\" y=\"{}\">{row}</text>", usize::from(y) * CELL.1 + 14);
        }
    }
    out.push_str("</svg>\n");
    out
}

/// The screen as text, each row followed by its styles as runs: `columns:style`. Rows without any style have no second line.
pub fn styled_text(buf: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buf.area().height {
        let runs = runs(buf, y);
        let text: String = runs.iter().map(|run| run.text.as_str()).collect();
        let _ = writeln!(out, "{}", text.trim_end());
        let styles: Vec<String> =
            runs.iter().filter(|run| !run.text.trim().is_empty() || run.bg != Color::Reset).map(style_words).collect();
        if styles.iter().any(|style| style.contains(' ')) {
            let _ = writeln!(out, "    ~ {}", styles.join(", "));
        }
    }
    out
}

fn style_words(run: &Run) -> String {
    let mut words = format!("{}+{}", run.x, run.columns);
    if run.fg != Color::Reset {
        let _ = write!(words, " {}", run.fg);
    }
    if run.bg != Color::Reset {
        let _ = write!(words, " on {}", run.bg);
    }
    if !run.modifiers.is_empty() {
        let _ = write!(words, " {}", format!("{:?}", run.modifiers).to_lowercase());
    }
    words
}

/// Neighbouring cells of one style.
struct Run {
    x: usize,
    columns: usize,
    text: String,
    fg: Color,
    bg: Color,
    modifiers: Modifier,
}

fn runs(buf: &Buffer, y: u16) -> Vec<Run> {
    let area = buf.area();
    let mut runs: Vec<Run> = Vec::new();
    let mut skip = 0;
    for x in 0..area.width {
        let Some(cell) = buf.cell((area.x + x, area.y + y)) else { continue };
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let columns = super::text::width(cell.symbol()).max(1);
        skip = columns - 1;
        let (fg, bg) = colours(cell);
        let modifiers = cell.modifier - Modifier::REVERSED;
        match runs.last_mut() {
            Some(run) if (run.fg, run.bg, run.modifiers) == (fg, bg, modifiers) => {
                run.text.push_str(cell.symbol());
                run.columns += columns;
            }
            _ => runs.push(Run { x: usize::from(x), columns, text: cell.symbol().to_owned(), fg, bg, modifiers }),
        }
    }
    runs
}

/// Ink and ground of a cell, turned around where it is reversed.
fn colours(cell: &Cell) -> (Color, Color) {
    if cell.modifier.contains(Modifier::REVERSED) { (cell.bg, cell.fg) } else { (cell.fg, cell.bg) }
}

/// A colour as SVG has it; `default` stands for the terminal's own.
fn hex(color: Color, default: &str) -> String {
    let named = |rgb: &str| rgb.to_owned();
    match color {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        Color::Reset | Color::Indexed(_) => default.to_owned(),
        Color::Black => named("#1c1c1c"),
        Color::Red => named("#cd3131"),
        Color::Green => named("#0dbc79"),
        Color::Yellow => named("#c8a000"),
        Color::Blue => named("#2472c8"),
        Color::Magenta => named("#bc3fbc"),
        Color::Cyan => named("#11a8cd"),
        Color::Gray => named("#cccccc"),
        Color::DarkGray => named("#767676"),
        Color::LightRed => named("#f14c4c"),
        Color::LightGreen => named("#23d18b"),
        Color::LightYellow => named("#f5f543"),
        Color::LightBlue => named("#3b8eea"),
        Color::LightMagenta => named("#d670d6"),
        Color::LightCyan => named("#29b8db"),
        Color::White => named("#ffffff"),
    }
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    fn sample() -> Buffer {
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 2));
        buf.set_string(0, 0, "ok <漢> bad", Style::new());
        buf.set_style(Rect::new(8, 0, 3, 1), Style::new().fg(Color::Rgb(255, 0, 0)).add_modifier(Modifier::BOLD));
        buf
    }

    #[test]
    fn styles_are_in_the_text() {
        assert_eq!(styled_text(&sample()), "ok <漢> bad\n    ~ 0+8, 8+3 #FF0000 bold\n\n");
    }

    #[test]
    fn the_svg_escapes_and_keeps_columns() {
        let svg = svg(&sample(), "a & b");
        assert!(svg.contains("aria-label=\"a &amp; b\"") && svg.contains("ok &lt;漢&gt;"), "{svg}");
        assert!(
            svg.contains("<tspan x=\"72\" textLength=\"27\" fill=\"#ff0000\" font-weight=\"bold\">bad</tspan>"),
            "{svg}"
        );
    }
}
