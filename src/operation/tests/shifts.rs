//! `extend` and `cancel` (`aws-domain.md` C.3; F 13, 14, 15, 16, 18), the zones that people mean, and the critic's word on shifts.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::fixture::{Town, calls, intent, now, parameters};
use crate::estate::Estate;
use crate::estate::shift::{Autoshift, ManagedResource, ZonalShift};
use crate::estate::zone::Zone;
use crate::operation::plan::{Plan, Refusal, critic};

const WEB: &str = "arn:lb";

/// A town whose zones are named, with shifts: id, type, zone's id, minutes left, comment.
fn town(shifts: &[(&str, &str, &str, i64, &str)]) -> Town {
    let mut town = Town::of(6);
    let zone = |(name, id): (&str, &str)| -> Value {
        json!({"name": name, "id": id, "state": "available", "zone_type": "availability-zone", "messages": []})
    };
    let zones = [("us-east-1a", "use1-az6"), ("us-east-1b", "use1-az1"), ("us-east-1c", "use1-az2")].map(zone);
    let shift = |(id, kind, away, left, comment): &(&str, &str, &str, i64, &str)| -> Value {
        json!({"id": id, "resource": WEB, "away_from": away, "status": "ACTIVE", "shift_type": kind,
            "expires_at": now() + SignedDuration::from_mins(*left), "started_at": now(), "comment": comment})
    };
    let weights = json!({"use1-az6": 1.0, "use1-az1": if shifts.is_empty() { 1.0 } else { 0.0 }, "use1-az2": 1.0});
    town.zones = zones.into_iter().map(|zone| serde_json::from_value::<Zone>(zone).unwrap()).collect();
    town.shifts = shifts.iter().map(|each| serde_json::from_value::<ZonalShift>(shift(each)).unwrap()).collect();
    town.managed = vec![
        serde_json::from_value::<ManagedResource>(json!({"arn": WEB, "name": "web", "weights": weights,
            "autoshift": "ENABLED", "practice_run": null, "applied": {}}))
        .unwrap(),
    ];
    town
}

const OURS: (&str, &str, &str, i64, &str) = ("shift-1", "ZONAL_SHIFT", "use1-az1", 12, "fournines evac-1 ada");

fn refused(plan: Result<Plan, Refusal>) -> Refusal {
    plan.unwrap_err()
}

/// The expiry moves; nothing is ended and begun anew, which would let traffic in between.
#[test]
fn a_shift_about_to_lapse_is_made_longer_and_never_ended_and_begun_anew_f15() {
    let town = town(&[OURS]);
    for target in ["shift-1", "us-east-1b", "use1-az1"] {
        let plan = town.plan("extend", target, &[]).unwrap();
        assert_eq!(calls(&plan), ["UpdateZonalShift"], "{target}");
        assert_eq!(parameters(&plan, "UpdateZonalShift"), json!({"zonalShiftId": "shift-1", "expiresIn": "2h"}));
        let until = serde_json::to_string(&plan.steps[0].until).unwrap();
        assert!(until.contains("shift-until"), "later than it was: {until}");
    }
    let shorter = refused(town.plan("extend", "shift-1", &[("for", "10m")]));
    assert!(shorter.reason.contains("would make it shorter"), "{}", shorter.reason);
    for wrong in ["73h", "2d", "0h"] {
        assert!(refused(town.plan("extend", "shift-1", &[("for", wrong)])).reason.contains("1m to 72h"), "{wrong}");
    }
}

#[test]
fn what_aws_moves_is_not_ours_to_extend_or_to_end_f13() {
    let mut town = town(&[("auto-1", "ZONAL_AUTOSHIFT", "use1-az1", 60, "")]);
    town.autoshifts = vec![
        serde_json::from_value::<Autoshift>(json!({"away_from": "use1-az1", "status": "ACTIVE", "started_at": null,
            "ended_at": null}))
        .unwrap(),
    ];
    for operation in ["extend", "cancel"] {
        let by_id = refused(town.plan(operation, "auto-1", &[])).reason;
        assert!(by_id.starts_with("AWS itself keeps"), "{by_id}");
        let by_zone = refused(town.plan(operation, "us-east-1b", &[])).reason;
        assert_eq!(by_zone, "AWS itself shifts away from us-east-1b (use1-az1): that is not ours to change");
    }
    // A shift by hand beside it ends, and traffic stays away: nobody waits for weights that AWS keeps.
    town.shifts.push(self::town(&[OURS]).shifts.remove(0));
    let plan = town.plan("cancel", "shift-1", &[]).unwrap();
    assert!(!serde_json::to_string(&plan.steps[0].until).unwrap().contains("not-away"));
    assert!(plan.summary.changes[0].ends_with("AWS's autoshift keeps it away all the same"));
}

#[test]
fn a_practice_run_is_named_as_one_and_may_be_ended_by_its_id_f14() {
    let town = town(&[("practice-1", "PRACTICE_RUN", "use1-az1", 18, "")]);
    let by_zone = refused(town.plan("cancel", "us-east-1b", &[]));
    assert!(by_zone.reason.starts_with("a practice run keeps"), "{}", by_zone.reason);
    let plan = town.plan("cancel", "practice-1", &[]).unwrap();
    assert_eq!(calls(&plan), ["CancelZonalShift"]);
    assert!(plan.steps[0].undo.is_empty() && plan.summary.changes[1].ends_with("ends as INTERRUPTED"));
    let extended = refused(town.plan("extend", "practice-1", &[])).reason;
    assert!(extended.ends_with("only a shift by hand can be extended"), "{extended}");
}

