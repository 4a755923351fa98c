//! The arithmetic over services as they are read.
#![allow(clippy::unwrap_used, clippy::panic)]

use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use super::arithmetic::{Spread, over_zones, series};
use super::{ServiceAvailability, assess};
use crate::estate::alarm::Series;
use crate::estate::balancer::{LoadBalancer, ResourceTags, TargetGroup};
use crate::estate::database::{Cluster, Database};
use crate::estate::group::Group;
use crate::estate::instance::{Instance, InstanceStatus};
use crate::estate::query::Query;
use crate::estate::{Kind, Part};
use crate::id::GroupName;
use crate::judge::Verdict;
use crate::judge::policy::{DeclaredService, Dependency};
use crate::listing::fixture::Shop;

const ZONES: [&str; 3] = ["us-east-1a", "us-east-1b", "us-east-1c"];

/// A shop whose groups have so many members in each zone, of which no balancer is asked.
fn shop(groups: &[(&str, [usize; 3])]) -> Shop {
    let mut shop = Shop::empty();
    let (mut instances, mut statuses, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for (name, counts) in groups {
        let ids = |zone: usize| (0..counts[zone]).map(move |n| format!("i-{name}-{zone}-{n}"));
        let homes: Vec<(String, &str)> = (0..3).flat_map(|zone| ids(zone).map(move |id| (id, ZONES[zone]))).collect();
        for (id, zone) in &homes {
            instances.push(json!({"id": id, "zone": zone, "state": "running", "instance_type": "m7g.large",
                "launched_at": "2026-11-20T00:00:00Z", "volumes": [], "tags": []}));
            let ok = json!({"status": "ok"});
            statuses.push(json!({"instance": id, "system": ok, "guest": ok, "events": []}));
        }
        let members: Vec<Json> = homes
            .iter()
            .map(|(id, zone)| json!({"instance": id, "zone": zone, "state": "InService", "healthy": true, "protected": false}))
            .collect();
        rows.push(json!({"name": name, "min": 1, "desired": homes.len(), "max": 30, "zones": ZONES, "subnets": [],
            "members": members, "target_groups": [], "classic_balancers": [], "health_check": "EC2", "suspended": {},
            "tags": []}));
    }
    shop.put::<Instance>(Json::Array(instances));
    shop.put::<InstanceStatus>(Json::Array(statuses));
    shop.put::<Group>(Json::Array(rows));
    shop
}

/// CPU of groups over the last minutes.
fn with_cpu(mut shop: Shop, loads: &[(&str, f64)]) -> Shop {
    let mut rows: Vec<Series> = loads
        .iter()
        .map(|(name, cpu)| {
            let query = Query::of_group(&GroupName::from(*name));
            let minute = |back: i64| shop.now - SignedDuration::from_mins(back);
            let points = (1..10).rev().map(|back| (minute(back), *cpu)).collect();
            Series { id: "board".into(), metric: query.metric, statistic: query.statistic, points }
        })
        .collect();
    rows.sort_by(|a, b| a.metric.cmp(&b.metric));
    shop.put_part::<Series>(Part::Of("board".into()), rows);
    shop
}

fn database(id: &str, service: &str, standby: Option<&str>) -> Json {
    json!({"id": id, "engine": "postgres", "status": "available", "multi_az": standby.is_some(), "zone": "us-east-1a",
        "standby_zone": standby, "replicas": [], "replication": [], "pending_changes": [], "tags": [["Service", service]]})
}

fn all(shop: &Shop) -> Vec<ServiceAvailability> {
    let picture = shop.picture();
    assess(&picture.estate, &picture.judgement, shop.now, &shop.policy)
}

fn of(shop: &Shop, service: &str) -> ServiceAvailability {
    all(shop).into_iter().find(|each| each.service == service).unwrap_or_else(|| panic!("no {service}"))
}

fn hard(on: &str) -> Dependency {
    Dependency { on: on.to_owned(), hard: true }
}

#[test]
fn members_needed_follow_from_todays_load_aws_domain_d() {
    // 6 members at 45 % are 270 %, of which one may bear 70: 4 are needed, and three zones of two keep 4 when one goes.
    let shop = with_cpu(shop(&[("web", [2, 2, 2])]), &[("web", 45.0)]);
    let web = of(&shop, "web");
    assert!((web.availability.unwrap() - 0.999_967_04).abs() < 1e-8, "{:?}", web.availability);
    assert_eq!((web.nines, web.verdict), (Some(4.5), Verdict::Ok));
    assert_eq!(web.supposed, [""; 0]);
    assert_eq!(web.parts[0].detail, "4 of 6 needed in 3 zones: CPU 45%, limit 70");
    assert!(web.helps.iter().all(|help| !help.change.contains("losing a zone")), "it does: {:?}", web.helps);
    let busier = of(&with_cpu(self::shop(&[("web", [2, 2, 2])]), &[("web", 55.0)]), "web");
    let bears = busier.helps.iter().find(|help| help.change == "web 6>8: bears losing a zone");
    assert!(bears.is_some_and(|help| help.minutes_gained > 20.0), "5 are left of 3, 3 and 2: {:?}", busier.helps);
    // The useful display: scaled in by two, nothing may fail any more.
    let loss = web.scaled_in.unwrap();
    assert!(loss.availability < 0.98, "{loss:?}");
}

#[test]
fn load_that_nobody_tells_is_supposed_aloud_and_never_ok() {
    let web = of(&shop(&[("web", [3, 3, 3])]), "web");
    assert_eq!(web.supposed, ["load of web unknown: 6 of 9 taken as enough"]);
    assert!((web.availability.unwrap() - 0.999_954_78).abs() < 1e-8);
    assert_eq!(web.verdict, Verdict::Unknown, "99.995 % of a target of 99.99, and still nobody knows");
    // The only one is needed, whatever its load.
    let alone = of(&shop(&[("web", [1, 0, 0])]), "web");
    assert_eq!((alone.supposed.len(), alone.verdict), (0, Verdict::Warning));
}

#[test]
fn databases_count_by_kind_and_say_what_would_help() {
    let mut shop = with_cpu(shop(&[("web", [2, 2, 2])]), &[("web", 30.0)]);
    shop.put::<Database>(json!([database("main", "web", None)]));
    let web = of(&shop, "web");
    let database_part = &web.parts[0];
    assert_eq!((database_part.name.as_str(), &*database_part.detail), ("main", "in one zone, no standby"));
    assert_eq!(web.verdict, Verdict::Warning);
    let first = &web.helps[0];
    assert_eq!(first.change, "main Multi-AZ on");
    assert!((first.minutes_gained - (216.0 - 21.6)).abs() < 0.6, "{first:?}");
    // With Multi-AZ on and its standby gone, it is a database in one zone for now.
    let mut row = database("main", "web", Some("us-east-1b"));
    row["standby_zone"] = Json::Null;
    shop.put::<Database>(json!([row]));
    assert_eq!(of(&shop, "web").helps[0].change, "main: its standby back");
}

#[test]
fn aurora_with_its_members_in_one_zone_wants_a_reader_elsewhere() {
    let mut shop = shop(&[]);
    let member = |id: &str, zone: &str| {
        let mut row = database(id, "catalog", None);
        row["cluster"] = json!("catalog");
        row["zone"] = json!(zone);
        row["engine"] = json!("aurora-postgresql");
        row
    };
    shop.put::<Cluster>(json!([{"id": "catalog", "engine": "aurora-postgresql", "status": "available", "tags": [],
        "members": [{"database": "c-1", "writer": true}, {"database": "c-2", "writer": false}]}]));
    shop.put::<Database>(json!([member("c-1", "us-east-1a"), member("c-2", "us-east-1a")]));
    let catalog = of(&shop, "catalog");
    assert_eq!((catalog.availability, catalog.nines), (Some(0.999), Some(3.0)));
    assert_eq!(catalog.helps[0].change, "catalog: a reader in another zone");
    shop.put::<Database>(json!([member("c-1", "us-east-1a"), member("c-2", "us-east-1b")]));
    assert!(of(&shop, "catalog").availability.unwrap() > 0.999_89);
}

#[test]
fn hard_dependencies_stand_in_series_and_what_is_shared_once() {
    let mut shop = with_cpu(shop(&[("web", [2, 2, 2]), ("auth", [2, 2, 0])]), &[("web", 45.0), ("auth", 50.0)]);
    shop.put::<Database>(json!([database("main", "web", Some("us-east-1b"))]));
    let declare = |depends_on| DeclaredService { depends_on, ..DeclaredService::default() };
    shop.policy.services.insert("web".to_owned(), declare(vec![hard("auth"), hard("main")]));
    shop.policy.services.insert("auth".to_owned(), declare(vec![hard("main")]));
    let web = of(&shop, "web");
    let names: Vec<(&str, Option<&str>)> =
        web.parts.iter().map(|part| (part.name.as_str(), part.via.as_deref())).collect();
    assert_eq!(names, [("auth", Some("auth")), ("main", None), ("web", None)], "main once, though auth needs it too");
    let rules = shop.policy.availability;
    let spread = |counts: [usize; 3], needed| Spread { counts: counts.to_vec(), needed };
    let members = over_zones(&[spread([2, 2, 2], 4), spread([2, 2, 0], 3)], rules.zone, rules.instance).unwrap();
    let main = rules.database_multi_az * (1.0 - 2.0 * 90.0 / 31_536_000.0);
    assert!((web.availability.unwrap() - series([members, main])).abs() < 1e-12, "zones are shared, parts in series");
    // Soft ones are listed and cost nothing.
    shop.policy.services.insert(
        "web".to_owned(),
        declare(vec![
            Dependency { on: "auth".to_owned(), hard: false },
            Dependency { on: "main".to_owned(), hard: false },
        ]),
    );
    let soft = of(&shop, "web");
    assert_eq!(soft.soft, ["auth: declared soft", "main: declared soft"]);
    assert!((soft.availability.unwrap() - 0.999_967_04).abs() < 1e-8);
    let bear = web.helps.iter().find(|help| help.change.starts_with("auth made soft")).unwrap();
    assert!(bear.minutes_gained > 20.0, "{bear:?}");
}

#[test]
fn a_dependency_that_is_not_there_is_a_stated_gap() {
    let mut shop = with_cpu(shop(&[("web", [2, 2, 2])]), &[("web", 45.0)]);
    let declared = DeclaredService { depends_on: vec![hard("ordres")], ..DeclaredService::default() };
    shop.policy.services.insert("web".to_owned(), declared);
    let web = of(&shop, "web");
    assert_eq!(web.supposed, ["web depends on ordres, and nothing here is called so: left out"]);
    assert_eq!(web.verdict, Verdict::Unknown);
}

#[test]
fn a_quorum_counts_over_all_members_of_the_service() {
    let mut shop = shop(&[("mongo-a", [1, 0, 0]), ("mongo-b", [0, 1, 0]), ("mongo-c", [0, 0, 1])]);
    let groups = ["mongo-a", "mongo-b", "mongo-c"].map(GroupName::from).into();
    let declared = DeclaredService { quorum: Some(2), groups, target: Some(0.999), ..DeclaredService::default() };
    shop.policy.services.insert("mongo".to_owned(), declared);
    let mongo = of(&shop, "mongo");
    assert_eq!(all(&shop).len(), 1, "policy's groups are one service");
    assert_eq!(mongo.parts[0].detail, "2 of 3 needed in 3 zones: quorum 2");
    assert_eq!((mongo.verdict, mongo.target), (Verdict::Ok, 0.999));
}

#[test]
fn members_behind_one_balancer_are_one_pool_and_the_balancer_counts_by_its_zones() {
    let mut shop = with_cpu(shop(&[("web", [2, 0, 0]), ("web-spot", [0, 2, 0])]), &[("web", 20.0), ("web-spot", 20.0)]);
    let arn = "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/web/73e2d6bc24d8a067";
    let balancer = "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/web/50dc6c495c0c9188";
    shop.put::<TargetGroup>(
        json!([{"arn": arn, "name": "web", "target_type": "instance", "load_balancers": [balancer]}]),
    );
    shop.put::<LoadBalancer>(json!([{"arn": balancer, "name": "web", "balancer_type": "application",
        "zones": [["us-east-1a", null]]}]));
    shop.put::<ResourceTags>(json!([{"of": arn, "tags": [["Service", "shop"]]}]));
    let target = |id: &str| json!({"id": id, "port": 80, "state": "healthy"});
    let ids = ["i-web-0-0", "i-web-0-1", "i-web-spot-1-0", "i-web-spot-1-1"];
    let rows = serde_json::from_value(Json::Array(ids.map(target).to_vec())).unwrap();
    shop.put_part::<crate::estate::balancer::Target>(Part::Of(arn.into()), rows);
    let groups = ["web", "web-spot"].map(GroupName::from).into();
    shop.policy.services.insert("shop".to_owned(), DeclaredService { groups, ..DeclaredService::default() });
    let web = of(&shop, "shop");
    let parts: Vec<(&str, &str)> = web.parts.iter().map(|part| (part.what, part.detail.as_str())).collect();
    assert_eq!(parts, [("balancer", "in one zone"), ("members", "2 of 4 needed in 2 zones: CPU 20%, limit 70")]);
    assert_eq!(web.helps[0].change, "balancer web in a second zone");
}

#[test]
fn what_could_not_be_read_keeps_a_figure_from_being_ok() {
    let shop = with_cpu(shop(&[("web", [3, 3, 3])]), &[("web", 30.0)]);
    assert_eq!(of(&shop, "web").verdict, Verdict::Ok);
    let denied = shop.denied(Kind::Databases, "rds:DescribeDBInstances");
    let web = of(&denied, "web");
    assert_eq!(web.verdict, Verdict::Unknown, "{:?}", web.supposed);
    assert!(web.supposed[0].contains("databases"), "{:?}", web.supposed);
}

#[test]
fn fewer_members_or_zones_never_promise_more() {
    let mut random = fastrand::Rng::with_seed(11);
    let real = |n: usize| f64::from(u32::try_from(n).unwrap());
    for _ in 0..40 {
        let counts = [random.usize(1..5), random.usize(1..5), random.usize(1..5)];
        let total: usize = counts.iter().sum();
        // Beyond the limit all that serve are needed, however many those are.
        let load = random.f64() * 70.0 * real(total - 1) / real(total);
        let all = of(&with_cpu(shop(&[("web", counts)]), &[("web", load)]), "web").availability.unwrap();
        let at = random.usize(0..3);
        let mut fewer = counts;
        fewer[at] -= 1;
        // The same requests on one member less.
        let heavier = load * real(total) / real(total - 1);
        let less = of(&with_cpu(shop(&[("web", fewer)]), &[("web", heavier)]), "web").availability.unwrap();
        assert!(less <= all + 1e-12, "{counts:?} at {load}: {all}, without one in {at}: {less}");
    }
}
