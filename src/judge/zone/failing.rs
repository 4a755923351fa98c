//! Targets that fail now or failed a moment ago, zone by zone (`aws-domain.md` B.1, signal 2).
//!
//! Owns: [`Failing`]. Depends on: index, services, history. Must stay true: the zone is the target's own, never that of a balancer's
//! node; a target of a gray zone flaps, so that one failed within the window counts like one that fails; what is new and has
//! not served yet fails nothing; what was not read is not counted, and then the counts are not complete.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::estate::balancer::{ClassicState, ResourceTags, TargetState};
use crate::estate::group::{Group, LifecycleState};
use crate::estate::instance::Instance;
use crate::estate::{Change, Kind};
use crate::id::{Text, ZoneName};
use crate::judge::index::Number;

use super::view::Ground;

/// The failing targets of a region.
#[derive(Debug, Default)]
pub(super) struct Failing<'a> {
    /// In the order of the zones.
    pub(super) zones: Vec<ZoneTargets<'a>>,
    /// Whether the health of all targets is known.
    pub(super) complete: bool,
}

/// The targets of one zone that serve or should. Counted only where anything fails anywhere.
#[derive(Debug, Default)]
pub(super) struct ZoneTargets<'a> {
    /// How many serve, or would if they did not fail.
    pub(super) serving: usize,
    /// Those that fail or failed.
    pub(super) hits: Vec<Hit<'a>>,
    /// Serving ones by service.
    pub(super) services: BTreeMap<Owner<'a>, usize>,
}

/// Whose a target is: the service's name, and whether that is beyond doubt. What nobody's name is sure of may be anybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Owner<'a> {
    pub(super) service: &'a str,
    pub(super) sure: bool,
}

/// A target that fails, or failed within the window.
#[derive(Debug)]
pub(super) struct Hit<'a> {
    /// The instance's id or the address.
    pub(super) host: &'a str,
    pub(super) owner: Owner<'a>,
    /// Whether it fails now.
    pub(super) now: bool,
    /// Whether it is known to have served before: of what is not listed nobody knows whether it merely boots.
    pub(super) sure: bool,
}

impl<'a> ZoneTargets<'a> {
    /// Hosts hit.
    pub(super) fn hosts(&self) -> BTreeSet<&'a str> {
        self.hits.iter().map(|hit| hit.host).collect()
    }

    /// Services hit.
    pub(super) fn owners(&self) -> BTreeSet<Owner<'a>> {
        self.hits.iter().map(|hit| hit.owner).collect()
    }
}

/// A target as its balancer names it: the target group's ARN or the classic balancer's name, and the target's id.
type Key<'a> = (&'a str, &'a str);

/// A failing target before anything is counted.
#[derive(Clone, Copy)]
struct Found {
    place: usize,
    now: bool,
    sure: bool,
}

/// What is found before it is put in its zone.
struct Search<'s, 'a> {
    ground: &'s Ground<'a>,
    /// By the ARN or name of what targets are registered with.
    owners: Vec<(&'a str, Owner<'a>)>,
    found: BTreeMap<Key<'a>, Found>,
    complete: bool,
}

impl<'a> Failing<'a> {
    /// Looks at every target's health and at what changed of it.
    pub(super) fn new(ground: &Ground<'a>) -> Self {
        let mut search = Search { ground, owners: Vec::new(), found: BTreeMap::new(), complete: is_complete(ground) };
        search.name_owners();
        search.look_now();
        search.look_back();
        let mut zones: Vec<ZoneTargets<'a>> = ground.zones.iter().map(|_| ZoneTargets::default()).collect();
        if !search.found.is_empty() {
            search.count(&mut zones);
        }
        Self { zones, complete: search.complete }
    }
}

