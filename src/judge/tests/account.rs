//! An account that is read at random: what judgements rest on, row by row.

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::estate::alarm::Alarm;
use crate::estate::balancer::{ClassicTarget, Target, TargetGroup};
use crate::estate::database::Database;
use crate::estate::group::Group;
use crate::estate::instance::{Instance, InstanceStatus};
use crate::estate::{Estate, FailureKind, Kind, Part, ReadFailure, Row, Slice, SliceId, Update};
use crate::id::Region;

pub(super) const ZONES: [&str; 3] = ["us-east-1a", "us-east-1b", "us-east-1c"];
pub(super) const BALANCER: &str = "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/front/50dc";
pub(super) const TARGET_GROUPS: [&str; 2] = [
    "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/tg-1/73e1",
    "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/tg-2/73e2",
];
const STATES: [&str; 5] = ["running", "running", "running", "pending", "stopped"];
const HEALTH: [&str; 5] = ["healthy", "healthy", "unhealthy", "draining", "initial"];
const ALARM: [&str; 3] = ["OK", "ALARM", "INSUFFICIENT_DATA"];
const LIFE: [&str; 4] = ["InService", "InService", "Pending", "Standby"];

/// An account whose reads come at random, some of them failing, of things that come and go.
pub(super) struct Account {
    pub(super) estate: Estate,
    pub(super) now: Timestamp,
    pub(super) random: fastrand::Rng,
    /// Whether an instance may be read in one zone and then in another, as AWS never has it.
    wanders: bool,
}

impl Account {
    pub(super) fn new(seed: u64, wanders: bool) -> Self {
        Self {
            estate: Estate::new(vec![Region::from("us-east-1")]),
            now: "2026-11-21T03:14:00Z".parse().unwrap(),
            random: fastrand::Rng::with_seed(seed),
            wanders,
        }
    }

    pub(super) fn put<T: Row + DeserializeOwned>(&mut self, part: Part, rows: Vec<Json>) {
        let rows: Vec<T> = serde_json::from_value(Json::Array(rows)).unwrap();
        let id = SliceId { region: Region::from("us-east-1"), kind: T::KIND, part };
        self.estate.apply(Update::part(id, Slice::read(T::rows(rows), self.now)));
    }

    pub(super) fn fail(&mut self, kind: Kind, part: Part) {
        let why = ReadFailure {
            kind: if self.random.bool() { FailureKind::Unreachable } else { FailureKind::Denied },
            action: "x:Y".into(),
            code: None,
            message: "no".into(),
            request_id: None,
        };
        let id = SliceId { region: Region::from("us-east-1"), kind, part };
        self.estate.apply(Update { whole: false, ..Update::part(id, Slice::failed(why, self.now)) });
    }

