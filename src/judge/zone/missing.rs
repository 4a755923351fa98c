//! What would have to be known of a zone to call it ok, and is not.
//!
//! Must stay true: whatever can speak against a zone by itself is asked for here, so that its absence is never taken for its silence;
//! metrics cost money and may be left out, and then that is said where it matters.

use crate::estate::balancer::{ClassicTarget, LoadBalancer, Target};
use crate::estate::group::Group;
use crate::estate::shift::{Autoshift, ManagedResource, ZonalShift};
use crate::estate::{FailureKind, Kind, Row};

use super::view::{Ground, View};
use super::{Evidence, ZoneAssessment, ZoneVerdict};

const SIGNAL: &str = "missing-data";

/// What is not known, in words; nothing where all is known.
pub(super) fn missing(view: &View<'_>, zone: &ZoneAssessment) -> Vec<Evidence> {
    let ground = &view.ground;
    let mut what: Vec<&str> = Vec::new();
    let mut need = |kind: Kind, known: bool, name: &'static str| {
        if !known && !what.contains(&name) && ground.is_needed(kind) {
            what.push(name);
        }
    };
    need(Target::KIND, zone.targets.is_some(), "target health");
    need(ClassicTarget::KIND, classic_is_known(ground), "target health");
    need(Kind::Instances, zone.instances.is_some(), "instances");
    let checks = zone.instances.is_none_or(|counts| counts.impaired.is_some());
    need(Kind::InstanceStatuses, checks, "status checks");
    need(Kind::Groups, ground.estate.table::<Group>(ground.region, ground.now).is_complete(), "groups");
    // Without the balancers nobody knows which metrics to compare.
    let balancers = ground.estate.table::<LoadBalancer>(ground.region, ground.now).is_complete();
    need(Kind::LoadBalancers, balancers || !view.metrics.are_known(), "load balancers");
    let mut missing = Vec::new();
    if let Some((last, rest)) = what.split_last() {
        let all = if rest.is_empty() { (*last).to_owned() } else { format!("{} and {last}", rest.join(", ")) };
        missing.push(evidence(format!("{all} not fully known")));
    }
    if !is_known::<Autoshift>(ground) {
        missing.push(evidence("whether AWS declared it sick is not known"));
    }
    if !is_known::<ManagedResource>(ground) || !is_known::<ZonalShift>(ground) {
        missing.push(evidence("whether traffic is kept away from it is not known"));
    }
    missing
}

/// Where a verdict stands without metrics that could strengthen it.
pub(super) fn unmeasured(view: &View<'_>, verdict: ZoneVerdict) -> Option<Evidence> {
    let matters = verdict == ZoneVerdict::Suspect && !view.metrics.are_known();
    matters.then(|| evidence("no metrics by zone: errors and latency not compared"))
}

fn evidence(detail: impl Into<String>) -> Evidence {
    Evidence { signal: SIGNAL, detail: detail.into(), value: None }
}

/// Whether a kind is known, or the region does not offer it.
fn is_known<T: Row>(ground: &Ground<'_>) -> bool {
    let table = ground.estate.table::<T>(ground.region, ground.now);
    let unsupported = table.failures().any(|failure| failure.why.kind == FailureKind::Unsupported);
    table.is_complete() || unsupported || !ground.is_needed(T::KIND)
}

/// Classic balancers are few and old: what was never tried is not asked for.
fn classic_is_known(ground: &Ground<'_>) -> bool {
    let slices = ground.estate.slices(ground.region, Kind::ClassicTargets);
    let limit = Kind::ClassicTargets.age_limit();
    let mut trusts = slices.map(|(_, slice)| slice.trust(limit, ground.now).is_known());
    trusts.all(|known| known) && ground.unread.of(Kind::ClassicTargets) == Some(0)
}
