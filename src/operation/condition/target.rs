//! Facts of target groups (`aws-domain.md` A.3).

use std::collections::BTreeSet;
use std::time::Duration;

use super::Answer;
use super::look::{Look, told};
use crate::estate::balancer::{ClassicState, ClassicTarget, Target, TargetState};
use crate::id::{Arn, ClassicName, InstanceId};

pub(super) fn healthy(
    look: &Look<'_>,
    target_group: &Arn,
    beside: &BTreeSet<InstanceId>,
    at_least: usize,
) -> Result<Answer, String> {
    let name = target_group.short();
    let (targets, age) = look.part::<Target>(target_group.text()).map_err(|why| format!("{name}: {why}"))?;
    let others = targets.iter().filter(|target| !beside.contains(&*target.id));
    let healthy = others.filter(|target| target.state == TargetState::Healthy).count();
    Ok(told(healthy >= at_least, format!("{name} would keep {healthy} healthy; {at_least} are needed"), age))
}

/// `draining` is shown for the whole delay, however idle; gone or unused is drained (`aws-domain.md` A.3).
pub(super) fn drained(look: &Look<'_>, target_group: &Arn, instance: &InstanceId) -> Result<Answer, String> {
    let name = target_group.short();
    let (targets, age) = look.part::<Target>(target_group.text()).map_err(|why| format!("{name}: {why}"))?;
    let own = targets.iter().find(|target| target.id == *instance.text() && target.state != TargetState::Unused);
    Ok(match own {
        Some(target) => told(false, format!("{instance} is {} in {name}", target.state), age),
        None => told(true, format!("{instance} has left {name}"), age),
    })
}

pub(super) fn healthy_classic(
    look: &Look<'_>,
    balancer: &ClassicName,
    beside: &BTreeSet<InstanceId>,
    at_least: usize,
) -> Result<Answer, String> {
    let (targets, age) = look.part::<ClassicTarget>(balancer.text()).map_err(|why| format!("{balancer}: {why}"))?;
    let others = targets.iter().filter(|target| !beside.contains(&target.instance));
    let healthy = others.filter(|target| target.state == ClassicState::InService).count();
    Ok(told(healthy >= at_least, format!("{balancer} would keep {healthy} in service; {at_least} are needed"), age))
}

/// What drains from a classic balancer is `OutOfService` until it is no instance of it any more.
pub(super) fn off_classic(look: &Look<'_>, balancer: &ClassicName, instance: &InstanceId) -> Result<Answer, String> {
    let (targets, age) = look.part::<ClassicTarget>(balancer.text()).map_err(|why| format!("{balancer}: {why}"))?;
    Ok(match targets.iter().find(|target| target.instance == *instance) {
        Some(target) => told(false, format!("{instance} is {} in {balancer}", target.state), age),
        None => told(true, format!("{instance} has left {balancer}"), age),
    })
}

/// Healthy in each of them, or the first where it is not.
pub(super) fn serves(
    look: &Look<'_>,
    instance: &InstanceId,
    target_groups: &[Arn],
    classic: &[ClassicName],
) -> Result<Answer, String> {
    let mut oldest = Duration::ZERO;
    for arn in target_groups {
        let name = arn.short();
        let (targets, age) = look.part::<Target>(arn.text()).map_err(|why| format!("{name}: {why}"))?;
        oldest = oldest.max(age);
        let mut own = targets.iter().filter(|target| target.id == *instance.text()).peekable();
        if own.peek().is_none() {
            return Ok(told(false, format!("{instance} is no target of {name}"), age));
        }
        if let Some(target) = own.find(|target| target.state != TargetState::Healthy) {
            return Ok(told(false, format!("{instance} is {} in {name}", target.state), age));
        }
    }
    for name in classic {
        let (targets, age) = look.part::<ClassicTarget>(name.text()).map_err(|why| format!("{name}: {why}"))?;
        oldest = oldest.max(age);
        match targets.iter().find(|target| target.instance == *instance) {
            Some(target) if target.state == ClassicState::InService => {}
            Some(target) => return Ok(told(false, format!("{instance} is {} in {name}", target.state), age)),
            None => return Ok(told(false, format!("{instance} is not registered with {name}"), age)),
        }
    }
    Ok(told(true, format!("{instance} is healthy in all {}", target_groups.len() + classic.len()), oldest))
}
