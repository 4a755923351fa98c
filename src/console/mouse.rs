//! The mouse, where a person has asked for it: a click selects, another opens, the wheel moves, a column's head sorts.
//!
//! Owns: what each event does. Depends on: screens, which know what stands where. Must stay true: nothing can be done with the
//! mouse that no key does; while something is typed it is left alone.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::app::App;
use super::command;
use super::msg::{Effect, Level};
use super::screen::{Act, Click, Motion};

/// Rows that a notch of the wheel moves.
const NOTCH: isize = 3;

/// Takes in what the mouse did.
pub fn take(app: &mut App, event: MouseEvent) -> Vec<Effect> {
    if !app.mouse || app.prompt.is_some() {
        return Vec::new();
    }
    match event.kind {
        MouseEventKind::ScrollDown => scroll(app, NOTCH),
        MouseEventKind::ScrollUp => scroll(app, -NOTCH),
        MouseEventKind::Down(MouseButton::Left) => click(app, Position { x: event.column, y: event.row }),
        _ => Vec::new(),
    }
}

fn scroll(app: &mut App, by: isize) -> Vec<Effect> {
    app.with_screen(|screen, world| screen.act(&Act::Move(Motion::By(by)), world));
    Vec::new()
}

fn click(app: &mut App, at: Position) -> Vec<Effect> {
    app.notice = None;
    let line = match app.with_screen(|screen, world| screen.click(at, world)) {
        Some(Click::Again) => "enter".to_owned(),
        Some(Click::Sort(column)) => format!("sort {column}"),
        Some(Click::Selected | Click::Nothing) | None => return Vec::new(),
    };
    command::run(app, &line).unwrap_or_else(|why| {
        app.tell(Level::Error, why);
        Vec::new()
    })
}
