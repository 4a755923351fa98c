//! What RDS, zonal shifts and alarms say.

use serde_json::{Value, json};

use super::super::aws;
use super::{Recorder, list, text};

impl Recorder<'_> {
    /// The last datapoint of a replica's lag.
    pub(super) fn lag(&self, replica: &str) -> String {
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

    pub(super) fn databases(&mut self) {
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

    pub(super) fn shifts(&mut self) {
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

    pub(super) fn alarms(&mut self) {
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
