//! What metrics may cost, from the policy to the plan and from the plan to the faces.

use crate::judge::{MetricSpend, Policy};
use crate::watch::Watch;
use crate::watch::metrics::Budget;

/// What the policy lets metrics cost, and the queues that it declares.
pub(super) fn budget(policy: &Policy) -> Budget {
    Budget {
        usd_a_day: policy.metrics.usd_a_day,
        usd_per_thousand: policy.metrics.usd_per_thousand,
        queues: policy.services.values().filter_map(|service| service.queue.clone()).collect(),
    }
}

/// What the plan of metrics costs, and what it leaves out, as the faces show it.
pub(super) fn spend(watch: &Watch, policy: &Policy) -> MetricSpend {
    let (plan, charted) = (watch.metrics(), watch.charted());
    let tiers = || plan.tiers().iter();
    MetricSpend {
        usd_a_day: plan.usd_a_day(),
        of_usd_a_day: policy.metrics.usd_a_day,
        rarer: tiers()
            .filter_map(|planned| Some((planned.tier.name(), planned.every_min.filter(|minutes| *minutes > 1)?)))
            .collect(),
        charted,
        charted_usd: charted as f64 * policy.metrics.usd_per_thousand / 1000.0,
        unasked: tiers().filter(|planned| planned.every_min.is_none()).map(|planned| planned.tier.name()).collect(),
    }
}
