//! What `fournines audit` prints.

use serde_json::{Value as Json, json};

use super::*;
use crate::estate::Kind;
use crate::estate::database::Database;
use crate::judge::audit::{self, CHECKS, find};
use crate::judge::policy::AcceptedRisk;
use crate::listing::fixture::Shop;

const CHECKED: &[&str] = &["multi-az-off", "backups-off", "max-reached"];

fn label() -> AccountLabel {
    AccountLabel { account: Some("123456789012".into()), name: Some("shop".to_owned()), ..AccountLabel::default() }
}

fn answer(shop: &Shop, format: Format) -> Rendered {
    let picture = shop.picture();
    let checks = CHECKED.iter().filter_map(|name| find(name));
    render(&audit::of(&picture, checks), None, &label(), picture.taken_at, format)
}

fn document(shop: &Shop) -> Json {
    serde_json::from_str(&answer(shop, Format::Json).text).unwrap()
}

/// The shop with two databases that are badly kept.
fn shop() -> Shop {
    let mut shop = Shop::calm();
    let row = |id: &str| {
        json!({
            "id": id, "engine": "mysql", "class": "db.m6g.large", "status": "available", "multi_az": false,
            "zone": "us-east-1b", "replicas": [], "replication": [], "pending_changes": [], "backup_days": 0, "tags": [],
        })
    };
    shop.put::<Database>(json!([row("reporting"), row("sessions")]));
    shop
}

fn risk(until: &str) -> AcceptedRisk {
    AcceptedRisk {
        check: "multi-az-off".to_owned(),
        subject: "rep*".to_owned(),
        owner: "ada".to_owned(),
        reason: "moves in spring".to_owned(),
        until: until.parse().unwrap(),
    }
}

#[test]
fn findings_stand_by_severity_and_check_with_what_to_do() {
    let mut shop = shop();
    shop.policy.accepted.push(risk("2026-11-24T00:00:00Z"));
    let answer = answer(&shop, Format::Text);
    assert_eq!(
        answer.text,
        "\
shop (123456789012) CRITICAL at 2026-11-21 03:14:00Z
3 high, 1 accepted

HIGH
 multi-az-off: the database has no standby
   us-east-1 database sessions: mysql with no standby in us-east-1b
   -> turn Multi-AZ on in a quiet hour; it is online, and writes are slower
     while it syncs
 backups-off: automatic backups are off
   us-east-1 database reporting: 0 days kept
   us-east-1 database sessions: 0 days kept
   -> set a retention of seven days or more

ACCEPTED
 multi-az-off us-east-1 reporting: mysql with no standby in us-east-1b
   by ada, 3 days left: moves in spring
"
    );
    assert_eq!(answer.exit.code(), 2);
}

#[test]
fn an_acceptance_that_has_expired_is_told_where_it_counts_again() {
    let mut shop = shop();
    shop.policy.accepted.push(risk("2026-11-20T00:00:00Z"));
    let text = answer(&shop, Format::Text).text;
    assert!(text.contains("accepted by ada until 2026-11-20: expired, and counts again"), "{text}");
    let document = document(&shop);
    let lapsed = document["findings"].as_array().unwrap().iter().find(|finding| !finding["lapsed"].is_null()).unwrap();
    assert_eq!((&lapsed["subject"]["name"], &lapsed["lapsed"]["owner"]), (&json!("reporting"), &json!("ada")));
}

#[test]
fn what_cannot_be_looked_at_is_told_with_the_action_that_is_missing() {
    let shop = Shop::calm().denied(Kind::Databases, "rds:DescribeDBInstances");
    let answer = answer(&shop, Format::Text);
    assert_eq!(answer.exit.code(), 3);
    assert!(answer.text.contains("nothing found, 2 of 3 checks could not look everywhere"), "{}", answer.text);
    assert!(
        answer.text.contains("\n   for multi-az-off, backups-off\n   -> allow rds:DescribeDBInstances\n"),
        "{}",
        answer.text
    );
    let gap = &document(&shop)["could_not_look"][0];
    assert_eq!(
        (&gap["check"], &gap["kind"], &gap["iam_action"], &gap["region"]),
        (&json!("multi-az-off"), &json!("databases"), &json!("rds:DescribeDBInstances"), &json!("us-east-1"))
    );
}

#[test]
fn the_document_has_what_scripts_rely_on() {
    let document = document(&shop());
    assert_eq!((&document["schema"], &document["verdict"]), (&json!("fournines/audit/1"), &json!("critical")));
    assert_eq!(document["checks"].as_array().unwrap().len(), CHECKED.len());
    let finding = document["findings"][0].as_object().unwrap();
    for field in ["check", "severity", "title", "subject", "region", "zone", "evidence", "remedy", "lapsed"] {
        assert!(finding.contains_key(field), "{field}");
    }
    for list in ["findings", "could_not_look", "not_measured", "accepted", "obsolete"] {
        assert!(document[list].is_array(), "{list}");
    }
}

#[test]
fn a_well_kept_account_exits_0_and_names_cannot_drive_the_terminal() {
    let mut shop = Shop::empty();
    assert_eq!(answer(&shop, Format::Text).text.lines().nth(1), Some("nothing found"));
    assert_eq!(answer(&shop, Format::Text).exit.code(), 0);
    shop.put::<Database>(json!([{
        "id": "evil\u{1b}[2J", "engine": "mysql", "status": "available", "multi_az": false, "replicas": [],
        "replication": [], "pending_changes": [], "backup_days": 7, "tags": [],
    }]));
    assert!(!answer(&shop, Format::Text).text.contains('\u{1b}'));
}

#[test]
fn every_check_is_explained_in_80_columns() {
    for check in CHECKS {
        let text = explain(check).text;
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("What to do: ") && text.contains("Source: ") && !text.contains(".."), "{text}");
    }
}
