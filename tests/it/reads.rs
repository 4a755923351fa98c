//! The SDK against the simulated account, on virtual time: every read, its pages, and the same run twice.

use fournines::aws::{Ask, Found, Priority, READS, Scope};
use fournines::cli;
use fournines::clock;
use fournines::estate::account::HostedZone;
use fournines::estate::alarm::{Metric, Series};
use fournines::estate::balancer::{ClassicBalancer, LoadBalancer, TargetGroup};
use fournines::estate::database::Database;
use fournines::estate::group::Group;
use fournines::estate::health::{HealthEvent, HealthStatus};
use fournines::estate::image::LaunchTemplate;
use fournines::estate::instance::{Instance, InstanceState};
use fournines::estate::network::{NatGateway, Route, RouteTable};
use fournines::estate::permission::Permission;
use fournines::estate::trail::TrailEvent;
use fournines::estate::{FailureKind, Kind, SliceId};
use fournines::id::Region;
use fournines::judge::{Picture, Verdict};
use fournines::sim::SimTime;
use fournines::sim::fault::Fault;
use fournines::sim::world::{Format, Origin, SupportPlan, World};
use serde_json::Value;

use crate::account::{Account, START};

fn east() -> Region {
    Region::from("us-east-1")
}

/// A parent for each read that hangs on one.
fn parents(picture: &Picture, kind: Kind) -> Vec<String> {
    let now = picture.taken_at;
    let estate = &picture.estate;
    match kind {
        Kind::Targets | Kind::TargetGroupAttributes => {
            estate.table::<TargetGroup>(&east(), now).known().map(|group| group.arn.to_string()).collect()
        }
        Kind::Listeners | Kind::BalancerAttributes => {
            estate.table::<LoadBalancer>(&east(), now).known().map(|balancer| balancer.arn.to_string()).collect()
        }
        Kind::InstanceAttributes => {
            let instances = estate.table::<fournines::estate::instance::Instance>(&east(), now);
            instances.known().map(|instance| instance.id.to_string()).collect()
        }
        Kind::Refreshes | Kind::Hooks | Kind::StandbyEntries | Kind::ScheduledActions => {
            estate.table::<Group>(&east(), now).known().map(|group| group.name.to_string()).collect()
        }
        Kind::LaunchTemplateVersions => {
            estate.table::<LaunchTemplate>(&east(), now).known().map(|template| template.id.to_string()).collect()
        }
        Kind::AlarmHistory => estate
            .table::<fournines::estate::alarm::Alarm>(&east(), now)
            .known()
            .map(|alarm| alarm.name.to_string())
            .collect(),
        Kind::ClassicTargets => estate
            .table::<fournines::estate::balancer::ClassicBalancer>(&east(), now)
            .known()
            .map(|balancer| balancer.name.to_string())
            .collect(),
        Kind::Records => {
            let zones = estate.table::<fournines::estate::account::HostedZone>(&Region::global(), now);
            zones.known().map(|zone| zone.id.to_string()).collect()
        }
        _ => vec!["question".to_owned()],
    }
}

#[tokio::test(start_paused = true)]
async fn every_read_of_the_registry_is_answered() {
    let account = Account::calm(1);
    let picture = account.read_all().await;
    let reader = account.reader();
    let mut rows_of_parents = 0;
    for read in READS {
        if read.scope != Scope::Parent {
            let region = if read.scope == Scope::Account { Region::global() } else { east() };
            let slice = picture
                .estate
                .slice(&SliceId::all(&region, read.kind))
                .unwrap_or_else(|| panic!("{} unread", read.kind));
            assert!(slice.failure().is_none(), "{}: {:?}", read.kind, slice.failure());
            continue;
        }
        let parents = parents(&picture, read.kind);
        assert!(!parents.is_empty(), "{} has a parent to ask about", read.kind);
        for parent in parents.iter().take(3) {
            let region = if read.kind == Kind::Records { Region::global() } else { east() };
            let id = SliceId::of(&region, read.kind, parent.as_str());
            let metric = Metric {
                namespace: "AWS/AutoScaling".into(),
                name: "GroupInServiceInstances".into(),
                dimensions: vec![("AutoScalingGroupName".into(), "web".into())],
            };
            let since = picture.taken_at.checked_sub(jiff::SignedDuration::from_hours(1)).unwrap();
            let ask = Ask { since: Some(since), metrics: vec![(metric, "Average".into())], ..Ask::default() };
            match reader.read(&id, &ask, Priority::Visible).await {
                Ok(Found::Rows(rows)) => rows_of_parents += rows.len(),
                other => panic!("{} of {parent}: {other:?}", read.kind),
            }
        }
    }
    assert!(rows_of_parents > 20, "parents have rows: {rows_of_parents}");
}

