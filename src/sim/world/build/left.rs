//! Builds members that somebody left in another state than in service: in standby, or held by a hook.

use std::time::Duration;

use super::super::document::{GroupDoc, LeftDoc, WorldError};
use super::super::{
    Activity, ActivityStatus, GroupName, HookTransition, InstanceId, LifecycleState, SimTime, TargetKey,
};
use super::site::Site;

impl Site<'_> {
    pub(super) fn leave_members(&mut self, path: &str, doc: &GroupDoc, name: &GroupName) -> Result<(), WorldError> {
        for (index, left) in doc.left.iter().enumerate() {
            let path = format!("{path}.left[{index}]");
            let state = match left.state.as_str() {
                "Standby" => LifecycleState::Standby,
                "Terminating:Wait" => LifecycleState::TerminatingWait,
                other => {
                    let message = format!("\"{other}\" is none of Standby, Terminating:Wait");
                    return Err(WorldError::invalid(format!("{path}.state"), message));
                }
            };
            let id = self.launch_left(&path, doc, name, left)?;
            self.take_out(name, &id);
            let since = self.ago(left.age.0);
            let (step_at, activity) = match state {
                LifecycleState::TerminatingWait => self.held(&path, doc, name, &id, since)?,
                _ => {
                    self.stood_aside(name, &id, since);
                    (None, None)
                }
            };
            let group = self.region().groups.get_mut(name);
            if let Some(member) = group.and_then(|group| group.members.get_mut(&id)) {
                (member.state, member.state_since) = (state, since);
                (member.step_at, member.activity) = (step_at, activity);
            }
        }
        Ok(())
    }

    fn launch_left(
        &mut self,
        path: &str,
        doc: &GroupDoc,
        name: &GroupName,
        left: &LeftDoc,
    ) -> Result<InstanceId, WorldError> {
        let wanted = left.zone.as_deref().map(|zone| self.zone(&format!("{path}.zone"), zone)).transpose()?;
        let place = self.scene.region.groups.get(name).and_then(|group| {
            let mut places = group.zones.iter().zip(&group.subnets);
            places.find(|(zone, _)| wanted.as_ref().is_none_or(|wanted| wanted == *zone))
        });
        let Some((zone, subnet)) = place.map(|(zone, subnet)| (zone.clone(), subnet.clone())) else {
            return Err(WorldError::invalid(format!("{path}.zone"), "the group is not in that zone"));
        };
        let at = self.ago(doc.members_age.0.max(left.age.0 + Duration::from_secs(3600)));
        self.member_since(path, name, (&zone, &subnet), at, false)
    }

    /// Takes a member out of its load balancers, as happened long ago.
    fn take_out(&mut self, name: &GroupName, id: &InstanceId) {
        let region = self.region();
        let Some(group) = region.groups.get(name) else { return };
        let (target_groups, balancers) = (group.target_groups.clone(), group.classic_balancers.clone());
        for arn in target_groups {
            if let Some(group) = region.target_groups.get_mut(&arn) {
                group.targets.remove(&TargetKey { id: id.to_string(), port: group.port });
            }
        }
        for balancer in balancers {
            if let Some(classic) = region.classic_balancers.get_mut(&balancer) {
                classic.members.remove(id);
            }
        }
        if let Some(instance) = region.instances.get_mut(id) {
            instance.target_groups.clear();
            instance.classic_balancers.clear();
        }
    }

    /// Somebody put a member in standby then: the activity that tells of it.
    fn stood_aside(&mut self, name: &GroupName, id: &InstanceId, since: SimTime) {
        let activity_id = self.scene.mint.uuid();
        let Some(group) = self.region().groups.get_mut(name) else { return };
        let Some(zone) = group.members.get(id).map(|member| member.zone.clone()) else { return };
        let at = since.rfc3339_seconds();
        group.activities.push_back(Activity {
            id: activity_id,
            description: format!("Moving EC2 instance to Standby: {id}"),
            cause: format!("At {at} instance {id} was moved to standby in response to a user request."),
            started_at: since,
            ended_at: Some(since + Duration::from_secs(60)),
            status: ActivityStatus::Successful,
            message: None,
            progress: 100,
            zone,
            subnet: None,
            instance: Some(id.clone()),
        });
        group.activities.make_contiguous().sort_by_key(|activity| activity.started_at);
    }

    /// A termination hook holds a member since then: when it gives up, and the activity that waits.
    fn held(
        &mut self,
        path: &str,
        doc: &GroupDoc,
        name: &GroupName,
        id: &InstanceId,
        since: SimTime,
    ) -> Result<(Option<SimTime>, Option<String>), WorldError> {
        let activity_id = self.scene.mint.uuid();
        let start = self.start;
        let Some(group) = self.region().groups.get_mut(name) else { return Ok((None, None)) };
        let hook = group.hooks.iter().find(|hook| hook.transition == HookTransition::Terminating);
        let Some(hook) = hook else {
            return Err(WorldError::invalid(path, format!("group {} has no hook on terminating", doc.name)));
        };
        let gives_up = since + Duration::from_secs(u64::from(hook.heartbeat_s));
        if gives_up <= start {
            let message = format!("hook {} gave up by now: its heartbeat is {} s", hook.name, hook.heartbeat_s);
            return Err(WorldError::invalid(format!("{path}.age"), message));
        }
        let Some(member) = group.members.get(id) else { return Ok((None, None)) };
        let began = since - Duration::from_secs(120);
        group.activities.push_back(Activity {
            id: activity_id.clone(),
            description: format!("Terminating EC2 instance: {id}"),
            cause: format!(
                "At {} an instance was taken out of service in response to an ELB system health check failure.",
                began.rfc3339_seconds()
            ),
            started_at: began,
            ended_at: None,
            status: ActivityStatus::MidLifecycleAction,
            message: None,
            progress: 60,
            zone: member.zone.clone(),
            subnet: None,
            instance: Some(id.clone()),
        });
        group.activities.make_contiguous().sort_by_key(|activity| activity.started_at);
        Ok((Some(gives_up), Some(activity_id)))
    }
}
