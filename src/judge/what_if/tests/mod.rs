//! What is left of small estates made by hand, and of many made by chance.

mod chance;
pub(crate) mod town;

use serde_json::json;

use super::*;
use crate::judge::policy::{DeclaredService, Dependency};
use town::Town;

const A: &str = "us-east-1a";
const B: &str = "us-east-1b";

#[test]
fn the_sentence_has_before_and_after_the_limit_and_what_to_raise_aws_domain_b4() {
    let mut town = Town::new(3);
    town.service("checkout", &[4, 2, 4], 12, 24);
    town.cpu("checkout", 64.0);
    let checkout = town.without(&[A]).service("checkout");
    assert_eq!(checkout.outcome, Outcome::Lost);
    town.cpu("checkout", 50.0);
    let checkout = town.without(&[A]).service("checkout");
    assert_eq!(
        checkout.sentence(),
        "checkout keeps 6 of 10 serving; CPU 50 → 83 %, limit 70; raise by 2 first",
        "ten times 50 over 70 takes eight"
    );
    assert_eq!((checkout.outcome, checkout.brief().as_str()), (Outcome::Strained, "50>83% +2"));
    assert_eq!(town.without(&[B]).service("checkout").sentence(), "checkout keeps 8 of 10 serving; CPU 50 → 62 %");
}

#[test]
fn only_what_serves_counts_before_and_after_aws_domain_b4() {
    let mut town = Town::new(3);
    town.service("web", &[4, 4, 4], 12, 12);
    town.cpu("web", 30.0);
    // Two unhealthy, one in standby though its balancer has not noticed, and a zone that a shift keeps its traffic from.
    town.target("web", 0, "unhealthy", None);
    town.target("web", 1, "unhealthy", None);
    town.lifecycle("web", 2, "Standby");
    town.target("web", 4, "healthy", Some("zonal_shift_active"));
    let web = town.without(&["us-east-1c"]).service("web");
    assert_eq!((web.serving, web.left), (Some(8), Some(4)), "{}", web.sentence());
    // The work of twelve is done by eight now: 45 each; four would do 90.
    let cpu = web.cpu.unwrap();
    assert_eq!((cpu.now.round(), cpu.after.round()), (45.0, 90.0));
    town.weights("web", B, 0.0);
    let web = town.without(&[B]).service("web");
    assert_eq!((web.serving, web.left), (Some(5), Some(5)), "what is away already does not serve: {}", web.sentence());
}

#[test]
fn the_room_under_max_free_addresses_and_capacity_decide_whether_it_can_be_raised_aws_domain_b4() {
    let mut town = Town::new(3);
    town.service("web", &[4, 4, 4], 12, 13);
    town.cpu("web", 60.0);
    let web = town.without(&[A]).service("web");
    assert!(web.sentence().ends_with("needs 3 more, but max 13 allows 1"), "{}", web.sentence());
    town.service("web", &[4, 4, 4], 12, 20);
    town.subnets(&[(A, 200), (B, 1), ("us-east-1c", 1)]);
    let web = town.without(&[A]).service("web");
    assert!(web.sentence().ends_with("needs 3 more, but 2 free addresses"), "{}", web.sentence());
    town.subnets(&[(A, 0), (B, 50), ("us-east-1c", 50)]);
    assert!(town.without(&[A]).service("web").raise.unwrap().is_open(), "those of the zone that goes do not count");
    town.launch_failed("web", B);
    let what_if = town.without(&[A]);
    let web = what_if.service("web");
    assert!(web.sentence().ends_with("but no capacity in us-east-1b"), "{}", web.sentence());
    assert_eq!(
        what_if.leave(),
        "0 of 1 services can leave now; web needs +3 first (CPU 60>90%, limit 70; but no capacity in us-east-1b); no capacity in us-east-1b: nothing starts there"
    );
}

#[test]
fn with_cross_zone_off_a_zone_keeps_its_share_for_its_own_targets_aws_domain_a3() {
    let mut town = Town::new(3);
    town.network_service("search", &[4, 4, 2], 10, 20);
    town.cpu("search", 30.0);
    town.cross_zone("search", Some(true));
    let cpu = |town: &Town| town.without(&[A]).service("search").cpu.unwrap().after.round();
    assert_eq!(cpu(&town), 50.0, "six bear what ten did");
    town.cross_zone("search", Some(false));
    assert_eq!(cpu(&town), 75.0, "two bear half of what ten did");
    town.cross_zone("search", None);
    assert_eq!(cpu(&town), 75.0, "where nobody knows, the worse");
}

#[test]
fn what_was_not_read_is_unknown_and_never_a_number() {
    let mut town = Town::new(3);
    town.service("web", &[2, 2, 2], 6, 12);
    let web = town.without(&[A]).service("web");
    assert_eq!((web.outcome, web.brief().as_str()), (Outcome::Unknown, "CPU ?"));
    assert_eq!(web.sentence(), "web keeps 4 of 6 serving; CPU not known");
    town.cpu("web", 20.0);
    town.unread_targets("web");
    let web = town.without(&[A]).service("web");
    assert_eq!((web.outcome, web.serving, web.cpu), (Outcome::Unknown, None, None), "{}", web.sentence());
    assert_eq!(town.without(&[A]).0.outcome, Outcome::Unknown);
}

