//! The load balancers' calls (botocore's models of `elbv2` and `elb`).

use aws_sdk_elasticloadbalancing::types::Instance;
use aws_sdk_elasticloadbalancingv2::types::TargetDescription;

use super::One;
use crate::operation::call::{CallError, ClassicMembers, Receipt, Targets};

pub(super) async fn register(one: &One, targets: &Targets) -> Result<Receipt, CallError> {
    let request = one.clients.elbv2.register_targets().target_group_arn(targets.target_group_arn.as_str());
    one.done(request.set_targets(Some(described(targets))).send()).await
}

pub(super) async fn deregister(one: &One, targets: &Targets) -> Result<Receipt, CallError> {
    let request = one.clients.elbv2.deregister_targets().target_group_arn(targets.target_group_arn.as_str());
    one.done(request.set_targets(Some(described(targets))).send()).await
}

fn described(targets: &Targets) -> Vec<TargetDescription> {
    let targets = targets.targets.iter();
    targets.map(|target| TargetDescription::builder().id(&*target.id).set_port(target.port).build()).collect()
}

pub(super) async fn register_classic(one: &One, members: &ClassicMembers) -> Result<Receipt, CallError> {
    let request = one.clients.elb.register_instances_with_load_balancer();
    let request = request.load_balancer_name(members.load_balancer_name.as_str());
    one.done(request.set_instances(Some(instances(members))).send()).await
}

pub(super) async fn deregister_classic(one: &One, members: &ClassicMembers) -> Result<Receipt, CallError> {
    let request = one.clients.elb.deregister_instances_from_load_balancer();
    let request = request.load_balancer_name(members.load_balancer_name.as_str());
    one.done(request.set_instances(Some(instances(members))).send()).await
}

fn instances(members: &ClassicMembers) -> Vec<Instance> {
    members
        .instances
        .iter()
        .map(|member| Instance::builder().instance_id(member.instance_id.to_string()).build())
        .collect()
}
