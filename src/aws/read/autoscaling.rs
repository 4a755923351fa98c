//! Auto Scaling's reads (`aws-domain.md` A.2).

use aws_sdk_autoscaling::types;
use aws_smithy_types::DateTime;

use super::{Ask, Found, only, parent};
use crate::aws::caller::Caller;
use crate::aws::intern::Interner;
use crate::aws::time;
use crate::estate::group::{
    Activity, ActivityStatus, Group, Hook, LaunchSource, LifecycleState, Member, Refresh, ScalingPolicy,
    ScheduledAction, StandbyEntry,
};
use crate::estate::tag::Tags;
use crate::estate::{ReadFailure, Row, SliceId};
use crate::id::{Arn, ClassicName, GroupName, InstanceId, SubnetId, Text, ZoneName};

/// Pages of a group's activities that are turned for those of weeks ago.
const STANDBY_PAGES: usize = 10;

pub(super) async fn groups(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    let mut texts = Interner::default();
    caller
        .pages(
            |token| {
                let call = caller.clients.autoscaling.describe_auto_scaling_groups();
                let call = call.set_auto_scaling_group_names(only(id).map(|name| vec![name.to_string()]));
                call.max_records(100).set_next_token(token).send()
            },
            |page| {
                for group in page.auto_scaling_groups() {
                    rows.push(group_row(caller, group, &mut texts)?);
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(Group::rows(rows)))
}

fn group_row(caller: &Caller<'_>, group: &types::AutoScalingGroup, texts: &mut Interner) -> Result<Group, ReadFailure> {
    let members: Result<Vec<Member>, ReadFailure> =
        group.instances().iter().map(|member| member_row(caller, member, texts)).collect();
    let suspended = group
        .suspended_processes()
        .iter()
        .filter_map(|process| {
            Some((texts.text(process.process_name()?), process.suspension_reason().unwrap_or("").into()))
        })
        .collect();
    let subnets = group.vpc_zone_identifier().unwrap_or("").split(',').map(str::trim).filter(|id| !id.is_empty());
    let tags =
        group.tags().iter().filter_map(|tag| Some((texts.text(tag.key()?), Text::from(tag.value().unwrap_or("")))));
    Ok(Group {
        name: GroupName::from(caller.required(group.auto_scaling_group_name(), "AutoScalingGroupName")?),
        arn: group.auto_scaling_group_arn().map(Arn::from),
        min: caller.required(group.min_size(), "MinSize")?,
        desired: caller.required(group.desired_capacity(), "DesiredCapacity")?,
        max: caller.required(group.max_size(), "MaxSize")?,
        zones: group.availability_zones().iter().map(|zone| ZoneName::from(zone.as_str())).collect(),
        subnets: subnets.map(SubnetId::from).collect(),
        target_groups: group.target_group_arns().iter().map(|arn| Arn::from(arn.as_str())).collect(),
        classic_balancers: group.load_balancer_names().iter().map(|name| ClassicName::from(name.as_str())).collect(),
        health_check: group.health_check_type().unwrap_or("EC2").into(),
        grace_s: group.health_check_grace_period(),
        suspended,
        launch_source: launch_source(group),
        zonal_shift_enabled: group
            .availability_zone_impairment_policy()
            .and_then(|policy| policy.zonal_shift_enabled()),
        impaired_zone_behavior: group
            .availability_zone_impairment_policy()
            .and_then(|policy| policy.impaired_zone_health_check_behavior())
            .map(|behavior| behavior.as_str().into()),
        status: group.status().map(Text::from),
        termination_policies: Some(group.termination_policies().iter().map(|name| Text::from(name.as_str())).collect()),
        protects_new: group.new_instances_protected_from_scale_in(),
        tags: Tags::new(tags),
        members: members?,
    })
}

fn member_row(caller: &Caller<'_>, member: &types::Instance, texts: &mut Interner) -> Result<Member, ReadFailure> {
    let state = caller.required(member.lifecycle_state(), "LifecycleState")?;
    let health = caller.required(member.health_status(), "HealthStatus")?;
    Ok(Member {
        instance: InstanceId::from(caller.required(member.instance_id(), "InstanceId")?),
        zone: ZoneName::new(texts.text(caller.required(member.availability_zone(), "AvailabilityZone")?)),
        state: LifecycleState::from(state.as_str()),
        healthy: health.eq_ignore_ascii_case("healthy"),
        protected: member.protected_from_scale_in().unwrap_or(false),
        template_version: member
            .launch_template()
            .and_then(|template| template.version())
            .map(|version| texts.text(version)),
    })
}

/// A launch template, the template of a mixed-instances policy, or an old launch configuration.
fn launch_source(group: &types::AutoScalingGroup) -> Option<LaunchSource> {
    let mixed =
        group.mixed_instances_policy().and_then(|policy| policy.launch_template()?.launch_template_specification());
    match group.launch_template().or(mixed) {
        Some(template) => Some(LaunchSource {
            name: template.launch_template_name().or(template.launch_template_id())?.into(),
            version: Some(template.version().unwrap_or("$Default").into()),
        }),
        None => group.launch_configuration_name().map(|name| LaunchSource { name: name.into(), version: None }),
    }
}

/// Activities of all groups since the time asked for: one listing, not one a group.
/// What the account's groups did since the time asked for; of one group the newest page, what is under way first.
pub(super) async fn activities(caller: &Caller<'_>, id: &SliceId, ask: &Ask) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    let since = ask.since.map(|since| {
        types::Filter::builder().name("StartTimeLowerBound").values(since.strftime("%FT%TZ").to_string()).build()
    });
    caller
        .pages(
            |token| {
                let call = caller.clients.autoscaling.describe_scaling_activities().max_records(100);
                let call = call.set_auto_scaling_group_name(only(id).map(ToString::to_string));
                call.set_filters(since.clone().map(|filter| vec![filter])).set_next_token(token).send()
            },
            |page| {
                let mut older = false;
                for activity in page.activities() {
                    let row = activity_row(caller, activity)?;
                    // An endpoint that does not know the filter sends six weeks of history, newest first.
                    older |= ask.since.is_some_and(|since| row.started_at < since && row.ended_at.is_some());
                    rows.push(row);
                }
                Ok(if older || only(id).is_some() { None } else { page.next_token().map(str::to_owned) })
            },
        )
        .await?;
    if let Some(since) = ask.since {
        rows.retain(|row| row.started_at >= since || row.ended_at.is_none());
    }
    Ok(Found::Rows(Activity::rows(rows)))
}

