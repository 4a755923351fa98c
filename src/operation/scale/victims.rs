//! Whom AWS would end at a scale-in: by zone, then by the group's termination policies.
//!
//! Must stay true: where AWS chooses among several, all of them are named; where nobody knows its policies or what they go by, that is said.

use std::collections::BTreeMap;

use super::super::ground::Ground;
use crate::estate::group::{Group, LifecycleState, Member};
use crate::estate::instance::Instance;
use crate::id::{InstanceId, Region, Text, ZoneName};

/// One that would be ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Victim<'a> {
    /// Those among whom AWS chooses.
    pub(super) among: Vec<&'a Member>,
    /// By what.
    pub(super) why: String,
}

impl Victim<'_> {
    /// In words.
    pub(super) fn words(&self) -> String {
        let name = |member: &&Member| format!("{} ({})", member.instance, member.zone);
        match self.among.as_slice() {
            [] => format!("nobody: {}", self.why),
            [one] => format!("{}: {}", name(one), self.why),
            several => {
                let names: Vec<String> = several.iter().take(4).map(name).collect();
                let more = several.len().saturating_sub(4);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                format!("one of {}{more}: {}", names.join(", "), self.why)
            }
        }
    }
}

/// The first so many.
pub(super) fn victims<'a>(
    ground: &Ground<'_>,
    region: &Region,
    group: &'a Group,
    spared: &[InstanceId],
    count: usize,
) -> Vec<Victim<'a>> {
    let in_service = |member: &&Member| member.state == LifecycleState::InService;
    let mut left: Vec<&Member> = group.members.iter().filter(in_service).collect();
    left.sort_by(|a, b| a.instance.cmp(&b.instance));
    let mut victims = Vec::new();
    for _ in 0..count {
        let open: Vec<&Member> =
            left.iter().copied().filter(|member| !member.protected && !spared.contains(&member.instance)).collect();
        let victim = choose(ground, region, group, &left, open);
        let Some(first) = victim.among.first().map(|member| member.instance.clone()) else { break };
        left.retain(|member| member.instance != first);
        victims.push(victim);
    }
    victims
}

/// The next: in the zone with most members, by the first policy that tells two apart.
fn choose<'a>(
    ground: &Ground<'_>,
    region: &Region,
    group: &Group,
    left: &[&'a Member],
    open: Vec<&'a Member>,
) -> Victim<'a> {
    let mut zones: BTreeMap<&ZoneName, usize> = BTreeMap::new();
    for member in left {
        *zones.entry(&member.zone).or_default() += 1;
    }
    let fullest = open.iter().filter_map(|member| zones.get(&member.zone)).max().copied().unwrap_or(0);
    let mut among: Vec<&Member> = open.into_iter().filter(|member| zones.get(&member.zone) == Some(&fullest)).collect();
    let mut why = format!("its zone has most members ({fullest})");
    let Some(policies) = &group.termination_policies else {
        return Victim { among, why: format!("{why}; the group's termination policies are not known") };
    };
    let default: Text = "Default".into();
    let policies = if policies.is_empty() { std::slice::from_ref(&default) } else { policies.as_slice() };
    for policy in policies {
        if among.len() <= 1 {
            break;
        }
        let started =
            |member: &&Member| ground.estate.known::<Instance>(region).find(|i| i.id == member.instance)?.launched_at;
        let version = |member: &&Member| member.template_version.as_ref()?.parse::<u64>().ok();
        let (kept, word): (Option<Vec<&Member>>, &str) = match &**policy {
            "OldestInstance" => (extreme(&among, started, false), "the oldest"),
            "NewestInstance" => (extreme(&among, started, true), "the newest"),
            "OldestLaunchTemplate" | "Default" => {
                (extreme(&among, version, false), "of the oldest launch template version")
            }
            // By prices and billing hours, which are not read.
            _ => (None, ""),
        };
        match kept {
            Some(kept) => {
                if kept.len() < among.len() {
                    why.push_str(&format!(", {word}"));
                }
                among = kept;
            }
            None => why.push_str(&format!(", then by {policy}, which is not followed here")),
        }
    }
    Victim { among, why }
}

/// Those with the least value, or the greatest; none where one has none.
fn extreme<'a, T: Ord>(
    among: &[&'a Member],
    value: impl Fn(&&Member) -> Option<T>,
    greatest: bool,
) -> Option<Vec<&'a Member>> {
    let values: Option<Vec<(T, &'a Member)>> = among.iter().map(|member| Some((value(member)?, *member))).collect();
    let mut values = values?;
    values.sort_by(|(a, _), (b, _)| if greatest { b.cmp(a) } else { a.cmp(b) });
    let mut kept: Vec<&'a Member> = Vec::new();
    let mut values = values.into_iter();
    let (best, first) = values.next()?;
    kept.push(first);
    kept.extend(values.take_while(|(value, _)| *value == best).map(|(_, member)| member));
    Some(kept)
}
