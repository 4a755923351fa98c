//! The world as one JSON document: `GET /_sim/state`.
//!
//! Owns: the shape of that document. Knows: the model, whose fields appear under their own names. Must stay true:
//! it tells the truth, `healthy` of an instance included, where AWS's answers tell what AWS has noticed.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::physics::{self, Metric};
use super::world::{AutoScalingGroup, BalancerKind, Instance, Region, SimTime, World, ZoneName};

/// Metrics of an application balancer that the document has.
const APPLICATION: &[&str] =
    &["RequestCount", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count", "TargetResponseTime"];
/// Metrics of a network balancer that the document has.
const NETWORK: &[&str] = &["NewFlowCount", "TCP_Target_Reset_Count", "TCP_ELB_Reset_Count"];

/// The whole document.
#[must_use]
pub fn document(world: &World) -> Value {
    json!({
        "schema": "fournines-sim/state/1",
        "time": world.now,
        "started_at": world.started_at,
        "seed": world.seed,
        "account": world.account,
        "alias": world.alias,
        "support": world.support,
        "caller_arn": world.caller_arn,
        "scenario": world.timeline.scenario,
        "faults": world.faults,
        "load_factor": world.load.factor(world.now, world.seed),
        "regions": world.regions.values().map(|region| region_document(world, region)).collect::<Vec<_>>(),
        "global_clusters": list(world.global_clusters.values()),
        "hosted_zones": list(world.hosted_zones.values()),
    })
}

fn region_document(world: &World, region: &Region) -> Value {
    json!({
        "region": region.name,
        "zones": list(region.zones.values()),
        "vpcs": list(region.vpcs.values()),
        "subnets": list(region.subnets.values()),
        "route_tables": list(region.route_tables.values()),
        "nat_gateways": list(region.nat_gateways.values()),
        "addresses": list(region.addresses.values()),
        "images": list(region.images.values()),
        "snapshots": list(region.snapshots.values()),
        "launch_templates": list(region.templates.values()),
        "instances": region.instances.values().map(|instance| instance_document(world, region, instance)).collect::<Vec<_>>(),
        "volumes": list(region.volumes.values()),
        "groups": region.groups.values().map(group_document).collect::<Vec<_>>(),
        "load_balancers": list(region.balancers.values()),
        "target_groups": region.target_groups.values().map(|group| {
            let mut document = members(value(group));
            document.insert("targets".to_owned(), list(group.targets.values()));
            Value::Object(document)
        }).collect::<Vec<_>>(),
        "classic_load_balancers": region.classic_balancers.values().map(|classic| {
            let mut document = members(value(classic));
            document.insert("members".to_owned(), list(classic.members.values()));
            Value::Object(document)
        }).collect::<Vec<_>>(),
        "databases": region.databases.values().map(|database| {
            let cluster = database.cluster.as_ref().and_then(|cluster| region.clusters.get(cluster));
            let writer = cluster.is_some_and(|cluster| cluster.members.iter().any(|member| member.writer && member.instance == database.id));
            let mut document = members(value(database));
            document.insert("role".to_owned(), json!(database.role(writer)));
            document.insert("serves".to_owned(), json!(database.course.serving_at(world.now)));
            document.insert("behind_s".to_owned(), json!(database.course.behind_at(world.now)));
            Value::Object(document)
        }).collect::<Vec<_>>(),
        "clusters": list(region.clusters.values()),
        "subnet_groups": list(region.subnet_groups.values()),
        "db_events": list(region.db_events.iter()),
        "alarms": list(region.alarms.values()),
        "managed_resources": list(region.managed_resources.values()),
        "zonal_shifts": list(region.zonal_shifts.iter()),
        "autoshifts": list(region.autoshifts.iter()),
        "trail": region.trail,
        "notices": region.notices,
        "services": list(region.services.values()),
        "metrics": metrics(world, region),
    })
}

/// The main metrics of the last minute that is over: of each balancer what it counted (absent is `null`), of each service
/// what its clients asked and got a second.
fn metrics(world: &World, region: &Region) -> Value {
    let minute = SimTime::of_minute(world.now.minute() - 1);
    let balancers = region.balancers.values().map(|balancer| {
        let names = match balancer.kind {
            BalancerKind::Application => APPLICATION,
            BalancerKind::Network => NETWORK,
        };
        let count = |name: &&str, zone: Option<&ZoneName>| {
            let own = ("LoadBalancer".to_owned(), balancer.metric_dimension().to_owned());
            let zone = zone.map(|zone| ("AvailabilityZone".to_owned(), zone.to_string()));
            let dimensions = std::iter::once(own).chain(zone).collect();
            let metric =
                Metric { namespace: balancer.kind.namespace().to_owned(), name: (*name).to_owned(), dimensions };
            let found = world.counted(region, &metric, minute);
            let value = found.map(|found| if *name == "TargetResponseTime" { found.average() } else { found.sum });
            ((*name).to_owned(), json!(value))
        };
        let all: Map<String, Value> = names.iter().map(|name| count(name, None)).collect();
        let zones = balancer.zones.iter().map(|zone| {
            let counted: Map<String, Value> = names.iter().map(|name| count(name, Some(&zone.zone))).collect();
            (zone.zone.to_string(), Value::Object(counted))
        });
        json!({ "load_balancer": balancer.name, "all": all, "zones": zones.collect::<Map<_, _>>() })
    });
    let services = region.services.keys().map(|name| {
        let sums = region.ledger.sums(name.as_str(), minute, minute + SimTime::MINUTE).unwrap_or_default();
        let a_second = |sum: f64| if sums.seconds > 0.0 { json!(sum / sums.seconds) } else { Value::Null };
        json!({
            "service": name,
            "asked": a_second(sums.asked),
            "retried": a_second(sums.retried),
            "served": a_second(sums.served),
            "failed": a_second(sums.failed),
        })
    });
    json!({ "minute": minute, "load_balancers": balancers.collect::<Vec<_>>(), "services": services.collect::<Vec<_>>() })
}

fn instance_document(world: &World, region: &Region, instance: &Instance) -> Value {
    let mut document = members(value(instance));
    document.insert("zone_id".to_owned(), json!(region.zone_id(instance.zone.as_str())));
    document.insert("state_code".to_owned(), json!(instance.state.code()));
    document.insert("healthy".to_owned(), json!(physics::serves(region, instance, world.now)));
    Value::Object(document)
}

fn group_document(group: &AutoScalingGroup) -> Value {
    let mut document = members(value(group));
    document.insert("members".to_owned(), list(group.members.values()));
    document.insert("in_service".to_owned(), json!(group.in_service()));
    Value::Object(document)
}

fn list<T: Serialize>(things: impl IntoIterator<Item = T>) -> Value {
    Value::Array(things.into_iter().map(|thing| value(&thing)).collect())
}

/// A model type as JSON. The model has text keys only, so that this cannot fail; if it did, the failure would show.
fn value<T: Serialize>(thing: &T) -> Value {
    serde_json::to_value(thing).unwrap_or_else(|error| json!({ "error": error.to_string() }))
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => Map::from_iter([("value".to_owned(), other)]),
    }
}
