//! What a person changes about a group: its size, its settings, its processes.

use super::group as known_group;
use crate::sim::physics::{GroupUpdate, ScheduleOrder};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::{Params, Request};
use crate::sim::wire::service::{region, scene};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{
    HealthCheckType, MaintenancePolicy, Process, Region, SubnetId, TemplateChoice, TemplateRef, World,
};

/// Members of `UpdateAutoScalingGroup` that the simulated account knows; it refuses the others, rather than ignore them.
const KNOWN: &[&str] = &[
    "AutoScalingGroupName",
    "MinSize",
    "MaxSize",
    "DesiredCapacity",
    "VPCZoneIdentifier",
    "HealthCheckType",
    "HealthCheckGracePeriod",
    "DefaultCooldown",
    "DefaultInstanceWarmup",
    "TerminationPolicies",
    "NewInstancesProtectedFromScaleIn",
    "CapacityRebalance",
    "InstanceMaintenancePolicy",
    "AvailabilityZoneDistribution",
    "AvailabilityZoneImpairmentPolicy",
    "SkipZonalShiftValidation",
    "InstanceLifecyclePolicy",
    "LaunchTemplate",
];

/// `SetDesiredCapacity`.
pub(super) fn set_desired(world: &mut World, request: &Request, _: &mut Writer) -> Result<(), ApiError> {
    let name = known_group(region(world, request)?, &request.params)?.name.clone();
    let desired = number(&request.params, "DesiredCapacity")?;
    let desired =
        desired.ok_or_else(|| ApiError::validation("The request must contain the parameter DesiredCapacity"))?;
    let honors = request.params.boolean("HonorCooldown")?.unwrap_or(false);
    Ok(scene(world, request)?.set_desired_capacity(name.as_str(), desired, honors)?)
}

/// `UpdateAutoScalingGroup`.
pub(super) fn update(world: &mut World, request: &Request, _: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    let name = known_group(region, &request.params)?.name.clone();
    if let Some(unknown) = request.params.members().keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(ApiError::validation(format!("The simulated account cannot change {unknown} of a group")));
    }
    let update = read_update(region, &request.params)?;
    Ok(scene(world, request)?.update_group(name.as_str(), update)?)
}

/// `SuspendProcesses`.
pub(super) fn suspend(world: &mut World, request: &Request, _: &mut Writer) -> Result<(), ApiError> {
    let name = known_group(region(world, request)?, &request.params)?.name.clone();
    let processes = processes(&request.params)?;
    Ok(scene(world, request)?.suspend_processes(name.as_str(), &processes)?)
}

/// `ResumeProcesses`.
pub(super) fn resume(world: &mut World, request: &Request, _: &mut Writer) -> Result<(), ApiError> {
    let name = known_group(region(world, request)?, &request.params)?.name.clone();
    let processes = processes(&request.params)?;
    Ok(scene(world, request)?.resume_processes(name.as_str(), &processes)?)
}

/// `PutScheduledUpdateGroupAction`: daily or once.
pub(super) fn put_scheduled(world: &mut World, request: &Request, _: &mut Writer) -> Result<(), ApiError> {
    let params = &request.params;
    let name = known_group(region(world, request)?, params)?.name.clone();
    let (min, max) = (number(params, "MinSize")?, number(params, "MaxSize")?);
    let desired = number(params, "DesiredCapacity")?;
    if min.is_none() && max.is_none() && desired.is_none() {
        return Err(ApiError::validation(
            "At least one of MinSize, MaxSize and DesiredCapacity must be specified for a scheduled action",
        ));
    }
    let starts = params.time("StartTime")?.or(params.time("Time")?);
    let order = ScheduleOrder {
        name: params.required("ScheduledActionName")?.to_owned(),
        recurrence: params.text("Recurrence").filter(|text| !text.is_empty()).map(str::to_owned),
        starts_at: starts,
        ends_at: params.time("EndTime")?,
        min,
        max,
        desired,
    };
    Ok(scene(world, request)?.put_scheduled_action(name.as_str(), order)?)
}

/// `DeleteScheduledAction`.
pub(super) fn delete_scheduled(world: &mut World, request: &Request, _: &mut Writer) -> Result<(), ApiError> {
    let name = known_group(region(world, request)?, &request.params)?.name.clone();
    let action = request.params.required("ScheduledActionName")?.to_owned();
    Ok(scene(world, request)?.delete_scheduled_action(name.as_str(), &action)?)
}

fn processes(params: &Params) -> Result<Vec<Process>, ApiError> {
    let known = |name: &&str| Process::ALL.iter().copied().find(|process| process.as_str() == *name);
    let names = params.texts("ScalingProcesses");
    match names.iter().find(|name| known(name).is_none()) {
        Some(unknown) => {
            let shown: String = unknown.chars().take(80).collect();
            Err(ApiError::validation(format!("The scaling process {shown} is not valid")))
        }
        None => Ok(names.iter().filter_map(known).collect()),
    }
}

