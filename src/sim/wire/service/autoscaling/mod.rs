//! EC2 Auto Scaling: groups and everything that hangs on a group.
//!
//! Owns: the reads of `aws-domain.md` A.2, one file a resource, and the writes of C.1. Must stay true: an unknown group is left out where AWS
//! leaves it out (listings) and refused where AWS refuses it (what belongs to one group).

mod activities;
mod changes;
mod groups;
mod hooks;
mod instances;
mod members;
mod policies;
mod refreshes;
mod tags;
mod traffic_sources;

use super::{Action, Service, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::Bounds;
use crate::sim::wire::request::{Params, Request};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{AutoScalingGroup, Region, TemplateRef, World};

/// Its actions.
pub const ACTIONS: &[Action] = &[
    Action::read(Service::AutoScaling, "DescribeAutoScalingGroups", groups::describe),
    Action::read(Service::AutoScaling, "DescribeAutoScalingInstances", instances::describe),
    Action::read(Service::AutoScaling, "DescribeInstanceRefreshes", refreshes::describe),
    Action::read(Service::AutoScaling, "DescribeLaunchConfigurations", describe_launch_configurations),
    Action::read(Service::AutoScaling, "DescribeLifecycleHooks", hooks::describe),
    Action::read(Service::AutoScaling, "DescribePolicies", policies::describe),
    Action::read(Service::AutoScaling, "DescribeScalingActivities", activities::describe),
    Action::read(Service::AutoScaling, "DescribeScheduledActions", policies::describe_scheduled),
    Action::read(Service::AutoScaling, "DescribeTrafficSources", traffic_sources::describe),
    Action::read(Service::AutoScaling, "DescribeWarmPool", describe_warm_pool),
    Action::write(Service::AutoScaling, "AttachInstances", members::attach),
    Action::write(Service::AutoScaling, "CompleteLifecycleAction", members::complete),
    Action::write(Service::AutoScaling, "CreateOrUpdateTags", tags::set),
    Action::write(Service::AutoScaling, "DeleteScheduledAction", changes::delete_scheduled),
    Action::write(Service::AutoScaling, "DeleteTags", tags::delete),
    Action::write(Service::AutoScaling, "DetachInstances", members::detach),
    Action::write(Service::AutoScaling, "EnterStandby", members::enter_standby),
    Action::write(Service::AutoScaling, "ExitStandby", members::exit_standby),
    Action::write(Service::AutoScaling, "LaunchInstances", members::launch),
    Action::write(Service::AutoScaling, "PutScheduledUpdateGroupAction", changes::put_scheduled),
    Action::write(Service::AutoScaling, "RecordLifecycleActionHeartbeat", members::heartbeat),
    Action::write(Service::AutoScaling, "ResumeProcesses", changes::resume),
    Action::write(Service::AutoScaling, "SetDesiredCapacity", changes::set_desired),
    Action::write(Service::AutoScaling, "SetInstanceHealth", members::set_health),
    Action::write(Service::AutoScaling, "SetInstanceProtection", members::protect),
    Action::write(Service::AutoScaling, "SuspendProcesses", changes::suspend),
    Action::write(Service::AutoScaling, "TerminateInstanceInAutoScalingGroup", members::terminate),
    Action::write(Service::AutoScaling, "UpdateAutoScalingGroup", changes::update),
];

/// Page sizes: `default` when nothing is asked, at most `most` (`aws-domain.md` A.2).
const fn bounds(default: usize, most: i64) -> Bounds {
    Bounds { limit: "MaxRecords", token: "NextToken", least: 1, most, default }
}

/// The group that the request has to name.
fn group<'w>(region: &'w Region, params: &Params) -> Result<&'w AutoScalingGroup, ApiError> {
    named(region, params.required("AutoScalingGroupName")?)
}

fn named<'w>(region: &'w Region, name: &str) -> Result<&'w AutoScalingGroup, ApiError> {
    let unknown =
        || ApiError::validation(format!("AutoScalingGroup name not found - AutoScalingGroup '{name}' not found"));
    region.groups.get(name).ok_or_else(unknown)
}

/// The group that the request names, else all of them.
fn one_or_all<'w>(region: &'w Region, params: &Params) -> Result<Vec<&'w AutoScalingGroup>, ApiError> {
    match params.text("AutoScalingGroupName").filter(|name| !name.is_empty()) {
        Some(name) => Ok(vec![named(region, name)?]),
        None => Ok(region.groups.values().collect()),
    }
}

/// Refuses a list longer than AWS takes.
fn at_most(params: &Params, name: &str, most: usize) -> Result<(), ApiError> {
    if params.texts(name).len() <= most {
        return Ok(());
    }
    Err(ApiError::validation(format!(
        "1 validation error detected: Value at '{name}' failed to satisfy constraint: \
         Member must have length less than or equal to {most}"
    )))
}

