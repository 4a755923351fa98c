//! An account made by hand: a group behind a target group, and an instance that stands alone.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::estate::balancer::{ClassicBalancer, Target, TargetGroup, TargetGroupAttributes};
use crate::estate::group::{Activity, Group, Hook, LifecycleState, Refresh, ScalingPolicy, ScheduledAction};
use crate::estate::image::Address;
use crate::estate::instance::{Instance, InstanceAttributes, InstanceStatus, Make};
use crate::estate::shift::{Autoshift, ManagedResource, ZonalShift};
use crate::estate::zone::{Subnet, Zone};
use crate::estate::{Estate, Row, Slice, SliceId, Update};
use crate::id::{AccountId, Region, Text};
use crate::judge::Judgement;
use crate::judge::zone::{ZoneAssessment, ZoneVerdict};
use crate::operation::away::Record;
use crate::operation::intent::Intent;
use crate::operation::rules::Rules;
use crate::operation::{Action, Ground, Plan, Refusal, registry};

pub fn now() -> Timestamp {
    "2026-11-21T03:14:22Z".parse().unwrap()
}

pub fn here() -> Region {
    Region::from("us-east-1")
}

/// What tests change before they plan.
pub struct Town {
    pub group: Group,
    /// Groups besides.
    pub more: Vec<Group>,
    pub alone: Instance,
    pub instances: Vec<Instance>,
    pub statuses: Vec<InstanceStatus>,
    pub targets: Vec<Target>,
    pub activities: Vec<Activity>,
    pub refreshes: Vec<Refresh>,
    pub hooks: Vec<Hook>,
    pub policies: Vec<ScalingPolicy>,
    pub schedules: Vec<ScheduledAction>,
    pub addresses: Vec<Address>,
    pub classics: Vec<ClassicBalancer>,
    pub attributes: Vec<InstanceAttributes>,
    pub subnets: Vec<Subnet>,
    pub sick: Vec<&'static str>,
    pub rules: Rules,
    pub touched_lately: Option<usize>,
    pub records: Vec<Record>,
    pub zones: Vec<Zone>,
    pub shifts: Vec<ZonalShift>,
    pub autoshifts: Vec<Autoshift>,
    pub managed: Vec<ManagedResource>,
}

fn of<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

pub fn make(root: &str) -> Arc<Make> {
    Arc::new(Make {
        root: Some(root.into()),
        root_device: Some("/dev/xvda".into()),
        devices: Box::new([("/dev/xvda".into(), Some(true))]),
        security_groups: Box::new(["sg-1".into()]),
        profile: None,
        key: None,
    })
}

pub fn instance(id: &str, zone: &str, group: Option<&str>) -> Instance {
    let mut tags = vec![["Name", id]];
    tags.extend(group.map(|group| ["aws:autoscaling:groupName", group]));
    let mut instance: Instance = of(json!({
        "id": id, "zone": zone, "state": "running", "state_reason": null, "instance_type": "m7g.large", "image": "ami-1",
        "launched_at": "2026-11-20T03:00:00Z", "subnet": format!("subnet-{}", &zone[zone.len() - 1..]), "vpc": "vpc-1",
        "private_address": "10.0.0.1", "public_address": null, "lifecycle": null, "volumes": ["vol-1"], "tags": tags,
    }));
    instance.make = Some(make("ebs"));
    instance
}

pub fn status(id: &str) -> InstanceStatus {
    let ok = json!({"status": "ok", "impaired_since": null});
    of(json!({"instance": id, "zone": null, "system": ok, "guest": ok, "volumes": ok, "events": []}))
}

