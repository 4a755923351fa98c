//! Lifecycle actions that a person ends or prolongs (`aws-domain.md` A.2, F.20).

use std::time::Duration;

use super::super::super::world::{
    ActivityStatus, GroupName, HookTransition, InstanceId, LifecycleHook, LifecycleState,
};
use super::super::{Refused, Scene};

/// `LifecycleActionResult`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookResult {
    /// The member goes on.
    Continue,
    /// A launch is given up; an end goes on, or leaves the instance to a person where the group keeps what is abandoned.
    Abandon,
}

impl Scene<'_> {
    /// Ends a member's wait in a hook.
    ///
    /// # Errors
    /// AWS's sentence when the group or hook is unknown, or the member does not wait in it.
    pub fn complete_lifecycle_action(
        &mut self,
        name: &str,
        hook: &str,
        id: &InstanceId,
        result: HookResult,
    ) -> Result<(), Refused> {
        let (name, hook) = self.held_by(name, hook, id)?;
        if let Some(member) = self.region.groups.get_mut(&name).and_then(|group| group.members.get_mut(id)) {
            member.step_at = None;
        }
        match (hook.transition, result) {
            (HookTransition::Launching, HookResult::Continue) => self.proceed_launching(&name, id),
            (HookTransition::Launching, HookResult::Abandon) => self.abandon_launch(&name, id),
            (HookTransition::Terminating, result) => {
                self.proceed_terminating(&name, id, result == HookResult::Abandon);
            }
        }
        Ok(())
    }

    /// Prolongs a member's wait in a hook by the hook's heartbeat, up to its global time-out.
    ///
    /// # Errors
    /// As [`Scene::complete_lifecycle_action`].
    pub fn record_heartbeat(&mut self, name: &str, hook: &str, id: &InstanceId) -> Result<(), Refused> {
        let (name, hook) = self.held_by(name, hook, id)?;
        let Some(since) = self.region.groups.get(&name).and_then(|group| group.members.get(id)).map(|m| m.state_since)
        else {
            return Ok(());
        };
        let last = since + Duration::from_secs(u64::from(hook.global_s));
        let wait = Duration::from_secs(u64::from(hook.heartbeat_s)).min(last.since(self.now));
        self.step_member_in(&name, id, wait);
        Ok(())
    }

    /// The hook in which a member waits.
    fn held_by(&self, name: &str, hook: &str, id: &InstanceId) -> Result<(GroupName, LifecycleHook), Refused> {
        let group = self.group_named(name)?;
        let unknown = || {
            Refused::validation(format!("No Lifecycle Hook found with name {hook} in AutoScalingGroup {}", group.name))
        };
        let found = group.hooks.iter().find(|found| found.name == hook).ok_or_else(unknown)?;
        let waits = match found.transition {
            HookTransition::Launching => LifecycleState::PendingWait,
            HookTransition::Terminating => LifecycleState::TerminatingWait,
        };
        let holds = group.members.get(id).is_some_and(|member| member.state == waits);
        let first = group.hooks.iter().find(|other| other.transition == found.transition);
        if !holds || first.is_none_or(|first| first.name != hook) {
            return Err(Refused::validation(format!("No active Lifecycle Action found with instance ID {id}")));
        }
        Ok((group.name.clone(), found.clone()))
    }

    /// A launch goes on after its hook.
    pub(super) fn proceed_launching(&mut self, name: &GroupName, id: &InstanceId) {
        self.enter(name, id, LifecycleState::PendingProceed);
        self.step_member_in(name, id, Duration::from_secs(2));
    }

    /// A launch is given up at its hook.
    pub(super) fn abandon_launch(&mut self, name: &GroupName, id: &InstanceId) {
        let at = self.now.rfc3339_seconds();
        let cause =
            format!("At {at} an instance was taken out of service in response to a lifecycle hook being abandoned.");
        self.remove_member(name, id, &cause);
    }

    /// An end goes on after its hook, unless it was abandoned and the group keeps what is.
    pub(super) fn proceed_terminating(&mut self, name: &GroupName, id: &InstanceId, abandoned: bool) {
        if abandoned && self.region.groups.get(name).is_some_and(|group| group.retain_abandoned) {
            self.enter(name, id, LifecycleState::TerminatingRetained);
            return self.cancel_activity(name, id);
        }
        self.enter(name, id, LifecycleState::TerminatingProceed);
        self.mark_activity(name, id, ActivityStatus::InProgress, 80);
        self.end_instance(name, id);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::world::World;
    use super::super::super::fixture::{self, REGION};
    use super::*;

    const HOOKS: &str = r#"hooks = [{ name = "up", on = "launching", heartbeat_s = 600 }, { name = "down", on = "terminating", heartbeat_s = 600 }], grace_s = 120"#;

    fn complete(world: &mut World, hook: &str, id: &InstanceId, result: HookResult) -> Result<(), Refused> {
        world.scene(REGION).unwrap().complete_lifecycle_action("web", hook, id, result)
    }

    fn state(world: &World, id: &InstanceId) -> Option<LifecycleState> {
        world.here().groups["web"].members.get(id).map(|member| member.state)
    }

    #[test]
    fn a_person_ends_the_wait_of_a_hook_that_nobody_answers_aws_domain_f20() {
        let mut world = fixture::world_with(|document| document.replace("grace_s = 120", HOOKS));
        let id = world.first_member();
        assert!(complete(&mut world, "down", &id, HookResult::Continue).is_err(), "it does not wait");
        world.terminate_member(id.as_str()).unwrap();
        world.pass(200);
        assert_eq!(state(&world, &id), Some(LifecycleState::TerminatingWait));
        assert!(complete(&mut world, "up", &id, HookResult::Continue).is_err(), "another hook");
        world.scene(REGION).unwrap().record_heartbeat("web", "down", &id).unwrap();
        world.pass(590);
        assert_eq!(state(&world, &id), Some(LifecycleState::TerminatingWait), "a heartbeat prolongs it");
        complete(&mut world, "down", &id, HookResult::Continue).unwrap();
        world.pass(90);
        assert_eq!(state(&world, &id), None);
        let fresh = world.members().into_iter().find(|member| member.state == LifecycleState::PendingWait);
        if let Some(fresh) = fresh {
            complete(&mut world, "up", &fresh.instance, HookResult::Continue).unwrap();
            world.pass(10);
            assert_eq!(state(&world, &fresh.instance), Some(LifecycleState::InService));
        }
    }

    #[test]
    fn an_abandoned_launch_ends_and_is_tried_anew_aws_domain_c1() {
        let mut world = fixture::world_with(|document| document.replace("grace_s = 120", HOOKS));
        world.set_desired(REGION, "web", 7).unwrap();
        world.pass(60);
        let held = world.members().into_iter().find(|member| member.state == LifecycleState::PendingWait).unwrap();
        complete(&mut world, "up", &held.instance, HookResult::Abandon).unwrap();
        assert_eq!(state(&world, &held.instance), Some(LifecycleState::Terminating));
        world.pass(60);
        let next = world.members().into_iter().find(|member| member.state == LifecycleState::PendingWait);
        assert!(next.is_some_and(|next| next.instance != held.instance), "the group still wants seven");
    }
}
