//! One part of a generated region: services, each with a group, most with a target group, in a VPC with room for them.

use std::time::Duration;

use super::super::super::document::{
    Age, AlarmDoc, BalancerDoc, DatabaseDoc, GenerateDoc, GroupDoc, ImageDoc, InstanceDoc, ListenerDoc, RegionDoc,
    RuleDoc, ServiceDoc, TargetGroupDoc, TemplateDoc, TemplateVersionDoc,
};
use super::super::super::random;
use super::names;

/// Target groups of one load balancer: AWS allows a hundred.
const TARGET_GROUPS_OF_A_BALANCER: usize = 20;

/// The first network of generated VPCs: `10.64.0.0/16`; described ones lie below.
const FIRST_NETWORK: u8 = 64;

/// Requests a second at which a generated instance is at 100 per cent CPU.
const CAPACITY_RPS: f64 = 50.0;

const DAY: Duration = Duration::from_secs(86_400);

const TYPES: &[&str] = &["m6i.large", "c6i.xlarge", "m7g.large", "r6i.xlarge", "c7g.2xlarge", "t3.medium"];

/// A service under description.
struct Plan {
    name: String,
    members: u32,
    has_target_group: bool,
}

/// Everything that a region's counts stand for.
pub(super) fn all(region: &str, doc: &RegionDoc, counts: &GenerateDoc, seed: u64) -> Vec<RegionDoc> {
    let zones: Vec<&String> = doc.zones.keys().collect();
    // Half of the addresses stay free: groups launch before they end.
    let room = if zones.len() <= 3 { 8_000 } else { 4_000 } * u32::try_from(zones.len()).unwrap_or(1);
    let mut cells: Vec<RegionDoc> = Vec::new();
    let mut taken = room;
    for plan in plans(region, counts, seed) {
        if taken + plan.members > room {
            cells.push(empty(doc, cells.len()));
            taken = 0;
        }
        taken += plan.members;
        if let Some(cell) = cells.last_mut() {
            add_service(cell, &plan, region, seed);
        }
    }
    if cells.is_empty() {
        cells.push(empty(doc, 0));
    }
    for cell in &mut cells {
        add_balancers(cell);
    }
    if let Some(cell) = cells.first_mut() {
        add_loose_ends(cell, counts, &zones);
    }
    add_alarms(&mut cells, counts);
    cells
}

fn plans(region: &str, counts: &GenerateDoc, seed: u64) -> Vec<Plan> {
    let groups = usize::try_from(counts.groups).unwrap_or_default();
    let weight = |index: usize| {
        let chance = random::unit(seed, &["size", region], i64::try_from(index).unwrap_or_default());
        0.2 + 3.0 * chance.powi(3)
    };
    let sum: f64 = (0..groups).map(weight).sum();
    let total = f64::from(counts.instances);
    let (mut before, mut given) = (0.0, 0);
    (0..groups)
        .map(|index| {
            before += weight(index);
            // Shares of the running sum, so that all of them together are the total.
            let until = if index + 1 == groups { counts.instances } else { (total * before / sum).round() as u32 };
            let members = until.saturating_sub(given);
            given += members;
            let has_target_group = index < usize::try_from(counts.target_groups).unwrap_or_default();
            Plan { name: names::service(index), members, has_target_group }
        })
        .collect()
}

fn empty(doc: &RegionDoc, number: usize) -> RegionDoc {
    let network = FIRST_NETWORK.saturating_add(u8::try_from(number).unwrap_or(u8::MAX));
    let images = (1..=6).map(|month| ImageDoc {
        name: format!("base-{number}-{month}"),
        age: Age(DAY * (7 + 31 * month)),
        ..ImageDoc::default()
    });
    RegionDoc {
        zones: doc.zones.clone(),
        network,
        roomy: true,
        nat_zones: doc.zones.keys().cloned().collect(),
        images: images.collect(),
        ..RegionDoc::default()
    }
}

fn add_service(cell: &mut RegionDoc, plan: &Plan, region: &str, seed: u64) {
    let chance = |what: &str| random::unit(seed, &[what, region, &plan.name], 0);
    let image = cell.images.get((chance("image") * cell.images.len() as f64) as usize).map(|image| image.name.clone());
    let kind = TYPES.get((chance("type") * TYPES.len() as f64) as usize).copied().unwrap_or("m6i.large");
    let age = Age(DAY.mul_f64(30.0 + 900.0 * chance("age")));
    cell.services.push(ServiceDoc {
        name: plan.name.clone(),
        rps: f64::from(plan.members) * CAPACITY_RPS * (0.25 + 0.35 * chance("load")),
        capacity_rps: CAPACITY_RPS,
        idle_cpu: 4.0,
        latency_ms: 10.0 + 150.0 * chance("latency"),
        error_share: 0.001 * chance("errors"),
        egress: 0.0,
        pinned: 0.0,
        queue: None,
        uses: std::collections::BTreeMap::new(),
    });
    cell.templates.push(TemplateDoc {
        name: plan.name.clone(),
        instance_type: kind.to_owned(),
        versions: vec![TemplateVersionDoc { image: image.unwrap_or_default(), age, ..TemplateVersionDoc::default() }],
        ..TemplateDoc::default()
    });
    let target_groups = if plan.has_target_group { vec![plan.name.clone()] } else { Vec::new() };
    if plan.has_target_group {
        cell.target_groups.push(TargetGroupDoc {
            name: plan.name.clone(),
            service: Some(plan.name.clone()),
            protocol: "HTTP".to_owned(),
            port: 8080,
            interval_s: Some(10),
            ..TargetGroupDoc::default()
        });
    }
    let by_elb = plan.has_target_group && chance("health") < 0.85;
    cell.groups.push(GroupDoc {
        name: format!("{}-asg", plan.name),
        service: Some(plan.name.clone()),
        template: plan.name.clone(),
        version: "$Latest".to_owned(),
        min: plan.members / 2,
        desired: plan.members,
        max: plan.members.saturating_mul(2).max(1),
        health_checks: Some(if by_elb { vec!["EC2".to_owned(), "ELB".to_owned()] } else { vec!["EC2".to_owned()] }),
        grace_s: 180,
        warmup_s: Some(120),
        target_groups,
        metrics: chance("metrics") < 0.5,
        age,
        members_age: Age(DAY.mul_f64(1.0 + 20.0 * chance("members"))),
        ..GroupDoc::default()
    });
}

