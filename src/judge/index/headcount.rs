//! How many there are of what, zone by zone: counted once, and from then on corrected by what is read.
//!
//! Owns: [`Headcount`]. Depends on: the joins. Must stay true: what a thing adds to the counts is taken off again, by the same
//! index, before it is added anew.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::sheet::At;
use super::{Index, Number};
use crate::estate::balancer::{ClassicState, Target, TargetState};
use crate::estate::group::LifecycleState;
use crate::estate::instance::{CheckStatus, InstanceState};
use crate::id::{Text, ZoneName};
use crate::judge::target_group::TargetCounts;

/// The counts of a region, each thing counted once.
#[derive(Debug, Clone, Default)]
pub(super) struct Headcount {
    /// In the order in which they were first met.
    zones: Vec<(ZoneName, Heads)>,
    /// Targets that are in a zone, nobody knows which.
    pub(super) astray: usize,
    /// By the slot of their target group or classic balancer, those that serve, by zone.
    targets: Vec<Serving>,
    classic: Vec<Serving>,
    /// Things of which a balancer says that they fail.
    pub(super) failing: BTreeSet<Number>,
    /// Things with a check that is not passed.
    pub(super) ailing: BTreeSet<Number>,
}

/// How many serve, by their zone's place among [`Headcount::zones`]; none is where nobody knows.
type Serving = Arc<Vec<(Option<usize>, usize)>>;

/// What there is in one zone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heads {
    /// Instances that run.
    pub running: usize,
    /// Instances being launched.
    pub pending: usize,
    /// Instances stopping or stopped.
    pub stopped: usize,
    /// Instances that run and fail a status check.
    pub impaired: usize,
    /// Things that have status checks which can be trusted now.
    pub checked: usize,
    /// Targets, as often as they are registered.
    pub targets: TargetCounts,
    /// Members of groups in service.
    pub in_service: usize,
}

impl Headcount {
    /// The counts of `index`, which was made after `before` and of these things says something else.
    pub(super) fn after(before: &Index, index: &Index, things: &[Number]) -> Arc<Self> {
        let mut heads = before.heads.clone();
        if !things.is_empty() {
            let heads = Arc::make_mut(&mut heads);
            for number in things {
                heads.count(before, *number, -1);
                heads.count(index, *number, 1);
            }
        }
        heads
    }

    /// What there is in a zone.
    pub(super) fn zone(&self, zone: &ZoneName) -> Heads {
        self.zones.iter().find(|(name, _)| name == zone).map(|(_, heads)| *heads).unwrap_or_default()
    }

    /// Adds a thing, or takes it off.
    pub(super) fn count(&mut self, index: &Index, number: Number, by: isize) {
        self.count_instance(index, number, by);
        if let Some((_, member)) = index.membership_at(number).filter(|(_, m)| m.state == LifecycleState::InService) {
            self.with(&member.zone, |heads| step(&mut heads.in_service, by));
        }
        let mut fails = false;
        for at in index.thing(number).map(|thing| thing.targets.as_slice()).unwrap_or_default() {
            let Some(target) = index.sheets.targets.get(*at) else { continue };
            let zone = index.zone_of_target_at(number, target);
            let place = zone.map(|zone| self.place(zone));
            match place.and_then(|place| self.zones.get_mut(place)) {
                Some((_, heads)) => step(slot_of(&mut heads.targets, &target.state), by),
                None => step(&mut self.astray, if has_zone(target) { by } else { 0 }),
            }
            fails |= matches!(target.state, TargetState::Unhealthy | TargetState::UnhealthyDraining);
            if target.state == TargetState::Healthy {
                serves(&mut self.targets, *at, place, by);
            }
        }
        for at in index.thing(number).map(|thing| thing.classic.as_slice()).unwrap_or_default() {
            let Some(target) = index.sheets.classic.get(*at) else { continue };
            fails |= target.state == ClassicState::OutOfService;
            if target.state == ClassicState::InService {
                let place = index.zone_at(number).map(|zone| self.place(zone));
                serves(&mut self.classic, *at, place, by);
            }
        }
        mark(&mut self.failing, number, fails && by > 0);
    }

