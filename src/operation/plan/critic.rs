//! The critic: what is wrong with a plan whatever the account looks like. No plan is shown before it has passed.
//!
//! Must stay true: it knows no operation; what it objects to is a mistake of the planner, never of the person.

use std::collections::BTreeSet;

use super::super::call::{Action, Call, Risk, Whom, expiry_minutes};
use super::super::condition::Fact;
use super::super::fill;
use super::{Guard, Plan, Step, StepId};
use crate::id::{Arn, GroupName, InstanceId};

/// Objections to a plan, in the order of its steps; none for one that may be shown.
pub fn objections(plan: &Plan) -> Vec<String> {
    let mut objections = Vec::new();
    if plan.steps.is_empty() {
        objections.push("it does nothing".to_owned());
    }
    let mut before: BTreeSet<&StepId> = BTreeSet::new();
    for step in &plan.steps {
        objections.extend(of_step(plan, step, &before).into_iter().map(|words| format!("{}: {words}", step.id)));
        if !before.insert(&step.id) {
            objections.push(format!("{}: there are two steps of that name", step.id));
        }
    }
    objections.extend(launches_too_early(plan));
    if plan.risk() == Risk::Irreversible && plan.summary.cannot_undo.is_empty() {
        objections.push("something is lost for good, and the summary does not say what".to_owned());
    }
    objections
}

fn of_step(plan: &Plan, step: &Step, before: &BTreeSet<&StepId>) -> Vec<String> {
    let mut objections = Vec::new();
    for need in step.needs.iter().filter(|need| !before.contains(need)) {
        objections.push(format!("needs {need}, which does not come before it"));
    }
    if step.calls.is_empty() && step.commands.is_empty() && step.until.is_none() {
        objections.push("neither calls nor waits for anything".to_owned());
    }
    let disrupts = step.calls.iter().any(|call| call.action.risk() > Risk::Harmless);
    if disrupts && step.guards.is_empty() {
        objections.push("touches what serves without a guard".to_owned());
    }
    if disrupts && step.until.is_none() {
        objections.push("touches what serves and waits for nothing".to_owned());
    }
    if step.calls.iter().any(|call| takes_out(&call.action))
        && !step.guards.iter().any(|guard| counts(&guard.condition.fact))
    {
        objections.push("takes a member out of service without counting who is left".to_owned());
    }
    objections.extend(step.calls.iter().chain(&step.undo).filter_map(|call| unending(&call.action)));
    objections.extend(step.calls.iter().filter_map(|call| too_few_zones(step, &call.action)));
    for call in step.calls.iter().chain(&step.undo) {
        objections.extend(
            named_zone(call)
                .map(|zone| format!("{} has the zone's name {zone} where its id belongs", call.action.name())),
        );
    }
    if step.until.as_ref().is_some_and(|until| until.deadline_s == 0) {
        objections.push("waits without a deadline".to_owned());
    }
    for call in step.calls.iter().chain(&step.undo).filter(|call| call.region != plan.region) {
        objections.push(format!(
            "{} is sent to {}, and the plan is for {}",
            call.action.name(),
            call.region,
            plan.region
        ));
    }
    // What a step brings is there for what it waits for, and for the steps after it.
    for origin in fill::origins(&(&step.guards, &step.calls)).iter().filter(|origin| !before.contains(origin)) {
        objections.push(format!("is about what {origin} brings, which does not come before it"));
    }
    for origin in fill::origins(&(&step.until, &step.undo)) {
        if origin != step.id && !before.contains(&origin) {
            objections.push(format!("waits for what {origin} brings, which does not come before it"));
        }
    }
    objections.extend(removes_first(&step.undo));
    objections
}

/// Whether a call lowers what serves of a group.
fn takes_out(action: &Action) -> bool {
    match action {
        Action::TerminateInstanceInAutoScalingGroup(_) | Action::EnterStandby(_) | Action::DetachInstances(_) => true,
        Action::SetInstanceHealth(health) => &*health.health_status != "Healthy",
        _ => false,
    }
}

