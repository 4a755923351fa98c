//! Hand-made accounts for the tests of the screens.

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

impl Account {
    /// An account of these regions, of which zones and caller are known.
    pub fn new(regions: &[&str]) -> Self {
        let scope: Vec<Region> = regions.iter().map(|region| Region::from(*region)).collect();
        let mut account = Self { estate: Estate::new(scope), at: now() - SignedDuration::from_secs(8) };
        let caller = "arn:aws:sts::123456789012:assumed-role/OnCall/alice".into();
        account.put(&Region::global(), Part::All, vec![Identity { account: "123456789012".into(), caller }]);
        account.put(&Region::global(), Part::All, vec![Alias(text("shop"))]);
        account
    }

    /// Puts rows of one part.
    pub fn put<T: Row>(&mut self, region: &Region, part: Part, rows: Vec<T>) {
        let id = SliceId { region: region.clone(), kind: T::KIND, part };
        self.estate.apply(Update::part(id, Slice::read(T::rows(rows), self.at)));
    }

    /// Makes the next rows read so long ago.
    pub fn aged(&mut self, seconds: i64) -> &mut Self {
        self.at = now() - SignedDuration::from_secs(seconds);
        self
    }

    /// Lets the last read of a kind fail.
    pub fn fail(&mut self, region: &Region, kind: Kind, failure: FailureKind, action: &str, code: &str) {
        let why = ReadFailure {
            kind: failure,
            action: text(action),
            code: Some(text(code)),
            message: text("User: arn:aws:sts::123456789012:assumed-role/OnCall/alice is not authorized"),
            request_id: Some(text("7b1d")),
        };
        let parts: Vec<Part> = self.estate.slices(region, kind).map(|(part, _)| part.clone()).collect();
        for part in if parts.is_empty() { vec![Part::All] } else { parts } {
            let id = SliceId { region: region.clone(), kind, part };
            self.estate.apply(Update::part(id, Slice::failed(why.clone(), now())));
        }
    }

    /// Forgets what was read of a kind.
    pub fn forget(&mut self, region: &Region, kind: Kind) {
        self.estate.retain_parts(region, kind, |_| false);
    }

    /// The account, judged.
    pub fn picture(self) -> Arc<Picture> {
        let judgement = judge(&self.estate, now(), &Policy::default());
        let traffic = Traffic { calls_a_minute: BTreeMap::from([("ec2", 40), ("elb", 52)]), ..Traffic::default() };
        Arc::new(Picture { estate: self.estate, judgement, policy: Arc::default(), taken_at: now(), traffic })
    }

    /// What every region of these pictures has read, though there be nothing.
    fn bare(&mut self, region: &Region, zones: &[(&str, &str)]) {
        let zones = zones.iter().map(|(name, id)| Zone {
            name: (*name).into(),
            id: (*id).into(),
            state: ZoneState::Available,
            zone_type: text("availability-zone"),
            messages: Vec::new(),
        });
        self.put(region, Part::All, zones.collect());
        self.put::<Instance>(region, Part::All, Vec::new());
        self.put::<InstanceStatus>(region, Part::All, Vec::new());
        self.put::<Group>(region, Part::All, Vec::new());
        self.put::<TargetGroup>(region, Part::All, Vec::new());
        self.put::<LoadBalancer>(region, Part::All, Vec::new());
        self.put::<ClassicBalancer>(region, Part::All, Vec::new());
        self.put::<Database>(region, Part::All, Vec::new());
        self.put::<Cluster>(region, Part::All, Vec::new());
        self.put::<GlobalCluster>(region, Part::All, Vec::new());
        self.put::<Alarm>(region, Part::All, Vec::new());
        self.put::<ZonalShift>(region, Part::All, Vec::new());
        self.put::<Autoshift>(region, Part::All, Vec::new());
        self.put::<ManagedResource>(region, Part::All, Vec::new());
        self.put::<crate::estate::image::Image>(region, Part::All, Vec::new());
        self.put::<crate::estate::zone::Subnet>(region, Part::All, Vec::new());
        self.put::<Activity>(region, Part::All, Vec::new());
        self.put::<crate::estate::image::LaunchTemplate>(region, Part::All, Vec::new());
    }

