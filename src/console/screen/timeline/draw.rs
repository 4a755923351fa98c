//! How the timeline is drawn: a line a change.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::console::age::moment;
use crate::console::app::{Look, World};
use crate::console::draw::{put, select, spans_width, title_rule};
use crate::console::text::{cut, fit};
use crate::console::theme::Role;
use crate::judge::changes::Who;

use super::Timeline;

/// Columns of the name.
const WHO: usize = 12;

/// Draws the timeline.
pub(super) fn draw(view: &Timeline, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
    let rows = view.rows(world);
    let mut title = vec![look.span(Role::Title, " timeline "), look.span(Role::Strong, format!("{} ", rows.len()))];
    if let Some(region) = world.region {
        title.push(look.span(Role::Dim, format!("in {region} ")));
    }
    if !view.filter.is_empty() {
        title.push(look.span(Role::Prompt, format!("/{} ", view.filter)));
    }
    let room = usize::from(area.width).saturating_sub(spans_width(&title) + 4);
    let why = view
        .unnamed
        .as_deref()
        .map(|why| look.span(Role::Dim, format!(" {} ", cut(why, room, look.glyphs.ellipsis()))));
    title_rule(buf, area, look, title, why.into_iter().collect());
    let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    if rows.is_empty() {
        let words = match (world.picture, view.filter.is_empty()) {
            (None, _) => look.span(Role::Notice, "  reading"),
            (Some(_), false) => look.span(Role::Dim, "  none of them match"),
            // What happened before the console began to read is known from activities and CloudTrail alone.
            (Some(_), true) => look.span(Role::Dim, "  no change seen since reading began"),
        };
        put(buf, below, 1, &Line::from(words), area);
        return;
    }
    let has_place = world.has_regions() && world.region.is_none();
    for (y, line) in rows.iter().skip(view.cursor.offset).take(usize::from(below.height)).enumerate() {
        let happening = &line.happening;
        let by = if matches!(happening.who, Who::Named(_)) { Role::Strong } else { Role::Dim };
        let place = if has_place { format!("{:<14} ", line.region) } else { String::new() };
        let mut spans = vec![
            look.span(Role::Dim, format!(" {} ", moment(happening.at, world.now))),
            look.span(Role::Dim, place),
            look.span(by, format!("{} ", fit(&happening.who.to_string(), WHO, look.glyphs.ellipsis()))),
        ];
        let left = usize::from(area.width).saturating_sub(spans_width(&spans) + 1);
        spans.push(look.span(Role::Text, cut(&happening.what, left, look.glyphs.ellipsis())));
        spans.push(Span::raw(" "));
        put(buf, below, y, &Line::from(spans), area);
        if view.cursor.offset + y == view.cursor.at {
            let y = below.y.saturating_add(u16::try_from(y).unwrap_or(0));
            select(buf, Rect { y, height: 1, ..below }, look);
        }
    }
}
