//! For tests: asks one action of the built-in world and reads its answer as JSON, whatever its service's own protocol.

#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::{Map, Value, json};

use super::{Run, Service, find};
use crate::sim::time::SimTime;
use crate::sim::wire::error::ApiError;
use crate::sim::wire::request::{Params, Protocol, Request};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{Origin, World};

/// The built-in world at 03:14:22 on 21 November 2026.
pub(super) fn world() -> World {
    World::builtin(Origin { seed: 7, start: SimTime::from_seconds(1_795_230_862) }).unwrap()
}

/// What an action of us-east-1 answers, or status and code of its refusal.
pub(super) fn ask(world: &World, service: Service, action: &str, params: Value) -> Result<Value, (u16, &'static str)> {
    let Run::Read(run) = find(service, action).unwrap().run else { panic!("{action} is no read") };
    answer(service, action, params, |request, writer| run(world, request, writer))
        .map(|bytes| serde_json::from_slice(&bytes).unwrap())
}

/// The same for an action that changes something.
pub(super) fn run(
    world: &mut World,
    service: Service,
    action: &str,
    params: Value,
) -> Result<Vec<u8>, (u16, &'static str)> {
    let found = find(service, action).unwrap();
    answer(service, action, params, |request, writer| found.perform(world, request, writer))
}

fn answer(
    service: Service,
    action: &str,
    params: Value,
    run: impl FnOnce(&Request, &mut Writer) -> Result<(), ApiError>,
) -> Result<Vec<u8>, (u16, &'static str)> {
    let request = Request {
        service,
        action: action.to_owned(),
        region: "us-east-1".to_owned(),
        params: Params::new(params.as_object().unwrap().clone()),
        user_agent: String::new(),
        protocol: Protocol::Json,
    };
    let mut writer = Writer::json();
    run(&request, &mut writer).map_err(|error| {
        let (status, code) = error.resolve(Some(service));
        (status, &*code.to_owned().leak())
    })?;
    Ok(writer.finish())
}

/// The items of all pages of a listing, and how many pages there were. `tokens` are the token's names in answer and
/// request.
pub(super) fn pages(
    world: &World,
    service: Service,
    action: &str,
    mut params: Value,
    items: &str,
    tokens: (&str, &str),
) -> (Vec<Value>, usize) {
    let mut all = Vec::new();
    for count in 1.. {
        let mut answer = ask(world, service, action, params.clone()).unwrap();
        all.append(answer[items].as_array_mut().unwrap());
        match answer.get(tokens.0) {
            Some(token) => params[tokens.1] = token.clone(),
            None => return (all, count),
        }
    }
    unreachable!()
}

/// One member of every item.
pub(super) fn column<'v>(items: &'v [Value], member: &str) -> Vec<&'v str> {
    items.iter().map(|item| item[member].as_str().unwrap()).collect()
}

/// An empty request.
pub(super) fn nothing() -> Value {
    json!({})
}

/// Parameters that one action or another reads.
const NAMES: &str = "\
    ActionPrefix ActivityIds AlarmName AlarmNamePrefix AlarmNames AlarmTypes AutoScalingGroupName \
    AutoScalingGroupNames ChildrenOfAlarmName DBClusterIdentifier DBInstanceIdentifier Dimensions Duration EndDate \
    ActionNames EndTime EventCategory Filter Filters HealthCheckId Id Include IncludeAllInstances InstanceId InstanceIds Instances \
    ListenerArn ListenerArns LookupAttributes LoadBalancerArn LoadBalancerArns LoadBalancerName LoadBalancerNames Marker \
    MaxDatapoints MaxRecords MaxResults MetricDataQueries MetricName Names Namespace NatGatewayId NextToken PageSize Period PolicySourceArn \
    ResourceArns ResourceName RuleArns ScanBy StartDate StartTime StateValue Statistics TargetGroupArn Targets \
    VolumeId filter locale marker maxResults maxitems name nextToken resourceIdentifier status type";

/// Every action, each parameter of a wrong type in turn and then all of them: an answer or a refusal.
#[test]
fn no_action_panics_whatever_it_is_asked() {
    let values = [
        json!([1, "", null, {}]),
        json!("\u{0}\u{e9}/%"),
        json!({"Name": []}),
        json!("-1"),
        json!([{"Name": "x", "Value": [1]}]),
        json!(i64::MIN),
        json!(true),
        json!(1e300),
    ];
    let mut world = world();
    for action in super::all() {
        for (name, value) in NAMES.split(' ').zip(values.iter().cycle()) {
            let _ = run(&mut world, action.service, action.name, json!({ name: value }));
        }
        for value in &values {
            let every: Map<String, Value> = NAMES.split(' ').map(|name| (name.to_owned(), value.clone())).collect();
            let _ = run(&mut world, action.service, action.name, every.into());
        }
    }
}
