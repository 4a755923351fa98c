//! `DescribeLifecycleHooks`.

use super::{at_most, group, region};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::writer::Writer;
use crate::sim::world::World;

/// The hooks of one group; not paged.
pub(super) fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let group = group(region(world, request)?, &request.params)?;
    at_most(&request.params, "LifecycleHookNames", 50)?;
    let names = request.params.texts("LifecycleHookNames");

    let wanted = group.hooks.iter().filter(|hook| names.is_empty() || names.contains(&hook.name.as_str()));
    w.list("LifecycleHooks", "member", wanted, |w, hook| {
        w.text("LifecycleHookName", &hook.name);
        w.text("AutoScalingGroupName", &group.name);
        w.text("LifecycleTransition", hook.transition.as_str());
        w.maybe_text("NotificationTargetARN", hook.target_arn.as_ref());
        w.maybe_text("RoleARN", hook.role_arn.as_ref());
        w.integer("HeartbeatTimeout", hook.heartbeat_s.into());
        w.integer("GlobalTimeout", hook.global_s.into());
        w.text("DefaultResult", &hook.default_result);
    });
    Ok(())
}
