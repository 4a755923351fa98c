//! The load balancers' calls (botocore's models of `elbv2` and `elb`).

use aws_sdk_elasticloadbalancing::types::Instance;
use aws_sdk_elasticloadbalancingv2::types::{SubnetMapping, TargetDescription};

use super::One;
use crate::id::SubnetId;
use crate::operation::call::{BalancerSubnets, CallError, ClassicMembers, ClassicSubnets, Receipt, Targets};

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

pub(super) async fn set_subnets(one: &One, set: &BalancerSubnets) -> Result<Receipt, CallError> {
    let mapping = |mapping: &crate::operation::call::SubnetMapping| {
        SubnetMapping::builder()
            .subnet_id(mapping.subnet_id.as_str())
            .set_allocation_id(mapping.allocation_id.as_deref().map(str::to_owned))
            .set_private_ipv4_address(mapping.private_ipv4_address.as_deref().map(str::to_owned))
            .set_ipv6_address(mapping.ipv6_address.as_deref().map(str::to_owned))
            .build()
    };
    let mappings: Vec<SubnetMapping> = set.subnet_mappings.iter().map(mapping).collect();
    let request = one.clients.elbv2.set_subnets().load_balancer_arn(set.load_balancer_arn.as_str());
    let request = request
        .set_subnets((!set.subnets.is_empty()).then(|| named(&set.subnets)))
        .set_subnet_mappings((!mappings.is_empty()).then_some(mappings));
    one.done(request.send()).await
}

pub(super) async fn detach_subnets(one: &One, of: &ClassicSubnets) -> Result<Receipt, CallError> {
    let request = one.clients.elb.detach_load_balancer_from_subnets();
    let request = request.load_balancer_name(of.load_balancer_name.as_str());
    one.done(request.set_subnets(Some(named(&of.subnets))).send()).await
}

pub(super) async fn attach_subnets(one: &One, of: &ClassicSubnets) -> Result<Receipt, CallError> {
    let request = one.clients.elb.attach_load_balancer_to_subnets();
    let request = request.load_balancer_name(of.load_balancer_name.as_str());
    one.done(request.set_subnets(Some(named(&of.subnets))).send()).await
}

fn named(subnets: &[SubnetId]) -> Vec<String> {
    subnets.iter().map(ToString::to_string).collect()
}
