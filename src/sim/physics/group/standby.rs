//! What people do to members: standby, health by hand (`aws-domain.md A.2`, `C.1`).
//!
//! Owns: the ways into standby and out of it. Must stay true: what stands by has no load balancer and no health checks,
//! and does not count towards the desired capacity.

use super::super::super::world::{
    ActivityStatus, GroupName, InstanceId, LifecycleState, Member, MemberHealth, Process,
};
use super::super::{Refused, Scene};
use super::refuse::{Doing, no_member, suspended, within_limits};
use std::time::Duration;

impl Scene<'_> {
    /// Moves members to standby: out of their load balancers first. Without `decrement` the group launches others.
    /// Returns the activities.
    ///
    /// # Errors
    /// AWS's sentence unless all are in service and the desired capacity stays within its limits.
    pub fn enter_standby(&mut self, name: &str, ids: &[InstanceId], decrement: bool) -> Result<Vec<String>, Refused> {
        self.members_named(name, ids, &[LifecycleState::InService])?;
        let group = self.group_named(name)?;
        let by = if decrement { -i64::try_from(ids.len()).unwrap_or(i64::MAX) } else { 0 };
        within_limits(group, by, Doing::EnterStandby, ids.len())?;
        let name = group.name.clone();
        let mut activities = Vec::new();
        for id in ids {
            let size = if decrement { self.shrink(&name) } else { String::new() };
            let at = self.now.rfc3339_seconds();
            let cause = format!("At {at} instance {id} was moved to standby in response to a user request{size}.");
            self.enter(&name, id, LifecycleState::EnteringStandby);
            let drained_at = self.leave_balancers(&name, id);
            let drains = drained_at > self.now;
            let status = if drains { ActivityStatus::WaitingForConnectionDraining } else { ActivityStatus::InProgress };
            self.begin_activity(&name, id, format!("Moving EC2 instance to Standby: {id}"), &cause, status);
            self.step_member_in(&name, id, drained_at.since(self.now).max(Duration::from_secs(1)));
            activities.extend(self.activity_of(&name, id));
        }
        Ok(activities)
    }

    /// The member is drained.
    pub(super) fn finish_standby(&mut self, name: &GroupName, id: &InstanceId) {
        self.enter(name, id, LifecycleState::Standby);
        self.finish_activity(name, id);
        if let Some(member) = self.member(name, id) {
            member.activity = None;
        }
    }

    /// Moves members out of standby, each of which raises the desired capacity by one. Returns the activities.
    ///
    /// # Errors
    /// AWS's sentence unless all stand by, `Launch` is not suspended and the maximum allows it.
    pub fn exit_standby(&mut self, name: &str, ids: &[InstanceId]) -> Result<Vec<String>, Refused> {
        self.members_named(name, ids, &[LifecycleState::Standby])?;
        let group = self.group_named(name)?;
        if group.is_suspended(Process::Launch) {
            return Err(suspended(&group.name, "Launch"));
        }
        within_limits(group, i64::try_from(ids.len()).unwrap_or(i64::MAX), Doing::ExitStandby, ids.len())?;
        let name = group.name.clone();
        let mut activities = Vec::new();
        for id in ids {
            let size = self.grow(&name);
            let at = self.now.rfc3339_seconds();
            let cause = format!("At {at} instance {id} was moved out of standby in response to a user request{size}.");
            self.enter(&name, id, LifecycleState::Pending);
            if let Some(member) = self.member(&name, id) {
                // Its grace begins anew with its service.
                member.in_service_at = None;
            }
            let description = format!("Moving EC2 instance out of Standby: {id}");
            self.begin_activity(&name, id, description, &cause, ActivityStatus::PreInService);
            self.step_member_in(&name, id, Duration::from_secs(2));
            activities.extend(self.activity_of(&name, id));
        }
        Ok(activities)
    }

    /// Sets what the group thinks of a member, as `SetInstanceHealth` does; it works while `HealthCheck` is suspended too
    /// (`aws-domain.md A.2`). With `respect_grace` the group ignores it during the grace period.
    ///
    /// # Errors
    /// AWS's sentence when no group has the instance.
    pub fn set_instance_health(
        &mut self,
        id: &InstanceId,
        health: MemberHealth,
        respect_grace: bool,
    ) -> Result<(), Refused> {
        let now = self.now;
        let no_member = || no_member(id.as_str());
        let name = self.region.membership(id.as_str()).map(|(group, _)| group.name.clone()).ok_or_else(no_member)?;
        let group = self.region.groups.get_mut(&name).ok_or_else(no_member)?;
        let grace = Duration::from_secs(u64::from(group.grace_s));
        let member = group.members.get_mut(id).ok_or_else(no_member)?;
        let in_grace = member.in_service_at.is_none_or(|since| now.since(since) < grace);
        if respect_grace && in_grace && health == MemberHealth::Unhealthy {
            return Ok(());
        }
        member.health = health;
        member.intent.complaint = (health == MemberHealth::Unhealthy).then_some("a user health-check");
        member.intent.overdue = false;
        group.unsettled = true;
        Ok(())
    }

    fn member(&mut self, name: &GroupName, id: &InstanceId) -> Option<&mut Member> {
        self.region.groups.get_mut(name)?.members.get_mut(id)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::world::{SimTime, World};
    use super::super::super::fixture::{self, REGION};
    use super::*;

    fn state(world: &World, id: &InstanceId) -> LifecycleState {
        world.here().groups["web"].members[id].state
    }

    #[test]
    fn standby_is_out_of_the_balancer_unchecked_and_uncounted_and_comes_back_aws_domain_a2() {
        let mut world = fixture::world();
        let id = world.first_member();
        world.scene(REGION).unwrap().enter_standby("web", std::slice::from_ref(&id), true).unwrap();
        assert_eq!(state(&world, &id), LifecycleState::EnteringStandby);
        world.pass(130);
        assert_eq!((state(&world, &id), world.target_state(&id)), (LifecycleState::Standby, None));
        assert_eq!((world.here().groups["web"].desired, world.here().groups["web"].in_service()), (5, 5));
        world.cause(&id, |causes| causes.guest_broken = Some(SimTime::from_seconds(0)));
        world.pass(1800);
        assert_eq!(state(&world, &id), LifecycleState::Standby, "no health checks");
        world.cause(&id, |causes| causes.guest_broken = None);
        world.scene(REGION).unwrap().exit_standby("web", std::slice::from_ref(&id)).unwrap();
        world.pass(60);
        assert_eq!((state(&world, &id), world.here().groups["web"].desired), (LifecycleState::InService, 6));
        assert!(world.target_state(&id).is_some());
        let line = &world.activity_lines(1)[0];
        assert!(line.starts_with("Successful Moving EC2 instance out of Standby: i-"), "{line}");
        assert!(line.ends_with("in response to a user request, increasing the capacity from 5 to 6."), "{line}");
    }

    #[test]
    fn the_way_out_of_standby_is_barred_at_the_maximum_and_while_launch_is_suspended_aws_domain_f21() {
        let mut world = fixture::world();
        let id = world.first_member();
        world.scene(REGION).unwrap().enter_standby("web", std::slice::from_ref(&id), true).unwrap();
        world.pass(9 * 3600);
        assert_eq!((state(&world, &id), world.here().groups["web"].in_service()), (LifecycleState::Standby, 5));
        world.change_group(|group| group.max = 5);
        let refused = world.scene(REGION).unwrap().exit_standby("web", std::slice::from_ref(&id)).unwrap_err();
        let sizes =
            "AutoScalingGroup web has min-size=2, max-size=5, and desired-size=5. To exit standby 1 instance, please";
        assert!(refused.words.starts_with(sizes), "{refused}");
        world.change_group(|group| (group.max, group.suspended) = (6, super::super::suspended(&["Launch"])));
        let refused = world.scene(REGION).unwrap().exit_standby("web", std::slice::from_ref(&id)).unwrap_err();
        assert_eq!(refused.words, "The Launch process of AutoScalingGroup web is suspended.");
    }

    #[test]
    fn health_set_by_hand_counts_while_health_check_is_suspended_aws_domain_a2() {
        let mut world = fixture::world();
        world.change_group(|group| group.suspended = super::super::suspended(&["HealthCheck"]));
        let (sick, marked) = (world.members()[0].instance.clone(), world.members()[1].instance.clone());
        world.cause(&sick, |causes| causes.host_broken = Some(SimTime::from_seconds(0)));
        world.scene(REGION).unwrap().set_instance_health(&marked, MemberHealth::Unhealthy, false).unwrap();
        world.pass(1200);
        assert_eq!(state(&world, &sick), LifecycleState::InService, "nobody looks at it");
        assert!(world.members().iter().all(|member| member.instance != marked));
        assert!(world.activity_lines(2).join("\n").contains("in response to a user health-check."));
    }
}
