//! Which members of a service do the same work, and how many of them serve in each zone.
//!
//! Owns: [`Members`]. Depends on: the index's joins. Must stay true: whoever stands behind the same balancer or in the same group is
//! in one pool; of whom nobody knows is counted apart, never among those that serve.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{Arn, GroupName, InstanceId, ZoneName};
use crate::judge::index::{Index, Number};
use crate::judge::service::Service;
use crate::judge::standing::{self, Standing};

/// Members that do the same work.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Members {
    /// What they are known by: the first of their groups, target groups, balancers, or their own name.
    pub(super) name: String,
    pub(super) groups: BTreeSet<GroupName>,
    pub(super) target_groups: BTreeSet<Arn>,
    /// Instances in none of the groups.
    pub(super) ungrouped: BTreeSet<InstanceId>,
    /// Targets that are no instances: addresses.
    pub(super) addresses: usize,
    /// Those that serve, by zone.
    pub(super) serving: BTreeMap<ZoneName, usize>,
    /// Those that serve in no zone that is known.
    pub(super) nowhere: usize,
    /// Those of whom nobody knows.
    pub(super) unknown: usize,
    /// Those that should serve.
    pub(super) expected: usize,
    /// Whether they stand alone, in no group and behind no balancer.
    pub(super) alone: bool,
}

impl Members {
    pub(super) fn serving(&self) -> usize {
        self.serving.values().sum()
    }
}

/// One thing as some list names it.
struct Seen<'a> {
    number: Number,
    zone: Option<&'a ZoneName>,
    standing: Standing,
    instance: Option<&'a InstanceId>,
    group: Option<&'a GroupName>,
}

/// A list of members: a group, a target group, a balancer, an instance.
struct List<'a> {
    name: String,
    target_group: Option<Arn>,
    alone: bool,
    seen: Vec<Seen<'a>>,
}

/// The pools of a service: lists with a member in common are one.
pub(super) fn of_service(index: &Index, service: &Service) -> Vec<Members> {
    // Each list begins as a pool of its own; one that shares a member with earlier pools takes them in.
    let mut pool_of: BTreeMap<Number, usize> = BTreeMap::new();
    let mut pools: Vec<Option<List<'_>>> = Vec::new();
    let mut target_groups: Vec<BTreeSet<Arn>> = Vec::new();
    for mut list in lists(index, service) {
        let met: BTreeSet<usize> = list.seen.iter().filter_map(|seen| pool_of.get(&seen.number).copied()).collect();
        let mut behind: BTreeSet<Arn> = list.target_group.take().into_iter().collect();
        for at in met.into_iter().rev() {
            let Some(earlier) = pools.get_mut(at).and_then(Option::take) else { continue };
            behind.extend(target_groups.get_mut(at).map(std::mem::take).unwrap_or_default());
            list.name = earlier.name;
            list.alone &= earlier.alone;
            list.seen.splice(0..0, earlier.seen);
        }
        pool_of.extend(list.seen.iter().map(|seen| (seen.number, pools.len())));
        pools.push(Some(list));
        target_groups.push(behind);
    }
    let counted = pools.into_iter().zip(target_groups).filter_map(|(list, behind)| {
        let list = list?;
        Some(Members { name: list.name, alone: list.alone, target_groups: behind, ..counted(&list.seen) })
    });
    counted.filter(|members| members.expected > 0).collect()
}

/// All its members as one pool: what a quorum is counted over.
pub(super) fn as_one(index: &Index, service: &Service) -> Option<Members> {
    let lists = lists(index, service);
    let target_groups = lists.iter().filter_map(|list| list.target_group.clone()).collect();
    let seen: Vec<Seen<'_>> = lists.into_iter().flat_map(|list| list.seen).collect();
    let all = Members { name: service.name.clone(), target_groups, ..counted(&seen) };
    (all.expected > 0).then_some(all)
}

fn lists<'a>(index: &'a Index, service: &Service) -> Vec<List<'a>> {
    let by_number = |number: Number, zone| Seen {
        number,
        zone,
        standing: index.standing_at(number),
        instance: index.instance_at(number).map(|instance| &instance.id),
        group: index.membership_at(number).map(|(group, _)| &group.name),
    };
    let list = |name: &str, seen| List { name: name.to_owned(), target_group: None, alone: false, seen };
    let mut lists = Vec::new();
    for name in &service.groups {
        let members = index.members_of(name.as_str());
        let seen = members
            .map(|(number, member)| Seen { instance: Some(&member.instance), ..by_number(number, Some(&member.zone)) });
        lists.push(list(name.as_str(), seen.collect()));
    }
    for arn in &service.target_groups {
        let seen = index.targets_behind(arn.text()).map(|(number, target)| {
            let zone = index.zone_of_target_at(number, target);
            match target.instance() {
                Some(_) => by_number(number, zone),
                None => Seen { standing: standing::of_target(&target.state), ..by_number(number, zone) },
            }
        });
        lists.push(List { target_group: Some(arn.clone()), ..list(arn.short(), seen.collect()) });
    }
    for name in &service.classic_balancers {
        let seen = index.classic_behind(name.text()).map(|number| by_number(number, index.zone_at(number)));
        lists.push(list(name.as_str(), seen.collect()));
    }
    for id in &service.standalone {
        let Some(number) = index.number(id.as_str()) else { continue };
        let name = index.instance_at(number).and_then(|instance| instance.name()).unwrap_or(id.as_str());
        let seen = vec![by_number(number, index.zone_at(number))];
        lists.push(List { alone: true, ..list(name, seen) });
    }
    lists
}

/// Counts everyone once.
fn counted(seen: &[Seen<'_>]) -> Members {
    let mut members = Members::default();
    let mut counted: BTreeSet<Number> = BTreeSet::new();
    for each in seen {
        members.groups.extend(each.group.cloned());
        if !counted.insert(each.number) || !each.standing.counts() {
            continue;
        }
        members.expected += 1;
        match (each.group, each.instance) {
            (Some(_), _) => {}
            (None, Some(instance)) => drop(members.ungrouped.insert(instance.clone())),
            (None, None) => members.addresses += 1,
        }
        match (each.standing, each.zone) {
            (Standing::InService, Some(zone)) => *members.serving.entry(zone.clone()).or_default() += 1,
            (Standing::InService, None) => members.nowhere += 1,
            (Standing::Unknown, _) => members.unknown += 1,
            _ => {}
        }
    }
    members
}
