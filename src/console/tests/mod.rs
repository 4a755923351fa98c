//! The console as a whole: pictures in, keys in, screens out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod charts;
mod details;
mod grammar;
mod noting;
mod pictures;
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
fn what_changed_lately_stands_on_the_board_where_there_is_room() {
    let mut shop = crate::listing::fixture::Shop::calm();
    shop.now += jiff::SignedDuration::from_secs(60);
    shop.put::<crate::estate::group::Group>(serde_json::json!([{
        "name": "web", "min": 2, "desired": 5, "max": 6, "zones": [], "subnets": [], "members": [], "target_groups": [],
        "classic_balancers": [], "health_check": "ELB", "suspended": {}, "tags": [],
    }]));
    for size in [(120, 40), (200, 60)] {
        let mut desk = Desk::new(size, Some(Arc::new(shop.picture())));
        desk.sees("CHANGES 30m");
        desk.sees("who ? set web desired 3>5");
    }
    Desk::new((80, 24), Some(Arc::new(shop.picture()))).sees("who ? set web");
}

/// Once it stood in the status alone, and the board said nothing of it.
#[test]
fn a_probe_that_is_down_stands_on_the_board_without_a_region() {
    for size in SIZES {
        let mut picture = Arc::unwrap_or_clone(pictures::calm());
        let subject = crate::judge::Subject::named("probe", "shop-front");
        let finding = crate::judge::Finding::new(Verdict::Critical, subject, "down for 40s: status 503");
        picture.judgement.findings.push(finding);
        let mut desk = Desk::new(size, Some(Arc::new(picture)));
        desk.sees(" probe shop-front: down for 40s: status 503");
        desk.sees_not("us-east-1: probe");
    }
}

#[test]
fn a_calm_account_is_quiet_and_a_sick_zone_is_what_one_sees() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::calm()));
        desk.sees("✓ OK");
        desk.sees("●●●●●  5/5");
        desk.sees_not("▲");
        desk.refresh(pictures::zone_bad());
        desk.sees("✖ CRITICAL");
        desk.sees("✖ DEGRADED");
        desk.sees("zone us-east-1b (use1-az4) degraded: 9 of 29 target");
        desk.sees("●●✖✖✖  2/5");
        desk.sees("checkout-5xx");
        desk.sees("web away from use1-az4");
        let screen = desk.screen();
        let row = |name: &str| screen.lines().position(|line| line.contains(name)).unwrap();
        assert!(row("▸ web") < row("▸ media"), "trouble stands above the rest");
    }
}

#[test]
fn nothing_is_shown_as_whole_that_could_not_be_read() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::denied()));
        desk.sees("? UNKNOWN");
        desk.sees("autoscaling:DescribeAutoScalingGroups denied");
        desk.sees("groups ?");
        desk.sees("asg ? denied");
        desk.sees("workers");
        desk.press("3");
        desk.sees("denied, allow autoscaling:DescribeAutoScalingGroups");
        desk.command("region us-east-1");
        desk.sees("nobody knows");
        desk.sees_not("none: there are no");
        desk.press("6");
        desk.sees("allow cloudwatch:DescribeAlarms");
    }
}

#[test]
fn the_first_moments_the_empty_account_and_old_data_look_like_themselves() {
    let mut desk = Desk::new((80, 24), None);
    desk.sees("reading the account");
    desk.sees("READ-ONLY");
    desk.refresh(pictures::starting());
    desk.sees("READING");
    desk.sees("reading zones, groups, instances");
    desk.sees_not("nothing runs here");
    desk.press("2");
    desk.sees("reading instances");
    let mut desk = Desk::new((80, 24), Some(pictures::empty()));
    desk.sees("nothing runs here");
    desk.sees("no targets, alarms, groups, databases");
    desk.press("2");
    desk.sees("none: there are no instances here");
    let mut desk = Desk::new((120, 40), Some(pictures::stale()));
    desk.sees("20m old");
    desk.sees("targets ?");
    desk.sees("instances, target health: read 20m");
    desk.press("2");
    desk.sees("shown as of 20m ago");
}

#[test]
fn names_cannot_reach_the_terminal_as_commands_and_long_ones_are_cut() {
    let mut desk = Desk::new((80, 24), Some(pictures::many()));
    desk.press("!");
    desk.command("filter weird");
    desk.sees("weird\\u{1b}[3");
    desk.command("filter 漢字");
    desk.sees("漢字サービス");
    let buffer = desk.buffer();
    assert!(buffer.content().iter().all(|cell| !cell.symbol().chars().any(char::is_control)));
}