    /// Services of these plans; `sick`: the second zone fails as planned.
    fn fill(&mut self, region: &Region, zones: &[(&str, &str)], plans: &[Plan], sick: bool) {
        self.bare(region, zones);
        let mut shop = Shop::new(region, sick);
        for plan in plans {
            shop.add(self, zones, plan);
        }
        self.put(region, Part::All, shop.instances);
        self.put(region, Part::All, shop.statuses);
        self.put(region, Part::All, shop.groups);
        self.put(region, Part::All, shop.target_groups);
        self.put(region, Part::All, shop.balancers);
        self.put(region, Part::All, shop.classic);
        self.put(region, Part::All, shop.alarms);
        self.put(region, Part::All, shop.activities);
    }

    fn databases(&mut self, region: &Region, zones: &[(&str, &str)], is_primary: bool) {
        let zone = |n: usize| zones.get(n).map(|(name, _)| (*name).into());
        let orders = arn("rds", &Region::from("us-east-1"), "db:orders");
        let mut rows = vec![if is_primary {
            let mut row = database(region, "orders", "postgres", zone(0));
            row.multi_az = true;
            row.standby_zone = zone(1);
            row.backup_days = Some(7);
            row
        } else {
            let mut row = database(region, "orders-west", "postgres", zone(0));
            row.replica_of = Some(orders.text().clone());
            row
        }];
        let mut members = Vec::new();
        for n in 0..2 {
            let mut row = database(region, &format!("catalog-{}", n + 1), "aurora-postgresql", zone(1 - n));
            row.cluster = Some("catalog".into());
            members.push(ClusterMember { database: row.id.clone(), writer: n == 0, promotion_tier: Some(1) });
            rows.push(row);
        }
        let clusters = [("us-east-1", true), ("us-west-2", false)].map(|(region, writer)| GlobalMember {
            cluster: arn("rds", &Region::from(region), "cluster:catalog"),
            writer,
            synchronization: (!writer).then(|| text("connected")),
        });
        let cluster = Cluster {
            id: "catalog".into(),
            arn: Some(arn("rds", region, "cluster:catalog")),
            engine: text("aurora-postgresql"),
            engine_version: Some(text("16.4")),
            status: text("available"),
            members,
            endpoint: Some(text("catalog.cluster-x.rds.amazonaws.com")),
            reader_endpoint: None,
            multi_az: Some(true),
            replica_of: None,
            backup_days: Some(7),
            tags: Tags::default(),
        };
        let global = GlobalCluster {
            id: "catalog-global".into(),
            arn: None,
            engine: Some(text("aurora-postgresql")),
            status: text("available"),
            members: clusters.to_vec(),
            failover: None,
            endpoint: None,
        };
        self.put(region, Part::All, rows);
        self.put(region, Part::All, vec![cluster]);
        self.put(region, Part::All, vec![global]);
    }
}

fn database(region: &Region, id: &str, engine: &str, zone: Option<crate::id::ZoneName>) -> Database {
    Database {
        id: id.into(),
        arn: Some(arn("rds", region, &format!("db:{id}"))),
        engine: text(engine),
        engine_version: Some(text("16.4")),
        class: Some(text("db.r6g.large")),
        status: text("available"),
        multi_az: false,
        zone,
        standby_zone: None,
        cluster: None,
        replica_of: None,
        replicas: Vec::new(),
        replication: Vec::new(),
        backup_days: Some(7),
        restorable_until: None,
        pending_changes: Vec::new(),
        promotion_tier: None,
        endpoint: None,
        deletion_protection: Some(true),
        created_at: None,
        tags: Tags::default(),
    }
}

struct Shop {
    region: Region,
    sick: bool,
    count: usize,
    instances: Vec<Instance>,
    statuses: Vec<InstanceStatus>,
    groups: Vec<Group>,
    target_groups: Vec<TargetGroup>,
    balancers: Vec<LoadBalancer>,
    classic: Vec<ClassicBalancer>,
    alarms: Vec<Alarm>,
    activities: Vec<Activity>,
}

