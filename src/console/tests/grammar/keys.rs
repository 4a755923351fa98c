//! Keys of a person's own.

use crate::console::{KeyFile, StartError};

use super::*;

fn setting(text: &str) -> Setting {
    let keys = KeyFile { name: "/home/me/keys.toml".to_owned(), text: text.to_owned() };
    Setting { keys: Some(keys), ..Setting::default() }
}

#[test]
fn own_keys_run_and_help_and_hints_tell_them() {
    let own = "[[everywhere]]\non = [\"x\"]\nrun = \"alarms is:problem\"\ntell = \"what fires\"\nhint = \"firing\"\n\
               [[board]]\non = [\"w\"]\nrun = \"nothing\"\n";
    let mut desk = Desk::with(setting(own), (120, 40), Some(pictures::measured()));
    desk.sees(" x firing");
    desk.sees_not("what-if");
    desk.press("w");
    desk.sees_not(" GONE ");
    desk.press("x");
    desk.sees(" alarms ");
    desk.sees("/is:problem");
    desk.press("?");
    desk.sees("what fires");
    desk.sees_not("what if the sick zone goes");
}

#[test]
fn a_wrong_key_map_keeps_the_console_from_starting_and_says_where_it_is_wrong() {
    let own = "[[list]]\non = [\"x\"]\nrun = \"up\"\n[[list]]\non = [\"y\", \"x\"]\nrun = \"down\"\n";
    let error: StartError = App::new(setting(own), pictures::now(), (80, 24).into()).unwrap_err();
    assert_eq!(error.to_string(), "/home/me/keys.toml:5:12: lists: `x` runs `down` here and `up` at 2:7");
}
