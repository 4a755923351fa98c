//! Reads of classic load balancers (`aws-domain.md` A.3).

use super::{Found, only, parent};
use crate::aws::caller::Caller;
use crate::aws::time;
use crate::estate::balancer::{BalancerAttributes, ClassicBalancer, ClassicState, ClassicTarget};
use crate::estate::{ReadFailure, Row, SliceId};
use crate::id::{Arn, ClassicName, InstanceId, SubnetId, Text, ZoneName};

pub(super) async fn balancers(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    caller
        .pages(
            |marker| {
                let call = caller.clients.elb.describe_load_balancers();
                let call = match only(id) {
                    Some(name) => call.load_balancer_names(&**name),
                    None => call.page_size(400).set_marker(marker),
                };
                call.send()
            },
            |page| {
                for balancer in page.load_balancer_descriptions() {
                    let instances = balancer.instances().iter().filter_map(|instance| instance.instance_id());
                    rows.push(ClassicBalancer {
                        name: ClassicName::from(caller.required(balancer.load_balancer_name(), "LoadBalancerName")?),
                        dns_name: balancer.dns_name().map(Text::from),
                        zones: balancer.availability_zones().iter().map(|zone| ZoneName::from(zone.as_str())).collect(),
                        subnets: balancer.subnets().iter().map(|subnet| SubnetId::from(subnet.as_str())).collect(),
                        instances: instances.map(InstanceId::from).collect(),
                        health_check: balancer.health_check().map(|check| check.target().into()),
                        created_at: time::maybe(balancer.created_time()),
                    });
                }
                Ok(page.next_marker().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(ClassicBalancer::rows(rows)))
}

pub(super) async fn targets(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let balancer = parent(caller, id)?;
    let answer =
        caller.call(|| caller.clients.elb.describe_instance_health().load_balancer_name(balancer).send()).await?;
    let rows: Result<Vec<ClassicTarget>, ReadFailure> = answer
        .instance_states()
        .iter()
        .map(|state| {
            Ok(ClassicTarget {
                instance: InstanceId::from(caller.required(state.instance_id(), "InstanceId")?),
                state: ClassicState::from(caller.required(state.state(), "State")?),
                reason: state.reason_code().map(Text::from),
                description: state.description().map(Text::from),
            })
        })
        .collect();
    Ok(Found::Rows(ClassicTarget::rows(rows?)))
}

/// A classic balancer's attributes, under the names that the other generation gives them.
pub(super) async fn attributes(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let balancer = parent(caller, id)?;
    let answer = caller
        .call(|| caller.clients.elb.describe_load_balancer_attributes().load_balancer_name(balancer).send())
        .await?;
    let cross_zone = answer.load_balancer_attributes().and_then(|all| all.cross_zone_load_balancing());
    let cross_zone =
        cross_zone.map(|found| ("load_balancing.cross_zone.enabled".into(), found.enabled().to_string().into()));
    let row = BalancerAttributes { of: Arn::from(balancer), values: cross_zone.into_iter().collect() };
    Ok(Found::Rows(BalancerAttributes::rows(vec![row])))
}
