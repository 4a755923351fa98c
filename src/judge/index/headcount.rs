//! How many there are of what, zone by zone: counted once, and from then on corrected by what is read.
//!
//! Owns: [`Headcount`]. Depends on: the joins. Must stay true: what a thing adds to the counts is taken off again, by the same
//! index, before it is added anew.

use std::collections::{BTreeMap, BTreeSet};

use super::sheet::At;
use super::{Delta, Index, Number};
use crate::estate::balancer::{ClassicState, Target, TargetState};
use crate::estate::group::LifecycleState;
use crate::estate::instance::{CheckStatus, InstanceState};
use crate::id::{Text, ZoneName};
use crate::judge::target_group::TargetCounts;

/// The counts of a region, each thing counted once.
#[derive(Debug, Clone, Default)]
pub(super) struct Headcount {
    zones: BTreeMap<ZoneName, Heads>,
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

/// What serves, by zone; none is where nobody knows.
type Serving = Vec<(Option<ZoneName>, usize)>;

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
    /// The counts of `index`, which was made after `before` with this difference.
    pub(super) fn after(before: &Index, index: &Index, delta: &Delta) -> Self {
        let mut heads = Self::default();
        match delta {
            Delta::All => index.numbers().for_each(|number| heads.count(index, number, 1)),
            Delta::Things(things) => {
                heads = (*before.heads).clone();
                for number in things {
                    heads.count(before, *number, -1);
                    heads.count(index, *number, 1);
                }
            }
        }
        heads
    }

    /// What there is in a zone.
    pub(super) fn zone(&self, zone: &ZoneName) -> Heads {
        self.zones.get(zone).copied().unwrap_or_default()
    }

    /// Adds a thing, or takes it off.
    fn count(&mut self, index: &Index, number: Number, by: isize) {
        self.count_instance(index, number, by);
        if let Some((_, member)) = index.membership_at(number).filter(|(_, m)| m.state == LifecycleState::InService) {
            self.with(&member.zone, |heads| step(&mut heads.in_service, by));
        }
        let mut fails = false;
        for at in index.thing(number).map(|thing| thing.targets.as_slice()).unwrap_or_default() {
            let Some(target) = index.sheets.targets.get(*at) else { continue };
            let zone = index.zone_of_target_at(number, target);
            match zone {
                Some(zone) => self.with(zone, |heads| step(slot_of(&mut heads.targets, &target.state), by)),
                None => step(&mut self.astray, if has_zone(target) { by } else { 0 }),
            }
            fails |= matches!(target.state, TargetState::Unhealthy | TargetState::UnhealthyDraining);
            if target.state == TargetState::Healthy {
                serves(&mut self.targets, *at, zone, by);
            }
        }
        for at in index.thing(number).map(|thing| thing.classic.as_slice()).unwrap_or_default() {
            let Some(target) = index.sheets.classic.get(*at) else { continue };
            fails |= target.state == ClassicState::OutOfService;
            if target.state == ClassicState::InService {
                serves(&mut self.classic, *at, index.zone_at(number), by);
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
        // Most zones are there already, and then the name need not be shared once more.
        match self.zones.get_mut(zone) {
            Some(heads) => change(heads),
            None => change(self.zones.entry(zone.clone()).or_default()),
        }
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

    /// How many targets of a target group, or instances behind a classic balancer, serve in each zone; none is where nobody knows.
    pub fn serving_behind(&self, parent: &Text) -> impl Iterator<Item = (Option<&ZoneName>, usize)> + use<'_> {
        let targets = self.sheets.targets.slot_of(parent).and_then(|slot| self.heads.targets.get(slot as usize));
        let classic = self.sheets.classic.slot_of(parent).and_then(|slot| self.heads.classic.get(slot as usize));
        let both = targets.into_iter().chain(classic).flatten();
        both.map(|(zone, count)| (zone.as_ref(), *count))
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

fn serves(all: &mut Vec<Serving>, at: At, zone: Option<&ZoneName>, by: isize) {
    let slot = at.slot as usize;
    if all.len() <= slot {
        all.resize(slot + 1, Vec::new());
    }
    let Some(zones) = all.get_mut(slot) else { return };
    match zones.iter_mut().find(|(known, _)| known.as_ref() == zone) {
        Some((_, count)) => step(count, by),
        None => zones.push((zone.cloned(), usize::from(by > 0))),
    }
    zones.retain(|(_, count)| *count > 0);
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
