//! Themes as they are chosen: typed, walked through, taken back, and by the terminal's own ground.

use crate::console::theme::{Ground, Role, Shelf, Theme};
use crate::console::{Msg, Setting, theme};

use super::{Desk, pictures};

fn named(name: &str) -> Theme {
    Shelf::default().find(name, theme::Depth::True).unwrap()
}

/// The board's ground.
fn ground(desk: &mut Desk) -> ratatui::style::Color {
    desk.buffer()[(0, 5)].bg
}

fn ground_of(name: &str) -> ratatui::style::Color {
    named(name).style(Role::Text).bg.unwrap()
}

#[test]
fn a_theme_is_seen_while_it_is_typed_and_escape_brings_the_old_one_back() {
    let mut desk = Desk::new((80, 24), Some(pictures::calm()));
    desk.press(":");
    desk.text("theme nord");
    assert_eq!(ground(&mut desk), ground_of("nord"));
    desk.text("x");
    assert_eq!(ground(&mut desk), ground_of("dark"), "there is no nordx");
    desk.press("backspace");
    assert_eq!(ground(&mut desk), ground_of("nord"));
    desk.press("esc");
    assert_eq!(ground(&mut desk), ground_of("dark"));
    desk.command("theme nord");
    assert_eq!(ground(&mut desk), ground_of("nord"));
    desk.press(":");
    desk.text("theme light");
    assert_eq!(ground(&mut desk), ground_of("light"));
    desk.press("esc");
    assert_eq!(ground(&mut desk), ground_of("nord"), "the one that was chosen");
    // Walking through what is offered shows each.
    desk.press(":");
    desk.text("theme solarized");
    let mut seen = Vec::new();
    for _ in 0..2 {
        desk.press("tab");
        seen.push(ground(&mut desk));
    }
    assert_eq!(seen, [ground_of("solarized-dark"), ground_of("solarized-light")]);
    desk.press("esc");
    assert_eq!(ground(&mut desk), ground_of("nord"));
}

#[test]
fn auto_follows_the_terminal_and_a_theme_that_was_chosen_does_not() {
    let setting = Setting { theme: theme::AUTO.to_owned(), ..Setting::default() };
    let mut desk = Desk::with(setting, (80, 24), Some(pictures::calm()));
    assert_eq!(ground(&mut desk), ground_of("dark"));
    desk.send(Msg::Ground(Ground::Light));
    assert_eq!(ground(&mut desk), ground_of("light"));
    desk.command("theme nord");
    desk.send(Msg::Ground(Ground::Dark));
    assert_eq!(ground(&mut desk), ground_of("nord"));
    desk.command("theme auto");
    assert_eq!(ground(&mut desk), ground_of("dark"));
}
