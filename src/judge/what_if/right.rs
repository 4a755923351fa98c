//! Whether this role could leave: the calls that it takes, and what is known of each (`aws-domain.md` A.11).
//!
//! Must stay true: what nobody asked about is untested, never allowed.

use std::collections::BTreeMap;

use crate::estate::balancer::{BalancerAttributes, ClassicBalancer};
use crate::estate::permission::Permission;
use crate::estate::{Estate, FailureKind, SliceId};
use crate::id::Region;

use super::outcome::{DatabaseOutlook, Needed, Right, ServiceOutlook};
use super::scene::Scene;

/// The calls that leaving these zones takes, by what is there.
pub(super) fn needed(scene: &Scene<'_>, services: &[ServiceOutlook], databases: &[DatabaseOutlook]) -> Vec<Needed> {
    let mut purposes: Vec<(&'static str, String)> = Vec::new();
    let mut want = |action: &'static str, count: usize, one: &str, many: &str| {
        if count > 0 {
            let what = if count == 1 { one } else { many };
            purposes.push((action, format!("{count} {what}")));
        }
    };
    if scene.gone.is_zones() {
        let (by_shift, by_subnets) = balancers(scene);
        want("arc-zonal-shift:StartZonalShift", by_shift, "balancer away by shift", "balancers away by shift");
        want("elasticloadbalancing:SetSubnets", by_subnets, "balancer out of the zone", "balancers out of the zone");
        let classic = scene.estate.table::<ClassicBalancer>(scene.region, scene.now).known();
        let classic = classic.filter(|balancer| balancer.zones.iter().any(|zone| scene.gone.takes_zone(zone))).count();
        let (one, many) = ("classic balancer out of the zone", "classic balancers out of the zone");
        want("elasticloadbalancing:DetachLoadBalancerFromSubnets", classic, one, many);
        let raised =
            services.iter().filter_map(|service| service.raise.as_ref()).flat_map(|raise| &raise.groups).count();
        want("autoscaling:SetDesiredCapacity", raised, "group to raise", "groups to raise");
        let there = scene.judged.groups.keys().filter_map(|name| scene.judged.index.group(name.as_str()));
        let launching = there.filter(|group| group.zones.iter().any(|zone| scene.gone.takes_zone(zone))).count();
        let (one, many) = ("group to launch elsewhere", "groups to launch elsewhere");
        want("autoscaling:UpdateAutoScalingGroup", launching, one, many);
    }
    let moving = |cluster: bool| {
        let is = move |each: &&DatabaseOutlook| each.is_cluster == cluster && each.without_writes_s.is_some();
        databases.iter().filter(is).count()
    };
    want("rds:RebootDBInstance", moving(false), "database to fail over", "databases to fail over");
    want("rds:FailoverDBCluster", moving(true), "cluster to fail over", "clusters to fail over");
    let known = rights(scene.estate);
    let right = |action: &str| known.get(action).copied().unwrap_or(Right::Untested);
    purposes.into_iter().map(|(action, purpose)| Needed { action, purpose, right: right(action) }).collect()
}

/// Balancers with a node in what goes: those that zonal shift may move, and the others.
fn balancers(scene: &Scene<'_>) -> (usize, usize) {
    let there = scene.balancers().filter(|balancer| balancer.zones.iter().any(|(zone, _)| scene.gone.takes_zone(zone)));
    let may_shift = |arn: &str| {
        let id = SliceId::of(scene.region, crate::estate::Kind::BalancerAttributes, arn);
        let rows = scene.estate.slice(&id).map(|slice| slice.rows::<BalancerAttributes>()).unwrap_or_default();
        let said =
            rows.first().and_then(|row| row.values.get("zonal_shift.config.enabled")).map(|word| &**word == "true");
        // Where its attributes were not read: ARC manages what it can shift.
        said.unwrap_or_else(|| scene.is_managed(arn))
    };
    let (shift, rest): (Vec<_>, Vec<_>) = there.partition(|balancer| may_shift(balancer.arn.as_str()));
    (shift.len(), rest.len())
}

/// What is known of the role's rights: IAM's own answers, and what AWS has refused it.
fn rights(estate: &Estate) -> BTreeMap<String, Right> {
    let mut rights: BTreeMap<String, Right> = BTreeMap::new();
    let global = Region::global();
    for (_, slice) in estate.slices(&global, crate::estate::Kind::Permissions) {
        for permission in slice.rows::<Permission>() {
            let right = if permission.is_allowed() { Right::Allowed } else { Right::Denied };
            rights.insert(permission.action.to_string(), right);
        }
    }
    let failures = estate.all_slices().filter_map(|(_, slice)| slice.failure().map(|failure| failure.why.clone()));
    for why in failures.filter(|why| why.kind == FailureKind::Denied) {
        rights.insert(why.action.to_string(), Right::Denied);
    }
    rights
}
