//! Random keys, sizes and pictures; the state written down and read again.

use super::*;

/// Thousands of random keys, sizes and pictures: nothing panics, what is selected stays selected when rows move, and nothing
/// runs at a console that nobody armed.
#[test]
fn random_keys_never_break_it() {
    let pictures =
        [pictures::calm(), pictures::zone_bad(), pictures::denied(), pictures::empty(), pictures::starting()];
    let keys: Vec<KeyCode> = "jkgGsS/:!?q123456789[]r*hl zaaeio<>=0.-+mMpyYw,~uctnA"
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
                    let effects = desk.send(Msg::Key(KeyEvent::new(code, modifiers)));
                    // Whatever is asked to be planned is planned: reviews are among the screens that keys meet.
                    let rest = desk.planned(effects, |intent| Ok(super::operating::plan(intent, 15)));
                    assert!(
                        !rest.iter().any(super::operating::changes_something),
                        "seed {seed}, step {step}: {rest:?}"
                    );
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
