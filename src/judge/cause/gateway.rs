//! A NAT gateway that drops what is sent through it: a way out that fails, for every zone that takes it (`aws-domain.md` B.1
//! signal 9, B.4).

use std::collections::{BTreeMap, BTreeSet};

use crate::estate::network::{NatGateway, RouteTable};
use crate::estate::query::{Measure, Query};
use crate::estate::zone::Subnet;
use crate::id::{SubnetId, ZoneName};
use crate::judge::finding::{Finding, Subject, Urgency};
use crate::judge::survey::Survey;
use crate::judge::verdict::Verdict;
use crate::judge::words::names;

use super::Cause;
use super::claims::Claims;

/// Settled minutes looked at, and how many of them must be bad.
const MINUTES: (usize, usize) = (5, 3);
/// Packets a minute from which drops are no mishap.
const DROPS: f64 = 100.0;
/// Connections a minute for which there was no port.
const PORTS: f64 = 1.0;

pub(super) fn find(survey: &Survey<'_>) -> Vec<Cause> {
    let gateways = survey.estate.table::<NatGateway>(survey.region, survey.now).known();
    gateways
        .filter_map(|gateway| Some((gateway, trouble(gateway, survey)?)))
        .map(|(gateway, words)| {
            let zones = users(gateway, survey);
            let others = survey.estate.table::<NatGateway>(survey.region, survey.now).known();
            let other =
                others.filter(|other| other.id != gateway.id && &*other.state == "available").map(|other| &*other.id);
            let who = match &zones {
                Some(zones) if zones.is_empty() => "; no route leads to it".to_owned(),
                Some(zones) => format!("; the way out of {}", names(zones.iter().map(ZoneName::as_str))),
                None => "; whose way out it is was not read".to_owned(),
            };
            let where_to = names(other);
            let next = match where_to.as_str() {
                "" => "make another gateway and route through it".to_owned(),
                others => format!("route them through {others}"),
            };
            let subject = Subject::named("NAT gateway", gateway.id.to_string());
            let finding =
                Finding::new(Verdict::Critical, subject, format!("{words}{who}")).next(next).urgency(Urgency::Now);
            Cause { finding, claims: Claims::nothing() }
        })
        .collect()
}

/// What is wrong with a gateway, in words.
fn trouble(gateway: &NatGateway, survey: &Survey<'_>) -> Option<String> {
    if &*gateway.state == "failed" {
        let why = gateway.failure.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        return Some(format!("failed{why}"));
    }
    let bad = |measure, from: f64| {
        let values = survey.minutes(Query::of_nat(measure, &gateway.id), 0, MINUTES.0);
        let bad: Vec<f64> = values.into_iter().filter(|value| *value >= from).collect();
        (bad.len() >= MINUTES.1).then(|| bad.iter().sum::<f64>() / bad.len() as f64)
    };
    let drops = bad(Measure::NatDrops, DROPS).map(|drops| format!("drops {drops:.0} packets a minute"));
    let ports = bad(Measure::NatPortErrors, PORTS).map(|ports| format!("no port left {ports:.0} times a minute"));
    let words: Vec<String> = drops.into_iter().chain(ports).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// The zones whose subnets go out through a gateway; none where routes or subnets were not read.
fn users(gateway: &NatGateway, survey: &Survey<'_>) -> Option<BTreeSet<ZoneName>> {
    let tables: Vec<&RouteTable> = survey.estate.table::<RouteTable>(survey.region, survey.now).complete()?.collect();
    let subnets: BTreeMap<&SubnetId, &Subnet> = survey
        .estate
        .table::<Subnet>(survey.region, survey.now)
        .complete()?
        .map(|subnet| (&subnet.id, subnet))
        .collect();
    let own: BTreeSet<&SubnetId> = tables.iter().flat_map(|table| &table.subnets).collect();
    let mut zones = BTreeSet::new();
    for table in &tables {
        if !table.routes.iter().any(|route| route.target.as_ref() == Some(&gateway.id)) {
            continue;
        }
        zones.extend(table.subnets.iter().filter_map(|id| Some(subnets.get(id)?.zone.clone())));
        // Subnets without a table of their own use their network's main one.
        let inherits = |subnet: &&&Subnet| table.main && subnet.vpc == table.vpc && !own.contains(&subnet.id);
        zones.extend(subnets.values().filter(inherits).map(|subnet| subnet.zone.clone()));
    }
    Some(zones)
}
