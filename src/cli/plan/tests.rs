//! The plan document as scripts, people and `apply --plan` meet it.

use super::*;
use crate::operation::call::{Action, TerminateMember, Whom};
use crate::operation::plan::{Confirm, ConfirmKind, Note, OnFailure, PartSummary, Summary, Surprise, Until};
use crate::operation::{Call, Condition, Fact};
use serde_json::Value;

fn at() -> Timestamp {
    "2026-11-21T03:14:22Z".parse().unwrap()
}

fn plan() -> Plan {
    let region = crate::id::Region::from("us-east-1");
    let fact = |instance: &str| Fact::MemberLeft { group: "web".into(), instance: instance.into() };
    let end = TerminateMember {
        instance_id: Whom::Known("i-0123456789abcdef0".into()),
        should_decrement_desired_capacity: true,
    };
    let step = |id: &str, needs: &[&str]| Step {
        id: id.into(),
        part: "i-0123456789abcdef0".into(),
        needs: needs.iter().map(|need| (*need).into()).collect(),
        title: "drain and end i-0123456789abcdef0: desired 7 → 6".to_owned(),
        why: "its replacement serves".to_owned(),
        guards: vec![Guard {
            id: format!("{id}.member").into(),
            level: Level::Block,
            condition: Condition::new(&region, fact("i-0123456789abcdef0")),
            accepted: None,
        }],
        commands: Vec::new(),
        calls: vec![Call::new(&region, Action::TerminateInstanceInAutoScalingGroup(end.clone()))],
        until: Some(Until::new(Condition::new(&region, fact("i-0123456789abcdef0")), 900)),
        undo: Vec::new(),
        on_failure: OnFailure::Hold,
    };
    Plan {
        id: "replace-1".into(),
        operation: "replace".into(),
        target: "i-0123456789abcdef0".into(),
        account: "123456789012".into(),
        account_name: "shop".into(),
        region: region.clone(),
        made_at: at(),
        made_from: at(),
        intent: Intent {
            operation: "replace".into(),
            targets: vec!["i-0123456789abcdef0".into()],
            ..Intent::default()
        },
        on_surprise: Surprise::HoldLane,
        summary: Summary {
            changes: vec!["web: 6 in service before and after".to_owned()],
            cannot_undo: vec!["i-0123456789abcdef0 is ended".to_owned()],
            expected_s: 420,
            confirm: Confirm { kind: ConfirmKind::Target, token: "i-0123456789abcdef0".into() },
            why: vec!["launch-first: it is unhealthy in web".to_owned()],
            rules: Vec::new(),
            parts: parts(),
            notes: vec![Note {
                label: "stays".into(),
                text: "29 instances in 1b, idle: the way back. bastion (EIP, data volume)".to_owned(),
            }],
            expires_at: Some("2026-11-21T09:14:22Z".parse().unwrap()),
        },
        steps: vec![step("s1", &[]), step("s2", &["s1"])],
    }
}

fn parts() -> Vec<PartSummary> {
    let part = |part: &str, how: &str| PartSummary {
        part: part.into(),
        on: true,
        serves: None,
        cpu: None,
        cpu_limit: None,
        how: how.to_owned(),
        takes_s: Some(240),
        why_off: None,
        with: None,
    };
    vec![
        PartSummary {
            serves: Some((10, 11)),
            cpu: Some((74.2, 67.4)),
            cpu_limit: Some(70.0),
            ..part("checkout", "+3 in us-east-1a us-east-1c (desired 12 > 15, min 12 > 15), then its shift")
        },
        PartSummary {
            on: false,
            takes_s: None,
            why_off: Some("the writer is healthy by its own evidence".to_owned()),
            with: Some("catalog".into()),
            ..part("catalog", "writer us-east-1b > us-east-1c: 15-60 s without writes")
        },
    ]
}

