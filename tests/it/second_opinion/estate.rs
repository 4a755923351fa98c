//! An estate that boto3 made in moto and ministack: the program's documents agree with what boto3 counts in it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::program::Fournines;
use crate::support::python::Python;

/// States of targets that the documents count.
const TARGET_STATES: [&str; 6] = ["healthy", "unhealthy", "draining", "initial", "unused", "unavailable"];

#[test]
fn status_and_lists_say_what_boto3_counts() {
    let python = Python::ready();
    let ((_moto, moto), (_ministack, ministack)) = (python.moto(), python.ministack());
    python.run("estate.py", &["fill", &moto, &ministack]);
    let counted: Value = serde_json::from_str(&python.run("estate.py", &["count", &moto, &ministack])).unwrap();
    let fournines = Fournines::at(&moto).with("AWS_ENDPOINT_URL_CLOUDWATCH", &ministack);

    let (status, exit) = fournines.document("status --json --region us-east-1 --region us-west-2");
    // Alarms fire. That zonal shifts are unknown, since moto has none, would be less.
    assert_eq!((&status["verdict"], exit), (&json!("critical"), 2));
    assert_eq!(status["account"], "123456789012");
    for (region, truth) in counted.as_object().unwrap() {
        let opinion = Opinion { region, truth };
        opinion.check_reading(&status);
        opinion.check_zones(&status);
        opinion.check_groups(&status);
        opinion.check_targets(&status);
        opinion.check_databases(&status);
        opinion.check_alarms(&status);
        opinion.check_lists(&fournines);
    }
}

/// What boto3 counts in one region.
struct Opinion<'a> {
    region: &'a str,
    truth: &'a Value,
}

impl<'a> Opinion<'a> {
    fn of(&self, kind: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.truth[kind].as_object().unwrap().iter().map(|(id, thing)| (id.as_str(), thing))
    }

    /// How many things of boto3's are so.
    fn count(&self, kind: &str, so: impl Fn(&Value) -> bool) -> usize {
        self.of(kind).filter(|(_, thing)| so(thing)).count()
    }

