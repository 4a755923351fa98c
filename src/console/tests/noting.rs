//! What is new is seen, and what somebody has noted stands last until it gets worse.

use super::*;
use crate::judge::{Finding, Subject};

/// The calm account with these findings about groups.
fn with(findings: &[(Verdict, &str, &str)]) -> Arc<Picture> {
    let mut picture = Arc::unwrap_or_clone(pictures::calm());
    let east = picture.judgement.regions.values_mut().next().unwrap();
    for (verdict, name, detail) in findings {
        east.findings.push(Finding::new(*verdict, Subject::named("group", *name), *detail));
    }
    Arc::new(picture)
}

const LAG: (Verdict, &str, &str) = (Verdict::Critical, "web", "2 of 6 in service");

#[test]
fn a_problem_that_comes_is_counted_in_the_frame_and_pinned_until_the_board_is_looked_at() {
    let mut desk = Desk::new((80, 24), Some(with(&[LAG])));
    desk.sees_not("NEW");
    desk.press("2");
    desk.refresh(with(&[LAG, (Verdict::Warning, "api", "no room left")]));
    desk.sees(" 1 NEW ");
    desk.sees("NEW group api: no room left");
    desk.press("j");
    desk.sees("NEW group api");
    desk.press("1");
    desk.sees("group api");
    desk.sees(" 1 NEW ");
    desk.refresh(with(&[LAG, (Verdict::Warning, "api", "still no room left")]));
    desk.sees(" 1 NEW ");
    desk.press("j");
    desk.sees_not("NEW");
    desk.refresh(with(&[LAG, (Verdict::Critical, "api", "none of 6 in service")]));
    desk.sees(" 1 NEW ");
}

#[test]
fn what_is_noted_goes_last_and_comes_back_when_it_gets_worse_or_its_time_is_over() {
    let others = [LAG, (Verdict::Warning, "api", "no room left")];
    let mut desk = Desk::new((120, 40), Some(with(&others)));
    desk.press("0");
    desk.press("g");
    desk.sees("2 of 6 in service");
    desk.press("n");
    desk.sees(":ack 1h");
    desk.press("enter");
    desk.sees("a note needs its reason: `:ack 1h vendor called`");
    desk.press("n");
    desk.text("vendor called");
    let effects = desk.press("enter");
    assert!(
        matches!(effects.as_slice(), [Effect::Keep(notes)] if notes.in_force(desk.app.now).count() == 1),
        "{effects:?}"
    );
    desk.sees("noted until 04:14Z: group web");
    desk.press("1");
    let screen = desk.screen();
    let (api, web) = (screen.find("group api").unwrap(), screen.find("(noted by alice until 04:14Z)").unwrap());
    assert!(api < web, "{screen}");
    desk.refresh(with(&[(Verdict::Critical, "web", "1 of 6 in service"), others[1]]));
    desk.sees_not("noted by");
    desk.refresh(with(&others));
    desk.sees("noted by alice");
    desk.app.set_now(pictures::now() + jiff::SignedDuration::from_mins(61));
    desk.sees_not("noted by");
}

/// A zone that somebody has noted is as sick as before.
#[test]
fn a_note_hides_no_verdict() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::zone_bad()));
        desk.press("0");
        desk.press("g");
        desk.command("ack 1h AWS is on it");
        desk.press("1");
        desk.sees("✖ CRITICAL");
        desk.sees("✖ DEGRADED");
        desk.sees_not("✓ OK");
    }
}

#[test]
fn a_note_can_be_taken_back_and_one_of_nothing_is_refused() {
    let mut desk = Desk::new((120, 40), Some(with(&[LAG])));
    desk.command("findings");
    desk.command("ack 3d known");
    desk.sees("1 noted");
    desk.command("unack");
    desk.sees_not("1 noted");
    desk.command("filter nothing like that");
    desk.command("ack 1h known");
    desk.sees("nothing is wrong with what is selected");
    desk.command("ack 900d known");
    desk.sees("30 days at most");
}

#[test]
fn the_timeline_is_a_screen_that_can_be_searched() {
    let mut shop = crate::listing::fixture::Shop::calm();
    shop.now += jiff::SignedDuration::from_secs(60);
    shop.put::<crate::estate::group::Group>(serde_json::json!([{
        "name": "web", "min": 2, "desired": 5, "max": 6, "zones": [], "subnets": [], "members": [], "target_groups": [],
        "classic_balancers": [], "health_check": "ELB", "suspended": {}, "tags": [],
    }]));
    let mut desk = Desk::new((80, 24), Some(Arc::new(shop.picture())));
    desk.press("7");
    desk.sees("timeline 3");
    desk.sees("who ?        set web desired 3>5");
    desk.sees("CloudTrail not read");
    desk.command("filter alice");
    desk.sees("none of them match");
}
