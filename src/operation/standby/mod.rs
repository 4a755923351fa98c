//! `standby`: a member leaves service and is kept, or comes back (`aws-domain.md` C.1, F.21).
//!
//! Owns: the form, the lane of a group, and how a member comes back; `out` how it leaves.
//! Must stay true: coming back raises desired, which must have room, and is told; nobody leaves below what must serve.

mod out;

use std::collections::{BTreeMap, BTreeSet};

use super::call::{Action, MembersOf, Process, Removal, Resize, Whom};
use super::condition::Fact;
use super::draft::{Draft, Part};
use super::gates::Gate;
use super::ground::{Ground, Here};
use super::intent::{Field, FieldKind, Intent, Settings, TargetKind};
use super::lanes::{AT_ONCE, Lanes};
use super::plan::{Plan, Refusal};
use super::registry::{Operation, Under};
use super::replace;
use super::rules::Effective;
use super::wait::Times;
use crate::estate::SliceId;
use crate::estate::group::{LifecycleState, Member};
use crate::estate::instance::Instance;
use crate::id::{GroupName, InstanceId, Text};

/// The operation.
pub const OPERATION: Operation = Operation {
    name: "standby",
    doc: "take a member out of service and keep it, or put it back",
    target: TargetKind::Instance,
    form: &[
        Field {
            name: "to",
            doc: "out of service, or in again; auto is where it is not",
            kind: FieldKind::Choice(&["auto", "out", "in"]),
            default: Some("auto"),
        },
        Field {
            name: "desired",
            doc: "out: lower desired by one, or keep it, so that another is launched",
            kind: FieldKind::Choice(&["lower", "keep"]),
            default: Some("lower"),
        },
        AT_ONCE,
    ],
    plan,
    reads,
};

/// A member that leaves service or comes back.
struct Target<'a> {
    here: Here<'a, Instance>,
    member: &'a Member,
    effective: Effective,
}

fn plan<'a>(intent: &'a Intent, ground: &'a Ground<'a>) -> Result<Plan, Refusal> {
    let settings = Settings::check(intent, OPERATION.form)?;
    let mut under = Under::new(ground, intent);
    let mut groups: BTreeMap<&GroupName, (Gate<'a>, Vec<Target<'a>>)> = BTreeMap::new();
    for id in &intent.targets {
        let here = ground.instance(intent.region.as_ref(), id)?;
        let (group, member) = ground.membership(here)?.ok_or_else(|| {
            Refusal::new(
                format!("{id} is in no group: there is no Standby for it"),
                "`replace --set way=stop-start` stops it",
            )
        })?;
        let effective = under.of_instance(here, Some(group))?;
        let gate = Gate { ground, region: here.region, group };
        let target = Target { here, member, effective };
        groups.entry(&group.name).or_insert_with(|| (gate, Vec::new())).1.push(target);
    }
    let (region, token) = under.place()?;
    let is_in = comes_back(settings.get("to"), groups.values().flat_map(|(_, targets)| targets))?;
    let group = groups.keys().next().copied();
    let mut draft = Draft::new(ground, &region, &token, ground.made_from(&region, group));
    under.tell(&mut draft);
    let mut lanes = Lanes::new(&mut draft, &under, &settings, intent.targets.len());
    let keep = settings.get("desired") == Some("keep");
    for (gate, targets) in groups.into_values() {
        let mut lane = Lane::of(gate);
        lanes.lane(&mut draft, targets, |draft, target| match is_in {
            true => lane.back(draft, target.here),
            false => lane.out(draft, &target, keep),
        })?;
        if is_in {
            lane.tell_again(&mut draft);
        }
    }
    draft.finish(intent)
}

/// Whether they come back: as asked, else where they are not.
///
/// # Errors
/// One of them is there already.
fn comes_back<'t, 'a: 't>(to: Option<&str>, targets: impl Iterator<Item = &'t Target<'a>>) -> Result<bool, Refusal> {
    let (standing, serving): (Vec<_>, Vec<_>) =
        targets.partition(|target| target.member.state == LifecycleState::Standby);
    match (to, standing.first(), serving.first()) {
        (Some("in"), _, Some(one)) => Err(Refusal::new(
            format!("{} is {}, not in Standby", one.here.thing.id, one.member.state),
            "nothing needs to come back",
        )),
        (Some("in"), ..) | (Some("auto"), Some(_), None) => Ok(true),
        (Some("auto"), Some(one), Some(other)) => Err(Refusal::new(
            format!("{} is in Standby and {} is {}", one.here.thing.id, other.here.thing.id, other.member.state),
            "say which way: --set to=out or to=in, and leave out the others",
        )),
        (_, Some(one), _) => {
            Err(Refusal::new(format!("{} is in Standby already", one.here.thing.id), "--set to=in puts it back"))
        }
        _ => Ok(false),
    }
}

