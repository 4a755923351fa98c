//! What is taken over from an earlier judgement changes nothing of the outcome.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::{Judgement, Policy, judge, judge_again};
use crate::estate::alarm::Alarm;
use crate::estate::balancer::{ClassicBalancer, ClassicTarget, Target, TargetGroup};
use crate::estate::database::Database;
use crate::estate::group::Group;
use crate::estate::instance::{Instance, InstanceStatus};
use crate::estate::zone::{Subnet, Zone};
use crate::estate::{Estate, FailureKind, Kind, Part, ReadFailure, Row, Slice, SliceId, Update};
use crate::id::Region;

const ZONES: [&str; 3] = ["us-east-1a", "us-east-1b", "us-east-1c"];
const STATES: [&str; 5] = ["running", "running", "running", "pending", "stopped"];
const HEALTH: [&str; 5] = ["healthy", "healthy", "unhealthy", "draining", "initial"];
const ALARM: [&str; 3] = ["OK", "ALARM", "INSUFFICIENT_DATA"];
const LIFE: [&str; 4] = ["InService", "InService", "Pending", "Standby"];

/// An account whose reads come at random, some of them failing, of things that come and go.
struct Account {
    estate: Estate,
    now: Timestamp,
    random: fastrand::Rng,
    /// Whether an instance may be read in one zone and then in another, as AWS never has it.
    wanders: bool,
}

impl Account {
    fn put<T: Row + DeserializeOwned>(&mut self, part: Part, rows: Vec<Json>) {
        let rows: Vec<T> = serde_json::from_value(Json::Array(rows)).unwrap();
        let id = SliceId { region: Region::from("us-east-1"), kind: T::KIND, part };
        self.estate.apply(Update::part(id, Slice::read(T::rows(rows), self.now)));
    }

    fn fail(&mut self, kind: Kind, part: Part) {
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

    fn pick(&mut self, words: &[&'static str]) -> &'static str {
        self.random.choice(words.iter().copied()).unwrap_or_default()
    }

    /// Ids of a few things: some older, some new, some gone.
    fn ids(&mut self) -> Vec<String> {
        let count = self.random.usize(0..12);
        let mut ids: Vec<String> = (0..count).map(|_| format!("i-{:02}", self.random.u32(0..30))).collect();
        ids.sort();
        ids.dedup();
        self.random.shuffle(&mut ids);
        ids
    }

    fn read_something(&mut self) {
        let zone = self.pick(&ZONES);
        let part = Part::Zone(zone.into());
        let parent = self.pick(&["tg-1", "tg-2", "clb"]);
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
            5 if self.random.u8(0..3) == 0 => self.fail(Kind::Targets, Part::Of("tg-1".into())),
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

    fn instance(&mut self, id: &str, zone: &str) -> Json {
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
            "members": members, "target_groups": ["tg-1"], "classic_balancers": ["clb"], "health_check": "ELB",
            "suspended": {}, "tags": []})
    }
}

fn zone_of(id: &str) -> &'static str {
    ZONES[usize::from(id.as_bytes().last().copied().unwrap_or(0)) % ZONES.len()]
}

/// All of a judgement but the joins, of which numbers are their own affair.
fn words(mut judgement: Judgement) -> String {
    for judged in judgement.regions.values_mut() {
        judged.index = Arc::default();
        judged.memory = Arc::default();
    }
    judgement.at = None;
    judgement.policy = Arc::default();
    format!("{judgement:#?}")
}

#[test]
fn a_judgement_made_after_another_equals_one_made_from_nothing() {
    for seed in 0..40 {
        let region = Region::from("us-east-1");
        let mut account = Account {
            estate: Estate::new(vec![region.clone()]),
            now: "2026-11-21T03:14:00Z".parse().unwrap(),
            random: fastrand::Rng::with_seed(seed),
            wanders: seed % 4 == 0,
        };
        let zone = |name: &&str| json!({"name": name, "id": format!("id-{name}"), "state": "available", "zone_type": "availability-zone", "messages": []});
        account.put::<Zone>(Part::All, ZONES.iter().map(zone).collect());
        let target_group = |arn: &str| json!({"arn": arn, "name": arn, "load_balancers": ["lb"]});
        account.put::<TargetGroup>(Part::All, vec![target_group("tg-1"), target_group("tg-2")]);
        account.put::<ClassicBalancer>(
            Part::All,
            vec![json!({"name": "clb", "zones": [], "subnets": [], "instances": []})],
        );
        account.put::<Subnet>(Part::All, vec![json!({"id": "subnet-1", "zone": ZONES[1], "cidr": "10.0.1.0/24"})]);
        let policy = Policy::default();
        let mut before = Judgement::default();
        for step in 0..60 {
            account.read_something();
            let afresh = judge(&account.estate, account.now, &policy);
            before = judge_again(&account.estate, account.now, &policy, &before);
            let index = before.index_of(&region);
            for (number, instance) in index.instances() {
                let fresh = afresh.index_of(&region);
                let same = fresh.number(instance.id.as_str()).unwrap();
                assert_eq!(index.standing_at(number), fresh.standing_at(same), "{seed} {step} {}", instance.id);
                assert_eq!(index.targets_at(number).count(), fresh.targets_at(same).count(), "{seed} {step}");
            }
            assert_eq!(words(before.clone()), words(afresh), "{seed} {step}");
        }
    }
}

#[test]
fn ranks_follow_the_ids_whatever_came_first() {
    let mut account = Account {
        estate: Estate::new(vec![Region::from("us-east-1")]),
        now: "2026-11-21T03:14:00Z".parse().unwrap(),
        random: fastrand::Rng::with_seed(7),
        wanders: true,
    };
    let mut judged = Judgement::default();
    for _ in 0..30 {
        let rows = account.ids().iter().map(|id| account.instance(id, ZONES[0])).collect();
        account.put::<Instance>(Part::Zone(ZONES[0].into()), rows);
        judged = judge_again(&account.estate, account.now, &Policy::default(), &judged);
        let index = judged.index_of(&Region::from("us-east-1"));
        let mut ranked: Vec<(u64, &str)> = index.instances().map(|(n, row)| (index.rank(n), row.id.as_str())).collect();
        ranked.sort_unstable();
        assert!(ranked.is_sorted_by_key(|(_, id)| *id), "{ranked:?}");
    }
}
