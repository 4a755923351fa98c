//! Incidents of `aws-domain.md` F, each with what is done and what must not be.

use super::*;
use crate::estate::shift::Autoshift;
use crate::operation::plan::{Level, OnFailure};

#[test]
fn what_has_room_leaves_at_once_and_machines_stay_aws_domain_f8() {
    let plan = Account::of(&[("web", 40.0), ("api", 30.0)]).plan().unwrap();
    for name in ["web", "api"] {
        let [step] = steps(&plan, name)[..] else { panic!("one step: {:?}", plan.steps) };
        assert!(step.needs.is_empty(), "it waits for nothing");
        let shift = parameters(&step.calls[0]);
        assert_eq!(
            (shift["awayFrom"].as_str(), shift["expiresIn"].as_str()),
            (Some(ID), Some("6h")),
            "the id, never the name"
        );
        assert_eq!(shift["comment"], "fournines ${operation} ada");
        assert_eq!(parameters(&step.undo[0])["zonalShiftId"], format!("${{{}.zonalShiftId}}", step.id));
        assert!(
            step.guards.iter().all(|guard| guard.level == Level::Warn),
            "data plane: last known data do, with a reason"
        );
    }
    assert_eq!(row(&plan, "web").serves, Some((12, 8)));
    assert_eq!(row(&plan, "web").cpu.map(|cpu| cpu.1), Some(60.0));
    assert_eq!(ends(&plan), 0);
    assert!(note(&plan, "stays").contains("the way back") && note(&plan, "return").contains("tags on 2 groups"));
    assert!(plan.summary.expires_at.is_some() && note(&plan, "expiry").contains("BY ITSELF"));
}

#[test]
fn a_power_loss_is_left_on_last_known_data_and_what_it_lacks_is_built_beside_aws_domain_f10() {
    let mut account = Account::of(&[("web", 65.0)]);
    account.silent = true;
    for n in 4..8 {
        account.town.target("web", n, "unhealthy", None);
    }
    let plan = account.plan().unwrap();
    let [shift] = steps(&plan, "web")[..] else { panic!("{:?}", plan.steps) };
    assert!(shift.needs.is_empty(), "nothing is lost by leaving");
    let grown = steps(&plan, "capacity:web");
    assert!(
        !grown.is_empty() && grown.iter().all(|step| before(&plan, step).iter().any(|step| &*step.part == "launches"))
    );
    assert!(before(&plan, shift).is_empty(), "traffic does not wait for the control plane");
}

/// Two zones of three, 65 %: one zone would do 130 %.
#[test]
fn without_headroom_capacity_comes_before_the_shift_and_only_where_launches_are_barred_aws_domain_f12() {
    let mut town = Town::new(2);
    town.subnets(&[(A, 200), (B, 200)]);
    town.service("web", &[3, 3], 6, 6);
    town.cpu("web", 65.0);
    let mut account = Account::with(town);
    account.manage(&["web"], &[]);
    let plan = account.plan().unwrap();
    let shift = plan.steps.iter().find(|step| is_shift(step)).unwrap();
    let order: Vec<&str> = before(&plan, shift).iter().map(|step| &*step.part).collect();
    assert_eq!(order, ["web", "launches"], "capacity first, and before that no launch in the zone");
    let grow = steps(&plan, "web")[0];
    let sizes = parameters(grow.calls.last().unwrap());
    assert_eq!(
        (sizes["DesiredCapacity"].as_i64(), sizes["MinSize"].as_i64(), sizes["MaxSize"].as_i64()),
        (Some(9), Some(9), Some(9))
    );
    assert!(grow.guards.iter().any(|guard| guard.id.ends_with(".barred") && guard.level == Level::Block));
    let (_, after) = row(&plan, "web").cpu.unwrap();
    assert!(after <= 70.0, "{after}");
    account.skip = vec!["launches"];
    let refusal = account.plan().unwrap_err();
    assert!(refusal.reason.contains("`launches` is left out"), "{}", refusal.reason);
    account.skip = Vec::new();
    account.town.subnets(&[(A, 1), (B, 200)]);
    let why = why_off(&account.plan().unwrap(), "web");
    assert_eq!(why, "needs 3 more, but 1 free addresses");
}

#[test]
fn nobody_is_ended_where_nothing_can_be_launched_aws_domain_f11() {
    let mut town = Town::new(3);
    town.subnets(&[(A, 200), (B, 200), (C, 200)]);
    town.workers("jobs", &[4, 4, 4], 12, 30);
    town.cpu("jobs", 40.0);
    let plan = Account::with(town.clone()).plan().unwrap();
    assert_eq!(ends(&plan), 4);
    for end in plan.steps.iter().filter(|step| names(&step.calls) == ["TerminateInstanceInAutoScalingGroup"]) {
        assert!(end.guards.iter().any(|guard| guard.id.ends_with(".outside") && guard.level == Level::Block));
        let parts: Vec<&str> = before(&plan, end).iter().map(|step| &*step.part).collect();
        assert!(parts.contains(&"launches"), "others came first, and not into the zone");
    }
    assert!(plan.summary.cannot_undo.iter().any(|lost| lost.contains("4 of jobs")));
    town.subnets(&[(A, 1), (B, 200), (C, 1)]);
    assert_eq!(why_off(&Account::with(town).plan().unwrap(), "jobs"), "2 free addresses outside for 4");
}

