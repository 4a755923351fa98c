//! What EC2 and Auto Scaling say.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::aws;
use super::{Recorder, list, text};

impl Recorder<'_> {
    /// Instances by zone: all at once, or by id when that fails.
    pub(super) fn instances(&mut self) -> String {
        let paged = aws::all(
            self.sim,
            self.watch.region,
            "ec2",
            "DescribeInstances",
            json!({ "MaxResults": 1000 }),
            "reservationSet",
            ("nextToken", "NextToken"),
        );
        let mut counts: BTreeMap<String, Option<usize>> = BTreeMap::new();
        let refusal = paged.as_ref().err().cloned();
        match paged {
            Ok(reservations) => {
                self.placed.clear();
                let running = self.count_running(&reservations);
                counts.extend(
                    self.zones.iter().map(|zone| (zone.clone(), Some(running.get(zone).copied().unwrap_or(0)))),
                );
            }
            Err(_) => {
                for zone in self.zones.clone() {
                    let ids: Vec<String> =
                        self.placed.iter().filter(|(_, place)| **place == zone).map(|(id, _)| id.clone()).collect();
                    let by_id = self.ask("ec2", "DescribeInstances", json!({ "InstanceId": ids }));
                    let count = by_id.ok().map(|answer| self.count_running(&answer["reservationSet"]).values().sum());
                    counts.insert(zone, count);
                }
            }
        }
        self.tell_refusal("DescribeInstances", refusal);
        let impaired = self.impaired();
        let cells = counts.iter().map(|(zone, count)| {
            let count = count.map_or_else(|| "?".to_owned(), |count| count.to_string());
            let bad = match &impaired {
                Ok(impaired) => impaired.get(zone).map_or_else(String::new, |bad| format!("({bad})")),
                Err(_) => "(?)".to_owned(),
            };
            format!("{count}{bad}")
        });
        cells.collect::<Vec<_>>().join(" ")
    }

    fn count_running(&mut self, reservations: &Value) -> BTreeMap<String, usize> {
        let mut running = BTreeMap::new();
        for instance in list(reservations).iter().flat_map(|reservation| list(&reservation["instancesSet"])) {
            let (id, zone) = (text(&instance["instanceId"]), text(&instance["placement"]["availabilityZone"]));
            let name =
                list(&instance["tagSet"]).iter().find(|tag| tag["key"] == "Name").map_or("", |tag| text(&tag["value"]));
            self.names.learn(id, name, zone);
            if matches!(text(&instance["instanceState"]["name"]), "terminated") {
                continue;
            }
            self.placed.insert(id.to_owned(), zone.to_owned());
            if text(&instance["instanceState"]["name"]) == "running" {
                *running.entry(zone.to_owned()).or_default() += 1;
            }
        }
        running
    }

    fn impaired(&mut self) -> Result<BTreeMap<String, usize>, String> {
        let answer = aws::all(
            self.sim,
            self.watch.region,
            "ec2",
            "DescribeInstanceStatus",
            json!({ "MaxResults": 1000 }),
            "instanceStatusSet",
            ("nextToken", "NextToken"),
        );
        self.tell_refusal("DescribeInstanceStatus", answer.as_ref().err().cloned());
        let mut impaired = BTreeMap::new();
        for status in list(&answer?) {
            let checks = ["systemStatus", "instanceStatus", "attachedEbsStatus"];
            if checks.iter().any(|check| text(&status[*check]["status"]) == "impaired") {
                *impaired.entry(text(&status["availabilityZone"]).to_owned()).or_default() += 1;
            }
            for event in list(&status["eventsSet"]) {
                let subject = format!("{}, event {}", text(&status["instanceId"]), text(&event["code"]));
                let description = text(&event["description"]).to_owned();
                if self.first {
                    self.states.insert(subject, description);
                } else {
                    self.tell(&subject, description);
                }
            }
        }
        Ok(impaired)
    }

    /// All groups: members have names by them even where EC2 says nothing.
    pub(super) fn groups(&mut self) {
        let answer = self.ask("autoscaling", "DescribeAutoScalingGroups", json!({ "MaxRecords": 100 }));
        self.tell_refusal("DescribeAutoScalingGroups", answer.as_ref().err().cloned());
        self.groups = answer.unwrap_or_default();
        for group in list(&self.groups["AutoScalingGroups"]) {
            let name = text(&group["AutoScalingGroupName"]).trim_end_matches("-asg");
            for member in list(&group["Instances"]) {
                let (id, zone) = (text(&member["InstanceId"]), text(&member["AvailabilityZone"]));
                self.names.learn(id, name, zone);
                self.placed.entry(id.to_owned()).or_insert_with(|| zone.to_owned());
            }
        }
    }

    pub(super) fn group(&mut self, name: &str) -> String {
        let groups = self.groups.clone();
        let mine = |group: &&Value| text(&group["AutoScalingGroupName"]) == name;
        let Some(group) = list(&groups["AutoScalingGroups"]).iter().find(mine) else { return "?".to_owned() };
        let mut states: BTreeMap<&str, usize> = BTreeMap::new();
        for member in list(&group["Instances"]) {
            let healthy = text(&member["HealthStatus"]) == "Healthy";
            let state = if healthy { text(&member["LifecycleState"]) } else { "unhealthy" };
            *states.entry(state).or_default() += 1;
        }
        let in_service = states.remove("InService").unwrap_or(0);
        let rest: Vec<String> = states.iter().map(|(state, count)| format!("{count} {state}")).collect();
        self.tell(name, if rest.is_empty() { "all in service".to_owned() } else { rest.join(", ") });
        format!("{in_service}/{}", group["DesiredCapacity"])
    }

    pub(super) fn activities(&mut self) {
        let answer = self.ask("autoscaling", "DescribeScalingActivities", json!({ "MaxRecords": 100 }));
        let Ok(answer) = answer else { return };
        // What several activities of a group have in common is told once.
        let mut told: Vec<(String, usize, Vec<String>)> = Vec::new();
        for activity in list(&answer["Activities"]).iter().rev() {
            let (id, status) = (text(&activity["ActivityId"]), text(&activity["StatusCode"]));
            let over = matches!(status, "Successful" | "Failed" | "Cancelled");
            let begun = self.seen.insert(format!("{id} begun"));
            let ended = over && self.seen.insert(format!("{id} over"));
            if self.first || !(begun || ended) {
                continue;
            }
            let description = text(&activity["Description"]);
            let verb = description.split(' ').next().unwrap_or("");
            // AWS repeats the message in the description; its first sentence tells it.
            let message = activity["StatusMessage"].as_str().unwrap_or("");
            let message = message.split(". Our system").next().unwrap_or("").trim_end_matches('.');
            let message = if message.is_empty() { String::new() } else { format!(": {message}") };
            let status = if ended { status } else { "begun" };
            let line = format!("{} {verb} {status}{message}", text(&activity["AutoScalingGroupName"]));
            let instance = description.find("i-0").map_or("", |at| &description[at..]);
            let instance = self.names.shorten(instance.split(['.', ' ']).next().unwrap_or(""));
            match told.iter_mut().find(|(known, ..)| *known == line) {
                Some((_, count, instances)) => {
                    *count += 1;
                    instances.push(instance);
                }
                None => told.push((line, 1, vec![instance])),
            }
        }
        for (line, count, mut instances) in told {
            instances.sort();
            instances.retain(|instance| !instance.is_empty());
            let instances = instances.join(" ");
            self.notes.push(if count > 1 {
                format!("{line} ×{count} {instances}")
            } else {
                format!("{line} {instances}")
            });
        }
    }
}
