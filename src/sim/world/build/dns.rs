//! Builds Route 53 zones with their records.

use super::super::document::{HostedZoneDoc, RecordDoc, WorldDocument, WorldError};
use super::super::{AliasTarget, HostedZone, HostedZoneId, RecordSet, World};

pub(super) fn build_hosted_zones(world: &mut World, document: &WorldDocument) -> Result<(), WorldError> {
    for (index, doc) in document.hosted_zones.iter().enumerate() {
        let path = format!("hosted_zones[{index}]");
        let name = format!("{}.", doc.name.trim_end_matches('.'));
        let id = HostedZoneId::from(format!("Z0{}", world.mint.letters(18)));
        let name_servers: Vec<String> = if doc.private { Vec::new() } else { name_servers() };
        let mut records = standing_records(&name, &name_servers);
        for (number, record) in doc.records.iter().enumerate() {
            records.push(record_set(world, &format!("{path}.records[{number}]"), &name, record)?);
        }
        records.sort_by_key(|record| (reversed(&record.name), record.kind.clone(), record.set_identifier.clone()));
        let zone = HostedZone {
            id: id.clone(),
            name,
            caller_reference: world.mint.uuid(),
            comment: comment(doc),
            private: doc.private,
            name_servers,
            records,
        };
        world.hosted_zones.insert(id, zone);
    }
    Ok(())
}

fn comment(doc: &HostedZoneDoc) -> Option<String> {
    doc.comment.clone()
}

fn name_servers() -> Vec<String> {
    ["ns-2048.awsdns-64.com", "ns-2049.awsdns-65.net", "ns-2050.awsdns-66.org", "ns-2051.awsdns-67.co.uk"]
        .map(str::to_owned)
        .to_vec()
}

/// The records that every zone has.
fn standing_records(zone: &str, name_servers: &[String]) -> Vec<RecordSet> {
    let record = |kind: &str, ttl: u32, values: Vec<String>| RecordSet {
        name: zone.to_owned(),
        kind: kind.to_owned(),
        ttl: Some(ttl),
        values,
        alias: None,
        set_identifier: None,
        failover: None,
        weight: None,
    };
    let first = name_servers.first().map_or("ns-1536.awsdns-00.co.uk", String::as_str);
    let soa = format!("{first}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400");
    let servers = if name_servers.is_empty() {
        vec![format!("{first}.")]
    } else {
        name_servers.iter().map(|server| format!("{server}.")).collect()
    };
    vec![record("NS", 172_800, servers), record("SOA", 900, vec![soa])]
}

fn record_set(world: &World, path: &str, zone: &str, doc: &RecordDoc) -> Result<RecordSet, WorldError> {
    let alias = doc.alias.as_deref().map(|target| alias(world, path, target)).transpose()?;
    if alias.is_none() && (doc.ttl.is_none() || doc.values.is_empty()) {
        return Err(WorldError::invalid(path, "a record has an alias, or values and a ttl"));
    }
    Ok(RecordSet {
        name: if doc.name == "@" { zone.to_owned() } else { format!("{}.{zone}", doc.name) },
        kind: doc.kind.clone(),
        ttl: doc.ttl.filter(|_| alias.is_none()),
        values: doc.values.iter().map(|value| resolve(world, path, value)).collect::<Result<_, _>>()?,
        alias,
        set_identifier: doc.set.clone(),
        failover: doc.failover.clone(),
        weight: doc.weight,
    })
}

/// The load balancer `REGION/NAME` as an alias target.
fn alias(world: &World, path: &str, target: &str) -> Result<AliasTarget, WorldError> {
    let missing = || WorldError::invalid(format!("{path}.alias"), format!("there is no load balancer \"{target}\""));
    let (region, name) = target.split_once('/').ok_or_else(missing)?;
    let balancers = &world.region(region).ok_or_else(missing)?.balancers;
    let found = balancers.values().find(|balancer| balancer.name == name).ok_or_else(missing)?;
    Ok(AliasTarget {
        dns_name: format!("dualstack.{}.", found.dns_name.to_lowercase()),
        zone: found.dns_zone.clone(),
        evaluate_health: true,
    })
}

/// `REGION/databases/ID` and `REGION/clusters/ID` stand for an endpoint; anything else for itself.
fn resolve(world: &World, path: &str, value: &str) -> Result<String, WorldError> {
    let parts: Vec<&str> = value.split('/').collect();
    let [region, kind @ ("databases" | "clusters"), id] = parts.as_slice() else { return Ok(value.to_owned()) };
    let region = world.region(region);
    let found = match *kind {
        "databases" => {
            region.and_then(|region| region.databases.get(*id)).map(|database| database.endpoint.address.clone())
        }
        _ => region.and_then(|region| region.clusters.get(*id)).map(|cluster| cluster.endpoint.clone()),
    };
    found.ok_or_else(|| WorldError::invalid(format!("{path}.values"), format!("there is no \"{value}\"")))
}

/// Route 53 sorts names by their labels from the last to the first.
fn reversed(name: &str) -> Vec<String> {
    name.trim_end_matches('.').rsplit('.').map(str::to_owned).collect()
}
