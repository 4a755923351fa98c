//! A small account: a few zones, services of one group and one target group each, and what is wrong in it.

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::estate::alarm::Series;
use crate::estate::balancer::{ClassicBalancer, LoadBalancer, ResourceTags, Target, TargetGroup};
use crate::estate::group::{Activity, Group};
use crate::estate::health::HealthEvent;
use crate::estate::instance::{Instance, InstanceStatus};
use crate::estate::query::{Measure, Query};
use crate::estate::shift::{Autoshift, ManagedResource, ZonalShift};
use crate::estate::zone::Zone;
use crate::estate::{Estate, FailureKind, Part, ReadFailure, Row, Slice, SliceId, Update};
use crate::id::{Arn, Region, ZoneName};
use crate::judge::zone::ZoneAssessment;
use crate::judge::{Policy, judge};

pub(in crate::judge) const EAST: &str = "us-east-1";

/// One target, and the instance behind it.
#[derive(Debug, Clone)]
pub(in crate::judge) struct Host {
    pub(in crate::judge) service: usize,
    pub(in crate::judge) zone: usize,
    pub(in crate::judge) id: String,
    pub(in crate::judge) target: &'static str,
    pub(in crate::judge) reason: Option<&'static str>,
    pub(in crate::judge) checks: [&'static str; 3],
    pub(in crate::judge) age_s: i64,
    pub(in crate::judge) version: &'static str,
}

/// The account as it will be read.
#[derive(Debug, Clone)]
pub(in crate::judge) struct Account {
    pub(in crate::judge) now: Timestamp,
    pub(in crate::judge) zones: usize,
    pub(in crate::judge) services: usize,
    pub(in crate::judge) hosts: Vec<Host>,
    pub(in crate::judge) launch_versions: Vec<&'static str>,
    pub(in crate::judge) shifts: Vec<Json>,
    pub(in crate::judge) weights: Vec<Json>,
    pub(in crate::judge) autoshifts: Vec<Json>,
    pub(in crate::judge) activities: Vec<Json>,
    pub(in crate::judge) health_events: Vec<Json>,
    pub(in crate::judge) series: Vec<Series>,
    /// Members that their group ends, by id.
    pub(in crate::judge) ending: Vec<String>,
    /// A zone for whose instances AWS does not answer.
    pub(in crate::judge) silent: Option<usize>,
}

/// `a`, `b`, …
pub(in crate::judge) fn zone_name(zone: usize) -> String {
    format!("{EAST}{}", (b'a' + u8::try_from(zone).unwrap()) as char)
}

fn zone_id(zone: usize) -> String {
    format!("use1-az{}", 9 - zone)
}

pub(in crate::judge) fn arn(service: usize) -> String {
    format!("arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/s{service}/1")
}

pub(in crate::judge) fn balancer(service: usize) -> String {
    format!("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/s{service}/1")
}

fn rows<T: Row + DeserializeOwned>(part: Part, rows: Vec<Json>, at: Timestamp) -> Update {
    let rows: Vec<T> = serde_json::from_value(Json::Array(rows)).unwrap();
    let id = SliceId { region: Region::from(EAST), kind: T::KIND, part };
    Update::part(id, Slice::read(T::rows(rows), at))
}

impl Account {
    /// So many zones and services, so many targets of each service in each zone, all well.
    pub(in crate::judge) fn well(zones: usize, services: usize, each: usize) -> Self {
        let host = |service: usize, zone: usize, n: usize| Host {
            service,
            zone,
            id: format!("i-{service}{zone}{n}"),
            target: "healthy",
            reason: None,
            checks: ["ok", "ok", "ok"],
            age_s: 86_400,
            version: "1",
        };
        let hosts = (0..services)
            .flat_map(|service| (0..zones).flat_map(move |zone| (0..each).map(move |n| host(service, zone, n))))
            .collect();
        Self {
            now: "2026-11-21T03:14:00Z".parse().unwrap(),
            zones,
            services,
            hosts,
            launch_versions: vec!["1"; services],
            shifts: Vec::new(),
            weights: Vec::new(),
            autoshifts: Vec::new(),
            activities: Vec::new(),
            health_events: Vec::new(),
            series: Vec::new(),
            ending: Vec::new(),
            silent: None,
        }
    }

