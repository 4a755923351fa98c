//! The command's answer over the small account.

use unicode_width::UnicodeWidthStr;

use super::*;
use crate::cli::Args;
use crate::listing::fixture::Shop;

fn ask(picture: &Picture, line: &str) -> Result<Rendered, String> {
    let words = std::iter::once("fournines").chain(line.split_whitespace());
    let args = Args::read(words).expect("it is understood");
    let Some(crate::cli::Command::WhatIf(asked)) = args.command else { return Err("another command".to_owned()) };
    render(picture, &Rules::default(), &asked)
}

#[test]
fn a_zone_is_named_by_name_or_id_and_always_shown_by_both() {
    let picture = Shop::calm().picture();
    let by_name = ask(&picture, "what-if zone us-east-1b").unwrap();
    let by_id = ask(&picture, "what-if zone use1-az4").unwrap();
    assert_eq!(by_name.text, by_id.text);
    assert!(by_name.text.starts_with("if us-east-1b (use1-az4) goes: UNKNOWN\n"), "{}", by_name.text);
    assert!(by_name.text.contains("unknown  web keeps 2 of 3 serving; CPU not known"), "{}", by_name.text);
    assert!(
        by_name.text.contains("keeps    orders: its standby takes over us-east-1b > us-east-1a"),
        "{}",
        by_name.text
    );
    assert_eq!(by_name.exit, Exit::Verdict(crate::judge::Verdict::Unknown));
    for line in by_name.text.lines() {
        assert!(line.width() <= 80, "{line}");
    }
}

#[test]
fn names_that_mean_nothing_are_refused_with_what_there_is() {
    let picture = Shop::calm().picture();
    for (line, wanted) in [
        ("what-if zone us-east-1d", "unknown zone `us-east-1d`; did you mean `us-east-1a`?"),
        ("what-if region eu-west-1", "unknown region `eu-west-1`"),
        ("what-if database order", "unknown database `order`; did you mean `orders`?"),
        ("what-if database orders orders-replica", "one database at a time"),
    ] {
        let error = ask(&picture, line).unwrap_err();
        assert!(error.starts_with(wanted), "{line}: {error}");
    }
}

#[test]
fn the_document_has_null_for_what_nobody_knows() {
    let picture = Shop::calm().picture();
    let answer = ask(&picture, "what-if zone us-east-1a --json").unwrap();
    let document: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(document["schema"], "fournines/what-if/1");
    assert_eq!(document["question"]["zones"][0]["zone_id"], "use1-az6");
    let web = document["services"].as_array().unwrap().iter().find(|each| each["name"] == "web").unwrap();
    assert_eq!((&web["serving"], &web["left"], &web["outcome"]), (&3.into(), &2.into(), &"unknown".into()));
    assert!(web["cpu"].is_null() && web["raise"].is_null(), "{web}");
    let gone: Vec<&str> =
        document["stays"].as_array().unwrap().iter().filter_map(|each| each["name"].as_str()).collect();
    assert_eq!(gone, ["god box"]);
    let unread: Vec<&str> =
        document["unread"].as_array().unwrap().iter().filter_map(|each| each["kind"].as_str()).collect();
    assert!(unread.contains(&"route tables"), "{unread:?}");
}
