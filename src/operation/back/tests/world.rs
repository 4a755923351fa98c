//! A region made by hand, and what calls do to it: a small pure model of their effects.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::estate::alarm::Series;
use crate::estate::balancer::{ClassicBalancer, LoadBalancer, Target, TargetGroup};
use crate::estate::database::{Cluster, Database};
use crate::estate::group::{Group, LifecycleState, Member};
use crate::estate::image::VolumeStatus;
use crate::estate::instance::{Instance, InstanceStatus};
use crate::estate::network::{NatGateway, RouteTable};
use crate::estate::query::Query;
use crate::estate::shift::{Autoshift, ManagedResource, ShiftStatus, ZonalShift};
use crate::estate::zone::{Subnet, Zone};
use crate::estate::{Estate, Row, Slice, SliceId, Update};
use crate::id::{AccountId, GroupName, InstanceId, SubnetId, Text, ZoneName};
use crate::operation::away::{Applied, Record};
use crate::operation::call::{Action, SHIFT_ID};
use crate::operation::intent::Intent;
use crate::operation::rules::Rules;
use crate::operation::tests::fixture::{here, instance, now, status};
use crate::operation::{Fill, Ground, Plan, Refusal, StepId, registry};

pub const ZONES: [(&str, &str, &str); 3] = [
    ("us-east-1a", "use1-az6", "subnet-a"),
    ("us-east-1b", "use1-az4", "subnet-b"),
    ("us-east-1c", "use1-az1", "subnet-c"),
];
pub const SICK: &str = "us-east-1b";
pub const SICK_ID: &str = "use1-az4";

pub fn of<T: serde::de::DeserializeOwned>(value: Json) -> T {
    serde_json::from_value(value).unwrap()
}

pub fn balancer_arn(name: &str) -> String {
    format!("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/{name}/50dc6c495c0c9188")
}

pub fn group_arn(name: &str) -> String {
    format!("arn:aws:autoscaling:us-east-1:1:autoScalingGroup:uuid:autoScalingGroupName/{name}")
}

fn target_group_arn(name: &str) -> String {
    format!("arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/{name}/73e2d6bc24d8a067")
}

/// A region.
#[derive(Clone)]
pub struct World {
    pub groups: Vec<Group>,
    pub balancers: Vec<LoadBalancer>,
    pub classic: Vec<ClassicBalancer>,
    pub shifts: Vec<ZonalShift>,
    pub autoshifts: Vec<Autoshift>,
    pub tables: Vec<RouteTable>,
    pub databases: Vec<Database>,
    /// CPU of a group's members on average.
    pub cpu: BTreeMap<String, f64>,
    /// Targets that fail.
    pub failing: BTreeSet<String>,
    pub records: Vec<Record>,
    pub alone: Vec<String>,
    /// How few were in service after any call, by group.
    pub least: BTreeMap<GroupName, usize>,
    made: usize,
}

impl World {
    /// Services of so many members, each a group behind a balancer of its name; those whose name begins with `w` have none.
    pub fn new(services: &[(&str, usize)]) -> Self {
        let mut world = Self {
            groups: Vec::new(),
            balancers: Vec::new(),
            classic: vec![of(json!({"name": "legacy", "dns_name": null, "zones": ZONES.map(|zone| zone.0),
                "subnets": ZONES.map(|zone| zone.2), "instances": [], "health_check": null, "created_at": null}))],
            shifts: Vec::new(),
            autoshifts: Vec::new(),
            tables: vec![of(json!({"id": "rtb-c", "vpc": "vpc-1", "main": false, "subnets": ["subnet-c"],
                "routes": [{"destination": "0.0.0.0/0", "target": "nat-b", "state": "active"}], "tags": []}))],
            databases: Vec::new(),
            cpu: BTreeMap::new(),
            failing: BTreeSet::new(),
            records: Vec::new(),
            alone: Vec::new(),
            least: BTreeMap::new(),
            made: 0,
        };
        for (name, count) in services {
            world.add(name, *count);
        }
        world
    }

