//! The trace that a call leaves in the account: whether it happened, when nobody was told (`aws-domain.md` A.10), and whether its effect
//! has come about.
//!
//! Owns: [`Trace`], [`Before`] and the rule of each action. Depends on: calls, the estate. Must stay true: pure; what cannot be told
//! from what was read is [`Trace::Unclear`], never *not there*; a new action does not compile before its rule is said.

mod database;
mod members;
mod place;
mod way;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::call::{Action, Call, SHIFT_ID, Whom};
use super::need::{Need, What};
use crate::estate::Estate;
use crate::estate::database::{Cluster, Database};
use crate::estate::group::{Group, LifecycleState, Member};
use crate::estate::instance::{Instance, InstanceState};
use crate::estate::shift::ZonalShift;
use crate::id::{GroupName, InstanceId, Text, ZoneName};

use place::Place;

/// What a call left behind, as far as reading tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trace {
    /// Nothing: the account is as if it had not happened.
    Absent(String),
    /// It happened, and its effect is on the way.
    Underway(String),
    /// Its effect is there.
    There(String),
    /// What it is for is there by somebody else's doing: who alone takes it back.
    Theirs(String),
    /// Nobody can tell.
    Unclear(String),
}

impl Trace {
    /// What was seen, in words.
    #[must_use]
    pub fn detail(&self) -> &str {
        match self {
            Self::Absent(detail) | Self::Underway(detail) | Self::There(detail) => detail,
            Self::Theirs(detail) | Self::Unclear(detail) => detail,
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
    /// Zones of the DB instances it is about.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub databases: BTreeMap<Text, ZoneName>,
    /// Who wrote for the clusters it is about.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub writers: BTreeMap<Text, Text>,
    /// When that was, where events after it tell of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

impl Before {
    /// What is so of everything that a call is about, on what was read for [`needs`].
    pub fn of(call: &Call, estate: &Estate, now: Timestamp) -> Self {
        let mut before = Self::default();
        if matches!(call.action, Action::RebootDBInstance(_) | Action::FailoverDBCluster(_)) {
            before.at = Some(now);
            for database in estate.table::<Database>(&call.region, now).known() {
                before.databases.extend(database.zone.clone().map(|zone| (database.id.text().clone(), zone)));
            }
            for cluster in estate.table::<Cluster>(&call.region, now).known() {
                let writer = cluster.members.iter().find(|member| member.writer);
                let writer = writer.map(|writer| (cluster.id.text().clone(), writer.database.text().clone()));
                before.writers.extend(writer);
            }
        }
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
        Action::StartZonalShift(start) => {
            needs.push(What::Managed(start.resource_identifier.clone()));
            needs.push(What::Shifts(start.resource_identifier.clone()));
        }
        Action::UpdateZonalShift(_) | Action::CancelZonalShift(_) => needs.push(What::AllShifts),
        Action::SetSubnets(set) => needs.push(What::Balancer(set.load_balancer_arn.clone())),
        Action::DetachLoadBalancerFromSubnets(of) | Action::AttachLoadBalancerToSubnets(of) => {
            needs.push(What::Classic(of.load_balancer_name.clone()));
        }
        Action::ReplaceRoute(route) => needs.push(What::RouteTable(route.route_table_id.clone())),
        Action::RebootDBInstance(reboot) => {
            needs.push(What::Database(reboot.db_instance_identifier.clone()));
            needs.push(What::DatabaseEvents(reboot.db_instance_identifier.clone()));
        }
        Action::FailoverDBCluster(failover) => {
            needs.push(What::Cluster(failover.db_cluster_identifier.clone()));
            needs.push(What::DatabaseEvents(failover.db_cluster_identifier.clone()));
        }
        Action::CreateOrUpdateTags(all) | Action::DeleteTags(all) => {
            needs.extend(all.tags.iter().map(|tag| What::Group(tag.resource_id.clone())));
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
        Action::LaunchInstances(_) | Action::RunInstances(_) | Action::CreateReplaceRootVolumeTask(_) => {
            Err("its client token tells".to_owned())
        }
        Action::SetDesiredCapacity(set) => place.sized(None, Some(set.desired_capacity), None),
        Action::UpdateAutoScalingGroup(resize) => place.resized(resize),
        Action::EnterStandby(removal) => place.removed(removal, &members::STANDBY),
        Action::DetachInstances(removal) => place.removed(removal, &members::DETACHED),
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
        Action::ModifyInstanceAttribute(change) => place.typed(&change.instance_type.value),
        Action::DetachVolume(volume) => place.volume(volume, false),
        Action::AttachVolume(volume) => place.volume(volume, true),
        Action::RegisterTargets(targets) => place.targets(&targets.targets, true),
        Action::DeregisterTargets(targets) => place.targets(&targets.targets, false),
        Action::RegisterInstancesWithLoadBalancer(_) => place.classic(true),
        Action::DeregisterInstancesFromLoadBalancer(_) => place.classic(false),
        Action::CreateOrUpdateTags(all) => place.tagged(&all.tags, true),
        Action::DeleteTags(all) => place.tagged(&all.tags, false),
        Action::ReplaceRoute(route) => place.routed(route),
        Action::SetSubnets(set) => place.in_subnets(set),
        Action::DetachLoadBalancerFromSubnets(of) => place.classic_in(of, false),
        Action::AttachLoadBalancerToSubnets(of) => place.classic_in(of, true),
        Action::StartZonalShift(start) => place.shifted(start),
        Action::UpdateZonalShift(_) => Err("setting it again is harmless".to_owned()),
        Action::CancelZonalShift(cancel) => place.shift_over(&cancel.zonal_shift_id),
        Action::RebootDBInstance(reboot) => place.restarted(reboot),
        Action::FailoverDBCluster(failover) => place.failed_over(failover),
    };
    told.unwrap_or_else(Trace::Unclear)
}

/// What a call's answer would have told that is lost, as far as AWS shows it: by which later calls name what this one began.
#[must_use]
pub fn answer(call: &Call, estate: &Estate) -> BTreeMap<Text, Text> {
    let Action::StartZonalShift(start) = &call.action else { return BTreeMap::new() };
    let mut shifts = estate.known::<ZonalShift>(&call.region);
    let own = shifts.find(|shift| way::is_ours(shift, start));
    own.map(|shift| (SHIFT_ID.into(), shift.id.clone())).into_iter().collect()
}

fn member<'a>(group: &'a Group, instance: &InstanceId) -> Option<&'a Member> {
    group.members.iter().find(|member| member.instance == *instance)
}
