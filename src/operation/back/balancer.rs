//! Traffic comes back: one balancer first, observed, then the others (`aws-domain.md` C.3, F.18).
//!
//! Must stay true: no balancer sends to the zone before its targets there are healthy; each waits for the groups behind it.

use std::collections::BTreeSet;

use super::super::away::{Field, Merged, Value};
use super::super::call::{Action, BalancerSubnets, CancelShift, ClassicSubnets};
use super::super::condition::Fact;
use super::super::draft::Part;
use super::super::plan::StepId;
use super::Back;
use super::gates::told;
use super::group::{Entering, SHIFT_S, is_group, shift_id};
use crate::estate::balancer::{ClassicBalancer, LoadBalancer, Target, TargetGroup, TargetState};
use crate::estate::group::Group;
use crate::estate::instance::Instance;
use crate::id::{Arn, ClassicName, SubnetId, Text, ZoneName};

/// How long the first one is observed.
const OBSERVE_S: u64 = 600;
/// How long each of the others must hold.
const HOLD_S: u64 = 60;
/// How long the observation may take in all: a reading that fails begins it anew, and AWS lets few changes of subnets through.
const OBSERVE_DEADLINE_S: u64 = 3600;

/// A balancer on its way back.
#[derive(Debug)]
enum Way<'a> {
    Shift(&'a Merged, &'a Arn),
    Subnets(&'a Merged, &'a Arn),
    Classic(ClassicName, Vec<SubnetId>),
}

/// Target groups behind a balancer, and how many targets of each are in the zone.
type Behind = Vec<(Arn, usize)>;

