//! What a person does to members: end, detach, attach, launch, standby, health, protection, hooks.
//!
//! Must stay true: parameters are read and refused here, in AWS's words; what they do is the physics'.

use super::activities::write_activity;
use super::{at_most, group as known_group};
use crate::sim::physics::{HookResult, Launched, Wanted};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::{Params, Request};
use crate::sim::wire::service::{region, scene};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{InstanceId, MemberHealth, SubnetId, World, ZoneName};

/// Ids that most of these calls take at once (`aws-domain.md` A.2, quotas).
const MOST: usize = 20;

/// `TerminateInstanceInAutoScalingGroup`, of one instance or of several of one group.
pub(super) fn terminate(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let params = &request.params;
    at_most(params, "InstanceIds", 100)?;
    let several = ids(params, "InstanceIds");
    let decrement = flag(params, "ShouldDecrementDesiredCapacity")?;
    let group = params.text("AutoScalingGroupName").filter(|name| !name.is_empty());
    let one = match (params.text("InstanceId").filter(|id| !id.is_empty()), several.is_empty()) {
        (Some(id), true) => Some(InstanceId::from(id)),
        (None, false) if group.is_some() => None,
        (None, false) => {
            return Err(ApiError::validation("AutoScalingGroupName is required when InstanceIds is specified"));
        }
        _ => return Err(ApiError::validation("Exactly one of InstanceId and InstanceIds must be specified")),
    };
    let wanted: Vec<InstanceId> = one.clone().map_or(several, |id| vec![id]);
    let (name, activities) = scene(world, request)?.terminate_members(group, &wanted, decrement)?;
    let region = region(world, request)?;
    let Some(group) = region.groups.get(&name) else { return Ok(()) };
    let found: Vec<_> = group.activities.iter().filter(|activity| activities.contains(&activity.id)).collect();
    match (one, found.first()) {
        (Some(_), Some(activity)) => w.structure("Activity", |w| write_activity(w, group, activity)),
        _ => w.list("Activities", "member", found, |w, activity| write_activity(w, group, activity)),
    }
    Ok(())
}

/// `DetachInstances`.
pub(super) fn detach(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let (name, ids) = named(world, request, MOST)?;
    let decrement = flag(&request.params, "ShouldDecrementDesiredCapacity")?;
    let activities = scene(world, request)?.detach_members(&name, &ids, decrement)?;
    answer_activities(world, request, w, &name, &activities)
}

/// `EnterStandby`.
pub(super) fn enter_standby(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let (name, ids) = named(world, request, MOST)?;
    let decrement = flag(&request.params, "ShouldDecrementDesiredCapacity")?;
    let activities = scene(world, request)?.enter_standby(&name, &ids, decrement)?;
    answer_activities(world, request, w, &name, &activities)
}

/// `ExitStandby`.
pub(super) fn exit_standby(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let (name, ids) = named(world, request, MOST)?;
    let activities = scene(world, request)?.exit_standby(&name, &ids)?;
    answer_activities(world, request, w, &name, &activities)
}

/// `AttachInstances`.
pub(super) fn attach(world: &mut World, request: &Request, _: &mut Writer) -> Result<(), ApiError> {
    let (name, ids) = named(world, request, MOST)?;
    Ok(scene(world, request)?.attach_members(&name, &ids)?)
}

/// `SetInstanceProtection`.
pub(super) fn protect(world: &mut World, request: &Request, _: &mut Writer) -> Result<(), ApiError> {
    let (name, ids) = named(world, request, 50)?;
    let protected = flag(&request.params, "ProtectedFromScaleIn")?;
    Ok(scene(world, request)?.protect_members(&name, &ids, protected)?)
}

/// `SetInstanceHealth`.
pub(super) fn set_health(world: &mut World, request: &Request, _: &mut Writer) -> Result<(), ApiError> {
    let id = InstanceId::from(request.params.required("InstanceId")?);
    let health = match request.params.required("HealthStatus")? {
        "Healthy" => MemberHealth::Healthy,
        "Unhealthy" => MemberHealth::Unhealthy,
        other => {
            let shown: String = other.chars().take(40).collect();
            return Err(ApiError::validation(format!(
                "Invalid Health Status: {shown}. Valid values are: Healthy, Unhealthy."
            )));
        }
    };
    let respects = request.params.boolean("ShouldRespectGracePeriod")?.unwrap_or(true);
    Ok(scene(world, request)?.set_instance_health(&id, health, respects)?)
}

/// `CompleteLifecycleAction`.
pub(super) fn complete(world: &mut World, request: &Request, _: &mut Writer) -> Result<(), ApiError> {
    let (name, hook, id) = hooked(world, request)?;
    let result = match request.params.required("LifecycleActionResult")? {
        "CONTINUE" => HookResult::Continue,
        "ABANDON" => HookResult::Abandon,
        _ => return Err(ApiError::validation("Lifecycle action result must be either CONTINUE or ABANDON")),
    };
    Ok(scene(world, request)?.complete_lifecycle_action(&name, &hook, &id, result)?)
}

