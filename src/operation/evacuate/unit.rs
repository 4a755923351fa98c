//! Services and the balancers in front of them, as far as they can only leave together, and whether they have room to.
//!
//! Owns: [`Unit`], [`Room`]. Depends on: what is left at today's load (`judge::what_if`). Must stay true: two services behind one balancer
//! leave together or not at all; who loses nothing by leaving may always leave; what would be over its limit waits for
//! capacity of its own (`aws-domain.md` B.4, F.12).

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{Balancer, Entry, entries};
use super::place::Place;
use crate::estate::balancer::TargetState;
use crate::id::{Arn, GroupName};
use crate::judge::JudgedService;
use crate::judge::what_if::{Carrier, Outcome, Raise, ServiceOutlook};

/// Services that leave together.
pub(super) struct Unit<'p> {
    /// The part's name.
    pub(super) name: String,
    pub(super) services: Vec<Part<'p>>,
    pub(super) entries: Vec<Entry<'p>>,
}

/// One of them.
pub(super) struct Part<'p> {
    pub(super) judged: &'p JudgedService,
    pub(super) outlook: ServiceOutlook,
    pub(super) room: Room,
}

/// Whether what remains can take what leaves.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Room {
    /// It can, or nothing is lost by leaving.
    Now,
    /// Its balancer sends to all of it, healthy or not: leaving changes nothing (`aws-domain.md` F.7).
    Open(String),
    /// All of it that serves stands there. A shift leaves it as it is, since its balancer then fails open; other ways end it.
    Loses(String),
    /// Once so many more serve outside the zone.
    First(Raise),
    /// Nobody knows.
    Unknown(String),
    /// It cannot, and this is why.
    No(String),
}

impl Unit<'_> {
    /// Whether it waits for capacity of its own.
    pub(super) fn waits(&self) -> bool {
        self.raises().next().is_some()
    }

    /// Why it may not leave at all; none where it may.
    pub(super) fn reason_to_stay(&self) -> Option<&str> {
        let rooms = || self.services.iter().map(|part| &part.room);
        let no = rooms().find_map(|room| if let Room::No(why) = room { Some(why.as_str()) } else { None });
        let open = rooms().find_map(|room| if let Room::Open(why) = room { Some(why.as_str()) } else { None });
        let touched = || self.services.iter().filter(|part| part.outlook.touched);
        let all_open = touched().next().is_some() && touched().all(|part| matches!(part.room, Room::Open(_)));
        no.or(open.filter(|_| all_open))
    }

    /// What would be lost by leaving otherwise than by a shift.
    pub(super) fn loses(&self) -> Option<&str> {
        self.services.iter().find_map(|part| if let Room::Loses(why) = &part.room { Some(why.as_str()) } else { None })
    }

    /// What is missing to be within the limit although nothing is lost by leaving: it is so already.
    pub(super) fn lacks(&self) -> impl Iterator<Item = &Raise> {
        let now = self.services.iter().filter(|part| part.room == Room::Now);
        now.filter_map(|part| part.outlook.raise.as_ref())
    }

    /// Whether its work comes from balancers.
    pub(super) fn is_balanced(&self) -> bool {
        !self.entries.is_empty()
    }

    /// What it needs first, service by service.
    pub(super) fn raises(&self) -> impl Iterator<Item = &Raise> {
        self.services.iter().filter_map(|part| match &part.room {
            Room::First(raise) => Some(raise),
            _ => None,
        })
    }

    /// Members that it gets.
    pub(super) fn raised(&self) -> usize {
        self.raises().map(|raise| raise.by).sum()
    }

    /// Its groups.
    pub(super) fn groups(&self) -> BTreeSet<&GroupName> {
        self.services.iter().flat_map(|part| &part.judged.service.groups).collect()
    }

    /// Its services' names, but for its own.
    pub(super) fn others(&self) -> Vec<&str> {
        let names = self.services.iter().map(|part| part.judged.service.name.as_str());
        names.filter(|name| *name != self.name).collect()
    }

    /// Who serves now and once it has left; none where nobody knows.
    pub(super) fn serves(&self) -> Option<(usize, usize)> {
        let each = |part: &Part<'_>| {
            let raised = if let Room::First(raise) = &part.room { raise.by } else { 0 };
            Some((part.outlook.serving?, part.outlook.left? + raised))
        };
        let all: Option<Vec<(usize, usize)>> = self.services.iter().map(each).collect();
        Some(all?.into_iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1)))
    }

    /// The same without what it needs first.
    pub(super) fn without_raise(&self) -> Option<(usize, usize)> {
        self.serves().map(|(now, left)| (now, left.saturating_sub(self.raised())))
    }

    /// CPU now and once it has left, of the service that fares worst.
    pub(super) fn cpu(&self, place: &Place<'_>) -> Option<(f64, f64)> {
        let all = self.services.iter().filter_map(|part| part.cpu(place));
        all.max_by(|one, other| one.1.total_cmp(&other.1)).map(|(now, then)| (tenth(now), tenth(then)))
    }
}