#[test]
fn what_aws_moves_already_is_adopted_and_only_the_rest_is_done_aws_domain_f13() {
    let mut account = Account::of(&[("web", 40.0), ("api", 30.0)]);
    account.manage(&["web", "api"], &["web"]);
    account.town.put::<Autoshift>(json!([{"away_from": ID, "status": "ACTIVE", "started_at": null, "ended_at": null}]));
    let plan = account.plan().unwrap();
    assert!(row(&plan, "web").on && row(&plan, "web").how.contains("away already: AWS's autoshift"));
    assert!(steps(&plan, "web").is_empty() && steps(&plan, "api").iter().any(|step| is_shift(step)));
    account
        .town
        .put::<Autoshift>(json!([{"away_from": "use1-az3", "status": "ACTIVE", "started_at": null, "ended_at": null}]));
    assert!(account.plan().unwrap_err().reason.contains("AWS's autoshift is away from us-east-1c (use1-az3)"));
}

#[test]
fn a_practice_run_is_no_incident_and_outranked_where_there_is_one_aws_domain_f14() {
    let mut account = Account::of(&[("web", 40.0)]);
    account.manage(&["web"], &["web"]);
    account.shift("web", ID, "PRACTICE_RUN", "");
    assert!(steps(&account.plan().unwrap(), "web").iter().any(|step| is_shift(step)), "it would end by itself");
    account.verdicts.clear();
    let plan = account.plan().unwrap();
    let first = &plan.steps[0];
    assert_eq!((&*first.part, &*first.guards[0].id, first.guards[0].level), ("zone", "s1.verdict", Level::Warn));
    assert!(plan.steps[1..].iter().all(|step| before(&plan, step).iter().any(|step| step.id == first.id)));
}

#[test]
fn a_zone_is_taken_by_name_or_id_and_both_are_told_aws_domain_f16() {
    let mut account = Account::of(&[("web", 40.0)]);
    let by_name = account.plan().unwrap();
    assert_eq!(&*by_name.summary.confirm.token, ID, "what is typed is the id");
    assert!(by_name.summary.why[0].starts_with("us-east-1b = use1-az2: DEGRADED"));
    account.target = ID;
    let calls = |plan: &Plan| plan.calls().map(parameters).collect::<Vec<_>>();
    assert_eq!(calls(&account.plan().unwrap()), calls(&by_name));
    account.target = "euw1-az1";
    assert!(account.plan().unwrap_err().remedy.contains("us-east-1b (use1-az2)"));
}

#[test]
fn a_tail_is_told_and_no_failure_aws_domain_f17() {
    let plan = Account::of(&[("web", 40.0)]).plan().unwrap();
    let [verify] = steps(&plan, "verify")[..] else { panic!("{:?}", plan.steps) };
    assert_eq!((verify.on_failure, verify.until.as_ref().unwrap().deadline_s), (OnFailure::Continue, 900));
    assert!(
        verify.title.contains("ALB web") && verify.why.contains("3000 a minute before") && verify.why.contains("tail")
    );
    assert!(verify.calls.is_empty() && is_shift(plan.step(&verify.needs[0]).unwrap()));
}

/// By the zone list rebalancing would end who is there: it is suspended first, and everything goes back as it was.
#[test]
fn groups_launch_nothing_in_the_zone_and_who_is_there_stays_aws_domain_f35() {
    let mut account = Account::of(&[("web", 40.0), ("api", 30.0)]);
    account.town.group("api", |group| {
        group["arn"] = json!("arn:aws:autoscaling:us-east-1:1:autoScalingGroup:x:autoScalingGroupName/api");
        group["zonal_shift_enabled"] = json!(true);
        group["impaired_zone_behavior"] = json!("ReplaceUnhealthy");
    });
    let plan = account.plan().unwrap();
    let [api, web] = steps(&plan, "launches")[..] else { panic!("{:?}", plan.steps) };
    assert_eq!(names(&api.calls), ["StartZonalShift", "UpdateAutoScalingGroup"], "the data plane first");
    assert_eq!(names(&api.undo), ["CancelZonalShift", "UpdateAutoScalingGroup"]);
    assert_eq!(names(&web.calls), ["CreateOrUpdateTags", "SuspendProcesses", "UpdateAutoScalingGroup"]);
    assert_eq!(parameters(&web.calls[2])["VPCZoneIdentifier"], "subnet-us-east-1a,subnet-us-east-1c");
    assert_eq!(parameters(&web.calls[0])["Tags"][0]["Value"], "${operation} use1-az2 min=1 desired=12 max=20");
    assert_eq!(parameters(&web.undo[0])["VPCZoneIdentifier"], "subnet-us-east-1a,subnet-us-east-1b,subnet-us-east-1c");
    assert_eq!(names(&web.undo), ["UpdateAutoScalingGroup", "ResumeProcesses", "DeleteTags"]);
    account.town.group("web", |group| group["suspended"] = json!({"AZRebalance": "User suspended"}));
    let plan = account.plan().unwrap();
    let web = steps(&plan, "launches")[1];
    assert_eq!(names(&web.undo), ["UpdateAutoScalingGroup", "DeleteTags"], "what somebody else suspended stays so");
}
