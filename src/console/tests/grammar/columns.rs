//! Columns: chosen by config and by command, sorted by whichever one wants.

use std::collections::BTreeMap;

use super::*;

fn head(desk: &mut Desk) -> Vec<String> {
    let screen = desk.screen();
    let head = screen.lines().find(|line| line.contains("VERDICT")).unwrap();
    head.split("  ").map(str::trim).filter(|title| !title.is_empty()).map(str::to_owned).collect()
}

#[test]
fn columns_come_from_the_config_and_a_command_changes_them() {
    let names = ["zone", "name", "launched_at"].map(str::to_owned).to_vec();
    let setting = Setting { columns: BTreeMap::from([("instances".to_owned(), names)]), ..Setting::default() };
    let mut desk = Desk::with(setting, (120, 40), Some(pictures::calm()));
    desk.command("instances");
    assert_eq!(head(&mut desk), ["VERDICT↑", "ZONE", "NAME", "LAUNCHED"], "the sign first, then as written");
    desk.command("columns id,standing,zone");
    assert_eq!(head(&mut desk), ["VERDICT↑", "ID", "STANDING", "ZONE"]);
    desk.refresh(pictures::zone_bad());
    desk.press("3");
    desk.press("2");
    assert_eq!(head(&mut desk), ["VERDICT↑", "ID", "STANDING", "ZONE"], "until it is chosen anew");
    desk.command("sort -age");
    desk.sees("by age_s↓");
    desk.command("columns");
    assert_eq!(head(&mut desk), ["VERDICT", "ZONE", "NAME", "LAUNCHED"], "back to the config's");
    desk.command("columns id,zonne");
    desk.sees("did you mean `zone`?");
    desk.press(":");
    desk.text("columns id,stand");
    desk.press("tab");
    desk.sees(":columns id,standing");
    desk.press("esc");
    desk.press("1");
    desk.command("columns id");
    desk.sees("columns are chosen in lists");
}

/// They were left out for being long, and the room beside the others stayed empty.
#[test]
fn reasons_that_were_chosen_take_the_room_that_is_left() {
    let mut desk = Desk::new((80, 24), Some(pictures::zone_bad()));
    desk.command("instances is:problem");
    desk.command("columns id,zone,standing,reasons");
    assert_eq!(head(&mut desk), ["VERDICT↑", "ID", "ZONE", "STANDING", "REASONS"]);
}

#[test]
fn at_every_width_the_first_of_the_chosen_columns_stay_longest() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::zone_bad()));
        desk.command("instances");
        desk.command("columns reasons,id,name,zone,group,image,subnet,age,type,targets");
        let shown = head(&mut desk);
        assert_eq!(shown.get(..3).unwrap(), ["VERDICT↑", "REASONS", "ID"], "{shown:?}");
    }
}