/// Members of one group, one after another, and what its sizes are by then.
struct Lane<'a> {
    gate: Gate<'a>,
    times: Times,
    desired: i32,
    max: i32,
    /// Those who left.
    gone: BTreeSet<InstanceId>,
    /// Members there were, and those that came.
    known: BTreeSet<InstanceId>,
    /// How many came.
    brought: usize,
}

impl<'a> Lane<'a> {
    fn of(gate: Gate<'a>) -> Self {
        let group = gate.group;
        Self {
            gate,
            times: Times::of(gate.ground, gate.region, group),
            desired: group.desired,
            max: group.max,
            gone: BTreeSet::new(),
            known: gate.members(),
            brought: 0,
        }
    }

    /// AWS raises desired by one, and refuses where that is above max or Launch is suspended (`aws-domain.md` F.21).
    fn back(&mut self, draft: &mut Draft<'_>, here: Here<'_, Instance>) -> Result<(), Refusal> {
        let gate = self.gate;
        let group = gate.group;
        let (name, id) = (&group.name, &here.thing.id);
        if group.suspended.contains_key(Process::Launch.as_str()) {
            return Err(Refusal::new(
                format!("Launch is suspended in {name}: AWS refuses to let {id} back"),
                "ask who suspended it, then resume it",
            ));
        }
        let part: Text = id.text().clone();
        let (now, mut max) = (self.desired, self.max);
        let desired = now + 1;
        if desired > max {
            let step = Part::new(
                &part,
                format!("raise max of {name}: {max} → {desired}"),
                "coming back raises desired above it",
            )
            .block("sizes", gate.sizes(now, max))
            .call(self.resize(desired))
            .until(gate.sizes(now, desired), 5, 120)
            .undo(self.resize(max));
            draft.add(step);
            draft.changes.push(format!("{name}: max {max} → {desired}, which it needs from then on"));
            max = desired;
        }
        let state = |state| Fact::MemberIn { group: name.clone(), instance: id.clone(), states: vec![state] };
        let serves = Fact::Serves {
            instance: id.clone(),
            target_groups: group.target_groups.clone(),
            classic: group.classic_balancers.clone(),
        };
        let members = MembersOf { auto_scaling_group_name: name.clone(), instance_ids: vec![Whom::from(id)] };
        let leave = Removal {
            auto_scaling_group_name: name.clone(),
            instance_ids: vec![Whom::from(id)],
            should_decrement_desired_capacity: true,
        };
        let processes = [Process::Launch, Process::AddToLoadBalancer].into();
        let step = Part::new(&part, format!("put {id} back into service: desired {now} → {desired}"), "asked for")
            .block("sizes", gate.sizes(now, max))
            .block("standby", state(LifecycleState::Standby))
            .block("processes", Fact::ProcessesRun { group: name.clone(), processes })
            // A refresh may stand still because of this very member: its end is what it waits for.
            .warn("quiet", Fact::Quiet { group: name.clone() })
            .warn("checks", Fact::ChecksPass { instance: id.clone() })
            .call(Action::ExitStandby(members))
            .until(Fact::All { of: vec![state(LifecycleState::InService), serves] }, 60, self.times.come_deadline_s)
            .held_for(self.times.warm_s)
            .undo(Action::EnterStandby(leave));
        draft.add(step);
        draft.changes.push(format!("{id}: standby → in service"));
        draft.changes.push(format!("{name}: desired {now} → {desired}"));
        (self.desired, self.max) = (desired, max);
        Ok(())
    }

    fn tell_again(&self, draft: &mut Draft<'_>) {
        let again = self.gate.changes_again();
        if !again.is_empty() {
            draft
                .changes
                .push(format!("afterwards {}: a scale-in chooses whom it ends, maybe another", again.join("; ")));
        }
    }

    fn resize(&self, max: i32) -> Action {
        Action::UpdateAutoScalingGroup(Resize { max_size: Some(max), ..Resize::of(&self.gate.group.name) })
    }
}

fn reads(intent: &Intent, ground: &Ground<'_>) -> Vec<SliceId> {
    let of = |id: &Text| {
        let here = ground.instance(intent.region.as_ref(), id).ok()?;
        let (group, _) = ground.membership(here).ok()??;
        Some(replace::of_group(here.region, &group.name))
    };
    intent.targets.iter().filter_map(of).flatten().collect()
}
