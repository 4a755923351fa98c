//! ARC zonal shift and zonal autoshift.
//!
//! Owns: the reads of `aws-domain.md` A.6, and the writes of C.3 in `change`. Must stay true: zones are ids here, never names; where traffic goes is in
//! `appliedWeights` and `appliedStatus`, not in a shift's existence.

mod change;

use super::{Action, Service, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Page, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{
    AppliedStatus, AutoshiftStatus, ManagedResource, PracticeOutcome, Region, ShiftStatus, SimTime, World, ZonalShift,
};

const SERVICE: Service = Service::ArcZonalShift;

/// Its actions.
pub const ACTIONS: &[Action] = &[
    Action::read(SERVICE, "GetAutoshiftObserverNotificationStatus", get_observer)
        .at("GET", "/autoshift-observer-notification"),
    Action::read(SERVICE, "GetManagedResource", get_resource).at("GET", "/managedresources/{resourceIdentifier}"),
    Action::read(SERVICE, "ListAutoshifts", list_autoshifts).at("GET", "/autoshifts"),
    Action::read(SERVICE, "ListManagedResources", list_resources).at("GET", "/managedresources"),
    Action::read(SERVICE, "ListZonalShifts", list_shifts).at("GET", "/zonalshifts"),
    Action::write(SERVICE, "CancelZonalShift", change::cancel).at("DELETE", "/zonalshifts/{zonalShiftId}"),
    Action::write(SERVICE, "StartZonalShift", change::start).at("POST", "/zonalshifts"),
    Action::write(SERVICE, "UpdateZonalShift", change::update).at("PATCH", "/zonalshifts/{zonalShiftId}"),
];

const BOUNDS: Bounds = Bounds { limit: "maxResults", token: "nextToken", least: 1, most: 100, default: 100 };

fn list_resources(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    let page =
        Pager::new(request, &BOUNDS)?.page(region.managed_resources.values(), |resource| resource.arn.as_str().into());
    w.list("items", "member", page.items, |w, resource| {
        w.text("arn", &resource.arn);
        w.text("name", &resource.name);
        w.texts("availabilityZones", "member", &resource.zones);
        write_standing(w, region, resource);
        w.text("practiceRunStatus", switch(resource.practice_run_alarm.is_some()));
    });
    w.maybe_text("nextToken", page.token);
    Ok(())
}

fn get_resource(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    let arn = request.params.required("resourceIdentifier")?;
    let unknown =
        || ApiError::new("ResourceNotFoundException", format!("The resource {arn} was not found")).status(404);
    let resource = region.managed_resources.get(arn).ok_or_else(unknown)?;
    w.text("arn", &resource.arn);
    w.text("name", &resource.name);
    write_standing(w, region, resource);
    if let Some(alarm) = &resource.practice_run_alarm {
        w.structure("practiceRunConfiguration", |w| {
            w.list("outcomeAlarms", "member", [alarm], |w, alarm| {
                w.text("type", "CLOUDWATCH");
                w.text("alarmIdentifier", alarm);
            });
        });
    }
    Ok(())
}

/// Where a resource's traffic goes, and which shifts have a say in it.
fn write_standing(w: &mut Writer, region: &Region, resource: &ManagedResource) {
    let active = |shift: &&ZonalShift| shift.resource == resource.arn && shift.status == ShiftStatus::Active;
    let shifts: Vec<&ZonalShift> = region.zonal_shifts.iter().filter(active).collect();
    // A shift by hand or a practice run that is applied goes before an autoshift (aws-domain.md A.6).
    let taken = shifts.iter().any(|shift| shift.applied == AppliedStatus::Applied);

    w.map_of_floats("appliedWeights", resource.applied_weights.iter().map(|(zone, weight)| (zone, f64::from(*weight))));
    w.list("zonalShifts", "member", shifts, |w, shift| {
        w.text("appliedStatus", shift.applied.as_str());
        write_shift(w, shift);
    });
    let autoshifts = region.autoshifts.iter().filter(|shift| shift.status == AutoshiftStatus::Active);
    w.list("autoshifts", "member", autoshifts.filter(|_| resource.autoshift_enabled), |w, shift| {
        let away = resource.applied_weights.get(&shift.away_from) == Some(&0.0);
        let applied = if away && !taken { AppliedStatus::Applied } else { AppliedStatus::NotApplied };
        w.text("appliedStatus", applied.as_str());
        w.text("awayFrom", &shift.away_from);
        w.time("startTime", shift.started_at);
    });
    w.text("zonalAutoshiftStatus", switch(resource.autoshift_enabled));
}

fn list_shifts(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    let status = one_of(request, "status", ShiftStatus::ALL.iter().map(|status| status.as_str()))?;
    let resource = request.params.text("resourceIdentifier").filter(|arn| !arn.is_empty());
    let wanted = region
        .zonal_shifts
        .iter()
        .filter(|shift| status.is_none_or(|status| shift.status.as_str() == status))
        .filter(|shift| resource.is_none_or(|arn| shift.resource == arn))
        .map(|shift| (newest_first(shift.started_at, &shift.id), shift));
    let page = page(request, wanted)?;
    w.list("items", "member", page.items, |w, (_, shift)| {
        write_shift(w, shift);
        w.text("status", shift.status.as_str());
    });
    w.maybe_text("nextToken", page.token);
    Ok(())
}

/// What listings of shifts and of resources both say of a shift.
fn write_shift(w: &mut Writer, shift: &ZonalShift) {
    w.text("zonalShiftId", &shift.id);
    w.text("resourceIdentifier", &shift.resource);
    w.text("awayFrom", &shift.away_from);
    w.time("expiryTime", shift.expires_at);
    w.time("startTime", shift.started_at);
    w.text("comment", &shift.comment);
    w.text("shiftType", shift.kind.as_str());
    w.maybe_text("practiceRunOutcome", shift.outcome.map(PracticeOutcome::as_str));
}

fn list_autoshifts(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    let status = one_of(request, "status", AutoshiftStatus::ALL.iter().map(|status| status.as_str()))?;
    let wanted = region
        .autoshifts
        .iter()
        .filter(|shift| status.is_none_or(|status| shift.status.as_str() == status))
        .map(|shift| (newest_first(shift.started_at, shift.away_from.as_str()), shift));
    let page = page(request, wanted)?;
    w.list("items", "member", page.items, |w, (_, shift)| {
        w.text("awayFrom", &shift.away_from);
        w.time("startTime", shift.started_at);
        w.maybe_time("endTime", shift.ended_at);
        w.text("status", shift.status.as_str());
    });
    w.maybe_text("nextToken", page.token);
    Ok(())
}

fn get_observer(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    w.text("status", switch(region(world, request)?.autoshift_observer));
    Ok(())
}

fn switch(on: bool) -> &'static str {
    if on { "ENABLED" } else { "DISABLED" }
}

