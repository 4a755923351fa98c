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
}

/// A town whose instance has a data volume.
fn with_data() -> Town {
    let mut town = Town::of(3);
    town.alone.volumes = Box::new(["vol-1".into(), "vol-2".into()]);
    let mut made = (*make("ebs")).clone();
    made.devices = Box::new([("/dev/xvda".into(), Some(true)), ("/dev/sdf".into(), Some(false))]);
    town.alone.make = Some(std::sync::Arc::new(made));
    town
}

#[test]
fn data_volumes_go_over_once_the_old_one_has_stopped_and_only_within_their_zone() {
    let mut town = with_data();
    let plan = replace(&town, &[("way", "restore")]);
    assert_eq!(calls(&plan), ["RunInstances", "StopInstances", "DetachVolume", "AttachVolume"]);
    let (off, on) = (parameters(&plan, "DetachVolume"), parameters(&plan, "AttachVolume"));
    assert_eq!(off, json!({"VolumeId": "vol-2", "InstanceId": "i-alone", "Device": "/dev/sdf"}), "its root stays");
    assert_eq!((&on["VolumeId"], &on["InstanceId"]), (&json!("vol-2"), &json!("${s1}")));
    assert!(plan.steps[2].guards.iter().any(|guard| &*guard.id == "s3.stopped"), "nothing is half written");
    let back: Vec<&str> = plan.steps[2..].iter().map(|step| step.undo[0].action.name()).collect();
    assert_eq!(back, ["AttachVolume", "DetachVolume"]);
    let kept = replace(&town, &[("way", "restore"), ("without-volumes", "yes")]);
    assert_eq!(calls(&kept), ["RunInstances", "StopInstances"]);
    assert!(refused(&town, &[("way", "restore"), ("old", "keep")]).contains("go on writing"));
    assert!(refused(&town, &[("way", "restore"), ("subnet", "subnet-a")]).contains("cannot go to us-east-1a"));
    town.sick = vec!["us-east-1b"];
    assert!(refused(&town, &[]).contains("1 volumes besides its root, which are of us-east-1b"));
}

#[test]
fn classic_balancers_are_left_and_joined_like_target_groups() {
    let mut town = Town::of(3);
    town.impair("i-alone", &["system"]);
    town.classics = vec![
        serde_json::from_value(json!({"name": "legacy", "dns_name": null, "zones": [], "subnets": [],
        "instances": ["i-alone", "i-9"], "health_check": null, "created_at": null}))
        .unwrap(),
    ];
    let (leave, join) = ("DeregisterInstancesFromLoadBalancer", "RegisterInstancesWithLoadBalancer");
    let plan = replace(&town, &[]);
    assert_eq!(calls(&plan), [leave, "StopInstances", "StartInstances", join]);
    assert_eq!(plan.steps[0].undo[0].action.name(), join);
    let members = json!({"LoadBalancerName": "legacy", "Instances": [{"InstanceId": "i-alone"}]});
    assert_eq!(parameters(&plan, join), members);
    let restored = replace(&town, &[("way", "restore")]);
    assert_eq!(calls(&restored), ["RunInstances", join, leave, "StopInstances"]);
    assert_eq!(parameters(&restored, join)["Instances"], json!([{"InstanceId": "${s1}"}]));
    let rooted = replace(&town, &[("way", "root-volume")]);
    assert_eq!(calls(&rooted), [leave, "CreateReplaceRootVolumeTask", join]);
}

/// Row: root broken, standalone: it stays what it is, and the old root is kept.
#[test]
fn a_new_root_volume_leaves_an_instance_its_name_and_its_data() {
    let town = with_data();
    let plan = replace(&town, &[("way", "root-volume"), ("image", "ami-7")]);
    let root = parameters(&plan, "CreateReplaceRootVolumeTask");
    assert_eq!(root, json!({"InstanceId": "i-alone", "ImageId": "ami-7", "ClientToken": "${token}"}));
    let until = serde_json::to_string(&plan.steps[0].until).unwrap();
    assert!(until.contains("vol-1") && until.contains("checks-pass"), "the change, and then its checks: {until}");
    assert!(plan.summary.cannot_undo[0].contains("on vol-1, which is kept"), "{:?}", plan.summary.cannot_undo);
    let mut stopped = with_data();
    stopped.alone.state = InstanceState::Stopped;
    assert!(refused(&stopped, &[("way", "root-volume")]).contains("of a running one"));
}

/// After a stop there was no capacity: it is stopped, its data intact, and another type may find some.
#[test]
fn a_stopped_one_is_started_as_another_type_and_given_its_own_back_f3() {
    let mut town = Town::of(3);
    town.alone.state = InstanceState::Stopped;
    let start = replace(&town, &[]);
    assert!(start.steps[0].why.contains("--set way=stop-start --set type=…"), "{}", start.steps[0].why);
    let plan = replace(&town, &[("type", "m7g.xlarge")]);
    assert_eq!(calls(&plan), ["ModifyInstanceAttribute", "StartInstances"]);
    let change = json!({"InstanceId": "i-alone", "InstanceType": {"Value": "m7g.xlarge"}});
    assert_eq!(parameters(&plan, "ModifyInstanceAttribute"), change);
    let back: Vec<String> = plan.steps.iter().flat_map(|step| &step.undo).map(|c| c.command().unwrap()).collect();
    assert!(back[0].contains(r#"'{"Value":"m7g.large"}'"#), "{back:?}");
    assert!(back[1].starts_with("aws ec2 stop-instances"), "a type is changed only of a stopped one: {back:?}");
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
