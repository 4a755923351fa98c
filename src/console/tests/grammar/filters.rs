//! One filter language on every screen.

use super::*;

fn services(desk: &mut Desk) -> Vec<String> {
    let screen = desk.screen();
    let rows = screen.lines().filter_map(|line| line.split_once('▸'));
    rows.filter_map(|(_, row)| row.split_whitespace().next().map(str::to_owned)).collect()
}

#[test]
fn the_board_speaks_the_language_of_the_lists() {
    let mut desk = Desk::new((80, 24), Some(pictures::zone_bad()));
    desk.command("board is:warning");
    let sick = services(&mut desk);
    assert!(sick.contains(&"web".to_owned()) && !sick.contains(&"media".to_owned()), "{sick:?}");
    desk.command("filter service:w* !entry:ALB");
    assert_eq!(services(&mut desk), ["workers"]);
    desk.command("filter ~chkt");
    assert_eq!(services(&mut desk), ["checkout"]);
    desk.command("filter zone:use1-az4 healthy<3 total>3");
    assert!(!services(&mut desk).is_empty() || desk.screen().contains("none of"), "numbers compare");
    desk.press("2");
    desk.press("1");
    desk.sees("/zone:use1-az4 healthy<3 total>3");
}

#[test]
fn what_cannot_be_read_is_said_while_it_is_typed_and_the_last_good_filter_stays_in_force() {
    for view in ["board", "instances", "audit"] {
        let mut desk = Desk::new((80, 24), Some(pictures::zone_bad()));
        desk.command(view);
        desk.press("/");
        desk.text("web");
        let good = desk.screen();
        let kept = good.lines().nth(8).map(str::to_owned);
        desk.send(Msg::Paste(" nosuch:1".to_owned()));
        desk.sees("filter, character 5: unknown column `nosuch`");
        assert_eq!(desk.screen().lines().nth(8).map(str::to_owned), kept, "{view}");
        desk.press("enter");
        desk.sees("unknown column `nosuch`");
        desk.press("esc");
        desk.sees_not("unknown column");
        desk.command("filter nosuch:1");
        desk.sees("unknown column `nosuch`");
    }
}

#[test]
fn a_filter_survives_refreshes_other_views_and_comes_with_a_view() {
    let mut desk = Desk::new((120, 40), Some(pictures::calm()));
    desk.command("instances name:web");
    desk.command("audit severity:medium");
    desk.refresh(pictures::zone_bad());
    desk.press("2");
    desk.sees("/name:web");
    desk.command("audit");
    desk.sees("/severity:medium");
    desk.sees_not(" blind ?");
}