/// `us-east-1a` is `use1-az6` here, whatever it is in the account of whoever wrote the runbook.
#[test]
fn a_zone_is_known_by_both_its_names_and_another_accounts_is_refused_with_those_that_there_are_f16() {
    let town = town(&[OURS]);
    let by_name = town.plan("cancel", "us-east-1b", &[]).unwrap();
    assert_eq!(&*by_name.summary.confirm.token, "use1-az1");
    assert!(by_name.summary.why[0].starts_with("us-east-1b is use1-az1 in this account"));
    assert!(by_name.steps[0].title.contains("us-east-1b (use1-az1)"), "{}", by_name.steps[0].title);
    assert_eq!(
        refused(town.plan("cancel", "us-east-1a", &[])).reason,
        "nothing is shifted away from us-east-1a (use1-az6)"
    );
    let other = refused(town.plan("cancel", "use1-az5", &[]));
    assert_eq!(other.reason, "there is no zone use1-az5");
    assert!(other.remedy.contains("us-east-1b (use1-az1)"), "{}", other.remedy);
    let mut unmapped = self::town(&[OURS]);
    unmapped.zones.clear();
    assert!(unmapped.plan("cancel", "us-east-1b", &[]).is_err(), "without the map nothing is done to a zone");
}

/// F.18: traffic does not come back before what is there is healthy; somebody may answer for it.
#[test]
fn what_traffic_returns_to_is_counted_and_a_sick_zone_takes_a_reason_f18() {
    let mut town = town(&[OURS]);
    town.target("i-2", "unhealthy");
    town.sick = vec!["us-east-1b"];
    let plan = town.plan("cancel", "us-east-1b", &[]).unwrap();
    let guards: Vec<&str> = plan.steps[0].guards.iter().map(|guard| &*guard.id).collect();
    assert_eq!(guards, ["s1.goes-on", "s1.zone", "s1.verdict", "s1.healthy"]);
    assert!(plan.summary.changes[0].ends_with("1 of 2 healthy in web"), "{}", plan.summary.changes[0]);
    let estate = town.estate();
    let holds = |n: usize, estate: &Estate| plan.steps[0].guards[n].condition.answer(estate, now()).holds;
    assert_eq!(holds(0, &estate), Some(true));
    assert_eq!(holds(2, &estate), Some(false), "the zone is degraded");
    assert_eq!(holds(3, &estate), Some(false), "both of two are needed");
    assert_eq!(plan.steps[0].undo[0].parameters().unwrap()["expiresIn"], "1h", "what it had left, in whole hours");
}

#[test]
fn of_a_zones_shifts_ours_are_meant_and_others_only_where_somebody_says_so() {
    let town = town(&[OURS, ("shift-2", "ZONAL_SHIFT", "use1-az1", 90, "bob by hand")]);
    let ids = |settings: &[(&str, &str)]| {
        let plan = town.plan("cancel", "us-east-1b", settings).unwrap();
        plan.calls().map(|call| call.parameters().unwrap()["zonalShiftId"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&[]), ["shift-1"]);
    assert_eq!(ids(&[("whose", "all")]), ["shift-1", "shift-2"]);
    let all = town.plan_of(&intent("cancel", &["us-east-1b"], &[("whose", "all")])).unwrap();
    assert_ne!(all.steps[0].part, all.steps[1].part, "a lane each");
    let theirs = self::town(&[("shift-2", "ZONAL_SHIFT", "use1-az1", 90, "bob by hand")]);
    assert!(theirs.plan("cancel", "us-east-1b", &[]).unwrap().summary.changes.len() == 1);
    assert!(theirs.plan("cancel", "us-east-1b", &[("whose", "ours")]).is_err());
}

/// Each mistake alone, in a plan that is sound without it.
#[test]
fn the_critic_refuses_shifts_without_an_end_names_for_ids_and_balancers_without_zones() {
    let sound = town(&[OURS]).plan("cancel", "shift-1", &[]).unwrap();
    let objections = |action: Value| {
        let mut plan = sound.clone();
        let mut call = serde_json::to_value(&plan.steps[0].calls[0]).unwrap();
        call["action"] = action["action"].clone();
        call["parameters"] = action["parameters"].clone();
        plan.steps[0].calls = vec![serde_json::from_value(call).unwrap()];
        critic::objections(&plan).join("; ")
    };
    let start = |away: &str, span: &str| {
        json!({"action": "StartZonalShift", "parameters": {"resourceIdentifier": WEB, "awayFrom": away, "expiresIn": span,
            "comment": "x"}})
    };
    assert_eq!(objections(start("use1-az1", "3h")), "");
    assert!(objections(start("us-east-1b", "3h")).contains("zone's name us-east-1b where its id belongs"));
    assert!(objections(start("use1-az1", "")).contains("must within 72h"));
    assert!(objections(start("use1-az1", "73h")).contains("must within 72h"));
    let set =
        |subnets: &[&str]| json!({"action": "SetSubnets", "parameters": {"LoadBalancerArn": WEB, "Subnets": subnets}});
    assert_eq!(objections(set(&["subnet-a", "subnet-c"])), "");
    assert!(objections(set(&["subnet-a"])).contains("in 1 zones"));
    let detach = json!({"action": "DetachLoadBalancerFromSubnets",
        "parameters": {"LoadBalancerName": "old", "Subnets": ["subnet-b"]}});
    assert!(objections(detach).contains("without one that is left"));
}