    /// The entries of a document that are of this region, by one of their members.
    fn entries<'d>(&self, entries: &'d Value, key: &str) -> BTreeMap<&'d str, &'d Value> {
        let entries = entries.as_array().unwrap().iter().filter(|entry| entry["region"] == self.region);
        entries.map(|entry| (entry[key].as_str().unwrap(), entry)).collect()
    }

    fn zone_of(&self, instance: &str) -> &'a str {
        self.truth["instances"][instance]["zone"].as_str().unwrap()
    }

    /// moto answers questions about zonal shifts with a web page and status 500: that is said, and nothing else fails.
    fn check_reading(&self, status: &Value) {
        let region = self.entries(&status["regions"], "region")[self.region];
        assert_eq!(region["reachable"], true);
        let errors = region["errors"].as_array().unwrap();
        let kinds: Vec<&str> = errors.iter().map(|error| error["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["zonal-shifts", "managed-resources", "autoshifts"], "{errors:?}");
        for error in errors {
            assert_eq!((&error["failure"], &error["iam_action"]), (&json!("malformed"), &Value::Null));
            assert!(error["message"].as_str().unwrap().contains("HTTP 500"), "{error}");
        }
    }

    fn check_zones(&self, status: &Value) {
        let zones = self.entries(&status["zones"], "zone");
        assert_eq!(
            zones.keys().copied().collect::<Vec<_>>(),
            self.of("zones").map(|(name, _)| name).collect::<Vec<_>>()
        );
        for (name, id) in self.of("zones") {
            let zone = zones[name];
            assert_eq!((&zone["zone_id"], &zone["shifted"]), (id, &Value::Null));
            for state in ["running", "pending", "stopped"] {
                let wanted = self.count("instances", |instance| instance["zone"] == name && instance["state"] == state);
                assert_eq!(zone["instances"][state], wanted, "{state} in {name}");
            }
            for state in TARGET_STATES {
                assert_eq!(zone["targets"][state], self.targets_in(name, state), "{state} targets in {name}");
            }
            let members = self.of("groups").filter_map(|(_, group)| group["zones"][name].as_u64());
            assert_eq!(zone["in_service"], members.sum::<u64>(), "in service in {name}");
            let writers =
                self.of("databases").filter(|(id, database)| database["zone"] == name && self.writes(id, database));
            assert_eq!(zone["database_writers"], writers.count(), "writers in {name}");
        }
    }

    fn targets_in(&self, zone: &str, state: &str) -> usize {
        let groups = self.of("target_groups").filter(|(_, group)| is_used(group));
        let targets = groups.flat_map(|(_, group)| group["targets"].as_object().unwrap());
        targets.filter(|(id, own)| *own == state && self.zone_of(id) == zone).count()
    }

    fn writes(&self, id: &str, database: &Value) -> bool {
        match database["cluster"].as_str() {
            Some(cluster) => self.truth["clusters"][cluster][id] == true,
            None => database["replica_of"].is_null(),
        }
    }

    fn check_groups(&self, status: &Value) {
        let groups = self.entries(&status["groups"], "name");
        assert_eq!(groups.len(), self.of("groups").count());
        for (name, wanted) in self.of("groups") {
            let group = groups[name];
            for key in ["min", "desired", "max", "in_service", "suspended"] {
                assert_eq!(group[key], wanted[key], "{key} of {name}");
            }
            // A zone of the group without members is there, with nothing in it.
            let mut zones = group["zones"].as_object().unwrap().clone();
            zones.retain(|_, members| *members != 0);
            assert_eq!(Value::Object(zones), wanted["zones"], "{name}");
        }
    }

    fn check_targets(&self, status: &Value) {
        let groups = self.entries(&status["target_groups"], "arn");
        assert_eq!(groups.len(), self.of("target_groups").count());
        for (arn, wanted) in self.of("target_groups") {
            let group = groups[arn];
            assert_eq!((&group["name"], &group["load_balancers"]), (&wanted["name"], &wanted["load_balancers"]));
            for state in TARGET_STATES {
                let targets = wanted["targets"].as_object().unwrap().values();
                let count = targets.filter(|own| *own == state).count();
                // Of a group that no load balancer uses the health is not asked, and so not known.
                let said = if is_used(wanted) { json!(count) } else { Value::Null };
                assert_eq!(group[state], said, "{state} of {arn}");
            }
        }
    }

    fn check_databases(&self, status: &Value) {
        let databases = self.entries(&status["databases"], "id");
        assert_eq!(databases.len(), self.of("databases").count());
        for (id, wanted) in self.of("databases") {
            let database = databases[id];
            for key in ["engine", "status", "zone", "multi_az", "cluster", "replica_of"] {
                assert_eq!(database[key], wanted[key], "{key} of {id}");
            }
            let role = match (wanted["cluster"].is_null(), self.writes(id, wanted)) {
                (false, true) => "writer",
                (false, false) => "reader",
                (true, true) => "primary",
                (true, false) => "replica",
            };
            assert_eq!(database["role"], role, "{id}");
        }
    }

    fn check_alarms(&self, status: &Value) {
        let alarms = self.entries(&status["alarms"], "name");
        assert_eq!(alarms.len(), self.of("alarms").count());
        for (name, wanted) in self.of("alarms") {
            for key in ["type", "state", "reason", "actions_enabled"] {
                assert_eq!(alarms[name][key], wanted[key], "{key} of {name}");
            }
        }
    }

    fn check_lists(&self, fournines: &Fournines) {
        let list = |kind: &str| {
            let (document, exit) = fournines.document(&format!("list {kind} --json --region {}", self.region));
            assert_eq!(exit, 0, "{kind}");
            assert_eq!(
                document["complete"],
                kind != "zones",
                "{kind}: only of zones a column, whether shifted, is unknown"
            );
            document["rows"].clone()
        };
        let ids = |rows: &Value, key: &str| -> Vec<String> {
            let mut ids: Vec<String> =
                rows.as_array().unwrap().iter().map(|row| row[key].as_str().unwrap().to_owned()).collect();
            ids.sort();
            ids
        };
        let keys = |kind: &str| -> Vec<String> {
            let mut keys: Vec<String> = self.of(kind).map(|(key, _)| key.to_owned()).collect();
            keys.sort();
            keys
        };

        let instances = list("instances");
        assert_eq!(ids(&instances, "id"), keys("instances"));
        for row in instances.as_array().unwrap() {
            let wanted = &self.truth["instances"][row["id"].as_str().unwrap()];
            assert_eq!(
                (&row["zone"], &row["state"], &row["type"]),
                (&wanted["zone"], &wanted["state"], &wanted["type"])
            );
        }
        assert_eq!(ids(&list("groups"), "name"), keys("groups"));
        assert_eq!(ids(&list("alarms"), "name"), keys("alarms"));
        assert_eq!(ids(&list("zones"), "zone"), keys("zones"));
        assert_eq!(json!(ids(&list("images"), "id")), self.truth["images"]);
        let mut databases = [keys("databases"), keys("clusters")].concat();
        databases.sort();
        assert_eq!(ids(&list("databases"), "id"), databases);
        self.check_listed_targets(&list("targets"));

        let running = fournines.run(&format!("list instances --csv --filter state:running --region {}", self.region));
        let wanted = self.count("instances", |instance| instance["state"] == "running");
        assert_eq!(running.out.lines().count(), wanted + 1, "a header and a line each: {}", running.out);
    }

    /// Targets of both generations of load balancers stand in one list.
    fn check_listed_targets(&self, rows: &Value) {
        let row = |row: &Value| {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            let group = text(&row["target_group"]).or_else(|| text(&row["load_balancers"][0])).unwrap();
            [group, text(&row["target"]).unwrap(), text(&row["state"]).unwrap()]
        };
        let mut said: Vec<[String; 3]> = rows.as_array().unwrap().iter().map(row).collect();
        said.sort();
        let used = self.of("target_groups").filter(|(_, group)| is_used(group));
        let newer = used.map(|(_, group)| (group["name"].as_str().unwrap(), &group["targets"]));
        let mut wanted = Vec::new();
        for (name, targets) in newer.chain(self.of("classic_balancers")) {
            for (id, state) in targets.as_object().unwrap() {
                wanted.push([name.to_owned(), id.clone(), state.as_str().unwrap().to_owned()]);
            }
        }
        wanted.sort();
        assert_eq!(said, wanted);
    }
}

/// Whether a load balancer sends requests to a target group.
fn is_used(group: &Value) -> bool {
    !group["load_balancers"].as_array().unwrap().is_empty()
}
