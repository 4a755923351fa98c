//! Facts of where traffic and launches may go: subnets of balancers and groups, routes (`aws-domain.md` C.3).

use std::collections::BTreeSet;
use std::time::Duration;

use super::Answer;
use super::group::with;
use super::look::{Look, told};
use crate::estate::balancer::{ClassicBalancer, LoadBalancer};
use crate::estate::network::RouteTable;
use crate::id::{Arn, ClassicName, GroupName, SubnetId, Text};

type Subnets = BTreeSet<SubnetId>;

pub(super) fn balancer_in(look: &Look<'_>, balancer: &Arn, wanted: &Subnets) -> Result<Answer, String> {
    let name = balancer.short();
    let found =
        look.find::<LoadBalancer>(&format!("balancer {name}"), balancer.text(), |each| each.arn == *balancer)?;
    let Some(there) = found.thing else { return Ok(gone("balancer", name, found.age)) };
    let subnets: Option<Subnets> = there.zones.iter().map(|(_, subnet)| subnet.clone()).collect();
    let Some(subnets) = subnets else { return Err(format!("{name}: AWS does not tell its subnets")) };
    Ok(compared(name, &subnets, wanted, found.age))
}

pub(super) fn classic_in(look: &Look<'_>, balancer: &ClassicName, wanted: &Subnets) -> Result<Answer, String> {
    let is = |each: &ClassicBalancer| each.name == *balancer;
    let found = look.find::<ClassicBalancer>(&format!("balancer {balancer}"), balancer.text(), is)?;
    let Some(there) = found.thing else { return Ok(gone("balancer", balancer.as_str(), found.age)) };
    Ok(compared(balancer.as_str(), &there.subnets.iter().cloned().collect(), wanted, found.age))
}

pub(super) fn group_in(look: &Look<'_>, group: &GroupName, wanted: &Subnets) -> Result<Answer, String> {
    with(look, group, |there, age| Ok(compared(group.as_str(), &there.subnets.iter().cloned().collect(), wanted, age)))
}

fn gone(kind: &str, name: &str, age: Duration) -> Answer {
    told(false, format!("there is no {kind} {name} any more"), age)
}

fn compared(name: &str, there: &Subnets, wanted: &Subnets, age: Duration) -> Answer {
    let named = |subnets: Vec<&SubnetId>| subnets.into_iter().map(SubnetId::as_str).collect::<Vec<_>>().join(", ");
    let (more, missing) = (named(there.difference(wanted).collect()), named(wanted.difference(there).collect()));
    let mut detail = format!("{name} is in {} subnets", there.len());
    for (word, subnets) in [("also in", more), ("not in", missing)] {
        if !subnets.is_empty() {
            detail = format!("{detail}, {word} {subnets}");
        }
    }
    told(there == wanted, detail, age)
}

/// A route that leads to what is gone is a black hole, whatever it is said to lead through.
pub(super) fn route_via(look: &Look<'_>, table: &Text, destination: &Text, gateway: &Text) -> Result<Answer, String> {
    let found = look.find::<RouteTable>(&format!("route table {table}"), table, |each| each.id == *table)?;
    let Some(there) = found.thing else { return Ok(gone("route table", table, found.age)) };
    let Some(route) = there.routes.iter().find(|route| route.destination == *destination) else {
        return Ok(told(false, format!("{table} has no route to {destination}"), found.age));
    };
    let through = route.target.as_deref().unwrap_or("nothing");
    let leads = route.state.as_deref() != Some("blackhole");
    let hole = if leads { "" } else { ", which is gone" };
    let holds = leads && route.target.as_ref() == Some(gateway);
    Ok(told(holds, format!("{table}: {destination} through {through}{hole}"), found.age))
}
