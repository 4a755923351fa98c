//! What policy says, as plans show it and refuse by it.

use super::fixture::{Town, intent};
use crate::operation::LocalCommand;
use crate::operation::plan::ConfirmKind;
use crate::operation::rules::{Rule, Terms, When};

fn rule(when: When, terms: Terms) -> Rule {
    Rule { when, terms, origin: "policy.toml:7".into() }
}

fn town(terms: Terms) -> Town {
    let mut town = Town::of(6);
    let when = When { account: Some("prod*".into()), name: Some("web".into()), ..When::default() };
    town.rules.all = vec![rule(when, terms)];
    town
}

fn refused(town: &Town) -> String {
    town.plan("replace", "i-1", &[]).unwrap_err().reason
}

#[test]
fn what_is_denied_or_lacks_what_is_asked_is_refused_with_the_rule() {
    let denied = town(Terms { deny: Some("frozen until Monday".into()), ..Terms::default() });
    assert_eq!(refused(&denied), "denied: frozen until Monday (policy.toml:7)");
    assert!(denied.plan("replace", "i-alone", &[("way", "stop-start")]).is_ok(), "the rule is for members of web");
    let asked = town(Terms { ask_reason: true, ask_ticket: Some("OPS-*".into()), ..Terms::default() });
    assert_eq!(refused(&asked), "a reason is asked (policy.toml:7)");
    let mut told = intent("replace", &["i-1"], &[]);
    told.reason = Some("host is dying".into());
    assert_eq!(asked.plan_of(&told).unwrap_err().reason, "a ticket is asked: OPS-* (policy.toml:7)");
    told.ticket = Some("OPS-7".into());
    assert!(asked.plan_of(&told).is_ok());
}

#[test]
fn caps_count_targets_of_one_operation_and_of_the_last_hour() {
    let mut town = town(Terms { most_targets: Some(2), most_an_hour: Some(4), ..Terms::default() });
    let three = intent("replace", &["i-1", "i-2", "i-3"], &[]);
    assert_eq!(town.plan_of(&three).unwrap_err().reason, "3 targets, and policy lets one operation touch 2");
    town.touched_lately = Some(4);
    assert!(refused(&town).starts_with("4 targets were touched in the last hour"));
    town.touched_lately = None;
    assert!(refused(&town).contains("is not known"), "what nobody knows does not pass");
}

/// A floor above what is left makes it launch first, and a scale-in below it is refused.
#[test]
fn a_floor_on_capacity_chooses_the_way_and_refuses_to_go_below() {
    let mut town = town(Terms { keep: Some(1.0), ..Terms::default() });
    town.target("i-1", "unhealthy");
    let plan = town.plan("replace", "i-1", &[]).unwrap();
    assert!(plan.summary.why[0].starts_with("i-1: launch-first"), "{:?}", plan.summary.why);
    assert_eq!(plan.summary.rules, ["100 % stay in service (policy.toml:7)"]);
    assert!(town.plan("scale", "web", &[("desired", "5")]).unwrap_err().reason.contains("policy keeps 6 of 6"));
}

#[test]
fn programs_run_before_and_after_each_and_stand_in_the_digest() {
    let command = |word: &str| LocalCommand {
        argv: vec![word.into(), "--now".into()],
        timeout_s: 60,
        env: std::collections::BTreeMap::new(),
    };
    let plain = town(Terms::default()).plan("replace", "i-1", &[]).unwrap();
    let terms = Terms {
        before: vec![command("/opt/warm")],
        after: vec![command("/opt/alias")],
        confirm: Some(ConfirmKind::Account),
        ..Terms::default()
    };
    let plan = town(terms).plan("replace", "i-1", &[]).unwrap();
    assert_ne!(plain.digest().unwrap(), plan.digest().unwrap());
    let commands: Vec<(&str, Option<&str>)> = plan
        .steps
        .iter()
        .flat_map(|step| &step.commands)
        .map(|command| (&*command.argv[0], command.env.get("FOURNINES_NEW").map(|new| &**new)))
        .collect();
    assert_eq!(commands[0], ("/opt/warm", None));
    assert!(matches!(commands[1], ("/opt/alias", Some(new)) if new.starts_with("${s")));
    assert_eq!((plan.summary.confirm.kind, &*plan.summary.confirm.token), (ConfirmKind::Account, "shop"));
}

#[test]
fn members_of_a_quorum_are_dealt_with_one_at_a_time() {
    let mut town = Town::of(1);
    town.rules.quorum_tags = vec!["ops:quorum".into()];
    let both = intent("replace", &["i-1", "i-alone"], &[("at-once", "4")]);
    let mut apart = both.clone();
    apart.settings.insert("at-once".into(), "1".into());
    town.impair("i-alone", &["system"]);
    let beside = town.plan_of(&both).unwrap();
    assert_eq!(beside.steps.iter().filter(|step| step.needs.is_empty()).count(), 2, "two lanes");
    town.alone.tags = crate::estate::tag::Tags::new([("ops:quorum".into(), "kafka".into())]);
    let plan = town.plan_of(&both).unwrap();
    assert_eq!(plan.steps.iter().filter(|step| step.needs.is_empty()).count(), 1);
    assert!(plan.summary.why.iter().any(|why| why.starts_with("one at a time")));
}

/// A plan that was reviewed on Friday is not run on Monday against what policy says by then.
#[test]
fn a_plan_that_was_kept_is_held_to_what_policy_and_the_account_say_when_it_runs() {
    let mut town = town(Terms::default());
    let kept = town.plan("replace", "i-1", &[]).unwrap();
    assert_eq!(town.reason_off_policy(&kept), None);
    town.rules.all.push(rule(When::default(), Terms { confirm: Some(ConfirmKind::Account), ..Terms::default() }));
    assert!(town.reason_off_policy(&kept).unwrap().starts_with("policy says other things"));
    town.rules.all.push(rule(When::default(), Terms { deny: Some("frozen".into()), ..Terms::default() }));
    assert!(town.reason_off_policy(&kept).unwrap().starts_with("denied: frozen"));
}
