//! `standby`: a member leaves service and is kept, or comes back (`aws-domain.md` C.1, F.21).
//!
//! Must stay true: coming back raises desired, which must have room, and is told; nobody leaves below what must serve.

use std::collections::BTreeSet;

use super::call::{Action, MembersOf, Process, Removal, Resize, Whom};
use super::condition::Fact;
use super::draft::{Draft, Part};
use super::gates::{self, Gate};
use super::ground::{Ground, Here};
use super::intent::{Field, FieldKind, Intent, Settings, TargetKind};
use super::plan::{Plan, Refusal};
use super::registry::{Operation, Under};
use super::replace;
use super::rules::Effective;
use super::wait::Times;
use crate::estate::SliceId;
use crate::estate::group::{LifecycleState, Member};
use crate::estate::instance::Instance;
use crate::id::{InstanceId, Text};

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
    ],
    plan,
    reads,
};

fn plan<'a>(intent: &'a Intent, ground: &'a Ground<'a>) -> Result<Plan, Refusal> {
    let settings = Settings::check(intent, OPERATION.form)?;
    let mut under = Under::new(ground, intent);
    let [id] = intent.targets.as_slice() else {
        return Err(Refusal::new(
            "standby takes one instance at a time",
            "each of a group changes what the others may do",
        ));
    };
    let here = ground.instance(intent.region.as_ref(), id)?;
    let (group, member) = ground.membership(here)?.ok_or_else(|| {
        Refusal::new(
            format!("{id} is in no group: there is no Standby for it"),
            "`replace --set way=stop-start` stops it",
        )
    })?;
    let effective = under.of_instance(here, Some(group))?;
    let gate = Gate { ground, region: here.region, group };
    let (region, token) = under.place()?;
    let mut draft = Draft::new(ground, &region, &token, ground.made_from(&region, Some(&group.name)));
    under.tell(&mut draft);
    let stands = member.state == LifecycleState::Standby;
    match (settings.get("to"), stands) {
        (Some("in"), true) | (Some("auto"), true) => back(&mut draft, gate, here)?,
        (Some("in"), false) => {
            return Err(Refusal::new(
                format!("{id} is {}, not in Standby", member.state),
                "nothing needs to come back",
            ));
        }
        (_, true) => return Err(Refusal::new(format!("{id} is in Standby already"), "--set to=in puts it back")),
        _ => out(&mut draft, gate, here, member, &effective, settings.get("desired") == Some("keep"))?,
    }
    draft.finish(intent)
}

fn out(
    draft: &mut Draft<'_>,
    gate: Gate<'_>,
    here: Here<'_, Instance>,
    member: &Member,
    effective: &Effective,
    keep: bool,
) -> Result<(), Refusal> {
    let group = gate.group;
    let (name, id) = (&group.name, &here.thing.id);
    gates::in_service(group, id, &member.state)?;
    gate.is_free()?;
    if keep {
        gate.launches()?;
    } else if group.desired <= group.min {
        return Err(Refusal::new(
            format!("desired of {name} is {} and its minimum {}: it cannot go lower", group.desired, group.min),
            "--set desired=keep: another is launched for it",
        ));
    }
    let times = Times::of(gate.ground, gate.region, group);
    let gone: BTreeSet<InstanceId> = [id.clone()].into();
    let after = if keep { group.desired } else { group.desired - 1 };
    let needed = effective.floor(group.desired).max(usize::try_from(group.min).unwrap_or(0)).max(1);
    let others = gate.others(&gone);
    if others < needed {
        return Err(Refusal::new(
            format!("{name} would keep {others} in service and {needed} are needed"),
            format!("`scale {name} --set desired=+1` first"),
        ));
    }
    let removal = Removal {
        auto_scaling_group_name: name.clone(),
        instance_ids: vec![Whom::from(id)],
        should_decrement_desired_capacity: !keep,
    };
    let standing = Fact::MemberIn { group: name.clone(), instance: id.clone(), states: vec![LifecycleState::Standby] };
    let in_service =
        Fact::MemberIn { group: name.clone(), instance: id.clone(), states: vec![LifecycleState::InService] };
    let this = draft.next();
    let mut part =
        Part::new(id.text(), format!("put {id} in Standby: desired {} → {after}", group.desired), "asked for")
            .blocks(gate.guards(keep))
            .block("member", in_service)
            .block("in-service", gate.in_service(gone.clone(), needed))
            .blocks(gate.healthy(&gone, 0))
            .call(Action::EnterStandby(removal));
    let back =
        Action::ExitStandby(MembersOf { auto_scaling_group_name: name.clone(), instance_ids: vec![Whom::from(id)] });
    part = if keep {
        let grown = Fact::Grown { group: name.clone(), beside: gate.members(), by: 1 };
        let failed = Fact::LaunchFailed { group: name.clone(), after: gate.launched_at() };
        part.until(Fact::All { of: vec![standing, grown] }, times.come_s, times.come_deadline_s)
            .fails(failed)
            .undo(resize(gate, group.max.max(group.desired + 1)))
            .undo(back)
            .undo(Action::TerminateInstanceInAutoScalingGroup(super::call::TerminateMember {
                instance_id: Whom::From(this),
                should_decrement_desired_capacity: true,
            }))
            .undo(resize(gate, group.max))
    } else {
        part.until(standing, times.go_s, times.go_deadline_s).undo(back)
    };
    draft.add(part);
    draft
        .changes
        .push(format!("{id} in {}: in service → standby: no traffic, no health checks, still billed", member.zone));
    draft.changes.push(format!("{name}: desired {} → {after}", group.desired));
    draft.why.push("members in Standby are easily forgotten: put it back with `standby`, or end it".to_owned());
    Ok(())
}

