//! Several targets in one plan: lanes, how many beside one another, and what one of a group means for the next.

use super::fixture::{Town, calls, intent};
use crate::operation::plan::Surprise;
use crate::operation::{Fact, Plan, Step};

/// The steps that nothing comes before.
fn beginnings(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().filter(|step| step.needs.is_empty()).map(|step| &*step.part).collect()
}

/// Desired as a step's guard asks for it.
fn desired(step: &Step) -> Option<i32> {
    step.guards.iter().find_map(|guard| match &guard.condition.fact {
        Fact::Sizes { desired, .. } => Some(*desired),
        _ => None,
    })
}

#[test]
fn members_that_stand_by_are_counted_one_after_another() {
    let mut town = Town::of(4);
    town.group.min = 2;
    let plan = town.plan_of(&intent("standby", &["i-1", "i-2"], &[("at-once", "4")])).unwrap();
    assert_eq!(plan.on_surprise, Surprise::HoldAll);
    assert_eq!((calls(&plan).len(), beginnings(&plan)), (2, vec!["i-1"]), "of one group: one lane");
    assert_eq!(plan.steps.iter().map(desired).collect::<Vec<_>>(), [Some(4), Some(3)]);
    let below = town.plan_of(&intent("standby", &["i-1", "i-2", "i-3"], &[])).unwrap_err();
    assert_eq!(below.reason, "desired of web is 2 and its minimum 2: it cannot go lower");
    let kept = town.plan_of(&intent("standby", &["i-1", "i-2"], &[("desired", "keep")])).unwrap();
    let beside: Vec<usize> = kept.steps.iter().filter_map(|step| grown_beside(step.until.as_ref()?)).collect();
    assert_eq!(beside, [4, 5], "what came for the first does not count for the second");
    town.member("i-2", "Standby");
    let mixed = town.plan_of(&intent("standby", &["i-1", "i-2"], &[])).unwrap_err();
    assert!(mixed.reason.starts_with("i-2 is in Standby and i-1 is InService"), "{}", mixed.reason);
}

fn grown_beside(until: &crate::operation::plan::Until) -> Option<usize> {
    let Fact::All { of } = &until.condition.fact else { return None };
    of.iter().find_map(|fact| match fact {
        Fact::Grown { beside, .. } => Some(beside.len()),
        _ => None,
    })
}

#[test]
fn members_come_back_with_room_made_for_each() {
    let mut town = Town::of(4);
    (town.group.desired, town.group.max) = (2, 3);
    town.member("i-1", "Standby");
    town.member("i-2", "Standby");
    let plan = town.plan_of(&intent("standby", &["i-1", "i-2"], &[])).unwrap();
    assert_eq!(calls(&plan), ["ExitStandby", "UpdateAutoScalingGroup", "ExitStandby"]);
    assert_eq!(plan.steps.iter().map(desired).collect::<Vec<_>>(), [Some(2), Some(3), Some(3)]);
}

#[test]
fn reboots_are_one_at_a_time_in_a_group_and_as_many_as_is_said_besides() {
    let town = Town::of(3);
    let wanted = |at_once: &str| intent("reboot", &["i-1", "i-2", "i-alone"], &[("at-once", at_once)]);
    let one = town.plan_of(&wanted("1")).unwrap();
    assert_eq!(beginnings(&one), ["i-alone"], "each after the one before");
    let two = town.plan_of(&wanted("2")).unwrap();
    assert_eq!(beginnings(&two), ["i-alone", "i-1"], "members of web never beside one another");
    let second = two.steps.iter().find(|step| &*step.part == "i-2").unwrap();
    let before = two.steps.iter().rfind(|step| &*step.part == "i-1").unwrap();
    assert_eq!(second.needs, std::slice::from_ref(&before.id));
}

#[test]
fn groups_are_scaled_beside_one_another_as_far_as_policy_lets_them() {
    let mut town = Town::of(3);
    (town.group.max, town.group.suspended) = (6, [("AZRebalance".into(), "".into())].into());
    let mut shop = town.group.clone();
    shop.name = "shop".into();
    town.more = vec![shop];
    let wanted = |settings: &[(&str, &str)]| intent("scale", &["web", "shop"], settings);
    let one = town.plan_of(&wanted(&[("desired", "+1")])).unwrap();
    assert_eq!((beginnings(&one), calls(&one).len()), (vec!["web"], one.steps.len()));
    let both = town.plan_of(&wanted(&[("desired", "+1"), ("at-once", "2")])).unwrap();
    assert_eq!(beginnings(&both), ["web", "shop"]);
    let names = town.plan_of(&wanted(&[("end", "i-1")])).unwrap_err();
    assert!(names.reason.starts_with("end= names members of one group"), "{}", names.reason);
    town.more[0].desired = 4;
    let mut so = wanted(&[("desired", "4")]);
    let already = town.plan_of(&so).unwrap_err();
    assert!(already.reason.starts_with("shop is so already") && already.remedy.ends_with("--skip shop"));
    so.skip = vec!["shop".into()];
    assert_eq!(beginnings(&town.plan_of(&so).unwrap()), ["web"]);
}
