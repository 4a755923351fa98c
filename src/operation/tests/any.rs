//! What holds of any plan: of every operation, over accounts made at random.

use std::collections::BTreeSet;

use super::fixture::{Town, calls, intent, now};
use crate::operation::plan::{Level, critic};
use crate::operation::{OPERATIONS, Plan, Risk, TargetKind, iam};
use jiff::SignedDuration;

const STATES: &[&str] = &["InService", "InService", "InService", "Pending", "Standby", "Terminating:Wait"];
const TARGETS: &[&str] = &["healthy", "healthy", "healthy", "unhealthy", "initial", "draining"];

fn random(seed: u64) -> Town {
    let mut rng = fastrand::Rng::with_seed(seed);
    let count = rng.usize(1..8);
    let mut town = Town::of(count);
    for n in 1..=count {
        let id = format!("i-{n}");
        town.member(&id, STATES[rng.usize(..STATES.len())]);
        town.target(&id, TARGETS[rng.usize(..TARGETS.len())]);
        if rng.u8(..4) == 0 {
            town.impair(&id, &[["system", "guest", "volumes"][rng.usize(..3)]]);
        }
    }
    if rng.bool() {
        town.impair("i-alone", &[["system", "guest", "volumes"][rng.usize(..3)]]);
    }
    if rng.u8(..4) == 0 {
        town.sick = vec![["us-east-1a", "us-east-1b", "us-east-1c"][rng.usize(..3)]];
    }
    if rng.u8(..5) == 0 {
        town.group.suspended.insert(["Launch", "AZRebalance", "HealthCheck"][rng.usize(..3)].into(), "".into());
    }
    town.group.max += rng.i32(0..3);
    town.group.min = rng.i32(0..=town.group.desired);
    town
}

/// An operation, a target, and settings of its form.
type Try = (&'static str, String, Vec<(&'static str, &'static str)>);

/// Settings of each operation's form, at random among what it takes.
fn tried(seed: u64) -> Vec<Try> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut tried = Vec::new();
    for operation in OPERATIONS {
        let target = match operation.target {
            TargetKind::Group => "web".to_owned(),
            TargetKind::Instance if rng.u8(..4) == 0 => "i-alone".to_owned(),
            TargetKind::Instance => format!("i-{}", rng.u8(1..8)),
            TargetKind::Zone | TargetKind::Shift => "us-east-1b".to_owned(),
        };
        let settings = match operation.name {
            "replace" => vec![("way", super::super::replace::Way::WORDS[rng.usize(..9)])],
            "scale" => vec![[("desired", "+1"), ("desired", "-1"), ("min", "+1"), ("max", "+2")][rng.usize(..4)]],
            _ => Vec::new(),
        };
        tried.push((operation.name, target, settings));
    }
    tried
}

fn check(plan: &Plan, seed: u64) {
    assert_eq!(critic::objections(plan), Vec::<String>::new(), "seed {seed}");
    let writes = iam::of(&[&plan.operation]).writes;
    for call in plan.calls().chain(plan.steps.iter().flat_map(|step| &step.undo)) {
        let asked: BTreeSet<String> = call.action.iam().iter().map(|action| (*action).to_owned()).collect();
        assert!(asked.is_subset(&writes), "seed {seed}: {} needs {asked:?}", plan.operation);
        call.command().unwrap();
    }
    for step in &plan.steps {
        let ends = step.calls.iter().any(|call| call.action.risk() > Risk::Harmless);
        let blocks = step.guards.iter().any(|guard| guard.level == Level::Block);
        assert!(!ends || !step.guards.is_empty(), "seed {seed}: {}", step.title);
        assert!(blocks || !calls(plan).is_empty());
        assert!(step.until.is_some() || !step.commands.is_empty(), "seed {seed}: {} waits for nothing", step.title);
    }
    let text = serde_json::to_string(plan).unwrap();
    let read: Plan = serde_json::from_str(&text).unwrap();
    assert_eq!((&read, read.digest().unwrap()), (plan, plan.digest().unwrap()), "seed {seed}");
}

#[test]
fn plans_over_accounts_made_at_random_pass_the_critic_and_ask_for_no_right_that_is_not_told() {
    let (mut planned, mut kinds) = (0, BTreeSet::new());
    for seed in 0..600 {
        let town = random(seed);
        for (operation, target, settings) in tried(seed) {
            let Ok(plan) = town.plan(operation, &target, &settings) else { continue };
            check(&plan, seed);
            planned += 1;
            kinds.extend(calls(&plan));
        }
    }
    assert!(planned > 500, "{planned} plans");
    assert!(kinds.len() >= 13, "calls seen: {kinds:?}");
}

/// What is done is told by the digest, and not when somebody looked.
#[test]
fn the_same_account_gives_the_same_digest_whenever_it_is_planned() {
    for seed in 0..60 {
        let town = random(seed);
        for (operation, target, settings) in tried(seed) {
            let intent = intent(operation, &[&target], &settings);
            let (first, second) = (town.plan_of(&intent), town.plan_at(&intent, now() + SignedDuration::from_secs(20)));
            match (first, second) {
                (Ok(first), Ok(second)) => {
                    assert_ne!(first.id, second.id);
                    assert_eq!(first.digest().unwrap(), second.digest().unwrap(), "seed {seed}");
                }
                (first, second) => assert_eq!(first, second, "seed {seed}"),
            }
        }
    }
}

#[test]
fn a_setting_that_nobody_declared_or_that_does_not_fit_is_refused_with_what_there_is() {
    let town = Town::of(3);
    let refused = |settings: &[(&str, &str)]| town.plan("replace", "i-1", settings).unwrap_err();
    assert_eq!(refused(&[("wya", "auto")]).reason, "replace has no setting `wya`");
    assert!(refused(&[("way", "quickly")]).reason.starts_with("way=quickly: it takes auto, launch-first"));
    let remedy = town.plan("bake", "i-1", &[]).unwrap_err().remedy;
    assert_eq!(remedy, "replace, standby, scale, reboot, evacuate, return, extend, cancel");
}

/// What is not known is not acted upon: an account that was read an hour ago is planned for by nobody.
#[test]
fn an_account_read_long_ago_is_not_planned_for() {
    let later = now() + SignedDuration::from_hours(1);
    let refusal = Town::of(3).plan_at(&intent("replace", &["i-1"], &[]), later).unwrap_err();
    assert!(refusal.reason.contains("too old to act upon"), "{}", refusal.reason);
}

#[test]
fn a_guard_that_blocks_is_never_let_pass_and_one_that_warns_only_with_a_reason() {
    let mut wanted = intent("standby", &["i-1"], &[("to", "in")]);
    let mut town = Town::of(3);
    town.member("i-1", "Standby");
    town.group.max = 6;
    wanted.accept.insert("s1.checks".into(), " ".into());
    assert!(town.plan_of(&wanted).unwrap_err().reason.contains("only with a reason"));
    wanted.accept.insert("s1.checks".into(), "the check lags".into());
    let plan = town.plan_of(&wanted).unwrap();
    assert!(plan.steps[0].guards.iter().any(|guard| guard.accepted.as_deref() == Some("the check lags")));
    wanted.accept.insert("s1.standby".into(), "surely".into());
    assert!(town.plan_of(&wanted).unwrap_err().reason.contains("cannot be let pass"));
}
