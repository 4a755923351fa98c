//! What a judgement looks at besides the things that it judges: metrics, AWS's own words, shifts, activities, probes, the past.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use super::account::{Account, BALANCER, TARGET_GROUPS, ZONES};
use crate::estate::alarm::Series;
use crate::estate::database::{Cluster, DatabaseEvent, GlobalCluster};
use crate::estate::group::Activity;
use crate::estate::health::HealthEvent;
use crate::estate::permission::Permission;
use crate::estate::probe::Spell;
use crate::estate::query::{Measure, Query};
use crate::estate::shift::{Autoshift, ManagedResource, ZonalShift};
use crate::estate::trail::TrailEvent;
use crate::estate::{Change, Kind, Part, Row, Slice, SliceId, Update};
use crate::id::{Arn, DatabaseId, GroupName, Region, ZoneName};
use crate::judge::Policy;
use crate::judge::policy::{Aim, DeclaredService, Expect, Probe};

/// The defaults; another with probes, declared services and what may be unread; one that is soon alarmed.
pub(super) fn policies() -> [Policy; 3] {
    let probe = Probe {
        name: "front".to_owned(),
        aim: Aim::Tcp { host: "front.example".to_owned(), port: 443 },
        service: Some("web".to_owned()),
        interval: Duration::from_secs(30),
        timeout: Duration::from_secs(5),
        expect: Expect { status: 200..=299, body: None },
        objective: 0.999,
        window: Duration::from_secs(3600),
    };
    let quorum =
        DeclaredService { quorum: Some(2), groups: [GroupName::from("api")].into(), ..DeclaredService::default() };
    let declared = Policy {
        probes: vec![probe],
        accept_unread: [Kind::Clusters, Kind::Alarms].into(),
        services: [("web".to_owned(), quorum)].into(),
        ..Policy::default()
    };
    let mut soon = Policy { lag_warning_s: 1.0, ..Policy::default() };
    soon.zones.hosts = 1;
    [Policy::default(), declared, soon]
}

impl Account {
    fn ago(&mut self, most: i64) -> Timestamp {
        self.now - SignedDuration::from_secs(self.random.i64(0..most))
    }

    /// One of the things that a sight shows, read anew or not at all.
    pub(super) fn read_what_sights_show(&mut self) {
        match self.random.u8(0..14) {
            0..3 => self.read_metrics(),
            3 => self.read_activities(),
            4 => self.read_health(),
            5 | 6 => self.read_shifts(),
            7 => self.read_clusters(),
            8 => self.read_database_events(),
            9 => self.read_probe(),
            10 => self.read_trail(),
            11 => self.recall(),
            12 => self.read_target_groups(),
            _ => {
                let kinds = [Kind::Series, Kind::Groups, Kind::Activities, Kind::ZonalShifts, Kind::Alarms];
                let kind = self.random.choice(kinds).unwrap();
                let part = if kind == Kind::Series { Part::Of("board".into()) } else { Part::All };
                self.fail(kind, part);
            }
        }
    }

    fn read_metrics(&mut self) {
        let (balancer, zone) = (Arn::from(BALANCER), ZoneName::from(ZONES[0]));
        let mut queries: Vec<Query> = ["web", "api"].map(|name| Query::of_group(&GroupName::from(name))).into();
        for group in TARGET_GROUPS.map(Arn::from) {
            for measure in [Measure::Requests, Measure::Errors, Measure::Latency] {
                queries.extend(Query::of_target_group(measure, &balancer, &group, None));
                queries.extend(Query::of_target_group(measure, &balancer, &group, Some(&zone)));
            }
        }
        queries.extend(Query::of_balancer(Measure::BalancerErrors, &balancer, None));
        for id in ["i-03", "i-07"].map(DatabaseId::from) {
            queries.extend(Query::of_database(Measure::ReplicaLag, &id));
        }
        queries.retain(|_| self.random.u8(0..6) > 0);
        queries.sort();
        let minute = self.now.as_second().div_euclid(60) * 60;
        let series = queries.into_iter().map(|Query { metric, statistic }| {
            let minutes = (1..16).rev().filter(|_| self.random.u8(0..9) > 0).collect::<Vec<i64>>();
            let points = minutes
                .into_iter()
                .map(|back| (Timestamp::from_second(minute - 60 * back).unwrap(), f64::from(self.random.u8(0..100))));
            Series { id: "board".into(), metric, statistic, points: points.collect() }
        });
        let rows: Vec<Series> = series.collect();
        let id = SliceId::of(&Region::from("us-east-1"), Kind::Series, "board");
        self.estate.apply(Update::part(id, Slice::read(Series::rows(rows), self.now)));
    }

