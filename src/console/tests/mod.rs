//! The console as a whole: pictures in, keys in, screens out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod board;
mod charts;
mod details;
mod fuzz;
mod grammar;
mod leaving;
mod lists;
mod mended;
mod noting;
mod operating;
mod pictures;
mod running;
mod seeking;
mod session;
mod silent;
mod themes;
mod views;
mod wall;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::keymap::Chord;
use super::msg::{Effect, Msg};
use super::screen::Place;
use super::setting::Setting;
use super::theme::Depth;
use super::{App, Glyphs, update, view};
use crate::estate::Kind;
use crate::judge::{Picture, Verdict};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// A console that a test types at.
struct Desk {
    app: App,
    terminal: Terminal<TestBackend>,
}

impl Desk {
    fn new((width, height): (u16, u16), picture: Option<Arc<Picture>>) -> Self {
        Self::with(Setting::default(), (width, height), picture)
    }

    fn with(setting: Setting, (width, height): (u16, u16), picture: Option<Arc<Picture>>) -> Self {
        let mut app = App::new(setting, pictures::now(), (width, height).into()).unwrap();
        if let Some(picture) = picture {
            app.set_picture(picture);
            update(&mut app, Msg::Refreshed);
        }
        Self { app, terminal: Terminal::new(TestBackend::new(width, height)).unwrap() }
    }

    fn send(&mut self, msg: Msg) -> Vec<Effect> {
        update(&mut self.app, msg)
    }

    /// Does what was asked to be done beside the loop.
    fn arrange(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        let mut rest = Vec::new();
        for effect in effects {
            match effect {
                Effect::Arrange(question) => {
                    let picture = self.app.picture().cloned().expect("a picture is arranged");
                    self.app.set_arrangement(question.answer(picture));
                    rest.extend(self.send(Msg::Arranged));
                }
                other => rest.push(other),
            }
        }
        rest
    }

