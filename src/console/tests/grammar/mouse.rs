//! The mouse, where it was asked for.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::*;

fn mouse(desk: &mut Desk, kind: MouseEventKind, (column, row): (u16, u16)) {
    desk.send(Msg::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
}

fn click(desk: &mut Desk, words: &str) {
    let screen = desk.screen();
    let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains(words)).unwrap();
    let column = super::super::super::text::width(line.split(words).next().unwrap());
    let at = (u16::try_from(column).unwrap(), u16::try_from(row).unwrap());
    mouse(desk, MouseEventKind::Down(MouseButton::Left), at);
}

#[test]
fn it_does_nothing_until_it_is_asked_for() {
    let mut desk = Desk::new((80, 24), Some(pictures::zone_bad()));
    let before = desk.screen();
    click(&mut desk, "▸ media");
    assert_eq!(desk.screen(), before);
    assert_eq!(desk.command("mouse on"), [Effect::Mouse(true)]);
    assert_eq!(desk.command("mouse"), [Effect::Mouse(false)]);
}

#[test]
fn a_click_selects_another_opens_the_wheel_moves_and_a_head_sorts() {
    for size in SIZES {
        let setting = Setting { mouse: true, ..Setting::default() };
        let mut desk = Desk::with(setting, size, Some(pictures::zone_bad()));
        click(&mut desk, "▸ media");
        let Some(Place::Board(board)) = desk.app.place() else { panic!("the board") };
        assert_eq!(board.selected().as_deref(), Some("media"));
        click(&mut desk, "▸ media");
        desk.sees("▾ media");
        desk.command("groups");
        mouse(&mut desk, MouseEventKind::ScrollDown, (5, 10));
        assert_eq!(place_of_selected(&desk), 3);
        click(&mut desk, "NAME");
        desk.sees("NAME↑");
        click(&mut desk, "NAME");
        desk.sees("NAME↓");
        click(&mut desk, "search-asg");
        click(&mut desk, "search-asg");
        desk.sees("group search-asg in");
        click(&mut desk, "target group");
        click(&mut desk, "target group");
        desk.sees("target group search in");
    }
}

fn place_of_selected(desk: &Desk) -> usize {
    let Some(Place::List(list)) = desk.app.place() else { panic!("a list") };
    list.shown_rows(1000).iter().position(|row| Some(row) == list.selected()).unwrap()
}
