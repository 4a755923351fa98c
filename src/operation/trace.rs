//! The trace that a call leaves in the account: whether it happened, when nobody was told (`aws-domain.md` A.10), and whether its effect
//! has come about.
//!
//! Owns: [`Trace`], [`Before`] and the rule of each action. Depends on: calls, the estate. Must stay true: pure; what cannot be told
//! from what was read is [`Trace::Unclear`], never *not there*; a new action does not compile before its rule is said.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::call::{Action, Call, Process, Removal, Resize, TargetSpec, TerminateMember, Volume, Whom};
use super::need::{Need, What};
use crate::estate::balancer::{ClassicState, ClassicTarget, Target, TargetState};
use crate::estate::group::{Group, LifecycleState, Member};
use crate::estate::instance::{Instance, InstanceState};
use crate::estate::{Estate, Row};
use crate::id::{GroupName, InstanceId, Region, Text};

/// What a call left behind, as far as reading tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trace {
    /// Nothing: the account is as if it had not happened.
    Absent(String),
    /// It happened, and its effect is on the way.
    Underway(String),
    /// Its effect is there.
    There(String),
    /// Nobody can tell.
    Unclear(String),
}

impl Trace {
    /// What was seen, in words.
    #[must_use]
    pub fn detail(&self) -> &str {
        match self {
            Self::Absent(detail) | Self::Underway(detail) | Self::There(detail) | Self::Unclear(detail) => detail,
        }
    }

    /// Whether the call happened.
    #[must_use]
    pub fn is_applied(&self) -> bool {
        matches!(self, Self::Underway(_) | Self::There(_))
    }
}

/// What was so before a call: by which its trace is told later, and what a person compares after an undo.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// Sizes of the groups it is about: min, desired, max.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sizes: BTreeMap<GroupName, (i32, i32, i32)>,
    /// Where the instances it is about were in their groups' life.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub members: BTreeMap<InstanceId, LifecycleState>,
    /// Processes that were suspended already, by group.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub suspended: BTreeMap<GroupName, Vec<Text>>,
}

impl Before {
    /// What is so of everything that a call is about, on what was read for [`needs`].
    pub fn of(call: &Call, estate: &Estate, now: Timestamp) -> Self {
        let mut before = Self::default();
        for group in estate.table::<Group>(&call.region, now).known() {
            before.sizes.insert(group.name.clone(), (group.min, group.desired, group.max));
            if !group.suspended.is_empty() {
                before.suspended.insert(group.name.clone(), group.suspended.keys().cloned().collect());
            }
            for instance in call.action.known_instances() {
                if let Some(member) = member(group, instance) {
                    before.members.insert(instance.clone(), member.state.clone());
                }
            }
        }
        before
    }
}

/// What must be read to tell a call's trace. More may be needed once this is read: an instance names its group.
#[must_use]
pub fn needs(call: &Call, estate: &Estate) -> Vec<Need> {
    let mut needs: Vec<What> = Vec::new();
    if let Some(group) = group_of(call, estate) {
        needs.push(What::Group(group));
    }
    match &call.action {
        Action::RegisterTargets(targets) | Action::DeregisterTargets(targets) => {
            needs.push(What::Targets(targets.target_group_arn.clone()));
        }
        Action::RegisterInstancesWithLoadBalancer(members) | Action::DeregisterInstancesFromLoadBalancer(members) => {
            needs.push(What::ClassicTargets(members.load_balancer_name.clone()));
        }
        Action::AssociateAddress(associate) => {
            if let Whom::Known(instance) = &associate.instance_id {
                needs.push(What::Addresses(instance.clone()));
            }
        }
        _ => needs.extend(call.action.known_instances().map(|instance| What::Instance(instance.clone()))),
    }
    needs.into_iter().map(|what| Need::new(&call.region, what)).collect()
}