impl Shop {
    fn new(region: &Region, sick: bool) -> Self {
        Self {
            region: region.clone(),
            sick,
            count: 0,
            instances: Vec::new(),
            statuses: Vec::new(),
            groups: Vec::new(),
            target_groups: Vec::new(),
            balancers: Vec::new(),
            classic: Vec::new(),
            alarms: Vec::new(),
            activities: Vec::new(),
        }
    }

    fn add(&mut self, account: &mut Account, zones: &[(&str, &str)], plan: &Plan) {
        let Plan(name, entry, each, failing) = plan;
        let group_arn = arn("elasticloadbalancing", &self.region, &format!("targetgroup/{name}/73e2d6bc24d8a067"));
        let balancer_arn = match *entry {
            "network" => {
                arn("elasticloadbalancing", &self.region, &format!("loadbalancer/net/{name}/50dc6c495c0c9188"))
            }
            _ => arn("elasticloadbalancing", &self.region, &format!("loadbalancer/app/{name}/50dc6c495c0c9188")),
        };
        let mut members = Vec::new();
        let mut targets = Vec::new();
        let mut classic = Vec::new();
        for (z, (zone, _)) in zones.iter().enumerate() {
            for n in 0..*each {
                let fails = self.sick && z == 1 && n < *failing;
                let impaired = self.sick && z == 1 && *name == "workers" && n == 0;
                let id = self.instance(name, zone, impaired);
                let state = LifecycleState::InService;
                members.push(Member {
                    instance: id.clone().into(),
                    zone: (*zone).into(),
                    state,
                    healthy: true,
                    protected: false,
                    template_version: Some(text("7")),
                });
                let (state, reason) = if fails {
                    (TargetState::Unhealthy, Some(text("Target.Timeout")))
                } else {
                    (TargetState::Healthy, None)
                };
                let out = if fails { ClassicState::OutOfService } else { ClassicState::InService };
                targets.push(Target {
                    id: text(&id),
                    port: Some(8080),
                    zone: None,
                    state,
                    reason,
                    description: None,
                    administrative_override: None,
                });
                classic.push(ClassicTarget { instance: id.into(), state: out, reason: None, description: None });
            }
        }
        let has_targets = matches!(*entry, "application" | "network");
        if has_targets {
            account.put(&self.region.clone(), Part::Of(group_arn.text().clone()), targets);
            self.target_groups.push(target_group(name, &group_arn, &balancer_arn));
            self.balancers.push(balancer(name, entry, &balancer_arn, zones));
        } else if *entry == "classic" {
            let instances = classic.iter().map(|target| target.instance.clone()).collect();
            account.put(&self.region.clone(), Part::Of(text(name)), classic);
            self.classic.push(ClassicBalancer {
                name: (*name).into(),
                dns_name: None,
                zones: zones.iter().map(|(zone, _)| (*zone).into()).collect(),
                subnets: Vec::new(),
                instances,
                health_check: Some(text("HTTP:80/health")),
                created_at: None,
            });
        }
        let count = i32::try_from(members.len()).unwrap();
        self.groups.push(Group {
            name: format!("{name}-asg").into(),
            arn: None,
            min: count / 2,
            desired: count,
            max: count * 2,
            zones: zones.iter().map(|(zone, _)| (*zone).into()).collect(),
            subnets: Vec::new(),
            members,
            target_groups: if has_targets { vec![group_arn.clone()] } else { Vec::new() },
            classic_balancers: if *entry == "classic" { vec![(*name).into()] } else { Vec::new() },
            health_check: text("EC2,ELB"),
            grace_s: Some(300),
            suspended: BTreeMap::new(),
            launch_source: Some(LaunchSource { name: text(name), version: Some(text("$Latest")) }),
            zonal_shift_enabled: Some(true),
            status: None,
            termination_policies: None,
            protects_new: None,
            tags: Tags::new([(text("Service"), text(name))]),
        });
        self.activities.push(Activity {
            id: text("a1"),
            group: format!("{name}-asg").into(),
            status: ActivityStatus::Successful,
            description: text("Launching a new EC2 instance"),
            cause: text("a user request"),
            message: None,
            zone: None,
            started_at: now() - SignedDuration::from_mins(90),
            ended_at: None,
            progress: Some(100),
        });
        self.alarm(name, &group_arn, self.sick && *failing > 1);
    }