fn write_template(w: &mut Writer, template: &TemplateRef) {
    w.structure("LaunchTemplate", |w| {
        w.text("LaunchTemplateId", &template.id);
        w.text("LaunchTemplateName", &template.name);
        w.text("Version", template.version.to_string());
    });
}

/// The simulated account launches from templates alone.
fn describe_launch_configurations(_: &World, _: &Request, w: &mut Writer) -> Result<(), ApiError> {
    w.texts("LaunchConfigurations", "member", [""; 0]);
    Ok(())
}

/// No group has a warm pool.
fn describe_warm_pool(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    group(region(world, request)?, &request.params)?;
    w.texts("Instances", "member", [""; 0]);
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::super::probe::{ask, column, nothing, pages, world};
    use super::*;
    use crate::sim::time::SimTime;

    const TOKENS: (&str, &str) = ("NextToken", "NextToken");

    #[test]
    fn every_listing_is_the_same_in_small_pages() {
        let world = world();
        for (action, items) in [
            ("DescribeAutoScalingGroups", "AutoScalingGroups"),
            ("DescribeAutoScalingInstances", "AutoScalingInstances"),
            ("DescribeScalingActivities", "Activities"),
            ("DescribePolicies", "ScalingPolicies"),
        ] {
            let (whole, _) = pages(&world, Service::AutoScaling, action, nothing(), items, TOKENS);
            let (by_two, count) = pages(&world, Service::AutoScaling, action, json!({"MaxRecords": 2}), items, TOKENS);
            assert!(whole.len() > 2, "{action}");
            assert_eq!((&by_two, count), (&whole, whole.len().div_ceil(2)), "{action}");
        }
    }

    #[test]
    fn activities_come_newest_first_and_within_the_bounds_asked_for() {
        let world = world();
        let (all, _) =
            pages(&world, Service::AutoScaling, "DescribeScalingActivities", nothing(), "Activities", TOKENS);
        let starts: Vec<f64> = all.iter().map(|activity| activity["StartTime"].as_f64().unwrap()).collect();
        assert!(starts.is_sorted_by(|one, other| one >= other));
        let bound = SimTime::from_millis((starts[1] * 1000.0) as i64).rfc3339_seconds();
        let filter = json!({"Filters": [{"Name": "StartTimeLowerBound", "Values": [bound]}]});
        let recent = ask(&world, Service::AutoScaling, "DescribeScalingActivities", filter).unwrap();
        assert_eq!(recent["Activities"].as_array().unwrap().as_slice(), &all[..2]);
    }

    /// aws-domain.md A.2: unknown names and ids are left out, health is written in two ways.
    #[test]
    fn unknown_groups_are_left_out_or_refused_as_aws_does() {
        let world = world();
        let ask = |action: &str, params| ask(&world, Service::AutoScaling, action, params);
        let none = ask("DescribeAutoScalingGroups", json!({"AutoScalingGroupNames": ["nope"]})).unwrap();
        assert_eq!(none, json!({"AutoScalingGroups": []}));
        for action in
            ["DescribeLifecycleHooks", "DescribeScalingActivities", "DescribeTrafficSources", "DescribePolicies"]
        {
            assert_eq!(ask(action, json!({"AutoScalingGroupName": "nope"})), Err((400, "ValidationError")), "{action}");
        }
        let status = json!({"Filters": [{"Name": "Status", "Values": ["Failed"]}]});
        assert_eq!(ask("DescribeScalingActivities", status), Err((400, "ValidationError")), "only with a group's name");

        let groups = ask("DescribeAutoScalingGroups", nothing()).unwrap();
        let instances = ask("DescribeAutoScalingInstances", nothing()).unwrap();
        assert_eq!(groups["AutoScalingGroups"][0]["Instances"][0]["HealthStatus"], "Healthy");
        assert_eq!(instances["AutoScalingInstances"][0]["HealthStatus"], "HEALTHY");
    }

    #[test]
    fn tags_filter_groups() {
        let world = world();
        let named = |name: &str, value: &str| {
            let params = json!({"Filters": [{"Name": name, "Values": [value]}]});
            let answer = ask(&world, Service::AutoScaling, "DescribeAutoScalingGroups", params).unwrap();
            column(answer["AutoScalingGroups"].as_array().unwrap(), "AutoScalingGroupName").join(" ")
        };
        assert_eq!(named("tag:Service", "checkout"), "checkout-asg");
        assert_eq!(named("tag-value", "checkout"), "checkout-asg");
        assert_eq!(named("tag:Service", "Checkout"), "");
    }
}