/// The group that a call is about: it says so, or its instance's tag does.
fn group_of(call: &Call, estate: &Estate) -> Option<GroupName> {
    Some(match &call.action {
        Action::LaunchInstances(launch) => launch.auto_scaling_group_name.clone(),
        Action::SetDesiredCapacity(set) => set.auto_scaling_group_name.clone(),
        Action::UpdateAutoScalingGroup(resize) => resize.auto_scaling_group_name.clone(),
        Action::EnterStandby(removal) | Action::DetachInstances(removal) => removal.auto_scaling_group_name.clone(),
        Action::ExitStandby(members) | Action::AttachInstances(members) => members.auto_scaling_group_name.clone(),
        Action::SetInstanceProtection(protection) => protection.auto_scaling_group_name.clone(),
        Action::SuspendProcesses(processes) | Action::ResumeProcesses(processes) => {
            processes.auto_scaling_group_name.clone()
        }
        Action::CompleteLifecycleAction(hooked) => hooked.auto_scaling_group_name.clone(),
        Action::TerminateInstanceInAutoScalingGroup(_) | Action::SetInstanceHealth(_) => {
            let instance = call.action.known_instances().next()?;
            estate.known::<Instance>(&call.region).find(|each| each.id == *instance)?.group()?
        }
        _ => return None,
    })
}

/// The trace of a call, every instance of which is named.
#[must_use]
pub fn trace(call: &Call, before: &Before, estate: &Estate, now: Timestamp) -> Trace {
    let place = Place { call, before, estate, region: &call.region, now };
    let told = match &call.action {
        Action::TerminateInstanceInAutoScalingGroup(end) => place.ended(end),
        // AWS knows it by its token: it is sent again, and answers what it brought.
        Action::LaunchInstances(_) | Action::RunInstances(_) => Err("its client token tells".to_owned()),
        Action::SetDesiredCapacity(set) => place.sized(None, Some(set.desired_capacity), None),
        Action::UpdateAutoScalingGroup(resize) => place.resized(resize),
        Action::EnterStandby(removal) => place.removed(removal, &STANDBY),
        Action::DetachInstances(removal) => place.removed(removal, &DETACHED),
        Action::ExitStandby(_) | Action::AttachInstances(_) => place.in_service(),
        Action::SetInstanceHealth(health) => place.health(&health.health_status),
        Action::SetInstanceProtection(protection) => place.protection(protection.protected_from_scale_in),
        Action::SuspendProcesses(processes) => place.processes(&processes.scaling_processes, true),
        Action::ResumeProcesses(processes) => place.processes(&processes.scaling_processes, false),
        Action::CompleteLifecycleAction(_) => place.left_its_hook(),
        // The start time stays and checks may pass throughout: nothing in the API tells of a reboot.
        Action::RebootInstances(_) => Err("a reboot leaves no trace in the API".to_owned()),
        Action::StopInstances(_) => place.instances(&[InstanceState::Stopped], &[InstanceState::Stopping]),
        Action::StartInstances(_) => place.instances(&[InstanceState::Running], &[InstanceState::Pending]),
        Action::TerminateInstances(_) => place.instances(&[InstanceState::Terminated], &[InstanceState::ShuttingDown]),
        Action::CreateTags(_) | Action::AssociateAddress(_) => Err("setting it again is harmless".to_owned()),
        Action::DetachVolume(volume) => place.volume(volume, false),
        Action::AttachVolume(volume) => place.volume(volume, true),
        Action::RegisterTargets(targets) => place.targets(&targets.targets, true),
        Action::DeregisterTargets(targets) => place.targets(&targets.targets, false),
        Action::RegisterInstancesWithLoadBalancer(_) => place.classic(true),
        Action::DeregisterInstancesFromLoadBalancer(_) => place.classic(false),
    };
    told.unwrap_or_else(Trace::Unclear)
}

const STANDBY: Leaving =
    Leaving { on_the_way: LifecycleState::EnteringStandby, there: LifecycleState::Standby, may_be_gone: false };
const DETACHED: Leaving =
    Leaving { on_the_way: LifecycleState::Detaching, there: LifecycleState::Detached, may_be_gone: true };