    /// The targets of a zone, service by service in turn.
    pub(in crate::judge) fn in_zone(&mut self, zone: usize) -> Vec<&mut Host> {
        let mut hosts: Vec<&mut Host> = self.hosts.iter_mut().filter(|host| host.zone == zone).collect();
        hosts.sort_by_key(|host| host.id.chars().last());
        hosts
    }

    /// Makes so many targets of a zone fail, service by service in turn.
    pub(in crate::judge) fn fail(&mut self, zone: usize, count: usize) {
        self.in_zone(zone).into_iter().take(count).for_each(|host| host.target = "unhealthy");
    }

    pub(in crate::judge) fn shift(&mut self, zone: usize, shift_type: &str, minutes_left: i64) {
        self.shifts.push(
            json!({"id": "shift-1", "resource": balancer(0), "away_from": zone_id(zone), "status": "ACTIVE",
            "shift_type": shift_type, "started_at": self.now - SignedDuration::from_hours(2),
            "expires_at": self.now + SignedDuration::from_mins(minutes_left)}),
        );
        self.weights.push(json!({"arn": balancer(0), "name": "s0", "weights": {zone_id(zone): 0.0},
            "applied": {"shift-1": "APPLIED"}}));
    }

    pub(in crate::judge) fn autoshift(&mut self, zone: usize) {
        self.autoshifts.push(json!({"away_from": zone_id(zone), "status": "ACTIVE", "started_at": self.now}));
    }

    pub(in crate::judge) fn health_event(&mut self, zone: usize) {
        self.health_events
            .push(json!({"arn": "arn:aws:health:us-east-1::event/EC2/x/1", "service": "EC2", "code": "X",
            "category": "issue", "region": EAST, "zone": zone_id(zone), "status": "open"}));
    }

    pub(in crate::judge) fn failed_launch(&mut self, zone: usize, message: &str) {
        self.activities.push(json!({"id": format!("a-{}", self.activities.len()), "group": "s0", "status": "Failed",
            "description": "Launching", "cause": "x", "message": message, "zone": zone_name(zone),
            "started_at": self.now - SignedDuration::from_mins(3)}));
    }

    /// One value for each of the last settled minutes, of a service's balancer by one zone's node.
    pub(in crate::judge) fn measure(&mut self, service: usize, zone: usize, measure: Measure, value: f64) {
        let zone = ZoneName::from(zone_name(zone));
        let (balancer, group) = (Arn::from(balancer(service)), Arn::from(arn(service)));
        let query = Query::of_target_group(measure, &balancer, &group, Some(&zone)).unwrap();
        let minute = |back: i64| (self.now - SignedDuration::from_mins(2 + back), value);
        self.series.push(Series {
            id: "board".into(),
            metric: query.metric,
            statistic: query.statistic,
            points: (0..5).rev().map(minute).collect(),
        });
    }

    /// Everything that is read of it, a slice each.
    pub(in crate::judge) fn slices(&self) -> Vec<Update> {
        let at = self.now - SignedDuration::from_secs(5);
        let zone = |zone: usize| {
            json!({"name": zone_name(zone), "id": zone_id(zone), "state": "available", "zone_type": "availability-zone",
                "messages": []})
        };
        let local = json!({"name": "us-east-1-bos-1a", "id": "use1-bos1-az1", "state": "available", "zone_type": "local-zone",
            "messages": []});
        let mut series = self.series.clone();
        series.sort_by(|a, b| (&a.metric, &a.statistic).cmp(&(&b.metric, &b.statistic)));
        let id = SliceId { region: Region::from(EAST), kind: Series::KIND, part: Part::Of("board".into()) };
        let mut slices = vec![
            rows::<Zone>(Part::All, (0..self.zones).map(zone).chain([local]).collect(), at),
            rows::<InstanceStatus>(Part::All, self.hosts.iter().map(|host| self.status(host)).collect(), at),
            rows::<Group>(Part::All, (0..self.services).map(|service| self.group(service)).collect(), at),
            rows::<TargetGroup>(Part::All, (0..self.services).map(target_group).collect(), at),
            rows::<LoadBalancer>(Part::All, (0..self.services).map(|service| self.balancer(service)).collect(), at),
            rows::<ResourceTags>(Part::All, Vec::new(), at),
            rows::<ClassicBalancer>(Part::All, Vec::new(), at),
            rows::<ZonalShift>(Part::All, self.shifts.clone(), at),
            rows::<ManagedResource>(Part::All, self.weights.clone(), at),
            rows::<Autoshift>(Part::All, self.autoshifts.clone(), at),
            rows::<Activity>(Part::All, self.activities.clone(), at),
            rows::<HealthEvent>(Part::All, self.health_events.clone(), at),
            Update::part(id, Slice::read(Series::rows(series), at)),
        ];
        for zone in 0..self.zones {
            let part = Part::Zone(zone_name(zone).as_str().into());
            let hosts = self.hosts.iter().filter(|host| host.zone == zone).map(|host| self.instance(host));
            let update = rows::<Instance>(part.clone(), hosts.collect(), at);
            slices.push(Update { whole: false, ..update });
            if self.silent == Some(zone) {
                let id = SliceId { region: Region::from(EAST), kind: Instance::KIND, part };
                slices.push(Update { whole: false, ..Update::part(id, Slice::failed(silent(), at)) });
            }
        }
        for service in 0..self.services {
            let hosts = self.hosts.iter().filter(|host| host.service == service);
            let targets = hosts
                .map(|host| json!({"id": host.id, "port": 80, "state": host.target, "reason": host.reason}))
                .collect();
            slices.push(rows::<Target>(Part::Of(arn(service).as_str().into()), targets, at));
        }
        slices
    }

