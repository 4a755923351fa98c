//! Members of a group, replaced (`aws-domain.md` C.1; F 4, 5, 19, 20, 21, 35, 37).

use super::fixture::{Town, call, calls, intent, parameters};
use crate::operation::{Action, Plan};
use serde_json::json;

fn replace(town: &Town, settings: &[(&str, &str)]) -> Plan {
    town.plan("replace", "i-1", settings).unwrap()
}

fn refused(town: &Town, settings: &[(&str, &str)]) -> (String, String) {
    let refusal = town.plan("replace", "i-1", settings).unwrap_err();
    (refusal.reason, refusal.remedy)
}

/// Row 1: the group has spare capacity and the instance is broken.
#[test]
fn a_broken_member_with_others_to_spare_is_ended_and_its_group_brings_another_f5() {
    let mut town = Town::of(6);
    town.target("i-1", "unhealthy");
    let plan = replace(&town, &[]);
    assert_eq!(calls(&plan), ["TerminateInstanceInAutoScalingGroup"]);
    assert_eq!(
        parameters(&plan, "TerminateInstanceInAutoScalingGroup")["ShouldDecrementDesiredCapacity"],
        json!(false)
    );
    assert!(plan.summary.why[0].starts_with("i-1: terminate-first: it is unhealthy in web"), "{:?}", plan.summary.why);
    let guards: Vec<&str> = plan.steps[0].guards.iter().map(|guard| &*guard.id).collect();
    assert_eq!(
        guards,
        ["s1.sizes", "s1.quiet", "s1.processes", "s1.launches", "s1.member", "s1.in-service", "s1.healthy"]
    );
}

/// Row 2, and the size of one: terminating it without a replacement is the outage that F.4 warns of.
#[test]
fn the_only_member_is_replaced_by_growing_first_f4() {
    let mut town = Town::of(1);
    town.target("i-1", "unhealthy");
    let plan = replace(&town, &[]);
    assert_eq!(
        calls(&plan),
        [
            "SuspendProcesses",
            "UpdateAutoScalingGroup",
            "SetDesiredCapacity",
            "TerminateInstanceInAutoScalingGroup",
            "UpdateAutoScalingGroup",
            "ResumeProcesses",
        ]
    );
    let sizes: Vec<_> = plan.calls().filter(|call| call.action.name() == "UpdateAutoScalingGroup").collect();
    assert_eq!(sizes[0].parameters().unwrap()["MaxSize"], json!(2));
    assert_eq!(sizes[1].parameters().unwrap()["MaxSize"], json!(1), "the maximum is put back");
    assert_eq!(parameters(&plan, "SetDesiredCapacity")["DesiredCapacity"], json!(2));
    assert_eq!(parameters(&plan, "TerminateInstanceInAutoScalingGroup")["ShouldDecrementDesiredCapacity"], json!(true));
    let (reason, remedy) = refused(&town, &[("way", "terminate-first")]);
    assert_eq!(reason, "way=terminate-first: web would keep 0 in service and 1 are needed");
    assert!(remedy.starts_with("way=launch-first"), "{remedy}");
}

/// What was suspended before is left so; what need not be is not suspended.
#[test]
fn only_what_interferes_and_is_not_suspended_already_is_suspended_and_put_back() {
    let mut town = Town::of(3);
    town.group.suspended.insert("AZRebalance".into(), "by ada".into());
    assert_eq!(calls(&replace(&town, &[])).first(), Some(&"UpdateAutoScalingGroup"), "there is nothing to suspend");
    town.policies = vec![
        serde_json::from_value(json!({"name": "cpu", "group": "web", "policy_type":
        "TargetTrackingScaling", "enabled": true, "alarms": [], "tracks": ["ASGAverageCPUUtilization", 50.0]}))
        .unwrap(),
    ];
    let plan = replace(&town, &[]);
    for name in ["SuspendProcesses", "ResumeProcesses"] {
        assert_eq!(parameters(&plan, name)["ScalingProcesses"], json!(["AlarmNotification"]));
    }
}

