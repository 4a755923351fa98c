//! The few shapes that every screen is drawn with: a line in an area, a rule with a title.
//!
//! Owns: these shapes. Depends on: the theme. Must stay true: nothing is drawn outside the area given, whatever its size.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::app::Look;
use super::text::width;
use super::theme::Role;

/// Draws a line at row `y` of `area`, cut at its edge and never outside `within`.
pub fn put(buf: &mut Buffer, area: Rect, y: usize, line: &Line<'_>, within: Rect) {
    let area = area.intersection(within).intersection(*buf.area());
    let Ok(y) = u16::try_from(y) else { return };
    if y < area.height {
        buf.set_line(area.x, area.y + y, line, area.width);
    }
}

/// Columns that spans take.
pub fn spans_width(spans: &[Span<'_>]) -> usize {
    spans.iter().map(|span| width(&span.content)).sum()
}

/// A rule over the first line of `area` with words on its left and on its right; the right ones go where there is no room.
pub fn title_rule(buf: &mut Buffer, area: Rect, look: &Look<'_>, left: Vec<Span<'static>>, right: Vec<Span<'static>>) {
    let room = usize::from(area.width);
    let rule = look.style(Role::Rule);
    let mut spans = vec![Span::styled(look.glyphs.rule(), rule)];
    spans.extend(left);
    let used = spans_width(&spans);
    let right = if used + spans_width(&right) + 2 > room { Vec::new() } else { right };
    let fill = room.saturating_sub(used + spans_width(&right) + usize::from(!right.is_empty()));
    spans.push(Span::styled(look.glyphs.rule().repeat(fill), rule));
    if !right.is_empty() {
        spans.extend(right);
        spans.push(Span::styled(look.glyphs.rule(), rule));
    }
    put(buf, Rect { height: area.height.min(1), ..area }, 0, &Line::from(spans), area);
}

/// Puts the ground of the selection under a row; signs keep their colours, unless the selection turns ink and ground around.
pub fn select(buf: &mut Buffer, area: Rect, look: &Look<'_>) {
    let selected = look.style(Role::Selected);
    let is_turned = selected.add_modifier.contains(Modifier::REVERSED);
    let style = if is_turned { selected } else { Style { fg: None, ..selected } };
    buf.set_style(area.intersection(*buf.area()), style);
}
