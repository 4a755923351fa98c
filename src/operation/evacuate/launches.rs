//! Groups launch nothing more in the zone (`aws-domain.md` C.3, step 4; F.35). Machines there stay: they are the way back.
//!
//! Must stay true: a group shift ignores who fails there, so that nobody is ended; where only the zone list can be changed, rebalancing
//! is suspended first, since it would launch elsewhere and then end whoever is in a zone that the group has left.

use std::collections::{BTreeMap, BTreeSet};

use super::super::call::{
    Action, CancelShift, GroupTag, GroupTags, ImpairmentPolicy, Process, Processes, Resize, SHIFT_ID, StartShift,
};
use super::super::condition::Fact;
use super::super::draft::Part;
use super::super::fill::{OPERATION, answered};
use super::super::plan::StepId;
use super::{Evacuation, SUBNETS_TAG, TAG};
use crate::estate::group::Group;
use crate::id::{Arn, GroupName, SubnetId, Text};

/// The part's name.
pub(super) const PART: &str = "launches";
/// What ARC's shift of a group does about members that fail checks: nothing.
const IGNORE: &str = "IgnoreUnhealthy";

/// How a group is kept from launching in the zone.
pub(super) enum Bar<'g> {
    /// It is so already, by somebody.
    Adopted(&'g Arn),
    /// A shift of the group.
    Shift(&'g Arn),
    /// The zone's subnets leave its list.
    Subnets(Vec<SubnetId>),
    /// It cannot be.
    Stuck(String),
}

/// How a group is barred, by its own settings.
pub(super) fn bar<'g>(evacuation: &Evacuation<'_, '_>, group: &'g Group) -> Bar<'g> {
    let place = evacuation.place;
    if let Some(arn) = &group.arn {
        if place.away(arn).is_some_and(|by| !by.is_passing) {
            return Bar::Adopted(arn);
        }
        if group.zonal_shift_enabled == Some(true) && place.away_elsewhere(arn).is_none() {
            return Bar::Shift(arn);
        }
    }
    match place.outside(&group.subnets) {
        None => Bar::Stuck("the zones of its subnets are not known".to_owned()),
        Some(left) if left.is_empty() => Bar::Stuck("it has no subnet in another zone".to_owned()),
        Some(left) => Bar::Subnets(left),
    }
}

/// What is so once a group is barred.
pub(super) fn barred(evacuation: &Evacuation<'_, '_>, group: &Group) -> Option<Fact> {
    match bar(evacuation, group) {
        Bar::Adopted(arn) | Bar::Shift(arn) => {
            Some(Fact::Away { resource: arn.clone(), zone: evacuation.place.id.clone() })
        }
        Bar::Subnets(left) => Some(Fact::GroupIn { group: group.name.clone(), subnets: left.into_iter().collect() }),
        Bar::Stuck(_) => None,
    }
}

/// The tag by which any laptop finds what was changed of a group (`common` to evacuating and returning).
pub(super) fn tag(evacuation: &Evacuation<'_, '_>, group: &Group) -> GroupTag {
    let value =
        format!("{OPERATION} {} min={} desired={} max={}", evacuation.place.id, group.min, group.desired, group.max);
    GroupTag::new(&group.name, TAG, Some(value.into()))
}

/// Tags are set once for each group, and taken off with what they tell of.
pub(super) fn tags(all: Vec<GroupTag>) -> Action {
    Action::CreateOrUpdateTags(GroupTags { tags: all })
}

/// The same tags, taken off.
pub(super) fn untag(all: &[GroupTag]) -> Action {
    let bare = |tag: &GroupTag| GroupTag { value: None, ..tag.clone() };
    Action::DeleteTags(GroupTags { tags: all.iter().map(bare).collect() })
}

