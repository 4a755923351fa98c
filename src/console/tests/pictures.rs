//! Hand-made accounts for the tests of the screens.

mod account;
mod leaving;
mod shop;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::estate::account::{Alias, Identity};
use crate::estate::alarm::{Alarm, AlarmState, AlarmType, Metric, Series};
use crate::estate::balancer::{
    ClassicBalancer, ClassicState, ClassicTarget, LoadBalancer, Target, TargetGroup, TargetState,
};
use crate::estate::database::{Cluster, ClusterMember, Database, GlobalCluster, GlobalMember};
use crate::estate::group::{Activity, ActivityStatus, Group, LaunchSource, LifecycleState, Member};
use crate::estate::instance::{Check, CheckStatus, Instance, InstanceState, InstanceStatus};
use crate::estate::query::Query;
use crate::estate::shift::{Autoshift, ManagedResource, ShiftStatus, ShiftType, ZonalShift};
use crate::estate::tag::Tags;
use crate::estate::zone::{Zone, ZoneState};
use crate::estate::{Estate, FailureKind, Kind, Part, ReadFailure, Row, Slice, SliceId, Update};
use crate::id::{Region, Text};
use crate::judge::{Picture, Policy, Traffic, judge};

pub use leaving::left;
use shop::Shop;

/// AWS's time in these pictures.
pub fn now() -> Timestamp {
    "2026-11-21T03:14:22Z".parse().unwrap()
}

/// An account under construction.
pub struct Account {
    estate: Estate,
    at: Timestamp,
}

const EAST: &[(&str, &str)] = &[("us-east-1a", "use1-az6"), ("us-east-1b", "use1-az4"), ("us-east-1c", "use1-az1")];
const WEST: &[(&str, &str)] = &[("us-west-2a", "usw2-az2"), ("us-west-2b", "usw2-az1"), ("us-west-2c", "usw2-az3")];

/// A service behind one balancer: its name, what it comes through, members a zone and how many of the second zone's fail.
struct Plan(&'static str, &'static str, usize, usize);

const SERVICES: &[Plan] = &[
    Plan("checkout", "application", 4, 2),
    Plan("web", "application", 5, 3),
    Plan("search", "network", 5, 2),
    Plan("api", "application", 6, 1),
    Plan("legacy", "classic", 4, 1),
    Plan("workers", "", 4, 0),
    Plan("media", "application", 5, 0),
];

fn text(words: &str) -> Text {
    words.into()
}

fn arn(service: &str, region: &Region, resource: &str) -> crate::id::Arn {
    format!("arn:aws:{service}:{region}:123456789012:{resource}").into()
}

fn shop(sick: bool) -> Account {
    let mut account = Account::new(&["us-east-1", "us-west-2"]);
    let (east, west) = (Region::from("us-east-1"), Region::from("us-west-2"));
    account.fill(&east, EAST, SERVICES, sick);
    account.databases(&east, EAST, true);
    account.fill(&west, WEST, SERVICES.get(..2).unwrap(), false);
    account.databases(&west, WEST, false);
    account
}

/// All is well.
pub fn calm() -> Arc<Picture> {
    shop(false).picture()
}

/// A third of the targets of us-east-1b fail, and traffic of one balancer is shifted away from it.
pub fn zone_bad() -> Arc<Picture> {
    let mut account = shop(true);
    let east = Region::from("us-east-1");
    let web = arn("elasticloadbalancing", &east, "loadbalancer/app/web/50dc6c495c0c9188");
    let shift = ZonalShift {
        id: text("9d2f"),
        resource: web,
        away_from: "use1-az4".into(),
        status: ShiftStatus::Active,
        shift_type: ShiftType::Manual,
        expires_at: Some(now() + SignedDuration::from_mins(25)),
        started_at: Some(now() - SignedDuration::from_mins(3)),
        comment: Some(text("gray zone")),
    };
    account.put(&east, Part::All, vec![shift]);
    account.picture()
}

/// The role may not read groups, nor alarms; instances of the east are old.
pub fn denied() -> Arc<Picture> {
    let mut account = shop(false);
    let east = Region::from("us-east-1");
    for (kind, action) in
        [(Kind::Groups, "autoscaling:DescribeAutoScalingGroups"), (Kind::Alarms, "cloudwatch:DescribeAlarms")]
    {
        account.forget(&east, kind);
        account.fail(&east, kind, FailureKind::Denied, action, "AccessDenied");
    }
    account.picture()
}

