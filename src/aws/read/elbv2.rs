//! Reads of application, network and gateway load balancers (`aws-domain.md` A.3).

use aws_sdk_elasticloadbalancingv2::types;

use super::{Ask, Found, only, parent};
use crate::aws::caller::Caller;
use crate::estate::balancer::{
    BalancerAttributes, BalancerState, Listener, LoadBalancer, ResourceTags, Target, TargetGroup,
    TargetGroupAttributes, TargetState,
};
use crate::estate::tag::Tags;
use crate::estate::{ReadFailure, Row, SliceId};
use crate::id::{Arn, SubnetId, Text, VpcId, ZoneName};

/// Rows a page, the most that is given.
const PAGE: i32 = 400;
/// Resources that one call for tags may name.
const TAGGED: usize = 20;

pub(super) async fn load_balancers(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    caller
        .pages(
            |marker| {
                let call = caller.clients.elbv2.describe_load_balancers();
                let call = match only(id) {
                    Some(arn) => call.load_balancer_arns(&**arn),
                    None => call.page_size(PAGE).set_marker(marker),
                };
                call.send()
            },
            |page| {
                for balancer in page.load_balancers() {
                    rows.push(balancer_row(caller, balancer)?);
                }
                Ok(page.next_marker().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(LoadBalancer::rows(rows)))
}

fn balancer_row(caller: &Caller<'_>, balancer: &types::LoadBalancer) -> Result<LoadBalancer, ReadFailure> {
    let zones = balancer.availability_zones().iter();
    Ok(LoadBalancer {
        arn: Arn::from(caller.required(balancer.load_balancer_arn(), "LoadBalancerArn")?),
        name: caller.required(balancer.load_balancer_name(), "LoadBalancerName")?.into(),
        balancer_type: balancer.r#type().map_or("unknown", |kind| kind.as_str()).into(),
        scheme: balancer.scheme().map(|scheme| scheme.as_str().into()),
        state: balancer.state().and_then(|state| state.code()).map(|code| BalancerState::from(code.as_str())),
        state_reason: balancer.state().and_then(|state| state.reason()).map(Text::from),
        zones: zones
            .filter_map(|zone| Some((ZoneName::from(zone.zone_name()?), zone.subnet_id().map(SubnetId::from))))
            .collect(),
        dns_name: balancer.dns_name().map(Text::from),
        vpc: balancer.vpc_id().map(VpcId::from),
    })
}

pub(super) async fn target_groups(caller: &Caller<'_>) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    caller
        .pages(
            |marker| caller.clients.elbv2.describe_target_groups().page_size(PAGE).set_marker(marker).send(),
            |page| {
                for group in page.target_groups() {
                    rows.push(TargetGroup {
                        arn: Arn::from(caller.required(group.target_group_arn(), "TargetGroupArn")?),
                        name: caller.required(group.target_group_name(), "TargetGroupName")?.into(),
                        target_type: group.target_type().map(|kind| kind.as_str().into()),
                        protocol: group.protocol().map(|protocol| protocol.as_str().into()),
                        port: group.port(),
                        load_balancers: group.load_balancer_arns().iter().map(|arn| Arn::from(arn.as_str())).collect(),
                        interval_s: group.health_check_interval_seconds(),
                        healthy_threshold: group.healthy_threshold_count(),
                        unhealthy_threshold: group.unhealthy_threshold_count(),
                        vpc: group.vpc_id().map(VpcId::from),
                    });
                }
                Ok(page.next_marker().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(TargetGroup::rows(rows)))
}

pub(super) async fn targets(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let group = parent(caller, id)?;
    let answer = caller.call(|| caller.clients.elbv2.describe_target_health().target_group_arn(group).send()).await?;
    let rows: Result<Vec<Target>, ReadFailure> =
        answer.target_health_descriptions().iter().map(|target| target_row(caller, target)).collect();
    Ok(Found::Rows(Target::rows(rows?)))
}

fn target_row(caller: &Caller<'_>, described: &types::TargetHealthDescription) -> Result<Target, ReadFailure> {
    let target = caller.required(described.target(), "Target")?;
    let health = caller.required(described.target_health(), "TargetHealth")?;
    let overridden = described.administrative_override().and_then(|administrative| administrative.state());
    Ok(Target {
        id: caller.required(target.id(), "Target.Id")?.into(),
        port: target.port(),
        zone: target.availability_zone().map(ZoneName::from),
        state: TargetState::from(caller.required(health.state(), "TargetHealth.State")?.as_str()),
        reason: health.reason().map(|reason| reason.as_str().into()),
        description: health.description().map(Text::from),
        administrative_override: overridden.map(|state| state.as_str().into()),
    })
}

/// Tags of the balancers and target groups asked for, twenty a call.
pub(super) async fn tags(caller: &Caller<'_>, ask: &Ask) -> Result<Found, ReadFailure> {
    let mut rows = Vec::new();
    for batch in ask.parents.chunks(TAGGED) {
        let arns: Vec<String> = batch.iter().map(|arn| arn.to_string()).collect();
        let answer =
            caller.call(|| caller.clients.elbv2.describe_tags().set_resource_arns(Some(arns.clone())).send()).await?;
        for described in answer.tag_descriptions() {
            let tags = described.tags().iter();
            rows.push(ResourceTags {
                of: Arn::from(caller.required(described.resource_arn(), "ResourceArn")?),
                tags: Tags::new(
                    tags.filter_map(|tag| Some((Text::from(tag.key()?), Text::from(tag.value().unwrap_or(""))))),
                ),
            });
        }
    }
    Ok(Found::Rows(ResourceTags::rows(rows)))
}

pub(super) async fn listeners(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let balancer = parent(caller, id)?;
    let mut rows = Vec::new();
    caller
        .pages(
            |marker| {
                let call = caller.clients.elbv2.describe_listeners().load_balancer_arn(balancer);
                call.page_size(PAGE).set_marker(marker).send()
            },
            |page| {
                for listener in page.listeners() {
                    rows.push(Listener {
                        arn: Arn::from(caller.required(listener.listener_arn(), "ListenerArn")?),
                        load_balancer: Arn::from(balancer),
                        port: listener.port(),
                        protocol: listener.protocol().map(|protocol| protocol.as_str().into()),
                        forwards: listener.default_actions().iter().flat_map(forwards).collect(),
                    });
                }
                Ok(page.next_marker().map(str::to_owned))
            },
        )
        .await?;
    Ok(Found::Rows(Listener::rows(rows)))
}

/// An action forwards to one target group, or to several by weight.
fn forwards(action: &types::Action) -> Vec<(Arn, Option<i32>)> {
    let weighted: Vec<(Arn, Option<i32>)> = action
        .forward_config()
        .map(|forward| forward.target_groups())
        .unwrap_or_default()
        .iter()
        .filter_map(|group| Some((Arn::from(group.target_group_arn()?), group.weight())))
        .collect();
    match action.target_group_arn() {
        Some(arn) if weighted.is_empty() => vec![(Arn::from(arn), None)],
        _ => weighted,
    }
}

pub(super) async fn load_balancer_attributes(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let balancer = parent(caller, id)?;
    let answer = caller
        .call(|| caller.clients.elbv2.describe_load_balancer_attributes().load_balancer_arn(balancer).send())
        .await?;
    let values =
        answer.attributes().iter().filter_map(|a| Some((Text::from(a.key()?), Text::from(a.value()?)))).collect();
    Ok(Found::Rows(BalancerAttributes::rows(vec![BalancerAttributes { of: Arn::from(balancer), values }])))
}

pub(super) async fn target_group_attributes(caller: &Caller<'_>, id: &SliceId) -> Result<Found, ReadFailure> {
    let group = parent(caller, id)?;
    let answer =
        caller.call(|| caller.clients.elbv2.describe_target_group_attributes().target_group_arn(group).send()).await?;
    let values =
        answer.attributes().iter().filter_map(|a| Some((Text::from(a.key()?), Text::from(a.value()?)))).collect();
    Ok(Found::Rows(TargetGroupAttributes::rows(vec![TargetGroupAttributes { of: Arn::from(group), values }])))
}
