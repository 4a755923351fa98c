//! `reboot`: the guest hangs, its host is sound (`aws-domain.md` C.1, F.1).
//!
//! Must stay true: a reboot stays on its host, so one whose host or volumes are sick is refused it; a group is kept from ending what
//! reboots.

use std::collections::{BTreeMap, BTreeSet};

use super::call::{Action, Instances, Process, Processes, Whom};
use super::condition::Fact;
use super::draft::{Draft, Part};
use super::gates::{self, Gate};
use super::ground::{Ground, Here};
use super::intent::{Intent, Settings, TargetKind};
use super::lanes::{AT_ONCE, Lanes};
use super::plan::{Plan, Refusal};
use super::registry::{Operation, Under};
use super::replace::Ills;
use crate::estate::group::Group;
use crate::estate::instance::{Instance, InstanceState};
use crate::estate::{Kind, SliceId};
use crate::id::{InstanceId, Text};

/// How long it may take until everything is as it was.
const BACK_S: u64 = 900;
/// How long checks must go on passing: they are made each minute, and a first pass may be from before.
const HOLDS_S: u64 = 180;

/// The operation.
pub const OPERATION: Operation = Operation {
    name: "reboot",
    doc: "restart an instance's operating system, on the same host",
    target: TargetKind::Instance,
    form: &[AT_ONCE],
    plan,
    reads,
};

/// An instance, and the group that it is in.
type Job<'a> = (Here<'a, Instance>, Option<&'a Group>);

fn plan<'a>(intent: &'a Intent, ground: &'a Ground<'a>) -> Result<Plan, Refusal> {
    let settings = Settings::check(intent, OPERATION.form)?;
    let mut under = Under::new(ground, intent);
    // Members of one group come one after another: each is seen to serve again before the next goes.
    let mut lanes: BTreeMap<&Text, Vec<Job<'a>>> = BTreeMap::new();
    for id in &intent.targets {
        let here = ground.instance(intent.region.as_ref(), id)?;
        let group = ground.membership(here)?;
        under.of_instance(here, group.map(|(group, _)| group))?;
        if let Some((group, member)) = group {
            gates::in_service(group, &here.thing.id, &member.state)?;
            Gate { ground, region: here.region, group }.is_free()?;
        }
        reason_useless(ground, here, group.is_some())?;
        let group = group.map(|(group, _)| group);
        let lane = group.map_or(here.thing.id.text(), |group| group.name.text());
        lanes.entry(lane).or_default().push((here, group));
    }
    let (region, token) = under.place()?;
    let group = lanes.values().flatten().find_map(|(_, group)| group.map(|group| &group.name));
    let mut draft = Draft::new(ground, &region, &token, ground.made_from(&region, group));
    under.tell(&mut draft);
    let mut placed = Lanes::new(&mut draft, &under, &settings, intent.targets.len());
    for targets in lanes.into_values() {
        placed.lane(&mut draft, targets, |draft, (here, group)| steps(draft, ground, here, group))?;
    }
    draft.finish(intent)
}

/// Why a reboot would not help, or would be lost on it.
fn reason_useless(ground: &Ground<'_>, here: Here<'_, Instance>, in_group: bool) -> Result<(), Refusal> {
    let instance = here.thing;
    let id = &instance.id;
    if instance.state != InstanceState::Running {
        return Err(Refusal::new(
            format!("{id} is {}: only a running one is rebooted", instance.state),
            format!("`replace {id}`"),
        ));
    }
    let ills = Ills::of(ground, here);
    let remedy = if in_group {
        format!("`replace {id}`: its group brings another")
    } else {
        format!("`replace {id}`: a stop and a start find another host")
    };
    if let Some(why) = ills.system {
        return Err(Refusal::new(format!("{why}: that is its host, and a reboot stays there"), remedy));
    }
    if let Some(why) = ills.volumes {
        return Err(Refusal::new(format!("{why}: a reboot hangs on the same volume"), remedy));
    }
    if ground.status(here.region, id).is_none() {
        return Err(Refusal::new(
            format!("whether the host of {id} is sound is not known: status checks not read"),
            "wait until they are read, or see `fournines status` for why they are not",
        ));
    }
    Ok(())
}

