//! The way back and forth through the places that were visited.

use super::*;

#[test]
fn places_are_found_again_with_their_selection_and_region() {
    let mut desk = Desk::new((120, 40), Some(pictures::zone_bad()));
    desk.press("2");
    for _ in 0..4 {
        desk.press("j");
    }
    let Some(Place::List(list)) = desk.app.place() else { panic!("a list") };
    let selected = list.selected().cloned();
    desk.press("enter");
    let detail = desk.app.place().unwrap().screen().title();
    desk.command("region us-west-2");
    desk.press("6");
    desk.sees("alarms");
    desk.press("-");
    assert_eq!(desk.app.place().unwrap().screen().title(), detail);
    assert!(desk.app.region.is_some());
    desk.press("-");
    assert!(desk.app.region.is_none(), "the change of region is a step of its own");
    desk.press("-");
    let Some(Place::List(list)) = desk.app.place() else { panic!("the list again") };
    assert_eq!(list.selected().cloned(), selected);
    desk.press("-");
    desk.sees("SERVICE");
    desk.press("-");
    desk.sees("nowhere further back");
    for _ in 0..4 {
        desk.press("+");
    }
    desk.sees("alarms");
    desk.press("+");
    desk.sees("nowhere further forth");
}

#[test]
fn escape_is_a_step_as_well_and_a_new_way_forgets_the_old_one() {
    let mut desk = Desk::new((120, 40), Some(pictures::zone_bad()));
    desk.press("3");
    desk.press("enter");
    let detail = desk.app.place().unwrap().screen().title();
    desk.press("esc");
    desk.press("-");
    assert_eq!(desk.app.place().unwrap().screen().title(), detail);
    desk.press("5");
    desk.press("+");
    desk.sees("nowhere further forth");
}
