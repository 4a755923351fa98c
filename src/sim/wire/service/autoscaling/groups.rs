//! `DescribeAutoScalingGroups`.

use super::{at_most, bounds, region, write_template};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::Pager;
use crate::sim::wire::request::{Filter, Request};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{AutoScalingGroup, HealthCheckType, Member, Region, World};

/// Groups with their members; names that do not exist are left out without a word.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    at_most(&request.params, "AutoScalingGroupNames", 100)?;
    let names = request.params.texts("AutoScalingGroupNames");
    let filters = request.params.filters()?;
    filters.iter().try_for_each(accept)?;
    let with_members = request.params.boolean("IncludeInstances")?.unwrap_or(true);

    let wanted = region.groups.values().filter(|group| {
        (names.is_empty() || names.contains(&group.name.as_str()))
            && filters.iter().all(|filter| matches(group, filter))
    });
    let page = Pager::new(request, &bounds(50, 100))?.page(wanted, |group| group.name.as_str().into());
    w.list("AutoScalingGroups", "member", page.items, |w, group| write_group(w, region, group, with_members));
    w.maybe_text("NextToken", page.token);
    Ok(())
}

fn accept(filter: &Filter) -> Result<(), ApiError> {
    if matches!(filter.name.as_str(), "tag-key" | "tag-value") || filter.name.starts_with("tag:") {
        return Ok(());
    }
    Err(ApiError::validation(format!(
        "Filter type {} is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>",
        filter.name
    )))
}

fn matches(group: &AutoScalingGroup, filter: &Filter) -> bool {
    let any = |text: &str| filter.values.iter().any(|value| value == text);
    match filter.name.strip_prefix("tag:") {
        Some(key) => tags(group).any(|(own, value, _)| own == key && any(value)),
        None if filter.name == "tag-key" => tags(group).any(|(key, ..)| any(key)),
        None => tags(group).any(|(_, value, _)| any(value)),
    }
}

/// A group's tags, and whether its members get them.
fn tags(group: &AutoScalingGroup) -> impl Iterator<Item = (&str, &str, bool)> {
    let own = group.own_tags.iter().map(|(key, value)| (key, value, false));
    group.tags.iter().map(|(key, value)| (key, value, true)).chain(own)
}

fn write_group(w: &mut Writer, region: &Region, group: &AutoScalingGroup, with_members: bool) {
    w.text("AutoScalingGroupName", &group.name);
    w.text("AutoScalingGroupARN", &group.arn);
    write_template(w, &group.template);
    w.integer("MinSize", group.min.into());
    w.integer("MaxSize", group.max.into());
    w.integer("DesiredCapacity", group.desired.into());
    w.integer("DefaultCooldown", group.cooldown_s.into());
    w.texts("AvailabilityZones", "member", &group.zones);
    w.texts("AvailabilityZoneIds", "member", group.zones.iter().filter_map(|zone| region.zone_id(zone.as_str())));
    w.texts("LoadBalancerNames", "member", &group.classic_balancers);
    w.texts("TargetGroupARNs", "member", &group.target_groups);
    let checks: Vec<&str> = group.health_checks.iter().copied().map(HealthCheckType::as_str).collect();
    w.text("HealthCheckType", checks.join(","));
    w.integer("HealthCheckGracePeriod", group.grace_s.into());
    if with_members {
        w.list("Instances", "member", group.members.values(), |w, member| write_member(w, region, member));
    }
    w.time("CreatedTime", group.created_at);
    w.list("SuspendedProcesses", "member", &group.suspended, |w, suspension| {
        w.text("ProcessName", suspension.process.as_str());
        w.text("SuspensionReason", &suspension.reason);
    });
    let subnets: Vec<&str> = group.subnets.iter().map(|subnet| subnet.as_str()).collect();
    w.text("VPCZoneIdentifier", subnets.join(","));
    w.list("EnabledMetrics", "member", &group.metrics, |w, metric| {
        w.text("Metric", metric);
        w.text("Granularity", "1Minute");
    });
    w.maybe_text("Status", group.status.as_ref());
    w.list("Tags", "member", tags(group), |w, (key, value, propagates)| {
        w.text("ResourceId", &group.name);
        w.text("ResourceType", "auto-scaling-group");
        w.text("Key", key);
        w.text("Value", value);
        w.boolean("PropagateAtLaunch", propagates);
    });
    w.texts("TerminationPolicies", "member", &group.termination_policies);
    w.boolean("NewInstancesProtectedFromScaleIn", group.protect_new);
    w.text("ServiceLinkedRoleARN", &group.role_arn);
    w.boolean("CapacityRebalance", group.capacity_rebalance);
    if let Some(warmup) = group.warmup_s {
        w.integer("DefaultInstanceWarmup", warmup.into());
    }
    write_guards(w, group);
    write_traffic_sources(w, group);
}

/// The newer blocks that say how the group treats maintenance and impaired zones.
fn write_guards(w: &mut Writer, group: &AutoScalingGroup) {
    if let Some(policy) = group.maintenance_policy {
        w.structure("InstanceMaintenancePolicy", |w| {
            w.integer("MinHealthyPercentage", policy.min_healthy.into());
            w.integer("MaxHealthyPercentage", policy.max_healthy.into());
        });
    }
    w.text("DeletionProtection", "none");
    if group.retain_abandoned {
        w.structure("InstanceLifecyclePolicy", |w| {
            w.structure("RetentionTriggers", |w| w.text("TerminateHookAbandon", "retain"));
        });
    }
    w.structure("AvailabilityZoneDistribution", |w| w.text("CapacityDistributionStrategy", &group.distribution));
    w.structure("AvailabilityZoneImpairmentPolicy", |w| {
        w.boolean("ZonalShiftEnabled", group.zonal_shift_enabled);
        w.maybe_text("ImpairedZoneHealthCheckBehavior", group.impaired_zone_behavior.as_ref());
    });
}

fn write_traffic_sources(w: &mut Writer, group: &AutoScalingGroup) {
    let newer = group.target_groups.iter().map(|arn| (arn.as_str(), "elbv2"));
    let classic = group.classic_balancers.iter().map(|name| (name.as_str(), "elb"));
    w.list("TrafficSources", "member", newer.chain(classic), |w, (identifier, kind)| {
        w.text("Identifier", identifier);
        w.text("Type", kind);
    });
}

fn write_member(w: &mut Writer, region: &Region, member: &Member) {
    write_membership(w, region, member);
    w.text("HealthStatus", member.health.as_str());
}

/// What both the groups' and the instances' listing say of a member; they differ in the spelling of its health.
pub(super) fn write_membership(w: &mut Writer, region: &Region, member: &Member) {
    w.text("InstanceId", &member.instance);
    w.text("InstanceType", &member.instance_type);
    w.text("AvailabilityZone", &member.zone);
    w.maybe_text("AvailabilityZoneId", region.zone_id(member.zone.as_str()));
    w.text("LifecycleState", member.state.as_str());
    if let Some(template) = &member.template {
        write_template(w, template);
    }
    w.maybe_text("ImageId", region.instances.get(&member.instance).map(|instance| &instance.image));
    w.boolean("ProtectedFromScaleIn", member.protected);
}
