//! A region made by hand: services over zones, each a group behind a target group.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::estate::alarm::Series;
use crate::estate::balancer::{
    BalancerAttributes, ClassicBalancer, LoadBalancer, Target, TargetGroup, TargetGroupAttributes,
};
use crate::estate::database::{Cluster, Database};
use crate::estate::group::{Activity, Group};
use crate::estate::instance::{Instance, InstanceStatus};
use crate::estate::network::{NatGateway, RouteTable};
use crate::estate::permission::Permission;
use crate::estate::query::{Measure, Query};
use crate::estate::shift::ManagedResource;
use crate::estate::zone::{Subnet, Zone};
use crate::estate::{Estate, FailureKind, Kind, Part, ReadFailure, Row, Rows, Slice, SliceId, Update};
use crate::id::{Arn, GroupName, Region, ZoneName};
use crate::judge::policy::DeclaredService;
use crate::judge::{Metrics, Policy, judge};

use super::super::{Given, ServiceOutlook, WhatIf, database, leave, zones};

const ZONES: [&str; 6] = ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d", "us-east-1e", "us-east-1f"];
const NOW: &str = "2026-11-21T03:14:30Z";

/// A region and its policy.
#[derive(Clone)]
pub(crate) struct Town {
    pub(crate) policy: Policy,
    parts: BTreeMap<(Kind, Part), Result<Rows, ()>>,
    instances: Vec<Json>,
    groups: BTreeMap<String, Json>,
    target_groups: BTreeMap<String, (&'static str, Vec<Json>)>,
    series: BTreeMap<Query, f64>,
    zones: usize,
}

/// An answer, for asking about single services.
pub(crate) struct Answer(pub(crate) WhatIf);

impl Answer {
    pub(crate) fn service(&self, name: &str) -> ServiceOutlook {
        self.0.services.iter().find(|each| each.name == name).expect("a service of that name").clone()
    }

    pub(crate) fn leave(&self) -> String {
        leave(&self.0)
    }
}

pub(crate) fn arn(what: &str, name: &str) -> String {
    format!("arn:aws:elasticloadbalancing:us-east-1:1:{what}/{name}/73e2d6bc24d8a067")
}

fn rows<T: DeserializeOwned>(json: Json) -> Vec<T> {
    serde_json::from_value(json).unwrap()
}

impl Town {
    /// So many zones and nothing in them, all of it read.
    pub(crate) fn new(zones: usize) -> Self {
        let mut town = Self {
            policy: Policy::default(),
            parts: BTreeMap::new(),
            instances: Vec::new(),
            groups: BTreeMap::new(),
            target_groups: BTreeMap::new(),
            series: BTreeMap::new(),
            zones,
        };
        let zone = |(n, name): (usize, &&str)| {
            json!({"name": name, "id": format!("use1-az{}", n + 1), "state": "available",
                "zone_type": "availability-zone", "messages": []})
        };
        town.put::<Zone>(json!(ZONES.iter().take(zones).enumerate().map(zone).collect::<Vec<_>>()));
        town.put::<InstanceStatus>(json!([]));
        town.put::<ClassicBalancer>(json!([]));
        town.put::<Database>(json!([]));
        town.put::<Cluster>(json!([]));
        town.put::<Subnet>(json!([]));
        town.put::<NatGateway>(json!([]));
        town.put::<RouteTable>(json!([]));
        town.put::<Activity>(json!([]));
        town.put::<ManagedResource>(json!([]));
        town
    }

    pub(crate) fn zone_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        ZONES.into_iter().take(self.zones)
    }

    pub(crate) fn put<T: Row + DeserializeOwned>(&mut self, json: Json) {
        self.parts.insert((T::KIND, Part::All), Ok(T::rows(rows(json))));
    }

    pub(crate) fn put_of<T: Row + DeserializeOwned>(&mut self, parent: String, json: Json) {
        self.parts.insert((T::KIND, Part::Of(parent.into())), Ok(T::rows(rows(json))));
    }

    /// A service of so many members in each zone, behind an application balancer.
    pub(crate) fn service(&mut self, name: &str, members: &[usize], desired: i32, max: i32) {
        self.add(name, members, desired, max, Some("app"));
    }