    /// Presses a key as a key map writes it.
    fn press(&mut self, chord: &str) -> Vec<Effect> {
        let code = match chord {
            "enter" => KeyCode::Enter,
            "esc" => KeyCode::Esc,
            "tab" => KeyCode::Tab,
            "space" => KeyCode::Char(' '),
            "backspace" => KeyCode::Backspace,
            "right" => KeyCode::Right,
            "up" => KeyCode::Up,
            "down" => KeyCode::Down,
            "backtab" => KeyCode::BackTab,
            "ctrl-c" => return self.send(Msg::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL))),
            one => KeyCode::Char(one.chars().next().unwrap()),
        };
        self.send(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    fn text(&mut self, words: &str) {
        for c in words.chars() {
            self.send(Msg::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
    }

    fn command(&mut self, line: &str) -> Vec<Effect> {
        self.press(":");
        self.text(line);
        self.press("enter")
    }

    fn refresh(&mut self, picture: Arc<Picture>) {
        self.app.set_picture(picture);
        self.send(Msg::Refreshed);
    }

    fn buffer(&mut self) -> Buffer {
        self.terminal.draw(|frame| view(&self.app, frame)).unwrap();
        self.terminal.backend().buffer().clone()
    }

    fn screen(&mut self) -> String {
        let buffer = self.buffer();
        let area = *buffer.area();
        let mut text = String::new();
        for y in 0..area.height {
            let mut row = String::new();
            let mut x = 0;
            while x < area.width {
                let symbol = buffer[(x, y)].symbol();
                row.push_str(symbol);
                x += u16::try_from(super::text::width(symbol).max(1)).unwrap();
            }
            text.push_str(row.trim_end());
            text.push('\n');
        }
        text
    }

    fn sees(&mut self, words: &str) {
        let screen = self.screen();
        assert!(screen.contains(words), "`{words}` is not in\n{screen}");
    }

    fn sees_not(&mut self, words: &str) {
        let screen = self.screen();
        assert!(!screen.contains(words), "`{words}` is in\n{screen}");
    }
}

#[test]
fn leaving_takes_two_ctrl_c_and_nothing_else_by_accident() {
    let mut desk = Desk::new((80, 24), Some(pictures::calm()));
    assert!(!desk.press("ctrl-c").contains(&Effect::Quit));
    desk.sees("Ctrl-C once more quits");
    desk.press("j");
    assert!(!desk.press("ctrl-c").contains(&Effect::Quit), "another key between them starts over");
    assert!(desk.press("ctrl-c").contains(&Effect::Quit));
    assert!(desk.command("q").contains(&Effect::Quit));
    desk.press("2");
    assert!(desk.press("q").is_empty() || !desk.press("j").contains(&Effect::Quit));
    assert!(!desk.press("esc").contains(&Effect::Quit), "Escape never leaves");
}

#[test]
fn what_is_looked_at_is_wanted_first() {
    let mut desk = Desk::new((80, 24), None);
    let effects = desk.send(Msg::Tick);
    assert!(
        matches!(effects.as_slice(), [Effect::Watch(wants)] if wants.kinds.contains(&Kind::Targets)),
        "{effects:?}"
    );
    assert!(desk.send(Msg::Tick).is_empty(), "said once");
    let effects = desk.press("6");
    assert!(
        matches!(effects.as_slice(), [Effect::Watch(wants)] if wants.kinds.first() == Some(&Kind::Alarms)),
        "{effects:?}"
    );
    assert_eq!(desk.press("r"), [Effect::Refresh]);
}

#[test]
fn commands_complete_and_say_what_is_wrong() {
    let mut desk = Desk::new((120, 40), Some(pictures::calm()));
    desk.press(":");
    desk.text("ins");
    desk.press("tab");
    desk.press("enter");
    desk.sees("instances 126");
    desk.command("them dark");
    desk.sees("did you mean `theme`?");
    desk.command("theme lihgt");
    desk.sees("did you mean `light`?");
    desk.command("region us-east-9");
    desk.sees("did you mean `us-east-1`?");
    desk.command("instances is:problem");
    desk.sees("0/126");
}

#[test]
fn a_simulated_account_is_never_taken_for_a_real_one() {
    for size in SIZES.into_iter().chain([(40, 10), (60, 15)]) {
        let setting = Setting { simulated: Some("calm ×10".to_owned()), ..Setting::default() };
        let mut desk = Desk::with(setting, size, Some(pictures::calm()));
        desk.sees("SIMULATED");
        desk.sees("READ-ONLY");
        desk.sees("03:14Z");
    }
}

#[test]
fn ascii_without_colours_still_tells_all() {
    let setting = Setting { glyphs: Glyphs::Ascii, depth: Depth::None, ..Setting::default() };
    let mut desk = Desk::with(setting, (80, 24), Some(pictures::zone_bad()));
    desk.sees("X CRITICAL");
    desk.sees("X DEGRADED");
    desk.sees("OOXXX  2/5");
    for view in ["2", "3", "?"] {
        desk.press(view);
        let screen = desk.screen();
        let odd: String = screen.chars().filter(|c| !c.is_ascii()).collect();
        assert!(odd.chars().all(|c| "↑↓←→…".contains(c)), "{odd}");
    }
}

#[test]
fn every_size_draws_and_too_small_says_so() {
    for picture in [pictures::zone_bad(), pictures::denied(), pictures::many(), pictures::starting(), pictures::empty()]
    {
        for (width, height) in
            [(1, 1), (20, 5), (39, 10), (40, 10), (60, 12), (80, 24), (100, 28), (159, 31), (160, 30), (400, 120)]
        {
            let mut desk = Desk::new((width, height), Some(picture.clone()));
            for key in ["j", "space", "2", "enter", "?", "G"] {
                desk.buffer();
                desk.press(key);
            }
            desk.buffer();
        }
    }
    Desk::new((20, 5), Some(pictures::calm())).sees("needs 40x10");
}

/// The audit as a view: the gravest first, Enter explains, the filter narrows, and what could not be read stands among the rows.
#[test]
fn the_audit_tells_the_gravest_first_and_explains() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::calm()));
        desk.command("audit");
        let screen = desk.screen();
        assert!(screen.contains(" audit "), "{screen}");
        assert!(screen.contains(" blind "), "the pictures have no attributes, and that is said\n{screen}");
        assert!(screen.lines().nth(2).is_some_and(|line| line.contains("medium  latest-template")), "{screen}");
        desk.press("enter");
        desk.sees("do: ");
        desk.sees("aws-domain.md");
        desk.press("/");
        desk.text("nothing-is-called-so");
        desk.press("enter");
        desk.sees("none of them match");
    }
}