    /// Reads it all, once more.
    pub(in crate::judge) fn read_into(&self, estate: &mut Estate) {
        self.slices().into_iter().for_each(|update| estate.apply(update));
    }

    /// The zones of a first reading.
    pub(in crate::judge) fn judged(&self) -> Vec<ZoneAssessment> {
        judged(&self.slices(), self.now)
    }

    fn status(&self, host: &Host) -> Json {
        let check = |word: &str| json!({"status": word});
        json!({"instance": host.id, "zone": zone_name(host.zone), "system": check(host.checks[0]),
            "guest": check(host.checks[1]), "volumes": check(host.checks[2]), "events": []})
    }

    fn instance(&self, host: &Host) -> Json {
        json!({"id": host.id, "zone": zone_name(host.zone), "state": "running", "instance_type": "m7g.large",
            "launched_at": self.now - SignedDuration::from_secs(host.age_s), "volumes": [],
            "tags": [["aws:autoscaling:groupName", format!("s{}", host.service)]]})
    }

    fn group(&self, service: usize) -> Json {
        let member = |host: &Host| {
            let ends = self.ending.contains(&host.id);
            json!({"instance": host.id, "zone": zone_name(host.zone), "healthy": !ends,
                "state": if ends { "Terminating" } else { "InService" },
                "protected": false, "template_version": host.version})
        };
        let members: Vec<Json> = self.hosts.iter().filter(|host| host.service == service).map(member).collect();
        let zones: Vec<String> = (0..self.zones).map(zone_name).collect();
        json!({"name": format!("s{service}"), "min": 1, "desired": members.len(), "max": 90, "zones": zones, "subnets": [],
            "members": members, "target_groups": [arn(service)], "classic_balancers": [], "health_check": "ELB",
            "grace_s": 120, "launch_source": {"name": "lt", "version": self.launch_versions[service]},
            "suspended": {}, "tags": []})
    }

    fn balancer(&self, service: usize) -> Json {
        let zones: Vec<Json> = (0..self.zones).map(|zone| json!([zone_name(zone), null])).collect();
        json!({"arn": balancer(service), "name": format!("s{service}"), "balancer_type": "application", "zones": zones})
    }
}

fn target_group(service: usize) -> Json {
    json!({"arn": arn(service), "name": format!("s{service}"), "load_balancers": [balancer(service)]})
}

fn silent() -> ReadFailure {
    ReadFailure {
        kind: FailureKind::Silent,
        action: "ec2:DescribeInstances".into(),
        code: None,
        message: "no answer".into(),
        request_id: None,
    }
}

/// The zones of an account of which these slices were read.
pub(in crate::judge) fn judged(slices: &[Update], now: Timestamp) -> Vec<ZoneAssessment> {
    let mut estate = Estate::new(vec![Region::from(EAST)]);
    slices.iter().cloned().for_each(|update| estate.apply(update));
    zones(&estate, now)
}

/// The zones of an estate.
pub(in crate::judge) fn zones(estate: &Estate, now: Timestamp) -> Vec<ZoneAssessment> {
    judge(estate, now, &Policy::default()).regions[&Region::from(EAST)].zones.clone()
}
