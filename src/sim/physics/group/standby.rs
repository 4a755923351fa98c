//! What people do to members: standby, health by hand (`aws-domain.md A.2`, `C.1`).
//!
//! Owns: the ways into standby and out of it. Must stay true: what stands by has no load balancer and no health checks,
//! and does not count towards the desired capacity.

use super::super::super::world::{
    ActivityStatus, GroupName, InstanceId, LifecycleState, Member, MemberHealth, Process,
};
use super::super::Scene;
use std::time::Duration;

/// Why a member cannot be moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoveRefused {
    /// No group has it.
    #[error("the instance {0} is not part of an Auto Scaling group")]
    NoMember(InstanceId),
    /// It is in another state.
    #[error("the instance {0} is not in {1}")]
    State(InstanceId, &'static str),
    /// The desired capacity would leave its limits.
    #[error("the group {0} would have a desired capacity of {1}, outside of its limits")]
    Limits(GroupName, u32),
    /// `Launch` is suspended, and with it the way back into service.
    #[error("the process Launch of the group {0} is suspended")]
    LaunchSuspended(GroupName),
}

impl Scene<'_> {
    /// Moves a member to standby: out of its load balancers first. Without `decrement` the group launches another.
    ///
    /// # Errors
    /// [`MoveRefused`] unless the member is in service and the desired capacity stays within its limits.
    pub fn enter_standby(&mut self, id: &InstanceId, decrement: bool) -> Result<(), MoveRefused> {
        let name = self.in_state(id, LifecycleState::InService)?;
        let desired = self.change_desired(&name, if decrement { -1 } else { 0 })?;
        let at = self.now.rfc3339_seconds();
        let size = if decrement {
            format!(", shrinking the capacity from {} to {desired}", desired + 1)
        } else {
            String::new()
        };
        let cause = format!("At {at} instance {id} was moved to standby in response to a user request{size}.");
        self.enter(&name, id, LifecycleState::EnteringStandby);
        let drained_at = self.leave_balancers(&name, id);
        let status = if drained_at > self.now {
            ActivityStatus::WaitingForConnectionDraining
        } else {
            ActivityStatus::InProgress
        };
        self.begin_activity(&name, id, format!("Moving EC2 instance to Standby: {id}"), &cause, status);
        self.step_member_in(&name, id, drained_at.since(self.now).max(Duration::from_secs(1)));
        Ok(())
    }

    /// The member is drained.
    pub(super) fn finish_standby(&mut self, name: &GroupName, id: &InstanceId) {
        self.enter(name, id, LifecycleState::Standby);
        self.finish_activity(name, id);
        if let Some(member) = self.member(name, id) {
            member.activity = None;
        }
    }

    /// Moves a member out of standby, which raises the desired capacity by one.
    ///
    /// # Errors
    /// [`MoveRefused`] unless it stands by, `Launch` is not suspended and the maximum allows it.
    pub fn exit_standby(&mut self, id: &InstanceId) -> Result<(), MoveRefused> {
        let name = self.in_state(id, LifecycleState::Standby)?;
        if self.region.groups.get(&name).is_some_and(|group| group.is_suspended(Process::Launch)) {
            return Err(MoveRefused::LaunchSuspended(name));
        }
        let desired = self.change_desired(&name, 1)?;
        let cause = format!(
            "At {} instance {id} was moved out of standby in response to a user request, increasing the capacity from {} to {desired}.",
            self.now.rfc3339_seconds(),
            desired.saturating_sub(1)
        );
        self.enter(&name, id, LifecycleState::Pending);
        if let Some(member) = self.member(&name, id) {
            // Its grace begins anew with its service.
            member.in_service_at = None;
        }
        let description = format!("Moving EC2 instance out of Standby: {id}");
        self.begin_activity(&name, id, description, &cause, ActivityStatus::PreInService);
        self.step_member_in(&name, id, Duration::from_secs(2));
        Ok(())
    }

    /// Sets what the group thinks of a member, as `SetInstanceHealth` does; it works while `HealthCheck` is suspended too
    /// (`aws-domain.md A.2`). With `respect_grace` the group ignores it during the grace period.
    ///
    /// # Errors
    /// [`MoveRefused::NoMember`] when no group has the instance.
    pub fn set_instance_health(
        &mut self,
        id: &InstanceId,
        health: MemberHealth,
        respect_grace: bool,
    ) -> Result<(), MoveRefused> {
        let now = self.now;
        let no_member = || MoveRefused::NoMember(id.clone());
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

    fn in_state(&self, id: &InstanceId, state: LifecycleState) -> Result<GroupName, MoveRefused> {
        let (group, member) = self.region.membership(id.as_str()).ok_or_else(|| MoveRefused::NoMember(id.clone()))?;
        if member.state != state {
            return Err(MoveRefused::State(id.clone(), state.as_str()));
        }
        Ok(group.name.clone())
    }

    /// Changes the desired capacity by one or none, within its limits, and returns it.
    fn change_desired(&mut self, name: &GroupName, by: i32) -> Result<u32, MoveRefused> {
        let Some(group) = self.region.groups.get_mut(name) else { return Ok(0) };
        let desired = group.desired.saturating_add_signed(by);
        if by != 0 && !(group.min..=group.max).contains(&desired) {
            return Err(MoveRefused::Limits(name.clone(), desired));
        }
        group.desired = desired;
        Ok(desired)
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
        world.scene(REGION).unwrap().enter_standby(&id, true).unwrap();
        assert_eq!(state(&world, &id), LifecycleState::EnteringStandby);
        world.pass(130);
        assert_eq!((state(&world, &id), world.target_state(&id)), (LifecycleState::Standby, None));
        assert_eq!((world.here().groups["web"].desired, world.here().groups["web"].in_service()), (5, 5));
        world.cause(&id, |causes| causes.guest_broken = Some(SimTime::from_seconds(0)));
        world.pass(1800);
        assert_eq!(state(&world, &id), LifecycleState::Standby, "no health checks");
        world.cause(&id, |causes| causes.guest_broken = None);
        world.scene(REGION).unwrap().exit_standby(&id).unwrap();
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
        let name = GroupName::from("web");
        world.scene(REGION).unwrap().enter_standby(&id, true).unwrap();
        world.pass(9 * 3600);
        assert_eq!((state(&world, &id), world.here().groups["web"].in_service()), (LifecycleState::Standby, 5));
        world.change_group(|group| group.max = 5);
        let refused = world.scene(REGION).unwrap().exit_standby(&id).unwrap_err();
        assert_eq!(refused, MoveRefused::Limits(name.clone(), 6));
        world.change_group(|group| (group.max, group.suspended) = (6, super::super::suspended(&["Launch"])));
        let refused = world.scene(REGION).unwrap().exit_standby(&id).unwrap_err();
        assert_eq!(refused, MoveRefused::LaunchSuspended(name));
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
