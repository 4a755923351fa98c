use serde_json::{Value as Json, json};

use super::*;
use crate::config::{Config, Overrides, Source};
use crate::estate::{FailureKind, Kind, ReadFailure, Slice, Update};
use crate::judge::Verdict;
use crate::listing::fixture::{CHECKOUT, Shop};

fn answer(picture: &Picture, format: Format) -> Rendered {
    render(picture, &AccountLabel::of(&picture.estate, &Rules::default()), format)
}

fn document(picture: &Picture) -> Json {
    serde_json::from_str(&answer(picture, Format::Json).text).unwrap()
}

fn keys(json: &Json) -> Vec<&str> {
    json.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_document_has_the_contracts_keys() {
    let mut shop = Shop::calm();
    shop.put::<crate::estate::shift::ZonalShift>(json!([{
        "id": "s-1", "resource": "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/shop/5", "away_from": "use1-az1",
        "status": "ACTIVE", "shift_type": "PRACTICE_RUN", "expires_at": "2026-11-21T09:00:00Z",
    }]));
    let document = document(&shop.denied(Kind::Subnets, "ec2:DescribeSubnets").picture());
    let within = |path: &str, wanted: &[&str]| {
        let found = keys(document.pointer(path).unwrap());
        assert!(wanted.iter().all(|key| found.contains(key)), "{path}: {found:?}");
    };
    within(
        "",
        &[
            "schema",
            "account",
            "account_name",
            "caller",
            "taken_at",
            "verdict",
            "regions",
            "zones",
            "groups",
            "target_groups",
        ],
    );
    within("", &["databases", "alarms", "shifts", "operations"]);
    within("/regions/0", &["region", "reachable", "age_s", "errors"]);
    within("/regions/0/errors/0", &["kind", "code", "message", "iam_action"]);
    within(
        "/zones/0",
        &["region", "zone", "zone_id", "verdict", "evidence", "shifted", "instances", "targets", "in_service"],
    );
    within("/zones/0", &["database_writers", "database_standbys"]);
    within("/zones/0/instances", &["running", "pending", "stopped", "impaired"]);
    within("/zones/0/targets", &["healthy", "unhealthy", "draining", "initial", "unused", "unavailable"]);
    within(
        "/groups/0",
        &[
            "region",
            "name",
            "service",
            "min",
            "desired",
            "max",
            "in_service",
            "zones",
            "suspended",
            "verdict",
            "reasons",
        ],
    );
    within(
        "/target_groups/0",
        &["region", "name", "arn", "load_balancers", "healthy", "unhealthy", "draining", "initial", "unused"],
    );
    within("/target_groups/0", &["zones", "verdict", "reasons"]);
    within(
        "/databases/0",
        &["region", "id", "engine", "status", "role", "cluster", "zone", "multi_az", "standby_zone", "replica_of"],
    );
    within("/databases/0", &["lag_s", "verdict", "reasons"]);
    within("/alarms/0", &["region", "name", "type", "state", "since", "actions_enabled", "reason"]);
    within("/shifts/0", &["region", "resource", "away_from", "status", "expires_at", "kind"]);
    assert_eq!(document["shifts"][0]["kind"], "practice");
}

#[test]
fn a_healthy_account_is_quiet_and_exits_0() {
    let picture = Shop::calm().picture();
    let document = document(&picture);
    assert_eq!(
        (&document["verdict"], &document["account_name"], &document["account"]),
        (&json!("ok"), &json!("shop"), &json!("123456789012"))
    );
    assert_eq!(document["taken_at"], "2026-11-21T03:14:00Z");
    assert_eq!(document["zones"][1]["instances"], json!({"running": 1, "pending": 0, "stopped": 0, "impaired": 0}));
    assert_eq!(
        (&document["zones"][1]["zone_id"], &document["zones"][1]["database_writers"]),
        (&json!("use1-az4"), &json!(1))
    );
    assert_eq!(document["groups"][0]["zones"], json!({"us-east-1a": 1, "us-east-1b": 1, "us-east-1c": 1}));
    assert_eq!(document["target_groups"][0]["zones"]["us-east-1b"], json!({"healthy": 1, "total": 1}));
    assert_eq!(
        (&document["databases"][1]["role"], &document["databases"][1]["lag_s"]),
        (&json!("replica"), &Json::Null)
    );
    assert_eq!((&document["regions"][0]["reachable"], &document["regions"][0]["errors"]), (&json!(true), &json!([])));

    let line = answer(&picture, Format::Line);
    assert_eq!(
        (line.text.as_str(), line.exit.code()),
        ("OK shop (123456789012): 3 zones, 4 instances running, targets 3/3\n", 0)
    );
    assert_eq!(
        answer(&picture, Format::Text).text,
        "\
shop (123456789012) OK at 2026-11-21 03:14:00Z

us-east-1 OK: 3 zones, 4 instances running, targets 3/3, data up to 0s old
"
    );
}

#[test]
fn one_unhealthy_target_is_a_warning_with_its_numbers() {
    let mut shop = Shop::calm();
    shop.targets(["healthy", "unhealthy", "healthy"]);
    let picture = shop.picture();
    let answer = answer(&picture, Format::Text);
    assert_eq!(answer.exit.code(), 1);
    assert!(answer.text.contains("target group checkout: 1 of 3 unhealthy, time-outs"), "{}", answer.text);
    assert!(answer.text.contains("us-east-1b  use1-az4  not-zonal"), "{}", answer.text);
    let document = document(&picture);
    let group = &document["target_groups"][0];
    assert_eq!((&group["arn"], &group["healthy"], &group["unhealthy"]), (&json!(CHECKOUT), &json!(2), &json!(1)));
    assert_eq!(group["zones"]["us-east-1b"], json!({"healthy": 0, "total": 1}));
}

#[test]
fn the_line_says_the_worst_region_first() {
    let mut shop = Shop::calm();
    shop.targets(["healthy", "unhealthy", "healthy"]);
    shop.estate.set_scope(vec!["us-east-1".into(), "us-west-2".into()]);
    let picture = shop.picture();
    let line = answer(&picture, Format::Line).text;
    assert!(line.starts_with("UNKNOWN shop (123456789012): us-west-2: "), "{line}");
    let text = answer(&picture, Format::Text).text;
    assert!(text.find("us-west-2 UNKNOWN") < text.find("us-east-1 WARNING"), "{text}");
}

#[test]
fn a_denied_read_makes_its_counts_null_and_the_verdict_unknown() {
    let shop = Shop::calm().denied(Kind::Instances, "ec2:DescribeInstances");
    let document = document(&shop.picture());
    assert!(
        document["zones"]
            .as_array()
            .unwrap()
            .iter()
            .all(|zone| zone["instances"].is_null() && zone["verdict"] == "unknown")
    );
    let error = &document["regions"][0]["errors"][0];
    assert_eq!(
        (&error["kind"], &error["iam_action"], &error["code"]),
        (&json!("instances"), &json!("ec2:DescribeInstances"), &json!("UnauthorizedOperation"))
    );
    let line = answer(&shop.picture(), Format::Line);
    assert_eq!(line.exit.code(), 3);
    assert!(line.text.starts_with("UNKNOWN shop"), "{}", line.text);

    for kind in [
        Kind::Groups,
        Kind::Targets,
        Kind::TargetGroups,
        Kind::Databases,
        Kind::Alarms,
        Kind::Zones,
        Kind::InstanceStatuses,
    ] {
        let picture = Shop::calm().denied(kind, "some:Action").picture();
        assert_eq!(answer(&picture, Format::Json).exit.code(), 3, "{kind}");
        let errors = self::document(&picture)["regions"][0]["errors"].clone();
        assert_eq!((errors.as_array().unwrap().len(), &errors[0]["iam_action"]), (1, &json!("some:Action")), "{kind}");
    }
}

#[test]
fn what_policy_accepts_unread_is_listed_and_not_counted() {
    let mut shop = Shop::calm().denied(Kind::Alarms, "cloudwatch:DescribeAlarms");
    shop.policy.accept_unread.insert(Kind::Alarms);
    let picture = shop.picture();
    let answer = answer(&picture, Format::Text);
    assert_eq!(answer.exit.code(), 0);
    assert!(answer.text.contains("not read: us-east-1: alarms: cloudwatch:DescribeAlarms denied"), "{}", answer.text);
    assert!(answer.text.contains("allow: cloudwatch:DescribeAlarms\n"), "{}", answer.text);
    assert_eq!(document(&picture)["regions"][0]["errors"][0]["kind"], "alarms");
}

#[test]
fn data_past_its_age_never_exits_0() {
    let picture = Shop::calm().picture_after(600);
    let document = document(&picture);
    assert_eq!(answer(&picture, Format::Line).exit.code(), 3);
    assert_eq!(document["regions"][0]["age_s"], 600.0);
    assert_eq!(
        (&document["groups"][0]["in_service"], &document["groups"][0]["verdict"]),
        (&Json::Null, &json!("unknown"))
    );
    assert!(document["target_groups"][0]["healthy"].is_null() && document["target_groups"][0]["zones"].is_null());
}

#[test]
fn a_region_that_answers_nothing_is_not_reachable_whatever_was_kept() {
    let mut shop = Shop::calm();
    let why = ReadFailure {
        kind: FailureKind::Unreachable,
        action: "some:Action".into(),
        code: None,
        message: "connection refused".into(),
        request_id: None,
    };
    for (id, _) in Shop::calm().estate.all_slices().filter(|(id, _)| !id.region.is_global() && id.kind != Kind::Images)
    {
        shop.estate.apply(Update::part(id, Slice::failed(why.clone(), shop.now)));
    }
    let picture = shop.picture_after(3600 * 24);
    let document = document(&picture);
    let region = &document["regions"][0];
    assert_eq!(region["reachable"], false);
    let errors = region["errors"].as_array().unwrap();
    assert!(errors.iter().all(|error| error["failure"] == "unreachable" && error["kind"] != "images"), "{errors:?}");
    assert!(answer(&picture, Format::Text).text.contains("us-east-1 UNKNOWN, not reachable"));
}

#[test]
fn an_empty_account_is_well_and_an_unread_one_is_not() {
    let empty = Shop::empty().picture();
    assert_eq!(answer(&empty, Format::Line).exit.code(), 0);
    assert_eq!(document(&empty)["groups"], json!([]));
    let mut unread = Shop::empty();
    unread.estate = Estate::new(unread.estate.scope().to_vec());
    let picture = unread.picture();
    assert_eq!((picture.judgement.account.verdict, answer(&picture, Format::Text).exit.code()), (Verdict::Unknown, 3));
    let document = document(&picture);
    assert_eq!((&document["regions"][0]["reachable"], &document["account"]), (&Json::Null, &Json::Null));
    assert!(
        document["regions"][0]["errors"]
            .as_array()
            .unwrap()
            .iter()
            .all(|error| error["message"].as_str().unwrap().contains("not read yet"))
    );
}

#[test]
fn the_policy_names_the_account_before_its_alias_does() {
    let text = "[accounts.123456789012]\nname = \"shop \\u001b[31m\"".to_owned();
    let source = Source { path: "policy.toml".into(), text };
    let rules = Rules::load(Some(&source), &Config::default(), &|_| None, &Overrides::default()).unwrap();
    let picture = Shop::calm().picture();
    let label = AccountLabel::of(&picture.estate, &rules);
    assert_eq!(label.name.as_deref(), Some("shop \u{1b}[31m"));
    assert!(render(&picture, &label, Format::Line).text.starts_with("OK shop \\u{1b}[31m (123456789012)"));
}

#[test]
fn what_somebody_has_noted_is_told_last_with_who_and_why_and_changes_no_exit_code() {
    let mut shop = Shop::calm();
    shop.targets(["healthy", "unhealthy", "unhealthy"]);
    let picture = shop.picture();
    let mut label = AccountLabel::of(&picture.estate, &Rules::default());
    let before = render(&picture, &label, Format::Text);
    let finding = crate::judge::finding::ranked(&picture.judgement, picture.estate.scope(), picture.taken_at)[0];
    let until = picture.taken_at + jiff::SignedDuration::from_hours(1);
    let note =
        crate::judge::Acknowledgement::of(finding, ("ada", "vendor \u{1b}[31m called"), (picture.taken_at, until));
    label.noted.add(note);
    let after = render(&picture, &label, Format::Text);
    assert_eq!(before.exit, after.exit);
    assert!(after.text.contains("[noted by ada until 2026-11-21 04:14Z: vendor \\u{1b}[31m called]"), "{}", after.text);
    let document: Json = serde_json::from_str(&render(&picture, &label, Format::Json).text).unwrap();
    let findings = document["findings"].as_array().unwrap();
    assert!(findings[0]["acknowledged"].is_null() || findings.iter().all(|entry| !entry["acknowledged"].is_null()));
    assert!(findings.iter().any(|entry| entry["acknowledged"]["who"] == "ada"), "{document:#}");
}