/// A wait ends when the new one serves, and the old one goes only then.
#[test]
fn the_old_one_goes_only_after_the_new_one_serves_and_undo_ends_the_new_one() {
    let plan = replace(&Town::of(3), &[]);
    let grow = plan.steps.iter().find(|step| step.title.starts_with("launch one more")).unwrap();
    let until = serde_json::to_value(grow.until.as_ref().unwrap()).unwrap();
    assert_eq!(until["condition"]["fact"], "grown");
    assert_eq!(until["fails"]["fact"], "launch-failed");
    let undo: Vec<&str> = grow.undo.iter().map(|call| call.action.name()).collect();
    assert_eq!(undo, ["TerminateInstanceInAutoScalingGroup", "SetDesiredCapacity"]);
    let end = plan.steps.iter().find(|step| step.title.starts_with("drain and end i-1")).unwrap();
    assert_eq!(end.needs, std::slice::from_ref(&grow.id));
    let waits: Vec<_> = plan.steps.iter().map(|step| step.until.is_some()).collect();
    assert!(waits.iter().all(|waits| *waits));
}

/// Row 3: somebody wants to look at it.
#[test]
fn for_a_look_it_is_put_in_standby_and_another_comes() {
    let plan = replace(&Town::of(3), &[("way", "standby")]);
    assert_eq!(calls(&plan), ["EnterStandby"]);
    assert_eq!(parameters(&plan, "EnterStandby")["ShouldDecrementDesiredCapacity"], json!(false));
    let undo: Vec<&str> = plan.steps[0].undo.iter().map(|call| call.action.name()).collect();
    assert_eq!(
        undo,
        ["UpdateAutoScalingGroup", "ExitStandby", "TerminateInstanceInAutoScalingGroup", "UpdateAutoScalingGroup"]
    );
    assert!(plan.summary.cannot_undo.is_empty());
}

/// Row 4: the group decides. Within its grace period AWS's default would ignore the mark.
#[test]
fn a_mark_is_set_whatever_the_grace_period() {
    let plan = replace(&Town::of(3), &[("way", "mark-unhealthy")]);
    assert_eq!(parameters(&plan, "SetInstanceHealth")["ShouldRespectGracePeriod"], json!(false));
}

/// F.35: a new one in the sick zone would fail as well.
#[test]
fn in_a_sick_zone_the_new_one_is_launched_elsewhere_f35() {
    let mut town = Town::of(6);
    town.sick = vec!["us-east-1a"];
    town.target("i-1", "unhealthy");
    let plan = replace(&town, &[]);
    let subnets = parameters(&plan, "LaunchInstances")["SubnetIds"].clone();
    assert_eq!(subnets, json!(["subnet-b"]));
    assert_eq!(parameters(&plan, "LaunchInstances")["RetryStrategy"], json!("none"), "a failure is told, not moved");
    town.sick = vec!["us-east-1a", "us-east-1b", "us-east-1c"];
    assert!(refused(&town, &[]).0.contains("no subnet that is in a zone that is not sick"));
}

#[test]
fn while_launch_is_suspended_nothing_is_ended_to_bring_another_f19() {
    let mut town = Town::of(6);
    town.target("i-1", "unhealthy");
    town.group.suspended.insert("Launch".into(), "User suspended at 2026-11-01".into());
    for way in ["auto", "terminate-first", "launch-first", "mark-unhealthy", "standby"] {
        let (reason, remedy) = refused(&town, &[("way", way)]);
        assert!(reason.starts_with("Launch is suspended in web (User suspended at 2026-11-01)"), "{reason}");
        assert!(remedy.contains("resume-processes"), "{remedy}");
    }
}

/// C.1, gates: it would shrink the fleet.
#[test]
fn after_a_launch_that_failed_nothing_is_replaced() {
    let mut town = Town::of(6);
    town.launch("Successful", 50, "");
    town.launch("Failed", 9, "Client.InternalError: Client error on launch");
    assert!(refused(&town, &[]).0.ends_with("Client.InternalError: Client error on launch"));
    town.launch("Successful", 2, "");
    replace(&town, &[]);
}

#[test]
fn while_a_refresh_goes_on_it_is_left_to_it() {
    let mut town = Town::of(6);
    town.refreshes = vec![
        serde_json::from_value(json!({"id": "r", "group": "web", "status": "InProgress",
        "percentage": 40, "instances_left": 3, "reason": null, "started_at": null, "ended_at": null}))
        .unwrap(),
    ];
    assert_eq!(refused(&town, &[]).0, "an instance refresh of web is InProgress at 40 %");
}

