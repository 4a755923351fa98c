//! Facts of a group's members, one by one.

use std::collections::BTreeSet;

use super::Answer;
use super::group::with;
use super::look::{Look, told};
use crate::estate::group::{LifecycleState, Member};
use crate::id::{GroupName, InstanceId};

/// So many in service, and nobody on the way: what stands by is no capacity, and stays.
pub(super) fn settled(look: &Look<'_>, name: &GroupName, in_service: usize) -> Result<Answer, String> {
    with(look, name, |group, age| {
        let count = group.in_service().count();
        let moves = |member: &&Member| !matches!(member.state, LifecycleState::InService | LifecycleState::Standby);
        let moving = group.members.iter().filter(moves).count();
        let detail = format!("{count} of {in_service} in service, {moving} coming or going");
        Ok(told(count == in_service && moving == 0, detail, age))
    })
}

/// Who is no member any more needs no protection, and has none.
pub(super) fn protected(
    look: &Look<'_>,
    name: &GroupName,
    instances: &BTreeSet<InstanceId>,
    protected: bool,
) -> Result<Answer, String> {
    with(look, name, |group, age| {
        let meant = group.members.iter().filter(|member| instances.contains(&member.instance));
        let (so, other): (Vec<&Member>, Vec<&Member>) = meant.partition(|member| member.protected == protected);
        let word = if protected { "protected from scale-in" } else { "open to scale-in" };
        let holds = other.is_empty() && (!protected || so.len() == instances.len());
        Ok(told(holds, format!("{} of {} {word}", so.len(), instances.len()), age))
    })
}
