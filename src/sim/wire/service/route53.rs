//! Route 53: hosted zones and their records.
//!
//! Owns: its reads. Must stay true: a next page is named by its first item, as Route 53 does, and not by a token;
//! records come in Route 53's order: by their names' labels from the right, then by type and set identifier.

use super::{Action, Service};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{HostedZone, RecordSet, World};

const SERVICE: Service = Service::Route53;

/// Its actions.
pub const ACTIONS: &[Action] = &[
    Action::read(SERVICE, "GetHealthCheckStatus", get_health_check_status)
        .at("GET", "/2013-04-01/healthcheck/{HealthCheckId}/status"),
    Action::read(SERVICE, "GetHostedZone", get_zone).at("GET", "/2013-04-01/hostedzone/{Id}"),
    Action::read(SERVICE, "ListHealthChecks", list_health_checks).at("GET", "/2013-04-01/healthcheck"),
    Action::read(SERVICE, "ListHostedZones", list_zones).at("GET", "/2013-04-01/hostedzone"),
    Action::read(SERVICE, "ListResourceRecordSets", list_records).at("GET", "/2013-04-01/hostedzone/{Id}/rrset"),
];

/// Hosted zones by id, beginning with the one that `marker` names.
fn list_zones(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    if let Some(set) = asked(request, "delegationsetid") {
        return Err(ApiError::new("NoSuchDelegationSet", format!("No delegation set found with ID: {set}")));
    }
    let private_only = match asked(request, "hostedzonetype") {
        None => false,
        Some("PrivateHostedZone") => true,
        Some(other) => return Err(ApiError::validation(format!("'{other}' is not a hosted zone type"))),
    };
    let limit = limit(request, 100)?;
    let marker = asked(request, "marker");
    let mut rest = world
        .hosted_zones
        .values()
        .filter(|zone| zone.private || !private_only)
        .skip_while(|zone| marker.is_some_and(|marker| zone.id.as_str() < bare(marker)));

    w.list("HostedZones", "HostedZone", rest.by_ref().take(limit), write_zone);
    w.maybe_text("Marker", marker);
    let next = rest.next();
    w.boolean("IsTruncated", next.is_some());
    w.maybe_text("NextMarker", next.map(|zone| &zone.id));
    w.text("MaxItems", limit.to_string());
    Ok(())
}

fn get_zone(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let zone = zone(world, request)?;
    w.structure("HostedZone", |w| write_zone(w, zone));
    if !zone.private {
        w.structure("DelegationSet", |w| w.texts("NameServers", "NameServer", &zone.name_servers));
    }
    Ok(())
}

fn write_zone(w: &mut Writer, zone: &HostedZone) {
    w.text("Id", format!("/hostedzone/{}", zone.id));
    w.text("Name", &zone.name);
    w.text("CallerReference", &zone.caller_reference);
    w.structure("Config", |w| {
        w.maybe_text("Comment", zone.comment.as_ref());
        w.boolean("PrivateZone", zone.private);
    });
    w.integer("ResourceRecordSetCount", i64::try_from(zone.records.len()).unwrap_or(i64::MAX));
}

/// The records of one zone, beginning with the first that is not before the name, type and identifier given.
fn list_records(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let zone = zone(world, request)?;
    let limit = limit(request, 300)?;
    let start = start(request)?;
    let mut records: Vec<(Place, &RecordSet)> = zone.records.iter().map(|record| (Place::of(record), record)).collect();
    records.sort_by(|one, other| one.0.cmp(&other.0));
    let mut rest = records.into_iter().filter(|(place, _)| start.as_ref().is_none_or(|start| place >= start));

    w.list("ResourceRecordSets", "ResourceRecordSet", rest.by_ref().take(limit), |w, (_, record)| {
        write_record(w, record)
    });
    let next = rest.next().map(|(_, record)| record);
    w.boolean("IsTruncated", next.is_some());
    if let Some(next) = next {
        w.text("NextRecordName", &next.name);
        w.text("NextRecordType", &next.kind);
        w.maybe_text("NextRecordIdentifier", next.set_identifier.as_ref());
    }
    w.text("MaxItems", limit.to_string());
    Ok(())
}

/// Where a record stands among its zone's.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    labels: Vec<String>,
    kind: String,
    identifier: String,
}

