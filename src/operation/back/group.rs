//! A group goes back into the zone: first what lets it launch there, then who is missing there; capacity is another matter, and comes last.
//!
//! Must stay true: rebalancing is held from before the zone is open to the group until its balancers send there again, for it would end
//! good members elsewhere meanwhile (`aws-domain.md` F.18); nothing is ended here.

use super::super::away::{Change, Field, Merged, Outcome, Value, marks};
use super::super::call::{
    Action, CancelShift, ImpairmentPolicy, LaunchInstances, Process, Processes, Resize, StartShift, TerminateMember,
    Whom,
};
use super::super::condition::Fact;
use super::super::draft::Part;
use super::super::fill::{OPERATION, TOKEN};
use super::super::gates::Gate;
use super::super::plan::{Refusal, StepId};
use super::super::wait::Times;
use super::canary;
use super::{Back, Sizes};
use crate::estate::group::{Group, LifecycleState};
use crate::id::{Arn, GroupName, SubnetId, Text};

/// How long AWS may take to show a change of a group.
pub(super) const SHOWN_S: u64 = 120;
/// How long a shift may take to show in the weights.
pub(super) const SHIFT_S: u64 = 600;
/// What would change sizes or zones while capacity is lowered: it acts again last of all.
const LATE: [Process; 3] = [Process::AzRebalance, Process::AlarmNotification, Process::ScheduledActions];

/// A group on its way back.
#[derive(Debug)]
pub(super) struct Entering<'a> {
    pub(super) gate: Gate<'a>,
    /// Its lane.
    pub(super) part: Text,
    /// Its sizes once it is in.
    pub(super) sizes: Sizes,
    /// Its last step, where it has one.
    pub(super) entered: Option<StepId>,
    /// Those that came.
    pub(super) refilled: usize,
    /// Processes that act again in the end.
    pub(super) late: Vec<Process>,
}

