//! What is wider than a service: a database, a gateway, a zone, a region.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use super::scene::Scene;
use crate::estate::database::Database;
use crate::estate::network::{NatGateway, RouteTable};
use crate::estate::query::{Measure, Query};
use crate::estate::zone::Subnet;
use crate::estate::{Estate, FailureKind, Part, ReadFailure, Row, Slice, SliceId, Update};
use crate::id::Region;
use crate::judge::finding::{self, Finding};
use crate::judge::zone::tests::account::{Account, EAST};
use crate::judge::{JUDGED, Policy, Verdict, judge};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn database(id: &str, status: &str, service: &str) -> Json {
    json!({"id": id, "engine": "postgres", "status": status, "multi_az": false, "zone": "us-east-1c", "replicas": [],
        "replication": [], "pending_changes": [], "tags": [["service", service]]})
}

#[test]
fn a_database_that_is_down_takes_its_own_service_with_it_and_no_other() {
    let follows = |service: &str| {
        let mut scene = Scene::well(2, 4);
        scene.pass(MINUTE);
        scene.hosts(0).into_iter().for_each(|host| host.target = "unhealthy");
        scene.put::<Database>(Part::All, json!([database("orders", "storage-full", service)]));
        let of_service = scene.about("service").remove(0);
        of_service.follows.map(|cause| cause.to_string())
    };
    assert_eq!(follows("s0").as_deref(), Some("database orders"));
    assert_eq!(follows("s1"), None);
}

fn drops(packets: f64) -> Scene {
    let mut scene = Scene::well(1, 2);
    let subnet =
        |id: &str, zone: &str| json!({"id": id, "vpc": "vpc-1", "zone": zone, "free_addresses": 100, "tags": []});
    scene.put::<Subnet>(Part::All, json!([subnet("subnet-a", "us-east-1a"), subnet("subnet-c", "us-east-1c")]));
    let gateway = |id: &str| json!({"id": id, "subnet": "subnet-a", "vpc": "vpc-1", "state": "available", "tags": []});
    scene.put::<NatGateway>(Part::All, json!([gateway("nat-1"), gateway("nat-2")]));
    scene.put::<RouteTable>(
        Part::All,
        json!([{"id": "rtb-1", "vpc": "vpc-1", "main": false, "subnets": ["subnet-a", "subnet-c"], "tags": [],
            "routes": [{"destination": "0.0.0.0/0", "target": "nat-1", "state": "active"}]}]),
    );
    scene.metric(Query::of_nat(Measure::NatDrops, "nat-1"), 0.0, packets);
    scene
}

#[test]
fn a_gateway_that_drops_is_named_with_the_zones_it_leads_out_of_aws_domain_b1() {
    let said = drops(5000.0).sentence("NAT gateway");
    let words = "NAT gateway nat-1: drops 5000 packets a minute; the way out of us-east-1a and us-east-1c";
    assert_eq!(said, format!("{words} → route them through nat-2"));
    assert_eq!(drops(20.0).sentence("NAT gateway"), "", "a few are no mishap");
}

fn sick_zone() -> Scene {
    let mut scene = Scene::well(3, 4);
    scene.pass(MINUTE);
    (0..3).for_each(|service| scene.fail(service, 1, 3));
    scene
}

#[test]
fn a_sick_zone_is_left_and_what_fails_in_it_follows_aws_domain_f8() {
    let mut scene = sick_zone();
    scene.unhealthy_alarm(0);
    let said = scene.findings();
    assert!(
        said[0].sentence().starts_with("zone us-east-1b (use1-az8) degraded: 9 of 12 targets unhealthy"),
        "{said:?}"
    );
    assert!(said[0].next.as_ref().unwrap().starts_with("evacuate us-east-1b"));
    let of_it = said.iter().filter(|finding| finding.follows.as_ref() == Some(&said[0].subject)).count();
    assert_eq!((of_it, said[0].followers), (4, 4), "three target groups and the alarm: {said:?}");
}