    fn add(&mut self, name: &str, count: usize) {
        let behind = !name.starts_with('w');
        let mut group: Group = of(json!({
            "name": name, "arn": group_arn(name), "min": 1, "desired": count, "max": count + 1,
            "zones": ZONES.map(|zone| zone.0), "subnets": ZONES.map(|zone| zone.2), "members": [],
            "target_groups": if behind { vec![target_group_arn(name)] } else { vec![] },
            "classic_balancers": [], "health_check": "EC2", "grace_s": 60, "suspended": {}, "launch_source": null,
            "zonal_shift_enabled": true, "impaired_zone_behavior": "ReplaceUnhealthy", "status": null,
            "termination_policies": ["Default"], "protects_new": false, "tags": [["team", "shop"]],
        }));
        for place in 0..count {
            let zone = ZONES[place % 3].0.into();
            let member = self.member(zone);
            group.members.push(member);
        }
        if behind {
            self.balancers.push(of(json!({"arn": balancer_arn(name), "name": name, "balancer_type": "application",
                "scheme": "internet-facing", "state": "active", "state_reason": null,
                "zones": ZONES.map(|zone| (zone.0, zone.2)), "dns_name": format!("{name}.example.com"), "vpc": "vpc-1"})));
        }
        self.cpu.insert(name.to_owned(), 30.0);
        self.groups.push(group);
    }

    fn member(&mut self, zone: ZoneName) -> Member {
        self.made += 1;
        Member {
            instance: InstanceId::from(format!("i-{:04}", self.made)),
            zone,
            state: LifecycleState::InService,
            healthy: true,
            protected: false,
            template_version: None,
        }
    }

    pub fn group(&mut self, name: &str) -> &mut Group {
        self.groups.iter_mut().find(|group| group.name.as_str() == name).unwrap()
    }

    fn is_away(&self, arn: &str, zone: &str) -> bool {
        let mut own = self.shifts.iter().filter(|shift| shift.resource.as_str() == arn);
        own.any(|shift| shift.status == ShiftStatus::Active && shift.away_from.as_str() == zone)
    }

    fn managed(&self) -> Vec<ManagedResource> {
        let balancers = self.balancers.iter().map(|each| (each.arn.to_string(), each.name.to_string()));
        let groups = self.groups.iter().map(|each| (group_arn(each.name.as_str()), each.name.to_string()));
        let row = |(arn, name): (String, String)| {
            let weight =
                |(_, id, _): &(&str, &str, &str)| ((*id).to_owned(), if self.is_away(&arn, id) { 0.0 } else { 1.0 });
            let weights: BTreeMap<String, f32> = ZONES.iter().map(weight).collect();
            of(
                json!({"arn": arn, "name": name, "weights": weights, "autoshift": null, "practice_run": null, "applied": {}}),
            )
        };
        balancers.chain(groups).map(row).collect()
    }