impl<'a> Back<'_, 'a> {
    /// All balancers, the smallest first. Tells which steps bring back what.
    pub(super) fn balancers(&mut self, entering: &[Entering<'a>]) {
        let mut ways: Vec<(usize, Text, Way<'a>, Behind)> = Vec::new();
        let mut classic: Vec<(ClassicName, Vec<SubnetId>)> = Vec::new();
        for merged in self.scope.ours() {
            let (name, way, arn) = match &merged.change.field {
                Field::Shift(arn) if !is_group(arn) => (arn.short(), Way::Shift(merged, arn), arn),
                Field::BalancerSubnets(arn) => (arn.short(), Way::Subnets(merged, arn), arn),
                Field::ClassicSubnet(name, subnet) if merged.change.before == Value::Is(true) => {
                    match classic.iter_mut().find(|(known, _)| known == name) {
                        Some((_, subnets)) => subnets.push(subnet.clone()),
                        None => classic.push((name.clone(), vec![subnet.clone()])),
                    }
                    continue;
                }
                _ => continue,
            };
            let behind = self.behind(arn, entering);
            ways.push((behind.iter().map(|(_, count)| count).sum(), name.into(), way, behind));
        }
        ways.extend(
            classic
                .into_iter()
                .map(|(name, subnets)| (usize::MAX, name.text().clone(), Way::Classic(name, subnets), Vec::new())),
        );
        // Subnets of a balancer come before its shift ends.
        ways.sort_by(|a, b| {
            (a.0, &a.1, matches!(a.2, Way::Shift(..))).cmp(&(b.0, &b.1, matches!(b.2, Way::Shift(..))))
        });
        let mut first: Option<StepId> = None;
        for (_, name, way, behind) in ways {
            let mut after: Vec<StepId> = vec![self.watched.clone()];
            after.extend(self.entered_behind(&way, entering));
            let is_first = first.is_none();
            after.extend(first.clone());
            after.extend(self.draft.last(&name).filter(|last| !after.contains(last)));
            let hold = if is_first { OBSERVE_S } else { HOLD_S };
            let id = match way {
                Way::Shift(merged, arn) => self.cancel(merged, arn, &name, behind, after, hold),
                Way::Subnets(merged, arn) => self.rejoin(merged, (arn, &behind), &name, after, hold),
                Way::Classic(balancer, subnets) => self.attach(&balancer, subnets, &name, after, hold),
            };
            if is_first {
                first.clone_from(&id);
            }
            self.traffic.extend(id.map(|id| (name, id)));
        }
    }

    /// The target groups of a balancer, and who is there in the zone: those that are, and those that the groups behind bring.
    fn behind(&self, arn: &Arn, entering: &[Entering<'a>]) -> Behind {
        let known = self.ground.estate.known::<TargetGroup>(self.zone.region);
        let own = known.filter(|group| group.load_balancers.contains(arn));
        let count = |group: &TargetGroup| {
            let targets = self.ground.of::<Target>(self.zone.region, group.arn.text()).unwrap_or_default();
            let gone = |state: &TargetState| matches!(state, TargetState::Draining | TargetState::UnhealthyDraining);
            let there = targets.iter().filter(|target| !gone(&target.state) && self.is_here(target)).count();
            let new = entering.iter().filter(|each| each.gate.group.target_groups.contains(&group.arn));
            there + new.map(|each| each.refilled).sum::<usize>()
        };
        own.map(|group| (group.arn.clone(), count(group))).filter(|(_, count)| *count > 0).collect()
    }

    fn is_here(&self, target: &Target) -> bool {
        let zone: Option<&ZoneName> = match target.instance() {
            Some(id) => self
                .ground
                .estate
                .known::<Instance>(self.zone.region)
                .find(|instance| instance.id == id)
                .map(|instance| &instance.zone),
            None => target.zone.as_ref(),
        };
        zone == Some(self.zone.name)
    }

    /// The last steps of the groups behind a balancer.
    fn entered_behind(&self, way: &Way<'_>, entering: &[Entering<'a>]) -> Vec<StepId> {
        let is_behind = |group: &Group| match way {
            Way::Shift(_, arn) | Way::Subnets(_, arn) => self.is_behind(group, arn),
            Way::Classic(name, _) => group.classic_balancers.contains(name),
        };
        entering.iter().filter(|each| is_behind(each.gate.group)).filter_map(|each| each.entered.clone()).collect()
    }

    fn is_behind(&self, group: &Group, arn: &Arn) -> bool {
        let known = self.ground.estate.known::<TargetGroup>(self.zone.region);
        known.filter(|each| each.load_balancers.contains(arn)).any(|each| group.target_groups.contains(&each.arn))
    }

    /// The balancers' steps that a group's capacity waits for.
    pub(super) fn traffic_of(&self, group: &Group) -> Vec<StepId> {
        let balancers = self.ground.estate.known::<LoadBalancer>(self.zone.region);
        let mut names: BTreeSet<&str> =
            balancers.filter(|each| self.is_behind(group, &each.arn)).map(|each| each.arn.short()).collect();
        names.extend(group.classic_balancers.iter().map(ClassicName::as_str));
        let own = self.traffic.iter().filter(|(name, _)| names.contains(&**name));
        own.map(|(_, id)| id.clone()).collect()
    }

    fn healthy(&self, behind: &Behind, at_least: impl Fn(usize) -> usize) -> Vec<Fact> {
        let fact = |(arn, count): &(Arn, usize)| Fact::HealthyIn {
            target_group: arn.clone(),
            zone: self.zone.name.clone(),
            at_least: at_least(*count),
        };
        behind.iter().map(fact).collect()
    }

    fn cancel(
        &mut self,
        merged: &'a Merged,
        arn: &Arn,
        name: &Text,
        behind: Behind,
        after: Vec<StepId>,
        hold: u64,
    ) -> Option<StepId> {
        let id = shift_id(merged)?;
        let back = Fact::NotAway { resource: arn.clone(), zone: self.zone.id.clone() };
        let why = match hold {
            OBSERVE_S => "the first one is observed for 10 min before the others follow",
            _ => "the first one held",
        };
        let mut step = Part::new(name, format!("send {name} to {} again: cancel its shift", self.zone.name), why)
            .after(after)
            .block("zone", Fact::ZonePasses { zone: self.zone.name.clone() });
        // Half must serve whatever anybody says; all should.
        for fact in self.healthy(&behind, |count| count.div_ceil(2)) {
            step = step.block("healthy", fact);
        }
        for fact in self.healthy(&behind, |count| count) {
            step = step.warn("all-healthy", fact);
        }
        if behind.is_empty() {
            let detail =
                format!("no target of {name} is known in {}: nothing shows that it is well there", self.zone.name);
            step = step.warn("targets", told(None, detail));
        }
        let mut of = vec![back];
        of.extend(self.healthy(&behind, |count| count.div_ceil(2)));
        let step = step
            .call(Action::CancelZonalShift(CancelShift { zonal_shift_id: id }))
            .until(Fact::All { of }, 60, SHIFT_S.max(if hold == OBSERVE_S { OBSERVE_DEADLINE_S } else { SHIFT_S }))
            .held_for(hold)
            .undo(self.again(arn));
        self.tell(merged);
        Some(self.draft.add(step))
    }

    fn rejoin(
        &mut self,
        merged: &'a Merged,
        (arn, behind): (&Arn, &Behind),
        name: &Text,
        after: Vec<StepId>,
        hold: u64,
    ) -> Option<StepId> {
        let (Value::Subnets(before), Some(Value::Subnets(now))) = (&merged.change.before, &merged.now) else {
            return None;
        };
        let plain = |subnets: &BTreeSet<SubnetId>| {
            Action::SetSubnets(BalancerSubnets {
                load_balancer_arn: arn.clone(),
                subnets: subnets.iter().cloned().collect(),
                subnet_mappings: Vec::new(),
            })
        };
        // Targets of a zone that it is not in are not checked: they are once it is.
        let mut of = vec![Fact::BalancerIn { balancer: arn.clone(), subnets: before.clone() }];
        of.extend(self.healthy(behind, |count| count.div_ceil(2)));
        // With its addresses, where they were recorded.
        let back = merged.change.back.clone().unwrap_or_else(|| plain(before));
        let step = Part::new(name, format!("put {name} back into {}", self.zone.name), "its subnets as they were")
            .after(after)
            .block("subnets", Fact::BalancerIn { balancer: arn.clone(), subnets: now.clone() })
            .block("zone", Fact::ZonePasses { zone: self.zone.name.clone() })
            .call(back)
            .until(Fact::All { of }, 60, OBSERVE_DEADLINE_S)
            .held_for(hold)
            .undo(plain(now));
        self.tell(merged);
        Some(self.draft.add(step))
    }

    fn attach(
        &mut self,
        balancer: &ClassicName,
        subnets: Vec<SubnetId>,
        name: &Text,
        after: Vec<StepId>,
        hold: u64,
    ) -> Option<StepId> {
        let here =
            self.ground.find(Some(self.zone.region), name, |each: &ClassicBalancer| each.name == *balancer).ok()?;
        let now: BTreeSet<SubnetId> = here.thing.subnets.iter().cloned().collect();
        let all: BTreeSet<SubnetId> = now.iter().chain(&subnets).cloned().collect();
        let of = ClassicSubnets { load_balancer_name: balancer.clone(), subnets: subnets.clone() };
        let step = Part::new(
            name,
            format!("put classic balancer {name} back into {}", self.zone.name),
            "its subnets as they were",
        )
        .after(after)
        .block("subnets", Fact::ClassicIn { balancer: balancer.clone(), subnets: now })
        .block("zone", Fact::ZonePasses { zone: self.zone.name.clone() })
        .call(Action::AttachLoadBalancerToSubnets(of.clone()))
        .until(Fact::ClassicIn { balancer: balancer.clone(), subnets: all }, 60, OBSERVE_DEADLINE_S)
        .held_for(hold)
        .undo(Action::DetachLoadBalancerFromSubnets(of));
        for subnet in &subnets {
            if let Some(merged) = self.scope.is_ours(&Field::ClassicSubnet(balancer.clone(), subnet.clone())) {
                self.tell(merged);
            }
        }
        Some(self.draft.add(step))
    }
}