#[test]
fn requests_a_target_is_known_to_bear_count_like_cpu_aws_domain_b4() {
    let mut town = Town::new(3);
    town.service("web", &[2, 2, 2], 6, 12);
    town.requests("web", 6000.0);
    town.declare("web", DeclaredService { safe_requests_per_target: Some(1200.0), ..DeclaredService::default() });
    let web = town.without(&[A]).service("web");
    assert_eq!(web.outcome, Outcome::Strained);
    assert_eq!(
        web.sentence(),
        "web keeps 4 of 6 serving; requests 1000 → 1500 a minute each, safe 1200; raise by 1 first"
    );
}

#[test]
fn a_declared_quorum_is_kept_or_the_answer_is_no() {
    let mut town = Town::new(3);
    town.workers("mongo", &[1, 1, 1], 3, 3);
    town.cpu("mongo", 5.0);
    town.declare("mongo", DeclaredService { quorum: Some(2), ..DeclaredService::default() });
    assert_eq!(town.without(&[A]).service("mongo").outcome, Outcome::Keeps);
    let mongo = town.without(&[A, B]).service("mongo");
    assert_eq!(mongo.outcome, Outcome::Lost);
    assert!(mongo.sentence().contains("quorum 2 breaks: 1 remain"), "{}", mongo.sentence());
    town.policy.services.clear();
    town.tag_group("mongo", "Quorum", "3");
    assert_eq!(town.without(&[A]).service("mongo").outcome, Outcome::Lost, "the tag says all three");
}

#[test]
fn workers_fall_behind_and_their_queue_tells_their_age() {
    let mut town = Town::new(3);
    town.workers("workers", &[2, 2, 2], 6, 6);
    town.cpu("workers", 80.0);
    town.declare("workers", DeclaredService { queue: Some("jobs".into()), ..DeclaredService::default() });
    town.queue_age("jobs", 212.0);
    let workers = town.without(&[A]).service("workers");
    assert_eq!(workers.outcome, Outcome::Strained, "a queue holds what is not done yet");
    assert!(workers.sentence().contains("queue 212 s old; falls behind"), "{}", workers.sentence());
}

#[test]
fn databases_move_or_die_with_their_services_aws_domain_b4() {
    let mut town = Town::new(3);
    town.service("shop", &[2, 2, 2], 6, 12);
    town.cpu("shop", 20.0);
    town.databases(json!([
        {"id": "orders", "zone": A, "standby_zone": B, "multi_az": true},
        {"id": "building", "zone": A, "multi_az": true},
        {"id": "single", "zone": A},
        {"id": "single-replica", "zone": B, "replica_of": "single"},
        {"id": "lonely-reader", "zone": A, "replica_of": "orders"},
        {"id": "nowhere"},
        {"id": "far", "zone": B, "standby_zone": "us-east-1c", "multi_az": true},
    ]));
    let what_if = town.without(&[A]);
    let told = |id: &str| {
        let found = what_if.0.databases.iter().find(|each| &*each.id == id);
        found.map_or_else(|| "-".to_owned(), |each| format!("{}: {}", each.outcome.as_str(), each.detail))
    };
    assert_eq!(told("orders"), "keeps: its standby takes over us-east-1a > us-east-1b, 60-120 s without writes");
    assert_eq!(told("building"), "lost: its standby is missing");
    assert_eq!(
        told("single"),
        "lost: single zone, no standby; single-replica in us-east-1b can be promoted, without what it lags"
    );
    assert_eq!(told("lonely-reader"), "strained: the replica goes; orders writes on without it");
    assert_eq!(told("nowhere"), "unknown: its zone is not known");
    assert_eq!(told("far"), "-");
    let both = town.without(&[A, B]);
    let orders = both.0.databases.iter().find(|each| &*each.id == "orders").unwrap();
    assert_eq!((orders.outcome, orders.detail.as_str()), (Outcome::Lost, "its standby goes with it"));
    for (on, hard, wanted) in [
        ("orders", true, Outcome::Keeps),
        ("single", true, Outcome::Lost),
        ("single", false, Outcome::Strained),
        ("nowhere", true, Outcome::Unknown),
        ("misspelt", true, Outcome::Unknown),
    ] {
        let depends_on = vec![Dependency { on: on.into(), hard }];
        town.declare("shop", DeclaredService { depends_on, ..DeclaredService::default() });
        let shop = town.without(&[A]).service("shop");
        assert_eq!(shop.outcome, wanted, "{on}: {}", shop.sentence());
    }
}

