//! What is looked at changes as a whole: regions, account; and the way to a shell.

use super::*;
use crate::id::Region;

fn shop() -> Arc<Picture> {
    Arc::new(crate::listing::fixture::Shop::calm().picture())
}

#[test]
fn a_shell_says_first_what_it_runs_and_opens_when_asked_again() {
    let setting = Setting { profile: Some("prod".to_owned()), ..Setting::default() };
    let mut desk = Desk::with(setting, (120, 40), Some(shop()));
    assert!(desk.press("$").is_empty());
    desk.sees("a shell is opened on an instance");
    desk.command("shell i-0a1");
    desk.sees("once more runs: aws ssm start-session --target i-0a1 --region us-east-1 --profile prod");
    let line = ["aws", "ssm", "start-session", "--target", "i-0a1", "--region", "us-east-1", "--profile", "prod"];
    let shell = Effect::Shell(line.map(str::to_owned).to_vec());
    assert!(desk.command("shell i-0a1").contains(&shell));
    desk.command("shell i-0a1");
    desk.app.set_now(pictures::now() + jiff::SignedDuration::from_secs(61));
    assert!(!desk.command("shell i-0a1").contains(&shell), "too late: it is told again");
    assert!(!desk.command("shell i-0b2").contains(&shell), "another instance is told first");
}

#[test]
fn no_shell_opens_where_the_session_is_held_read_only() {
    let setting = Setting { no_shell: Some("held read-only".to_owned()), ..Setting::default() };
    let mut desk = Desk::with(setting, (80, 24), Some(shop()));
    for _ in 0..2 {
        assert!(desk.command("shell i-0a1").is_empty());
        desk.sees("no shell: held read-only");
    }
}

#[test]
fn another_account_begins_with_nothing_of_the_first() {
    let mut desk = Desk::new((80, 24), Some(shop()));
    assert_eq!(desk.command("profile staging"), [Effect::Profile("staging".to_owned())]);
    desk.sees("this account stays until it has answered");
    desk.sees("god box");
    desk.command("open web-1");
    let setting = Setting { profile: Some("staging".to_owned()), ..Setting::default() };
    desk.app.begin_anew(setting, pictures::now()).unwrap();
    desk.sees("profile staging: reading its account");
    desk.sees("account ?");
    for word in ["i-0a1", "god box", "alice", "123456789012"] {
        desk.sees_not(word);
    }
    desk.press("2");
    desk.sees_not("i-0a1");
}

#[test]
fn regions_are_chosen_and_a_mistyped_one_is_refused() {
    use crate::estate::account::EnabledRegion;
    use crate::estate::{Row, Slice, SliceId, Update};
    let mut shop = crate::listing::fixture::Shop::calm();
    let regions = ["us-east-1", "us-west-2", "eu-west-1"].map(|name| EnabledRegion { region: Region::from(name) });
    let slice = Slice::read(EnabledRegion::rows(regions.to_vec()), shop.now);
    shop.estate.apply(Update::part(SliceId::all(&Region::global(), Kind::Regions), slice));
    let mut desk = Desk::new((80, 24), Some(Arc::new(shop.picture())));
    assert!(desk.command("scope us-esat-1").is_empty());
    desk.sees("us-esat-1 is not enabled for this account; did you mean us-east-1?");
    let effects = desk.command("scope us-west-2,eu-west-1");
    assert!(effects.contains(&Effect::LookIn(["us-west-2", "eu-west-1"].map(Region::from).to_vec())));
    assert!(desk.command("scope all").contains(&Effect::LookIn(Vec::new())));
}
