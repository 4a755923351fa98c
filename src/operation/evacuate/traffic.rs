//! Traffic leaves: unit by unit, at once where there is room, else after what it needs first (`aws-domain.md` C.3, steps 1 and 2).
//!
//! Must stay true: a service that would be over its limit is not shifted before its capacity serves; guards of a shift warn and do not
//! block, since it is reversible and works when reads do not; what takes a shift back names the shift that the step began.

use std::collections::BTreeMap;

use super::super::call::{Action, BalancerSubnets, CancelShift, ClassicSubnets, SHIFT_ID};
use super::super::condition::Fact;
use super::super::draft::Part;
use super::super::fill::answered;
use super::super::plan::{PartSummary, StepId};
use super::entry::{Entry, Rest, Way};
use super::unit::{Room, Unit, against, count, healthy_outside, shared_out, uses};
use super::{Evacuation, launches};
use crate::id::{GroupName, Text};
use crate::judge::what_if::Raise;

/// Seconds that AWS lets pass between two calls of its slow class, once ten were let through (`aws-domain.md` A.8).
const SLOW_S: u64 = 5;
/// How many it lets through at once.
const SLOW_BURST: usize = 10;

impl<'p> Evacuation<'_, 'p> {
    /// Adds a unit that is balanced, or says why it is left out.
    pub(super) fn leave(&mut self, unit: &Unit<'p>, barred: &BTreeMap<GroupName, Vec<StepId>>) {
        let name: Text = unit.name.as_str().into();
        let with_others = match unit.others().as_slice() {
            [] => String::new(),
            others => format!(", with {}", others.join(", ")),
        };
        let words: Vec<String> = unit.entries.iter().map(Entry::words).collect();
        let mut row = PartSummary {
            part: name.clone(),
            on: true,
            serves: unit.serves(),
            cpu: unit.cpu(self.place),
            cpu_limit: Some(self.place.policy.headroom.cpu_limit).filter(|_| !unit.services.is_empty()),
            how: words.join("; ") + &with_others,
            takes_s: Some(10),
            why_off: None,
            with: None,
        };
        if let Some((why, with)) = self.reason_off(unit, barred) {
            row = PartSummary { on: false, takes_s: None, why_off: Some(why), with, ..row };
            self.draft.parts.push(row);
            return;
        }
        if unit.entries.iter().all(|entry| matches!(entry.way, Way::Adopted(_))) {
            row.takes_s = Some(0);
            self.draft.parts.push(row);
            return;
        }
        if let Some(why) = unit.loses() {
            match unit.entries.iter().any(Entry::is_slow) {
                true => self.draft.cannot_undo.push(format!("{why}, until it returns")),
                false => self.note("stays", format!("{why}: its balancer fails open, and goes on sending there")),
            }
        }
        let (mut before, mut takes_s, mut grown) = (self.first.clone(), 10, Vec::new());
        let raises: Vec<Raise> = unit.raises().cloned().collect();
        for raise in &raises {
            for (group, by) in shared_out(self.place, raise) {
                let Some(group) = self.place.judged.index.group(group.as_str()) else { continue };
                let after = barred.get(&group.name).cloned().unwrap_or_default();
                let after = if after.is_empty() { self.first.clone() } else { after };
                if let Some(growth) = self.grow(&name, group, by, true, after) {
                    before.push(growth.step);
                    takes_s = takes_s.max(growth.takes_s + 20);
                    grown.push(growth.words);
                }
            }
        }
        for entry in &unit.entries {
            takes_s += self.move_away(unit, entry, &name, &before);
        }
        if unit.raised() > 0 {
            let zones: Vec<&str> = self.others().iter().map(|zone| self.place.short(zone)).collect();
            row.how = format!("+{} in {} ({}), then {}", unit.raised(), zones.join(" "), grown.join("; "), row.how);
        }
        row.takes_s = Some(takes_s);
        self.draft.parts.push(row);
    }

    /// What is over its limit already, although nothing is lost by leaving, gets what it lacks: beside the shift, which does not wait for it.
    pub(super) fn rebuild(&mut self, unit: &Unit<'p>, barred: &BTreeMap<GroupName, Vec<StepId>>) {
        let lacks: Vec<Raise> = unit.lacks().cloned().collect();
        let by: usize = lacks.iter().map(|raise| raise.by).sum();
        if by == 0 {
            return;
        }
        let name: Text = format!("capacity:{}", unit.name).into();
        let zones: Vec<&str> = self.others().iter().map(|zone| self.place.short(zone)).collect();
        let how = format!("+{by} in {}: {} is over its limit already", zones.join(" "), unit.name);
        let against = lacks.iter().find_map(|raise| against(self.place, raise));
        let unbarred = lacks.iter().flat_map(|raise| &raise.groups).any(|group| !barred.contains_key(group));
        let off = match (against, self.wishes.skips(&name)) {
            (_, true) => Some("left out".to_owned()),
            (Some(why), _) => Some(why),
            (None, _) => unbarred.then(|| "launches are not barred there".to_owned()),
        };
        if let Some(why) = off {
            return self.row_off(&name, how, why, None);
        }
        let (mut takes_s, mut grown) = (0, Vec::new());
        for raise in &lacks {
            for (group, by) in shared_out(self.place, raise) {
                let Some(group) = self.place.judged.index.group(group.as_str()) else { continue };
                let after = barred.get(&group.name).filter(|steps| !steps.is_empty()).cloned();
                let after = after.unwrap_or_else(|| self.first.clone());
                if let Some(growth) = self.grow(&name, group, by, true, after) {
                    takes_s = takes_s.max(growth.takes_s);
                    grown.push(growth.words);
                }
            }
        }
        self.row_on(&name, format!("{how} ({})", grown.join("; ")), Some(takes_s));
    }

    /// Why a unit is left out, and what puts it in; none where it is in.
    fn reason_off(&self, unit: &Unit<'_>, barred: &BTreeMap<GroupName, Vec<StepId>>) -> Option<(String, Option<Text>)> {
        if self.wishes.skips(&unit.name) {
            return Some(("left out".to_owned(), None));
        }
        if !unit.entries.iter().any(|entry| entry.moves() || matches!(entry.way, Way::Adopted(_))) {
            return Some(("no way out by itself".to_owned(), None));
        }
        if let Some(why) = unit.reason_to_stay() {
            return Some((why.to_owned(), None));
        }
        if let Some(why) = unit.loses().filter(|_| unit.entries.iter().any(Entry::is_slow))
            && !self.wishes.puts_in(&unit.name)
        {
            return Some((why.to_owned(), Some(unit.name.as_str().into())));
        }
        let last_resort = unit.entries.iter().any(|entry| matches!(entry.way, Way::LastResort(_)));
        if last_resort && !self.wishes.puts_in(&unit.name) {
            return Some(("a last resort".to_owned(), Some(unit.name.as_str().into())));
        }
        let unbarred = unit.raises().flat_map(|raise| &raise.groups).find(|group| !barred.contains_key(*group));
        unbarred.map(|group| {
            let why = match self.wishes.skips(launches::PART) {
                true => format!("{group} would launch in {} too: `launches` is left out", self.place.zone),
                false => format!("{group} would launch in {} too: it cannot be barred there", self.place.zone),
            };
            (why, None)
        })
    }

    /// One balancer's traffic; gives the seconds that it takes beyond the others'.
    fn move_away(&mut self, unit: &Unit<'p>, entry: &Entry<'p>, part: &Text, before: &[StepId]) -> u64 {
        let place = self.place;
        let this = self.draft.next();
        let words = entry.words();
        let step = Part::new(part, words, format!("its node and targets in {} take no traffic then", place.zone))
            .after(before.to_vec())
            .warn("one-zone", Fact::OneZoneAway { zone: place.id.clone() });
        let step = self.room_guards(unit, entry, step);
        let slow_s = if entry.is_slow() {
            self.slow += 1;
            if self.slow > SLOW_BURST { SLOW_S } else { 0 }
        } else {
            0
        };
        let step = match &entry.way {
            Way::Adopted(_) | Way::Stuck(_) => return 0,
            Way::Shift => {
                let Some(arn) = entry.balancer.arn() else { return 0 };
                self.shifts_began += 1;
                step.warn("free", Fact::ShiftFree { resource: arn.clone(), zone: place.id.clone() })
                    .call(Action::StartZonalShift(self.shift(arn)))
                    .until(Fact::Away { resource: arn.clone(), zone: place.id.clone() }, 5, 120)
                    .undo(Action::CancelZonalShift(CancelShift { zonal_shift_id: answered(&this, SHIFT_ID) }))
            }
            Way::Subnets(rest) | Way::LastResort(rest) => {
                let Some(arn) = entry.balancer.arn() else { return 0 };
                let set = |subnets: &[_]| {
                    Action::SetSubnets(BalancerSubnets {
                        load_balancer_arn: arn.clone(),
                        subnets: subnets.to_vec(),
                        subnet_mappings: Vec::new(),
                    })
                };
                let within = |subnets: &[crate::id::SubnetId]| Fact::BalancerIn {
                    balancer: arn.clone(),
                    subnets: subnets.iter().cloned().collect(),
                };
                step.warn("subnets", within(&rest.all))
                    .call(set(&rest.left))
                    .until(within(&rest.left), 10 + slow_s, 300)
                    .undo(set(&rest.all))
            }
            Way::Detach(rest) => detach(entry, rest, step, slow_s),
        };
        let moved = self.draft.add(step);
        self.verify_later(entry, moved);
        slow_s
    }

    /// So many healthy outside that those who remain stay within their limit.
    fn room_guards(&self, unit: &Unit<'_>, entry: &Entry<'_>, mut step: Part) -> Part {
        let place = self.place;
        for part in &unit.services {
            if matches!(part.room, Room::Loses(_) | Room::Open(_)) {
                continue;
            }
            let share = part.share(place);
            let raised = if let Room::First(raise) = &part.room { raise.by } else { 0 };
            if let Room::Unknown(why) = &part.room {
                let words = format!("headroom of {} is not known: {why}", part.judged.service.name);
                step = step.warn("room", Fact::Told { words: words.into(), holds: None });
            }
            if let Some(arn) = entry.balancer.arn() {
                for group in part.judged.service.target_groups.iter().filter(|group| uses(place, group, arn)) {
                    let there = healthy_outside(place, group).unwrap_or(0) + raised;
                    let at_least = ((count(there) * share).ceil() as usize).max(1);
                    let fact = Fact::HealthyOutside { target_group: group.clone(), zone: place.zone.clone(), at_least };
                    step = step.warn("healthy", fact);
                }
            } else {
                for group in &part.judged.service.groups {
                    let Some(known) = place.judged.index.group(group.as_str()) else { continue };
                    let there = known.in_service().filter(|member| member.zone != *place.zone).count();
                    let at_least = ((count(there) * share).ceil() as usize).max(1);
                    let fact = Fact::InServiceOutside { group: group.clone(), zone: place.zone.clone(), at_least };
                    step = step.warn("healthy", fact);
                }
            }
        }
        step
    }
}

fn detach(entry: &Entry<'_>, rest: &Rest, step: Part, slow_s: u64) -> Part {
    let Some(name) = entry.balancer.classic() else { return step };
    let subnets = || ClassicSubnets { load_balancer_name: name.clone(), subnets: rest.gone() };
    let within = |subnets: &[crate::id::SubnetId]| Fact::ClassicIn {
        balancer: name.clone(),
        subnets: subnets.iter().cloned().collect(),
    };
    step.warn("subnets", within(&rest.all))
        .call(Action::DetachLoadBalancerFromSubnets(subnets()))
        .until(within(&rest.left), 10 + slow_s, 300)
        .undo(Action::AttachLoadBalancerToSubnets(subnets()))
}