#[test]
fn a_list_filters_while_one_types_and_the_selection_stays_on_its_id() {
    let mut desk = Desk::new((120, 40), Some(pictures::zone_bad()));
    desk.press("2");
    desk.sees("instances 126");
    desk.press("/");
    desk.text("zone:use1-az4 standing:unhealthy");
    desk.sees("9/126");
    desk.press("enter");
    desk.press("j");
    desk.press("j");
    let selected = |desk: &Desk| match desk.app.place() {
        Some(Place::List(list)) => list.selected().unwrap().clone(),
        _ => panic!("not in a list"),
    };
    let before = selected(&desk);
    desk.command("sort -name");
    assert_eq!(selected(&desk), before);
    desk.press("esc");
    assert_eq!(selected(&desk), before, "clearing the filter keeps it");
    desk.refresh(pictures::calm());
    assert_eq!(selected(&desk), before, "a refresh that moves rows keeps it");
    desk.press("4");
    desk.press("2");
    assert_eq!(selected(&desk), before, "another view and back keeps it");
    desk.command("sort nmae");
    desk.sees("did you mean `name`?");
    desk.press("/");
    desk.text("age<");
    desk.sees("filter, character");
    desk.press("esc");
    desk.sees("instances 126");
}

#[test]
fn relations_are_walked_there_and_back() {
    let mut desk = Desk::new((120, 40), Some(pictures::zone_bad()));
    desk.press("6");
    desk.command("filter web-5xx");
    desk.press("enter");
    desk.sees("alarm web-5xx in us-east-1");
    desk.sees("watches");
    desk.press("enter");
    desk.sees("target group web in us-east-1");
    desk.sees("us-east-1b unhealthy: time-outs");
    desk.press("enter");
    desk.sees("load balancer web");
    desk.sees("away from use1-az4, ACTIVE");
    for _ in 0..3 {
        desk.press("q");
    }
    desk.sees("alarms 2/18");
    desk.press("5");
    desk.command("filter id:catalog kind:cluster");
    desk.press("enter");
    desk.sees("member");
    desk.sees("global cluster");
}

#[test]
fn services_unfold_and_open() {
    let mut desk = Desk::new((80, 24), Some(pictures::zone_bad()));
    desk.press("/");
    for letter in ["a", "p", "i"] {
        desk.press(letter);
    }
    desk.press("enter");
    desk.press("enter");
    desk.sees("▾ api");
    desk.sees("api-asg");
    desk.press("j");
    desk.press("enter");
    desk.sees("group api-asg in us-east-1");
    desk.sees("last activities");
    desk.press("esc");
    desk.press("space");
    desk.sees("▸ api");
    desk.sees_not("api-asg");
    desk.press("tab");
    desk.press("tab");
    desk.sees("usw2-az1");
    desk.sees_not("use1-az6");
}