    fn read_activities(&mut self) {
        let row = |account: &mut Self, n: usize| {
            let began = account.ago(1200);
            json!({"id": format!("a-{n}"), "group": account.pick(&["web", "api"]), "status": account.pick(&["Failed", "Successful"]),
                "description": "Launching a new EC2 instance", "cause": "an instance refresh", "started_at": began,
                "message": "We currently do not have sufficient capacity (InsufficientInstanceCapacity)",
                "zone": account.pick(&ZONES)})
        };
        let rows = (0..6).map(|n| row(self, n)).collect();
        self.put::<Activity>(Part::All, rows);
    }

    fn read_health(&mut self) {
        let zone = self.pick(&ZONES);
        let row = json!({"arn": "arn:aws:health:us-east-1::event/EC2/1", "service": "EC2", "code": "AWS_EC2_OPERATIONAL_ISSUE",
            "category": "issue", "region": "us-east-1", "zone": zone, "status": self.pick(&["open", "closed"]),
            "started_at": self.ago(3600)});
        self.put::<HealthEvent>(Part::All, vec![row]);
    }

    fn read_shifts(&mut self) {
        let away = format!("id-{}", self.pick(&ZONES));
        let weight = f64::from(self.random.u8(0..2));
        let resource = json!({"arn": BALANCER, "name": "front", "weights": {away.clone(): weight}, "applied": {}});
        let expires = self.now + SignedDuration::from_secs(self.random.i64(0..600));
        let shift = json!({"id": "s-1", "resource": BALANCER, "away_from": away, "status": self.pick(&["ACTIVE", "CANCELED"]),
            "shift_type": self.pick(&["ZONAL_SHIFT", "PRACTICE_RUN"]), "expires_at": expires, "started_at": self.ago(600)});
        let autoshift =
            json!({"away_from": away, "status": self.pick(&["ACTIVE", "COMPLETED"]), "started_at": self.ago(600)});
        let decision = self.pick(&["allowed", "implicitDeny"]);
        let may = json!({"action": "arc-zonal-shift:StartZonalShift", "decision": decision});
        self.put::<ManagedResource>(Part::All, vec![resource]);
        self.put::<ZonalShift>(Part::All, vec![shift]);
        let rows: Vec<Json> = if self.random.u8(0..4) == 0 { vec![autoshift] } else { Vec::new() };
        self.put::<Autoshift>(Part::All, rows);
        self.put::<Permission>(Part::All, vec![may]);
    }

    fn read_clusters(&mut self) {
        let writer = self.random.usize(0..2);
        let member = |n: usize, id: &String| json!({"database": id, "writer": n == writer});
        let members: Vec<Json> = self.ids().iter().take(3).enumerate().map(|(n, id)| member(n, id)).collect();
        let cluster = json!({"id": "orders", "engine": "aurora-postgresql", "members": members,
            "status": self.pick(&["available", "failing-over"]), "tags": []});
        self.put::<Cluster>(Part::All, vec![cluster]);
        self.put::<GlobalCluster>(Part::All, Vec::new());
    }

    fn read_database_events(&mut self) {
        let message = self.pick(&["Multi-AZ instance failover started.", "Multi-AZ instance failover completed"]);
        let at = self.ago(1800);
        let event = |id: &String| json!({"source": id, "source_type": "db-instance", "message": message, "categories": ["failover"], "at": at});
        let rows = self.ids().iter().map(event).collect();
        self.put::<DatabaseEvent>(Part::All, rows);
    }

    fn read_probe(&mut self) {
        let (from, up) = (self.ago(900), self.random.bool());
        let spell =
            json!({"from": from, "to": self.now, "samples": 9, "ms": 12, "failure": (!up).then_some("refused")});
        let rows: Vec<Spell> = serde_json::from_value(json!([spell])).unwrap();
        let id = SliceId::of(&Region::global(), Kind::Probes, "front");
        self.estate.apply(Update::part(id, Slice::read(Spell::rows(rows), self.now)));
    }

    fn read_trail(&mut self) {
        let event = json!({"id": "e-1", "name": "SuspendProcesses", "source": "autoscaling.amazonaws.com", "at": self.ago(900),
            "user": "alice", "resources": [["AWS::AutoScaling::AutoScalingGroup", "web"]]});
        self.put::<TrailEvent>(Part::All, vec![event]);
    }

    /// What an earlier run kept comes in beside what this one saw.
    fn recall(&mut self) {
        let at = self.now;
        let change = |subject: &String, account: &mut Self| {
            json!({"at": at, "after": account.ago(60).min(at), "kind": account.pick(&["targets", "groups", "databases"]), "subject": subject,
                "within": TARGET_GROUPS[0], "zone": account.pick(&ZONES), "what": account.pick(&["state", "desired", "status"]),
                "from": account.pick(&["healthy", "2", "available"]), "to": account.pick(&["unhealthy", "3", "failing-over"])})
        };
        let changes: Vec<Json> = self.ids().iter().map(|id| change(id, self)).collect();
        let changes: Vec<Change> = serde_json::from_value(Json::Array(changes)).unwrap();
        self.estate.restore_history(&Region::from("us-east-1"), changes);
    }
}
