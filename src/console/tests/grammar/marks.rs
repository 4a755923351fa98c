//! Marks: on ids, through refreshes and filters.

use super::*;

fn copied(effects: &[Effect]) -> Vec<String> {
    let text = effects.iter().find_map(|effect| if let Effect::Copy(text) = effect { Some(text) } else { None });
    text.map(|text| text.lines().map(str::to_owned).collect()).unwrap_or_default()
}

#[test]
fn marks_stay_on_their_ids_and_all_of_them_are_copied() {
    let mut desk = Desk::new((120, 40), Some(pictures::calm()));
    desk.command("groups");
    desk.press("m");
    desk.press("j");
    desk.press("space");
    desk.sees("◆2 marked");
    let marked: Vec<String> = desk.app.marked().into_iter().map(|subject| subject.id).collect();
    assert_eq!(marked.len(), 2);
    desk.command("sort -name");
    desk.refresh(pictures::zone_bad());
    desk.press("/");
    desk.text("name:nothing-is-called-so");
    desk.press("enter");
    desk.sees("◆2 marked");
    assert_eq!(copied(&desk.press("y")), marked, "what the filter hides is marked still, and the frame says how many");
    desk.press("1");
    desk.press("3");
    desk.sees("◆2 marked");
    desk.press("esc");
    desk.command("filter name:web");
    desk.press("m");
    let before = desk.app.marked().len();
    desk.press("m");
    assert_eq!(desk.app.marked().len().abs_diff(before), 1, "the same key takes it away");
    desk.press("M");
    desk.sees_not("marked ");
    assert!(desk.app.marked().is_empty());
}

#[test]
fn a_marked_thing_that_goes_is_told_and_one_that_cannot_be_read_keeps_its_mark() {
    let mut desk = Desk::new((120, 40), Some(pictures::calm()));
    desk.command("groups name:web");
    desk.press("m");
    desk.refresh(pictures::denied());
    desk.sees("◆1 marked");
    desk.refresh(pictures::empty());
    desk.sees("a marked thing is gone, and its mark with it: web-asg");
    desk.sees("gone: web-asg");
    assert!(desk.app.marked().is_empty());
    desk.press("M");
    desk.sees_not("gone: web-asg");
}

#[test]
fn marks_are_bounded() {
    let mut desk = Desk::new((120, 40), Some(pictures::large(300, "large")));
    desk.command("instances");
    desk.command("mark all");
    desk.sees("at most 200 rows can be marked");
    desk.command("instances i-0000");
    desk.command("mark all");
    desk.sees("◆10 marked");
}
