//! The zone board: calm and in trouble, unread and old, unfolded and previewed.

use super::*;

#[test]
fn what_changed_lately_stands_on_the_board_where_there_is_room() {
    let mut shop = crate::listing::fixture::Shop::calm();
    shop.now += jiff::SignedDuration::from_secs(60);
    shop.put::<crate::estate::group::Group>(serde_json::json!([{
        "name": "web", "min": 2, "desired": 5, "max": 6, "zones": [], "subnets": [], "members": [], "target_groups": [],
        "classic_balancers": [], "health_check": "ELB", "suspended": {}, "tags": [],
    }]));
    for size in [(120, 40), (200, 60)] {
        let mut desk = Desk::new(size, Some(Arc::new(shop.picture())));
        desk.sees("CHANGES 30m");
        desk.sees("who ? set web desired 3>5");
    }
    Desk::new((80, 24), Some(Arc::new(shop.picture()))).sees("who ? set web");
}

/// Once it stood in the status alone, and the board said nothing of it.
#[test]
fn a_probe_that_is_down_stands_on_the_board_without_a_region() {
    for size in SIZES {
        let mut picture = Arc::unwrap_or_clone(pictures::calm());
        let subject = crate::judge::Subject::named("probe", "shop-front");
        let finding = crate::judge::Finding::new(Verdict::Critical, subject, "down for 40s: status 503");
        picture.judgement.findings.push(finding);
        let mut desk = Desk::new(size, Some(Arc::new(picture)));
        desk.sees(" probe shop-front: down for 40s: status 503");
        desk.sees_not("us-east-1: probe");
    }
}

#[test]
fn a_calm_account_is_quiet_and_a_sick_zone_is_what_one_sees() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::calm()));
        desk.sees("✓ OK");
        desk.sees("●●●●●  5/5");
        desk.sees_not("▲");
        desk.refresh(pictures::zone_bad());
        desk.sees("✖ CRITICAL");
        desk.sees("✖ DEGRADED");
        desk.sees("zone us-east-1b (use1-az4) degraded: 9 of 29 target");
        desk.sees("●●✖✖✖  2/5");
        desk.sees("checkout-5xx");
        desk.sees("web away from use1-az4");
        let screen = desk.screen();
        let row = |name: &str| screen.lines().position(|line| line.contains(name)).unwrap();
        assert!(row("▸ web") < row("▸ media"), "trouble stands above the rest");
    }
}

#[test]
fn nothing_is_shown_as_whole_that_could_not_be_read() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::denied()));
        desk.sees("? UNKNOWN");
        desk.sees("autoscaling:DescribeAutoScalingGroups denied");
        desk.sees("groups ?");
        desk.sees("asg ? denied");
        desk.sees("workers");
        desk.press("3");
        desk.sees("denied, allow autoscaling:DescribeAutoScalingGroups");
        desk.command("region us-east-1");
        desk.sees("nobody knows");
        desk.sees_not("none: there are no");
        desk.press("6");
        desk.sees("allow cloudwatch:DescribeAlarms");
    }
}

#[test]
fn the_first_moments_the_empty_account_and_old_data_look_like_themselves() {
    let mut desk = Desk::new((80, 24), None);
    desk.sees("reading the account");
    desk.sees("READ-ONLY");
    desk.refresh(pictures::starting());
    desk.sees("READING");
    desk.sees("reading zones, groups, instances");
    desk.sees_not("nothing runs here");
    desk.press("2");
    desk.sees("reading instances");
    let mut desk = Desk::new((80, 24), Some(pictures::empty()));
    desk.sees("nothing runs here");
    desk.sees("no targets, alarms, groups, databases");
    desk.press("2");
    desk.sees("none: there are no instances here");
    let mut desk = Desk::new((120, 40), Some(pictures::stale()));
    desk.sees("20m old");
    desk.sees("targets ?");
    desk.sees("instances, target health: read 20m");
    desk.press("2");
    desk.sees("shown as of 20m ago");
}

#[test]
fn services_unfold_and_open() {
    let mut desk = Desk::new((80, 24), Some(pictures::zone_bad()));
    desk.press("/");
    for letter in ["a", "p", "i"] {
        desk.press(letter);
    }
    desk.press("enter");
    desk.press("enter");
    desk.sees("▾ api");
    desk.sees("api-asg");
    desk.press("j");
    desk.press("enter");
    desk.sees("group api-asg in us-east-1");
    desk.sees("last activities");
    desk.press("esc");
    desk.press("space");
    desk.sees("▸ api");
    desk.sees_not("api-asg");
    desk.press("tab");
    desk.press("tab");
    desk.sees("usw2-az1");
    desk.sees_not("use1-az6");
}

#[test]
fn a_row_that_moves_keeps_the_selection_and_new_trouble_comes_on_top() {
    let mut desk = Desk::new((80, 24), Some(pictures::calm()));
    desk.press("j");
    desk.press("j");
    let selected = |desk: &Desk| match desk.app.place() {
        Some(Place::Board(board)) => board.selected().unwrap(),
        _ => panic!("not on the board"),
    };
    let before = selected(&desk);
    desk.refresh(pictures::zone_bad());
    assert_eq!(selected(&desk), before);
    let screen = desk.screen();
    let first = screen.lines().find(|line| line.contains('▸')).unwrap();
    assert!(first.contains("workers"), "{first}");
}

#[test]
fn a_key_previews_what_is_left_if_the_sick_zone_goes_and_esc_ends_it() {
    for size in SIZES {
        let mut desk = Desk::new(size, Some(pictures::measured()));
        desk.sees_not("GONE");
        desk.press("w");
        desk.sees("IF us-east-1b (use1-az4) GOES");
        desk.sees(" GONE ");
        desk.sees("services can leave now");
        desk.sees("IF 1b GOES");
        desk.press("right");
        desk.sees("IF us-east-1c (use1-az1) GOES");
        desk.press("esc");
        desk.sees_not("GONE");
        desk.press("w");
        desk.press("w");
        desk.sees_not("GONE");
        desk.command("what-if use1-az6");
        desk.sees("IF us-east-1a (use1-az6) GOES");
        desk.command("what-if us-east-1x");
        desk.sees("no zone `us-east-1x` here");
    }
}

#[test]
fn where_there_is_room_the_board_always_says_what_a_lost_zone_would_mean() {
    let mut desk = Desk::new((200, 60), Some(pictures::measured()));
    desk.sees("IF 1b GOES");
    desk.sees("%");
    let mut blind = Desk::new((200, 60), Some(pictures::zone_bad()));
    blind.sees_not("GOES");
    blind.press("w");
    blind.sees("CPU ?");
}