    pub(super) fn pick(&mut self, words: &[&'static str]) -> &'static str {
        self.random.choice(words.iter().copied()).unwrap_or_default()
    }

    /// Ids of a few things: some older, some new, some gone.
    pub(super) fn ids(&mut self) -> Vec<String> {
        let count = self.random.usize(0..12);
        let mut ids: Vec<String> = (0..count).map(|_| format!("i-{:02}", self.random.u32(0..30))).collect();
        ids.sort();
        ids.dedup();
        self.random.shuffle(&mut ids);
        ids
    }

    /// Sometimes both, sometimes one: then the other's targets are forgotten too.
    pub(super) fn read_target_groups(&mut self) {
        let there = &TARGET_GROUPS[..if self.random.u8(0..4) == 0 { 1 } else { 2 }];
        let row = |arn: &&str| json!({"arn": arn, "name": arn.split('/').nth(1), "load_balancers": [BALANCER]});
        self.put::<TargetGroup>(Part::All, there.iter().map(row).collect());
        let is_there = |part: &Part| matches!(part, Part::Of(arn) if there.contains(&&**arn));
        self.estate.retain_parts(&Region::from("us-east-1"), Kind::Targets, is_there);
    }

    pub(super) fn read_something(&mut self) {
        let zone = self.pick(&ZONES);
        let part = Part::Zone(zone.into());
        let parent = self.pick(&[TARGET_GROUPS[0], TARGET_GROUPS[1], "clb"]);
        let ids = self.ids();
        let there: Vec<String> = ids.iter().filter(|id| self.wanders || zone_of(id) == zone).cloned().collect();
        match self.random.u8(0..10) {
            0 if self.random.u8(0..4) == 0 => self.fail(Kind::Instances, part),
            0 | 1 => {
                let rows = there.iter().map(|id| self.instance(id, zone)).collect();
                self.put::<Instance>(part, rows);
            }
            2 => {
                let rows = there.iter().map(|id| self.status(id)).collect();
                self.put::<InstanceStatus>(part, rows);
            }
            3 | 4 => {
                let (web, api) = ids.split_at(ids.len() / 2);
                let groups = vec![self.group("web", web), self.group("api", api)];
                self.put::<Group>(Part::All, groups);
            }
            8 => {
                let rows = ids.iter().map(|id| self.database(id)).collect();
                self.put::<Database>(Part::All, rows);
            }
            9 => {
                let rows = ids
                    .iter()
                    .map(|id| json!({"name": id, "state": self.pick(&ALARM), "alarm_type": "metric", "actions": []}));
                let rows = rows.collect();
                self.put::<Alarm>(Part::All, rows);
            }
            5 if self.random.u8(0..3) == 0 => self.fail(Kind::Targets, Part::Of(TARGET_GROUPS[0].into())),
            _ if parent == "clb" => {
                let rows =
                    ids.iter().map(|id| json!({"instance": id, "state": self.pick(&["InService", "OutOfService"])}));
                let rows = rows.collect();
                self.put::<ClassicTarget>(Part::Of("clb".into()), rows);
            }
            _ => {
                let ids = ids.into_iter().chain(["10.0.1.7".to_owned()]);
                let rows = ids.map(|id| json!({"id": id, "port": 80, "state": self.pick(&HEALTH)})).collect();
                self.put::<Target>(Part::Of(parent.into()), rows);
            }
        }
        self.now += SignedDuration::from_secs(self.random.i64(0..40));
    }

    pub(super) fn instance(&mut self, id: &str, zone: &str) -> Json {
        let tags = if self.random.bool() {
            json!([["Service", "shop"]])
        } else {
            json!([["aws:autoscaling:groupName", "web"]])
        };
        json!({"id": id, "zone": zone, "state": self.pick(&STATES), "instance_type": "m7g.large",
            "launched_at": self.now - SignedDuration::from_secs(600), "volumes": [], "tags": tags})
    }

    fn database(&mut self, id: &str) -> Json {
        json!({"id": id, "engine": "postgres", "status": self.pick(&["available", "available", "storage-full"]),
            "multi_az": true, "zone": self.pick(&ZONES), "standby_zone": self.pick(&ZONES), "replicas": [], "replication": [],
            "pending_changes": [], "tags": []})
    }

    fn status(&mut self, id: &str) -> Json {
        let check = |word| json!({"status": word});
        json!({"instance": id, "system": check("ok"), "guest": check(self.pick(&["ok", "ok", "impaired"])), "events": []})
    }

    fn group(&mut self, name: &str, ids: &[String]) -> Json {
        let members: Vec<Json> = ids
            .iter()
            .map(|id| {
                json!({"instance": id, "zone": self.pick(&ZONES), "state": self.pick(&LIFE),
                    "healthy": self.random.u8(0..8) > 0, "protected": false})
            })
            .collect();
        json!({"name": name, "min": 1, "desired": members.len(), "max": 9, "zones": ZONES, "subnets": [],
            "members": members, "target_groups": [TARGET_GROUPS[0]], "classic_balancers": ["clb"], "health_check": "ELB",
            "suspended": {}, "tags": []})
    }
}

fn zone_of(id: &str) -> &'static str {
    ZONES[usize::from(id.as_bytes().last().copied().unwrap_or(0)) % ZONES.len()]
}
