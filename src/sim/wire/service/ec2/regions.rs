//! Regions and zones.

use super::Scope;
use super::filter::{Field, Filters, shown, text};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Region, World, Zone};

const REGION_FIELDS: &[Field<Region>] = &[
    Field("endpoint", |_, region| shown(endpoint(region))),
    Field("opt-in-status", |_, _| text("opt-in-not-required")),
    Field("region-name", |_, region| text(&region.name)),
];

const ZONE_FIELDS: &[Field<Zone>] = &[
    Field("group-name", |_, zone| text(&zone.group_name)),
    Field("opt-in-status", |_, _| text("opt-in-not-required")),
    Field("region-name", |scope, _| text(&scope.region.name)),
    Field("state", |_, zone| shown(zone.state)),
    Field("zone-id", |_, zone| text(&zone.id)),
    Field("zone-name", |_, zone| text(&zone.name)),
    Field("zone-type", |_, _| text("availability-zone")),
];

fn endpoint(region: &Region) -> String {
    format!("ec2.{}.amazonaws.com", region.name)
}

/// `DescribeRegions`: the regions that the account has enabled.
pub fn describe_regions(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    let filters = Filters::new(request, REGION_FIELDS, None)?;
    let names = request.params.texts("RegionName");
    if let Some(unknown) = names.iter().find(|name| world.region(name).is_none()) {
        return Err(ApiError::new("InvalidParameterValue", format!("Invalid region: [{unknown}]")));
    }
    let chosen = world.regions.values().filter(|region| names.is_empty() || names.contains(&region.name.as_str()));
    w.list("regionInfo", "item", chosen.filter(|region| filters.pass(&scope, region)), |w, region| {
        w.text("regionName", &region.name);
        w.text("regionEndpoint", endpoint(region));
        w.text("optInStatus", "opt-in-not-required");
    });
    Ok(())
}

/// `DescribeAvailabilityZones`: the map from names to ids.
pub fn describe_zones(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let scope = Scope::of(world, request)?;
    let filters = Filters::new(request, ZONE_FIELDS, None)?;
    let (names, ids) = (request.params.texts("ZoneName"), request.params.texts("ZoneId"));
    let zones = &scope.region.zones;
    let unknown = names.iter().find(|name| !zones.contains_key(**name));
    let unknown = unknown.or_else(|| ids.iter().find(|id| scope.region.zone_by_id(id).is_none()));
    if let Some(unknown) = unknown {
        return Err(ApiError::new("InvalidParameterValue", format!("Invalid availability zone: [{unknown}]")));
    }
    let chosen = zones.values().filter(|zone| {
        let named = names.is_empty() || names.contains(&zone.name.as_str());
        named && (ids.is_empty() || ids.contains(&zone.id.as_str())) && filters.pass(&scope, zone)
    });
    w.list("availabilityZoneInfo", "item", chosen, |w, zone| {
        w.text("optInStatus", "opt-in-not-required");
        w.texts("messageSet", "item", std::iter::empty::<&str>());
        w.text("regionName", &scope.region.name);
        w.text("zoneName", &zone.name);
        w.text("zoneId", &zone.id);
        w.text("groupName", &zone.group_name);
        w.text("networkBorderGroup", &scope.region.name);
        w.text("zoneType", "availability-zone");
        w.text("zoneState", zone.state.as_str());
    });
    Ok(())
}
