//! `DescribePolicies` and `DescribeScheduledActions`.

use super::{at_most, bounds, one_or_all, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::Pager;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{AutoScalingGroup, PolicyType, ScalingPolicy, ScheduledAction, World};

/// Scaling policies of one group or of all.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    at_most(&request.params, "PolicyNames", 50)?;
    let (names, types) = (request.params.texts("PolicyNames"), request.params.texts("PolicyTypes"));

    let groups = one_or_all(region, &request.params)?;
    let all = groups.into_iter().flat_map(|group| group.policies.iter().map(move |policy| (group, policy)));
    let mut wanted: Vec<(String, &AutoScalingGroup, &ScalingPolicy)> = all
        .filter(|(_, policy)| names.is_empty() || names.contains(&policy.name.as_str()))
        .filter(|(_, policy)| types.is_empty() || types.contains(&policy.kind.as_str()))
        .map(|(group, policy)| (format!("{}\n{}", group.name, policy.name), group, policy))
        .collect();
    wanted.sort_by(|one, other| one.0.cmp(&other.0));
    let page = Pager::new(request, &bounds(50, 100))?.page(wanted, |(order, ..)| order.as_str().into());
    w.list("ScalingPolicies", "member", page.items, |w, (_, group, policy)| write_policy(w, group, policy));
    w.maybe_text("NextToken", page.token);
    Ok(())
}

fn write_policy(w: &mut Writer, group: &AutoScalingGroup, policy: &ScalingPolicy) {
    w.text("AutoScalingGroupName", &group.name);
    w.text("PolicyName", &policy.name);
    w.text("PolicyARN", &policy.arn);
    w.text("PolicyType", policy.kind.as_str());
    match (policy.kind, policy.adjustment) {
        (PolicyType::TargetTracking, _) => write_tracking(w, policy),
        (PolicyType::Simple, adjustment) => {
            w.text("AdjustmentType", "ChangeInCapacity");
            w.integer("ScalingAdjustment", adjustment.unwrap_or(0).into());
        }
        (PolicyType::Step, adjustment) => {
            w.text("AdjustmentType", "ChangeInCapacity");
            w.list("StepAdjustments", "member", adjustment, |w, adjustment| {
                w.float("MetricIntervalLowerBound", 0.0);
                w.integer("ScalingAdjustment", adjustment.into());
            });
            w.text("MetricAggregationType", "Average");
        }
    }
    w.list("Alarms", "member", &policy.alarms, |w, (name, arn)| {
        w.text("AlarmName", name);
        w.text("AlarmARN", arn);
    });
    w.boolean("Enabled", policy.enabled);
}

fn write_tracking(w: &mut Writer, policy: &ScalingPolicy) {
    w.structure("TargetTrackingConfiguration", |w| {
        if let Some(metric) = &policy.metric {
            w.structure("PredefinedMetricSpecification", |w| {
                w.text("PredefinedMetricType", metric);
                w.maybe_text("ResourceLabel", policy.resource_label.as_ref());
            });
        }
        if let Some(value) = policy.target_value {
            w.float("TargetValue", value);
        }
        w.boolean("DisableScaleIn", policy.disable_scale_in);
    });
}

/// Scheduled actions of one group or of all. The bounds in time are ignored where names are given.
pub(super) fn describe_scheduled(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    at_most(&request.params, "ScheduledActionNames", 50)?;
    let names = request.params.texts("ScheduledActionNames");
    let (from, to) = (request.params.time("StartTime")?, request.params.time("EndTime")?);
    let admit = |action: &ScheduledAction| match names.is_empty() {
        true => from.is_none_or(|from| action.starts_at >= from) && to.is_none_or(|to| action.starts_at <= to),
        false => names.contains(&action.name.as_str()),
    };

    let groups = one_or_all(region, &request.params)?;
    let all = groups.into_iter().flat_map(|group| group.scheduled_actions.iter().map(move |action| (group, action)));
    let mut wanted: Vec<(String, &AutoScalingGroup, &ScheduledAction)> = all
        .filter(|(_, action)| admit(action))
        .map(|(group, action)| (format!("{}\n{}", group.name, action.name), group, action))
        .collect();
    wanted.sort_by(|one, other| one.0.cmp(&other.0));
    let page = Pager::new(request, &bounds(50, 100))?.page(wanted, |(order, ..)| order.as_str().into());
    w.list("ScheduledUpdateGroupActions", "member", page.items, |w, (_, group, action)| {
        write_scheduled(w, group, action);
    });
    w.maybe_text("NextToken", page.token);
    Ok(())
}

fn write_scheduled(w: &mut Writer, group: &AutoScalingGroup, action: &ScheduledAction) {
    w.text("AutoScalingGroupName", &group.name);
    w.text("ScheduledActionName", &action.name);
    w.text("ScheduledActionARN", &action.arn);
    // `Time` is the older name of `StartTime`; AWS still writes both.
    w.time("Time", action.starts_at);
    w.time("StartTime", action.starts_at);
    w.maybe_time("EndTime", action.ends_at);
    if !action.recurrence.is_empty() {
        w.text("Recurrence", &action.recurrence);
    }
    for (name, size) in [("MinSize", action.min), ("MaxSize", action.max), ("DesiredCapacity", action.desired)] {
        if let Some(size) = size {
            w.integer(name, size.into());
        }
    }
    w.text("TimeZone", &action.time_zone);
}