impl<'a> Back<'_, 'a> {
    /// What lets the group in, and who is missing there.
    pub(super) fn enter(&mut self, group: &'a Group) -> Result<Entering<'a>, Refusal> {
        let gate = Gate { ground: self.ground, region: self.zone.region, group };
        let sizes = Sizes { min: group.min, desired: group.desired, max: group.max };
        let part = group.name.text().clone();
        let mut entering = Entering { gate, part, sizes, entered: None, refilled: 0, late: Vec::new() };
        let opens = self.scope.is_ours(&Field::Subnets(group.name.clone())).is_some() || self.shift_of(group).is_some();
        let missing = self.missing(group);
        if opens || missing > 0 {
            gate.is_free()?;
            self.hold_rebalance(&mut entering);
        }
        self.subnets(&mut entering);
        self.shift(&mut entering);
        self.impairment(&mut entering);
        self.processes(&mut entering);
        if missing > 0 {
            self.refill(&mut entering, missing)?;
        }
        Ok(entering)
    }

    /// Adds a step to a lane: the first of it comes after the zone was watched.
    pub(super) fn step(&mut self, part: Part, lane: &Text) -> StepId {
        let part = match self.draft.last(lane) {
            Some(last) => part.after(vec![last]),
            None => part.after(vec![self.watched.clone()]),
        };
        self.draft.add(part)
    }

    fn passes(&self) -> Fact {
        Fact::ZonePasses { zone: self.zone.name.clone() }
    }

    /// Whom the zone lacks of its share of what the group keeps in the end.
    fn missing(&self, group: &Group) -> usize {
        let is_in_zone = match self.scope.is_ours(&Field::Subnets(group.name.clone())) {
            Some(_) => canary::subnet_of(self.ground, self.zone, self.scope, group).is_some(),
            None => group.zones.contains(self.zone.name),
        };
        let is_changed = self.scope.ours().any(|merged| canary::group_of(&merged.change.field) == Some(&group.name));
        if !is_in_zone || !is_changed {
            return 0;
        }
        let mut zones: std::collections::BTreeSet<_> = group.zones.iter().collect();
        zones.insert(self.zone.name);
        let share = self.wanted(group).map_or(group.desired, |wanted| wanted.to);
        let share = usize::try_from(share).unwrap_or(0) / zones.len().max(1);
        let is_there = |state: &LifecycleState| {
            matches!(
                state,
                LifecycleState::InService
                    | LifecycleState::Pending
                    | LifecycleState::PendingWait
                    | LifecycleState::PendingProceed
                    | LifecycleState::Standby
            )
        };
        let there = group.members.iter().filter(|member| member.zone == *self.zone.name && is_there(&member.state));
        share.saturating_sub(there.count())
    }

    fn hold_rebalance(&mut self, entering: &mut Entering<'a>) {
        let group = entering.gate.group;
        let is_held = group.suspended.contains_key(Process::AzRebalance.as_str());
        if is_held {
            return;
        }
        let processes = processes(&group.name, vec![Process::AzRebalance]);
        let fact = Fact::Suspended { group: group.name.clone(), processes: [Process::AzRebalance].into() };
        let step = Part::new(
            &entering.part,
            format!("suspend AZRebalance of {}", group.name),
            "it would end good members elsewhere before new ones serve here (resumed in the end)",
        )
        .call(Action::SuspendProcesses(processes.clone()))
        .until(fact, 5, SHOWN_S)
        .undo(Action::ResumeProcesses(processes));
        entering.entered = Some(self.step(step, &entering.part));
        entering.late.push(Process::AzRebalance);
    }

    fn subnets(&mut self, entering: &mut Entering<'a>) {
        let group = entering.gate.group;
        let Some(merged) = self.scope.is_ours(&Field::Subnets(group.name.clone())) else { return };
        let (Value::Subnets(before), now) = (&merged.change.before, group.subnets.iter().cloned().collect()) else {
            return;
        };
        let list = |subnets: Vec<&SubnetId>| {
            let words: Vec<&str> = subnets.into_iter().map(SubnetId::as_str).collect();
            Action::UpdateAutoScalingGroup(Resize { subnets: Some(words.join(",").into()), ..Resize::of(&group.name) })
        };
        let back = match &merged.change.back {
            Some(Action::UpdateAutoScalingGroup(Resize { subnets: Some(exact), .. })) => {
                Action::UpdateAutoScalingGroup(Resize { subnets: Some(exact.clone()), ..Resize::of(&group.name) })
            }
            _ => list(before.iter().collect()),
        };
        let step = Part::new(
            &entering.part,
            format!("let {} launch in {} again", group.name, self.zone.name),
            "its subnets as they were",
        )
        .block("subnets", Fact::GroupIn { group: group.name.clone(), subnets: now })
        .block("zone", self.passes())
        .call(back)
        .until(Fact::GroupIn { group: group.name.clone(), subnets: before.clone() }, 5, SHOWN_S)
        .undo(list(group.subnets.iter().collect()));
        entering.entered = Some(self.step(step, &entering.part));
        self.tell(merged);
    }

    /// The shift of the group itself.
    pub(super) fn shift_of(&self, group: &Group) -> Option<&'a Merged> {
        self.scope.ours().find(|merged| match &merged.change.field {
            Field::Shift(arn) => is_group(arn) && arn.short() == group.name.as_str(),
            _ => false,
        })
    }

    fn shift(&mut self, entering: &mut Entering<'a>) {
        let Some(merged) = self.shift_of(entering.gate.group) else { return };
        let (Field::Shift(arn), Some(id)) = (&merged.change.field, shift_id(merged)) else { return };
        let group = &entering.gate.group.name;
        let step = Part::new(
            &entering.part,
            format!("let {group} use {} again: cancel its shift", self.zone.name),
            "a group comes back before its balancers do (aws-domain.md C.3)",
        )
        .block("zone", self.passes())
        .call(Action::CancelZonalShift(CancelShift { zonal_shift_id: id }))
        .until(Fact::NotAway { resource: arn.clone(), zone: self.zone.id.clone() }, 30, SHIFT_S)
        .undo(self.again(arn));
        entering.entered = Some(self.step(step, &entering.part));
        self.tell(merged);
    }

    /// A shift like the one that is cancelled.
    pub(super) fn again(&self, arn: &Arn) -> Action {
        Action::StartZonalShift(StartShift {
            resource_identifier: arn.clone(),
            away_from: self.zone.id.clone(),
            expires_in: "3h".into(),
            comment: marks::comment(&OPERATION.into(), self.ground.caller),
        })
    }

    fn impairment(&mut self, entering: &mut Entering<'a>) {
        let group = entering.gate.group;
        let (mut to, mut from) = (ImpairmentPolicy::default(), ImpairmentPolicy::default());
        let behavior = self.scope.is_ours(&Field::Behavior(group.name.clone()));
        let enabled = self.scope.is_ours(&Field::Shiftable(group.name.clone()));
        if let Some(Merged { change: Change { before: Value::Word(before), .. }, .. }) = behavior {
            to.impaired_zone_health_check_behavior = Some(before.clone());
            from.impaired_zone_health_check_behavior.clone_from(&group.impaired_zone_behavior);
        }
        if let Some(Merged { change: Change { before: Value::Is(before), .. }, .. }) = enabled {
            to.zonal_shift_enabled = Some(*before);
            from.zonal_shift_enabled = group.zonal_shift_enabled;
        }
        if to == ImpairmentPolicy::default() {
            return;
        }
        let set = |policy: ImpairmentPolicy| {
            Action::UpdateAutoScalingGroup(Resize {
                availability_zone_impairment_policy: Some(policy),
                ..Resize::of(&group.name)
            })
        };
        let Sizes { min, desired, max } = entering.sizes;
        let sizes = Fact::Sizes { group: group.name.clone(), min, desired, max };
        let step = Part::new(
            &entering.part,
            format!("what {} does about a sick zone, as it was", group.name),
            "set for the shift",
        )
        .block("sizes", sizes.clone())
        .call(set(to))
        .until(sizes, 5, SHOWN_S)
        .undo(set(from));
        entering.entered = Some(self.step(step, &entering.part));
        for merged in behavior.into_iter().chain(enabled) {
            self.tell(merged);
        }
    }

    /// Processes that were suspended for the evacuation: those that change sizes or zones act again last.
    fn processes(&mut self, entering: &mut Entering<'a>) {
        let group = entering.gate.group;
        let mut early = Vec::new();
        for merged in &self.scope.merged {
            let Field::Process(name, process) = &merged.change.field else { continue };
            if *name != group.name || merged.outcome != Outcome::PutBack || merged.change.before != Value::Is(false) {
                continue;
            }
            let list = if LATE.contains(process) { &mut entering.late } else { &mut early };
            if !list.contains(process) {
                list.push(*process);
            }
            self.tell(merged);
        }
        if early.is_empty() {
            return;
        }
        let words: Vec<&str> = early.iter().map(|process| process.as_str()).collect();
        let step = Part::new(
            &entering.part,
            format!("resume {} of {}", words.join(", "), group.name),
            "suspended for the evacuation",
        )
        .block("zone", self.passes())
        .call(Action::ResumeProcesses(processes(&group.name, early.clone())))
        .until(Fact::ProcessesRun { group: group.name.clone(), processes: early.iter().copied().collect() }, 5, SHOWN_S)
        .undo(Action::SuspendProcesses(processes(&group.name, early)));
        entering.entered = Some(self.step(step, &entering.part));
    }

    /// New members in the zone, above what there is: nobody elsewhere is ended for them yet.
    fn refill(&mut self, entering: &mut Entering<'a>, missing: usize) -> Result<(), Refusal> {
        let gate = entering.gate;
        let group = gate.group;
        gate.launches()?;
        let Some(subnet) = canary::subnet_of(self.ground, self.zone, self.scope, group) else { return Ok(()) };
        let by = i32::try_from(missing).unwrap_or(i32::MAX);
        let times = Times::of(self.ground, self.zone.region, group);
        let before = entering.sizes;
        let desired = before.desired.saturating_add(by);
        if desired > before.max {
            let to = Sizes { max: desired, ..before };
            let step = Part::new(
                &entering.part,
                format!("room for {by} more in {}: {to}", group.name),
                "they come before others go",
            )
            .block("sizes", before.fact(&group.name))
            .call(to.resize(&group.name, before))
            .until(to.fact(&group.name), 5, SHOWN_S)
            .undo(before.resize(&group.name, to));
            entering.entered = Some(self.step(step, &entering.part));
            entering.sizes = to;
        }
        let this = self.draft.next();
        let launch = LaunchInstances {
            auto_scaling_group_name: group.name.clone(),
            requested_capacity: by,
            client_token: TOKEN.into(),
            subnet_ids: vec![subnet.clone()],
            retry_strategy: "none".into(),
        };
        let mut step = Part::new(
            &entering.part,
            format!("launch {by} of {} in {}: desired {} → {desired}", group.name, self.zone.name, before.desired),
            "its share of the zone, before anybody elsewhere goes",
        )
        .block("sizes", entering.sizes.fact(&group.name))
        .block("zone", self.passes())
        .block("addresses", Fact::FreeAddresses { subnet, at_least: by })
        .call(Action::LaunchInstances(launch))
        .until(
            Fact::Grown { group: group.name.clone(), beside: gate.members(), by: missing },
            times.come_s,
            times.come_deadline_s,
        )
        .held_for(times.warm_s)
        .fails(Fact::LaunchFailed { group: group.name.clone(), after: gate.launched_at(), but_in: None });
        for which in 0..missing {
            let whom = Whom::From(StepId::from(format!("{this}#{which}").as_str()));
            step = step.undo(Action::TerminateInstanceInAutoScalingGroup(TerminateMember {
                instance_id: whom,
                should_decrement_desired_capacity: true,
            }));
        }
        entering.entered = Some(self.step(step, &entering.part));
        entering.sizes.desired = desired;
        entering.refilled = missing;
        self.draft.changes.push(format!("{}: {by} new in {} first", group.name, self.zone.name));
        Ok(())
    }
}

/// Whether an ARN is a group's.
pub(super) fn is_group(arn: &Arn) -> bool {
    arn.as_str().contains(":autoScalingGroupName/")
}

/// The id of a shift that is ours and goes on.
pub(super) fn shift_id(merged: &Merged) -> Option<Text> {
    match &merged.now {
        Some(Value::Word(id)) => Some(id.clone()),
        _ => None,
    }
}

pub(super) fn processes(group: &GroupName, scaling_processes: Vec<Process>) -> Processes {
    Processes { auto_scaling_group_name: group.clone(), scaling_processes }
}