    /// The same behind a network balancer.
    pub(crate) fn network_service(&mut self, name: &str, members: &[usize], desired: i32, max: i32) {
        self.add(name, members, desired, max, Some("net"));
    }

    /// The same without a balancer.
    pub(crate) fn workers(&mut self, name: &str, members: &[usize], desired: i32, max: i32) {
        self.add(name, members, desired, max, None);
    }

    fn add(&mut self, name: &str, members: &[usize], desired: i32, max: i32, balancer: Option<&'static str>) {
        let prefix = format!("i-{name}-");
        self.instances.retain(|instance| !instance["id"].as_str().unwrap().starts_with(&prefix));
        let mut seats = Vec::new();
        for (zone, count) in std::iter::zip(ZONES, members) {
            seats.extend(std::iter::repeat_n(zone, *count));
        }
        let id = |n: usize| format!("{prefix}{n}");
        for (n, zone) in seats.iter().enumerate() {
            self.instances.push(json!({"id": id(n), "zone": zone, "state": "running", "instance_type": "m7g.large",
                "volumes": [], "tags": [["aws:autoscaling:groupName", name]]}));
        }
        let member = |(n, zone): (usize, &&str)| json!({"instance": id(n), "zone": zone, "state": "InService", "healthy": true, "protected": false});
        let members: Vec<Json> = seats.iter().enumerate().map(member).collect();
        let target_groups: Vec<String> = balancer.iter().map(|_| arn("targetgroup", name)).collect();
        let zones: Vec<&str> = self.zone_names().collect();
        let subnets: Vec<String> = zones.iter().map(|zone| format!("subnet-{zone}")).collect();
        self.groups.insert(
            name.to_owned(),
            json!({"name": name, "min": 1, "desired": desired, "max": max, "zones": zones, "subnets": subnets,
                "members": members, "target_groups": target_groups, "classic_balancers": [], "health_check": "ELB",
                "suspended": {}, "tags": []}),
        );
        if let Some(balancer) = balancer {
            let target = |n: usize| json!({"id": id(n), "port": 80, "state": "healthy"});
            self.target_groups.insert(name.to_owned(), (balancer, (0..seats.len()).map(target).collect()));
        }
    }

    /// Sets a target's health and whether something keeps traffic from it.
    pub(crate) fn target(&mut self, name: &str, n: usize, state: &str, kept_off: Option<&str>) {
        let (_, targets) = self.target_groups.get_mut(name).unwrap();
        targets[n]["state"] = json!(state);
        targets[n]["administrative_override"] = json!(kept_off);
    }

    pub(crate) fn lifecycle(&mut self, name: &str, n: usize, state: &str) {
        self.groups.get_mut(name).unwrap()["members"][n]["state"] = json!(state);
    }

    /// Changes a group otherwise.
    pub(crate) fn group(&mut self, name: &str, change: impl FnOnce(&mut Json)) {
        change(self.groups.get_mut(name).unwrap());
    }

    pub(crate) fn tag_group(&mut self, name: &str, key: &str, value: &str) {
        self.groups.get_mut(name).unwrap()["tags"] = json!([[key, value]]);
    }

    pub(crate) fn cpu(&mut self, group: &str, per_cent: f64) {
        self.series.insert(Query::of_group(&GroupName::from(group)), per_cent);
    }

    pub(crate) fn requests(&mut self, name: &str, a_minute: f64) {
        let balancer = Arn::from(arn("loadbalancer/app", name));
        let group = Arn::from(arn("targetgroup", name));
        let query = Query::of_target_group(Measure::Requests, &balancer, &group, None).unwrap();
        self.series.insert(query, a_minute);
    }

    pub(crate) fn queue_age(&mut self, queue: &str, seconds: f64) {
        self.series.insert(Query::of_queue(queue), seconds);
    }

    pub(crate) fn declare(&mut self, name: &str, declared: DeclaredService) {
        self.policy.services.insert(name.to_owned(), declared);
    }

