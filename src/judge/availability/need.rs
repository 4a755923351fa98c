//! How many members a pool needs at today's load.
//!
//! Owns: [`Need`]. Depends on: metrics, policy. Must stay true: what no metric tells is supposed aloud, never taken for little.

use crate::estate::query::{Measure, Query};
use crate::judge::availability::arithmetic::real;
use crate::judge::availability::pool::Members;
use crate::judge::availability::scene::Scene;
use crate::judge::policy::Policy;

/// Minutes over which today's load is taken: the mean of those that are known.
const MINUTES: usize = 5;

/// How many are needed, and how anybody knows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Need {
    /// So many, of those that serve.
    pub(super) members: usize,
    /// Why, in words.
    pub(super) because: String,
    /// What had to be supposed for it; none where it is known.
    pub(super) supposed: Option<String>,
}

/// What a pool of a service needs: by its quorum, else by its load, else by supposition.
pub(super) fn of(scene: &Scene<'_>, service: &str, members: &Members, policy: &Policy) -> Need {
    let serving = members.serving();
    let known = |members: usize, because: String| Need { members, because, supposed: None };
    if serving <= 1 {
        return known(serving, "it is the only one".to_owned());
    }
    let declared = policy.services.get(service);
    let limit = policy.headroom.cpu_limit;
    let by_cpu = cpu_load(scene, members).map(|load| {
        let (cpu, needed) = (load / real(serving), whole(load / limit).max(1));
        let beyond = if needed > serving { ", beyond it already" } else { "" };
        (needed.min(serving), format!("CPU {cpu:.0}%, limit {limit:.0}{beyond}"))
    });
    let safe = declared.and_then(|declared| declared.safe_requests_per_target);
    let by_requests = safe.and_then(|safe| {
        let requests = requests(scene, members)?;
        Some((whole(requests / safe).clamp(1, serving), format!("{requests:.0} requests/min, {safe:.0} a target")))
    });
    let needs = by_cpu.into_iter().chain(by_requests).max_by_key(|(members, _)| *members);
    if let Some((members, because)) = needs {
        return known(members, because);
    }
    let largest = members.serving.values().copied().max().unwrap_or(0);
    let enough = if largest < serving { serving - largest } else { serving - 1 };
    let supposed = format!("load of {} unknown: {enough} of {serving} taken as enough", members.name);
    Need { members: enough, because: "load unknown".to_owned(), supposed: Some(supposed) }
}

/// Per cent of one member's CPU that all of them together use; none where some member's is not known.
fn cpu_load(scene: &Scene<'_>, members: &Members) -> Option<f64> {
    if members.addresses > 0 {
        return None;
    }
    let mut load = 0.0;
    for name in &members.groups {
        // CloudWatch's average is over all members in service, whether or not their balancer sends them anything.
        let measured = scene.judged.index.group(name.as_str())?.in_service().count();
        if measured > 0 {
            load += mean(&scene.metrics.minutes(&Query::of_group(name), MINUTES))? * real(measured);
        }
    }
    for instance in &members.ungrouped {
        load += mean(&scene.metrics.minutes(&Query::of_instance(instance.as_str()), MINUTES))?;
    }
    (load.is_finite() && load >= 0.0).then_some(load)
}

/// Requests a minute that reach the pool, over all its target groups; none where some are not known.
fn requests(scene: &Scene<'_>, members: &Members) -> Option<f64> {
    let mut all = None;
    for arn in &members.target_groups {
        for balancer in &scene.judged.index.target_group(arn.as_str())?.load_balancers {
            let query = Query::of_target_group(Measure::Requests, balancer, arn, None)?;
            *all.get_or_insert(0.0) += mean(&scene.metrics.minutes(&query, MINUTES))?;
        }
    }
    all
}

fn mean(minutes: &[Option<f64>]) -> Option<f64> {
    let known: Vec<f64> = minutes.iter().copied().flatten().collect();
    (!known.is_empty()).then(|| known.iter().sum::<f64>() / real(known.len()))
}

/// The next whole number, what a float adds by mistake forgiven.
fn whole(members: f64) -> usize {
    // Saturates: no number of members is beyond it.
    (members - 1e-9).ceil().max(0.0) as usize
}
