//! The wall: what it says in calm, in trouble, and when it cannot see; what keys do there; what it costs a line.

use std::cell::Cell;
use std::io::Write;
use std::rc::Rc;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::SignedDuration;
use ratatui::backend::{CrosstermBackend, TestBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;
use ratatui::{Terminal, TerminalOptions, Viewport};

use super::pictures;
use crate::console::keymap::{Context, KeyMap};
use crate::console::theme::{Depth, Role, Shelf};
use crate::console::wall::{Effect, Manner, Page, Wall, view};
use crate::console::{Glyphs, Msg, Setting};
use crate::estate::{FailureKind, ReadFailure};
use crate::judge::Picture;

const SIZES: [(u16, u16); 4] = [(80, 24), (120, 40), (200, 60), (400, 120)];

struct Room {
    wall: Wall,
    size: (u16, u16),
}

impl Room {
    fn new(size: (u16, u16), picture: Arc<Picture>) -> Self {
        Self::with(Setting::default(), Manner::default(), size, picture)
    }

    fn with(setting: Setting, manner: Manner, size: (u16, u16), picture: Arc<Picture>) -> Self {
        let wall = Wall::new(setting, manner, pictures::now(), size.into()).unwrap();
        let mut room = Self { wall, size };
        room.show(picture);
        room
    }

    fn show(&mut self, picture: Arc<Picture>) -> Vec<Effect> {
        self.wall.set_picture(picture);
        self.wall.update(Msg::Refreshed)
    }

    /// Seconds pass; a picture comes every five of them, as long as there is one to show.
    fn wait(&mut self, seconds: u64, picture: Option<&Arc<Picture>>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for second in 0..seconds {
            if let Some(picture) = picture.filter(|_| second % 5 == 0) {
                effects.extend(self.show(picture.clone()));
            }
            effects.extend(self.wall.update(Msg::Tick));
        }
        effects
    }

    fn press(&mut self, code: KeyCode) -> Vec<Effect> {
        self.wall.update(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    fn buffer(&self) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        terminal.draw(|frame| view(&self.wall, frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    fn screen(&self) -> String {
        let buffer = self.buffer();
        let row = |y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..buffer.area.height).map(|y| row(y).trim_end().to_owned() + "\n").collect()
    }

    fn sees(&self, words: &str) {
        let screen = self.screen();
        assert!(screen.contains(words), "`{words}` is not in\n{screen}");
    }

    fn sees_not(&self, words: &str) {
        let screen = self.screen();
        assert!(!screen.contains(words), "`{words}` is in\n{screen}");
    }

    /// The most rows in a row that hold large letters in this colour.
    fn tallest(&self, role: Role) -> usize {
        let ink = Shelf::default().find("dark", Depth::True).unwrap().style(role).fg;
        let buffer = self.buffer();
        let is_large = |y: u16| {
            (0..buffer.area.width).any(|x| "█▀▄".contains(buffer[(x, y)].symbol()) && Some(buffer[(x, y)].fg) == ink)
        };
        let (mut tallest, mut now) = (0, 0);
        for y in 0..buffer.area.height {
            now = if is_large(y) { now + 1 } else { 0 };
            tallest = tallest.max(now);
        }
        tallest
    }
}

fn failure(kind: FailureKind) -> ReadFailure {
    ReadFailure {
        kind,
        action: "sts:GetCallerIdentity".into(),
        code: Some("ExpiredToken".into()),
        message: "the token has expired".into(),
        request_id: None,
    }
}

fn blind() -> Arc<Picture> {
    let mut picture = Arc::unwrap_or_clone(pictures::calm());
    picture.traffic.credentials = Some(failure(FailureKind::Credentials));
    Arc::new(picture)
}

#[test]
fn calm_is_quiet_and_trouble_is_what_one_sees_from_five_metres() {
    for size in SIZES {
        let height = usize::from(size.1);
        let mut room = Room::new(size, pictures::calm());
        room.sees("WALL READ-ONLY");
        room.sees("nothing to do");
        // On a large screen these are in large letters.
        for title in ["ZONES OK", "HEALTHY TARGETS", "FIRING ALARMS", "NINES, LEAST"].iter().filter(|_| height < 60) {
            room.sees(title);
        }
        room.sees_not("✖");
        assert!(room.tallest(Role::Ok) * 20 >= height, "{size:?}\n{}", room.screen());
        assert_eq!(room.tallest(Role::Critical), 0);
        room.show(pictures::zone_bad());
        if height < 60 {
            room.sees("✖ ZONES OK");
        }
        room.sees("zone us-east-1b");
        room.sees("use1-az4 degraded");
        room.sees("checkout-5xx");
        assert!(room.tallest(Role::Critical) * 20 >= height, "{size:?}\n{}", room.screen());
    }
}

#[test]
fn what_cannot_be_seen_is_said_large_and_is_never_green() {
    for size in SIZES {
        let height = usize::from(size.1);
        let mut room = Room::new(size, pictures::calm());
        room.show(blind());
        room.sees("expired");
        room.sees("renew");
        room.sees("at 03:14Z");
        if height < 60 {
            room.sees("? ZONES OK");
        }
        assert_eq!(room.tallest(Role::Ok), 0, "{}", room.screen());
        assert!(room.tallest(Role::Unknown) * 20 >= height, "{}", room.screen());
        room.sees_not("✓");

        // The network died, and the observer says since when.
        let mut picture = Arc::unwrap_or_clone(pictures::calm());
        let since = pictures::now() - SignedDuration::from_mins(4);
        picture.traffic.blind = Some((since, failure(FailureKind::Unreachable)));
        room.show(Arc::new(picture));
        room.sees("check the network");
        room.sees_not("✓");

        // It goes on by itself.
        room.show(pictures::calm());
        room.sees("nothing to do");

        // And where nothing is judged any more it says so by itself.
        room.wait(30, None);
        room.sees("judged nothing since");
        room.sees_not("✓");
        room.show(pictures::calm());
        room.sees("nothing to do");
    }
    let room = Room::new((80, 24), pictures::denied());
    room.sees("? FIRING ALARMS");
}

#[test]
fn no_key_of_the_console_does_anything_but_turn_the_page_and_leave() {
    let map = KeyMap::preset().unwrap();
    let contexts =
        [Context::Everywhere, Context::Board, Context::List, Context::Detail, Context::Help, Context::Prompt];
    let mut room = Room::new((80, 24), pictures::zone_bad());
    let pages = ["Char(' ')", "Right", "Left", "PageUp", "PageDown"];
    let mut tried = 0;
    let words = contexts.iter().flat_map(|context| map.of(*context)).flat_map(|binding| &binding.on);
    let mut codes: Vec<String> = words.map(ToString::to_string).collect();
    codes.sort();
    codes.dedup();
    let typed = (' '..='~').map(KeyCode::Char);
    let named = [KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::Backspace, KeyCode::Delete, KeyCode::Up];
    let others = [KeyCode::Down, KeyCode::Home, KeyCode::End, KeyCode::F(1), KeyCode::Left, KeyCode::PageDown];
    for code in typed.chain(named).chain(others) {
        for modifiers in [KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::ALT, KeyModifiers::SHIFT] {
            let before = serde_json::to_value(&room.wall).unwrap();
            let effects = room.wall.update(Msg::Key(KeyEvent::new(code, modifiers)));
            let after = serde_json::to_value(&room.wall).unwrap();
            tried += 1;
            let plain = modifiers.difference(KeyModifiers::SHIFT).is_empty();
            let leaves = plain && matches!(code, KeyCode::Char('q' | 'Q'))
                || modifiers == KeyModifiers::CONTROL && code == KeyCode::Char('c');
            assert_eq!(effects, if leaves { vec![Effect::Quit] } else { vec![] }, "{code:?} {modifiers:?}");
            let turns = plain && pages.contains(&format!("{code:?}").as_str());
            assert_eq!(before != after, turns, "{code:?} {modifiers:?}");
            for (key, value) in before.as_object().unwrap() {
                if !["stop", "turned_at", "place", "shifted_at"].contains(&key.as_str()) {
                    assert_eq!(value, &after[key], "{code:?} changes {key}");
                }
            }
        }
    }
    assert!(tried > 4 * codes.len() / 2, "the map's own keys are among those typed");
    // What is pasted is not read either.
    assert!(room.wall.update(Msg::Paste("q".to_owned())).is_empty());
}

/// A wall that turns away from red is what annoys most.
#[test]
fn pages_turn_in_calm_and_stay_with_the_worst_region_in_trouble() {
    let mut room = Room::new((120, 40), pictures::calm());
    let calm = pictures::calm();
    let mut seen = Vec::new();
    for _ in 0..5 {
        let screen = room.screen();
        seen.push(screen.lines().rev().find(|line| line.contains("space page")).unwrap().trim().to_owned());
        room.wait(301, Some(&calm));
    }
    let begins = |at: usize, words: &str| assert!(seen[at].starts_with(words), "{seen:?}");
    begins(0, "overview 1/");
    begins(1, "board us-east-1 2/");
    begins(2, "board us-west-2 3/");
    begins(3, "availability 4/");
    begins(4, "overview");
    let bad = pictures::zone_bad();
    for _ in 0..8 {
        room.wait(31, Some(&bad));
        room.sees("stays while critical");
        room.sees("zone us-east-1b (use1-az4) degraded");
        room.sees_not("board us-west-2");
        room.sees("us-west-2");
    }
}

#[test]
fn a_verdict_that_becomes_worse_rings_once_and_a_better_one_does_not() {
    let manner = Manner { bell: true, notify: true, ..Manner::default() };
    let mut room = Room::with(Setting::default(), manner, (80, 24), pictures::calm());
    let calm = pictures::calm();
    let bad = pictures::zone_bad();
    assert!(room.wait(100, Some(&calm)).is_empty());
    let effects = room.wait(100, Some(&bad));
    let [Effect::Ring, Effect::Notify(words)] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(words.starts_with("shop 123456789012: CRITICAL: us-east-1: zone us-east-1b"), "{words}");
    assert!(room.wait(100, Some(&calm)).is_empty());
    let mut silent = Room::new((80, 24), pictures::calm());
    silent.wait(100, Some(&calm));
    assert!(silent.wait(10, Some(&bad)).is_empty(), "nobody asked for a bell");
}

#[test]
fn every_size_and_page_draws_without_colours_and_in_ascii_too() {
    for picture in [pictures::calm(), pictures::zone_bad(), pictures::many(), pictures::starting(), pictures::empty()] {
        for size in [(1, 1), (20, 5), (40, 10), (60, 15), (80, 24), (200, 20), (50, 100), (400, 120)] {
            let setting = Setting { glyphs: Glyphs::Ascii, depth: Depth::None, ..Setting::default() };
            let mut room = Room::with(setting, Manner::default(), size, picture.clone());
            for _ in 0..6 {
                let buffer = room.buffer();
                assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
                room.press(KeyCode::Char(' '));
                room.wait(31, Some(&picture));
            }
        }
    }
}

#[test]
fn a_wall_is_data() {
    let mut room = Room::new((120, 40), pictures::zone_bad());
    room.wait(50, Some(&pictures::zone_bad()));
    let mut again: Wall = serde_json::from_str(&serde_json::to_string(&room.wall).unwrap()).unwrap();
    again.restore().unwrap();
    again.set_picture(pictures::zone_bad());
    again.update(Msg::Refreshed);
    let again = Room { wall: again, size: room.size };
    assert_eq!(again.screen(), room.screen());
    let only = Manner { pages: vec![Page::Availability], ..Manner::default() };
    let mut room = Room::with(Setting::default(), only, (80, 24), pictures::zone_bad());
    room.press(KeyCode::Char(' '));
    room.sees("availability 1/1");
    assert_eq!(crate::config::PAGES.map(Page::named), Page::ALL.map(Some), "the config file's pages are the wall's");
}

/// Counts the bytes that go to a terminal.
#[derive(Clone, Default)]
struct Line(Rc<Cell<usize>>);

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An ssh line: all page turns and moves of the layout counted, as the usual backend writes them; the program's own writes about half.
#[test]
fn a_calm_wall_costs_a_line_next_to_nothing() {
    let calm = pictures::calm();
    let mut room = Room::new((80, 24), calm.clone());
    let line = Line::default();
    let viewport = Viewport::Fixed(Rect::new(0, 0, 80, 24));
    let backend = CrosstermBackend::new(line.clone());
    let mut terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
    terminal.draw(|frame| view(&room.wall, frame)).unwrap();
    let first = line.0.get();
    let minutes = 30;
    let mut largest = 0;
    for second in 0..minutes * 60 {
        // Pictures stay young, as they do while AWS answers.
        room.wall.set_now(pictures::now() + SignedDuration::from_secs(second % 60));
        room.wait(1, Some(&calm));
        let before = line.0.get();
        if room.wall.is_due() {
            room.wall.drawn();
            terminal.draw(|frame| view(&room.wall, frame)).unwrap();
        }
        largest = largest.max(line.0.get() - before);
    }
    let bytes = line.0.get() - first;
    let a_minute = bytes / usize::try_from(minutes).unwrap();
    assert!(largest <= 8 * 1024, "a turn of the page takes {largest} bytes");
    assert!(a_minute <= 2048, "{a_minute} bytes a minute; the first frame {first}, the largest {largest}");
}
