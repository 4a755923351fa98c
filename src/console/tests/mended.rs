//! What a reader of the screens found wrong once, a test each.

use super::*;
use crate::estate::instance::Instance;
use crate::judge::{Finding, Subject};
use crate::listing::fixture::Shop;

/// With several regions and no room for two, it began with whichever was read first.
#[test]
fn of_regions_alike_the_board_begins_with_the_first_of_the_scope() {
    let mut desk = Desk::new((80, 24), Some(pictures::calm()));
    desk.sees("use1-az6");
    // One that is worse is shown while nobody has pressed a key, and left again once it is well.
    let mut picture = Arc::unwrap_or_clone(pictures::calm());
    let west = picture.judgement.regions.values_mut().last().expect("there are two");
    west.summary.verdict = Verdict::Critical;
    desk.refresh(Arc::new(picture));
    desk.sees("usw2-az1");
    desk.refresh(pictures::calm());
    desk.sees("use1-az6");
}

#[test]
fn the_columns_of_regions_stand_under_one_another() {
    let mut desk = Desk::new((120, 60), Some(pictures::zone_bad()));
    let screen = desk.screen();
    let columns = |word: &str| -> Vec<usize> {
        screen.lines().filter_map(|line| Some(line[..line.find(word)?].chars().count())).collect()
    };
    for (east, west) in [("1a use1-az6", "2a usw2-az2"), ("1c use1-az1", "2c usw2-az3")] {
        assert_eq!(columns(east), columns(west), "{screen}");
        assert_eq!(columns(east).len(), 1, "{screen}");
    }
}

#[test]
fn a_service_s_finding_opens_the_service_on_the_board() {
    let mut picture = Arc::unwrap_or_clone(pictures::zone_bad());
    let east = picture.judgement.regions.values_mut().next().expect("there is a region");
    east.findings.insert(
        0,
        Finding::new(Verdict::Critical, Subject::named("service", "media"), "its release fails").next("roll back"),
    );
    for size in SIZES {
        let mut desk = Desk::new(size, Some(Arc::new(picture.clone())));
        desk.press("0");
        desk.press("/");
        desk.text("release");
        desk.press("enter");
        desk.press("enter");
        desk.sees("▾ media");
        desk.sees("media-asg");
        desk.press("j");
        desk.press("enter");
        desk.sees("next: roll back");
    }
    // And what it fails as a whole makes it a problem.
    let mut desk = Desk::new((120, 40), Some(Arc::new(picture)));
    desk.press("!");
    desk.sees("▸ media");
}

#[test]
fn what_has_ended_is_not_ticked() {
    let mut shop = Shop::calm();
    let ended: Vec<Instance> = shop.estate.known::<Instance>(&"us-east-1".into()).cloned().collect();
    let ended: Vec<serde_json::Value> = ended
        .iter()
        .map(|instance| {
            let mut row = serde_json::to_value(instance).unwrap();
            row["state"] = "terminated".into();
            row
        })
        .collect();
    shop.put::<Instance>(serde_json::Value::Array(ended));
    let mut desk = Desk::new((120, 40), Some(Arc::new(shop.picture())));
    desk.press("2");
    desk.sees("· ended");
    desk.sees_not("✓ ok");
}

#[test]
fn a_name_of_several_things_is_a_choice() {
    let mut desk = Desk::new((120, 40), Some(pictures::calm()));
    desk.command("open media");
    desk.sees("us-east-1/load-balancer/media");
    desk.sees("us-east-1/target-group/media");
    desk.text("-asg");
    desk.press("enter");
    desk.sees("group media-asg in us-east-1");
}

#[test]
fn help_cuts_no_word_and_says_how_far_it_goes() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::calm()));
        desk.press("?");
        let screen = desk.screen();
        let words = |line: &str| line.matches('…').count();
        assert_eq!(screen.lines().map(words).sum::<usize>(), 0, "{screen}");
        assert!(size.1 >= 60 || screen.contains(" of "), "{screen}");
    }
    let mut desk = Desk::new((80, 24), Some(pictures::calm()));
    desk.press("?");
    desk.sees("1-21 of ");
}

#[test]
fn what_if_is_asked_from_any_screen_and_its_keys_are_told() {
    let mut desk = Desk::new((120, 40), Some(pictures::zone_bad()));
    desk.command("zones");
    desk.command("filter use1-az1");
    desk.press("w");
    desk.sees("IF us-east-1c (use1-az1) GOES");
    desk.sees("next zone");
    desk.press("esc");
    desk.sees_not("next zone");
}

#[test]
fn a_zone_s_detail_counts_by_group() {
    let mut desk = Desk::new((120, 40), Some(pictures::zone_bad()));
    desk.command("open use1-az4");
    desk.sees("3 of 5 here not well: 2 in service, 3 unhealthy");
}

#[test]
fn a_long_paste_is_taken_where_the_cursor_is() {
    let mut desk = Desk::new((120, 40), Some(pictures::calm()));
    desk.press(":");
    desk.text("ack x");
    desk.send(Msg::Key(KeyEvent::new(KeyCode::Left, KeyModifiers::NONE)));
    desk.send(Msg::Paste(format!("1h vendor {}", "é".repeat(10_000))));
    let prompt = desk.app.prompt.as_ref().unwrap().value().to_owned();
    assert!(prompt.starts_with("ack 1h vendor é") && prompt.ends_with("éx"));
    assert!(prompt.chars().count() < 5000);
}

/// A calm console wrote 5,000 bytes a minute: ages in seconds and the exact number of calls.
#[test]
fn a_calm_board_read_again_within_a_minute_changes_no_cell() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::calm()));
        let before = desk.buffer();
        let mut picture = Arc::unwrap_or_clone(pictures::calm());
        picture.traffic.calls_a_minute.values_mut().for_each(|calls| *calls += 1);
        desk.app.set_now(pictures::now() + jiff::SignedDuration::from_secs(30));
        desk.refresh(Arc::new(picture));
        assert_eq!(before.diff(&desk.buffer()), []);
    }
}