/// What the estate holds is what the world holds, thing by thing.
#[tokio::test(start_paused = true)]
async fn the_estate_agrees_with_the_world() {
    let account = Account::calm(1);
    let picture = account.read_all().await;
    let state = account.sim.with_world(|world| fournines::sim::state::document(world));
    for region_state in state["regions"].as_array().unwrap() {
        let region = Region::from(region_state["region"].as_str().unwrap());
        let ids = |key: &str, name: &str| -> Vec<String> {
            let mut ids: Vec<String> = region_state[key]
                .as_array()
                .unwrap_or_else(|| panic!("{key} of {region}"))
                .iter()
                .map(|thing| thing[name].as_str().unwrap_or_else(|| panic!("{name} of {thing}")).to_owned())
                .collect();
            ids.sort();
            ids
        };
        let now = picture.taken_at;
        let sorted = |mut ids: Vec<String>| {
            ids.sort();
            ids
        };
        let estate = &picture.estate;
        let instances = estate.table::<Instance>(&region, now);
        assert_eq!(sorted(instances.known().map(|i| i.id.to_string()).collect()), ids("instances", "id"));
        let by_id: std::collections::BTreeMap<&str, &Value> = region_state["instances"]
            .as_array()
            .unwrap()
            .iter()
            .map(|instance| (instance["id"].as_str().unwrap(), instance))
            .collect();
        for instance in instances.known() {
            let truth = by_id[instance.id.as_str()];
            assert_eq!(truth["zone"].as_str(), Some(instance.zone.as_str()));
            assert_eq!(truth["state"].as_str(), Some(instance.state.as_str()));
        }
        let groups = estate.table::<Group>(&region, now).known().map(|group| group.name.to_string()).collect();
        assert_eq!(sorted(groups), ids("groups", "name"));
        let databases =
            estate.table::<Database>(&region, now).known().map(|database| database.id.to_string()).collect();
        assert_eq!(sorted(databases), ids("databases", "id"));
        let alarms = estate.table::<fournines::estate::alarm::Alarm>(&region, now);
        assert_eq!(sorted(alarms.known().map(|alarm| alarm.name.to_string()).collect()), ids("alarms", "name"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_makes_the_same_calls_byte_for_byte() {
    let mut logs = Vec::new();
    for _ in 0..2 {
        let account = Account::calm(7);
        account.read_all().await;
        account.sim.advance(std::time::Duration::from_secs(3600));
        account.read_all().await;
        logs.push(account.call_log());
    }
    assert!(logs[0].len() > 10_000);
    assert!(logs[0] == logs[1], "two runs of one seed differ");
}

/// A world of so many instances over three zones.
fn fleet(count: usize) -> World {
    let mut document = String::from(
        r#"
        account = "123456789012"
        alias = "fleet"
        [regions.us-east-1]
        network = 10
        zones = { us-east-1a = "use1-az6", us-east-1b = "use1-az4", us-east-1c = "use1-az1" }
        images = [{ name = "base", age = "30d" }]
        "#,
    );
    for number in 0..count {
        let zone = ["us-east-1a", "us-east-1b", "us-east-1c"][number % 3];
        document += &format!(
            "[[regions.us-east-1.instances]]\nname = \"n{number}\"\nzone = \"{zone}\"\nimage = \"base\"\n\
             instance_type = \"m6i.large\"\nage = \"3d\"\n"
        );
    }
    let start: jiff::Timestamp = START.parse().unwrap();
    let origin = Origin { seed: 1, start: SimTime::from_millis(start.as_millisecond()) };
    World::from_document(&document, Format::Toml, origin).unwrap()
}

#[tokio::test(start_paused = true)]
async fn page_borders_lose_and_double_nothing() {
    for (count, zone_by_zone) in [(0, false), (1, false), (999, false), (1000, false), (1001, true)] {
        let account = Account::of(fleet(count));
        let picture = account.read([Kind::Instances, Kind::InstanceStatuses]).await;
        let table = picture.estate.table::<Instance>(&east(), picture.taken_at);
        let mut ids: Vec<&str> = table.complete().expect("all known").map(|instance| instance.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        assert_eq!(table.known().count(), count, "none twice");
        let parts = picture.estate.slices(&east(), Kind::Instances).count();
        assert_eq!(parts, if zone_by_zone { 3 } else { 1 }, "{count} instances");
        let statuses = picture.estate.table::<fournines::estate::instance::InstanceStatus>(&east(), picture.taken_at);
        assert_eq!(statuses.complete().expect("all known").count(), count);
    }
}

/// Retries are the limiter's, in virtual time: a minute of throttling costs waiting, and no row.
#[tokio::test(start_paused = true)]
async fn throttling_costs_time_and_no_truth() {
    let account = Account::calm(1);
    let mut answered = 0;
    account.tamper(move |request, answer| {
        let body = String::from_utf8_lossy(request.body());
        if body.contains("Action=DescribeDBInstances") {
            answered += 1;
            if answered <= 3 {
                let error = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";
                return Ok(http::Response::builder().status(400).body(error.into()).unwrap());
            }
        }
        Ok(answer)
    });
    let begun = clock::monotonic();
    let picture = account.read([Kind::Databases]).await;
    assert!(picture.estate.table::<Database>(&east(), picture.taken_at).is_complete());
    assert!(clock::monotonic() - begun > std::time::Duration::from_secs(1));
    assert_eq!(picture.traffic.throttled_a_minute, 3);
}

/// A token that expires between two pages leaves the whole reading failed: half a fleet is not a fleet.
#[tokio::test(start_paused = true)]
async fn credentials_that_expire_between_pages_show_no_half_fleet() {
    let account = Account::of(fleet(2500));
    account.tamper(|request, answer| {
        let body = String::from_utf8_lossy(request.body());
        if body.contains("NextToken") {
            let error = "<Response><Errors><Error><Code>RequestExpired</Code><Message>Request has expired.</Message></Error></Errors><RequestID>r-1</RequestID></Response>";
            let answer = http::Response::builder().status(400).header("x-amzn-requestid", "r-1");
            return Ok(answer.body(error.into()).unwrap());
        }
        Ok(answer)
    });
    // Asked as one, not zone by zone, it takes three pages.
    let reader = account.reader();
    let id = SliceId::all(&east(), Kind::Instances);
    let failure = reader.read(&id, &Ask::default(), Priority::Visible).await.unwrap_err();
    assert_eq!(failure.kind, fournines::estate::FailureKind::Credentials);
    assert_eq!(failure.code.as_deref(), Some("RequestExpired"));
    assert_eq!(failure.request_id.as_deref(), Some("r-1"));
}

#[tokio::test(start_paused = true)]
async fn metrics_come_in_order_and_without_invented_zeros() {
    let account = Account::calm(1);
    let picture = account.read([Kind::Groups]).await;
    let group = picture.estate.table::<Group>(&east(), picture.taken_at).known().next().unwrap().name.to_string();
    let reader = account.reader();
    let metric = |name: &str| Metric {
        namespace: "AWS/AutoScaling".into(),
        name: name.into(),
        dimensions: vec![("AutoScalingGroupName".into(), group.as_str().into())],
    };
    let since = picture.taken_at.checked_sub(jiff::SignedDuration::from_hours(1)).unwrap();
    let ask = Ask {
        since: Some(since),
        metrics: vec![
            (metric("GroupInServiceInstances"), "Average".into()),
            (metric("NoSuchMetric"), "Average".into()),
        ],
        ..Ask::default()
    };
    let id = SliceId::of(&east(), Kind::Series, "q");
    let Found::Rows(rows) = reader.read(&id, &ask, Priority::Visible).await.unwrap() else { panic!("rows") };
    let series: &[Series] = fournines::estate::Row::of(&rows).unwrap();
    assert!(series[0].points.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert!(series[1].points.is_empty(), "what does not exist has no values, not zeros");
}

#[tokio::test(start_paused = true)]
async fn the_calm_account_is_running_and_judged() {
    let account = Account::calm(1);
    let picture = account.read_all().await;
    let running = |region: &str| {
        let region = Region::from(region);
        let table = picture.estate.table::<Instance>(&region, picture.taken_at);
        table.known().filter(|instance| instance.state == InstanceState::Running).count()
    };
    let total = running("us-east-1") + running("us-west-2");
    assert!((90..=160).contains(&total), "about 120 instances: {total}");
    assert_ne!(picture.judgement.account.verdict, Verdict::Unknown, "{:?}", picture.judgement.account.reasons);
    for region in picture.judgement.regions.values() {
        assert_eq!(region.zones.len(), 3);
        assert!(region.unread.is_empty(), "{:?}", region.unread);
    }
}

/// What AWS tells beside the state of things: ways out, who changed what, its own troubles, what the role may do.
#[tokio::test(start_paused = true)]
async fn what_aws_tells_beside_states_is_read_aws_domain_a7_a11() {
    let account = Account::calm(1);
    account.deny("ec2:TerminateInstances");
    account.fault(Fault::Autoshift { zone: "us-east-1b".to_owned() });
    account.sim.advance(std::time::Duration::from_secs(40 * 60));
    let kinds = [
        Kind::NatGateways,
        Kind::RouteTables,
        Kind::Snapshots,
        Kind::TrailEvents,
        Kind::HealthEvents,
        Kind::Permissions,
    ];
    let picture = account.read(kinds).await;
    let estate = &picture.estate;
    let gateways: Vec<&NatGateway> = estate.known(&east()).collect();
    assert!(!gateways.is_empty() && gateways.iter().all(|gateway| gateway.subnet.is_some()), "{gateways:?}");
    let routes: Vec<&Route> = estate.known::<RouteTable>(&east()).flat_map(|table| &table.routes).collect();
    assert!(gateways.iter().all(|gateway| routes.iter().any(|route| route.target.as_ref() == Some(&gateway.id))));
    let told: Vec<&HealthEvent> = estate.known(&Region::global()).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].zone.as_deref(), &told[0].status), (Some("us-east-1b"), &HealthStatus::Open));
    let permissions: Vec<&Permission> = estate.known(&Region::global()).collect();
    let may = |action: &str| permissions.iter().find(|each| &*each.action == action).map(|each| each.is_allowed());
    assert_eq!((may("ec2:TerminateInstances"), may("arc-zonal-shift:StartZonalShift")), (Some(false), Some(true)));
    let changes: Vec<&TrailEvent> = estate.known(&east()).collect();
    assert!(changes.iter().all(|change| change.user.is_some() && change.at <= picture.taken_at), "{changes:?}");
    for kind in kinds {
        assert!(
            estate
                .slices(&east(), kind)
                .chain(estate.slices(&Region::global(), kind))
                .all(|(_, slice)| { slice.read_at().is_some() && slice.failure().is_none() })
        );
    }
}

/// `aws-domain.md` A.7, A.11: an account without a support plan, and a role that may not ask, lose nothing else by it.
#[tokio::test(start_paused = true)]
async fn what_may_not_be_asked_is_said_and_costs_nothing_else_aws_domain_a7_a11() {
    let account = Account::calm(1);
    let kinds = || cli::status::kinds().chain([Kind::HealthEvents, Kind::Permissions, Kind::TrailEvents]);
    let with = account.read(kinds()).await;
    account.sim.with_world(|world| world.support = SupportPlan::Basic);
    account.deny("iam:SimulatePrincipalPolicy");
    account.deny("cloudtrail:LookupEvents");
    let without = account.read(kinds()).await;
    assert_eq!(without.judgement.account.verdict, with.judgement.account.verdict);
    let failure = |region: &Region, kind: Kind| {
        without.estate.slice(&SliceId::all(region, kind)).unwrap().failure().unwrap().why.clone()
    };
    assert_eq!(failure(&Region::global(), Kind::HealthEvents).kind, FailureKind::Unsupported);
    assert_eq!(failure(&Region::global(), Kind::Permissions).iam_action(), Some("iam:SimulatePrincipalPolicy"));
    assert_eq!(failure(&east(), Kind::TrailEvents).iam_action(), Some("cloudtrail:LookupEvents"));
}

/// Parts come with their parents: what the audit looks at is read in one go, and only where something stands behind it.
#[tokio::test(start_paused = true)]
async fn a_reading_of_parts_brings_their_parents_along() {
    let account = Account::calm(1);
    let kinds = [
        Kind::TargetGroupAttributes,
        Kind::BalancerAttributes,
        Kind::LaunchTemplateVersions,
        Kind::Hooks,
        Kind::Records,
        Kind::Refreshes,
    ];
    let picture = account.read(kinds).await;
    let parts = |region: &Region, kind| picture.estate.slices(region, kind).count();
    let groups = picture.estate.known::<TargetGroup>(&east()).filter(|group| !group.load_balancers.is_empty()).count();
    assert!(groups > 3);
    assert_eq!(parts(&east(), Kind::TargetGroupAttributes), groups);
    // Of both generations of balancers.
    let classic = picture.estate.known::<ClassicBalancer>(&east()).count();
    let balancers = picture.estate.known::<LoadBalancer>(&east()).count();
    assert_eq!(parts(&east(), Kind::BalancerAttributes), balancers + classic);
    assert_eq!(parts(&east(), Kind::Hooks), 0, "no hook holds a member");
    let templates = parts(&east(), Kind::LaunchTemplateVersions);
    assert!((1..=picture.estate.known::<LaunchTemplate>(&east()).count()).contains(&templates), "{templates}");
    assert_eq!(parts(&Region::global(), Kind::Records), picture.estate.known::<HostedZone>(&Region::global()).count());
}
