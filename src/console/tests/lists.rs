//! Lists: names, filters, relations, and rows in their thousands.

use super::*;

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
