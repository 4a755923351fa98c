//! Scaling: who would be ended, what undoes it, what may change it again.

use super::fixture::{Town, calls, parameters};
use serde_json::json;

fn lines(plan: &crate::operation::Plan) -> String {
    plan.summary.changes.join("\n")
}

#[test]
fn growing_waits_for_who_serves_and_is_taken_back_by_name() {
    let mut town = Town::of(3);
    town.group.max = 6;
    let plan = town.plan("scale", "web", &[("desired", "+2")]).unwrap();
    let grow = plan.steps.iter().find(|step| step.title.starts_with("grow web")).unwrap();
    assert_eq!(
        parameters(&plan, "UpdateAutoScalingGroup"),
        json!({"AutoScalingGroupName": "web", "DesiredCapacity": 5})
    );
    let undo: Vec<String> = grow.undo.iter().map(|call| call.command().unwrap()).collect();
    assert!(undo[0].contains(&format!("'${{{}#0}}'", grow.id)) && undo[1].contains("#1"), "{undo:?}");
    assert!(undo[2].contains("--desired-capacity 3"), "{undo:?}");
    let above = town.plan("scale", "web", &[("desired", "7")]).unwrap_err();
    assert!(above.remedy.contains("--set max=7"), "{}", above.remedy);
}

#[test]
fn whom_aws_would_end_is_named_before_and_whoever_is_to_stay_is_protected_meanwhile() {
    let mut town = Town::of(4);
    // i-1 and i-4 share zone a; i-4 is of a newer template.
    town.group.members[3].template_version = Some("2".into());
    let plan = town.plan("scale", "web", &[("desired", "3")]).unwrap();
    assert!(
        lines(&plan).contains("AWS would end i-1 (us-east-1a): its zone has most members (2), of the oldest"),
        "{}",
        lines(&plan)
    );
    let spared = town.plan("scale", "web", &[("desired", "3"), ("keep", "i-1")]).unwrap();
    assert!(lines(&spared).contains("AWS would end i-4"), "{}", lines(&spared));
    let names: Vec<&str> =
        calls(&spared).into_iter().filter(|name| *name != "SuspendProcesses" && *name != "ResumeProcesses").collect();
    assert_eq!(names, ["SetInstanceProtection", "UpdateAutoScalingGroup", "SetInstanceProtection"]);
    let named = town.plan("scale", "web", &[("end", "i-2,i-3")]).unwrap();
    let ends = calls(&named).into_iter().filter(|name| name.starts_with("Terminate")).count();
    assert_eq!((ends, lines(&named).contains("desired 4, max 4 → min 1, desired 2")), (2, true), "{}", lines(&named));
}

#[test]
fn who_nobody_may_end_is_not_counted_on() {
    let mut town = Town::of(3);
    town.group.members.iter_mut().for_each(|member| member.protected = true);
    assert!(
        town.plan("scale", "web", &[("desired", "2")]).unwrap_err().reason.starts_with("0 may be ended and 1 must")
    );
    town.group.termination_policies = None;
    town.group.members.iter_mut().for_each(|member| member.protected = false);
    let plan = town.plan("scale", "web", &[("desired", "2")]).unwrap();
    assert!(lines(&plan).contains("one of i-1 (us-east-1a), i-2 (us-east-1b), i-3 (us-east-1c)"), "{}", lines(&plan));
    assert!(lines(&plan).contains("termination policies are not known"));
}

#[test]
fn what_may_change_it_again_is_told_and_held_meanwhile() {
    let mut town = Town::of(3);
    town.group.max = 6;
    town.policies = vec![
        serde_json::from_value(json!({"name": "cpu", "group": "web", "policy_type":
        "TargetTrackingScaling", "enabled": true, "alarms": [], "tracks": ["ASGAverageCPUUtilization", 50.0]}))
        .unwrap(),
    ];
    town.schedules = vec![
        serde_json::from_value(json!({"name": "night", "group": "web", "at": null,
        "recurrence": "0 20 * * *", "min": 1, "desired": 2, "max": 2}))
        .unwrap(),
    ];
    let plan = town.plan("scale", "web", &[("desired", "4")]).unwrap();
    assert_eq!(
        parameters(&plan, "SuspendProcesses")["ScalingProcesses"],
        json!(["AZRebalance", "AlarmNotification", "ScheduledActions"])
    );
    assert!(
        lines(&plan)
            .ends_with("policy cpu holds ASGAverageCPUUtilization at 50; schedule night sets min 1, desired 2, max 2"),
        "{}",
        lines(&plan)
    );
}