impl Part<'_> {
    /// CPU of one that serves, now and once what it needs is there.
    pub(super) fn cpu(&self, place: &Place<'_>) -> Option<(f64, f64)> {
        let cpu = self.outlook.cpu?;
        let Room::First(raise) = &self.room else { return Some((cpu.now, cpu.after)) };
        let (serving, left) = (self.outlook.serving?, self.outlook.left?);
        let idle = place.policy.headroom.idle_cpu.min(cpu.now);
        Some((cpu.now, idle + (cpu.now - idle) * count(serving) / count(left + raise.by).max(1.0)))
    }

    /// The share of those that will remain that must be there for it to stay within its limit.
    pub(super) fn share(&self, place: &Place<'_>) -> f64 {
        let known = || {
            let cpu = self.outlook.cpu?;
            let (serving, left) = (self.outlook.serving?, self.outlook.left?);
            let raised = if let Room::First(raise) = &self.room { raise.by } else { 0 };
            let idle = place.policy.headroom.idle_cpu.min(cpu.now);
            let least = count(serving) * (cpu.now - idle) / (self.outlook.cpu_limit - idle).max(1.0);
            Some((least.ceil() / count(left + raised).max(1.0)).clamp(0.0, 1.0))
        };
        let loses_nothing = self.outlook.serving.is_some() && self.outlook.serving == self.outlook.left;
        if loses_nothing && self.room == Room::Now { 0.0 } else { known().unwrap_or(1.0) }
    }
}

/// Everything that leaves by balancers, and workers that have none; in the order of their names.
pub(super) fn units<'p>(place: &Place<'p>) -> Vec<Unit<'p>> {
    let mut units: Vec<Unit<'p>> = Vec::new();
    for entry in entries(place) {
        let behind: Vec<&'p JudgedService> =
            place.judged.services.iter().filter(|judged| is_behind(place, judged, entry.balancer)).collect();
        let names: BTreeSet<&str> = behind.iter().map(|judged| judged.service.name.as_str()).collect();
        // Those that share a service with it leave with it.
        let (joined, apart): (Vec<Unit<'p>>, Vec<Unit<'p>>) = units
            .into_iter()
            .partition(|unit| unit.services.iter().any(|part| names.contains(part.judged.service.name.as_str())));
        units = apart;
        let mut unit = Unit { name: String::new(), services: Vec::new(), entries: Vec::new() };
        for one in joined {
            unit.services.extend(one.services);
            unit.entries.extend(one.entries);
        }
        for judged in behind {
            if !unit.services.iter().any(|part| part.judged.service.name == judged.service.name) {
                unit.services.push(part(place, judged));
            }
        }
        unit.entries.push(entry);
        units.push(unit);
    }
    let seated: BTreeSet<String> =
        units.iter().flat_map(|unit| &unit.services).map(|part| part.judged.service.name.clone()).collect();
    for judged in place.judged.services.iter().filter(|judged| !seated.contains(&judged.service.name)) {
        let part = part(place, judged);
        if part.outlook.touched && part.outlook.carrier == Carrier::Group && judged.service.quorum.is_none() {
            units.push(Unit { name: String::new(), services: vec![part], entries: Vec::new() });
        }
    }
    for unit in &mut units {
        unit.services.sort_by(|one, other| one.judged.service.name.cmp(&other.judged.service.name));
        unit.name = name_of(unit);
    }
    units.sort_by(|one, other| one.name.cmp(&other.name));
    units
}

/// The service that is called as one of its balancers, else the first of which something stands there, else the balancer.
fn name_of(unit: &Unit<'_>) -> String {
    let services = || unit.services.iter().map(|part| part.judged.service.name.as_str());
    let called = services().find(|name| unit.entries.iter().any(|entry| entry.balancer.name() == *name));
    let touched =
        || unit.services.iter().find(|part| part.outlook.touched).map(|part| part.judged.service.name.as_str());
    let balancer = || unit.entries.first().map(|entry| entry.balancer.name());
    called.or_else(touched).or_else(|| services().next()).or_else(balancer).unwrap_or("?").to_owned()
}

fn is_behind(place: &Place<'_>, judged: &JudgedService, balancer: Balancer<'_>) -> bool {
    match balancer {
        Balancer::Classic(classic) => judged.service.classic_balancers.contains(&classic.name),
        Balancer::Modern(modern) => judged.service.target_groups.iter().any(|arn| uses(place, arn, &modern.arn)),
    }
}

