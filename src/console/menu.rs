//! The line being typed, and above it what it could become or what is wrong with it.
//!
//! Owns: how both are drawn. Depends on: the prompt, the completions. Must stay true: nothing else is hidden than the lines that
//! the menu takes, and what was chosen of it is in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::app::{App, Look};
use super::command::{Completion, completions};
use super::draw::put;
use super::prompt::{Prompt, Purpose};
use super::text::{cut, fit, width, wrap};
use super::theme::Role;

/// The most lines that a menu takes.
const MOST: usize = 8;

/// Draws the line that is typed at `line`, the menu above it; gives the place of the cursor.
pub fn draw(app: &App, prompt: &Prompt, look: &Look<'_>, line: Rect, buf: &mut Buffer) -> (u16, u16) {
    let room = usize::from(line.width).saturating_sub(3);
    let (cursor, scroll) = prompt.visual(room);
    let value: String = prompt.value().chars().skip(scroll).collect();
    let mut spans = vec![look.span(Role::Key, format!(" {}", prompt.sign())), look.span(Role::Prompt, &value)];
    let offered = completions(app, prompt.purpose, prompt.stem());
    if let Some(rest) = offered.first().filter(|_| prompt.choice().is_none()).and_then(|first| ghost(first, prompt)) {
        spans.push(look.span(Role::Ghost, rest));
    }
    put(buf, line, 0, &Line::from(spans), line);
    let lines = lines(prompt, &offered, look, usize::from(line.width), usize::from(line.y));
    let height = u16::try_from(lines.len()).unwrap_or(0).min(line.y);
    let above = Rect { y: line.y - height, height, ..line };
    for (y, (role, line)) in lines.into_iter().enumerate() {
        let row = Rect { y: above.y + u16::try_from(y).unwrap_or(0), height: 1, ..above };
        let row = row.intersection(*buf.area());
        for x in row.left()..row.right() {
            if let Some(cell) = buf.cell_mut((x, row.y)) {
                cell.reset();
            }
        }
        buf.set_style(row, look.style(role));
        put(buf, row, 0, &line, above);
    }
    let x = line.x + 2 + u16::try_from(cursor.saturating_sub(scroll)).unwrap_or(0);
    (x.min(line.right().saturating_sub(1)), line.y)
}

/// What the best completion would add, where it goes on from what is typed.
fn ghost<'a>(first: &'a Completion, prompt: &Prompt) -> Option<&'a str> {
    let typed = prompt.value().trim_start();
    first.line.strip_prefix(typed).filter(|_| prompt.purpose == Purpose::Command || !typed.is_empty())
}

/// The menu's lines with their ground: what is wrong, then what is offered, `above` lines at most.
fn lines(
    prompt: &Prompt,
    offered: &[Completion],
    look: &Look<'_>,
    columns: usize,
    above: usize,
) -> Vec<(Role, Line<'static>)> {
    let ellipsis = look.glyphs.ellipsis();
    let mut lines = Vec::new();
    if let Some(question) = &prompt.question {
        let words = wrap(&question.words, columns.saturating_sub(2), 3, ellipsis);
        lines.extend(
            words.into_iter().map(|words| (Role::Bar, Line::from(look.span(Role::BarStrong, format!(" {words}"))))),
        );
    }
    if let Some(error) = &prompt.error {
        let text = cut(&format!(" {error}"), columns, ellipsis);
        lines.push((Role::Text, Line::from(look.span(Role::Error, text))));
    }
    // Most of the screen stays in sight.
    let most = if prompt.purpose == Purpose::Filter { MOST / 2 } else { MOST }.min(above / 3);
    let chosen = prompt.choice();
    let first = chosen.unwrap_or(0).saturating_sub(most.saturating_sub(2));
    let shown: Vec<&Completion> = offered.iter().skip(first).take(most).collect();
    let wide = shown.iter().map(|completion| width(&completion.word)).max().unwrap_or(0).min(columns / 3).max(10);
    for (n, completion) in shown.iter().enumerate() {
        let left = offered.len() - first - shown.len();
        let doc = if n + 1 == shown.len() && left > 0 {
            format!("{}  (+{left} more)", completion.doc)
        } else {
            completion.doc.clone()
        };
        let is_chosen = chosen == Some(first + n);
        let (ground, strong, plain) = if is_chosen {
            (Role::Selected, Role::Selected, Role::Selected)
        } else {
            (Role::Bar, Role::BarStrong, Role::Bar)
        };
        let sign = if is_chosen { look.glyphs.fold(false) } else { " " };
        let word = fit(&completion.word, wide, ellipsis);
        let doc = cut(&doc, columns.saturating_sub(wide + 5), ellipsis);
        lines.push((
            ground,
            Line::from(vec![
                look.span(strong, format!(" {sign}{word}")),
                Span::styled("  ", look.style(plain)),
                look.span(plain, doc),
            ]),
        ));
    }
    lines
}
