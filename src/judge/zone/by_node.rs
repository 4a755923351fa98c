//! What balancers count by the zone of their nodes, as far as anybody asked (`aws-domain.md` B.1, 3 and 12).
//!
//! Owns: [`Nodes`]. Depends on: metrics, balancers. Must stay true: with cross-zone balancing on, a node's zone is not the targets': a
//! failing target smears over all nodes, and the nodes of well zones may look worse than those of the sick one; what is
//! not told counts as on.

use std::collections::BTreeMap;

use crate::estate::balancer::{BalancerAttributes, LoadBalancer, TargetGroup, TargetGroupAttributes};
use crate::estate::query::{Measure, Query};
use crate::id::{Arn, ZoneName};

use super::view::Ground;
use crate::judge::metrics::Metrics;

/// Attribute by which cross-zone balancing is switched, of target groups and of balancers.
const CROSS_ZONE: &str = "load_balancing.cross_zone.enabled";

/// One balancer as its nodes in each zone count.
pub(super) struct Nodes<'a> {
    pub(super) balancer: &'a LoadBalancer,
    pub(super) cross_zone: bool,
    /// By place of the zone; the newest minute first, absent where it has no data.
    pub(super) zones: BTreeMap<usize, Minutes>,
}

/// One zone's minutes, the newest first.
#[derive(Debug, Default)]
pub(super) struct Minutes {
    pub(super) requests: Vec<Option<f64>>,
    /// Errors of targets and of the balancer; none where nobody asked.
    pub(super) errors: Option<Vec<f64>>,
    /// p99 by target group, in seconds.
    pub(super) latency: Vec<Vec<Option<f64>>>,
}

/// Minutes looked at before the window, for what was usual.
pub(super) const BEFORE: usize = 5;

/// Every balancer of which the requests of each of its zones are known, over the window and a while before.
pub(super) fn nodes<'a>(ground: &Ground<'a>, metrics: &Metrics<'_>) -> Vec<Nodes<'a>> {
    let minutes = ground.rules().periods + BEFORE;
    if !metrics.are_known() {
        return Vec::new();
    }
    let mut groups: BTreeMap<&str, Vec<&TargetGroup>> = BTreeMap::new();
    for group in ground.estate.table::<TargetGroup>(ground.region, ground.now).known() {
        for balancer in &group.load_balancers {
            groups.entry(balancer.as_str()).or_default().push(group);
        }
    }
    let balancers = ground.estate.table::<LoadBalancer>(ground.region, ground.now).known();
    let nodes = balancers.filter_map(|balancer| {
        let groups = groups.get(balancer.arn.as_str())?;
        let zones = balancer.zones.iter().filter_map(|(zone, _)| Some((ground.place(zone)?, zone)));
        let zones: Option<BTreeMap<usize, Minutes>> =
            zones.map(|(place, zone)| Some((place, counted(metrics, balancer, groups, zone, minutes)?))).collect();
        let zones = zones.filter(|zones| zones.len() > 1)?;
        Some(Nodes { balancer, cross_zone: crosses_zones(ground, balancer, groups), zones })
    });
    nodes.collect()
}

fn counted(
    metrics: &Metrics<'_>,
    balancer: &LoadBalancer,
    groups: &[&TargetGroup],
    zone: &ZoneName,
    minutes: usize,
) -> Option<Minutes> {
    let of = |measure, group: &Arn| Query::of_target_group(measure, &balancer.arn, group, Some(zone));
    let ask = |query: Option<Query>| Some(metrics.minutes(&query?, minutes)).filter(|found| !found.is_empty());
    let mut counted = Minutes::default();
    for group in groups {
        // A target group that nobody asked about carries what nobody knows: then the balancer's sum is not known either.
        let requests = ask(of(Measure::Requests, &group.arn))?;
        add(&mut counted.requests, &requests);
        if let Some(errors) = ask(of(Measure::Errors, &group.arn)) {
            add_errors(&mut counted.errors, &errors);
        }
        counted.latency.push(ask(of(Measure::Latency, &group.arn)).unwrap_or_default());
    }
    if let Some(errors) = ask(Query::of_balancer(Measure::BalancerErrors, &balancer.arn, Some(zone))) {
        add_errors(&mut counted.errors, &errors);
    }
    Some(counted)
}

fn add(sum: &mut Vec<Option<f64>>, more: &[Option<f64>]) {
    sum.resize(sum.len().max(more.len()), None);
    for (sum, more) in sum.iter_mut().zip(more) {
        *sum = sum.map_or(*more, |sum| Some(sum + more.unwrap_or(0.0)));
    }
}

/// Errors absent are no errors, while requests flow.
fn add_errors(sum: &mut Option<Vec<f64>>, more: &[Option<f64>]) {
    let sum = sum.get_or_insert_default();
    sum.resize(sum.len().max(more.len()), 0.0);
    for (sum, more) in sum.iter_mut().zip(more) {
        *sum += more.unwrap_or(0.0);
    }
}

/// Whether nodes send to targets of other zones: a target group's word goes before its balancer's; always on for application
/// balancers, and on where nobody knows (`aws-domain.md` A.3).
fn crosses_zones(ground: &Ground<'_>, balancer: &LoadBalancer, groups: &[&TargetGroup]) -> bool {
    let attributes = ground.estate.table::<BalancerAttributes>(ground.region, ground.now);
    let own = attributes.known().find(|row| row.of == balancer.arn).and_then(|row| row.values.get(CROSS_ZONE));
    let own = own.is_none_or(|word| &**word != "false");
    let rows = ground.estate.table::<TargetGroupAttributes>(ground.region, ground.now);
    groups.iter().any(|group| {
        let word = rows.known().find(|row| row.of == group.arn).and_then(|row| row.values.get(CROSS_ZONE));
        match word.map(|word| &**word) {
            Some("false") => false,
            Some("true") | None => true,
            Some(_) => own || &*balancer.balancer_type == "application",
        }
    })
}
