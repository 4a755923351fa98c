//! Watches a simulated account as an SRE would: every minute the same questions to AWS, and what changed since.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use fournines::sim::Sim;
use serde_json::{Value, json};

use super::aws::{self, Answer};
use super::names::Names;

/// The most changes that are told of one minute.
const TOLD: usize = 20;

/// The most characters of a change.
const WIDEST: usize = 200;

/// What is watched.
pub struct Watch {
    pub region: &'static str,
    /// Services: their group, their target group.
    pub services: &'static [(&'static str, &'static str, Option<&'static str>)],
    /// A replica whose lag is watched.
    pub replica: Option<&'static str>,
}

/// The watcher and what it saw before.
pub struct Recorder<'sim> {
    sim: &'sim Sim,
    watch: Watch,
    names: Names,
    zones: Vec<String>,
    /// Zones of instances, from the last answers that told them.
    placed: BTreeMap<String, String>,
    /// What AWS said of all groups last.
    groups: Value,
    /// ARNs of target groups.
    arns: BTreeMap<String, String>,
    /// The last state of everything that is told when it changes.
    states: BTreeMap<String, String>,
    /// Activities and events that were told of.
    seen: BTreeSet<String>,
    notes: Vec<String>,
    first: bool,
}

impl<'sim> Recorder<'sim> {
    pub fn new(sim: &'sim Sim, watch: Watch) -> Self {
        let zones = sim.with_world(|world| world.regions[watch.region].zones.keys().map(ToString::to_string).collect());
        Self {
            sim,
            watch,
            zones,
            names: Names::default(),
            placed: BTreeMap::new(),
            groups: Value::Null,
            arns: BTreeMap::new(),
            states: BTreeMap::new(),
            seen: BTreeSet::new(),
            notes: Vec::new(),
            first: true,
        }
    }

    /// The column heads.
    pub fn head(&self) -> String {
        let letters: Vec<&str> = self.zones.iter().map(|zone| &zone[zone.len() - 1..]).collect();
        let mut head = format!("{:>3}  {:<26}", "min", format!("EC2 running(bad) {}", letters.join(" ")));
        for (service, _, _) in self.watch.services {
            head +=
                &format!("| {:<58}", format!("{service}: in service, targets {}, clients a second", letters.join(" ")));
        }
        if let Some(replica) = self.watch.replica {
            head += &format!("| ReplicaLag of {replica}");
        }
        head.trim_end().to_owned()
    }

    /// Asks everything, and tells it in a line with what changed below.
    pub fn row(&mut self, minute: u64) -> String {
        let ec2 = self.instances();
        self.groups();
        let mut row = format!("{minute:>3}  {ec2:<26}");
        for (service, group, target_group) in self.watch.services {
            let group = self.group(group);
            let targets = target_group.map_or_else(String::new, |name| self.targets(name));
            let clients = self.clients(service);
            row += &format!("| {:<58}", format!("{group:<7} {targets:<20} {clients}"));
        }
        if let Some(replica) = self.watch.replica {
            row += &format!("| {}", self.lag(replica));
        }
        self.alarms();
        self.shifts();
        self.databases();
        self.activities();
        let mut text = format!("{}\n", row.trim_end());
        let notes = std::mem::take(&mut self.notes);
        self.first = false;
        for note in notes.iter().take(TOLD) {
            let note: String = self.names.shorten(note).chars().take(WIDEST).collect();
            text += &format!("       {}\n", note.trim_end());
        }
        if notes.len() > TOLD {
            text += &format!("       and {} more\n", notes.len() - TOLD);
        }
        text
    }

    fn ask(&self, service: &str, action: &str, body: Value) -> Answer {
        aws::ask(self.sim, self.watch.region, service, action, &body)
    }

    /// Tells a state when it is another than before.
    fn tell(&mut self, subject: &str, state: String) {
        let before = self.states.insert(subject.to_owned(), state.clone());
        // At first only what is not as it should be is told.
        let usual = ["all in service", "all healthy", "OK", "CANCELED", "EXPIRED", "COMPLETED", "answers"];
        let quiet = |state: &String| usual.contains(&state.as_str()) || state.starts_with("available in");
        match before {
            Some(before) if before == state => {}
            None if self.first && quiet(&state) => {}
            _ => self.notes.push(format!("{subject}: {state}")),
        }
    }