/// Whether a fact counts who serves.
fn counts(fact: &Fact) -> bool {
    match fact {
        Fact::InService { .. } | Fact::InServiceOutside { .. } => true,
        Fact::All { of } => of.iter().any(counts),
        _ => false,
    }
}

/// A zone's name where an id belongs: names are shuffled between accounts (`aws-domain.md` B.3).
fn named_zone(call: &Call) -> Option<String> {
    let parameters = call.parameters().ok()?;
    let fields = parameters.as_object()?.iter();
    let ids = fields.filter(|(key, _)| key.ends_with("ZoneId") || key.eq_ignore_ascii_case("awayFrom"));
    let values = ids.filter_map(|(_, value)| value.as_str());
    // `us-east-1a` is a name, `use1-az4` an id.
    values.filter(|value| !value.contains("-az")).map(str::to_owned).next()
}

/// A shift that would not end by itself, or of which ARC would say so only then (`aws-domain.md` C.3).
fn unending(action: &Action) -> Option<String> {
    let span = match action {
        Action::StartZonalShift(start) => &start.expires_in,
        Action::UpdateZonalShift(update) => update.expires_in.as_ref()?,
        _ => return None,
    };
    let words = format!("{} expires in \"{span}\", and must within 72h", action.name());
    expiry_minutes(span).is_none().then_some(words)
}

/// A balancer that would be left in fewer than two zones, a classic one in none (`aws-domain.md` C.3).
fn too_few_zones(step: &Step, action: &Action) -> Option<String> {
    match action {
        Action::SetSubnets(set) => {
            let count = set.named().count();
            (count < 2).then(|| format!("leaves {} in {count} zones", set.load_balancer_arn.short()))
        }
        Action::DetachLoadBalancerFromSubnets(of) => {
            let is_left = |guard: &Guard| match &guard.condition.fact {
                Fact::ClassicIn { balancer, subnets } => {
                    *balancer == of.load_balancer_name && subnets.iter().any(|subnet| !of.subnets.contains(subnet))
                }
                _ => false,
            };
            let name = &of.load_balancer_name;
            (!step.guards.iter().any(is_left)).then(|| format!("takes subnets from {name} without one that is left"))
        }
        _ => None,
    }
}

/// Members that a group launches before it is barred from the zone that it leaves go there, for that is the emptiest
/// (`aws-domain.md` C.3, F.35).
fn launches_too_early(plan: &Plan) -> Vec<String> {
    let bars = |step: &Step, group: &GroupName| {
        step.calls.iter().any(|call| match &call.action {
            Action::StartZonalShift(start) => own_group(&start.resource_identifier) == Some(group.as_str()),
            Action::UpdateAutoScalingGroup(resize) => {
                resize.auto_scaling_group_name == *group && resize.subnets.is_some()
            }
            _ => false,
        })
    };
    let mut objections = Vec::new();
    for step in &plan.steps {
        for group in step.calls.iter().filter_map(|call| resized(&call.action)) {
            let barring = plan.steps.iter().filter(|other| bars(other, group));
            for other in barring.filter(|other| other.id != step.id && !rests_on(plan, step, &other.id)) {
                objections.push(format!("{}: sizes {group} anew without waiting for {}", step.id, other.id));
            }
        }
    }
    objections
}

/// The group whose desired a call sets.
fn resized(action: &Action) -> Option<&GroupName> {
    match action {
        Action::SetDesiredCapacity(set) => Some(&set.auto_scaling_group_name),
        Action::UpdateAutoScalingGroup(resize) => {
            resize.desired_capacity.is_some().then_some(&resize.auto_scaling_group_name)
        }
        _ => None,
    }
}

fn own_group(arn: &Arn) -> Option<&str> {
    arn.as_str().split_once(":autoScalingGroupName/").map(|(_, name)| name)
}

fn rests_on(plan: &Plan, step: &Step, other: &StepId) -> bool {
    let mut open: Vec<&StepId> = step.needs.iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if id == other {
            return true;
        }
        if seen.insert(id) {
            open.extend(plan.step(id).into_iter().flat_map(|step| &step.needs));
        }
    }
    false
}