    fn instance(&mut self, name: &str, zone: &str, impaired: bool) -> String {
        self.count += 1;
        let id = format!("i-{:017x}", 0x0a00_0000 + self.count * 7919);
        let check = |bad: bool| Check {
            status: if bad { CheckStatus::Impaired } else { CheckStatus::Ok },
            impaired_since: bad.then(|| now() - SignedDuration::from_mins(4)),
        };
        self.instances.push(Instance {
            id: id.clone().into(),
            zone: zone.into(),
            state: InstanceState::Running,
            state_reason: None,
            instance_type: text("m7g.large"),
            image: Some("ami-0f1e2d3c4b5a69788".into()),
            launched_at: Some(now() - SignedDuration::from_hours(30)),
            subnet: None,
            vpc: None,
            private_address: Some(text(&format!("10.0.{}.{}", self.count / 200, self.count % 200 + 4))),
            public_address: None,
            lifecycle: None,
            volumes: Box::default(),
            make: None,
            tags: Tags::new([
                (text("Name"), text(name)),
                (text("aws:autoscaling:groupName"), text(&format!("{name}-asg"))),
            ]),
        });
        self.statuses.push(InstanceStatus {
            instance: id.clone().into(),
            zone: Some(zone.into()),
            system: check(impaired),
            guest: check(impaired),
            volumes: None,
            events: Box::default(),
        });
        id
    }

    fn alarm(&mut self, name: &str, target_group: &crate::id::Arn, fires: bool) {
        let ending = target_group.as_str().rsplit(':').next().unwrap_or_default();
        let metric = |metric: &str| Metric {
            namespace: text("AWS/ApplicationELB"),
            name: text(metric),
            dimensions: vec![(text("TargetGroup"), text(ending))],
        };
        for (suffix, what, threshold) in
            [("5xx", "HTTPCode_Target_5XX_Count", 10.0), ("p99", "TargetResponseTime", 0.5)]
        {
            let fires = fires && (suffix == "5xx" || name == "web");
            self.alarms.push(Alarm {
                name: format!("{name}-{suffix}").into(),
                arn: None,
                alarm_type: AlarmType::Metric,
                state: if fires { AlarmState::Alarm } else { AlarmState::Ok },
                since: Some(now() - SignedDuration::from_mins(if fires { 4 } else { 3000 })),
                reason: Some(text("Threshold Crossed: 3 datapoints were greater than the threshold")),
                actions_enabled: Some(name != "search"),
                actions: vec![text("arn:aws:sns:us-east-1:123456789012:pager")],
                metric: Some(metric(what)),
                statistic: Some(text("Sum")),
                period_s: Some(60),
                comparison: Some(text("GreaterThanThreshold")),
                threshold: Some(threshold),
                missing_data: Some(text("notBreaching")),
                rule: None,
                suppressed_by: None,
                evaluation: None,
            });
        }
    }
}

fn target_group(name: &str, arn: &crate::id::Arn, balancer: &crate::id::Arn) -> TargetGroup {
    TargetGroup {
        arn: arn.clone(),
        name: text(name),
        target_type: Some(text("instance")),
        protocol: Some(text("HTTP")),
        port: Some(8080),
        load_balancers: vec![balancer.clone()],
        interval_s: Some(30),
        healthy_threshold: Some(5),
        unhealthy_threshold: Some(2),
        vpc: None,
    }
}

fn balancer(name: &str, balancer_type: &str, arn: &crate::id::Arn, zones: &[(&str, &str)]) -> LoadBalancer {
    LoadBalancer {
        arn: arn.clone(),
        name: text(name),
        balancer_type: text(balancer_type),
        scheme: Some(text("internet-facing")),
        state: Some(crate::estate::balancer::BalancerState::Active),
        state_reason: None,
        zones: zones.iter().map(|(zone, _)| ((*zone).into(), None)).collect(),
        dns_name: Some(text(&format!("{name}.elb.amazonaws.com"))),
        vpc: None,
    }
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