    pub fn estate(&self) -> Estate {
        let mut estate = Estate::new(vec![here()]);
        let zones = ZONES.map(|(name, id, _)| {
            of::<Zone>(
                json!({"name": name, "id": id, "state": "available", "zone_type": "availability-zone", "messages": []}),
            )
        });
        let subnets = ZONES.map(|(zone, _, id)| {
            of::<Subnet>(json!({"id": id, "zone": zone, "vpc": "vpc-1", "cidr": null, "free_addresses": 50}))
        });
        let gateways = [("nat-a", "subnet-a"), ("nat-b", "subnet-b"), ("nat-c", "subnet-c")].map(|(id, subnet)| {
            of::<NatGateway>(
                json!({"id": id, "subnet": subnet, "vpc": "vpc-1", "state": "available", "failure": null, "tags": []}),
            )
        });
        let members = || self.groups.iter().flat_map(|group| group.members.iter().map(move |member| (group, member)));
        let instances: Vec<Instance> = members()
            .map(|(group, member)| instance(member.instance.as_str(), member.zone.as_str(), Some(group.name.as_str())))
            .collect();
        let statuses: Vec<InstanceStatus> = members()
            .map(|(_, member)| {
                let mut status = status(member.instance.as_str());
                status.zone = Some(member.zone.clone());
                status
            })
            .collect();
        let mut target_groups: Vec<TargetGroup> = Vec::new();
        for group in self.groups.iter().filter(|group| !group.target_groups.is_empty()) {
            let (name, arn) = (group.name.as_str(), group.target_groups[0].as_str());
            target_groups.push(of(json!({"arn": arn, "name": name, "target_type": "instance", "protocol": "HTTP", "port": 80,
                "load_balancers": [balancer_arn(name)], "interval_s": 10, "healthy_threshold": 3, "unhealthy_threshold": 2,
                "vpc": "vpc-1"})));
            let target = |member: &Member| {
                let state = if self.failing.contains(member.instance.as_str()) { "unhealthy" } else { "healthy" };
                of(json!({"id": member.instance, "port": 80, "zone": null, "state": state, "reason": null,
                    "description": null, "administrative_override": null}))
            };
            let targets: Vec<Target> = group.members.iter().map(target).collect();
            part(&mut estate, arn, targets);
        }
        let minute = "2026-11-21T03:12:00Z".parse().unwrap();
        let series = self.cpu.iter().map(|(name, value)| {
            let query = Query::of_group(&name.as_str().into());
            Series {
                id: "board".into(),
                metric: query.metric,
                statistic: query.statistic,
                points: vec![(minute, *value)],
            }
        });
        let series: Vec<Series> = series.collect();
        part(&mut estate, "board", series);
        all(&mut estate, zones.into());
        all(&mut estate, subnets.into());
        all(&mut estate, gateways.into());
        all(&mut estate, instances);
        all(&mut estate, statuses);
        all(&mut estate, target_groups);
        all(&mut estate, self.groups.clone());
        all(&mut estate, self.balancers.clone());
        all(&mut estate, self.classic.clone());
        all(&mut estate, self.shifts.clone());
        all(&mut estate, self.autoshifts.clone());
        all(&mut estate, self.managed());
        all(&mut estate, self.tables.clone());
        all(&mut estate, self.databases.clone());
        all::<Cluster>(&mut estate, Vec::new());
        all::<VolumeStatus>(&mut estate, Vec::new());
        estate
    }

    pub fn plan_of(&self, intent: &Intent) -> Result<Plan, Refusal> {
        let estate = self.estate();
        let judgement = crate::judge::judge(&estate, now(), &crate::judge::Policy::default());
        let (account, rules, id) =
            (AccountId::from("123456789012"), Rules::default(), Text::from(format!("{}-1", intent.operation)));
        let ground = Ground {
            estate: &estate,
            judgement: &judgement,
            rules: &rules,
            account: &account,
            account_name: "shop",
            class: None,
            caller: "arn:aws:iam::123456789012:user/ada",
            now: now(),
            id: &id,
            touched_lately: Some(0),
            records: &self.records,
        };
        registry::plan(intent, &ground)
    }

    /// Runs a plan's calls, and tells what its journal would.
    pub fn run(&mut self, plan: &Plan) -> Record {
        let mut fill = Fill { token: Some("token".into()), operation: Some(plan.id.clone()), ..Fill::default() };
        let mut applied = Vec::new();
        for step in &plan.steps {
            for (ordinal, call) in step.calls.iter().enumerate() {
                let call = fill.fill(call).unwrap();
                let (brought, answer) = self.apply(&call.action);
                fill.brought.entry(step.id.clone()).or_default().extend(brought);
                fill.answers.entry(step.id.clone()).or_default().extend(answer.clone());
                applied.push(Applied { step: step.id.clone(), ordinal, call, answer });
                self.note_least();
            }
        }
        let brought: BTreeMap<StepId, Vec<InstanceId>> = fill.brought;
        Record { plan: plan.clone(), applied, brought, by: "arn:ada".into(), at: now(), is_over: true, is_done: true }
    }

    fn note_least(&mut self) {
        for group in &self.groups {
            let count = group.in_service().count();
            let least = self.least.entry(group.name.clone()).or_insert(count);
            *least = count.min(*least);
        }
    }