    /// What the attributes of a network service say; none where they were not read.
    pub(crate) fn cross_zone(&mut self, name: &str, on: Option<bool>) {
        let (group, balancer) = (arn("targetgroup", name), arn("loadbalancer/net", name));
        self.parts.remove(&(Kind::BalancerAttributes, Part::Of(balancer.as_str().into())));
        let Some(on) = on else { return };
        let key = "load_balancing.cross_zone.enabled";
        let own = json!([{"of": group, "values": {key: "use_load_balancer_configuration"}}]);
        self.put_of::<TargetGroupAttributes>(group, own);
        let values = json!([{"of": balancer, "values": {key: on.to_string()}}]);
        self.put_of::<BalancerAttributes>(balancer, values);
    }

    pub(crate) fn weights(&mut self, name: &str, zone: &str, weight: f64) {
        let weights: BTreeMap<String, f64> = (self.zone_names().enumerate())
            .map(|(n, known)| (format!("use1-az{}", n + 1), if known == zone { weight } else { 1.0 }))
            .collect();
        self.put::<ManagedResource>(
            json!([{"arn": arn("loadbalancer/app", name), "name": name, "weights": weights, "applied": {}}]),
        );
    }

    pub(crate) fn subnets(&mut self, free: &[(&str, i32)]) {
        let subnet = |(zone, free): &(&str, i32)| json!({"id": format!("subnet-{zone}"), "zone": zone, "vpc": "vpc-1", "free_addresses": free});
        self.put::<Subnet>(json!(free.iter().map(subnet).collect::<Vec<_>>()));
    }

    /// A gateway in one zone, through which the subnets of `users` route.
    pub(crate) fn network(&mut self, zone: &str, users: &[&str]) {
        self.subnets(&users.iter().map(|zone| (*zone, 100)).collect::<Vec<_>>());
        self.put::<NatGateway>(json!([
            {"id": "nat-1", "subnet": format!("subnet-{zone}"), "vpc": "vpc-1", "state": "available",
             "tags": [["Name", "nat-a"]]},
        ]));
        let users: Vec<String> = users.iter().map(|zone| format!("subnet-{zone}")).collect();
        self.put::<RouteTable>(json!([
            {"id": "rtb-1", "vpc": "vpc-1", "main": false, "subnets": users, "tags": [],
             "routes": [{"destination": "0.0.0.0/0", "target": "nat-1", "state": "active"}]},
        ]));
    }

    pub(crate) fn launch_failed(&mut self, group: &str, zone: &str) {
        self.put::<Activity>(json!([{"id": "a", "group": group, "status": "Failed", "zone": zone,
            "description": "Launching a new EC2 instance", "cause": "At ...",
            "message": "We currently do not have sufficient m7g.large capacity in the Availability Zone you requested",
            "started_at": "2026-11-21T03:10:00Z"}]));
    }

    pub(crate) fn databases(&mut self, some: Json) {
        let whole = |each: &Json| {
            let mut whole = json!({"engine": "postgres", "status": "available", "multi_az": false, "replicas": [],
                "replication": [], "pending_changes": [], "tags": []});
            for (key, value) in each.as_object().unwrap() {
                whole[key] = value.clone();
            }
            whole
        };
        self.put::<Database>(json!(some.as_array().unwrap().iter().map(whole).collect::<Vec<_>>()));
    }

    /// An Aurora cluster whose first member writes.
    pub(crate) fn cluster(&mut self, name: &str, members: &[(&str, &str)]) {
        let id = |n: usize| format!("{name}-{n}");
        let of = |(n, (zone, class)): (usize, &(&str, &str))| json!({"id": id(n), "zone": zone, "class": class, "cluster": name, "promotion_tier": n});
        self.databases(json!(members.iter().enumerate().map(of).collect::<Vec<_>>()));
        let member = |n: usize| json!({"database": id(n), "writer": n == 0, "promotion_tier": n});
        self.put::<Cluster>(json!([{"id": name, "engine": "aurora-postgresql", "status": "available", "tags": [],
            "members": (0..members.len()).map(member).collect::<Vec<_>>()}]));
    }

    pub(crate) fn permissions(&mut self, some: &[(&str, &str)]) {
        let one = |(action, decision): &(&str, &str)| json!({"action": action, "decision": decision});
        self.put::<Permission>(json!(some.iter().map(one).collect::<Vec<_>>()));
    }

    /// The target group's health was never read.
    pub(crate) fn unread_targets(&mut self, name: &str) {
        self.parts.insert((Kind::Targets, Part::Of(arn("targetgroup", name).into())), Err(()));
    }

