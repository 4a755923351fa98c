//! A small account made by hand, for the tests of lists and documents.

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::estate::account::{Alias, Identity};
use crate::estate::alarm::Alarm;
use crate::estate::balancer::{
    BalancerAttributes, ClassicBalancer, ClassicTarget, LoadBalancer, ResourceTags, Target, TargetGroup,
};
use crate::estate::database::{Cluster, Database, GlobalCluster};
use crate::estate::group::{Activity, Group};
use crate::estate::image::{Image, LaunchTemplate};
use crate::estate::instance::{Instance, InstanceStatus};
use crate::estate::shift::{Autoshift, ManagedResource, ZonalShift};
use crate::estate::zone::{Subnet, Zone};
use crate::estate::{Estate, FailureKind, Kind, Part, ReadFailure, Row, Slice, SliceId, Update};
use crate::id::Region;
use crate::judge::{Picture, Policy, Traffic, judge};

/// The target group of the fixture.
pub(crate) const CHECKOUT: &str = "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/checkout/73e2d6bc24d8a067";
const BALANCER: &str = "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/shop/50dc6c495c0c9188";

/// Three zones, a group of three behind a target group, a box of its own, a classic leftover, databases, alarms.
pub(crate) struct Shop {
    pub(crate) estate: Estate,
    pub(crate) now: Timestamp,
    pub(crate) policy: Policy,
}

impl Shop {
    /// The account with nothing in it: every read answered, none returned a row.
    pub(crate) fn empty() -> Self {
        let mut shop = Self {
            estate: Estate::new(vec![Region::from("us-east-1")]),
            now: "2026-11-21T03:14:00Z".parse().unwrap(),
            policy: Policy::default(),
        };
        shop.put_in(
            &Region::global(),
            Part::All,
            rows::<Identity>(
                json!([{"account": "123456789012", "caller": "arn:aws:sts::123456789012:assumed-role/oncall/alice"}]),
            ),
        );
        shop.put_in(&Region::global(), Part::All, rows::<Alias>(json!(["shop"])));
        shop.put::<Zone>(json!([
            {"name": "us-east-1a", "id": "use1-az6", "state": "available", "zone_type": "availability-zone", "messages": []},
            {"name": "us-east-1b", "id": "use1-az4", "state": "available", "zone_type": "availability-zone", "messages": []},
            {"name": "us-east-1c", "id": "use1-az1", "state": "available", "zone_type": "availability-zone", "messages": []},
        ]));
        shop.put::<Instance>(json!([]));
        shop.put::<InstanceStatus>(json!([]));
        shop.put::<Group>(json!([]));
        shop.put::<LoadBalancer>(json!([]));
        shop.put::<TargetGroup>(json!([]));
        shop.put::<ResourceTags>(json!([]));
        shop.put::<ClassicBalancer>(json!([]));
        shop.put::<Database>(json!([]));
        shop.put::<Cluster>(json!([]));
        shop.put::<GlobalCluster>(json!([]));
        shop.put::<Alarm>(json!([]));
        shop.put::<ManagedResource>(json!([]));
        shop.put::<ZonalShift>(json!([]));
        shop.put::<Autoshift>(json!([]));
        shop.put::<Image>(json!([]));
        shop.put::<Subnet>(json!([]));
        shop.put::<Activity>(json!([]));
        shop.put::<LaunchTemplate>(json!([]));
        shop
    }

    /// All is well.
    pub(crate) fn calm() -> Self {
        let mut shop = Self::empty();
        shop.put::<Instance>(json!([
            instance("i-0a1", "us-east-1a", "web-1", "02:00:00", Some("web")),
            instance("i-0b2", "us-east-1b", "web-2", "02:50:00", Some("web")),
            instance("i-0c3", "us-east-1c", "web-10", "02:00:00", Some("web")),
            instance("i-0d4", "us-east-1a", "god box", "01:00:00", None),
        ]));
        shop.put::<InstanceStatus>(json!([status("i-0a1"), status("i-0b2"), status("i-0c3"), status("i-0d4")]));
        shop.put::<Group>(json!([{
            "name": "web", "min": 2, "desired": 3, "max": 6,
            "zones": ["us-east-1a", "us-east-1b", "us-east-1c"], "subnets": [],
            "members": [member("i-0a1", "us-east-1a"), member("i-0b2", "us-east-1b"), member("i-0c3", "us-east-1c")],
            "target_groups": [CHECKOUT], "classic_balancers": [], "health_check": "ELB", "grace_s": 300, "suspended": {},
            "launch_source": {"name": "web", "version": "$Latest"}, "tags": [],
        }]));
        shop.put::<LoadBalancer>(
            json!([{"arn": BALANCER, "name": "shop", "balancer_type": "application", "zones": []}]),
        );
        shop.put::<TargetGroup>(
            json!([{"arn": CHECKOUT, "name": "checkout", "target_type": "instance", "load_balancers": [BALANCER]}]),
        );
        shop.targets(["healthy", "healthy", "healthy"]);
        shop.put::<ClassicBalancer>(json!([{"name": "legacy", "zones": [], "subnets": [], "instances": ["i-0d4"]}]));
        shop.put_in(
            &Region::from("us-east-1"),
            Part::Of("legacy".into()),
            rows::<ClassicTarget>(json!([{"instance": "i-0d4", "state": "InService", "reason": "N/A"}])),
        );
        for of in [BALANCER, "legacy"] {
            let attributes = rows::<BalancerAttributes>(json!([{"of": of, "values": {}}]));
            shop.put_part(Part::Of(of.into()), attributes);
        }
        shop.put::<Database>(json!([
            database("orders", json!({"multi_az": true, "zone": "us-east-1b", "standby_zone": "us-east-1a"})),
            database("orders-replica", json!({"zone": "us-east-1c", "replica_of": "orders"})),
        ]));
        shop.put::<Alarm>(json!([{
            "name": "checkout-5xx", "alarm_type": "metric", "state": "OK", "since": "2026-11-21T01:00:00Z",
            "actions_enabled": true, "actions": [],
            "metric": {"namespace": "AWS/ApplicationELB", "name": "HTTPCode_Target_5XX_Count", "dimensions": []},
            "threshold": 1.0, "comparison": "GreaterThanThreshold",
        }]));
        shop.put::<Image>(json!([
            {"id": "ami-01", "name": "web, \"golden\"", "state": "available", "created_at": "2026-11-01T00:00:00Z", "tags": []},
        ]));
        shop
    }