    fn apply(&mut self, action: &Action) -> (Vec<InstanceId>, BTreeMap<Text, Text>) {
        let mut answer = BTreeMap::new();
        let mut brought = Vec::new();
        match action {
            Action::StartZonalShift(start) => {
                self.made += 1;
                let id: Text = format!("shift-{}", self.made).into();
                answer.insert(SHIFT_ID.into(), id.clone());
                self.shifts.push(of(json!({"id": id, "resource": start.resource_identifier, "away_from": start.away_from,
                    "status": "ACTIVE", "shift_type": "ZONAL_SHIFT", "expires_at": null, "started_at": null, "comment": start.comment})));
            }
            Action::CancelZonalShift(cancel) => {
                let shift = self.shifts.iter_mut().find(|shift| shift.id == cancel.zonal_shift_id).unwrap();
                assert_eq!(shift.status, ShiftStatus::Active, "{cancel:?}");
                shift.status = ShiftStatus::Canceled;
            }
            Action::SetSubnets(set) => {
                let zones = set.named().map(|subnet| (zone_of(subnet), Some(subnet.clone()))).collect();
                self.balancers.iter_mut().find(|each| each.arn == set.load_balancer_arn).unwrap().zones = zones;
            }
            Action::DetachLoadBalancerFromSubnets(all) => {
                self.classic[0].subnets.retain(|id| !all.subnets.contains(id))
            }
            Action::AttachLoadBalancerToSubnets(all) => {
                self.classic[0].subnets.extend(all.subnets.iter().cloned());
                self.classic[0].subnets.sort();
            }
            Action::ReplaceRoute(route) => self.tables[0].routes[0].target = Some(route.nat_gateway_id.clone()),
            Action::RunInstances(_) => {
                self.made += 1;
                self.alone.push(format!("i-{:04}", self.made));
                brought.push(InstanceId::from(format!("i-{:04}", self.made)));
            }
            Action::TerminateInstances(end) => {
                self.alone.retain(|id| !end.instance_ids.iter().any(|whom| whom.to_string() == *id));
            }
            other => brought = self.apply_to_group(other),
        }
        (brought, answer)
    }

    fn apply_to_group(&mut self, action: &Action) -> Vec<InstanceId> {
        match action {
            Action::UpdateAutoScalingGroup(resize) => {
                let group = self.group(resize.auto_scaling_group_name.as_str());
                group.min = resize.min_size.unwrap_or(group.min);
                group.max = resize.max_size.unwrap_or(group.max);
                group.desired = resize.desired_capacity.unwrap_or(group.desired);
                assert!(group.min <= group.desired && group.desired <= group.max, "{resize:?}: {group:?}");
                if let Some(subnets) = &resize.subnets {
                    group.subnets = subnets.split(',').map(SubnetId::from).collect();
                    group.zones = group.subnets.iter().map(zone_of).collect();
                }
                if let Some(policy) = &resize.availability_zone_impairment_policy {
                    group.zonal_shift_enabled = policy.zonal_shift_enabled.or(group.zonal_shift_enabled);
                    let behavior = policy.impaired_zone_health_check_behavior.clone();
                    group.impaired_zone_behavior = behavior.or(group.impaired_zone_behavior.take());
                }
                self.settle(resize.auto_scaling_group_name.as_str())
            }
            Action::SetDesiredCapacity(set) => {
                self.group(set.auto_scaling_group_name.as_str()).desired = set.desired_capacity;
                self.settle(set.auto_scaling_group_name.as_str())
            }
            Action::LaunchInstances(launch) => {
                let mut brought = Vec::new();
                for _ in 0..launch.requested_capacity {
                    let member = self.member(zone_of(&launch.subnet_ids[0]));
                    brought.push(member.instance.clone());
                    let group = self.group(launch.auto_scaling_group_name.as_str());
                    group.members.push(member);
                    group.desired += 1;
                    assert!(group.desired <= group.max, "{launch:?}");
                }
                brought
            }
            Action::TerminateInstanceInAutoScalingGroup(end) => {
                assert!(end.should_decrement_desired_capacity);
                let id = end.instance_id.to_string();
                let is = |group: &&mut Group| group.members.iter().any(|member| member.instance.as_str() == id);
                let group = self.groups.iter_mut().find(is).unwrap();
                group.members.retain(|member| member.instance.as_str() != id);
                group.desired -= 1;
                assert!(group.desired >= group.min, "{end:?}");
                Vec::new()
            }
            Action::SuspendProcesses(all) => {
                let group = self.group(all.auto_scaling_group_name.as_str());
                for process in &all.scaling_processes {
                    group.suspended.insert(process.as_str().into(), "User suspended".into());
                }
                Vec::new()
            }
            Action::ResumeProcesses(all) => {
                let name = all.auto_scaling_group_name.as_str();
                self.group(name)
                    .suspended
                    .retain(|key, _| !all.scaling_processes.iter().any(|each| each.as_str() == &**key));
                self.settle(name)
            }
            Action::CreateOrUpdateTags(tags) | Action::DeleteTags(tags) => {
                let is_set = matches!(action, Action::CreateOrUpdateTags(_));
                for tag in &tags.tags {
                    let group = self.group(tag.resource_id.as_str());
                    let others = group.tags.iter().filter(|(key, _)| **key != *tag.key);
                    let mut all: Vec<(Text, Text)> = others.map(|(key, value)| (key.into(), value.into())).collect();
                    if let (true, Some(value)) = (is_set, &tag.value) {
                        all.push((tag.key.clone(), value.clone()));
                    }
                    group.tags = crate::estate::tag::Tags::new(all);
                }
                Vec::new()
            }
            other => panic!("the model knows no {other:?}"),
        }
    }

