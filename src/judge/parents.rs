//! Kinds that are read parent by parent: whether every parent was asked about.
//!
//! Must stay true: a target group whose health was never read makes the targets' counts unknown, though every other was read.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::estate::account::HostedZone;
use crate::estate::balancer::{ClassicBalancer, LoadBalancer, Target, TargetGroup};
use crate::estate::group::Group;
use crate::estate::image::LaunchTemplate;
use crate::estate::{Estate, Kind, SliceId};
use crate::id::{Region, Text};

/// How many parents of `kind` were never asked about; none where the kind has no parents, or nobody asks about all of them. A
/// target group that no balancer uses is not asked about (`aws-domain.md` A.3), nor a template that no group launches from.
pub fn unread(estate: &Estate, region: &Region, kind: Kind, now: Timestamp) -> Option<usize> {
    let never = |parent: &Text| estate.slice(&SliceId::of(region, kind, parent.clone())).is_none();
    match kind {
        Kind::Targets | Kind::TargetGroupAttributes => {
            let groups = estate.table::<TargetGroup>(region, now).known();
            Some(groups.filter(|group| !group.load_balancers.is_empty() && never(group.arn.text())).count())
        }
        Kind::ClassicTargets => {
            let balancers = estate.table::<ClassicBalancer>(region, now).known();
            Some(balancers.filter(|balancer| never(balancer.name.text())).count())
        }
        Kind::BalancerAttributes => {
            let balancers = estate.table::<LoadBalancer>(region, now).known();
            Some(balancers.filter(|balancer| never(balancer.arn.text())).count())
        }
        Kind::LaunchTemplateVersions => {
            let groups = estate.table::<Group>(region, now).known();
            let used: BTreeSet<&str> = groups.filter_map(|group| Some(&*group.launch_source.as_ref()?.name)).collect();
            let templates = estate.table::<LaunchTemplate>(region, now).known();
            Some(templates.filter(|template| used.contains(&*template.name) && never(template.id.text())).count())
        }
        Kind::Records => {
            let zones = estate.table::<HostedZone>(region, now).known();
            Some(zones.filter(|zone| never(&zone.id)).count())
        }
        _ => None,
    }
}

/// Whether all targets of the region are known: the target groups, and the health of each that a balancer uses.
pub fn targets_are_complete(estate: &Estate, region: &Region, now: Timestamp) -> bool {
    let targets = estate.table::<Target>(region, now);
    let parts_known = targets.trusts().all(|trust| trust.is_known());
    estate.table::<TargetGroup>(region, now).is_complete()
        && parts_known
        && unread(estate, region, Kind::Targets, now) == Some(0)
}
