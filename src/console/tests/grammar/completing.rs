//! Completion and history of the `:` line.

use super::*;

#[test]
fn what_a_line_could_become_stands_above_it_the_best_first() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::calm()));
        desk.press(":");
        desk.text("trgts");
        let screen = desk.screen();
        let offered = screen.lines().position(|line| line.contains(" targets ")).unwrap();
        assert!(offered + 1 < usize::from(size.1), "above the line\n{screen}");
        desk.press("tab");
        desk.sees(":targets");
        desk.press("enter");
        desk.sees(" targets 1");
    }
}

#[test]
fn tab_goes_through_what_is_offered_and_typing_goes_on_from_there() {
    let mut desk = Desk::new((120, 40), Some(pictures::calm()));
    desk.command("instances");
    desk.press(":");
    desk.text("sort ag");
    desk.sees("Time since it was last started");
    desk.press("tab");
    desk.sees(":sort age_s");
    desk.press("tab");
    desk.sees(":sort -age_s");
    desk.press("backtab");
    desk.sees(":sort age_s");
    desk.press("enter");
    desk.sees("AGE↑");
    desk.press(":");
    desk.text("theme dar");
    desk.press("tab");
    desk.sees(":theme dark");
    desk.press("esc");
    desk.press(":");
    desk.text("instances zo");
    desk.press("tab");
    desk.sees(":instances zone:");
    desk.press("esc");
    desk.press("/");
    desk.text("zone:use1-az4 stand");
    desk.press("tab");
    desk.text("in-service");
    desk.press("enter");
    desk.sees("/zone:use1-az4 standing:in-service");
}

#[test]
fn earlier_lines_come_back_and_what_was_begun_is_kept() {
    let mut desk = Desk::new((120, 40), Some(pictures::calm()));
    desk.command("groups");
    desk.command("alarms web");
    desk.press(":");
    desk.text("tar");
    desk.press("up");
    desk.sees(":alarms web");
    desk.press("up");
    desk.sees(":groups");
    desk.press("down");
    desk.press("down");
    desk.sees(":tar");
    desk.press("esc");
}