/// Undoing adds capacity before it removes any (`design.md`, a plan and its run).
fn removes_first(undo: &[Call]) -> Option<String> {
    let removal = undo.iter().position(|call| call.action.removes_capacity())?;
    let mut after = undo.iter().skip(removal);
    after.any(|call| call.action.adds_capacity()).then(|| "its undo removes before it adds".to_owned())
}

impl Action {
    /// Whether it takes away something that may serve.
    pub fn removes_capacity(&self) -> bool {
        matches!(
            self,
            Self::TerminateInstanceInAutoScalingGroup(_)
                | Self::EnterStandby(_)
                | Self::DetachInstances(_)
                | Self::TerminateInstances(_)
                | Self::StopInstances(_)
                | Self::DeregisterTargets(_)
                | Self::DeregisterInstancesFromLoadBalancer(_)
        )
    }

    /// Whether it brings something that may serve.
    pub fn adds_capacity(&self) -> bool {
        matches!(
            self,
            Self::LaunchInstances(_)
                | Self::RunInstances(_)
                | Self::ExitStandby(_)
                | Self::AttachInstances(_)
                | Self::StartInstances(_)
                | Self::RegisterTargets(_)
                | Self::RegisterInstancesWithLoadBalancer(_)
                | Self::CancelZonalShift(_)
                | Self::AttachLoadBalancerToSubnets(_)
        )
    }

    /// The instances it is about.
    pub fn whom(&self) -> Vec<&Whom> {
        match self {
            Self::TerminateInstanceInAutoScalingGroup(end) => vec![&end.instance_id],
            Self::EnterStandby(removal) | Self::DetachInstances(removal) => removal.instance_ids.iter().collect(),
            Self::ExitStandby(members) | Self::AttachInstances(members) => members.instance_ids.iter().collect(),
            Self::SetInstanceHealth(health) => vec![&health.instance_id],
            Self::SetInstanceProtection(protection) => protection.instance_ids.iter().collect(),
            Self::CompleteLifecycleAction(hooked) => vec![&hooked.instance_id],
            Self::RebootInstances(all) | Self::StartInstances(all) | Self::TerminateInstances(all) => {
                all.instance_ids.iter().collect()
            }
            Self::StopInstances(stop) => stop.instance_ids.iter().collect(),
            Self::AssociateAddress(associate) => vec![&associate.instance_id],
            Self::DetachVolume(volume) | Self::AttachVolume(volume) => vec![&volume.instance_id],
            Self::ModifyInstanceAttribute(change) => vec![&change.instance_id],
            Self::CreateReplaceRootVolumeTask(root) => vec![&root.instance_id],
            Self::RegisterInstancesWithLoadBalancer(members) | Self::DeregisterInstancesFromLoadBalancer(members) => {
                members.instances.iter().map(|instance| &instance.instance_id).collect()
            }
            Self::LaunchInstances(_)
            | Self::RunInstances(_)
            | Self::SetDesiredCapacity(_)
            | Self::UpdateAutoScalingGroup(_)
            | Self::SuspendProcesses(_)
            | Self::ResumeProcesses(_)
            | Self::CreateTags(_)
            | Self::RegisterTargets(_)
            | Self::DeregisterTargets(_)
            | Self::CreateOrUpdateTags(_)
            | Self::DeleteTags(_)
            | Self::ReplaceRoute(_)
            | Self::SetSubnets(_)
            | Self::DetachLoadBalancerFromSubnets(_)
            | Self::AttachLoadBalancerToSubnets(_)
            | Self::StartZonalShift(_)
            | Self::UpdateZonalShift(_)
            | Self::CancelZonalShift(_)
            | Self::RebootDBInstance(_)
            | Self::FailoverDBCluster(_) => Vec::new(),
        }
    }

    /// The instances it is about that are known by their ids.
    pub fn known_instances(&self) -> impl Iterator<Item = &InstanceId> {
        self.whom().into_iter().filter_map(|whom| match whom {
            Whom::Known(instance) => Some(instance),
            Whom::From(_) => None,
        })
    }
}