fn activity_row(caller: &Caller<'_>, activity: &types::Activity) -> Result<Activity, ReadFailure> {
    let status = caller.required(activity.status_code(), "StatusCode")?;
    let started: &DateTime = caller.required(activity.start_time(), "StartTime")?;
    Ok(Activity {
        id: caller.required(activity.activity_id(), "ActivityId")?.into(),
        group: GroupName::from(caller.required(activity.auto_scaling_group_name(), "AutoScalingGroupName")?),
        status: ActivityStatus::from(status.as_str()),
        description: activity.description().unwrap_or("").into(),
        cause: activity.cause().unwrap_or("").into(),
        message: activity.status_message().map(Text::from),
        zone: activity.details().and_then(zone_in_details),
        started_at: caller.required(time::at(started), "StartTime")?,
        ended_at: time::maybe(activity.end_time()),
        progress: activity.progress(),
    })
}

/// `Details` is JSON in a string, with the zone under a key with a space (`aws-domain.md` A.2).
fn zone_in_details(details: &str) -> Option<ZoneName> {
    let details: serde_json::Value = serde_json::from_str(details).ok()?;
    details.get("Availability Zone")?.as_str().map(ZoneName::from)
}

pub(super) async fn refreshes(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let group = parent(caller, id)?;
    let mut rows = Vec::new();
    caller
        .pages(
            |token| {
                let call = caller.clients.autoscaling.describe_instance_refreshes().auto_scaling_group_name(group);
                call.max_records(100).set_next_token(token).send()
            },
            |page| {
                for refresh in page.instance_refreshes() {
                    rows.push(Refresh {
                        id: caller.required(refresh.instance_refresh_id(), "InstanceRefreshId")?.into(),
                        group: GroupName::from(group),
                        status: caller.required(refresh.status(), "Status")?.as_str().into(),
                        percentage: refresh.percentage_complete(),
                        instances_left: refresh.instances_to_update(),
                        reason: refresh.status_reason().map(Text::from),
                        started_at: time::maybe(refresh.start_time()),
                        ended_at: time::maybe(refresh.end_time()),
                    });
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(Refresh::rows(rows)))
}

/// When members of a group were put in Standby, as far as its activities tell: AWS keeps six weeks of them, of which at most
/// [`STANDBY_PAGES`] are turned.
pub(super) async fn standby_entries(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let group = parent(caller, id)?;
    let (mut rows, mut pages) = (Vec::new(), 0);
    caller
        .pages(
            |token| {
                let call = caller.clients.autoscaling.describe_scaling_activities().auto_scaling_group_name(group);
                call.max_records(100).set_next_token(token).send()
            },
            |page| {
                for activity in page.activities() {
                    let row = activity_row(caller, activity)?;
                    rows.extend(row.standby_entry());
                }
                pages += 1;
                Ok(page.next_token().filter(|_| pages < STANDBY_PAGES).map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(StandbyEntry::rows(rows)))
}

pub(super) async fn hooks(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let group = parent(caller, id)?;
    let answer = caller
        .call(|| caller.clients.autoscaling.describe_lifecycle_hooks().auto_scaling_group_name(group).send())
        .await?;
    let rows: Result<Vec<Hook>, ReadFailure> = answer
        .lifecycle_hooks()
        .iter()
        .map(|hook| {
            Ok(Hook {
                name: caller.required(hook.lifecycle_hook_name(), "LifecycleHookName")?.into(),
                group: GroupName::from(group),
                transition: hook.lifecycle_transition().unwrap_or("").into(),
                heartbeat_s: hook.heartbeat_timeout(),
                default_result: hook.default_result().map(Text::from),
            })
        })
        .collect();
    Ok(Found::Rows(Hook::rows(rows?)))
}

pub(super) async fn policies(caller: &Caller<'_>) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    caller
        .pages(
            |token| caller.clients.autoscaling.describe_policies().max_records(100).set_next_token(token).send(),
            |page| {
                for policy in page.scaling_policies() {
                    let tracking = policy.target_tracking_configuration();
                    let metric = tracking.and_then(|tracking| {
                        let predefined =
                            tracking.predefined_metric_specification().and_then(|m| m.predefined_metric_type());
                        let custom = tracking.customized_metric_specification().and_then(|m| m.metric_name());
                        predefined.map(|metric| metric.as_str()).or(custom)
                    });
                    rows.push(ScalingPolicy {
                        name: caller.required(policy.policy_name(), "PolicyName")?.into(),
                        group: GroupName::from(
                            caller.required(policy.auto_scaling_group_name(), "AutoScalingGroupName")?,
                        ),
                        policy_type: policy.policy_type().unwrap_or("SimpleScaling").into(),
                        enabled: policy.enabled(),
                        alarms: policy.alarms().iter().filter_map(|alarm| alarm.alarm_name()).map(Text::from).collect(),
                        tracks: metric.map(Text::from).zip(tracking.and_then(|tracking| tracking.target_value())),
                    });
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(ScalingPolicy::rows(rows)))
}

pub(super) async fn scheduled_actions(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let group = parent(caller, id)?;
    let mut rows = Vec::new();
    caller
        .pages(
            |token| {
                let call = caller.clients.autoscaling.describe_scheduled_actions().auto_scaling_group_name(group);
                call.max_records(100).set_next_token(token).send()
            },
            |page| {
                for action in page.scheduled_update_group_actions() {
                    rows.push(ScheduledAction {
                        name: caller.required(action.scheduled_action_name(), "ScheduledActionName")?.into(),
                        group: GroupName::from(group),
                        at: time::maybe(action.start_time()),
                        recurrence: action.recurrence().map(Text::from),
                        min: action.min_size(),
                        desired: action.desired_capacity(),
                        max: action.max_size(),
                    });
                }
                Ok(page.next_token().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(ScheduledAction::rows(rows)))
}
