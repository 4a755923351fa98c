//! Facts of target groups (`aws-domain.md` A.3).

use super::Answer;
use super::look::{Look, told};
use crate::estate::balancer::{Target, TargetState};
use crate::id::{Arn, InstanceId};

pub(super) fn healthy(
    look: &Look<'_>,
    target_group: &Arn,
    beside: &InstanceId,
    at_least: usize,
) -> Result<Answer, String> {
    let name = target_group.short();
    let (targets, age) = look.part::<Target>(target_group.text()).map_err(|why| format!("{name}: {why}"))?;
    let others = targets.iter().filter(|target| target.id != *beside.text());
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