impl Town {
    /// A group of so many in service over three zones, behind a target group that finds them healthy.
    pub fn of(count: usize) -> Self {
        let zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
        let ids: Vec<String> = (1..=count).map(|n| format!("i-{n}")).collect();
        let zone = |n: usize| zones[n % 3];
        let member = |(n, id): (usize, &String)| {
            json!({"instance": id, "zone": zone(n), "state": "InService", "healthy": true, "protected": false,
                "template_version": "1"})
        };
        let members: Vec<Value> = ids.iter().enumerate().map(member).collect();
        let group = of(json!({
            "name": "web", "arn": null, "min": 1, "desired": count, "max": count, "zones": zones,
            "subnets": ["subnet-a", "subnet-b", "subnet-c"], "members": members, "target_groups": ["arn:tg/web"],
            "classic_balancers": [], "health_check": "EC2", "grace_s": 60, "suspended": {}, "launch_source": null,
            "zonal_shift_enabled": null, "status": null, "termination_policies": ["Default"], "protects_new": false, "tags": [],
        }));
        let target = |id: &String| {
            of(json!({"id": id, "port": 80, "zone": null, "state": "healthy", "reason": null, "description": null,
                "administrative_override": null}))
        };
        let subnet = |zone: &&str| {
            of(json!({"id": format!("subnet-{}", &zone[zone.len() - 1..]), "zone": zone, "vpc": "vpc-1", "cidr": null,
                "free_addresses": 50}))
        };
        Self {
            group,
            more: Vec::new(),
            alone: instance("i-alone", "us-east-1b", None),
            instances: ids.iter().enumerate().map(|(n, id)| instance(id, zone(n), Some("web"))).collect(),
            statuses: ids.iter().map(|id| status(id)).chain([status("i-alone")]).collect(),
            targets: ids.iter().map(target).collect(),
            activities: Vec::new(),
            refreshes: Vec::new(),
            hooks: Vec::new(),
            policies: Vec::new(),
            schedules: Vec::new(),
            addresses: Vec::new(),
            classics: Vec::new(),
            attributes: Vec::new(),
            subnets: zones.iter().map(subnet).collect(),
            sick: Vec::new(),
            rules: Rules::default(),
            touched_lately: Some(0),
            records: Vec::new(),
            zones: Vec::new(),
            shifts: Vec::new(),
            autoshifts: Vec::new(),
            managed: Vec::new(),
        }
    }

    pub fn target(&mut self, id: &str, state: &str) {
        for target in self.targets.iter_mut().filter(|target| &*target.id == id) {
            target.state = state.into();
        }
    }

    pub fn impair(&mut self, id: &str, checks: &[&str]) {
        for status in self.statuses.iter_mut().filter(|status| status.instance.as_str() == id) {
            let bad = of(json!({"status": "impaired", "impaired_since": "2026-11-21T03:02:00Z"}));
            for check in checks {
                match *check {
                    "system" => status.system = crate::estate::instance::Check::clone(&bad),
                    "guest" => status.guest = bad.clone(),
                    _ => status.volumes = Some(bad.clone()),
                }
            }
        }
    }

    pub fn event(&mut self, id: &str, code: &str, description: &str) {
        for status in self.statuses.iter_mut().filter(|status| status.instance.as_str() == id) {
            status.events = Box::new([of(json!({"code": code, "description": description,
                "not_before": "2026-11-22T09:00:00Z"}))]);
        }
    }

    pub fn member(&mut self, id: &str, state: &str) {
        for member in self.group.members.iter_mut().filter(|member| member.instance.as_str() == id) {
            member.state = LifecycleState::from(state);
        }
    }

    pub fn launch(&mut self, status: &str, minutes_ago: i64, message: &str) {
        let at = now() - SignedDuration::from_mins(minutes_ago);
        self.activities.push(of(json!({"id": format!("a-{minutes_ago}"), "group": "web", "status": status,
            "description": "Launching a new EC2 instance: i-9", "cause": "", "message": message, "zone": null,
            "started_at": at, "ended_at": at, "progress": 100})));
    }

    pub fn estate(&self) -> Estate {
        let mut estate = Estate::new(vec![here()]);
        let mut instances = self.instances.clone();
        instances.push(self.alone.clone());
        let tg: TargetGroup = of(
            json!({"arn": "arn:tg/web", "name": "web", "target_type": "instance", "protocol": "HTTP",
            "port": 80, "load_balancers": ["arn:lb"], "interval_s": 10, "healthy_threshold": 3, "unhealthy_threshold": 2,
            "vpc": "vpc-1"}),
        );
        let attributes: TargetGroupAttributes =
            of(json!({"of": "arn:tg/web", "values": {"deregistration_delay.timeout_seconds": "30"}}));
        all(&mut estate, instances);
        all(&mut estate, self.statuses.clone());
        all(&mut estate, std::iter::once(&self.group).chain(&self.more).cloned().collect::<Vec<Group>>());
        all(&mut estate, self.activities.clone());
        all(&mut estate, vec![tg]);
        all(&mut estate, self.policies.clone());
        all(&mut estate, self.addresses.clone());
        all(&mut estate, self.classics.clone());
        all(&mut estate, self.subnets.clone());
        all(&mut estate, self.zones.clone());
        all(&mut estate, self.shifts.clone());
        all(&mut estate, self.autoshifts.clone());
        all(&mut estate, self.managed.clone());
        part(&mut estate, "arn:tg/web", self.targets.clone());
        part(&mut estate, "arn:tg/web", vec![attributes]);
        part(&mut estate, "web", self.refreshes.clone());
        part(&mut estate, "web", self.hooks.clone());
        part(&mut estate, "web", self.schedules.clone());
        part(&mut estate, "i-alone", self.attributes.clone());
        estate
    }

