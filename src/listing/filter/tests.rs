use serde_json::json;

use super::*;
use crate::estate::Kind;
use crate::listing::find;
use crate::listing::fixture::Shop;

/// The names of the rows that pass, in order.
fn kept(shop: &Shop, list: &str, filter: &str) -> Vec<String> {
    let picture = shop.picture();
    let list = find(list).unwrap();
    let rows = list.rows(&picture);
    let filter = Filter::parse(filter, list).unwrap_or_else(|error| panic!("{filter}: {error}"));
    rows.order(&filter, None).into_iter().map(|i| rows.id(i).id).collect()
}

#[test]
fn filters_keep_what_they_say() {
    let shop = Shop::calm();
    for (filter, ids) in [
        ("", vec!["i-0a1", "i-0b2", "i-0c3", "i-0d4"]),
        ("WEB", vec!["i-0a1", "i-0b2", "i-0c3"]),
        ("web 1b", vec!["i-0b2"]),
        ("!web", vec!["i-0d4"]),
        ("~gdbx", vec!["i-0d4"]),
        ("!~wb1", vec!["i-0b2", "i-0d4"]),
        ("\"god box\"", vec!["i-0d4"]),
        ("zone:use1-az4", vec!["i-0b2"]),
        ("zone:us-east-1b,us-east-1c", vec!["i-0b2", "i-0c3"]),
        ("zone=use1-az", vec![]),
        ("state:run", vec!["i-0a1", "i-0b2", "i-0c3", "i-0d4"]),
        ("state=run", vec![]),
        ("state!=running", vec![]),
        ("name:web-1", vec!["i-0a1", "i-0c3"]),
        ("name=web-1", vec!["i-0a1"]),
        ("name:web*0", vec!["i-0c3"]),
        ("name:\"god box\"", vec!["i-0d4"]),
        ("group:-", vec!["i-0d4"]),
        ("group:", vec!["i-0a1", "i-0b2", "i-0c3"]),
        ("!group:web", vec!["i-0d4"]),
        ("age<1h", vec!["i-0b2"]),
        ("age>=1h14m", vec!["i-0a1", "i-0c3", "i-0d4"]),
        ("launched<1h", vec!["i-0b2"]),
        ("launched>=2026-11-21T02:00:00Z", vec!["i-0a1", "i-0b2", "i-0c3"]),
        ("/^web-\\d$/", vec!["i-0a1", "i-0b2"]),
        ("!/web|god/", vec![]),
        ("targets:healthy", vec!["i-0a1", "i-0b2", "i-0c3"]),
        ("problems", vec![]),
        ("is:ok zone:us-east-1a", vec!["i-0a1", "i-0d4"]),
    ] {
        assert_eq!(kept(&shop, "instances", filter), ids, "{filter}");
    }
    for (list, filter, ids) in [
        ("groups", "desired>=3", vec!["web"]),
        ("groups", "desired:3 min<2", vec![]),
        ("groups", "zone:use1-az6", vec!["web"]),
        ("databases", "multi_az:yes", vec!["orders"]),
        ("databases", "role:replica", vec!["orders-replica"]),
        ("targets", "arn:aws", vec![&*format!("{} i-0a1:80", crate::listing::fixture::CHECKOUT)]),
    ] {
        assert_eq!(kept(&shop, list, filter).into_iter().take(1).collect::<Vec<_>>(), ids, "{list} {filter}");
    }
}

#[test]
fn what_nobody_knows_neither_passes_nor_fails() {
    let shop = Shop::calm();
    assert_eq!(kept(&shop, "databases", "lag:?"), ["orders-replica"]);
    assert!(kept(&shop, "databases", "lag<5").is_empty());
    assert!(kept(&shop, "databases", "!lag<5").is_empty());
    let blind = shop.denied(Kind::InstanceStatuses, "ec2:DescribeInstanceStatus");
    assert_eq!(kept(&blind, "instances", "system_check:?").len(), 4);
    assert!(
        kept(&blind, "instances", "system_check:ok").is_empty()
            && kept(&blind, "instances", "!system_check:ok").is_empty()
    );
    assert_eq!(kept(&blind, "instances", "is:unknown").len(), 4, "an instance whose checks nobody may read is not ok");
}

#[test]
fn problems_are_found_where_they_show() {
    let mut shop = Shop::calm();
    shop.targets(["healthy", "unhealthy", "healthy"]);
    assert_eq!(kept(&shop, "instances", "problems"), ["i-0b2"]);
    assert_eq!(kept(&shop, "targets", "is:warning Target.Timeout").len(), 1, "by AWS's code");
    assert_eq!(kept(&shop, "targets", "is:warning time-outs").len(), 1, "and in words");
    shop.put::<crate::estate::zone::Zone>(json!([]));
    assert_eq!(kept(&shop, "instances", "zone_id:?").len(), 4, "a zone's id that nobody knows is not absent");
}

#[test]
fn errors_say_where_and_name_the_nearest() {
    let instances = find("instances").unwrap();
    for (filter, position, words) in [
        ("web zonne:1a", 4, "did you mean `zone`?"),
        ("age<soon", 4, "neither a number nor a duration"),
        ("age<", 4, "needs a value"),
        ("name:\"open", 5, "not closed"),
        ("ok /(/", 3, "regular expression"),
        ("! web", 0, "`!`"),
        ("web ~", 4, "`~`"),
        ("is:problme", 3, "did you mean `problem`?"),
    ] {
        let error = Filter::parse(filter, instances).unwrap_err();
        assert_eq!(error.position, position, "{filter}: {error}");
        assert!(error.to_string().contains(words), "{filter}: {error}");
    }
}
