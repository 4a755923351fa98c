//! Auto Scaling's calls (botocore's model of `autoscaling`).

use aws_sdk_autoscaling::types::{
    AvailabilityZoneImpairmentPolicy, ImpairedZoneHealthCheckBehavior, RetryStrategy, Tag,
};

use super::{One, ids};
use crate::id::{InstanceId, Text};
use crate::operation::call::{
    CallError, GroupTag, GroupTags, HookResult, Hooked, ImpairmentPolicy, LaunchInstances, MemberHealth, MembersOf,
    Processes, Protection, Receipt, Removal, Resize, SetDesired, TerminateMember,
};

pub(super) async fn terminate(one: &One, end: &TerminateMember) -> Result<Receipt, CallError> {
    let request = one.clients.autoscaling.terminate_instance_in_auto_scaling_group();
    let request = request
        .instance_id(end.instance_id.to_string())
        .should_decrement_desired_capacity(end.should_decrement_desired_capacity);
    let (answer, mut receipt) = one.answer(request.send()).await?;
    if let Some(id) = answer.activity().and_then(|activity| activity.activity_id()) {
        receipt.answer.insert("ActivityId".into(), id.into());
    }
    Ok(receipt)
}

pub(super) async fn launch(one: &One, launch: &LaunchInstances) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .autoscaling
        .launch_instances()
        .auto_scaling_group_name(launch.auto_scaling_group_name.as_str())
        .requested_capacity(launch.requested_capacity)
        .client_token(&*launch.client_token)
        .set_subnet_ids(Some(launch.subnet_ids.iter().map(ToString::to_string).collect()))
        .retry_strategy(RetryStrategy::from(&*launch.retry_strategy));
    let (answer, mut receipt) = one.answer(request.send()).await?;
    let brought = answer.instances().iter().flat_map(|each| each.instance_ids());
    receipt.brought = brought.map(|id| InstanceId::from(id.as_str())).collect();
    for error in answer.errors() {
        let code = error.error_code().unwrap_or("error");
        receipt.answer.insert(code.into(), Text::from(error.error_message().unwrap_or("AWS gave no message")));
    }
    Ok(receipt)
}

pub(super) async fn set_desired(one: &One, set: &SetDesired) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .autoscaling
        .set_desired_capacity()
        .auto_scaling_group_name(set.auto_scaling_group_name.as_str())
        .desired_capacity(set.desired_capacity)
        .honor_cooldown(set.honor_cooldown);
    one.done(request.send()).await
}

pub(super) async fn update(one: &One, resize: &Resize) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .autoscaling
        .update_auto_scaling_group()
        .auto_scaling_group_name(resize.auto_scaling_group_name.as_str())
        .set_min_size(resize.min_size)
        .set_max_size(resize.max_size)
        .set_desired_capacity(resize.desired_capacity)
        .set_vpc_zone_identifier(resize.subnets.as_ref().map(ToString::to_string))
        .set_availability_zone_impairment_policy(resize.availability_zone_impairment_policy.as_ref().map(impairment));
    one.done(request.send()).await
}

fn impairment(policy: &ImpairmentPolicy) -> AvailabilityZoneImpairmentPolicy {
    let behavior = policy.impaired_zone_health_check_behavior.as_deref().map(ImpairedZoneHealthCheckBehavior::from);
    AvailabilityZoneImpairmentPolicy::builder()
        .set_zonal_shift_enabled(policy.zonal_shift_enabled)
        .set_impaired_zone_health_check_behavior(behavior)
        .build()
}

pub(super) async fn tag(one: &One, all: &GroupTags) -> Result<Receipt, CallError> {
    one.done(one.clients.autoscaling.create_or_update_tags().set_tags(Some(tags(all))).send()).await
}

pub(super) async fn untag(one: &One, all: &GroupTags) -> Result<Receipt, CallError> {
    one.done(one.clients.autoscaling.delete_tags().set_tags(Some(tags(all))).send()).await
}

fn tags(all: &GroupTags) -> Vec<Tag> {
    let tag = |tag: &GroupTag| {
        Tag::builder()
            .resource_id(tag.resource_id.as_str())
            .resource_type(&*tag.resource_type)
            .key(&*tag.key)
            .set_value(tag.value.as_deref().map(str::to_owned))
            .propagate_at_launch(tag.propagate_at_launch)
            .build()
    };
    all.tags.iter().map(tag).collect()
}

pub(super) async fn enter_standby(one: &One, removal: &Removal) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .autoscaling
        .enter_standby()
        .auto_scaling_group_name(removal.auto_scaling_group_name.as_str())
        .set_instance_ids(ids(&removal.instance_ids))
        .should_decrement_desired_capacity(removal.should_decrement_desired_capacity);
    one.done(request.send()).await
}

pub(super) async fn exit_standby(one: &One, members: &MembersOf) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .autoscaling
        .exit_standby()
        .auto_scaling_group_name(members.auto_scaling_group_name.as_str())
        .set_instance_ids(ids(&members.instance_ids));
    one.done(request.send()).await
}

pub(super) async fn detach(one: &One, removal: &Removal) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .autoscaling
        .detach_instances()
        .auto_scaling_group_name(removal.auto_scaling_group_name.as_str())
        .set_instance_ids(ids(&removal.instance_ids))
        .should_decrement_desired_capacity(removal.should_decrement_desired_capacity);
    one.done(request.send()).await
}

pub(super) async fn attach(one: &One, members: &MembersOf) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .autoscaling
        .attach_instances()
        .auto_scaling_group_name(members.auto_scaling_group_name.as_str())
        .set_instance_ids(ids(&members.instance_ids));
    one.done(request.send()).await
}

pub(super) async fn set_health(one: &One, health: &MemberHealth) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .autoscaling
        .set_instance_health()
        .instance_id(health.instance_id.to_string())
        .health_status(&*health.health_status)
        .should_respect_grace_period(health.should_respect_grace_period);
    one.done(request.send()).await
}

pub(super) async fn protect(one: &One, protection: &Protection) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .autoscaling
        .set_instance_protection()
        .auto_scaling_group_name(protection.auto_scaling_group_name.as_str())
        .set_instance_ids(ids(&protection.instance_ids))
        .protected_from_scale_in(protection.protected_from_scale_in);
    one.done(request.send()).await
}

pub(super) async fn suspend(one: &One, processes: &Processes) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .autoscaling
        .suspend_processes()
        .auto_scaling_group_name(processes.auto_scaling_group_name.as_str())
        .set_scaling_processes(Some(names(processes)));
    one.done(request.send()).await
}

pub(super) async fn resume(one: &One, processes: &Processes) -> Result<Receipt, CallError> {
    let request = one
        .clients
        .autoscaling
        .resume_processes()
        .auto_scaling_group_name(processes.auto_scaling_group_name.as_str())
        .set_scaling_processes(Some(names(processes)));
    one.done(request.send()).await
}

fn names(processes: &Processes) -> Vec<String> {
    processes.scaling_processes.iter().map(|process| process.as_str().to_owned()).collect()
}

pub(super) async fn complete(one: &One, hooked: &Hooked) -> Result<Receipt, CallError> {
    let result = match hooked.lifecycle_action_result {
        HookResult::Continue => "CONTINUE",
        HookResult::Abandon => "ABANDON",
    };
    let request = one
        .clients
        .autoscaling
        .complete_lifecycle_action()
        .auto_scaling_group_name(hooked.auto_scaling_group_name.as_str())
        .lifecycle_hook_name(&*hooked.lifecycle_hook_name)
        .instance_id(hooked.instance_id.to_string())
        .lifecycle_action_result(result);
    one.done(request.send()).await
}
