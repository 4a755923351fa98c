//! Draws the console: the frame and the screen in it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::app::App;
use super::frame;
use super::theme::Role;

/// Draws the console as it is; changes nothing.
pub fn view(app: &App, frame: &mut Frame<'_>) {
    let area = frame.area();
    let look = app.look();
    let buf = frame.buffer_mut();
    buf.set_style(area, look.style(Role::Text));
    if area.width < frame::LEAST.0 || area.height < frame::LEAST.1 {
        too_small(app, area, buf);
        return;
    }
    frame::draw_top(app, &look, area, buf);
    let body = frame::body(area, frame::alert(app).is_some());
    if let Some(place) = app.place() {
        place.screen().draw(&app.world_at(body), &look, body, buf);
    }
    if let Some((x, y)) = frame::draw_bottom(app, &look, area, buf) {
        frame.set_cursor_position((x, y));
    }
}

/// Too little room to be truthful in: the verdict alone, and how much is needed.
fn too_small(app: &App, area: Rect, buf: &mut ratatui::buffer::Buffer) {
    let look = app.look();
    let verdict = app.picture.as_ref().map(|picture| picture.judgement.account.verdict);
    let (width, height) = frame::LEAST;
    let words = match verdict {
        Some(verdict) => look.span(Role::badge(verdict), format!("{} {verdict}", look.glyphs.verdict(verdict))),
        None => look.span(Role::Dim, "reading"),
    };
    super::draw::put(buf, area, 0, &Line::from(words), area);
    let need = look.span(Role::Dim, format!("needs {width}x{height}"));
    super::draw::put(buf, area, 1, &Line::from(need), area);
}