    fn judgement(&self, estate: &Estate) -> Judgement {
        let mut judgement = crate::judge::judge(estate, now(), &crate::judge::Policy::default());
        let judged = judgement.regions.get_mut(&here()).unwrap();
        judged.zones = self
            .sick
            .iter()
            .map(|zone| ZoneAssessment {
                name: (*zone).into(),
                id: "use1-az9".into(),
                verdict: ZoneVerdict::Degraded,
                evidence: Vec::new(),
                since: None,
                not_zonal: None,
                hosts_hit: Vec::new(),
                services_hit: Vec::new(),
                shifted: None,
                moved: None,
                away: Vec::new(),
                entering: None,
                instances: None,
                targets: None,
                in_service: None,
                database_writers: None,
                database_standbys: None,
                silent_since: None,
            })
            .collect();
        judgement
    }

    pub fn plan_of(&self, intent: &Intent) -> Result<Plan, Refusal> {
        self.plan_at(intent, now())
    }

    pub fn plan_at(&self, intent: &Intent, at: Timestamp) -> Result<Plan, Refusal> {
        self.on_ground(at, |ground| registry::plan(intent, ground))
    }

    pub fn reason_off_policy(&self, kept: &Plan) -> Option<String> {
        let refusal = match self.plan_of(&kept.intent) {
            Ok(anew) => registry::reason_off_policy(kept, &anew),
            Err(refusal) => Some(refusal),
        };
        refusal.map(|refusal| refusal.reason)
    }

    fn on_ground<R>(&self, at: Timestamp, ask: impl FnOnce(&Ground<'_>) -> R) -> R {
        let estate = self.estate();
        let judgement = self.judgement(&estate);
        let account = AccountId::from("123456789012");
        let id: Text = format!("op-{}", at.as_second()).into();
        let ground = Ground {
            estate: &estate,
            judgement: &judgement,
            rules: &self.rules,
            account: &account,
            account_name: "shop",
            class: Some("production"),
            caller: "arn:aws:iam::123456789012:user/ada",
            now: at,
            id: &id,
            touched_lately: self.touched_lately,
            records: &self.records,
        };
        ask(&ground)
    }

    pub fn plan(&self, operation: &str, target: &str, settings: &[(&str, &str)]) -> Result<Plan, Refusal> {
        self.plan_of(&intent(operation, &[target], settings))
    }
}

pub fn intent(operation: &str, targets: &[&str], settings: &[(&str, &str)]) -> Intent {
    Intent {
        operation: operation.into(),
        targets: targets.iter().map(|target| (*target).into()).collect(),
        settings: settings.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        ..Intent::default()
    }
}

fn all<T: Row>(estate: &mut Estate, rows: Vec<T>) {
    estate.apply(Update::part(SliceId::all(&here(), T::KIND), Slice::read(T::rows(rows), now())));
}

fn part<T: Row>(estate: &mut Estate, of: &str, rows: Vec<T>) {
    estate.apply(Update::part(SliceId::of(&here(), T::KIND, of), Slice::read(T::rows(rows), now())));
}

/// The calls of a plan, by name.
pub fn calls(plan: &Plan) -> Vec<&'static str> {
    plan.calls().map(|call| call.action.name()).collect()
}

/// The one call of a name.
pub fn call<'a>(plan: &'a Plan, name: &str) -> &'a Action {
    &plan.calls().find(|call| call.action.name() == name).unwrap().action
}

/// A call's parameters.
pub fn parameters(plan: &Plan, name: &str) -> Value {
    plan.calls().find(|call| call.action.name() == name).unwrap().parameters().unwrap()
}
