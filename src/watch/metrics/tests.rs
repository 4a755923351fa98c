use super::*;
use crate::estate::alarm::Alarm;
use crate::estate::balancer::{ClassicBalancer, LoadBalancer, TargetGroup};
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::group::{Group, ScalingPolicy};
use crate::estate::network::NatGateway;
use crate::estate::{Row, Slice, Update};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const BALANCER: &str = "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/web/50dc6c495c0c9188";
const FLOWS: &str = "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/net/search/50dc6c495c0c9188";

fn east() -> Region {
    Region::from("us-east-1")
}

fn rows<T: Row + DeserializeOwned>(estate: &mut Estate, rows: Value) {
    let rows: Vec<T> = serde_json::from_value(rows).unwrap();
    let slice = Slice::read(T::rows(rows), Timestamp::UNIX_EPOCH);
    estate.apply(Update::part(SliceId::all(&east(), T::KIND), slice));
}

/// One application balancer over two zones, a flow balancer over one, a group each, a queue, a gateway and four databases.
fn estate() -> Estate {
    let mut estate = Estate::new(vec![east()]);
    let target_group = |name: &str, balancer: &str| {
        let arn = format!("arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/{name}/73e2d6bc24d8a067");
        json!({ "arn": arn, "name": name, "load_balancers": [balancer] })
    };
    rows::<TargetGroup>(&mut estate, json!([target_group("web", BALANCER), target_group("search", FLOWS)]));
    let balancer =
        |arn: &str, zones: Value| json!({ "arn": arn, "name": "b", "balancer_type": "application", "zones": zones });
    let zones = json!([["us-east-1a", null], ["us-east-1b", null]]);
    let balancers = [balancer(BALANCER, zones), balancer(FLOWS, json!([["us-east-1a", null]]))];
    rows::<LoadBalancer>(&mut estate, json!(balancers));
    rows::<ClassicBalancer>(&mut estate, json!([]));
    let group = |name: &str, desired: i32| {
        json!({
            "name": name, "min": 0, "desired": desired, "max": 4, "zones": [], "subnets": [], "target_groups": [],
            "classic_balancers": [], "health_check": "EC2", "suspended": {}, "tags": [], "members": [],
        })
    };
    rows::<Group>(&mut estate, json!([group("web-asg", 4), group("batch-asg", 2), group("asleep-asg", 0)]));
    let policy = json!([{
        "name": "by-age", "group": "batch-asg", "policy_type": "StepScaling", "alarms": ["batch-age"],
    }]);
    rows::<ScalingPolicy>(&mut estate, policy);
    let alarm = |name: &str, queue: &str| {
        let metric = json!({ "namespace": "AWS/SQS", "name": "ApproximateAgeOfOldestMessage", "dimensions": [["QueueName", queue]] });
        json!({ "name": name, "alarm_type": "metric", "state": "OK", "actions": [], "metric": metric })
    };
    rows::<Alarm>(&mut estate, json!([alarm("batch-age", "batch"), alarm("nobody-scales-by-it", "other")]));
    let gateway = |id: &str, state: &str| json!({ "id": id, "state": state, "tags": [] });
    rows::<NatGateway>(&mut estate, json!([gateway("nat-1", "available"), gateway("nat-2", "deleted")]));
    let database = |id: &str, replica_of: Option<&str>| {
        json!({
            "id": id, "engine": "postgres", "status": "available", "multi_az": false, "replica_of": replica_of,
            "replicas": [], "replication": [], "pending_changes": [], "tags": [],
        })
    };
    rows::<Database>(&mut estate, json!([database("orders", None), database("orders-copy", Some("orders"))]));
    let member = |id: &str, writer: bool| json!({ "database": id, "writer": writer });
    rows::<Cluster>(
        &mut estate,
        json!([{
            "id": "carts", "engine": "aurora-postgresql", "status": "available", "tags": [],
            "members": [member("carts-1", true), member("carts-2", false)],
        }]),
    );
    rows::<GlobalCluster>(&mut estate, json!([]));
    estate
}

fn planned(estate: &Estate, usd_a_day: f64) -> Plan {
    let budget = Budget { usd_a_day, usd_per_thousand: 0.01, queues: BTreeSet::from(["declared".into()]) };
    Plan::new(estate, &budget, 1.0, |_, _| true)
}