/// `RecordLifecycleActionHeartbeat`.
pub(super) fn heartbeat(world: &mut World, request: &Request, _: &mut Writer) -> Result<(), ApiError> {
    let (name, hook, id) = hooked(world, request)?;
    Ok(scene(world, request)?.record_heartbeat(&name, &hook, &id)?)
}

/// `LaunchInstances`.
pub(super) fn launch(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let params = &request.params;
    let name = known_group(region(world, request)?, params)?.name.clone();
    let wanted = wanted(world, request)?;
    let launched = scene(world, request)?.launch_members(name.as_str(), &wanted)?;
    let region = region(world, request)?;
    let zone_id = launched.zone.as_ref().and_then(|zone| region.zone_id(zone.as_str()));
    let place = |w: &mut Writer, launched: &Launched| {
        if !launched.instance_type.is_empty() {
            w.text("InstanceType", &launched.instance_type);
        }
        w.text("MarketType", "ondemand");
        w.maybe_text("SubnetId", launched.subnet.as_ref());
        w.maybe_text("AvailabilityZone", launched.zone.as_ref());
        w.maybe_text("AvailabilityZoneId", zone_id);
    };
    w.text("AutoScalingGroupName", &name);
    w.text("ClientToken", &wanted.token);
    w.list("Instances", "member", (!launched.instances.is_empty()).then_some(&launched), |w, launched| {
        place(w, launched);
        w.texts("InstanceIds", "member", &launched.instances);
    });
    w.list("Errors", "member", launched.failure.as_ref(), |w, (code, words)| {
        place(w, &launched);
        w.text("ErrorCode", code);
        w.text("ErrorMessage", words);
    });
    Ok(())
}

fn wanted(world: &World, request: &Request) -> Result<Wanted, ApiError> {
    let (region, params) = (region(world, request)?, &request.params);
    let token = params.required("ClientToken")?.to_owned();
    if token.len() > 64 {
        return Err(ApiError::validation("ClientToken must have a length of at most 64"));
    }
    for list in ["AvailabilityZones", "AvailabilityZoneIds", "SubnetIds"] {
        at_most(params, list, 1)?;
    }
    let by_id = |id: &str| {
        let unknown = || ApiError::validation(format!("The Availability Zone ID {id} does not exist"));
        region.zone_by_id(id).map(|zone| zone.name.clone()).ok_or_else(unknown)
    };
    let zone = match (params.texts("AvailabilityZones").first(), params.texts("AvailabilityZoneIds").first()) {
        (Some(_), Some(_)) => {
            return Err(ApiError::validation("You cannot specify both AvailabilityZones and AvailabilityZoneIds"));
        }
        (Some(name), None) => Some(ZoneName::from(*name)),
        (None, Some(id)) => Some(by_id(id)?),
        (None, None) => None,
    };
    let retry = match params.text("RetryStrategy").unwrap_or_default() {
        "" | "none" => false,
        "retry-with-group-configuration" => true,
        _ => return Err(ApiError::validation("RetryStrategy must be none or retry-with-group-configuration")),
    };
    let count = params.integer("RequestedCapacity")?.and_then(|count| u32::try_from(count).ok());
    let count = count.ok_or_else(|| ApiError::validation("RequestedCapacity must be at least 1"))?;
    Ok(Wanted { count, token, zone, subnet: params.texts("SubnetIds").first().map(|id| SubnetId::from(*id)), retry })
}

/// Group and instances that a request names.
fn named(world: &World, request: &Request, most: usize) -> Result<(String, Vec<InstanceId>), ApiError> {
    let name = known_group(region(world, request)?, &request.params)?.name.to_string();
    at_most(&request.params, "InstanceIds", most)?;
    Ok((name, ids(&request.params, "InstanceIds")))
}

/// Group, hook and instance that a request names. Tokens of lifecycle actions reach nobody here: there is no notification.
fn hooked(world: &World, request: &Request) -> Result<(String, String, InstanceId), ApiError> {
    let name = known_group(region(world, request)?, &request.params)?.name.to_string();
    let hook = request.params.required("LifecycleHookName")?.to_owned();
    match request.params.text("InstanceId").filter(|id| !id.is_empty()) {
        Some(id) => Ok((name, hook, InstanceId::from(id))),
        None => {
            let token = request.params.required("LifecycleActionToken")?.chars().take(80).collect::<String>();
            Err(ApiError::validation(format!("No active Lifecycle Action found with token {token}")))
        }
    }
}

fn ids(params: &Params, name: &str) -> Vec<InstanceId> {
    params.texts(name).into_iter().map(InstanceId::from).collect()
}

/// A truth value that AWS does not guess.
fn flag(params: &Params, name: &str) -> Result<bool, ApiError> {
    let missing = || ApiError::validation(format!("The request must contain the parameter {name}"));
    params.boolean(name)?.ok_or_else(missing)
}

fn answer_activities(
    world: &World,
    request: &Request,
    w: &mut Writer,
    name: &str,
    activities: &[String],
) -> Result<(), ApiError> {
    let Some(group) = region(world, request)?.groups.get(name) else { return Ok(()) };
    let found = group.activities.iter().filter(|activity| activities.contains(&activity.id));
    w.list("Activities", "member", found, |w, activity| write_activity(w, group, activity));
    Ok(())
}