#[test]
fn a_shift_that_ends_while_its_zone_is_sick_is_extended_and_a_practice_run_let_be_aws_domain_f14_f15() {
    let mut ending = sick_zone();
    ending.account.shift(1, "ZONAL_SHIFT", 12);
    let said = ending.sentence("zone");
    assert!(said.contains("the shift of s0 ends in 12m"), "{said}");
    assert!(said.contains("→ extend the shift of s0, then evacuate us-east-1b"), "{said}");

    let mut practice = Scene::well(2, 4);
    practice.account.shift(1, "PRACTICE_RUN", 18);
    let said = practice.about("zone").remove(0);
    assert_eq!((said.verdict, said.next.as_deref()), (Verdict::Ok, Some("no action")));
    assert!(said.detail.starts_with("practice run until 03:32Z"), "{said:?}");
}

/// A region that answered until three minutes ago, another that answers, and in that a replica of one of its databases.
fn silent_region(lag: &[f64]) -> Vec<Finding> {
    let mut account = Account::well(3, 2, 2);
    let (east, west) = (Region::from(EAST), Region::from("us-west-2"));
    let mut estate = Estate::new(vec![east.clone(), west.clone()]);
    account.read_into(&mut estate);
    account.now += SignedDuration::from_mins(4);
    let why = ReadFailure {
        kind: FailureKind::Unreachable,
        action: "x".into(),
        code: None,
        message: "no answer in time".into(),
        request_id: None,
    };
    for (since, kind) in [180, 30].into_iter().flat_map(|ago| JUDGED.iter().map(move |kind| (ago, *kind))) {
        let parts: Vec<Part> = estate.slices(&east, kind).map(|(part, _)| part.clone()).collect();
        let at = account.now - SignedDuration::from_secs(since);
        for part in if parts.is_empty() { vec![Part::All] } else { parts } {
            let id = SliceId { region: east.clone(), kind, part };
            estate.apply(Update { whole: false, ..Update::part(id, Slice::failed(why.clone(), at)) });
        }
    }
    let mut replica = database("orders-west", "available", "s0");
    replica["replica_of"] = json!("arn:aws:rds:us-east-1:1:db:orders");
    let rows: Vec<Database> = serde_json::from_value(json!([replica])).unwrap();
    let read_at = account.now - SignedDuration::from_secs(5);
    estate.apply(Update::part(SliceId::all(&west, Database::KIND), Slice::read(Database::rows(rows), read_at)));
    let query = Query::of_database(Measure::ReplicaLag, &"orders-west".into()).unwrap();
    let minute = |back: usize| account.now - SignedDuration::from_mins(i64::try_from(back).unwrap() + 1);
    let mut points: Vec<(Timestamp, f64)> = lag.iter().enumerate().map(|(back, lag)| (minute(back), *lag)).collect();
    points.reverse();
    let series =
        crate::estate::alarm::Series { id: "x".into(), metric: query.metric, statistic: query.statistic, points };
    let id = SliceId::of(&west, crate::estate::alarm::Series::KIND, "x");
    estate.apply(Update::part(id, Slice::read(crate::estate::alarm::Series::rows(vec![series]), read_at)));
    let judgement = judge(&estate, account.now, &Policy::default());
    let ranked = finding::ranked(&judgement, estate.scope(), account.now);
    ranked.into_iter().map(|(_, finding)| finding.clone()).collect()
}

#[test]
fn a_silent_region_is_lost_only_where_a_replica_gets_nothing_either_aws_domain_f29() {
    let said = silent_region(&[3.0, 2.0, 3.0, 4.0, 2.0, 3.0]).remove(0);
    let lost = silent_region(&[242.0, 182.0, 122.0, 62.0, 3.0, 2.0]).remove(0);
    assert_eq!((said.verdict, lost.verdict), (Verdict::Unknown, Verdict::Critical), "{said:?} {lost:?}");
    assert!(lost.sentence().starts_with("region us-east-1: does not answer for 3m"), "{}", lost.sentence());
    assert_eq!(lost.next.as_deref(), Some("fence it, then promote orders-west"));
    assert!(!said.sentence().contains("promote"), "it may be our own way there: {said:?}");
}
