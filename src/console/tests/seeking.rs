//! A page names a thing, and the console opens on it.

use super::*;

#[test]
fn what_is_sought_at_the_start_opens_once_it_is_read() {
    let mut desk = Desk::new((80, 24), None);
    desk.app.seek("web-1");
    let effects = desk.send(Msg::Tick);
    let wants = |effect: &Effect| matches!(effect, Effect::Watch(wants) if wants.kinds.contains(&Kind::Images));
    assert!(effects.iter().any(wants), "all that it could be in is read: {effects:?}");
    desk.refresh(Arc::new(crate::listing::fixture::Shop::calm().picture()));
    desk.sees("instance i-0a1");
    desk.press("esc");
    desk.sees("SERVICE");
    desk.command("open use1-az4");
    desk.sees("zone us-east-1b");
    desk.command("open i-0123456789abcdef0");
    desk.sees("no instance `i-0123456789abcdef0` in us-east-1");
}

#[test]
fn the_class_of_the_account_stands_in_the_frame_at_every_size() {
    for size in [(60, 20), (80, 24), (120, 40)] {
        let mut desk = Desk::new(size, Some(pictures::calm()));
        desk.sees_not("PROD");
        let class =
            crate::console::AccountClass { word: "prod".to_owned(), mark: crate::console::ClassMark::Production };
        desk.app.set_account(Some("shop".to_owned()), Some(class));
        desk.sees(" PROD ");
        desk.sees("READ-ONLY");
        desk.sees("shop");
    }
    let setting = Setting { local: Some(jiff::tz::TimeZone::posix("CET-1").unwrap()), ..Setting::default() };
    let mut desk = Desk::with(setting, (120, 40), Some(pictures::calm()));
    desk.sees("03:14Z 04:14 CET");
}
