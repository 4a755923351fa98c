//! `RegisterTargets` and `DeregisterTargets`.
//!
//! Must stay true: both are declarative (`aws-domain.md` A.10): twice is once, and what is not registered is not missed.

use super::{region, target_group};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::Request;
use crate::sim::wire::service::scene;
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Arn, InstanceId, InstanceState, TargetKey, TargetType, World};

/// `RegisterTargets`: all of them, or none. One that drains is registered anew.
pub(super) fn register(world: &mut World, request: &Request, _: &mut Writer) -> Result<(), ApiError> {
    let (arn, ids) = named(world, request)?;
    let region = region(world, request)?;
    let runs = |id: &&InstanceId| region.instances.get(*id).is_some_and(|found| found.state == InstanceState::Running);
    if let Some(id) = ids.iter().find(|id| !region.instances.contains_key(*id)) {
        return Err(ApiError::new("InvalidTarget", format!("The following targets do not exist: '{id}'")));
    }
    let stopped: Vec<String> = ids.iter().filter(|id| !runs(id)).map(|id| format!("'{id}'")).collect();
    if !stopped.is_empty() {
        let words = format!(
            "The following targets are not in a running state and cannot be registered: {}",
            stopped.join(", ")
        );
        return Err(ApiError::new("InvalidTarget", words));
    }
    let group = target_group(region, arn.as_str())?;
    let port = group.port;
    let registered = |id: &InstanceId| {
        let key = TargetKey { id: id.to_string(), port };
        group.targets.get(&key).is_some_and(|target| target.drained_at.is_none())
    };
    let fresh: Vec<InstanceId> = ids.into_iter().filter(|id| !registered(id)).collect();
    let mut scene = scene(world, request)?;
    fresh.iter().for_each(|id| scene.register_target(&arn, id));
    Ok(())
}

/// `DeregisterTargets`: they drain.
pub(super) fn deregister(world: &mut World, request: &Request, _: &mut Writer) -> Result<(), ApiError> {
    let (arn, ids) = named(world, request)?;
    let mut scene = scene(world, request)?;
    for id in ids {
        scene.deregister_target(&arn, &id);
    }
    Ok(())
}

/// The target group, and the instances that are named as its targets.
fn named(world: &World, request: &Request) -> Result<(Arn, Vec<InstanceId>), ApiError> {
    let group = target_group(region(world, request)?, request.params.required("TargetGroupArn")?)?;
    let targets = request.params.objects("Targets");
    if targets.is_empty() {
        return Err(ApiError::validation("The request must contain the parameter Targets"));
    }
    if group.target_type != TargetType::Instance {
        return Err(ApiError::validation("The simulated account registers targets of type instance"));
    }
    let mut ids = Vec::new();
    for target in &targets {
        if target.integer("Port")?.is_some_and(|port| port != i64::from(group.port)) {
            let words = format!("The simulated account registers targets at the port of their group, {}", group.port);
            return Err(ApiError::validation(words));
        }
        let id = InstanceId::from(target.required("Id")?);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok((group.arn.clone(), ids))
}
