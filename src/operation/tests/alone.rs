//! Instances that no group replaces, and reboots (`aws-domain.md` C.1; F 1, 2, 3, 37).

use super::fixture::{Town, calls, make, parameters};
use crate::estate::instance::InstanceState;
use crate::operation::Plan;
use serde_json::json;

fn replace(town: &Town, settings: &[(&str, &str)]) -> Plan {
    town.plan("replace", "i-alone", settings).unwrap()
}

fn refused(town: &Town, settings: &[(&str, &str)]) -> String {
    town.plan("replace", "i-alone", settings).unwrap_err().reason
}

/// The instance check is red with the system check: that is no fault of the guest.
#[test]
fn a_broken_host_is_left_by_a_stop_and_a_start_and_never_rebooted_f1() {
    let mut town = Town::of(3);
    town.impair("i-alone", &["system", "guest"]);
    town.addresses = vec![
        serde_json::from_value(json!({"allocation": "eipalloc-1", "address": "198.51.100.7",
        "instance": "i-alone", "tags": []}))
        .unwrap(),
    ];
    let plan = replace(&town, &[]);
    assert_eq!(calls(&plan), ["StopInstances", "StartInstances"]);
    let until = serde_json::to_string(&plan.steps[1].until).unwrap();
    assert!(
        until.contains("restarted") && until.contains("eipalloc-1"),
        "checks anew, and its address still its own: {until}"
    );
    let reboot = town.plan("reboot", "i-alone", &[]).unwrap_err();
    assert!(reboot.reason.ends_with("that is its host, and a reboot stays there"), "{}", reboot.reason);
    assert!(reboot.remedy.contains("replace i-alone"));
}

#[test]
fn what_is_on_instance_stores_is_not_lost_unless_somebody_says_so_f1() {
    let mut town = Town::of(3);
    town.impair("i-alone", &["system"]);
    town.alone.make = Some(make("instance-store"));
    assert!(refused(&town, &[]).contains("root on an instance store"));
    assert!(
        refused(&town, &[("lose-instance-store", "yes")]).contains("root on an instance store"),
        "it cannot be stopped"
    );
    town.alone.make = Some(make("ebs"));
    town.alone.instance_type = "m5d.large".into();
    assert!(refused(&town, &[]).contains("a stop loses what i-alone has on them"));
    let plan = replace(&town, &[("lose-instance-store", "yes")]);
    assert!(plan.summary.cannot_undo.iter().any(|words| words.contains("instance stores")));
}

#[test]
fn a_stop_that_hangs_is_forced_and_not_started_in_a_loop_f2() {
    let mut town = Town::of(3);
    town.alone.state = InstanceState::Stopping;
    let plan = replace(&town, &[]);
    assert_eq!(calls(&plan), ["StopInstances", "StartInstances"]);
    assert_eq!(parameters(&plan, "StopInstances")["Force"], json!(true));
    assert!(plan.summary.cannot_undo.iter().any(|words| words.contains("file systems may need a check")));
    assert!(plan.steps[1].guards.iter().any(|guard| &*guard.id == "s2.stopped"), "started only once it is stopped");
}

#[test]
fn that_a_start_may_find_no_capacity_is_told_before_it_is_stopped_f3() {
    let mut town = Town::of(3);
    town.impair("i-alone", &["system"]);
    let plan = replace(&town, &[]);
    assert!(
        plan.summary.changes.iter().any(|words| words.contains("if AWS has no m7g.large in us-east-1b")),
        "{:?}",
        plan.summary
    );
}

#[test]
fn a_retirement_is_met_by_a_stop_and_a_start_in_good_time_f37() {
    let mut town = Town::of(3);
    town.event("i-alone", "instance-retirement", "degraded hardware");
    assert_eq!(calls(&replace(&town, &[])), ["StopInstances", "StartInstances"]);
    town.event("i-alone", "instance-retirement", "[Completed] degraded hardware");
    assert!(refused(&town, &[]).starts_with("nothing is known to be wrong"));
}

/// Row: standalone in a sick zone. A start there may fail, and then there is nothing.
#[test]
fn in_a_sick_zone_a_new_one_is_launched_from_its_image_in_another() {
    let mut town = Town::of(3);
    town.sick = vec!["us-east-1b"];
    town.targets.push(
        serde_json::from_value(json!({"id": "i-alone", "port": 8080, "zone": null, "state": "unhealthy",
        "reason": null, "description": null, "administrative_override": null}))
        .unwrap(),
    );
    let plan = replace(&town, &[]);
    assert_eq!(calls(&plan), ["RunInstances", "RegisterTargets", "DeregisterTargets", "StopInstances"]);
    let run = parameters(&plan, "RunInstances");
    assert_eq!((&run["ImageId"], &run["SubnetId"]), (&json!("ami-1"), &json!("subnet-a")));
    assert_eq!(run["ClientToken"], json!("${token}"));
    assert_eq!(parameters(&plan, "RegisterTargets")["Targets"], json!([{"Id": "${s1}", "Port": 8080}]));
    assert_eq!(parameters(&plan, "DeregisterTargets")["Targets"], json!([{"Id": "i-alone", "Port": 8080}]));
}

/// Row: root broken. The old one is ended only where that is asked for, and then the account's name is.
#[test]
fn restored_from_an_image_the_old_one_is_kept_unless_its_end_is_asked_for() {
    let mut town = Town::of(3);
    let kept = replace(&town, &[("way", "restore")]);
    assert_eq!(calls(&kept), ["RunInstances", "StopInstances"]);
    let ended = replace(&town, &[("way", "restore"), ("old", "terminate")]);
    assert_eq!(calls(&ended).last(), Some(&"TerminateInstances"));
    assert_eq!(&*ended.summary.confirm.token, "shop", "identity is lost: the account's name is typed");
    town.attributes = vec![
        serde_json::from_value(json!({"instance": "i-alone", "keeps_from_ending": true,
        "keeps_from_stopping": true}))
        .unwrap(),
    ];
    assert!(refused(&town, &[("way", "restore"), ("old", "terminate")]).contains("protected from termination"));
    assert!(refused(&town, &[("way", "stop-start")]).contains("protected from being stopped"));
    town.alone.volumes = Box::new(["vol-1".into(), "vol-2".into()]);
    assert!(refused(&town, &[("way", "restore")]).contains("1 volumes besides its root"));
}

/// Row: only the guest hangs.
#[test]
fn only_a_guest_that_hangs_is_rebooted_and_its_group_does_not_end_it_meanwhile() {
    let mut town = Town::of(3);
    town.impair("i-alone", &["guest"]);
    assert!(town.plan("replace", "i-alone", &[]).unwrap_err().remedy.contains("reboot i-alone"));
    assert_eq!(calls(&town.plan("reboot", "i-alone", &[]).unwrap()), ["RebootInstances"]);
    town.impair("i-1", &["guest"]);
    let plan = town.plan("reboot", "i-1", &[]).unwrap();
    assert_eq!(calls(&plan), ["SuspendProcesses", "RebootInstances", "ResumeProcesses"]);
    assert_eq!(parameters(&plan, "SuspendProcesses")["ScalingProcesses"], json!(["HealthCheck", "ReplaceUnhealthy"]));
    town.impair("i-2", &["volumes"]);
    assert!(town.plan("reboot", "i-2", &[]).unwrap_err().reason.contains("hangs on the same volume"));
}