    fn count_instance(&mut self, index: &Index, number: Number, by: isize) {
        let status = index.status_at(number);
        let is =
            |wanted: CheckStatus| status.is_some_and(|status| status.checks().any(|(_, check)| check.status == wanted));
        let impaired = is(CheckStatus::Impaired);
        mark(&mut self.ailing, number, by > 0 && (impaired || is(CheckStatus::InsufficientData)));
        let at = index.thing(number).map_or(At::NOWHERE, |thing| thing.status);
        let runs = status.filter(|status| status.system.status != CheckStatus::NotApplicable);
        if let Some(zone) = runs.and_then(|status| status.zone.as_ref()).filter(|_| index.sheets.statuses.is_known(at))
        {
            self.with(zone, |heads| step(&mut heads.checked, by));
        }
        let Some(instance) = index.instance_at(number) else { return };
        self.with(&instance.zone, |heads| match instance.state {
            InstanceState::Running => {
                step(&mut heads.running, by);
                step(&mut heads.impaired, if impaired { by } else { 0 });
            }
            InstanceState::Pending => step(&mut heads.pending, by),
            InstanceState::Stopping | InstanceState::Stopped => step(&mut heads.stopped, by),
            InstanceState::ShuttingDown | InstanceState::Terminated | InstanceState::Other(_) => {}
        });
    }

    fn with(&mut self, zone: &ZoneName, change: impl FnOnce(&mut Heads)) {
        let place = self.place(zone);
        if let Some((_, heads)) = self.zones.get_mut(place) {
            change(heads);
        }
    }

    /// A zone's place among the zones.
    fn place(&mut self, zone: &ZoneName) -> usize {
        let known = self.zones.iter().position(|(name, _)| name == zone);
        known.unwrap_or_else(|| {
            self.zones.push((zone.clone(), Heads::default()));
            self.zones.len() - 1
        })
    }
}

impl Index {
    /// What there is in a zone.
    pub fn heads_in(&self, zone: &ZoneName) -> Heads {
        self.heads.zone(zone)
    }

    /// Targets that are in a zone, nobody knows which.
    pub fn targets_astray(&self) -> usize {
        self.heads.astray
    }

    /// Things of which a target group or a classic balancer says that they fail, in the order of their numbers.
    pub fn failing(&self) -> impl Iterator<Item = Number> + use<'_> {
        self.heads.failing.iter().copied()
    }

    /// Things with a status check that fails or cannot be made, in the order of their numbers.
    pub fn ailing(&self) -> impl Iterator<Item = Number> + use<'_> {
        self.heads.ailing.iter().copied()
    }

    /// The zones by which [`Index::serving`] counts.
    pub fn counted_zones(&self) -> impl Iterator<Item = &ZoneName> {
        self.heads.zones.iter().map(|(zone, _)| zone)
    }

    /// Of each target group and classic balancer whose word can be trusted now: how many serve in each zone, by the zone's place among
    /// [`Index::counted_zones`]; none is where nobody knows. In the order of their names, classic ones last.
    pub fn serving(&self) -> impl Iterator<Item = (&Text, &[(Option<usize>, usize)])> {
        let targets = self.sheets.targets.known_parents().map(|(parent, slot)| (parent, self.heads.targets.get(slot)));
        let classic = self.sheets.classic.known_parents().map(|(parent, slot)| (parent, self.heads.classic.get(slot)));
        targets.chain(classic).filter_map(|(parent, zones)| Some((parent, zones?.as_slice())))
    }
}

fn step(count: &mut usize, by: isize) {
    *count = count.saturating_add_signed(by);
}

fn mark(set: &mut BTreeSet<Number>, number: Number, is_in: bool) {
    if is_in {
        set.insert(number);
    } else {
        set.remove(&number);
    }
}

fn serves(all: &mut Vec<Serving>, at: At, zone: Option<usize>, by: isize) {
    let slot = at.slot as usize;
    if all.len() <= slot {
        all.resize_with(slot + 1, Serving::default);
    }
    let Some(zones) = all.get_mut(slot).map(Arc::make_mut) else { return };
    match zones.iter_mut().find(|(known, _)| *known == zone) {
        Some((_, count)) => step(count, by),
        None => zones.push((zone, usize::from(by > 0))),
    }
}

fn slot_of<'c>(counts: &'c mut TargetCounts, state: &TargetState) -> &'c mut usize {
    match state {
        TargetState::Healthy => &mut counts.healthy,
        TargetState::Unhealthy | TargetState::UnhealthyDraining => &mut counts.unhealthy,
        TargetState::Draining => &mut counts.draining,
        TargetState::Initial => &mut counts.initial,
        TargetState::Unused => &mut counts.unused,
        TargetState::Unavailable => &mut counts.unavailable,
        TargetState::Other(_) => &mut counts.other,
    }
}

/// Whether a target is in some zone, be it known to us or not: functions, balancers and addresses outside the network are in none.
fn has_zone(target: &Target) -> bool {
    let elsewhere = target.zone.as_ref().is_some_and(|zone| zone.as_str() == "all");
    !elsewhere && !target.id.starts_with("arn:")
}