fn asked(plan: &Plan, tier: Tier) -> Vec<String> {
    let queries = plan.asked.get(&(east(), tier)).map(Vec::as_slice).unwrap_or_default();
    let words = |query: &Query| {
        let last = query.metric.dimensions.iter().map(|(_, value)| &**value).collect::<Vec<_>>().join(" ");
        format!("{} {last}", query.metric.name)
    };
    queries.iter().map(words).collect()
}

#[test]
fn the_board_asks_traffic_of_groups_and_balancers_and_the_age_of_queues_aws_domain_a5() {
    let plan = planned(&estate(), 10.0);
    let board = asked(&plan, Tier::Board);
    let web = "app/web/50dc6c495c0c9188 targetgroup/web/73e2d6bc24d8a067";
    for wanted in [
        format!("RequestCount {web}"),
        format!("HTTPCode_Target_5XX_Count {web}"),
        format!("TargetResponseTime {web}"),
        "NewFlowCount net/search/50dc6c495c0c9188 targetgroup/search/73e2d6bc24d8a067".to_owned(),
        "CPUUtilization web-asg".to_owned(),
        "ApproximateAgeOfOldestMessage batch".to_owned(),
        "ApproximateAgeOfOldestMessage declared".to_owned(),
    ] {
        assert!(board.contains(&wanted), "{wanted} in {board:#?}");
    }
    assert_eq!(board.len(), 3 + 2 + 2 + 2, "flows have no latency, an empty group no CPU, a queue needs a worker");
    assert_eq!(asked(&plan, Tier::Zones).len(), 2 * 3 + 2, "by the zones of each balancer");
    assert_eq!(asked(&plan, Tier::Network), ["ErrorPortAllocation nat-1", "PacketsDropCount nat-1"]);
    assert_eq!(asked(&plan, Tier::Lag), ["AuroraReplicaLag carts-2", "ReplicaLag orders-copy"]);
    let queries = plan.asked.values().flatten();
    assert!(plan.asked.values().all(|queries| queries.is_sorted()) && queries.count() == 9 + 8 + 2 + 2 + 1 + 4);
}

/// `aws-domain.md` A.5: a metric asked each minute is 1,440 a day at $0.01 a thousand.
#[test]
fn what_does_not_fit_is_read_less_often_and_then_not_at_all_aws_domain_a5() {
    let estate = estate();
    let tiers = |usd| -> Vec<(Tier, Option<u32>)> {
        planned(&estate, usd).tiers().iter().map(|planned| (planned.tier, planned.every_min)).collect()
    };
    let board = 9.0 * 0.0144;
    assert!((planned(&estate, 10.0).usd_a_day() - 26.0 * 0.0144).abs() < 1e-9);
    assert!(tiers(10.0).iter().all(|(_, every)| *every == Some(1)));
    let short = tiers(board + 0.05);
    assert_eq!(short[..3], [(Tier::Board, Some(1)), (Tier::Zones, Some(3)), (Tier::Network, Some(3))]);
    assert_eq!(short[3], (Tier::Lag, None));
    for usd in [0.0, 0.01, 0.1, 0.2, 0.3, 0.4] {
        let plan = planned(&estate, usd);
        assert!(plan.usd_a_day() <= usd + 1e-9, "${usd} is not overdrawn: {}", plan.usd_a_day());
    }
    let none = planned(&estate, 0.0);
    assert!(none.slices().next().is_none() && none.tiers().iter().all(|planned| planned.every_min.is_none()));
}

#[test]
fn a_tier_waits_for_what_it_hangs_on_and_asks_whole_minutes() {
    let budget = Budget { usd_a_day: 10.0, usd_per_thousand: 0.01, ..Budget::default() };
    let plan = Plan::new(&estate(), &budget, 1.0, |_, kind| kind != Kind::Alarms);
    assert!(asked(&plan, Tier::Board).is_empty() && !asked(&plan, Tier::Zones).is_empty());
    let id = SliceId::of(&east(), Kind::Series, "zones");
    let ask = plan.ask(&id, Timestamp::from_second(1_000_030).unwrap()).unwrap();
    assert_eq!(ask.since, Timestamp::from_second(999_120).ok(), "a quarter of an hour, from a whole minute");
    assert_eq!(ask.metrics.len(), 8);
    assert!(plan.ask(&SliceId::of(&east(), Kind::Series, "board"), Timestamp::UNIX_EPOCH).is_none());
}
