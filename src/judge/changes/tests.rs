#![allow(clippy::unwrap_used)]

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::lately;
use crate::estate::balancer::Target;
use crate::estate::group::{Activity, Group};
use crate::estate::trail::TrailEvent;
use crate::estate::{Estate, FailureKind, Kind, Part, ReadFailure, Row, Slice, SliceId, Update};
use crate::id::Region;
use crate::judge::index::Index;

const TG: &str = "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/checkout/73e2d6bc24d8a067";

/// An account that is read minute by minute.
struct Account {
    estate: Estate,
    start: Timestamp,
    now: Timestamp,
}

impl Account {
    fn new() -> Self {
        let start = "2026-11-21T02:50:00Z".parse().unwrap();
        Self { estate: Estate::new(vec![Region::from("us-east-1")]), start, now: start }
    }

    fn at(&mut self, minute: i64) -> &mut Self {
        self.now = self.start + SignedDuration::from_mins(minute);
        self
    }

    fn put<T: Row + DeserializeOwned>(&mut self, part: Part, rows: Json) -> &mut Self {
        let rows: Vec<T> = serde_json::from_value(rows).unwrap();
        let id = SliceId { region: Region::from("us-east-1"), kind: T::KIND, part };
        self.estate.apply(Update::part(id, Slice::read(T::rows(rows), self.now)));
        self
    }

    fn group(&mut self, desired: i32, max: i32, suspended: Json) -> &mut Self {
        let group = json!({"name": "media-asg", "min": 3, "desired": desired, "max": max, "zones": [], "subnets": [],
            "members": [], "target_groups": [], "classic_balancers": [], "health_check": "EC2", "suspended": suspended,
            "tags": []});
        self.put::<Group>(Part::All, json!([group]))
    }

    fn targets(&mut self, states: [&str; 3]) -> &mut Self {
        let rows = std::iter::zip(["i-1", "i-2", "i-3"], states);
        let zones = json!("us-east-1b");
        let rows: Vec<Json> =
            rows.map(|(id, state)| json!({"id": id, "port": 80, "zone": zones, "state": state})).collect();
        self.put::<Target>(Part::Of(TG.into()), Json::Array(rows))
    }

    fn activity(&mut self, id: &str, at: &str, description: &str, cause: &str) -> Json {
        json!({"id": id, "group": "media-asg", "status": "Successful", "description": description, "cause": cause,
            "started_at": at})
    }

    fn trail(&mut self, name: &str, at: &str, of: &str, more: Json) -> &mut Self {
        let mut event = json!({"id": "e", "name": name, "source": "autoscaling.amazonaws.com", "at": at, "user": "carol",
            "resources": [["AWS::AutoScaling::AutoScalingGroup", of]]});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.put::<TrailEvent>(Part::All, json!([event]))
    }

    fn said(&self) -> Vec<String> {
        let region = Region::from("us-east-1");
        let index = Index::new(&self.estate, &region, self.now);
        let changes = lately(&self.estate, &index, &region, self.now);
        changes.lines.iter().map(|line| format!("{} {}", line.at.strftime("%H:%M"), line.words())).collect()
    }

    fn names(&self) -> Option<String> {
        let region = Region::from("us-east-1");
        lately(&self.estate, &Index::new(&self.estate, &region, self.now), &region, self.now).names
    }
}

#[test]
fn a_setting_is_told_without_a_name_until_cloudtrail_gives_one_aws_domain_e() {
    let mut account = Account::new();
    account.group(12, 18, json!({})).at(9).group(15, 20, json!({}));
    assert_eq!(account.said(), ["02:59 who ? set media-asg desired 12>15, max 18>20"], "nobody is invented");
    assert_eq!(account.names().unwrap(), "no names: CloudTrail not read");
    account.at(14).trail("UpdateAutoScalingGroup", "2026-11-21T02:58:12Z", "media-asg", json!({}));
    assert_eq!(account.said(), ["02:58 carol set media-asg desired 12>15, max 18>20"]);
    assert_eq!(account.names(), None);
}

#[test]
fn a_refused_call_changed_nothing_and_a_service_is_no_person() {
    let mut account = Account::new();
    account.group(12, 18, json!({})).at(9).group(15, 18, json!({}));
    for more in [json!({"error": "AccessDenied"}), json!({"invoked_by": "autoscaling.amazonaws.com"})] {
        account.trail("SetDesiredCapacity", "2026-11-21T02:58:12Z", "media-asg", more);
        assert_eq!(account.said(), ["02:59 who ? set media-asg desired 12>15"]);
    }
    // Another group's call, and one from before the last reading that was otherwise.
    account.trail("SetDesiredCapacity", "2026-11-21T02:58:12Z", "other-asg", json!({}));
    assert_eq!(
        account.said(),
        ["02:59 who ? set media-asg desired 12>15", "02:58 carol set desired capacity other-asg"]
    );
}

#[test]
fn what_a_policy_asked_for_is_the_policys_aws_domain_a2() {
    let mut account = Account::new();
    account.group(12, 18, json!({})).at(9).group(15, 18, json!({}));
    let cause = "At 2026-11-21T02:58:00Z a monitor alarm TargetTracking-media in state ALARM triggered policy cpu changing \
                 the desired capacity from 12 to 15.  At 2026-11-21T02:58:10Z an instance was started in response to a \
                 difference between desired and actual capacity, increasing the capacity from 12 to 15.";
    let launch = "Launching a new EC2 instance: i-9";
    let rows: Vec<Json> =
        ["1", "2", "3"].map(|id| account.activity(id, "2026-11-21T02:58:10Z", launch, cause)).to_vec();
    account.put::<Activity>(Part::All, Json::Array(rows));
    assert_eq!(account.said(), ["02:59 policy set media-asg desired 12>15", "02:58 policy media-asg launched 3"]);
}

#[test]
fn suspended_and_resumed_are_said_by_process() {
    let mut account = Account::new();
    account.group(12, 18, json!({"AZRebalance": "User suspended"})).at(5);
    account.group(12, 18, json!({"Launch": "User suspended"}));
    assert_eq!(account.said(), ["02:55 who ? set media-asg suspended Launch, resumed AZRebalance"]);
}

#[test]
fn targets_that_go_together_are_one_line_and_half_an_hour_ago_is_none() {
    let mut account = Account::new();
    account.targets(["healthy", "healthy", "healthy"]).at(1).targets(["unhealthy", "healthy", "healthy"]);
    account.at(2).targets(["unhealthy", "unhealthy", "draining"]);
    assert_eq!(account.said(), ["02:52 checkout: 2 targets unhealthy in us-east-1b"], "draining is nobody's fault");
    account.at(20).targets(["healthy", "unhealthy", "draining"]);
    assert_eq!(account.said()[0], "03:10 checkout: 1 target healthy again in us-east-1b");
    account.at(33);
    assert_eq!(account.said().len(), 1);
}

#[test]
fn why_there_are_no_names_is_said() {
    let mut account = Account::new();
    let why = ReadFailure {
        kind: FailureKind::Denied,
        action: "cloudtrail:LookupEvents".into(),
        code: Some("AccessDeniedException".into()),
        message: "not authorized".into(),
        request_id: None,
    };
    let id = SliceId::all(&Region::from("us-east-1"), Kind::TrailEvents);
    account.estate.apply(Update::part(id, Slice::failed(why, account.now)));
    let words = account.names().unwrap();
    assert!(words.starts_with("no names: ") && words.contains("cloudtrail:LookupEvents"), "{words}");
}