    /// The three targets of `checkout`, in zones a, b and c.
    pub(crate) fn targets(&mut self, states: [&str; 3]) {
        let ids = ["i-0a1", "i-0b2", "i-0c3"];
        let reason = |state: &str| (state == "unhealthy").then_some("Target.Timeout");
        let targets: Vec<Json> = std::iter::zip(ids, states)
            .map(|(id, state)| json!({"id": id, "port": 80, "state": state, "reason": reason(state)}))
            .collect();
        self.put_in(&Region::from("us-east-1"), Part::Of(CHECKOUT.into()), rows::<Target>(Json::Array(targets)));
    }

    /// Replaces a kind in us-east-1.
    pub(crate) fn put<T: Row + DeserializeOwned>(&mut self, json: Json) {
        self.put_in(&Region::from("us-east-1"), Part::All, rows::<T>(json));
    }

    /// Replaces a part of a kind in us-east-1.
    pub(crate) fn put_part<T: Row>(&mut self, part: Part, rows: Vec<T>) {
        self.put_in(&Region::from("us-east-1"), part, rows);
    }

    fn put_in<T: Row>(&mut self, region: &Region, part: Part, rows: Vec<T>) {
        let id = SliceId { region: region.clone(), kind: T::KIND, part };
        self.estate.apply(Update::part(id, Slice::read(T::rows(rows), self.now)));
    }

    /// An account in which the reads of `kind` were denied from the start.
    pub(crate) fn denied(mut self, kind: Kind, action: &str) -> Self {
        let why = ReadFailure {
            kind: FailureKind::Denied,
            action: action.into(),
            code: Some("UnauthorizedOperation".into()),
            message: "not authorized".into(),
            request_id: None,
        };
        let mut fresh = Estate::new(self.estate.scope().to_vec());
        for (id, slice) in self.estate.all_slices().filter(|(id, _)| id.kind != kind) {
            fresh.apply(Update {
                region: id.region,
                kind: id.kind,
                slices: vec![(id.part, (**slice).clone())],
                whole: false,
            });
        }
        fresh.apply(Update::part(SliceId::all(&Region::from("us-east-1"), kind), Slice::failed(why, self.now)));
        self.estate = fresh;
        self
    }

    /// The picture now.
    pub(crate) fn picture(&self) -> Picture {
        self.picture_after(0)
    }

    /// The picture when nothing has been read for so long.
    pub(crate) fn picture_after(&self, seconds: i64) -> Picture {
        let now = self.now + SignedDuration::from_secs(seconds);
        Picture {
            estate: self.estate.clone(),
            judgement: judge(&self.estate, now, &self.policy),
            policy: self.policy.clone().into(),
            taken_at: now,
            traffic: Traffic::default(),
        }
    }
}

fn rows<T: DeserializeOwned>(json: Json) -> Vec<T> {
    serde_json::from_value(json).unwrap()
}

fn instance(id: &str, zone: &str, name: &str, launched: &str, group: Option<&str>) -> Json {
    let mut tags = vec![json!(["Name", name])];
    tags.extend(group.map(|group| json!(["aws:autoscaling:groupName", group])));
    json!({
        "id": id, "zone": zone, "state": "running", "instance_type": "m7g.large", "image": "ami-01",
        "launched_at": format!("2026-11-21T{launched}Z"), "volumes": [], "tags": tags,
    })
}

fn status(id: &str) -> Json {
    let ok = json!({"status": "ok"});
    json!({"instance": id, "system": ok, "guest": ok, "events": []})
}

fn member(id: &str, zone: &str) -> Json {
    json!({"instance": id, "zone": zone, "state": "InService", "healthy": true, "protected": false})
}

fn database(id: &str, more: Json) -> Json {
    let mut row = json!({
        "id": id, "engine": "postgres", "class": "db.r6g.large", "status": "available", "multi_az": false,
        "replicas": [], "replication": [], "pending_changes": [], "backup_days": 7, "tags": [],
    });
    if let (Some(row), Some(more)) = (row.as_object_mut(), more.as_object()) {
        row.extend(more.clone());
    }
    row
}
