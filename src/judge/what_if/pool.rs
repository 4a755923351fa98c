//! Pools: instances that share one stream of work, so that what one loses the others must take.
//!
//! Owns: who serves now in which zone (`aws-domain.md` B.4: in service, healthy, not standby, receiving traffic). Depends on: the
//! index. Must stay true: computed over what serves, not over what exists; what nobody knows serves neither before nor after.

use std::collections::{BTreeMap, BTreeSet};

use crate::estate::balancer::{ClassicState, Target, TargetGroup, TargetState};
use crate::estate::group::{Group, LifecycleState};
use crate::estate::{Kind, SliceId};
use crate::id::{Arn, ClassicName, GroupName, ZoneName};
use crate::judge::index::Number;
use crate::judge::service::Service;
use crate::judge::standing::Standing;
use crate::judge::verdict;

use super::outcome::Carrier;
use super::scene::Scene;

/// Instances or addresses that share one stream of work.
#[derive(Debug, Clone)]
pub(super) struct Pool<'a> {
    /// What holds them together, in words.
    pub(super) name: String,
    /// What gives them work.
    pub(super) carrier: Carrier,
    /// The target group, where they stand behind one.
    pub(super) target_group: Option<&'a TargetGroup>,
    /// The classic balancer, where they stand behind one.
    pub(super) classic: Option<&'a ClassicName>,
    /// Whether work reaches them from the nodes of all zones; none where that was not read.
    pub(super) cross_zone: Option<bool>,
    /// Why nobody knows who is in it, where nobody does.
    pub(super) unread: Option<String>,
    /// Who is in it.
    pub(super) seats: Vec<Seat<'a>>,
}

/// One instance or address in a pool.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat<'a> {
    pub(super) number: Number,
    pub(super) zone: Option<&'a ZoneName>,
    pub(super) serves: Serves,
}

/// Whether it takes work now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Serves {
    Yes,
    No,
    Unknown,
}

impl<'a> Pool<'a> {
    fn new(name: String, carrier: Carrier) -> Self {
        let (target_group, classic, cross_zone, unread, seats) = (None, None, Some(true), None, Vec::new());
        Self { name, carrier, target_group, classic, cross_zone, unread, seats }
    }

    /// Those that serve now.
    pub(super) fn serving(&self) -> impl Iterator<Item = &Seat<'a>> {
        self.seats.iter().filter(|seat| seat.serves == Serves::Yes)
    }

    /// How many serve in each zone that remains.
    pub(super) fn left_by_zone(&self, scene: &Scene<'_>) -> BTreeMap<&'a ZoneName, usize> {
        let mut zones = BTreeMap::new();
        for zone in self.serving().filter(|seat| scene.remains(seat)).filter_map(|seat| seat.zone) {
            *zones.entry(zone).or_default() += 1;
        }
        zones
    }

    /// The groups whose members are in it, in the order of their names.
    pub(super) fn groups<'s>(&self, scene: &'s Scene<'_>) -> Vec<&'s Group> {
        let index = &scene.judged.index;
        let names: BTreeSet<&GroupName> =
            self.seats.iter().filter_map(|seat| Some(&index.membership_at(seat.number)?.0.name)).collect();
        names.into_iter().filter_map(|name| index.group(name.as_str())).collect()
    }

    /// Whether anything of it stands in what goes.
    pub(super) fn is_touched(&self, scene: &Scene<'_>) -> bool {
        self.seats.iter().any(|seat| scene.gone.takes(seat.zone) != Some(false))
    }
}

impl<'a> Scene<'a> {
    /// Whether a seat is known to remain.
    pub(super) fn remains(&self, seat: &Seat<'_>) -> bool {
        self.gone.takes(seat.zone) == Some(false)
    }