/// A parameter that takes one of these words, if it is given.
fn one_of<'r>(
    request: &'r Request,
    name: &str,
    mut words: impl Iterator<Item = &'static str>,
) -> Result<Option<&'r str>, ApiError> {
    match request.params.text(name) {
        Some(word) if !word.is_empty() && !words.any(|known| known == word) => {
            Err(ApiError::validation(format!("'{word}' is not a valid value for {name}")))
        }
        other => Ok(other.filter(|word| !word.is_empty())),
    }
}

fn newest_first(at: SimTime, id: &str) -> String {
    format!("{:020}{id}", i64::MAX - at.as_millis().max(0))
}

fn page<'w, T>(
    request: &Request,
    items: impl Iterator<Item = (String, &'w T)>,
) -> Result<Page<(String, &'w T)>, ApiError> {
    let mut items: Vec<(String, &T)> = items.collect();
    items.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(Pager::new(request, &BOUNDS)?.page(items, |(order, _)| order.as_str().into()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::super::probe::{ask, column, nothing, pages, world};
    use super::*;

    #[test]
    fn zones_are_ids_and_listings_page() {
        let world = world();
        let tokens = ("nextToken", "nextToken");
        let (all, _) = pages(&world, SERVICE, "ListManagedResources", nothing(), "items", tokens);
        let (by_two, count) =
            pages(&world, SERVICE, "ListManagedResources", json!({"maxResults": "2"}), "items", tokens);
        assert_eq!((by_two, count), (all.clone(), all.len().div_ceil(2)));
        for resource in &all {
            let weights = resource["appliedWeights"].as_object().unwrap();
            assert!(weights.keys().all(|zone| zone.starts_with("use1-az")), "{weights:?}");
            let one =
                ask(&world, SERVICE, "GetManagedResource", json!({"resourceIdentifier": resource["arn"]})).unwrap();
            assert_eq!(one["appliedWeights"], resource["appliedWeights"]);
        }
    }

    #[test]
    fn shifts_are_chosen_by_status_newest_first() {
        let mut world = world();
        let region = world.regions.get_mut("us-east-1").unwrap();
        let resource = region.managed_resources.values().next().unwrap().arn.clone();
        let earlier = region.zonal_shifts[0].clone();
        let now = world.now;
        region.zonal_shifts.push(ZonalShift {
            id: "new".into(),
            resource,
            status: ShiftStatus::Active,
            started_at: now,
            ..earlier
        });

        let list = |params| ask(&world, SERVICE, "ListZonalShifts", params);
        let all = list(nothing()).unwrap();
        assert_eq!(column(all["items"].as_array().unwrap(), "zonalShiftId")[0], "new");
        assert_eq!(list(json!({"status": "ACTIVE"})).unwrap()["items"].as_array().unwrap().len(), 1);
        assert_eq!(list(json!({"status": "GONE"})), Err((400, "ValidationException")));
        let resources = ask(&world, SERVICE, "ListManagedResources", nothing()).unwrap();
        assert_eq!(resources["items"][0]["zonalShifts"][0]["zonalShiftId"], "new");
    }
}
