//! A role that may not do one of the reads: every document says so, and no count becomes zero.

use std::collections::BTreeSet;

use fournines::aws::{READS, Read, Scope};
use fournines::cli;
use fournines::cli::status::{AccountLabel, Format};
use fournines::config::Rules;
use fournines::estate::{Kind, parents};
use fournines::id::Text;
use fournines::judge::{JUDGED, Picture};
use fournines::listing::{LISTS, List};
use serde_json::Value;

use crate::account::Account;

fn status(picture: &Picture) -> (Value, u8) {
    let label = AccountLabel::of(&picture.estate, &Rules::default());
    let rendered = cli::status::render(picture, &label, Format::Json);
    (serde_json::from_str(&rendered.text).unwrap(), rendered.exit.code())
}

fn listed(picture: &Picture, list: &'static List) -> (Value, u8, Vec<String>) {
    let question = cli::list::Question::new(list, None, None).unwrap();
    let rendered = cli::list::render(picture, &question, &std::collections::BTreeMap::new(), cli::list::Format::Json);
    (serde_json::from_str(&rendered.text).unwrap(), rendered.exit.code(), rendered.notes)
}

/// Kinds that one denial leaves unread: its own, and those that hang on it.
fn lost(denied: &Read) -> BTreeSet<Kind> {
    let mut kinds: BTreeSet<Kind> =
        READS.iter().filter(|read| read.action == denied.action).map(|read| read.kind).collect();
    if kinds.contains(&Kind::TargetGroups) {
        kinds.insert(Kind::Targets);
    }
    if kinds.contains(&Kind::ClassicBalancers) {
        kinds.insert(Kind::ClassicTargets);
    }
    kinds
}

/// The parents of a kind in both regions.
fn parents_of(kind: Kind, picture: &Picture) -> Vec<Text> {
    let scope = picture.estate.scope();
    scope.iter().flat_map(|region| parents::of(kind, &picture.estate, region)).collect()
}

/// Every number in a document under `path`, to be compared between the whole picture and the denied one.
fn numbers(value: &Value, path: &str, into: &mut Vec<(String, f64)>) {
    match value {
        Value::Number(number) => into.push((path.to_owned(), number.as_f64().unwrap_or(f64::NAN))),
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| numbers(value, &format!("{path}.{key}"), into))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| numbers(value, &format!("{path}[{at}]"), into))
        }
        _ => {}
    }
}

/// The zone counts by region and zone: what a denial may make null and never zero.
fn zone_counts(status: &Value) -> Vec<(String, f64)> {
    let mut all = Vec::new();
    for zone in status["zones"].as_array().unwrap() {
        for key in ["instances", "targets", "in_service", "database_writers", "database_standbys"] {
            numbers(&zone[key], &format!("{}.{key}", zone["zone"].as_str().unwrap()), &mut all);
        }
    }
    all
}

#[tokio::test(start_paused = true)]
async fn each_denial_is_said_by_name_and_no_count_becomes_zero() {
    let account = Account::calm(1);
    let (whole, _) = status(&account.read_all().await);
    let truth: std::collections::BTreeMap<String, f64> = zone_counts(&whole).into_iter().collect();
    let mut tried = BTreeSet::new();
    for read in READS.iter().filter(|read| read.scope != Scope::Account && tried.insert(read.action)) {
        account.deny(read.action);
        let picture = account.read_all().await;
        account.allow(read.action);
        let (document, exit) = status(&picture);
        let mut lost = lost(read);
        // What nothing in the account hangs on was not asked for, and so nothing of it is missing.
        lost.retain(|kind| parents::listing(*kind).is_none() || !parents_of(*kind, &picture).is_empty());
        for (path, number) in zone_counts(&document) {
            let was = truth.get(&path).copied().unwrap_or(0.0);
            assert!(number != 0.0 || was == 0.0, "{} denied: {path} was {was} and became 0", read.action);
        }
        if JUDGED.iter().any(|kind| lost.contains(kind)) {
            let errors = document["regions"][0]["errors"].as_array().unwrap();
            let named = errors.iter().any(|error| error["iam_action"] == read.action);
            assert!(named, "{} denied: {errors:?}", read.action);
            assert_eq!(exit, worst_of_unknown(&document), "{} denied: {}", read.action, document["verdict"]);
        }
        for list in LISTS.iter().filter(|list| list.kinds.iter().any(|kind| lost.contains(kind))) {
            let (document, exit, notes) = listed(&picture, list);
            assert_eq!(document["complete"], false, "{} denied, list {}", read.action, list.name);
            assert!(
                notes.iter().any(|note| note.contains(read.action)),
                "{} denied, list {}: {notes:?}",
                read.action,
                list.name
            );
            assert!(
                exit == 3 || !document["rows"].as_array().unwrap().is_empty(),
                "{} denied, list {}",
                read.action,
                list.name
            );
        }
    }
    assert!(tried.len() > 20);
}

/// A denial makes the verdict unknown, or leaves it critical where something else is.
fn worst_of_unknown(document: &Value) -> u8 {
    if document["verdict"] == "critical" { 2 } else { 3 }
}

#[tokio::test(start_paused = true)]
async fn a_role_that_may_do_nothing_sees_nothing_and_is_told_so() {
    let account = Account::calm(1);
    for prefix in
        ["ec2", "autoscaling", "elasticloadbalancing", "rds", "cloudwatch", "arc-zonal-shift", "route53", "iam", "sts"]
    {
        account.deny(&format!("{prefix}:*"));
    }
    let picture = account.read_all().await;
    let (document, exit) = status(&picture);
    assert_eq!((document["verdict"].as_str(), exit), (Some("unknown"), 3));
    assert!(document["account"].is_null());
    assert!(zone_counts(&document).is_empty());
    assert!(document["regions"][0]["errors"].as_array().unwrap().len() >= JUDGED.len() - 2);
}
