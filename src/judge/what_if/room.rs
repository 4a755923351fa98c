//! Whether what is missing can be started: maximum, subnets, capacity (`aws-domain.md` B.4).
//!
//! Must stay true: what was not read is no obstacle and no room; it is said.

use crate::estate::Kind;
use crate::estate::group::Group;
use crate::estate::zone::Subnet;
use crate::id::ZoneName;

use super::outcome::Raise;
use super::pool::Pool;
use super::scene::Scene;

/// What raising a pool by so many members would meet.
pub(super) fn raise(scene: &Scene<'_>, pool: &Pool<'_>, by: usize) -> Raise {
    let groups = pool.groups(scene);
    let may_use = |group: &&Group, zone: &ZoneName| group.zones.contains(zone);
    let zones: Vec<ZoneName> =
        scene.zones_left().filter(|zone| groups.iter().any(|group| may_use(group, zone))).cloned().collect();
    let under_max: i64 = groups.iter().map(|group| i64::from(group.max - group.desired).max(0)).sum();
    let free_addresses = free_addresses(scene, &groups);
    let mut raise = Raise {
        by,
        groups: groups.iter().map(|group| group.name.clone()).collect(),
        under_max: (!groups.is_empty()).then_some(under_max),
        free_addresses,
        zones,
        obstacles: Vec::new(),
    };
    raise.obstacles = obstacles(scene, &groups, &raise);
    raise
}

fn obstacles(scene: &Scene<'_>, groups: &[&Group], raise: &Raise) -> Vec<String> {
    let by = i64::try_from(raise.by).unwrap_or(i64::MAX);
    let mut obstacles = Vec::new();
    if groups.is_empty() {
        obstacles.push("no group to raise".to_owned());
        return obstacles;
    }
    if let Some(room) = raise.under_max.filter(|room| *room < by) {
        let max: i64 = groups.iter().map(|group| i64::from(group.max)).sum();
        obstacles.push(format!("max {max} allows {room}"));
    }
    for group in groups.iter().filter(|group| group.suspended.contains_key("Launch")) {
        obstacles.push(format!("Launch of {} is suspended", group.name));
    }
    if raise.zones.is_empty() {
        obstacles.push("no other zone in its groups".to_owned());
    }
    if let Some(free) = raise.free_addresses.filter(|free| *free < by) {
        obstacles.push(format!("{free} free addresses"));
    }
    let full: Vec<&str> = raise.zones.iter().filter(|zone| scene.lacks_capacity(zone)).map(ZoneName::as_str).collect();
    if !full.is_empty() {
        obstacles.push(format!("no capacity in {}", full.join(", ")));
    }
    obstacles
}

/// Free addresses in the subnets of these groups that remain; none where not all were read.
fn free_addresses(scene: &Scene<'_>, groups: &[&Group]) -> Option<i64> {
    let subnets = scene.estate.table::<Subnet>(scene.region, scene.now);
    if scene.reason_unread(Kind::Subnets).is_some() || !subnets.is_complete() {
        return None;
    }
    let used = |subnet: &&Subnet| {
        !scene.gone.takes_zone(&subnet.zone) && groups.iter().any(|group| group.subnets.contains(&subnet.id))
    };
    let mut free = subnets.known().filter(used).map(|subnet| subnet.free_addresses.map(i64::from)).peekable();
    // A group whose subnets are not among those read is another network's.
    free.peek().is_some().then_some(())?;
    free.sum()
}
