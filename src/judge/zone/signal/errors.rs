//! Errors and latency by the zone of balancers' nodes: worse here for sure, minute after minute (`aws-domain.md` B.1, 3, and B.2).
//!
//! Must stay true: with cross-zone on the same everywhere is not "the region", and a node's zone alone decides nothing; never
//! evidence *for* a zone, and none where a zone or its peers had too little traffic.

use std::collections::BTreeSet;

use crate::judge::zone::by_node::{Minutes, Nodes};
use crate::judge::zone::sign::{Sign, Weight};
use crate::judge::zone::statistics::is_outlier;
use crate::judge::zone::view::View;

/// With fewer zones and cross-zone on, the nodes of the well zone look as bad as those of the sick one, or worse.
const CROSS_ZONE_MIN: usize = 3;

pub(super) fn sign(view: &View<'_>, zone: usize) -> Option<Sign> {
    let rules = view.ground.rules();
    let usable = |nodes: &&Nodes<'_>| !nodes.cross_zone || nodes.zones.len() >= CROSS_ZONE_MIN;
    let mut own: BTreeSet<&str> = BTreeSet::new();
    let mut smeared: BTreeSet<&str> = BTreeSet::new();
    let mut words: Vec<String> = Vec::new();
    for nodes in view.nodes.iter().filter(usable) {
        let Some(found) = worse(view, nodes, zone) else { continue };
        words.push(format!("{} {found}", nodes.balancer.name));
        let balancers = if nodes.cross_zone { &mut smeared } else { &mut own };
        balancers.insert(nodes.balancer.arn.as_str());
    }
    let first = words.first()?;
    let more = words.len().checked_sub(1).filter(|more| *more > 0);
    let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
    let detail = format!("{first}{more}, for {} of {} minutes", rules.bad_periods, rules.periods);
    let elsewhere = view.others(zone).filter_map(|other| view.failing.zones.get(other));
    let explained = elsewhere.into_iter().any(|other| other.hosts().len() >= rules.hosts);
    let weight = match own.len() {
        0 if explained => Weight::Tells,
        // What is not known of targets may be what explains it.
        0 if !view.failing.complete => Weight::Unwatched,
        0 | 1 => Weight::Suggests,
        _ => Weight::Decides,
    };
    Some(Sign::new(weight, "errors", detail).value((own.len() + smeared.len()) as f64))
}

/// How much worse a balancer's node in this zone is, where it is for enough minutes.
fn worse(view: &View<'_>, nodes: &Nodes<'_>, zone: usize) -> Option<String> {
    let rules = view.ground.rules();
    let here = nodes.zones.get(&zone)?;
    let others: Vec<&Minutes> = nodes.zones.iter().filter(|(place, _)| **place != zone).map(|(_, m)| m).collect();
    let requests = |minutes: &Minutes| minutes.requests.iter().take(rules.periods).flatten().sum::<f64>();
    let enough =
        requests(here) >= rules.min_requests && others.iter().all(|other| requests(other) >= rules.min_requests);
    enough.then_some(())?;
    let all = requests(here);
    let errors: f64 = here.errors.iter().flatten().take(rules.periods).sum();
    let hurts = errors >= rules.min_errors && errors / all > 1.0 - rules.availability;
    if hurts && (0..rules.periods).filter(|minute| is_worse(here, &others, *minute)).count() >= rules.bad_periods {
        return Some(format!("errors {:.1}% here", errors / all * 100.0));
    }
    for group in 0..here.latency.len() {
        let slow = |minute: &usize| {
            let at = |minutes: &Minutes| minutes.latency.get(group)?.get(*minute).copied().flatten();
            let rest: Option<Vec<f64>> = others.iter().map(|other| at(other)).collect();
            let worst = rest.and_then(|rest| rest.into_iter().reduce(f64::max));
            at(here).zip(worst).filter(|(here, worst)| *here > rules.latency_s && *here > worst * rules.latency_ratio)
        };
        let slow: Vec<(f64, f64)> = (0..rules.periods).filter_map(|minute| slow(&minute)).collect();
        if let Some((p99, worst)) = slow.first().filter(|_| slow.len() >= rules.bad_periods) {
            return Some(format!("p99 {p99:.1} s here, {worst:.1} s elsewhere"));
        }
    }
    None
}

/// Whether this minute's error rate here is above the others' for sure.
fn is_worse(here: &Minutes, others: &[&Minutes], minute: usize) -> bool {
    let at = |minutes: &Minutes| {
        let requests = minutes.requests.get(minute).copied().flatten()?;
        let errors = minutes.errors.as_ref()?.get(minute).copied()?;
        // What the balancer answered itself is no target's request: never more errors than answers.
        Some((errors, requests.max(errors)))
    };
    let rest: Option<(f64, f64)> =
        others.iter().try_fold((0.0, 0.0), |(bad, all), other| at(other).map(|(b, a)| (bad + b, all + a)));
    at(here).zip(rest).is_some_and(|(here, rest)| is_outlier(here, rest))
}