/// AWS raises desired by one, and refuses where that is above max or Launch is suspended (`aws-domain.md` F.21).
fn back(draft: &mut Draft<'_>, gate: Gate<'_>, here: Here<'_, Instance>) -> Result<(), Refusal> {
    let group = gate.group;
    let (name, id) = (&group.name, &here.thing.id);
    if group.suspended.contains_key(Process::Launch.as_str()) {
        return Err(Refusal::new(
            format!("Launch is suspended in {name}: AWS refuses to let {id} back"),
            "ask who suspended it, then resume it",
        ));
    }
    let part: Text = id.text().clone();
    let desired = group.desired + 1;
    let mut max = group.max;
    if desired > max {
        let step =
            Part::new(&part, format!("raise max of {name}: {max} → {desired}"), "coming back raises desired above it")
                .block("sizes", gate.sizes(group.desired, max))
                .call(resize(gate, desired))
                .until(gate.sizes(group.desired, desired), 5, 120)
                .undo(resize(gate, max));
        draft.add(step);
        draft.changes.push(format!("{name}: max {max} → {desired}, which it needs from then on"));
        max = desired;
    }
    let times = Times::of(gate.ground, gate.region, group);
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
    let step =
        Part::new(&part, format!("put {id} back into service: desired {} → {desired}", group.desired), "asked for")
            .block("sizes", gate.sizes(group.desired, max))
            .block("standby", state(LifecycleState::Standby))
            .block("processes", Fact::ProcessesRun { group: name.clone(), processes })
            // A refresh may stand still because of this very member: its end is what it waits for.
            .warn("quiet", Fact::Quiet { group: name.clone() })
            .warn("checks", Fact::ChecksPass { instance: id.clone() })
            .call(Action::ExitStandby(members))
            .until(Fact::All { of: vec![state(LifecycleState::InService), serves] }, 60, times.come_deadline_s)
            .held_for(times.warm_s)
            .undo(Action::EnterStandby(leave));
    draft.add(step);
    draft.changes.push(format!("{id}: standby → in service"));
    draft.changes.push(format!("{name}: desired {} → {desired}", group.desired));
    let again = gate.changes_again();
    if !again.is_empty() {
        draft.changes.push(format!("afterwards {}: a scale-in chooses whom it ends, maybe another", again.join("; ")));
    }
    Ok(())
}

fn resize(gate: Gate<'_>, max: i32) -> Action {
    Action::UpdateAutoScalingGroup(Resize { max_size: Some(max), ..Resize::of(&gate.group.name) })
}

fn reads(intent: &Intent, ground: &Ground<'_>) -> Vec<SliceId> {
    let of = |id: &Text| {
        let here = ground.instance(intent.region.as_ref(), id).ok()?;
        let (group, _) = ground.membership(here).ok()??;
        Some(replace::of_group(here.region, &group.name))
    };
    intent.targets.iter().filter_map(of).flatten().collect()
}
