//! What CloudTrail remembers of a write: who called it, with what, about which resources (`aws-domain.md` E).
//!
//! Must stay true: only writes that took effect are recorded, each once; secrets are no parameter of any of them.

use serde_json::{Map, Value};

use super::request::Request;
use super::service::Action;
use crate::sim::world::{Caller, TrailEntry, World};

/// Parameters that name a resource, and CloudTrail's type of it.
const RESOURCES: &[(&str, &str)] = &[
    ("AutoScalingGroupName", "AWS::AutoScaling::AutoScalingGroup"),
    ("InstanceId", "AWS::EC2::Instance"),
    ("InstanceIds", "AWS::EC2::Instance"),
    ("VolumeId", "AWS::EC2::Volume"),
    ("AllocationId", "AWS::EC2::EIP"),
    ("TargetGroupArn", "AWS::ElasticLoadBalancingV2::TargetGroup"),
    ("LoadBalancerArn", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    ("LoadBalancerName", "AWS::ElasticLoadBalancing::LoadBalancer"),
    ("DBInstanceIdentifier", "AWS::RDS::DBInstance"),
    ("DBClusterIdentifier", "AWS::RDS::DBCluster"),
    ("resourceIdentifier", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
    ("RouteTableId", "AWS::EC2::RouteTable"),
];

/// Records a write that took effect.
pub fn record(world: &mut World, action: &Action, request: &Request) {
    let who = caller(&world.caller_arn);
    let Some(mut scene) = world.scene(&request.region) else { return };
    let name = format!("{}:{}", action.service.iam_prefix(), action.name);
    let mut entry = TrailEntry::new(scene.now, &name, who);
    for (parameter, kind) in RESOURCES {
        for id in request.params.texts(parameter) {
            entry = entry.about(kind, id);
        }
    }
    entry.parameters = told(request.params.members());
    scene.remember(entry);
}

/// Parameters as CloudTrail writes them: with a small first letter.
fn told(members: &Map<String, Value>) -> Map<String, Value> {
    let small = |name: &String| {
        let mut letters = name.chars();
        letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
    };
    members.iter().map(|(name, value)| (small(name), value.clone())).collect()
}

/// Role and session of `arn:aws:sts::123456789012:assumed-role/ROLE/SESSION`.
fn caller(arn: &str) -> Caller {
    let mut parts = arn.rsplit('/');
    let session = parts.next().unwrap_or_default();
    Caller::of(parts.next().unwrap_or(session), session)
}
