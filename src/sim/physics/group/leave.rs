//! Members that a person takes out: ended, or detached alive (`aws-domain.md` A.2, C.1).
//!
//! Must stay true: asking twice for the end of the same member ends and counts it once; what is detached leaves its load
//! balancers first and then belongs to nobody.

use std::time::Duration;

use super::super::super::world::{ActivityStatus, GroupName, InstanceId, LifecycleState};
use super::super::{Refused, Scene};
use super::refuse::{Doing, no_member, within_limits};

impl Scene<'_> {
    /// Ends members in their group's name: out of their load balancers, then the hook, then the end. With `decrement` the
    /// group wants as many less, else it replaces them. Returns the group and the activities.
    ///
    /// # Errors
    /// AWS's sentence when one is no member (of `group`, where that is said), or the minimum would be violated.
    pub fn terminate_members(
        &mut self,
        group: Option<&str>,
        ids: &[InstanceId],
        decrement: bool,
    ) -> Result<(GroupName, Vec<String>), Refused> {
        let mut name: Option<GroupName> = None;
        for id in ids {
            let (owner, _) = self.region.membership(id.as_str()).ok_or_else(|| no_member(id.as_str()))?;
            if group.is_some_and(|group| owner.name != *group) || name.as_ref().is_some_and(|name| *name != owner.name)
            {
                return Err(no_member(id.as_str()));
            }
            name = Some(owner.name.clone());
        }
        let Some(name) = name else { return Err(Refused::validation("At least one instance ID must be specified.")) };
        let group = self.group_named(name.as_str())?;
        let counted = |id: &&InstanceId| group.members.get(*id).is_some_and(|member| member.state.counts());
        let fewer = if decrement { ids.iter().filter(counted).count() } else { 0 };
        let fewer = u32::try_from(fewer).unwrap_or(u32::MAX);
        if fewer > 0 && group.desired.checked_sub(fewer).is_none_or(|left| left < group.min) {
            return Err(Refused::validation(format!(
                "Currently, desiredSize equals minSize ({}). Terminating instance without replacement will violate group's \
                 min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
                group.min
            )));
        }
        let mut activities = Vec::new();
        for id in ids {
            let shrinks = decrement && self.counts(&name, id);
            let shrinking = if shrinks { self.shrink(&name) } else { String::new() };
            let at = self.now.rfc3339_seconds();
            let cause =
                format!("At {at} instance {id} was taken out of service in response to a user request{shrinking}.");
            self.remove_member(&name, id, &cause);
            activities.extend(self.activity_of(&name, id));
        }
        Ok((name, activities))
    }

    /// Takes members out of their group and leaves them running, out of their load balancers. Returns the activities.
    ///
    /// # Errors
    /// AWS's sentence when one is no member in service or standby, or the minimum would be violated.
    pub fn detach_members(&mut self, name: &str, ids: &[InstanceId], decrement: bool) -> Result<Vec<String>, Refused> {
        let members = self.members_named(name, ids, &[LifecycleState::InService, LifecycleState::Standby])?;
        let counted = members.iter().filter(|member| member.state.counts()).count();
        let group = self.group_named(name)?;
        let by = if decrement { -i64::try_from(counted).unwrap_or(i64::MAX) } else { 0 };
        within_limits(group, by, Doing::Detach, ids.len())?;
        let name = group.name.clone();
        let mut activities = Vec::new();
        for id in ids {
            let shrinks = decrement && self.counts(&name, id);
            let shrinking = if shrinks { self.shrink(&name) } else { String::new() };
            let at = self.now.rfc3339_seconds();
            let cause = format!("At {at} instance {id} was detached in response to a user request{shrinking}.");
            self.enter(&name, id, LifecycleState::Detaching);
            let drained_at = self.leave_balancers(&name, id);
            let drains = drained_at > self.now;
            let status = if drains { ActivityStatus::WaitingForConnectionDraining } else { ActivityStatus::InProgress };
            self.cancel_activity(&name, id);
            self.begin_activity(&name, id, format!("Detaching EC2 instance: {id}"), &cause, status);
            self.step_member_in(&name, id, drained_at.since(self.now).max(Duration::from_secs(1)));
            activities.extend(self.activity_of(&name, id));
        }
        Ok(activities)
    }

    /// The member is drained: it belongs to nobody from now on.
    pub(super) fn finish_detaching(&mut self, name: &GroupName, id: &InstanceId) {
        self.finish_activity(name, id);
        if let Some(instance) = self.region.instances.get_mut(id) {
            instance.group = None;
            instance.tags.remove("aws:autoscaling:groupName");
        }
        if let Some(group) = self.region.groups.get_mut(name) {
            group.members.remove(id);
            group.unsettled = true;
        }
        self.stir_group(name);
        self.touch_instance(id);
    }

    /// Lowers the desired capacity by one, in the words of an activity's cause.
    pub(super) fn shrink(&mut self, name: &GroupName) -> String {
        let Some(group) = self.region.groups.get_mut(name) else { return String::new() };
        let before = group.desired;
        group.desired = before.saturating_sub(1).max(group.min);
        group.unsettled = true;
        format!(", shrinking the capacity from {before} to {}", group.desired)
    }

    fn counts(&self, name: &GroupName, id: &InstanceId) -> bool {
        let member = self.region.groups.get(name).and_then(|group| group.members.get(id));
        member.is_some_and(|member| member.state.counts())
    }

    /// The activity that a member is in.
    pub(super) fn activity_of(&self, name: &GroupName, id: &InstanceId) -> Option<String> {
        self.region.groups.get(name)?.members.get(id)?.activity.clone()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::world::InstanceState;
    use super::super::super::fixture::{self, REGION};
    use super::*;

    #[test]
    fn an_end_with_decrement_shrinks_once_however_often_it_is_asked_for_aws_domain_a10() {
        let mut world = fixture::world();
        let id = world.first_member();
        let mut scene = world.scene(REGION).unwrap();
        let (name, first) = scene.terminate_members(None, std::slice::from_ref(&id), true).unwrap();
        let (_, second) = scene.terminate_members(Some("web"), std::slice::from_ref(&id), true).unwrap();
        assert_eq!((name.as_str(), &first), ("web", &second), "the same activity");
        assert_eq!(world.here().groups["web"].desired, 5);
        let line = world.activity_lines(1).remove(0);
        let words = format!(
            "instance {id} was taken out of service in response to a user request, shrinking the capacity from 6 to 5."
        );
        assert!(line.ends_with(&words), "{line}");
        world.pass(300);
        assert_eq!((world.members().len(), world.here().instances[&id].state), (5, InstanceState::Terminated));
    }

    #[test]
    fn an_end_without_decrement_is_replaced_and_the_minimum_is_never_violated_aws_domain_f4() {
        let mut world = fixture::world();
        let ids: Vec<InstanceId> = world.members().into_iter().map(|member| member.instance).collect();
        world.change_group(|group| (group.min, group.max) = (6, 6));
        let mut scene = world.scene(REGION).unwrap();
        let refused = scene.terminate_members(None, &ids[..1], true).unwrap_err();
        assert!(refused.words.starts_with("Currently, desiredSize equals minSize (6). "), "{refused}");
        assert!(scene.terminate_members(None, &["i-0".into()], false).is_err());
        scene.terminate_members(Some("web"), &ids[..2], false).unwrap();
        world.pass(300);
        assert_eq!(world.here().groups["web"].in_service(), 6);
        assert!(world.members().iter().all(|member| !ids[..2].contains(&member.instance)));
    }

    #[test]
    fn what_is_detached_drains_and_then_belongs_to_nobody_aws_domain_c1() {
        let mut world = fixture::world();
        let id = world.first_member();
        world.scene(REGION).unwrap().detach_members("web", std::slice::from_ref(&id), false).unwrap();
        world.pass(60);
        let state = world.here().groups["web"].members[&id].state;
        assert_eq!((state, world.here().groups["web"].desired), (LifecycleState::Detaching, 6));
        world.pass(90);
        let instance = &world.here().instances[&id];
        assert_eq!((instance.state, instance.group.clone()), (InstanceState::Running, None));
        assert_eq!(instance.tags.get("aws:autoscaling:groupName"), None);
        assert_eq!((world.target_state(&id), world.here().groups["web"].in_service()), (None, 6));
        assert!(world.activity_lines(9).iter().any(|line| line.starts_with("Successful Detaching EC2 instance: i-0")));
        let refused = world.scene(REGION).unwrap().detach_members("web", std::slice::from_ref(&id), false).unwrap_err();
        assert_eq!(refused.words, format!("The instance {id} is not part of Auto Scaling group web."));
    }
}