    /// What a group does by itself: those outside its zones are replaced unless it may not rebalance, and it keeps as many as it should.
    pub fn settle(&mut self, name: &str) -> Vec<InstanceId> {
        let group = self.group(name).clone();
        let away = self.is_away(&group_arn(name), SICK_ID);
        let rebalances = !group.suspended.contains_key("AZRebalance");
        let open: Vec<ZoneName> = group.zones.iter().filter(|zone| !(away && zone.as_str() == SICK)).cloned().collect();
        let mut members = group.members.clone();
        if rebalances {
            members.retain(|member| group.zones.contains(&member.zone));
        }
        let mut brought = Vec::new();
        let keeps = usize::try_from(group.desired).unwrap();
        while members.len() < keeps {
            let count = |zone: &ZoneName| members.iter().filter(|member| member.zone == *zone).count();
            let zone = open.iter().min_by_key(|zone| count(zone)).unwrap().clone();
            let member = self.member(zone);
            brought.push(member.instance.clone());
            members.push(member);
        }
        members.truncate(keeps);
        self.group(name).members = members;
        brought
    }

    /// Everything that an evacuation may change, in words: two worlds that say the same do not differ.
    pub fn words(&self) -> BTreeMap<String, String> {
        let mut words = BTreeMap::new();
        for group in &self.groups {
            let name = &group.name;
            let mut subnets = group.subnets.clone();
            subnets.sort();
            words.insert(format!("min of {name}"), group.min.to_string());
            words.insert(format!("desired of {name}"), group.desired.to_string());
            words.insert(format!("max of {name}"), group.max.to_string());
            words.insert(format!("subnets of {name}"), format!("{subnets:?}"));
            words.insert(format!("processes of {name}"), format!("{:?}", group.suspended.keys().collect::<Vec<_>>()));
            words.insert(format!("behavior of {name}"), format!("{:?}", group.impaired_zone_behavior));
            words.insert(format!("tags of {name}"), format!("{:?}", group.tags));
            words.insert(format!("shift of {name}"), self.is_away(&group_arn(name.as_str()), SICK_ID).to_string());
        }
        for balancer in &self.balancers {
            let mut zones: Vec<String> = balancer.zones.iter().map(|(zone, _)| zone.to_string()).collect();
            zones.sort();
            words.insert(format!("zones of balancer {}", balancer.name), zones.join(","));
            words.insert(
                format!("shift of balancer {}", balancer.name),
                self.is_away(balancer.arn.as_str(), SICK_ID).to_string(),
            );
        }
        words.insert("classic".to_owned(), format!("{:?}", self.classic[0].subnets));
        words.insert("route".to_owned(), format!("{:?}", self.tables[0].routes[0].target));
        words.insert("alone".to_owned(), format!("{:?}", self.alone));
        words
    }
}

fn zone_of(subnet: &SubnetId) -> ZoneName {
    ZONES.iter().find(|(_, _, id)| *id == subnet.as_str()).unwrap().0.into()
}

fn all<T: Row>(estate: &mut Estate, rows: Vec<T>) {
    estate.apply(Update::part(SliceId::all(&here(), T::KIND), Slice::read(T::rows(rows), now())));
}

fn part<T: Row>(estate: &mut Estate, of: &str, rows: Vec<T>) {
    estate.apply(Update::part(SliceId::of(&here(), T::KIND, of), Slice::read(T::rows(rows), now())));
}
