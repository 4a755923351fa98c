//! What comes through a target group, and how much of it fails.

use jiff::Timestamp;

use crate::estate::Kind;
use crate::estate::balancer::{Target, TargetGroup, TargetState};
use crate::estate::query::{Measure, Query};
use crate::judge::metrics::Sample;
use crate::judge::sight::Sight;

/// Targets that are looked up in what changed, for one answer.
const LOOKED_UP: usize = 64;

/// What comes through a target group in a minute, where metrics tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flow {
    /// Requests.
    pub requests: f64,
    /// Requests that failed: the targets' 5xx, and at most those that the balancer answered itself for want of one.
    pub errors: f64,
}

impl Flow {
    /// Of the newest settled minute; none where metrics do not tell, or where most of the targets that fail now did not yet when that
    /// minute began. A balancer that no target answers fails the request itself and counts it apart, for all its target groups
    /// together: what it counts is taken as this one's, so that the answer errs to the worse.
    pub fn of(group: &TargetGroup, targets: &[Target], sight: &Sight<'_>) -> Option<Self> {
        let since = failing_since(targets, sight);
        let metrics = sight.metrics();
        let mut flow: Option<Self> = None;
        for balancer in &group.load_balancers {
            let of_group = |measure| Query::of_target_group(measure, balancer, &group.arn, None);
            let Sample::Value(requests, minute) = metrics.latest(&of_group(Measure::Requests)?) else { return None };
            if since.is_some_and(|at| minute < at) {
                return None;
            }
            // Of the same minute; absent while requests flow is none (aws-domain.md A.5).
            let count = |query: Option<Query>| {
                let Some(query) = query else { return Some(0.0) };
                let points = &metrics.series(&query)?.points;
                Some(points.iter().rev().find(|(at, _)| *at == minute).map_or(0.0, |(_, count)| *count))
            };
            let errors = count(of_group(Measure::Errors))?;
            let unserved = count(Query::of_balancer(Measure::BalancerErrors, balancer, None))
                .or_else(|| answer_wrongly(targets).then_some(0.0))?;
            let before = flow.unwrap_or(Self { requests: 0.0, errors: 0.0 });
            flow = Some(Self { requests: before.requests + requests, errors: before.errors + errors + unserved });
        }
        flow
    }

    /// The share of requests that failed; none while nothing comes.
    pub fn failing(self) -> Option<f64> {
        let all = self.requests.max(self.errors);
        (all > 0.0).then(|| (self.errors / all).min(1.0))
    }
}

/// By when most of the targets that served and fail now had begun to, as far as it is remembered. One that came since and never
/// served tells nothing of when.
fn failing_since(targets: &[Target], sight: &Sight<'_>) -> Option<Timestamp> {
    let failing = targets.iter().filter(|target| target.state == TargetState::Unhealthy).take(LOOKED_UP);
    let began = |target: &Target| {
        let change = sight.last_change(Kind::Targets, &target.id, "state")?;
        let served = change.from.as_deref() == Some(TargetState::Healthy.as_str());
        (served && change.to.as_deref() == Some(target.state.as_str())).then_some(change.at)
    };
    let mut began: Vec<Timestamp> = failing.filter_map(began).collect();
    began.sort();
    began.get(began.len() / 2).copied()
}

/// Whether what fails the checks at least answers them, with the wrong code.
fn answer_wrongly(targets: &[Target]) -> bool {
    let mut reasons = targets.iter().filter_map(|target| target.reason.as_deref());
    reasons.all(|reason| matches!(reason, "Target.ResponseCodeMismatch" | "Target.DeregistrationInProgress"))
}