impl<'a> Search<'_, 'a> {
    /// Targets that fail by the newest reading, where that can be trusted.
    fn look_now(&mut self) {
        let ground = self.ground;
        for number in ground.index.failing() {
            for (key, zone, health) in self.targets_at(number) {
                if health == Health::Failing && !is_new(ground, number, zone, ground.now) {
                    match zone.map(|zone| ground.place(zone)) {
                        Some(Some(place)) => {
                            let sure = !key.1.starts_with("i-") || ground.index.instance_at(number).is_some();
                            self.found.insert(key, Found { place, now: true, sure });
                        }
                        Some(None) => {}
                        None => self.complete = false,
                    }
                }
            }
        }
    }

    /// Targets that failed within the window and recovered, or were given up.
    fn look_back(&mut self) {
        for change in self.ground.changes().filter(|change| is_health(change)) {
            let (was, is) = (word_fails(change.from.as_deref()), word_fails(change.to.as_deref()));
            let Some(parent) = change.within.as_deref().filter(|_| was || is) else { continue };
            let number = self.ground.index.number(&change.subject);
            let zone = number
                .and_then(|number| self.ground.index.zone_at(number))
                .or(change.zone.as_ref())
                .or_else(|| self.ground.zone_of_the_gone(&change.subject));
            let Some(place) = zone.and_then(|zone| self.ground.place(zone)) else { continue };
            // One that served and fails; one that was given up; one that recovered, unless it merely began so.
            let served = change.from.as_deref().is_some_and(|from| !is_beginning(from));
            let is_new = || number.is_some_and(|number| is_new(self.ground, number, zone, change.at));
            let gone = number.is_none_or(|number| self.ground.index.instance_at(number).is_none());
            let counts = if is { served || !(gone || is_new()) } else { !is_new() };
            if counts {
                let found = Found { place, now: false, sure: true };
                self.found.entry((parent, &change.subject)).or_insert(found).sure |= served;
            }
        }
    }

    /// Whose each target group and classic balancer is.
    fn name_owners(&mut self) {
        let ground = self.ground;
        let groups = ground.estate.table::<Group>(ground.region, ground.now);
        let tags = ground.estate.table::<ResourceTags>(ground.region, ground.now).is_complete();
        let known = groups.is_complete();
        let owned: BTreeSet<&str> = groups
            .known()
            .flat_map(|group| group.target_groups.iter().map(|arn| arn.as_str()))
            .filter(|_| known && !tags)
            .collect();
        for service in ground.services.iter().map(|judged| &judged.service) {
            for arn in &service.target_groups {
                let sure = known && (tags || owned.contains(arn.as_str()));
                self.owners.push((arn.as_str(), Owner { service: &service.name, sure }));
            }
            for name in &service.classic_balancers {
                self.owners.push((name.as_str(), Owner { service: &service.name, sure: known }));
            }
        }
        self.owners.sort_by_key(|(parent, _)| *parent);
    }

    fn owner_of(&self, parent: &str) -> Option<Owner<'a>> {
        let found = self.owners.binary_search_by(|(name, _)| (*name).cmp(parent)).ok()?;
        self.owners.get(found).map(|(_, owner)| *owner)
    }

    /// Puts what was found in its zone, beside what serves there.
    fn count(&mut self, zones: &mut [ZoneTargets<'a>]) {
        let mut serving = self.serving();
        for (key, Found { place, now, sure }) in &self.found {
            let Some(owner) = self.owner_of(key.0) else { continue };
            let mut add = |place: usize, by: isize| {
                if let Some(counts) = serving.get_mut(place) {
                    counts.push((owner, by));
                }
            };
            let number = self.ground.index.number(key.1);
            let there = number.map(|number| self.targets_at(number)).unwrap_or_default();
            let mut counted = 0;
            for (_, zone, health) in there.into_iter().filter(|(other, _, _)| other == key) {
                let Some(zone) = zone else {
                    self.complete = false;
                    continue;
                };
                counted += 1;
                // It counts where it was found, be it serving by now.
                if let Some(own) = self.ground.place(zone).filter(|_| health == Health::Serving) {
                    add(own, -1);
                }
            }
            add(*place, counted.max(1));
            if let Some(zone) = zones.get_mut(*place) {
                zone.hits.push(Hit { host: key.1, owner, now: *now, sure: *sure });
            }
        }
        for (zone, mut counts) in zones.iter_mut().zip(serving) {
            counts.sort_by_key(|(owner, _)| *owner);
            let own = counts.chunk_by(|(a, _), (b, _)| a == b).filter_map(|same| {
                let count = usize::try_from(same.iter().map(|(_, by)| by).sum::<isize>()).ok()?;
                same.first().map(|(owner, _)| (*owner, count)).filter(|_| count > 0)
            });
            zone.services = own.collect();
            zone.serving = zone.services.values().sum();
        }
    }

    /// How many targets serve, zone by zone, with whose they are.
    fn serving(&mut self) -> Vec<Vec<(Owner<'a>, isize)>> {
        let index = self.ground.index;
        let places: Vec<Option<usize>> = index.counted_zones().map(|zone| self.ground.place(zone)).collect();
        let mut serving: Vec<Vec<(Owner<'a>, isize)>> = self.ground.zones.iter().map(|_| Vec::new()).collect();
        // Both are in the order of names.
        let mut owners = self.owners.iter().peekable();
        for (parent, counts) in index.serving() {
            while owners.next_if(|(name, _)| *name < &**parent).is_some() {}
            let beside = owners.peek().filter(|(name, _)| *name == &**parent).map(|(_, owner)| *owner);
            // Classic balancers come after the target groups and begin anew.
            let Some(owner) = beside.or_else(|| self.owner_of(parent)) else { continue };
            for (zone, count) in counts.iter().filter(|(_, count)| *count > 0) {
                self.complete &= zone.is_some();
                let place = zone.and_then(|zone| places.get(zone).copied().flatten());
                if let Some(own) = place.and_then(|place| serving.get_mut(place)) {
                    own.push((owner, isize::try_from(*count).unwrap_or(isize::MAX)));
                }
            }
        }
        serving
    }

    /// Where a thing is a target of some service, by balancers whose word can be trusted now: in which zone, and how it fares there.
    fn targets_at(&self, number: Number) -> Vec<(Key<'a>, Option<&'a ZoneName>, Health)> {
        let index = self.ground.index;
        let targets = index.targets_at(number).map(|(parent, target)| {
            let key: Key<'a> = (parent, &target.id);
            (key, index.zone_of_target_at(number, target), Health::of(&target.state))
        });
        let classic = index.classic_targets_at(number).map(|(parent, target)| {
            let key: Key<'a> = (parent, target.instance.as_str());
            (key, index.zone_at(number), Health::of_classic(&target.state))
        });
        let is_told = |parent: &str| self.owner_of(parent).is_some() && index.has_answered(parent);
        let told = targets.chain(classic).filter(|(key, _, health)| *health != Health::Aside && is_told(key.0));
        told.collect()
    }
}

/// What a target's health says about its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Serving,
    Failing,
    /// Leaving, beginning, or not checked: neither for nor against.
    Aside,
}