fn steps(
    draft: &mut Draft<'_>,
    ground: &Ground<'_>,
    here: Here<'_, Instance>,
    group: Option<&Group>,
) -> Result<(), Refusal> {
    let id = &here.thing.id;
    let part: Text = id.text().clone();
    let held = group.map(|group| hold_group(draft, ground, here, group)).unwrap_or_default();
    let targets = ground.targets_of(here.region, id).ok_or_else(|| {
        Refusal::new(format!("which balancers send to {id} is not known"), "wait until target health is read")
    })?;
    let beside: BTreeSet<InstanceId> = [id.clone()].into();
    let mut of = vec![Fact::ChecksPass { instance: id.clone() }];
    let mut step = Part::new(&part, format!("reboot {id}"), "the guest restarts where it is")
        .block("running", Fact::InstanceIn { instance: id.clone(), states: vec![InstanceState::Running] })
        .block("host", Fact::HostSound { instance: id.clone() });
    for (group, _) in &targets {
        let fact = Fact::Healthy { target_group: group.arn.clone(), beside: beside.clone(), at_least: 1 };
        step = step.warn("healthy", fact);
    }
    let classics = ground.classics_of(here.region, id).ok_or_else(|| {
        Refusal::new(format!("which classic balancers send to {id} is not known"), "wait until they are read")
    })?;
    for classic in &classics {
        let balancer = classic.name.clone();
        step = step.warn("healthy", Fact::HealthyClassic { balancer, beside: beside.clone(), at_least: 1 });
    }
    if !targets.is_empty() || !classics.is_empty() {
        let target_groups = targets.iter().map(|(group, _)| group.arn.clone()).collect();
        let classic = classics.iter().map(|classic| classic.name.clone()).collect();
        of.push(Fact::Serves { instance: id.clone(), target_groups, classic });
    }
    let step = step
        .call(Action::RebootInstances(Instances { instance_ids: vec![Whom::from(id)] }))
        .until(Fact::All { of }, 120, BACK_S)
        .held_for(HOLDS_S);
    draft.add(step);
    let ills = Ills::of(ground, here);
    let why = ills.guest.or(ills.targets).unwrap_or_else(|| "nothing is known to be wrong with it".to_owned());
    draft.why.push(format!("{id}: {why}; its host and volumes are sound"));
    draft.changes.push(format!("{id} in {}: away for some minutes, same host, same addresses", here.thing.zone));
    draft.cannot_undo.push(format!("{id}: what is in its memory"));
    if let Some(group) = group.filter(|_| !held.is_empty()) {
        let words: Vec<&str> = held.iter().map(|process| process.as_str()).collect();
        let step =
            Part::new(&part, format!("resume {} of {}", words.join(", "), group.name), "it was suspended for this")
                .block("checks", Fact::ChecksPass { instance: id.clone() })
                .call(Action::ResumeProcesses(processes(group, &held)))
                .until(
                    Fact::ProcessesRun { group: group.name.clone(), processes: held.iter().copied().collect() },
                    5,
                    120,
                );
        draft.add(step);
    }
    Ok(())
}

/// A group that looks at health would end what reboots: what makes it look, and act, is suspended where it is not already.
fn hold_group(draft: &mut Draft<'_>, ground: &Ground<'_>, here: Here<'_, Instance>, group: &Group) -> Vec<Process> {
    let held: Vec<Process> = [Process::HealthCheck, Process::ReplaceUnhealthy]
        .into_iter()
        .filter(|process| !group.suspended.contains_key(process.as_str()))
        .collect();
    if held.is_empty() {
        return held;
    }
    let gate = Gate { ground, region: here.region, group };
    let words: Vec<&str> = held.iter().map(|process| process.as_str()).collect();
    let fact = Fact::Suspended { group: group.name.clone(), processes: held.iter().copied().collect() };
    let why = format!("{} would end {} while it reboots", group.name, here.thing.id);
    let step = Part::new(here.thing.id.text(), format!("suspend {} of {}", words.join(", "), group.name), why)
        .blocks(gate.guards(false))
        .call(Action::SuspendProcesses(processes(group, &held)))
        .until(fact, 5, 120)
        .undo(Action::ResumeProcesses(processes(group, &held)));
    draft.add(step);
    draft.changes.push(format!("{}: {} suspended while it runs, resumed after", group.name, words.join(", ")));
    held
}

fn processes(group: &Group, all: &[Process]) -> Processes {
    Processes { auto_scaling_group_name: group.name.clone(), scaling_processes: all.to_vec() }
}

fn reads(intent: &Intent, ground: &Ground<'_>) -> Vec<SliceId> {
    let mut reads = Vec::new();
    for id in &intent.targets {
        let Ok(here) = ground.instance(intent.region.as_ref(), id) else { continue };
        if let Ok(Some((group, _))) = ground.membership(here) {
            reads.push(SliceId::of(here.region, Kind::Refreshes, group.name.text().clone()));
        }
    }
    reads
}
