//! What holds of any evacuation, over accounts made by chance.

use super::*;
use crate::judge::what_if::tests::town::Town;
use crate::operation::iam;
use crate::operation::plan::{Level, critic};

fn random(seed: u64) -> Account {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut town = Town::new(3);
    let free = |rng: &mut fastrand::Rng| rng.i32(0..30);
    let free = [(A, free(&mut rng)), (B, free(&mut rng)), (C, free(&mut rng))];
    town.subnets(&free);
    let mut managed = Vec::new();
    for name in &["api", "jobs", "media", "search", "web"][..rng.usize(1..6)] {
        let members: Vec<usize> = (0..3).map(|_| rng.usize(0..6)).collect();
        let all = members.iter().sum::<usize>();
        let desired = i32::try_from(all).unwrap();
        let max = desired + rng.i32(0..6);
        match *name {
            "jobs" => town.workers(name, &members, desired, max),
            "search" => town.network_service(name, &members, desired, max),
            _ => town.service(name, &members, desired, max),
        }
        if rng.u8(..5) > 0 {
            town.cpu(name, rng.f64() * 95.0);
        }
        if rng.u8(..3) > 0 {
            managed.push(*name);
        }
        if rng.u8(..6) == 0 {
            town.group(name, |group| group["suspended"] = json!({"Launch": "x"}));
        }
        if rng.bool() {
            town.group(name, |group| {
                group["arn"] =
                    json!(format!("arn:aws:autoscaling:us-east-1:1:autoScalingGroup:x:autoScalingGroupName/{name}"));
                group["zonal_shift_enabled"] = json!(true);
            });
        }
        for n in 0..all {
            if *name != "jobs" && rng.u8(..6) == 0 {
                town.target(name, n, "unhealthy", None);
            }
        }
    }
    let mut account = Account::with(town);
    account.manage(&managed, &[]);
    if rng.u8(..4) == 0 {
        account.settings.push(("machines", "move"));
    }
    account
}

/// A group that a step raises.
fn raises(step: &Step) -> Option<String> {
    step.calls.iter().find_map(|call| match &call.action {
        Action::UpdateAutoScalingGroup(resize) if resize.desired_capacity.is_some() => {
            Some(resize.auto_scaling_group_name.to_string())
        }
        _ => None,
    })
}

fn bars(step: &Step, group: &str) -> bool {
    &*step.part == "launches" && step.title.starts_with(&format!("{group} "))
}

#[test]
fn nothing_goes_over_its_limit_is_raised_unbarred_or_ended_behind_a_balancer() {
    let (mut planned, mut waiting, mut moved) = (0, 0, 0);
    for seed in 0..400 {
        let account = random(seed);
        let Ok(plan) = account.plan() else { continue };
        planned += 1;
        assert_eq!(critic::objections(&plan), Vec::<String>::new(), "seed {seed}");
        let writes = iam::of(&["evacuate"]).writes;
        for call in plan.calls().chain(plan.steps.iter().flat_map(|step| &step.undo)) {
            assert!(call.action.iam().iter().all(|action| writes.contains(*action)), "seed {seed}: {call:?}");
        }
        for row in plan.summary.parts.iter().filter(|row| row.on && row.serves.is_some() && !row.part.contains(':')) {
            let (Some((now, then)), Some(limit), Some((serving, left))) = (row.cpu, row.cpu_limit, row.serves) else {
                continue;
            };
            assert!(then <= limit + 0.1 || then <= now + 0.1 || left >= serving, "seed {seed}: {row:?}");
        }
        for step in &plan.steps {
            if let Some(group) = raises(step) {
                waiting += 1;
                assert!(before(&plan, step).iter().any(|first| bars(first, &group)), "seed {seed}: {}", step.title);
                assert!(step.guards.iter().any(|guard| guard.id.ends_with(".barred") && guard.level == Level::Block));
            }
            let ended = names(&step.calls).contains(&"TerminateInstanceInAutoScalingGroup");
            if ended {
                moved += 1;
                assert!(before(&plan, step).iter().any(|first| raises(first).is_some()), "seed {seed}: {}", step.title);
                assert!(
                    &*step.part == "jobs" || account.settings.contains(&("machines", "move")),
                    "seed {seed}: {}",
                    step.title
                );
            }
        }
    }
    assert!(planned > 200 && waiting > 50 && moved > 50, "{planned} planned, {waiting} waiting, {moved} moved");
}

#[test]
fn equal_accounts_give_equal_digests_whatever_the_operation_is_called() {
    for seed in 0..40 {
        let mut account = random(seed);
        let first = account.plan().map(|plan| plan.digest().unwrap());
        account.id = "op-2";
        assert_eq!(first, account.plan().map(|plan| plan.digest().unwrap()), "seed {seed}");
    }
}