/// F.20: a member that a hook holds is let go, and is not ended behind its group's back.
#[test]
fn a_member_stuck_in_a_hook_is_let_go_on_by_its_hook_f20() {
    let mut town = Town::of(3);
    town.member("i-1", "Terminating:Wait");
    let (reason, remedy) = refused(&town, &[]);
    assert!(reason.contains("a lifecycle hook holds it"), "{reason}");
    assert!(remedy.contains("way=complete-hook"), "{remedy}");
    assert!(refused(&town, &[("way", "complete-hook")]).0.contains("not known"), "its hooks are not read yet");
    town.hooks = vec![
        serde_json::from_value(json!({"name": "drain", "group": "web",
        "transition": "autoscaling:EC2_INSTANCE_TERMINATING", "heartbeat_s": 3600, "default_result": null}))
        .unwrap(),
    ];
    let plan = replace(&town, &[("way", "complete-hook")]);
    assert_eq!(parameters(&plan, "CompleteLifecycleAction")["LifecycleActionResult"], json!("CONTINUE"));
    assert_eq!(parameters(&plan, "CompleteLifecycleAction")["LifecycleHookName"], json!("drain"));
}

/// F.37: planned work is done launch-first in good time; an event that is over is a ghost.
#[test]
fn a_member_that_aws_will_retire_is_replaced_before_and_a_ghost_is_none_f37() {
    let mut town = Town::of(3);
    town.event("i-1", "instance-retirement", "The instance is running on degraded hardware");
    let plan = replace(&town, &[]);
    assert_eq!(
        plan.summary.why[0],
        "i-1: launch-first: AWS plans instance-retirement not before 2026-11-22T09:00:00Z: what replaces it serves before it goes"
    );
    town.event("i-1", "instance-retirement", "[Completed] The instance is running on degraded hardware");
    assert!(replace(&town, &[]).summary.why[0].contains("nothing is known to be wrong"));
}

/// Stopped, a member would be ended and replaced by its group: that is no way to move it.
#[test]
fn a_member_is_not_stopped_and_started() {
    assert!(refused(&Town::of(3), &[("way", "stop-start")]).0.contains("is a member of web"));
    assert!(refused(&Town::of(3), &[("way", "restore")]).0.contains("is a member of web"));
}

/// A batch is one plan: members of a group one after another, the group prepared once, and a surprise holds all.
#[test]
fn several_members_are_replaced_one_after_another_in_one_plan() {
    let plan = Town::of(6).plan_of(&intent("replace", &["i-1", "i-2", "i-3"], &[("way", "launch-first")])).unwrap();
    let ends: Vec<&str> = calls(&plan).into_iter().filter(|name| name.starts_with("Terminate")).collect();
    assert_eq!(ends.len(), 3);
    assert_eq!(calls(&plan).iter().filter(|name| **name == "SuspendProcesses").count(), 1);
    for pair in plan.steps.windows(2) {
        assert_eq!(pair[1].needs, std::slice::from_ref(&pair[0].id));
    }
    assert_eq!(serde_json::to_value(plan.on_surprise).unwrap(), "hold-all");
    assert_eq!(&*plan.summary.confirm.token, "replace-3");
    // The second launch counts beside what the first brought.
    let text =
        serde_json::to_string(&plan.steps[5].until).unwrap() + &serde_json::to_string(&plan.steps[4].until).unwrap();
    assert!(text.contains("${s3}"), "{text}");
}

#[test]
fn standby_out_keeps_the_minimum_and_in_raises_max_where_it_must_f21() {
    let mut town = Town::of(5);
    let out = town.plan("standby", "i-1", &[]).unwrap();
    assert_eq!(parameters(&out, "EnterStandby")["ShouldDecrementDesiredCapacity"], json!(true));
    town.group.min = 5;
    let refusal = town.plan("standby", "i-1", &[]).unwrap_err();
    assert_eq!(refusal.reason, "desired of web is 5 and its minimum 5: it cannot go lower");
    assert!(town.plan("standby", "i-1", &[("desired", "keep")]).is_err(), "only four others serve");

    town.member("i-1", "Standby");
    town.group.min = 1;
    (town.group.desired, town.group.max) = (5, 5);
    town.refreshes = vec![
        serde_json::from_value(json!({"id": "r", "group": "web", "status": "InProgress",
        "percentage": 80, "instances_left": 1, "reason": null, "started_at": null, "ended_at": null}))
        .unwrap(),
    ];
    let back = town.plan("standby", "i-1", &[]).unwrap();
    assert_eq!(calls(&back), ["UpdateAutoScalingGroup", "ExitStandby"]);
    assert!(
        matches!(call(&back, "UpdateAutoScalingGroup"), Action::UpdateAutoScalingGroup(resize) if resize.max_size == Some(6))
    );
    town.group.suspended.insert("Launch".into(), "".into());
    assert!(town.plan("standby", "i-1", &[]).unwrap_err().reason.contains("AWS refuses"));
}
