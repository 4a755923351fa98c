//! Kinds that are read parent by parent: which parents there are.
//!
//! Owns: [`of`], the one place that knows what hangs on what. Must stay true: a target group that no balancer uses is not asked
//! about (`aws-domain.md` A.3); what nobody reads as a whole has no parents here.

use std::collections::BTreeSet;

use super::account::HostedZone;
use super::balancer::{ClassicBalancer, LoadBalancer, TargetGroup};
use super::group::{Activity, Group, LifecycleState, Member};
use super::image::LaunchTemplate;
use super::{Estate, Kind};
use crate::id::{Region, Text};

/// The kind whose rows are the parents of `kind`.
pub fn listing(kind: Kind) -> Option<Kind> {
    Some(match kind {
        Kind::Targets | Kind::TargetGroupAttributes => Kind::TargetGroups,
        Kind::ClassicTargets => Kind::ClassicBalancers,
        Kind::Listeners | Kind::BalancerAttributes => Kind::LoadBalancers,
        Kind::Refreshes | Kind::Hooks | Kind::StandbyEntries => Kind::Groups,
        Kind::LaunchTemplateVersions => Kind::LaunchTemplates,
        Kind::Records => Kind::HostedZones,
        _ => return None,
    })
}

/// Every kind that must be read before the parents of `kind` are known: more than the listing, where only some of it matters.
pub fn sources(kind: Kind) -> Vec<Kind> {
    let beside = match kind {
        Kind::LaunchTemplateVersions => Some(Kind::Groups),
        Kind::Refreshes => Some(Kind::Activities),
        Kind::BalancerAttributes => Some(Kind::ClassicBalancers),
        _ => None,
    };
    listing(kind).into_iter().chain(beside).collect()
}

/// The parents whose parts of `kind` are read, as far as they are known.
pub fn of(kind: Kind, estate: &Estate, region: &Region) -> Vec<Text> {
    match kind {
        Kind::Targets | Kind::TargetGroupAttributes => {
            let groups = estate.known::<TargetGroup>(region).filter(|group| !group.load_balancers.is_empty());
            groups.map(|group| group.arn.text().clone()).collect()
        }
        Kind::ClassicTargets => estate.known::<ClassicBalancer>(region).map(|each| each.name.text().clone()).collect(),
        Kind::Listeners => estate.known::<LoadBalancer>(region).map(|each| each.arn.text().clone()).collect(),
        // Of both generations: an ARN, or a classic balancer's name.
        Kind::BalancerAttributes => {
            let classic = estate.known::<ClassicBalancer>(region).map(|each| each.name.text().clone());
            estate.known::<LoadBalancer>(region).map(|each| each.arn.text().clone()).chain(classic).collect()
        }
        Kind::Hooks => waiting(estate, region),
        Kind::StandbyEntries => standing_by(estate, region),
        Kind::Refreshes => refreshing(estate, region),
        Kind::LaunchTemplateVersions => templates_in_use(estate, region),
        Kind::Records => estate.known::<HostedZone>(region).map(|zone| zone.id.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Groups a member of which a lifecycle hook holds: only then does anybody ask which hook (`aws-domain.md` F.20).
fn waiting(estate: &Estate, region: &Region) -> Vec<Text> {
    let waits = |member: &Member| matches!(member.state, LifecycleState::TerminatingWait | LifecycleState::PendingWait);
    let groups = estate.known::<Group>(region).filter(|group| group.members.iter().any(waits));
    groups.map(|group| group.name.text().clone()).collect()
}

/// Groups with a member in Standby: since when is told by activities older than those that are listed for all (`aws-domain.md` F.21).
fn standing_by(estate: &Estate, region: &Region) -> Vec<Text> {
    let stands_by = |member: &Member| member.state == LifecycleState::Standby;
    let groups = estate.known::<Group>(region).filter(|group| group.members.iter().any(stands_by));
    groups.map(|group| group.name.text().clone()).collect()
}

/// Groups whose activities tell of an instance refresh: the others have none to ask about (`aws-domain.md` A.2).
fn refreshing(estate: &Estate, region: &Region) -> Vec<Text> {
    let activities = estate.known::<Activity>(region);
    let telling = activities.filter(|activity| activity.cause.contains("instance refresh"));
    let groups: BTreeSet<&Text> = telling.map(|activity| activity.group.text()).collect();
    groups.into_iter().cloned().collect()
}

/// Templates that a group launches from, by name or by id.
fn templates_in_use(estate: &Estate, region: &Region) -> Vec<Text> {
    let sources = estate.known::<Group>(region).filter_map(|group| group.launch_source.as_ref());
    let named: BTreeSet<&str> = sources.filter(|source| source.version.is_some()).map(|source| &*source.name).collect();
    let templates = estate.known::<LaunchTemplate>(region);
    let used = templates.filter(|each| named.contains(&*each.name) || named.contains(each.id.as_str()));
    used.map(|template| template.id.text().clone()).collect()
}