/// How members look that leave service and are kept.
struct Leaving {
    on_the_way: LifecycleState,
    there: LifecycleState,
    may_be_gone: bool,
}

/// How far one thing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Absent,
    Underway,
    There,
}

/// A call in the account that was read.
struct Place<'a> {
    call: &'a Call,
    before: &'a Before,
    estate: &'a Estate,
    region: &'a Region,
    now: Timestamp,
}

impl<'a> Place<'a> {
    /// The rows that were read for a need of the call, where they are known.
    fn rows<T: Row + 'a>(&self) -> Result<Vec<&'a T>, String> {
        let table = self.estate.table::<T>(self.region, self.now);
        match table.complete() {
            Some(rows) => Ok(rows.collect()),
            None => Err(match table.failures().next() {
                Some(failure) => failure.why.to_string(),
                None => format!("{} not read", T::KIND),
            }),
        }
    }

    fn group(&self) -> Result<&'a Group, String> {
        let name = group_of(self.call, self.estate).ok_or("its group is not known")?;
        let group = self.rows::<Group>()?.into_iter().find(|group| group.name == name);
        group.ok_or_else(|| format!("there is no group {name} any more"))
    }

    fn instance(&self, id: &InstanceId) -> Result<Option<&'a Instance>, String> {
        Ok(self.rows::<Instance>()?.into_iter().find(|instance| instance.id == *id))
    }

    /// The call's instances, each by how far it has come; together they are as far as the last, and unclear where some have not begun.
    fn each(&self, mut of: impl FnMut(&InstanceId) -> Result<(Step, String), String>) -> Result<Trace, String> {
        let mut steps = Vec::new();
        let mut details = Vec::new();
        for instance in self.call.action.known_instances() {
            let (step, detail) = of(instance)?;
            steps.push(step);
            details.push(detail);
        }
        let detail = details.join(", ");
        let (Some(least), Some(most)) = (steps.iter().min(), steps.iter().max()) else {
            return Err("it is about no instance that is known".to_owned());
        };
        Ok(match (least, most) {
            (Step::Absent, Step::Absent) => Trace::Absent(detail),
            (Step::Absent, _) => Trace::Unclear(format!("only some of them: {detail}")),
            (Step::Underway, _) => Trace::Underway(detail),
            (Step::There, _) => Trace::There(detail),
        })
    }

    /// A member that was ended, and desired with it where that was asked.
    fn ended(&self, end: &TerminateMember) -> Result<Trace, String> {
        use LifecycleState as L;
        let group = self.group();
        let trace = self.each(|id| {
            let state = self.instance(id)?.map(|instance| instance.state.clone());
            let gone = matches!(state, None | Some(InstanceState::Terminated));
            let group = match &group {
                Ok(group) => group,
                // AWS forgets the tags of what is gone, and with them the group.
                Err(_) if gone => return Ok((Step::There, format!("{id} is gone"))),
                Err(why) => return Err(why.clone()),
            };
            Ok(match member(group, id).map(|member| &member.state) {
                Some(
                    state @ (L::Terminating | L::TerminatingWait | L::TerminatingProceed | L::TerminatingRetained),
                ) => (Step::Underway, format!("{id} is {state}")),
                Some(state) => (Step::Absent, format!("{id} is {state}")),
                None if gone => (Step::There, format!("{id} is gone")),
                None if state == Some(InstanceState::ShuttingDown) => {
                    (Step::Underway, format!("{id} is shutting down"))
                }
                None => return Err(format!("{id} runs, and is no member any more")),
            })
        })?;
        let (true, true, Ok(group)) = (end.should_decrement_desired_capacity, trace.is_applied(), &group) else {
            return Ok(trace);
        };
        let Some((_, desired, _)) = self.before.sizes.get(&group.name) else {
            return Err("nobody knows what desired was before".to_owned());
        };
        match group.desired == desired - 1 {
            true => Ok(trace),
            false => Err(format!("{}, and desired went from {desired} to {}", trace.detail(), group.desired)),
        }
    }

    fn sized(&self, min: Option<i32>, desired: Option<i32>, max: Option<i32>) -> Result<Trace, String> {
        let group = self.group()?;
        let is = |wanted: Option<i32>, there: i32| wanted.is_none_or(|wanted| wanted == there);
        let detail = format!("min {}, desired {}, max {}", group.min, group.desired, group.max);
        if !(is(min, group.min) && is(desired, group.desired) && is(max, group.max)) {
            return Ok(Trace::Absent(detail));
        }
        let counted = |member: &&Member| !matches!(member.state, LifecycleState::Standby);
        let counted = group.members.iter().filter(counted).count();
        let in_service = group.in_service().count();
        let settled = usize::try_from(group.desired).is_ok_and(|desired| in_service == desired && counted == desired);
        let detail = format!("{detail}; {in_service} in service of {counted}");
        Ok(if desired.is_none() || settled { Trace::There(detail) } else { Trace::Underway(detail) })
    }

    fn resized(&self, resize: &Resize) -> Result<Trace, String> {
        if let Some(subnets) = &resize.subnets {
            let group = self.group()?;
            let mut wanted: Vec<&str> = subnets.split(',').map(str::trim).collect();
            let mut there: Vec<&str> = group.subnets.iter().map(|subnet| subnet.as_str()).collect();
            wanted.sort_unstable();
            there.sort_unstable();
            if wanted != there {
                return Ok(Trace::Absent(format!("its subnets are {}", there.join(","))));
            }
        }
        self.sized(resize.min_size, resize.desired_capacity, resize.max_size)
    }

    fn removed(&self, _: &Removal, leaving: &Leaving) -> Result<Trace, String> {
        let group = self.group()?;
        self.each(|id| {
            Ok(match member(group, id).map(|member| &member.state) {
                Some(state) if *state == leaving.there => (Step::There, format!("{id} is {state}")),
                Some(state) if *state == leaving.on_the_way => (Step::Underway, format!("{id} is {state}")),
                Some(state @ LifecycleState::InService) => (Step::Absent, format!("{id} is {state}")),
                Some(state) => return Err(format!("{id} is {state}")),
                None if leaving.may_be_gone => (Step::There, format!("{id} is no member")),
                None => return Err(format!("{id} is no member any more")),
            })
        })
    }

    fn in_service(&self) -> Result<Trace, String> {
        use LifecycleState as L;
        let group = self.group()?;
        self.each(|id| {
            Ok(match member(group, id).map(|member| &member.state) {
                Some(state @ L::InService) => (Step::There, format!("{id} is {state}")),
                Some(state @ (L::Pending | L::PendingWait | L::PendingProceed)) => {
                    (Step::Underway, format!("{id} is {state}"))
                }
                Some(state @ L::Standby) => (Step::Absent, format!("{id} is {state}")),
                Some(state) => return Err(format!("{id} is {state}")),
                None => (Step::Absent, format!("{id} is no member")),
            })
        })
    }

    fn health(&self, wanted: &str) -> Result<Trace, String> {
        let group = self.group()?;
        let wanted = wanted.eq_ignore_ascii_case("healthy");
        self.each(|id| {
            let Some(member) = member(group, id) else { return Err(format!("{id} is no member any more")) };
            let step = if member.healthy == wanted { Step::There } else { Step::Absent };
            Ok((step, format!("{id} is {}", if member.healthy { "healthy" } else { "unhealthy" })))
        })
    }

    fn protection(&self, wanted: bool) -> Result<Trace, String> {
        let group = self.group()?;
        self.each(|id| {
            let Some(member) = member(group, id) else { return Err(format!("{id} is no member any more")) };
            let step = if member.protected == wanted { Step::There } else { Step::Absent };
            Ok((step, format!("{id} is {}protected", if member.protected { "" } else { "not " })))
        })
    }

    fn processes(&self, processes: &[Process], suspended: bool) -> Result<Trace, String> {
        let group = self.group()?;
        let is = |process: &&Process| group.suspended.keys().any(|key| **key == *process.as_str()) == suspended;
        let words: Vec<&str> = group.suspended.keys().map(|key| &**key).collect();
        let detail = match words.is_empty() {
            true => "nothing is suspended".to_owned(),
            false => format!("suspended: {}", words.join(", ")),
        };
        Ok(match processes.iter().filter(is).count() {
            count if count == processes.len() => Trace::There(detail),
            0 => Trace::Absent(detail),
            _ => Trace::Absent(format!("only in part; {detail}")),
        })
    }

    fn left_its_hook(&self) -> Result<Trace, String> {
        let group = self.group()?;
        self.each(|id| {
            let state = member(group, id).map(|member| &member.state);
            Ok(match (state, self.before.members.get(id)) {
                (Some(state @ (LifecycleState::PendingWait | LifecycleState::TerminatingWait)), before)
                    if before.is_none_or(|before| before == state) =>
                {
                    (Step::Absent, format!("{id} is {state}"))
                }
                (Some(state), _) => (Step::There, format!("{id} is {state}")),
                (None, _) => (Step::There, format!("{id} is no member any more")),
            })
        })
    }

    fn instances(&self, there: &[InstanceState], underway: &[InstanceState]) -> Result<Trace, String> {
        self.each(|id| {
            let Some(instance) = self.instance(id)? else {
                let step = if there.contains(&InstanceState::Terminated) { Step::There } else { Step::Absent };
                return Ok((step, format!("{id} is gone")));
            };
            let step = match &instance.state {
                state if there.contains(state) => Step::There,
                state if underway.contains(state) => Step::Underway,
                _ => Step::Absent,
            };
            Ok((step, format!("{id} is {}", instance.state)))
        })
    }

    fn volume(&self, volume: &Volume, attached: bool) -> Result<Trace, String> {
        self.each(|id| {
            let instance = self.instance(id)?.ok_or_else(|| format!("{id} is gone"))?;
            let has = instance.volumes.contains(&volume.volume_id);
            let detail = format!("{} is {}attached to {id}", volume.volume_id, if has { "" } else { "not " });
            Ok((if has == attached { Step::There } else { Step::Absent }, detail))
        })
    }

    fn targets(&self, targets: &[TargetSpec], registered: bool) -> Result<Trace, String> {
        let there = self.rows::<Target>()?;
        let mut least = Step::There;
        let mut details = Vec::new();
        for spec in targets {
            let own = there.iter().find(|target| {
                target.id == spec.id && spec.port.is_none_or(|port| target.port.is_none_or(|own| own == port))
            });
            let state = own.map(|target| &target.state).filter(|state| **state != TargetState::Unused);
            let step = match (state, registered) {
                (None, false) | (Some(TargetState::Healthy), true) => Step::There,
                (None, true) => Step::Absent,
                (Some(TargetState::Draining), false) => Step::Underway,
                (Some(TargetState::Draining), true) | (Some(_), false) => Step::Absent,
                (Some(_), true) => Step::Underway,
            };
            least = least.min(step);
            details.push(match state {
                Some(state) => format!("{} is {state}", spec.id),
                None => format!("{} is no target", spec.id),
            });
        }
        let detail = details.join(", ");
        Ok(match least {
            Step::Absent => Trace::Absent(detail),
            Step::Underway => Trace::Underway(detail),
            Step::There => Trace::There(detail),
        })
    }

    fn classic(&self, registered: bool) -> Result<Trace, String> {
        let there = self.rows::<ClassicTarget>()?;
        self.each(|id| {
            let own = there.iter().find(|target| target.instance == *id);
            let step = match (own.map(|target| &target.state), registered) {
                (None, false) | (Some(ClassicState::InService), true) => Step::There,
                (Some(_), true) => Step::Underway,
                (None, true) | (Some(_), false) => Step::Absent,
            };
            let detail = own.map_or_else(|| format!("{id} is not registered"), |own| format!("{id} is {}", own.state));
            Ok((step, detail))
        })
    }
}

fn member<'a>(group: &'a Group, instance: &InstanceId) -> Option<&'a Member> {
    group.members.iter().find(|member| member.instance == *instance)
}