/// A whole number that is not negative.
pub(super) fn number(params: &Params, name: &str) -> Result<Option<u32>, ApiError> {
    let negative = |value: i64| {
        u32::try_from(value).map_err(|_| ApiError::validation(format!("{name} must be at least 0: {value}")))
    };
    params.integer(name)?.map(negative).transpose()
}

fn read_update(region: &Region, params: &Params) -> Result<GroupUpdate, ApiError> {
    let impairment = params.object("AvailabilityZoneImpairmentPolicy").unwrap_or_default();
    let distribution = params.object("AvailabilityZoneDistribution").unwrap_or_default();
    let subnets = params.text("VPCZoneIdentifier").filter(|text| !text.is_empty());
    let warmup = params.integer("DefaultInstanceWarmup")?;
    let policies: Vec<String> = params.texts("TerminationPolicies").into_iter().map(str::to_owned).collect();
    Ok(GroupUpdate {
        min: number(params, "MinSize")?,
        max: number(params, "MaxSize")?,
        desired: number(params, "DesiredCapacity")?,
        subnets: subnets.map(|text| text.split(',').map(|id| SubnetId::from(id.trim())).collect()),
        health_checks: health_checks(params)?,
        grace_s: number(params, "HealthCheckGracePeriod")?,
        cooldown_s: number(params, "DefaultCooldown")?,
        // Minus one turns it off.
        warmup_s: warmup.map(|seconds| u32::try_from(seconds).ok()),
        termination_policies: (!policies.is_empty()).then_some(policies),
        protect_new: params.boolean("NewInstancesProtectedFromScaleIn")?,
        capacity_rebalance: params.boolean("CapacityRebalance")?,
        maintenance: maintenance(params)?,
        distribution: distribution.text("CapacityDistributionStrategy").map(str::to_owned),
        zonal_shift: impairment.boolean("ZonalShiftEnabled")?,
        impaired_zone: impairment.text("ImpairedZoneHealthCheckBehavior").map(str::to_owned),
        retain_abandoned: retain(params),
        template: template(region, params)?,
    })
}

fn health_checks(params: &Params) -> Result<Option<Vec<HealthCheckType>>, ApiError> {
    let Some(text) = params.text("HealthCheckType").filter(|text| !text.is_empty()) else { return Ok(None) };
    let known = |name: &str| HealthCheckType::ALL.iter().copied().find(|kind| kind.as_str() == name);
    let kinds: Option<Vec<HealthCheckType>> = text.split(',').map(str::trim).map(known).collect();
    kinds.map(Some).ok_or_else(|| ApiError::validation("HealthCheckType must list EC2, EBS, ELB or VPC_LATTICE"))
}

fn maintenance(params: &Params) -> Result<Option<Option<MaintenancePolicy>>, ApiError> {
    let Some(policy) = params.object("InstanceMaintenancePolicy") else { return Ok(None) };
    let bound = |name: &str| policy.integer(name);
    match (bound("MinHealthyPercentage")?, bound("MaxHealthyPercentage")?) {
        (Some(-1), Some(-1)) => Ok(Some(None)),
        (Some(min @ 0..=100), Some(max @ 100..=200)) if max - min <= 100 => {
            let whole = |value: i64| u32::try_from(value).unwrap_or(100);
            Ok(Some(Some(MaintenancePolicy { min_healthy: whole(min), max_healthy: whole(max) })))
        }
        _ => Err(ApiError::validation(
            "MinHealthyPercentage must be 0 to 100 and MaxHealthyPercentage 100 to 200, at most 100 apart",
        )),
    }
}

fn retain(params: &Params) -> Option<bool> {
    let triggers = params.object("InstanceLifecyclePolicy")?.object("RetentionTriggers")?;
    triggers.text("TerminateHookAbandon").map(|what| what == "retain")
}

fn template(region: &Region, params: &Params) -> Result<Option<TemplateRef>, ApiError> {
    let Some(asked) = params.object("LaunchTemplate") else { return Ok(None) };
    let (id, name) = (asked.text("LaunchTemplateId"), asked.text("LaunchTemplateName"));
    let found = region.templates.values().find(|template| match (id, name) {
        (Some(id), _) => template.id == *id,
        (None, name) => name == Some(template.name.as_str()),
    });
    let unknown = || ApiError::validation("You must use a valid fully-formed launch template.");
    let template = found.ok_or_else(unknown)?;
    let version = match asked.text("Version").unwrap_or("$Default") {
        "$Latest" => TemplateChoice::Latest,
        "$Default" | "" => TemplateChoice::Default,
        number => TemplateChoice::Number(number.parse().map_err(|_| unknown())?),
    };
    Ok(Some(TemplateRef { id: template.id.clone(), name: template.name.clone(), version }))
}