/// Load balancers for the cell's target groups, told apart by host name.
fn add_balancers(cell: &mut RegionDoc) {
    let names: Vec<String> = cell.target_groups.iter().map(|group| group.name.clone()).collect();
    for (number, names) in names.chunks(TARGET_GROUPS_OF_A_BALANCER).enumerate() {
        let rules = names.iter().map(|name| RuleDoc {
            hosts: vec![format!("{name}.shop.example")],
            to: [(name.clone(), 1)].into(),
            ..RuleDoc::default()
        });
        cell.load_balancers.push(BalancerDoc {
            name: format!("edge-{}-{}", cell.network, number + 1),
            kind: "application".to_owned(),
            zonal_shift: number.is_multiple_of(2),
            age: Age(DAY * 400),
            listeners: vec![ListenerDoc {
                port: 443,
                protocol: "HTTPS".to_owned(),
                rules: rules.collect(),
                ..ListenerDoc::default()
            }],
            ..BalancerDoc::default()
        });
    }
}

/// Instances outside of groups, databases, and target groups that nobody uses.
fn add_loose_ends(cell: &mut RegionDoc, counts: &GenerateDoc, zones: &[&String]) {
    let zone = |number: u32| {
        let place = usize::try_from(number).unwrap_or_default() % zones.len().max(1);
        zones.get(place).map_or_else(String::new, |zone| (*zone).clone())
    };
    let image = cell.images.first().map_or_else(String::new, |image| image.name.clone());
    for number in counts.groups..counts.target_groups {
        cell.target_groups.push(TargetGroupDoc {
            name: format!("{}-old", names::service(usize::try_from(number).unwrap_or_default())),
            protocol: "HTTP".to_owned(),
            port: 8080,
            ..TargetGroupDoc::default()
        });
    }
    for number in 0..counts.standalone {
        cell.instances.push(InstanceDoc {
            name: format!("box-{}", number + 1),
            zone: zone(number),
            image: image.clone(),
            instance_type: "m6i.large".to_owned(),
            age: Age(DAY * (1 + number % 700)),
            ..InstanceDoc::default()
        });
    }
    for number in 0..counts.databases {
        let service = names::service(usize::try_from(number - number % 4).unwrap_or_default());
        let replica = number % 4 == 3;
        cell.databases.push(DatabaseDoc {
            id: format!("{service}-db{}", number % 4),
            engine: "postgres".to_owned(),
            version: "16.8".to_owned(),
            class: "db.r6g.large".to_owned(),
            storage_gib: 200,
            zone: zone(number),
            standby_zone: Some(zone(number + 1)).filter(|other| !replica && *other != zone(number)),
            replica_of: replica.then(|| format!("{service}-db2")),
            lag_ms: replica.then_some(400),
            backup_days: 7,
            age: Age(DAY * 300),
            ..DatabaseDoc::default()
        });
    }
}

/// Spreads the alarms over the cells' target groups and groups.
fn add_alarms(cells: &mut [RegionDoc], counts: &GenerateDoc) {
    let mut left = counts.alarms;
    for round in 0.. {
        let before = left;
        for cell in cells.iter_mut() {
            let balancers = &cell.load_balancers;
            let watched: Vec<(String, Option<String>)> = (cell.groups.iter())
                .map(|group| {
                    let target_group = group.target_groups.first().cloned();
                    let forwards = |balancer: &&BalancerDoc| {
                        let mut rules = balancer.listeners.iter().flat_map(|listener| &listener.rules);
                        target_group.as_ref().is_some_and(|name| rules.any(|rule| rule.to.contains_key(name)))
                    };
                    (group.name.clone(), balancers.iter().find(forwards).map(|balancer| balancer.name.clone()))
                })
                .collect();
            for (group, balancer) in watched {
                if left == 0 {
                    return;
                }
                left -= 1;
                cell.alarms.push(alarm(&group, balancer, round));
            }
        }
        if left == before {
            return;
        }
    }
}

fn alarm(group: &str, balancer: Option<String>, round: u32) -> AlarmDoc {
    let service = group.trim_end_matches("-asg");
    let number = round / 2 + 1;
    let alarm = AlarmDoc { datapoints: Some([2, 3]), period_s: Some(60), ..AlarmDoc::default() };
    match balancer.filter(|_| round.is_multiple_of(2)) {
        Some(balancer) => AlarmDoc {
            name: format!("{service}-unhealthy-{number}"),
            metric: Some("AWS/ApplicationELB UnHealthyHostCount".to_owned()),
            dimensions: [("LoadBalancer".to_owned(), balancer), ("TargetGroup".to_owned(), service.to_owned())].into(),
            statistic: Some("Maximum".to_owned()),
            breach: Some(format!(">= {number}")),
            ..alarm
        },
        None => AlarmDoc {
            name: format!("{service}-cpu-{round}"),
            metric: Some("AWS/EC2 CPUUtilization".to_owned()),
            dimensions: [("AutoScalingGroupName".to_owned(), group.to_owned())].into(),
            breach: Some("> 90".to_owned()),
            ..alarm
        },
    }
}