impl Place {
    fn of(record: &RecordSet) -> Self {
        Self::new(&record.name, &record.kind, record.set_identifier.as_deref().unwrap_or_default())
    }

    fn new(name: &str, kind: &str, identifier: &str) -> Self {
        let labels = name.trim_end_matches('.').rsplit('.').map(str::to_ascii_lowercase).collect();
        Self { labels, kind: kind.to_owned(), identifier: identifier.to_owned() }
    }
}

fn start(request: &Request) -> Result<Option<Place>, ApiError> {
    match (asked(request, "name"), asked(request, "type"), asked(request, "identifier")) {
        (None, None, None) => Ok(None),
        (None, ..) => Err(ApiError::validation("A record type or identifier was given without a record name")),
        (Some(_), None, Some(_)) => Err(ApiError::validation("A record identifier was given without a record type")),
        (Some(name), kind, identifier) => {
            Ok(Some(Place::new(name, kind.unwrap_or_default(), identifier.unwrap_or_default())))
        }
    }
}

fn write_record(w: &mut Writer, record: &RecordSet) {
    w.text("Name", &record.name);
    w.text("Type", &record.kind);
    w.maybe_text("SetIdentifier", record.set_identifier.as_ref());
    if let Some(weight) = record.weight {
        w.integer("Weight", weight.into());
    }
    w.maybe_text("Failover", record.failover.as_ref());
    if let Some(ttl) = record.ttl {
        w.integer("TTL", ttl.into());
    }
    if record.alias.is_none() {
        w.list("ResourceRecords", "ResourceRecord", &record.values, |w, value| w.text("Value", value));
    }
    if let Some(alias) = &record.alias {
        w.structure("AliasTarget", |w| {
            w.text("HostedZoneId", &alias.zone);
            w.text("DNSName", &alias.dns_name);
            w.boolean("EvaluateTargetHealth", alias.evaluate_health);
        });
    }
}

/// The account has no Route 53 health checks.
fn list_health_checks(_: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let limit = limit(request, 100)?;
    w.texts("HealthChecks", "HealthCheck", [""; 0]);
    w.maybe_text("Marker", asked(request, "marker"));
    w.boolean("IsTruncated", false);
    w.text("MaxItems", limit.to_string());
    Ok(())
}

fn get_health_check_status(_: &World, request: &Request, _: &mut Writer) -> Result<(), ApiError> {
    let id = request.params.required("HealthCheckId")?;
    Err(ApiError::new("NoSuchHealthCheck", format!("A health check with id {id} does not exist.")).status(404))
}

fn zone<'w>(world: &'w World, request: &Request) -> Result<&'w HostedZone, ApiError> {
    let id = bare(request.params.required("Id")?);
    let unknown = || ApiError::new("NoSuchHostedZone", format!("No hosted zone found with ID: {id}")).status(404);
    world.hosted_zones.get(id).ok_or_else(unknown)
}

/// An id without the prefix that answers put before it and requests may repeat.
fn bare(id: &str) -> &str {
    id.trim_start_matches('/').trim_start_matches("hostedzone/")
}

fn asked<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    request.params.text(name).filter(|text| !text.is_empty())
}

/// How many items to give; more than `most` is taken as `most`.
fn limit(request: &Request, most: usize) -> Result<usize, ApiError> {
    match request.params.integer("maxitems")? {
        None => Ok(most),
        Some(limit) if limit < 1 => Err(ApiError::validation(format!("The value {limit} of maxitems is less than 1"))),
        Some(limit) => Ok(usize::try_from(limit).unwrap_or(most).min(most)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_stand_by_their_labels_from_the_right() {
        let order = [
            ("example.", "NS"),
            ("example.", "SOA"),
            ("a.example.", "A"),
            ("z.a.example.", "A"),
            ("b.example.", "CNAME"),
        ];
        let places: Vec<Place> = order.iter().map(|(name, kind)| Place::new(name, kind, "")).collect();
        assert!(places.is_sorted());
        assert_eq!(Place::new("A.Example", "A", ""), Place::new("a.example.", "A", ""));
    }

    #[test]
    fn ids_are_known_with_and_without_their_prefix() {
        assert_eq!((bare("/hostedzone/Z1"), bare("hostedzone/Z1"), bare("Z1")), ("Z1", "Z1", "Z1"));
    }
}