    /// A kind was refused.
    pub(crate) fn unread(&mut self, kind: Kind) {
        self.parts.insert((kind, Part::All), Err(()));
    }

    /// Whether anything of this kind is there to be taken away.
    pub(crate) fn estate(&self) -> Estate {
        let mut town = self.clone();
        let unread = |kind: Kind| self.parts.get(&(kind, Part::All)) == Some(&Err(()));
        if !unread(Kind::Instances) {
            town.put::<Instance>(json!(self.instances));
        }
        if !unread(Kind::Groups) {
            town.put::<Group>(json!(self.groups.values().collect::<Vec<_>>()));
        }
        let balanced = || self.target_groups.iter();
        let zones: Vec<Json> = self.zone_names().map(|zone| json!([zone, format!("subnet-{zone}")])).collect();
        if !unread(Kind::LoadBalancers) {
            let balancer = |(name, (kind, _)): (&String, &(&str, Vec<Json>))| {
                let word = if *kind == "app" { "application" } else { "network" };
                json!({"arn": arn(&format!("loadbalancer/{kind}"), name), "name": name, "balancer_type": word, "zones": zones})
            };
            town.put::<LoadBalancer>(json!(balanced().map(balancer).collect::<Vec<_>>()));
        }
        if !unread(Kind::TargetGroups) {
            let group = |(name, (kind, _)): (&String, &(&str, Vec<Json>))| {
                json!({"arn": arn("targetgroup", name), "name": name, "target_type": "instance",
                    "load_balancers": [arn(&format!("loadbalancer/{kind}"), name)]})
            };
            town.put::<TargetGroup>(json!(balanced().map(group).collect::<Vec<_>>()));
        }
        for (name, (_, targets)) in balanced() {
            let key = (Kind::Targets, Part::Of(arn("targetgroup", name).into()));
            if self.parts.get(&key) != Some(&Err(())) {
                town.put_of::<Target>(arn("targetgroup", name), json!(targets));
            }
        }
        if !unread(Kind::Series) {
            let minute: Timestamp = "2026-11-21T03:12:00Z".parse().unwrap();
            let series = |(query, value): (&Query, &f64)| Series {
                id: "board".into(),
                metric: query.metric.clone(),
                statistic: query.statistic.clone(),
                points: vec![(minute, *value)],
            };
            let series: Vec<Series> = self.series.iter().map(series).collect();
            town.parts.insert((Kind::Series, Part::Of("board".into())), Ok(Series::rows(series)));
        }
        town.written()
    }

    fn written(self) -> Estate {
        let now: Timestamp = NOW.parse().unwrap();
        let mut estate = Estate::new(vec![Region::from("us-east-1")]);
        for ((kind, part), rows) in self.parts {
            let why = || ReadFailure {
                kind: FailureKind::Denied,
                action: "x:Y".into(),
                code: None,
                message: "no".into(),
                request_id: None,
            };
            let slice = rows.map_or_else(|()| Slice::failed(why(), now), |rows| Slice::read(rows, now));
            let region = if kind == Kind::Permissions { Region::global() } else { Region::from("us-east-1") };
            let id = SliceId { region, kind, part };
            estate.apply(Update { whole: false, ..Update::part(id, slice) });
        }
        estate
    }

    fn ask<T>(&self, question: impl FnOnce(Given<'_>) -> T) -> T {
        let (estate, now) = (self.estate(), NOW.parse().unwrap());
        let region = Region::from("us-east-1");
        let judgement = judge(&estate, now, &self.policy);
        let metrics = Metrics::new(&estate, &region, now);
        let judged = judgement.regions.get(&region).unwrap();
        let policy = &self.policy;
        question(Given { estate: &estate, region: &region, judged, metrics: &metrics, policy, now })
    }

    /// What is left without these zones.
    pub(crate) fn without(&self, gone: &[&str]) -> Answer {
        let gone: Vec<ZoneName> = gone.iter().map(|zone| ZoneName::from(*zone)).collect();
        Answer(self.ask(|given| zones(given, &gone)))
    }

    /// What is left without a database.
    pub(crate) fn question(&self, id: &str) -> Option<Answer> {
        self.ask(|given| database(given, id)).map(Answer)
    }
}