impl<'p> Evacuation<'_, 'p> {
    /// Bars these groups; gives the step that does it for each, none for one that is barred already.
    pub(super) fn bar_launches(&mut self, groups: &[&'p Group]) -> BTreeMap<GroupName, Vec<StepId>> {
        let mut done = BTreeMap::new();
        let (mut shifts, mut lists, mut adopted, mut stuck) = (0, 0, 0, Vec::new());
        for group in groups {
            match bar(self, group) {
                Bar::Adopted(_) => {
                    adopted += 1;
                    done.insert(group.name.clone(), Vec::new());
                }
                Bar::Shift(arn) => {
                    shifts += 1;
                    let step = self.shift_group(group, arn);
                    done.insert(group.name.clone(), vec![step]);
                }
                Bar::Subnets(left) => {
                    lists += 1;
                    let step = self.leave_subnets(group, left);
                    done.insert(group.name.clone(), vec![step]);
                }
                Bar::Stuck(why) => stuck.push(format!("{} ({why})", group.name)),
            }
        }
        let mut ways = Vec::new();
        ways.extend((shifts > 0).then(|| format!("{shifts} by group shift, {IGNORE}")));
        ways.extend((lists > 0).then(|| format!("{lists} by their zone list, rebalancing suspended")));
        ways.extend((adopted > 0).then(|| format!("{adopted} away already")));
        let total = shifts + lists + adopted;
        if total > 0 {
            let how = format!("{total} {}: {}", if total == 1 { "group" } else { "groups" }, ways.join(", "));
            self.row_on(PART, how, Some(15));
        }
        if !stuck.is_empty() {
            self.note("stays", format!("launches in {} of {}", self.place.zone, stuck.join(", ")));
        }
        done
    }

    fn shift_group(&mut self, group: &'p Group, arn: &'p Arn) -> StepId {
        let (zone, id) = (self.place.zone, self.place.id.clone());
        let this = self.draft.next();
        let mut step = Part::new(
            &PART.into(),
            format!("{} launches nothing in {zone}: group shift, {IGNORE}", group.name),
            "what is launched there fails; who fails there is left alone",
        )
        .after(self.first.clone())
        .warn("one-zone", Fact::OneZoneAway { zone: id.clone() })
        .warn("free", Fact::ShiftFree { resource: arn.clone(), zone: id.clone() });
        let other = group.impaired_zone_behavior.as_deref().is_none_or(|word| word != IGNORE);
        let behavior = |word: Text| {
            let policy =
                ImpairmentPolicy { zonal_shift_enabled: None, impaired_zone_health_check_behavior: Some(word) };
            Action::UpdateAutoScalingGroup(Resize {
                availability_zone_impairment_policy: Some(policy),
                ..Resize::of(&group.name)
            })
        };
        let known = group.impaired_zone_behavior.clone().filter(|_| other);
        // The data plane first: it works when the other does not.
        step = step.call(Action::StartZonalShift(self.shift(arn)));
        // Where nobody could read how it is set, what is not known is not written over: nothing could put it back.
        if known.is_some() {
            step = step.call(behavior(IGNORE.into()));
        }
        step = step
            .until(Fact::Away { resource: arn.clone(), zone: id }, 5, 120)
            .undo(Action::CancelZonalShift(CancelShift { zonal_shift_id: answered(&this, SHIFT_ID) }));
        if let Some(word) = known {
            step = step.undo(behavior(word));
        }
        self.shifts_began += 1;
        self.draft.add(step)
    }

    /// The zone's subnets leave the list, and rebalancing, which would end who is there, is suspended before.
    fn leave_subnets(&mut self, group: &'p Group, left: Vec<SubnetId>) -> StepId {
        let (zone, name) = (self.place.zone, &group.name);
        let list = |subnets: &[SubnetId]| -> Text {
            subnets.iter().map(SubnetId::as_str).collect::<Vec<_>>().join(",").into()
        };
        let original = list(&group.subnets);
        let mut own = vec![tag(self, group)];
        if original.len() <= 256 {
            own.push(GroupTag::new(name, SUBNETS_TAG, Some(original.clone())));
        }
        let in_them = |subnets: &[SubnetId]| Fact::GroupIn {
            group: name.clone(),
            subnets: subnets.iter().cloned().collect::<BTreeSet<_>>(),
        };
        let with =
            |subnets: Text| Action::UpdateAutoScalingGroup(Resize { subnets: Some(subnets), ..Resize::of(name) });
        let rebalances = !group.suspended.contains_key(Process::AzRebalance.as_str());
        let processes =
            || Processes { auto_scaling_group_name: name.clone(), scaling_processes: vec![Process::AzRebalance] };
        let held = Fact::Suspended { group: name.clone(), processes: [Process::AzRebalance].into() };
        let mut step = Part::new(
            &PART.into(),
            format!("{name} launches nothing in {zone}: its subnets there leave the list"),
            "it has no zonal shift; rebalancing is suspended, or it would end who is there",
        )
        .after(self.first.clone())
        .block("subnets", in_them(&group.subnets))
        .call(tags(own.clone()));
        if rebalances {
            step = step.call(Action::SuspendProcesses(processes()));
        }
        step = step
            .call(with(list(&left)))
            .until(Fact::All { of: vec![in_them(&left), held] }, 5, 120)
            .undo(with(original));
        if rebalances {
            step = step.undo(Action::ResumeProcesses(processes()));
        }
        let step = step.undo(untag(&own));
        self.tagged.insert(name.clone());
        self.draft.add(step)
    }

    /// What begins a shift away from the zone.
    pub(super) fn shift(&self, resource: &Arn) -> StartShift {
        // At most 128 letters: the operation's id takes up to 40 of them.
        let caller = self.place.ground.caller.rsplit(['/', ':']).next().unwrap_or("?");
        let caller: String = caller.chars().take(64).collect();
        StartShift {
            resource_identifier: resource.clone(),
            away_from: self.place.id.clone(),
            expires_in: self.wishes.expiry.clone(),
            comment: format!("fournines {OPERATION} {caller}").into(),
        }
    }
}
