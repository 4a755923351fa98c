//! What is refused, and what is left out, each with why.

use super::*;
use crate::operation::evacuate::TAG;

fn reason(account: &Account) -> String {
    account.plan().unwrap_err().reason
}

#[test]
fn one_bad_host_is_replaced_and_no_zone_is_left_for_it_aws_domain_f9() {
    let mut account = Account::of(&[("web", 40.0)]);
    account.verdicts.insert(B, ZoneVerdict::NotZonal);
    account.not_zonal = Some(NotZonal::OneHost { host: "i-web-4".into() });
    let refusal = account.plan().unwrap_err();
    assert!(refusal.reason.contains("one host, not the zone"), "{}", refusal.reason);
    assert_eq!(refusal.remedy, "replace it: `fournines plan replace i-web-4`");
}

#[test]
fn the_only_zone_and_the_last_that_is_well_are_not_left() {
    let mut town = Town::new(1);
    town.service("web", &[4], 4, 4);
    let mut account = Account::with(town);
    account.target = A;
    assert!(reason(&account).contains("us-east-1a is all there is"));
    let mut account = Account::of(&[("web", 40.0)]);
    account.verdicts = [A, B, C].map(|zone| (zone, ZoneVerdict::Degraded)).into();
    assert!(
        reason(&account).contains("us-east-1b would be the last to go: us-east-1a and us-east-1c are sick as well")
    );
}

#[test]
fn a_second_zone_is_refused_naming_the_first_operation_and_its_owner() {
    let mut account = Account::of(&[("web", 40.0)]);
    account.shift("web", "use1-az1", "ZONAL_SHIFT", "fournines evacuate-7 bob");
    let refusal = account.plan().unwrap_err();
    assert!(refusal.reason.contains("us-east-1a (use1-az1) is away already"), "{}", refusal.reason);
    assert!(refusal.reason.contains("evacuate-7 of bob") && refusal.remedy.contains("plan return use1-az1"));
    account.shift("web", "use1-az1", "PRACTICE_RUN", "");
    assert!(account.plan().is_ok(), "a practice run is no evacuation");
    account.town.tag_group("web", TAG, "evacuate-8 use1-az3 min=1 desired=12 max=20");
    assert!(reason(&account).contains("us-east-1c (use1-az3) is away already: evacuate-8"));
}

#[test]
fn a_balancer_that_fails_open_is_left_alone_aws_domain_f7() {
    let mut account = Account::of(&[("web", 40.0), ("api", 30.0)]);
    for n in 0..12 {
        account.town.target("web", n, "unhealthy", None);
    }
    let why = why_off(&account.plan().unwrap(), "web");
    assert!(why.contains("web fails open, 0 of 12 healthy: a shift does nothing"), "{why}");
}

#[test]
fn who_has_no_zonal_shift_leaves_by_subnets_and_a_network_balancer_only_on_request() {
    let mut account = Account::of(&[("web", 40.0)]);
    account.town.network_service("search", &[4, 4, 4], 12, 20);
    account.town.cross_zone("search", Some(true));
    account.town.cpu("search", 30.0);
    account.manage(&[], &[]);
    let plan = account.plan().unwrap();
    let [web] = steps(&plan, "web")[..] else { panic!("{:?}", plan.steps) };
    assert_eq!(names(&web.calls), ["SetSubnets"]);
    assert_eq!(parameters(&web.calls[0])["Subnets"], json!(["subnet-us-east-1a", "subnet-us-east-1c"]));
    let search = row(&plan, "search");
    assert_eq!((search.on, search.with.as_deref()), (false, Some("search")));
    assert!(search.how.contains("cuts all its connections"), "{}", search.how);
    let plan = account.set("with", "search").plan().unwrap();
    assert!(row(&plan, "search").on && steps(&plan, "search").len() == 1);
}

#[test]
fn what_nobody_knows_is_a_guard_to_be_answered_for_and_never_room() {
    let mut account = Account::of(&[("web", 40.0)]);
    account.town.unread_targets("web");
    let plan = account.plan().unwrap();
    let [web] = steps(&plan, "web")[..] else { panic!("{:?}", plan.steps) };
    let room = web.guards.iter().find(|guard| guard.id.ends_with(".room")).unwrap();
    assert!(room.condition.words().contains("headroom of web is not known"), "{}", room.condition.words());
    assert_eq!(row(&plan, "web").serves, None);
}

#[test]
fn a_service_without_room_holds_no_other_and_can_be_left_out() {
    let mut account = Account::of(&[("web", 65.0), ("api", 30.0)]);
    account.town.group("web", |group| group["suspended"] = json!({"Launch": "User suspended"}));
    let plan = account.plan().unwrap();
    assert!(why_off(&plan, "web").contains("Launch of web is suspended"));
    assert!(steps(&plan, "api").iter().any(|step| is_shift(step)));
    account.skip = vec!["verify", "launches"];
    let plan = account.plan().unwrap();
    assert!(plan.steps.iter().all(|step| &*step.part == "api"), "{:?}", plan.steps);
    let only = Account::of(&[("web", 40.0), ("api", 30.0)]).set("only", "api").plan().unwrap();
    assert!(steps(&only, "web").is_empty() && steps(&only, "launches").len() == 1);
}

#[test]
fn a_wish_that_means_nothing_here_is_refused_with_what_there_is() {
    let wish = |name, value| reason(&Account::of(&[("web", 40.0)]).set(name, value));
    assert_eq!(wish("expiry", "73h"), "expiry=73h: it takes 6h, 90m and the like, at most 72h");
    assert_eq!(wish("only", "wbe"), "nothing of `wbe` leaves the zone");
    assert_eq!(wish("with", "ordres"), "there is no part `ordres` to put in");
    assert_eq!(wish("limit", "5"), "limit: it takes 10 to 100 per cent of CPU");
}

#[test]
fn routes_of_healthy_zones_leave_the_zones_gateway_for_one_that_works() {
    let mut account = Account::of(&[("web", 40.0)]);
    account.town.network(B, &[A, B, C]);
    account.town.subnets(&[(A, 200), (B, 200), (C, 200)]);
    assert!(note(&account.plan().unwrap(), "stays").contains("there is no other gateway"));
    account.town.put::<crate::estate::network::NatGateway>(json!([
        {"id": "nat-1", "subnet": "subnet-us-east-1b", "vpc": "vpc-1", "state": "available", "tags": [["Name", "nat-b"]]},
        {"id": "nat-2", "subnet": "subnet-us-east-1a", "vpc": "vpc-1", "state": "failed", "tags": []},
        {"id": "nat-3", "subnet": "subnet-us-east-1c", "vpc": "vpc-1", "state": "available", "tags": [["Name", "nat-c"]]},
    ]));
    let plan = account.plan().unwrap();
    let [route] = steps(&plan, "routes")[..] else { panic!("{:?}", plan.steps) };
    let gateway = |call: &Call| parameters(call)["NatGatewayId"].as_str().unwrap().to_owned();
    assert_eq!((gateway(&route.calls[0]), gateway(&route.undo[0])), ("nat-3".to_owned(), "nat-1".to_owned()));
}
