//! Classic load balancers (ELB version 1).
//!
//! Owns: the reads of `aws-domain.md` A.3 for them, and registration. Must stay true: an instance that is not registered is told apart
//! from one that does not exist.

use super::{Action, Service, region, scene};
use crate::sim::wire::error::ApiError;
use crate::sim::wire::page::{Bounds, Pager};
use crate::sim::wire::request::Request;
use crate::sim::wire::throttle::{ELB_REGISTER, ELB_SLOW, ThrottleClass};
use crate::sim::wire::writer::Writer;
use crate::sim::world::{
    ClassicBalancer, ClassicName, ClassicReason, ClassicState, InstanceId, InstanceState, Region, SubnetId, World,
};

const SERVICE: Service = Service::ElasticLoadBalancing;

/// Its actions.
pub const ACTIONS: &[Action] = &[
    Action::read(SERVICE, "DescribeInstanceHealth", describe_instance_health),
    Action::read(SERVICE, "DescribeLoadBalancerAttributes", describe_attributes),
    Action::read(SERVICE, "DescribeLoadBalancers", describe),
    Action::read(SERVICE, "DescribeTags", describe_tags),
    Action::write(SERVICE, "AttachLoadBalancerToSubnets", attach_subnets).class(SLOW),
    Action::write(SERVICE, "DetachLoadBalancerFromSubnets", detach_subnets).class(SLOW),
    Action::write(SERVICE, "DeregisterInstancesFromLoadBalancer", deregister).class(REGISTER),
    Action::write(SERVICE, "RegisterInstancesWithLoadBalancer", register).class(REGISTER),
];

/// Registrations have a bucket of their own, with those of the newer load balancers (`aws-domain.md` A.8).
const REGISTER: ThrottleClass = ThrottleClass::Own(ELB_REGISTER);

const BOUNDS: Bounds = Bounds { limit: "PageSize", token: "Marker", least: 1, most: 400, default: 400 };

fn balancer<'w>(region: &'w Region, name: &str) -> Result<&'w ClassicBalancer, ApiError> {
    let unknown = || ApiError::new("LoadBalancerNotFound", format!("There is no ACTIVE Load Balancer named '{name}'"));
    region.classic_balancers.get(name).ok_or_else(unknown)
}

/// All load balancers, or those of that name.
fn describe(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    let names = request.params.texts("LoadBalancerNames");
    names.iter().try_for_each(|name| balancer(region, name).map(drop))?;
    let wanted = region.classic_balancers.values();
    let wanted = wanted.filter(|balancer| names.is_empty() || names.contains(&balancer.name.as_str()));
    let page = Pager::new(request, &BOUNDS)?.page(wanted, |balancer| balancer.name.as_str().into());
    w.list("LoadBalancerDescriptions", "member", page.items, write_balancer);
    w.maybe_text("NextMarker", page.token);
    Ok(())
}

/// The health of all registered instances, or of those that the request names.
fn describe_instance_health(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    let balancer = balancer(region, request.params.required("LoadBalancerName")?)?;
    let mut ids: Vec<String> = Vec::new();
    for instance in request.params.objects("Instances") {
        let id = instance.required("InstanceId")?;
        if !region.instances.contains_key(id) {
            return Err(ApiError::new("InvalidInstance", format!("Could not find EC2 instance {id}.")));
        }
        ids.push(id.to_owned());
    }
    if ids.is_empty() {
        ids = balancer.members.keys().map(ToString::to_string).collect();
    }
    w.list("InstanceStates", "member", &ids, |w, id| {
        w.text("InstanceId", id);
        match balancer.members.get(id.as_str()) {
            Some(member) => {
                w.text("State", member.state.as_str());
                w.text("ReasonCode", member.reason.as_str());
                w.text("Description", &member.description);
            }
            None => {
                w.text("State", ClassicState::OutOfService.as_str());
                w.text("ReasonCode", ClassicReason::Instance.as_str());
                w.text("Description", "Instance is not currently registered with the LoadBalancer.");
            }
        }
    });
    Ok(())
}

/// What changes subnets is slow (`aws-domain.md` A.8).
const SLOW: ThrottleClass = ThrottleClass::Own(ELB_SLOW);

fn attach_subnets(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    change_subnets(world, request, w, true)
}

fn detach_subnets(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    change_subnets(world, request, w, false)
}

fn change_subnets(world: &mut World, request: &Request, w: &mut Writer, attach: bool) -> Result<(), ApiError> {
    let name = balancer(region(world, request)?, request.params.required("LoadBalancerName")?)?.name.clone();
    let subnets: Vec<SubnetId> = request.params.texts("Subnets").into_iter().map(SubnetId::from).collect();
    if subnets.is_empty() {
        return Err(ApiError::validation("The request must contain the parameter Subnets"));
    }
    let after = scene(world, request)?.change_classic_subnets(&name, &subnets, attach)?;
    w.texts("Subnets", "member", after);
    Ok(())
}

