//! Whether what fails in a zone is a release that got there first (`aws-domain.md` B.2, F.6).
//!
//! Must stay true: asked only where one service alone fails; a zone in which several services fail is not excused by a release.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use crate::estate::group::{Group, LifecycleState};
use crate::estate::{Change, Kind};
use crate::id::Text;

use super::failing::ZoneTargets;
use super::not_zonal::NotZonal;
use super::view::Ground;

/// How long a release is looked at when something fails after it.
const LATELY: SignedDuration = SignedDuration::from_hours(1);

/// The release that the failing targets of a zone have in common, where there is one.
pub(super) fn of_zone(ground: &Ground<'_>, zone: &ZoneTargets<'_>) -> Option<NotZonal> {
    let mut groups: BTreeMap<&str, (&Group, Vec<Option<&Text>>)> = BTreeMap::new();
    for hit in &zone.hits {
        let number = ground.index.number(hit.host)?;
        let Some((group, member)) = ground.index.membership_at(number) else { continue };
        let (_, versions) = groups.entry(group.name.as_str()).or_insert_with(|| (group, Vec::new()));
        versions.push(member.template_version.as_ref());
    }
    let mut groups = groups.into_values();
    let (group, versions) = groups.next().filter(|_| groups.next().is_none())?;
    let version = changed_lately(ground, group).cloned().or_else(|| only_here(group, &versions))?;
    Some(NotZonal::Release { group: group.name.clone(), version })
}

/// What the group launches since a short while, where that changed.
pub(super) fn changed_lately<'a>(ground: &Ground<'a>, group: &Group) -> Option<&'a Text> {
    let is_release = |change: &&Change| {
        change.kind == Kind::Groups && &*change.what == "launch source" && *change.subject == *group.name.as_str()
    };
    let last = ground.past().find(is_release)?;
    (ground.now.duration_since(last.at) <= LATELY).then_some(last.to.as_ref()).flatten()
}

/// The version that all failing members have, where members that have another serve.
fn only_here(group: &Group, failing: &[Option<&Text>]) -> Option<Text> {
    let version = failing.first().copied().flatten()?;
    let same = failing.iter().all(|other| *other == Some(version));
    let is_other = |member: &&crate::estate::group::Member| {
        member.state == LifecycleState::InService
            && member.healthy
            && member.template_version.as_ref().is_some_and(|other| other != version)
    };
    let name = group.launch_source.as_ref().map_or_else(|| group.name.text(), |source| &source.name);
    (same && group.members.iter().any(|member| is_other(&member))).then(|| format!("{name} {version}").into())
}
