//! Scaling activities in AWS's words.

use super::super::super::world::{Activity, ActivityStatus, GroupName, InstanceId, SubnetId, ZoneName};
use super::super::{LaunchFailure, Scene};

/// How many activities a group keeps.
const KEPT: usize = 200;

impl Scene<'_> {
    /// The cause of a change of capacity: the request, if there was one, and the difference.
    pub(super) fn capacity_cause(&self, name: &GroupName, from: u32, to: u32) -> String {
        let at = self.now.rfc3339_seconds();
        let request = self.region.groups.get(name).and_then(|group| group.request.as_deref());
        let request = request.map_or_else(String::new, |text| format!("{text}  "));
        if to > from {
            format!(
                "{request}At {at} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from {from} to {to}."
            )
        } else {
            format!(
                "{request}At {at} an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from {from} to {to}."
            )
        }
    }

    /// Begins the activity that brings a member in or takes it out.
    pub(super) fn begin_activity(
        &mut self,
        name: &GroupName,
        id: &InstanceId,
        description: String,
        cause: &str,
        status: ActivityStatus,
    ) {
        let subnet = self.region.instances.get(id).and_then(|instance| instance.subnet.clone());
        let (activity_id, now) = (self.mint.uuid(), self.now.whole_second());
        let Some(group) = self.region.groups.get_mut(name) else { return };
        let Some(member) = group.members.get_mut(id) else { return };
        member.activity = Some(activity_id.clone());
        let activity = Activity {
            id: activity_id,
            description,
            cause: cause.to_owned(),
            started_at: now,
            ended_at: None,
            status,
            message: None,
            progress: 30,
            zone: member.zone.clone(),
            subnet,
            instance: Some(id.clone()),
        };
        push(&mut group.activities, activity);
    }

    /// Moves a member's activity on.
    pub(super) fn mark_activity(&mut self, name: &GroupName, id: &InstanceId, status: ActivityStatus, progress: u8) {
        self.with_activity(name, id, |activity| {
            activity.status = status;
            activity.progress = progress;
        });
    }

    /// Ends a member's activity well.
    pub(super) fn finish_activity(&mut self, name: &GroupName, id: &InstanceId) {
        let now = self.now.whole_second();
        self.with_activity(name, id, |activity| {
            activity.status = ActivityStatus::Successful;
            activity.progress = 100;
            activity.ended_at = Some(now);
        });
    }

    /// Calls off a member's activity that is not over: another takes its place.
    pub(super) fn cancel_activity(&mut self, name: &GroupName, id: &InstanceId) {
        let now = self.now.whole_second();
        self.with_activity(name, id, |activity| {
            if activity.ended_at.is_none() {
                activity.status = ActivityStatus::Cancelled;
                activity.progress = 100;
                activity.ended_at = Some(now);
            }
        });
    }

    /// Ends the activity of a launch whose instance died before it served.
    pub(super) fn fail_launch_activity(&mut self, name: &GroupName, id: &InstanceId, reason: &str) {
        let now = self.now.whole_second();
        let message = format!(
            "Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: {reason}"
        );
        self.with_activity(name, id, |activity| {
            activity.description = format!("{}.  Status Reason: {message}", activity.description);
            activity.status = ActivityStatus::Failed;
            activity.message = Some(message);
            activity.progress = 100;
            activity.ended_at = Some(now);
        });
    }

    /// Records a launch that failed at once.
    pub(super) fn fail_activity(
        &mut self,
        name: &GroupName,
        zone: &ZoneName,
        subnet: &SubnetId,
        cause: &str,
        failure: &LaunchFailure,
    ) {
        let (id, now) = (self.mint.uuid(), self.now.whole_second());
        let Some(group) = self.region.groups.get_mut(name) else { return };
        push(
            &mut group.activities,
            Activity {
                id,
                description: format!("Launching a new EC2 instance.  Status Reason: {failure}"),
                cause: cause.to_owned(),
                started_at: now,
                ended_at: Some(now),
                status: ActivityStatus::Failed,
                message: Some(failure.to_string()),
                progress: 100,
                zone: zone.clone(),
                subnet: Some(subnet.clone()),
                instance: None,
            },
        );
    }

    fn with_activity(&mut self, name: &GroupName, id: &InstanceId, change: impl FnOnce(&mut Activity)) {
        let Some(group) = self.region.groups.get_mut(name) else { return };
        let Some(current) = group.members.get(id).and_then(|member| member.activity.as_deref()) else { return };
        if let Some(activity) = group.activities.iter_mut().rev().find(|activity| activity.id == current) {
            change(activity);
        }
    }
}

fn push(activities: &mut std::collections::VecDeque<Activity>, activity: Activity) {
    if activities.len() == KEPT {
        activities.pop_front();
    }
    activities.push_back(activity);
}