    /// The pools of a service.
    pub(super) fn pools(&self, service: &'a Service) -> Vec<Pool<'a>> {
        let mut pools: Vec<Pool<'a>> = Vec::new();
        pools.extend(service.target_groups.iter().filter_map(|arn| self.behind_target_group(arn)));
        pools.extend(service.classic_balancers.iter().map(|name| self.behind_classic(name)));
        pools.extend(service.groups.iter().filter_map(|name| self.without_balancer(name)));
        let seated: BTreeSet<Number> = pools.iter().flat_map(|pool| &pool.seats).map(|seat| seat.number).collect();
        pools.extend(self.alone(service, &seated));
        pools
    }

    /// None for a target group that no balancer uses: it carries nothing.
    fn behind_target_group(&self, arn: &'a Arn) -> Option<Pool<'a>> {
        let index = &self.judged.index;
        let group = index.target_group(arn.as_str())?;
        if group.load_balancers.is_empty() {
            return None;
        }
        let mut pool = Pool::new(format!("target group {}", group.name), Carrier::Balancer);
        pool.target_group = Some(group);
        pool.cross_zone = self.crosses_zones(group);
        pool.unread = self.reason_unheard(Kind::Targets, arn.as_str(), &group.name);
        let seat = |(number, target): (Number, &'a Target)| {
            let zone = index.zone_of_target_at(number, target);
            let away = zone.is_some_and(|zone| self.is_shifted(&group.load_balancers, zone));
            Seat { number, zone, serves: if away { Serves::No } else { self.target_serves(number, target) } }
        };
        pool.seats = index.targets_behind(arn.text()).map(seat).collect();
        Some(pool)
    }

    fn behind_classic(&self, name: &'a ClassicName) -> Pool<'a> {
        let index = &self.judged.index;
        let mut pool = Pool::new(format!("classic balancer {name}"), Carrier::Balancer);
        pool.classic = Some(name);
        pool.cross_zone = self.classic_crosses_zones(name);
        pool.unread = self.reason_unheard(Kind::ClassicTargets, name.as_str(), name.as_str());
        let seat = |number: Number| {
            let state =
                index.classic_targets_at(number).find(|(of, _)| *of == name.as_str()).map(|(_, row)| &row.state);
            let serves = match state {
                Some(ClassicState::InService) => self.member_lets(number),
                Some(ClassicState::OutOfService) => Serves::No,
                Some(ClassicState::Unknown | ClassicState::Other(_)) | None => Serves::Unknown,
            };
            Seat { number, zone: index.zone_at(number), serves }
        };
        pool.seats = index.classic_behind(name.text()).map(seat).collect();
        pool
    }

    /// The members of a group that no balancer sends work to: workers. None for the others.
    fn without_balancer(&self, name: &'a GroupName) -> Option<Pool<'a>> {
        let index = &self.judged.index;
        let group = index.group(name.as_str())?;
        let used = |arn: &Arn| index.target_group(arn.as_str()).is_none_or(|group| !group.load_balancers.is_empty());
        if !group.classic_balancers.is_empty() || group.target_groups.iter().any(used) {
            return None;
        }
        let mut pool = Pool::new(format!("group {name}"), Carrier::Group);
        pool.unread = (!index.groups_are_known()).then(|| self.words_unread(Kind::Groups));
        let seats = index.members_of(name.as_str()).map(|(number, member)| {
            let serves = match index.standing_at(number) {
                Standing::InService => Serves::Yes,
                Standing::Unknown => Serves::Unknown,
                _ => Serves::No,
            };
            Seat { number, zone: Some(&member.zone), serves }
        });
        pool.seats = seats.collect();
        Some(pool)
    }

    /// The instances of a service that are in no group and behind no balancer.
    fn alone(&self, service: &'a Service, seated: &BTreeSet<Number>) -> Option<Pool<'a>> {
        let index = &self.judged.index;
        let numbers = service.standalone.iter().filter_map(|id| index.number(id.as_str()));
        let seats: Vec<Seat<'a>> = numbers
            .filter(|number| !seated.contains(number))
            .filter_map(|number| {
                let serves = match index.standing_at(number) {
                    Standing::InService => Serves::Yes,
                    Standing::Unknown => Serves::Unknown,
                    // Switched off by somebody: there is nothing to lose.
                    Standing::Stopped | Standing::Terminating => return None,
                    _ => Serves::No,
                };
                Some(Seat { number, zone: index.zone_at(number), serves })
            })
            .collect();
        let pool = Pool { seats, ..Pool::new(format!("instances of {}", service.name), Carrier::Instance) };
        (!pool.seats.is_empty()).then_some(pool)
    }

    fn target_serves(&self, number: Number, target: &Target) -> Serves {
        let is_kept_off = |state: &str| !matches!(state, "no_override" | "unknown");
        if target.administrative_override.as_deref().is_some_and(is_kept_off) {
            return Serves::No;
        }
        match target.state {
            TargetState::Healthy | TargetState::Unavailable => self.member_lets(number),
            TargetState::Other(_) => Serves::Unknown,
            _ => Serves::No,
        }
    }

    /// What a balancer sends to serves, unless its group has put it aside or ends it.
    fn member_lets(&self, number: Number) -> Serves {
        match self.judged.index.membership_at(number) {
            None => Serves::Yes,
            Some((_, member)) => match member.state {
                LifecycleState::Standby
                | LifecycleState::EnteringStandby
                | LifecycleState::Terminating
                | LifecycleState::TerminatingWait
                | LifecycleState::TerminatingProceed
                | LifecycleState::TerminatingRetained
                | LifecycleState::Detaching
                | LifecycleState::Detached => Serves::No,
                LifecycleState::Other(_) => Serves::Unknown,
                _ => Serves::Yes,
            },
        }
    }

    /// Why a balancer's word on its targets cannot be trusted now; none where it can.
    fn reason_unheard(&self, kind: Kind, parent: &str, name: &str) -> Option<String> {
        if self.judged.index.has_answered(parent) {
            return None;
        }
        let slice = self.estate.slice(&SliceId::of(self.region, kind, parent));
        let reason = slice.and_then(|slice| {
            let trust = slice.trust(kind.age_limit(), self.now);
            verdict::reason_untrusted(&format!("{} of {name}", kind.name()), &trust)
        });
        Some(reason.unwrap_or_else(|| format!("{} of {name} not read yet", kind.name())))
    }

    /// Why a kind cannot be trusted, in words.
    pub(super) fn words_unread(&self, kind: Kind) -> String {
        let reason = self.judged.unknown.get(&kind).cloned();
        reason.unwrap_or_else(|| format!("{} not read", kind.name()))
    }
}