impl Health {
    fn of(state: &TargetState) -> Self {
        match state {
            TargetState::Healthy => Self::Serving,
            TargetState::Unhealthy | TargetState::UnhealthyDraining => Self::Failing,
            _ => Self::Aside,
        }
    }

    fn of_classic(state: &ClassicState) -> Self {
        match state {
            ClassicState::InService => Self::Serving,
            ClassicState::OutOfService => Self::Failing,
            ClassicState::Unknown | ClassicState::Other(_) => Self::Aside,
        }
    }
}

/// Whether the health of every target is known, and the groups by which it is read: whose a target is, how long it may boot, what it was
/// released with. Classic ones only where there are such balancers.
fn is_complete(ground: &Ground<'_>) -> bool {
    let (estate, region, now) = (ground.estate, ground.region, ground.now);
    let classic = estate.slices(region, Kind::ClassicTargets);
    let mut classic = classic.map(|(_, slice)| slice.trust(Kind::ClassicTargets.age_limit(), now).is_known());
    ground.unread.targets_are_complete(estate, region, now)
        && estate.table::<Group>(region, now).is_complete()
        && classic.all(|known| known)
        && ground.unread.of(Kind::ClassicTargets) == Some(0)
}

fn is_health(change: &Change) -> bool {
    matches!(change.kind, Kind::Targets | Kind::ClassicTargets) && &*change.what == "state"
}

fn word_fails(word: Option<&str>) -> bool {
    let fails = [TargetState::Unhealthy.as_str(), TargetState::UnhealthyDraining.as_str()];
    word.is_some_and(|word| fails.contains(&word) || word == ClassicState::OutOfService.as_str())
}

fn is_beginning(word: &str) -> bool {
    word == TargetState::Initial.as_str() || word == TargetState::Unused.as_str()
}

/// Whether a target was still in its grace at that time, so that failing its checks tells of booting and not of its zone.
fn is_new(ground: &Ground<'_>, number: Number, zone: Option<&ZoneName>, at: Timestamp) -> bool {
    let index = ground.index;
    let member = index.membership_at(number);
    let grace = member.and_then(|(group, _)| group.grace_s).and_then(|s| u32::try_from(s).ok());
    let grace = SignedDuration::from_secs(i64::from(grace.unwrap_or(ground.rules().grace_s)));
    if let Some(instance) = index.instance_at(number) {
        return instance.launched_at.is_some_and(|launched| at.duration_since(launched) < grace);
    }
    let Some((_, member)) = member else { return false };
    let is_pending =
        matches!(member.state, LifecycleState::Pending | LifecycleState::PendingWait | LifecycleState::PendingProceed);
    // Its group has it and a fresh listing of its zone does not: launched since.
    let listed = zone.is_some_and(|zone| ground.estate.table::<Instance>(ground.region, ground.now).covers(zone));
    is_pending || listed
}

/// Since when targets of a zone have failed without a pause as long as the window.
pub(super) fn failing_since(ground: &Ground<'_>, hosts: &BTreeSet<&str>, place: usize) -> Option<Timestamp> {
    let window = ground.rules().window();
    let mut since: Option<Timestamp> = None;
    let began = |change: &&Change| is_health(change) && word_fails(change.to.as_deref());
    for change in ground.past().filter(began) {
        if since.is_some_and(|since| since.duration_since(change.at) > window) {
            break;
        }
        let subject: &Text = &change.subject;
        let is_here = hosts.contains(&**subject) || {
            let known = ground.index.number(subject).and_then(|number| ground.index.zone_at(number));
            let zone = known.or(change.zone.as_ref());
            let zone = zone.or_else(|| ground.zone_of_the_gone(subject));
            zone.and_then(|zone| ground.place(zone)) == Some(place)
        };
        if is_here {
            since = Some(change.at);
        }
    }
    since
}
