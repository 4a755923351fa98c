//! Machines that go: workers, from which no traffic can be shifted, and those of a service on request. Others come first.

use std::collections::BTreeMap;

use super::super::plan::{PartSummary, StepId};
use super::grow::serving_there;
use super::unit::Unit;
use super::{Evacuation, launches};
use crate::estate::group::Group;
use crate::id::{GroupName, Text};

impl<'p> Evacuation<'_, 'p> {
    /// The groups of a unit with members in service in the zone, and how many.
    fn there(&self, unit: &Unit<'p>) -> Vec<(&'p Group, usize)> {
        let groups = unit.groups().into_iter().filter_map(|name| self.place.judged.index.group(name.as_str()));
        let with_count = groups.map(|group| (group, serving_there(self.place.zone, group).count()));
        with_count.filter(|(_, count)| *count > 0).collect()
    }

    /// Adds the machines of a unit; `after` comes before any is ended.
    pub(super) fn move_machines(
        &mut self,
        unit: &Unit<'p>,
        barred: &BTreeMap<GroupName, Vec<StepId>>,
        after: &[StepId],
    ) {
        let there = self.there(unit);
        if there.is_empty() {
            return;
        }
        let name: Text = match unit.is_balanced() {
            true => format!("machines:{}", unit.name).into(),
            false => unit.name.as_str().into(),
        };
        let total: usize = there.iter().map(|(_, count)| count).sum();
        let zones: Vec<&str> = self.others().iter().map(|zone| self.place.short(zone)).collect();
        let why = if unit.is_balanced() { "asked for" } else { "no balancer" };
        let from = self.place.short(self.place.zone);
        let mut row = PartSummary {
            part: name.clone(),
            on: true,
            serves: unit.without_raise().map(|(now, left)| (now, left + total)),
            cpu: None,
            cpu_limit: None,
            how: format!("{why}: +{total} in {}, then end {total} in {from}", zones.join(" ")),
            takes_s: None,
            why_off: None,
            with: None,
        };
        if !unit.is_balanced() {
            row.cpu = unit.cpu(self.place).map(|(now, _)| (now, now));
            row.cpu_limit = Some(self.place.policy.headroom.cpu_limit);
        }
        if let Some(why) = self.against_moving(&name, &there, barred) {
            self.draft.parts.push(PartSummary { on: false, why_off: Some(why), ..row });
            return;
        }
        let mut takes_s = 0;
        for (group, count) in there {
            let first = barred.get(&group.name).cloned().filter(|steps| !steps.is_empty());
            let first = first.unwrap_or_else(|| self.first.clone());
            let Some(grown) = self.grow(&name, group, count, false, first) else { continue };
            let mut before = vec![grown.step.clone()];
            before.extend(after.iter().cloned());
            takes_s = takes_s.max(grown.takes_s);
            let ended = self.end_there(&name, group, &grown, count, before);
            takes_s += 30 * u64::try_from(ended).unwrap_or(0);
            // They came for those that go: nothing is added in the end.
            self.brought = self.brought.saturating_sub(ended);
        }
        row.takes_s = Some(takes_s);
        self.draft.parts.push(row);
    }

    fn against_moving(
        &self,
        name: &str,
        there: &[(&'p Group, usize)],
        barred: &BTreeMap<GroupName, Vec<StepId>>,
    ) -> Option<String> {
        if self.wishes.skips(name) {
            return Some("left out".to_owned());
        }
        let place = self.place;
        for (group, count) in there {
            if !barred.contains_key(&group.name) {
                let why = if self.wishes.skips(launches::PART) {
                    "`launches` is left out"
                } else {
                    "it cannot be barred there"
                };
                return Some(format!("{} would launch in {} too: {why}", group.name, place.zone));
            }
            for process in ["Launch", "Terminate"] {
                if group.suspended.contains_key(process) {
                    return Some(format!("{process} of {} is suspended", group.name));
                }
            }
            let zones: Vec<_> = group.zones.iter().filter(|zone| *zone != place.zone).collect();
            if !zones.is_empty() && zones.iter().all(|zone| place.what_if.no_capacity.contains(zone)) {
                return Some(format!("no capacity outside {}: who works there still is kept", place.zone));
            }
            let own = place.subnets().filter(|subnet| subnet.zone != *place.zone && group.subnets.contains(&subnet.id));
            let free: Option<i64> = own.map(|subnet| subnet.free_addresses.map(i64::from)).sum();
            let needed = i64::try_from(*count).unwrap_or(i64::MAX);
            if let Some(free) = free.filter(|free| *free < needed) {
                return Some(format!("{free} free addresses outside for {needed}"));
            }
        }
        None
    }
}