/// Whether a target group is behind a balancer.
pub(super) fn uses(place: &Place<'_>, target_group: &Arn, balancer: &Arn) -> bool {
    let group = place.judged.index.target_group(target_group.as_str());
    group.is_some_and(|group| group.load_balancers.contains(balancer))
}

fn part<'p>(place: &Place<'p>, judged: &'p JudgedService) -> Part<'p> {
    let outlook = place.scene.machines(judged);
    let room = room(place, judged, &outlook);
    Part { judged, outlook, room }
}

fn room(place: &Place<'_>, judged: &JudgedService, outlook: &ServiceOutlook) -> Room {
    if let Some(open) = fails_open(place, judged) {
        return Room::Open(open);
    }
    if outlook.serving.is_some() && outlook.serving == outlook.left {
        return Room::Now;
    }
    if outlook.left == Some(0) {
        return Room::Loses(format!("{} {}", judged.service.name, outlook.reasons.join("; ")));
    }
    match (&outlook.raise, outlook.outcome) {
        (_, Outcome::Keeps) => Room::Now,
        (Some(raise), _) => match against(place, raise) {
            Some(why) => Room::No(format!("needs {} more, but {why}", raise.by)),
            None => Room::First(raise.clone()),
        },
        (None, Outcome::Unknown) => Room::Unknown(outlook.reasons.join("; ")),
        (None, _) => Room::No(outlook.reasons.join("; ")),
    }
}

/// What speaks against a raise beyond the maximum, which is raised with it, and beyond a zone that is full while another is not.
pub(super) fn against(place: &Place<'_>, raise: &Raise) -> Option<String> {
    let all_full = !raise.zones.is_empty() && raise.zones.iter().all(|zone| place.what_if.no_capacity.contains(zone));
    let counts =
        |obstacle: &&String| !obstacle.starts_with("max ") && (all_full || !obstacle.starts_with("no capacity in"));
    let against: Vec<String> = raise.obstacles.iter().filter(counts).cloned().collect();
    (!against.is_empty()).then(|| against.join(", "))
}

/// A target group without one healthy target is sent everything all the same: a shift changes nothing there (`aws-domain.md` F.7).
fn fails_open(place: &Place<'_>, judged: &JudgedService) -> Option<String> {
    let index = &place.judged.index;
    judged.service.target_groups.iter().find_map(|arn| {
        let group = index.target_group(arn.as_str()).filter(|group| !group.load_balancers.is_empty())?;
        let states: Vec<&TargetState> = index.targets_behind(arn.text()).map(|(_, target)| &target.state).collect();
        let counts = states.iter().filter(|state| **state != &TargetState::Unused).count();
        let healthy =
            states.iter().filter(|state| matches!(state, TargetState::Healthy | TargetState::Unavailable)).count();
        (counts > 0 && healthy == 0 && index.has_answered(arn.as_str())).then(|| {
            format!(
                "{} fails open, 0 of {counts} healthy: a shift does nothing; mend the health check's path",
                group.name
            )
        })
    })
}

/// Healthy targets of a target group outside the zone, and in it; none where a target's zone is not known.
pub(super) fn healthy_outside(place: &Place<'_>, target_group: &Arn) -> Option<usize> {
    let index = &place.judged.index;
    let mut outside = 0;
    for (number, target) in index.targets_behind(target_group.text()) {
        if matches!(target.state, TargetState::Healthy) && index.zone_of_target_at(number, target)? != place.zone {
            outside += 1;
        }
    }
    index.has_answered(target_group.as_str()).then_some(outside)
}

/// How a raise is shared out over groups, by how many each keeps.
pub(super) fn shared_out<'u>(place: &Place<'_>, raise: &'u Raise) -> BTreeMap<&'u GroupName, usize> {
    let weight = |name: &GroupName| {
        let group = place.judged.index.group(name.as_str());
        group.map_or(0, |group| usize::try_from(group.desired).unwrap_or(0)).max(1)
    };
    let mut shares: BTreeMap<&GroupName, usize> = raise.groups.iter().map(|name| (name, 0)).collect();
    for _ in 0..raise.by {
        // Who is farthest below its share is next.
        let next = shares.iter().min_by(|one, other| {
            let full = |(name, has): &(&&GroupName, &usize)| count(**has + 1) / count(weight(name));
            full(one).total_cmp(&full(other))
        });
        let Some(next) = next.map(|(name, _)| *name) else { break };
        *shares.entry(next).or_default() += 1;
    }
    shares.retain(|_, by| *by > 0);
    shares
}

/// Counts of members are far below what a float tells apart.
pub(super) fn count(n: usize) -> f64 {
    n as f64
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