    fn tell_refusal(&mut self, what: &str, refusal: Option<String>) {
        let state = refusal.map_or_else(|| "answers".to_owned(), |code| format!("fails: {code}"));
        if self.first || self.states.contains_key(what) || state != "answers" {
            if !self.states.contains_key(what) {
                self.states.insert(what.to_owned(), "answers".to_owned());
            }
            self.tell(what, state);
        }
    }

    /// Instances by zone: all at once, or by id when that fails.
    fn instances(&mut self) -> String {
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
    fn groups(&mut self) {
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

    fn group(&mut self, name: &str) -> String {
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

    fn targets(&mut self, name: &str) -> String {
        if !self.arns.contains_key(name) {
            let answer = self.ask("elasticloadbalancingv2", "DescribeTargetGroups", json!({ "Names": [name] }));
            if let Ok(answer) = answer {
                self.arns.insert(name.to_owned(), text(&answer["TargetGroups"][0]["TargetGroupArn"]).to_owned());
            }
        }
        let arn = self.arns.get(name).map_or("", String::as_str);
        let answer = self.ask("elasticloadbalancingv2", "DescribeTargetHealth", json!({ "TargetGroupArn": arn }));
        self.tell_refusal("DescribeTargetHealth", answer.as_ref().err().cloned());
        let Ok(answer) = answer else { return "?".to_owned() };
        let mut zones: BTreeMap<&str, (usize, usize)> = self.zones.iter().map(|zone| (zone.as_str(), (0, 0))).collect();
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for target in list(&answer["TargetHealthDescriptions"]) {
            let zone = self.placed.get(text(&target["Target"]["Id"])).map_or("", String::as_str);
            let state = text(&target["TargetHealth"]["State"]);
            if let Some((healthy, all)) = zones.get_mut(zone) {
                *all += 1;
                *healthy += usize::from(state == "healthy");
            }
            if state != "healthy" {
                *reasons.entry(format!("{state} {}", text(&target["TargetHealth"]["Reason"]))).or_default() += 1;
            }
        }
        let cells: Vec<String> = zones.values().map(|(healthy, all)| format!("{healthy}/{all}")).collect();
        let reasons: Vec<String> = reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        self.tell(
            &format!("targets of {name}"),
            if reasons.is_empty() { "all healthy".to_owned() } else { reasons.join(", ") },
        );
        cells.join(" ")
    }

    /// What clients asked for and how much of it they did not get, in the last minute.
    fn clients(&self, service: &str) -> String {
        self.sim.with_world(|world| {
            let sums = world.ledger_sums(self.watch.region, service, world.now - Duration::from_secs(60), world.now);
            sums.filter(|sums| sums.seconds > 0.0).map_or_else(String::new, |sums| {
                let failed = if sums.asked > 0.0 { 100.0 * sums.failed / sums.asked } else { 0.0 };
                format!("{:.0} asked, {failed:.1} % failed", sums.asked / sums.seconds)
            })
        })
    }

    /// The last datapoint of a replica's lag.
    fn lag(&self, replica: &str) -> String {
        let now = self.sim.now().as_seconds();
        let answer = self.ask(
            "cloudwatch",
            "GetMetricStatistics",
            json!({
                "Namespace": "AWS/RDS", "MetricName": "ReplicaLag", "Period": 60, "Statistics": ["Maximum"],
                "Dimensions": [{ "Name": "DBInstanceIdentifier", "Value": replica }],
                "StartTime": now - 300, "EndTime": now,
            }),
        );
        let Ok(answer) = answer else { return "?".to_owned() };
        let newest =
            list(&answer["Datapoints"]).iter().max_by_key(|point| point["Timestamp"].as_f64().unwrap_or(0.0) as i64);
        newest.map_or_else(
            || "no data".to_owned(),
            |point| format!("{:.1} s", point["Maximum"].as_f64().unwrap_or(f64::NAN)),
        )
    }

    fn activities(&mut self) {
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

    fn databases(&mut self) {
        let answer = self.ask("rds", "DescribeDBInstances", json!({}));
        self.tell_refusal("DescribeDBInstances", answer.as_ref().err().cloned());
        let Ok(answer) = answer else { return };
        for database in list(&answer["DBInstances"]) {
            let mut state =
                format!("{} in {}", text(&database["DBInstanceStatus"]), text(&database["AvailabilityZone"]));
            if let Some(standby) = database["SecondaryAvailabilityZone"].as_str() {
                state += &format!(", standby in {standby}");
            } else if database["MultiAZ"] == true {
                state += ", no standby";
            }
            for info in list(&database["StatusInfos"]) {
                state += &format!(", {} {}", text(&info["StatusType"]), text(&info["Status"]));
            }
            let subject = format!("database {}", text(&database["DBInstanceIdentifier"]));
            self.tell(&subject, state);
        }
        let Ok(answer) = self.ask("rds", "DescribeEvents", json!({ "Duration": 60 })) else { return };
        for event in list(&answer["Events"]) {
            let line = format!("{} {}", text(&event["SourceIdentifier"]), text(&event["Message"]));
            if self.seen.insert(format!("{line} {}", event["Date"])) && !self.first {
                self.notes.push(format!("RDS event: {line}"));
            }
        }
    }

    fn shifts(&mut self) {
        let shifts = aws::get(self.sim, self.watch.region, "arc-zonal-shift", "/zonalshifts");
        self.tell_refusal("ListZonalShifts", shifts.as_ref().err().cloned());
        for shift in list(&shifts.unwrap_or_default()["items"]) {
            let resource = text(&shift["resourceIdentifier"]).rsplit('/').nth(1).unwrap_or("");
            let (away, kind) = (text(&shift["awayFrom"]), text(&shift["shiftType"]));
            let until = instant(&shift["expiryTime"]);
            let subject = format!("{kind} of {resource} away from {away} until {until}");
            self.tell(&subject, text(&shift["status"]).to_owned());
        }
        let autoshifts = aws::get(self.sim, self.watch.region, "arc-zonal-shift", "/autoshifts");
        for autoshift in list(&autoshifts.unwrap_or_default()["items"]) {
            let since = instant(&autoshift["startTime"]);
            let subject = format!("autoshift away from {} since {since}", text(&autoshift["awayFrom"]));
            self.tell(&subject, text(&autoshift["status"]).to_owned());
        }
    }

    fn alarms(&mut self) {
        let answer = self.ask(
            "cloudwatch",
            "DescribeAlarms",
            json!({ "AlarmTypes": ["MetricAlarm", "CompositeAlarm"], "MaxRecords": 100 }),
        );
        self.tell_refusal("DescribeAlarms", answer.as_ref().err().cloned());
        let answer = answer.unwrap_or_default();
        for alarm in list(&answer["MetricAlarms"]).iter().chain(list(&answer["CompositeAlarms"])) {
            let mut state = text(&alarm["StateValue"]).to_owned();
            if let Some(by) = alarm["ActionsSuppressedBy"].as_str() {
                state += &format!(", suppressed by {by}");
            }
            self.tell(&format!("alarm {}", text(&alarm["AlarmName"])), state);
        }
    }
}

/// Day and time of an instant in seconds.
fn instant(value: &Value) -> String {
    let at = value.as_f64().and_then(|seconds| jiff::Timestamp::from_second(seconds as i64).ok());
    at.map_or_else(String::new, |at| at.strftime("%d %H:%M").to_string())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

/// Plays a scenario's account for so many minutes. Minutes that are like the one before are left out.
pub fn record(sim: &Sim, watch: Watch, minutes: u64) -> String {
    let mut recorder = Recorder::new(sim, watch);
    let mut text = format!("{}\n", recorder.head());
    let (mut last, mut skipped) = (String::new(), false);
    for minute in 0..=minutes {
        if minute > 0 {
            sim.advance(Duration::from_secs(60));
        }
        let row = recorder.row(minute);
        if minute < minutes && row.get(3..) == last.get(3..) {
            skipped = true;
            continue;
        }
        if skipped {
            text += "  …\n";
        }
        text += &row;
        (last, skipped) = (row, false);
    }
    text
}