/// What was read is twenty minutes old, and reading fails.
pub fn stale() -> Arc<Picture> {
    let mut account = Account::new(&["us-east-1"]);
    let east = Region::from("us-east-1");
    account.aged(1200).fill(&east, EAST, SERVICES, false);
    account.databases(&east, EAST, true);
    for (kind, action) in
        [(Kind::Instances, "ec2:DescribeInstances"), (Kind::Targets, "elasticloadbalancing:DescribeTargetHealth")]
    {
        account.fail(&east, kind, FailureKind::Unreachable, action, "Timeout");
    }
    account.picture()
}

/// EC2 has not answered for us-east-1b for a minute, while it does for the other zones.
pub fn silent() -> Arc<Picture> {
    let mut account = shop(false);
    let east = Region::from("us-east-1");
    let known = account.estate.table::<Instance>(&east, now()).known().cloned().collect::<Vec<_>>();
    account.forget(&east, Kind::Instances);
    for (zone, _) in EAST {
        let here = known.iter().filter(|instance| instance.zone.as_str() == *zone).cloned().collect();
        account.put::<Instance>(&east, Part::Zone((*zone).into()), here);
    }
    let why = ReadFailure {
        kind: FailureKind::Silent,
        action: text("ec2:DescribeInstances"),
        code: Some(text("InternalError")),
        message: text("no answer for the instances of us-east-1b, while there is one for us-east-1a, us-east-1c"),
        request_id: None,
    };
    let slice = Slice::failed(why, now() - SignedDuration::from_secs(60));
    let slices = vec![(Part::Zone("us-east-1b".into()), slice)];
    account.estate.apply(Update { region: east, kind: Kind::Instances, slices, whole: false });
    account.picture()
}

/// Everything was read, and there is nothing.
pub fn empty() -> Arc<Picture> {
    let mut account = Account::new(&["us-east-1"]);
    account.bare(&Region::from("us-east-1"), EAST);
    account.picture()
}

/// Nothing was read yet but who asks.
pub fn starting() -> Arc<Picture> {
    Account::new(&["us-east-1", "us-west-2"]).picture()
}

/// Five thousand instances and forty services, names of every kind.
pub fn many() -> Arc<Picture> {
    const NAMES: &[&str] = &[
        "漢字サービス",
        "weird\u{1b}[31mname",
        "a-very-long-service-name-that-does-not-fit-anywhere-at-all",
        "éclair",
    ];
    let mut account = Account::new(&["us-east-1", "us-west-2"]);
    let mut plans: Vec<Plan> = Vec::new();
    for n in 0..36 {
        let name: &'static str = Box::leak(format!("svc-{n:02}").into_boxed_str());
        plans.push(Plan(name, if n % 3 == 0 { "network" } else { "application" }, 41, n % 4));
    }
    plans.extend(NAMES.iter().map(|name| Plan(name, "application", 41, 1)));
    account.fill(&Region::from("us-east-1"), EAST, &plans, true);
    account.bare(&Region::from("us-west-2"), WEST);
    account.picture()
}

/// So many instances in one zone, all well, each called `NAME-N`.
pub fn large(count: usize, name: &str) -> Arc<Picture> {
    let region = Region::from("us-east-1");
    let mut account = Account::new(&["us-east-1"]);
    account.bare(&region, &[("us-east-1a", "use1-az6")]);
    let row = |n: usize| Instance {
        id: format!("i-{n:05}").into(),
        zone: "us-east-1a".into(),
        state: crate::estate::instance::InstanceState::Running,
        state_reason: None,
        instance_type: text("m7g.large"),
        image: None,
        launched_at: None,
        subnet: None,
        vpc: None,
        private_address: None,
        public_address: None,
        lifecycle: None,
        volumes: Box::new([]),
        make: None,
        tags: Tags::new([(text("Name"), format!("{name}-{n}").into())]),
    };
    account.put(&region, Part::All, (0..count).map(row).collect());
    account.picture()
}

/// Like [`zone_bad`], with the CPU of every group read.
pub fn measured() -> Arc<Picture> {
    let mut account = shop(true);
    let east = Region::from("us-east-1");
    let groups = account.estate.table::<Group>(&east, now()).known();
    let minute = now() - SignedDuration::from_secs(150);
    let series = groups.zip([58.0, 44.0, 22.0, 37.0, 65.0].into_iter().cycle()).map(|(group, cpu)| {
        let query = Query::of_group(&group.name);
        Series { id: text("board"), metric: query.metric, statistic: query.statistic, points: vec![(minute, cpu)] }
    });
    let mut series: Vec<Series> = series.collect();
    series.sort_by(|one, other| one.metric.cmp(&other.metric));
    account.put(&east, Part::Of(text("board")), series);
    account.picture()
}