/// Registers instances; those that are registered stay as they are. Answers with all that are.
fn register(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let (name, ids) = named(world, request)?;
    let classic = balancer(region(world, request)?, name.as_str())?;
    let fresh: Vec<InstanceId> = ids.into_iter().filter(|id| !classic.members.contains_key(id)).collect();
    let mut scene = scene(world, request)?;
    fresh.iter().for_each(|id| scene.register_classic(&name, id));
    write_members(world, request, w, &name)
}

/// Takes instances off; those that are not registered are not missed. Answers with all that are left.
fn deregister(world: &mut World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let (name, ids) = named(world, request)?;
    let mut scene = scene(world, request)?;
    ids.iter().for_each(|id| scene.deregister_classic(&name, id));
    write_members(world, request, w, &name)
}

/// The load balancer and the instances, all of which exist, that a request names.
fn named(world: &World, request: &Request) -> Result<(ClassicName, Vec<InstanceId>), ApiError> {
    let region = region(world, request)?;
    let name = balancer(region, request.params.required("LoadBalancerName")?)?.name.clone();
    let mut ids = Vec::new();
    for instance in request.params.objects("Instances") {
        let id = InstanceId::from(instance.required("InstanceId")?);
        if region.instances.get(&id).is_none_or(|found| found.state == InstanceState::Terminated) {
            return Err(ApiError::new("InvalidInstance", format!("Could not find EC2 instance {id}.")));
        }
        ids.push(id);
    }
    if ids.is_empty() {
        return Err(ApiError::validation("The request must contain the parameter Instances"));
    }
    Ok((name, ids))
}

fn write_members(world: &World, request: &Request, w: &mut Writer, name: &ClassicName) -> Result<(), ApiError> {
    let classic = balancer(region(world, request)?, name.as_str())?;
    w.list("Instances", "member", classic.members.keys(), |w, id| w.text("InstanceId", id));
    Ok(())
}

fn describe_attributes(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let balancer = balancer(region(world, request)?, request.params.required("LoadBalancerName")?)?;
    w.structure("LoadBalancerAttributes", |w| {
        w.structure("CrossZoneLoadBalancing", |w| w.boolean("Enabled", balancer.cross_zone));
        w.structure("AccessLog", |w| w.boolean("Enabled", false));
        w.structure("ConnectionDraining", |w| {
            w.boolean("Enabled", balancer.draining_s.is_some());
            w.integer("Timeout", balancer.draining_s.unwrap_or(300).into());
        });
        w.structure("ConnectionSettings", |w| w.integer("IdleTimeout", balancer.idle_timeout_s.into()));
    });
    Ok(())
}

fn describe_tags(world: &World, request: &Request, w: &mut Writer) -> Result<(), ApiError> {
    let region = region(world, request)?;
    let names = request.params.texts("LoadBalancerNames");
    if names.is_empty() || names.len() > 20 {
        return Err(ApiError::validation("LoadBalancerNames must hold between 1 and 20 names"));
    }
    let found: Vec<&ClassicBalancer> = names.iter().map(|name| balancer(region, name)).collect::<Result<_, _>>()?;
    w.list("TagDescriptions", "member", found, |w, balancer| {
        w.text("LoadBalancerName", &balancer.name);
        w.list("Tags", "member", balancer.tags.iter(), |w, (key, value)| {
            w.text("Key", key);
            w.text("Value", value);
        });
    });
    Ok(())
}

fn write_balancer(w: &mut Writer, balancer: &ClassicBalancer) {
    w.text("LoadBalancerName", &balancer.name);
    w.text("DNSName", &balancer.dns_name);
    w.text("CanonicalHostedZoneName", &balancer.dns_name);
    w.text("CanonicalHostedZoneNameID", &balancer.dns_zone);
    w.list("ListenerDescriptions", "member", &balancer.listeners, |w, listener| {
        w.structure("Listener", |w| {
            w.text("Protocol", &listener.protocol);
            w.integer("LoadBalancerPort", listener.port.into());
            w.text("InstanceProtocol", &listener.instance_protocol);
            w.integer("InstancePort", listener.instance_port.into());
        });
        w.texts("PolicyNames", "member", [""; 0]);
    });
    w.texts("AvailabilityZones", "member", &balancer.zones);
    w.texts("Subnets", "member", &balancer.subnets);
    w.text("VPCId", &balancer.vpc);
    w.list("Instances", "member", balancer.members.keys(), |w, id| w.text("InstanceId", id));
    w.structure("HealthCheck", |w| {
        let check = &balancer.health_check;
        w.text("Target", &check.target);
        w.integer("Interval", check.interval_s.into());
        w.integer("Timeout", check.timeout_s.into());
        w.integer("UnhealthyThreshold", check.unhealthy_threshold.into());
        w.integer("HealthyThreshold", check.healthy_threshold.into());
    });
    w.texts("SecurityGroups", "member", &balancer.security_groups);
    w.time("CreatedTime", balancer.created_at);
    w.text("Scheme", balancer.scheme.as_str());
}
