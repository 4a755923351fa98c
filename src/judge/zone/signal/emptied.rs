//! A zone that groups use and have nothing left in: what is gone fails no check (`aws-domain.md` B.2, F.10).
//!
//! Must stay true: not said of a zone that traffic is kept away from, for there emptiness is wanted.

use crate::estate::group::{Group, LifecycleState, Member};
use crate::judge::shifted;
use crate::judge::zone::sign::{Sign, Weight};
use crate::judge::zone::view::View;

pub(super) fn sign(view: &View<'_>, zone: usize) -> Option<Sign> {
    let ground = &view.ground;
    let here = ground.zones.get(zone)?;
    let table = ground.estate.table::<Group>(ground.region, ground.now);
    let rules = ground.rules();
    let lives = |member: &&Member| !matches!(member.state, LifecycleState::Terminating | LifecycleState::Detached);
    let mut emptied = 0;
    for group in table.complete()?.filter(|group| group.zones.contains(&here.name)) {
        if group.members.iter().filter(lives).any(|member| member.zone == here.name) {
            return None;
        }
        // With one elsewhere there may be no room for one here.
        emptied += usize::from(group.in_service().count() >= group.zones.len().max(2));
    }
    let weight = match shifted::from_zone(ground.estate, ground.region, &here.id, ground.now) {
        Some(true) => return None,
        Some(false) => Weight::Suggests,
        None => Weight::Unwatched,
    };
    (emptied >= rules.hosts).then(|| {
        let detail = format!("nothing left of {emptied} groups that use it");
        Sign::new(weight, "emptied", detail).value(emptied as f64)
    })
}