#[test]
fn an_aurora_reader_elsewhere_takes_over_and_its_class_matters_aws_domain_b4() {
    let mut town = Town::new(3);
    town.cluster("catalog", &[(A, "db.r6g.xlarge"), (B, "db.r6g.xlarge")]);
    let told = |town: &Town, zone| {
        let what_if = town.without(&[zone]);
        let catalog = what_if.0.databases.first().unwrap();
        (catalog.outcome, catalog.without_writes_s, catalog.detail.clone())
    };
    assert_eq!(
        told(&town, A),
        (Outcome::Keeps, Some((15, 60)), "catalog-1 takes over us-east-1a > us-east-1b, 15-60 s without writes".into())
    );
    assert_eq!(told(&town, B), (Outcome::Keeps, None, "1 of 2 members go; its writer stays".into()));
    town.cluster("catalog", &[(A, "db.r6g.xlarge"), (B, "db.r6g.large")]);
    assert_eq!(told(&town, A).0, Outcome::Strained, "the reader is smaller");
    town.cluster("catalog", &[(A, "db.r6g.xlarge"), (A, "db.r6g.xlarge")]);
    assert_eq!(told(&town, A).0, Outcome::Lost, "all members stand there");
    assert_eq!(town.question("catalog").unwrap().0.outcome, Outcome::Lost);
    assert_eq!(town.question("catalog-1").unwrap().0.outcome, Outcome::Keeps, "a reader alone");
    assert!(town.question("catalogue").is_none());
}

#[test]
fn circular_dependencies_end_and_a_chain_goes_down_together() {
    let mut town = Town::new(2);
    town.service("front", &[1, 1], 2, 4);
    town.service("back", &[1, 1], 2, 4);
    town.service("store", &[2, 0], 2, 4);
    for name in ["front", "back", "store"] {
        town.cpu(name, 10.0);
    }
    let needs = |on: &str| DeclaredService {
        depends_on: vec![Dependency { on: on.into(), hard: true }],
        ..DeclaredService::default()
    };
    for (name, on) in [("front", "back"), ("back", "store"), ("store", "front")] {
        town.declare(name, needs(on));
    }
    let what_if = town.without(&[A]);
    for name in ["front", "back", "store"] {
        assert_eq!(what_if.service(name).outcome, Outcome::Lost, "{}", what_if.service(name).sentence());
    }
    assert!(what_if.service("front").reasons.contains(&"goes with back".to_owned()));
    assert_eq!(town.without(&[B]).service("front").outcome, Outcome::Keeps);
}

#[test]
fn what_does_not_move_is_listed_aws_domain_b4() {
    let mut town = Town::new(3);
    town.network(A, &[A, B]);
    town.service("one-zone", &[2, 0, 0], 2, 4);
    let casualties = |zone: &str| {
        let what_if = town.without(&[zone]);
        what_if
            .0
            .casualties
            .iter()
            .map(|each| format!("{} {}: {}", each.what, each.name, each.detail))
            .collect::<Vec<_>>()
    };
    assert_eq!(casualties(A), ["nat-gateway nat-a: us-east-1b routes out through it: no way out from there"]);
    assert!(casualties(B).is_empty(), "who routed through another zone goes itself");
}

#[test]
fn a_gateway_that_could_not_be_read_is_a_gap_and_not_nothing() {
    let mut town = Town::new(3);
    town.service("web", &[2, 2, 2], 6, 12);
    town.cpu("web", 20.0);
    let what_if = town.without(&[A]);
    assert_eq!(what_if.0.outcome, Outcome::Keeps);
    town.unread(Kind::RouteTables);
    let what_if = town.without(&[A]);
    assert_eq!(what_if.0.outcome, Outcome::Unknown);
    assert!(what_if.0.unread.iter().any(|(kind, _)| *kind == Kind::RouteTables));
}

#[test]
fn leaving_a_zone_in_which_nothing_serves_any_more_costs_nothing() {
    let mut town = Town::new(3);
    town.service("web", &[2, 2, 2], 6, 12);
    town.cpu("web", 90.0);
    town.target("web", 0, "unhealthy", None);
    town.target("web", 1, "unhealthy", None);
    let web = town.without(&[A]).service("web");
    assert_eq!((web.serving, web.left, web.outcome), (Some(4), Some(4), Outcome::Strained));
    let leave = town.without(&[A]).leave();
    assert_eq!(leave, "1 service can leave now; web is over its limit already (CPU 100%): +2");
}

#[test]
fn the_role_may_do_what_iam_says_and_else_nobody_knows_aws_domain_a11() {
    let mut town = Town::new(3);
    town.service("web", &[2, 2, 2], 6, 12);
    town.cpu("web", 60.0);
    town.permissions(&[
        ("autoscaling:SetDesiredCapacity", "allowed"),
        ("elasticloadbalancing:SetSubnets", "implicitDeny"),
    ]);
    let rights: Vec<(&str, &str)> =
        town.without(&[A]).0.needed.iter().map(|needed| (needed.action, needed.right.as_str())).collect();
    assert_eq!(
        rights,
        [
            ("elasticloadbalancing:SetSubnets", "denied"),
            ("autoscaling:SetDesiredCapacity", "allowed"),
            ("autoscaling:UpdateAutoScalingGroup", "untested"),
        ]
    );
}