fn told(outcome: &Result<Plan, Refusal>) -> (Rendered, Rendered) {
    let estate = Estate::new(vec!["us-east-1".into()]);
    let intent = Intent { operation: "replace".into(), targets: vec!["i-1".into()], ..Intent::default() };
    let label = AccountLabel::of(&estate, &crate::config::Rules::default());
    let seen = Seen { intent: &intent, estate: &estate, label: &label, now: at() };
    (render(outcome.as_ref(), seen, true), render(outcome.as_ref(), seen, false))
}

/// What the contract names is there, and a plan that was kept is the plan that was made.
#[test]
fn a_plan_that_was_kept_is_read_back_by_its_digest_and_one_that_was_changed_is_not() {
    let (json, _) = told(&Ok(plan()));
    let value: Value = serde_json::from_str(&json.text).unwrap();
    for key in
        ["schema", "id", "digest", "operation", "target", "account", "account_name", "region", "made_at", "made_from"]
    {
        assert!(value[key].is_string(), "{key}");
    }
    assert!(value["refused"].is_null());
    let parts = &value["summary"]["parts"];
    assert!(parts[0]["on"] == true && parts[1]["with"] == "catalog" && parts[1]["serves"].is_null(), "{parts}");
    let call = &value["steps"][0]["calls"][0];
    for key in ["service", "action", "region", "cli", "risk", "repeat"] {
        assert!(call[key].is_string(), "{key}");
    }
    let guard = &value["steps"][0]["guards"][0];
    assert!(guard["holds"].is_null() && guard["age_s"].is_null() && guard["accepted"].is_null(), "{guard}");
    assert_eq!(from_saved(&json.text).unwrap(), plan());
    assert_eq!(from_saved(&saved(&plan()).unwrap()).unwrap(), plan());
    let changed =
        json.text.replace("\"ShouldDecrementDesiredCapacity\": true", "\"ShouldDecrementDesiredCapacity\": false");
    assert!(matches!(from_saved(&changed), Err(SavedError::Changed { .. })));
    let lowered = json.text.replace("\"kind\": \"target\"", "\"kind\": \"key\"");
    assert!(
        matches!(from_saved(&lowered), Err(SavedError::Changed { .. })),
        "what is asked before it is in the digest"
    );
    assert!(matches!(from_saved("{}"), Err(SavedError::Strange(_))));
}

#[test]
fn the_text_keeps_to_80_columns_and_its_commands_can_be_copied() {
    let (_, text) = told(&Ok(plan()));
    for line in text.text.lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
    }
    let joined = text.text.replace(" \\\n          ", " ");
    assert!(joined.contains("$ aws autoscaling terminate-instance-in-auto-scaling-group --region us-east-1 --instance-id i-0123456789abcdef0 --should-decrement-desired-capacity"), "{joined}");
    assert!(text.text.contains("CANNOT BE UNDONE") && text.text.contains("nothing takes it back"));
    let begins = |begin: &str| text.text.lines().any(|line| line.starts_with(begin));
    assert!(begins("      PART     SERVES  CPU<70  HOW"), "{}", text.text);
    assert!(begins("  [x] checkout  10>11   74>67  +3 in us-east-1a"), "{}", text.text);
    assert!(begins("  [ ] catalog") && text.text.contains("--set with=catalog"), "{}", text.text);
    assert!(begins("  stays   29 instances") && begins("  expiry  2026-11-21T09:14:22Z"), "{}", text.text);
    assert_eq!(text.notes.len(), 1, "only what is asked at once: {:?}", text.notes);
    assert_eq!(text.exit.code(), 0);
}

#[test]
fn a_refusal_says_why_and_what_would_do_and_ends_with_10() {
    let refusal = Refusal::new("Launch is suspended in web", "resume it");
    let (json, text) = told(&Err(refusal));
    assert_eq!((json.exit.code(), text.exit.code()), (10, 10));
    assert_eq!(text.text, "replace i-1: REFUSED\n  why  Launch is suspended in web\n  try  resume it\n");
    let value: Value = serde_json::from_str(&json.text).unwrap();
    assert_eq!(value["refused"]["remedy"], "resume it");
    assert!(matches!(from_saved(&json.text), Err(SavedError::Refused)));
}