#[test]
fn a_row_that_moves_keeps_the_selection_and_new_trouble_comes_on_top() {
    let mut desk = Desk::new((80, 24), Some(pictures::calm()));
    desk.press("j");
    desk.press("j");
    let selected = |desk: &Desk| match desk.app.place() {
        Some(Place::Board(board)) => board.selected().unwrap(),
        _ => panic!("not on the board"),
    };
    let before = selected(&desk);
    desk.refresh(pictures::zone_bad());
    assert_eq!(selected(&desk), before);
    let screen = desk.screen();
    let first = screen.lines().find(|line| line.contains('▸')).unwrap();
    assert!(first.contains("workers"), "{first}");
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

/// Thousands of random keys, sizes and pictures: nothing panics, and what is selected stays selected when rows move.
#[test]
fn random_keys_never_break_it() {
    let pictures =
        [pictures::calm(), pictures::zone_bad(), pictures::denied(), pictures::empty(), pictures::starting()];
    let keys: Vec<KeyCode> = "jkgGsS/:!?q123456[]r*hl zaeio<>=0.-+mMpyYw,~"
        .chars()
        .map(KeyCode::Char)
        .chain([
            KeyCode::Enter,
            KeyCode::Esc,
            KeyCode::Tab,
            KeyCode::BackTab,
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::Left,
            KeyCode::Right,
            KeyCode::PageDown,
            KeyCode::PageUp,
            KeyCode::Home,
            KeyCode::End,
            KeyCode::Backspace,
            KeyCode::Delete,
        ])
        .collect();
    for seed in 0..4 {
        let mut random = fastrand::Rng::with_seed(seed);
        let setting = Setting { mouse: true, ..Setting::default() };
        let mut desk = Desk::with(setting, (80, 24), Some(pictures[0].clone()));
        for step in 0..2500 {
            match random.u32(0..40) {
                0 => {
                    let before = selected_id(&desk);
                    let next = pictures[random.usize(..pictures.len())].clone();
                    desk.refresh(next.clone());
                    if let (Some((list, id)), Some((_, after))) = (before, selected_id(&desk)) {
                        let list = crate::listing::find(&list).unwrap();
                        let still_there = list.rows(&next).position(&id).is_some();
                        assert!(
                            id == after || !still_there || is_narrowed(&desk),
                            "seed {seed}, step {step}: {id:?} became {after:?}"
                        );
                    }
                }
                1 => {
                    let (width, height) = (random.u16(15..220), random.u16(3..70));
                    desk.terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
                    desk.send(Msg::Resize { width, height });
                }
                3 => {
                    let kinds = [
                        MouseEventKind::Down(MouseButton::Left),
                        MouseEventKind::ScrollDown,
                        MouseEventKind::ScrollUp,
                        MouseEventKind::Moved,
                    ];
                    let kind = kinds[random.usize(..kinds.len())];
                    let (column, row) = (random.u16(0..220), random.u16(0..70));
                    desk.send(Msg::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
                }
                2 => drop(desk.send(Msg::Paste("zone:use1-az4 \u{1b}[0m".to_owned()))),
                _ => {
                    let code = keys[random.usize(..keys.len())];
                    let control = random.u32(0..12) == 0;
                    let modifiers = if control { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
                    desk.send(Msg::Key(KeyEvent::new(code, modifiers)));
                }
            }
            if step % 5 == 0 {
                desk.buffer();
            }
        }
    }
}

fn selected_id(desk: &Desk) -> Option<(String, crate::listing::RowId)> {
    match desk.app.place()? {
        Place::List(list) => Some((list.name().to_owned(), list.selected()?.clone())),
        _ => None,
    }
}

/// A filter, a region or *problems only* may hide the row.
fn is_narrowed(desk: &Desk) -> bool {
    let hidden = desk.app.place().is_some_and(|place| matches!(place, Place::List(list) if list.is_narrowed()));
    hidden || desk.app.region.is_some()
}

#[test]
fn the_state_survives_being_written_down() {
    let mut desk = Desk::new((80, 24), Some(pictures::zone_bad()));
    for key in ["j", "space", "2", "j", "j"] {
        desk.press(key);
    }
    let before = desk.screen();
    let text = serde_json::to_string(&desk.app).unwrap();
    let mut app: App = serde_json::from_str(&text).unwrap();
    app.restore().unwrap();
    app.set_picture(pictures::zone_bad());
    desk.app = app;
    assert_eq!(desk.screen(), before);
    let key = Msg::Key(KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE));
    let again: Msg = serde_json::from_str(&serde_json::to_string(&key).unwrap()).unwrap();
    assert_eq!(again, key);
    assert_eq!(Chord::from(KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE)).to_string(), "j");
}

#[test]
fn no_key_waits_for_a_large_list_and_the_last_order_stands_until_the_next_is_there() {
    let mut desk = Desk::new((120, 40), Some(pictures::large(3_000, "large")));
    let asked = desk.command("instances");
    desk.sees("arranging instances");
    assert!(asked.iter().any(|effect| matches!(effect, Effect::Arrange(_))), "{asked:?}");
    assert!(desk.arrange(asked).iter().all(|effect| !matches!(effect, Effect::Arrange(_))));
    desk.sees(" instances 3000 ");
    desk.sees("i-00000");
    desk.press("/");
    let asked = desk.send(Msg::Key(KeyEvent::new(KeyCode::Char('7'), KeyModifiers::NONE)));
    desk.sees(" instances 3000 arranging");
    let later = desk.send(Msg::Key(KeyEvent::new(KeyCode::Char('7'), KeyModifiers::NONE)));
    desk.arrange(asked);
    desk.sees_not("/3000");
    desk.arrange(later);
    desk.sees("/3000");
    desk.press("enter");
    desk.press("j");
    desk.sees_not("arranging");
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

#[test]
fn a_refresh_of_a_large_list_keeps_the_selection_on_its_id() {
    let mut desk = Desk::new((120, 40), Some(pictures::large(3_000, "large")));
    let asked = desk.command("instances");
    desk.arrange(asked);
    for _ in 0..5 {
        desk.press("j");
    }
    let Some(Place::List(list)) = desk.app.place() else { panic!("a list") };
    let before = list.selected().cloned().unwrap();
    desk.app.set_picture(pictures::large(3_500, "larger"));
    let asked = desk.send(Msg::Refreshed);
    desk.sees(" instances 3000 ");
    desk.press("j");
    desk.press("k");
    desk.arrange(asked);
    desk.sees(" instances 3500 ");
    let Some(Place::List(list)) = desk.app.place() else { panic!("a list") };
    assert_eq!(list.selected(), Some(&before));
}

#[test]
fn a_key_previews_what_is_left_if_the_sick_zone_goes_and_esc_ends_it() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::measured()));
        desk.sees_not("GONE");
        desk.press("w");
        desk.sees("IF us-east-1b (use1-az4) GOES");
        desk.sees(" GONE ");
        desk.sees("services can leave now");
        desk.sees("IF 1b GOES");
        desk.press("right");
        desk.sees("IF us-east-1c (use1-az1) GOES");
        desk.press("esc");
        desk.sees_not("GONE");
        desk.press("w");
        desk.press("w");
        desk.sees_not("GONE");
        desk.command("what-if use1-az6");
        desk.sees("IF us-east-1a (use1-az6) GOES");
        desk.command("what-if us-east-1x");
        desk.sees("no zone `us-east-1x` here");
    }
}

#[test]
fn where_there_is_room_the_board_always_says_what_a_lost_zone_would_mean() {
    let mut desk = Desk::new((200, 60), Some(pictures::measured()));
    desk.sees("IF 1b GOES");
    desk.sees("%");
    let mut blind = Desk::new((200, 60), Some(pictures::zone_bad()));
    blind.sees_not("GOES");
    blind.press("w");
    blind.sees("CPU ?");
}
