//! A member's life: pending, hooks, in service, draining, hooks, gone (`aws-domain.md A.2`, order of `C.1`).

use std::time::Duration;

use super::super::super::world::{
    ActivityStatus, GroupName, HookTransition, InstanceId, InstanceState, Intent, LifecycleHook, LifecycleState,
    Member, Process, SimTime, Surplus,
};
use super::super::life::user_shutdown;
use super::super::{Event, Scene};

/// How often a group looks whether a launched instance runs, and how long it takes to act on it.
const LOOK_EVERY: Duration = Duration::from_secs(5);

impl Scene<'_> {
    /// Takes a launched instance in as a pending member, with the activity that tells of it.
    pub(super) fn begin_member(&mut self, name: &GroupName, id: &InstanceId, cause: &str, surplus: Option<Surplus>) {
        let Some(instance) = self.region.instances.get(id) else { return };
        let Some(group) = self.region.groups.get_mut(name) else { return };
        let intent = Intent { surplus, ..Intent::default() };
        let member = Member { intent, ..Member::joining(instance, group, self.now) };
        group.members.insert(id.clone(), member);
        self.begin_activity(
            name,
            id,
            format!("Launching a new EC2 instance: {id}"),
            cause,
            ActivityStatus::PreInService,
        );
        self.step_member_in(name, id, LOOK_EVERY);
    }

    /// Lets a member go: out of its load balancers first, then the hook, then its end.
    pub(in super::super) fn remove_member(&mut self, name: &GroupName, id: &InstanceId, cause: &str) {
        let Some(group) = self.region.groups.get(name) else { return };
        let leaving = group
            .members
            .get(id)
            .is_none_or(|member| !member.state.counts() && member.state != LifecycleState::Standby);
        if leaving {
            return;
        }
        self.enter(name, id, LifecycleState::Terminating);
        let drained_at = self.leave_balancers(name, id);
        let drains = drained_at > self.now;
        let status = if drains { ActivityStatus::WaitingForConnectionDraining } else { ActivityStatus::InProgress };
        self.cancel_activity(name, id);
        self.begin_activity(name, id, format!("Terminating EC2 instance: {id}"), cause, status);
        self.step_member_in(name, id, drained_at.since(self.now).max(Duration::from_secs(1)));
    }

    /// Deregisters a member from all that its group registers members with. Returns when it is drained.
    pub(super) fn leave_balancers(&mut self, name: &GroupName, id: &InstanceId) -> SimTime {
        let Some(group) = self.region.groups.get(name) else { return self.now };
        let (target_groups, balancers) = (group.target_groups.clone(), group.classic_balancers.clone());
        let mut drained_at = self.now;
        for target_group in target_groups {
            drained_at = drained_at.max(self.deregister_target(&target_group, id));
        }
        for balancer in balancers {
            self.deregister_classic(&balancer, id);
        }
        drained_at
    }

    /// The step of a member's life that is due.
    pub(in super::super) fn step_member(&mut self, name: &GroupName, id: &InstanceId) {
        let now = self.now;
        let Some(group) = self.region.groups.get_mut(name) else { return };
        let Some(member) = group.members.get_mut(id).filter(|member| member.step_at == Some(now)) else { return };
        member.step_at = None;
        match member.state {
            LifecycleState::Pending => self.step_pending(name, id),
            LifecycleState::PendingWait => self.end_launch_hook(name, id),
            LifecycleState::PendingProceed => self.enter_service(name, id),
            LifecycleState::Terminating => self.step_terminating(name, id),
            LifecycleState::TerminatingWait => self.end_termination_hook(name, id),
            LifecycleState::EnteringStandby => self.finish_standby(name, id),
            LifecycleState::Detaching => self.finish_detaching(name, id),
            LifecycleState::InService
            | LifecycleState::Standby
            | LifecycleState::TerminatingProceed
            | LifecycleState::TerminatingRetained => {}
        }
    }

    fn step_pending(&mut self, name: &GroupName, id: &InstanceId) {
        match self.region.instances.get(id).map(|instance| instance.state) {
            Some(InstanceState::Running) => match self.hook(name, HookTransition::Launching) {
                Some(hook) => {
                    self.enter(name, id, LifecycleState::PendingWait);
                    self.mark_activity(name, id, ActivityStatus::MidLifecycleAction, 40);
                    self.step_member_in(name, id, held_for(&hook));
                }
                None => self.enter_service(name, id),
            },
            Some(InstanceState::Pending) => self.step_member_in(name, id, LOOK_EVERY),
            _ => self.abort_launch(name, id),
        }
    }

    /// An instance ended before it ever served: the launch failed (`aws-domain.md F.24`).
    fn abort_launch(&mut self, name: &GroupName, id: &InstanceId) {
        let reason = self.region.instances.get(id).and_then(|instance| instance.state_reason.clone());
        let zonal = reason.as_ref().is_none_or(|reason| reason.code.starts_with("Server."));
        let text = reason.map_or_else(|| "the instance is gone".to_owned(), |reason| reason.message);
        let zone = self.region.groups.get(name).and_then(|group| group.members.get(id)).map(|found| found.zone.clone());
        self.fail_launch_activity(name, id, &text);
        if let Some(group) = self.region.groups.get_mut(name) {
            group.members.remove(id);
            group.unsettled = true;
        }
        if let Some(zone) = zone {
            self.back_off(name, &zone, zonal);
        }
    }

    fn end_launch_hook(&mut self, name: &GroupName, id: &InstanceId) {
        let Some(hook) = self.hook(name, HookTransition::Launching) else { return self.enter_service(name, id) };
        if is_answered(&hook) || hook.default_result == "CONTINUE" {
            self.proceed_launching(name, id);
        } else {
            self.abandon_launch(name, id);
        }
    }

    fn enter_service(&mut self, name: &GroupName, id: &InstanceId) {
        let now = self.now;
        let Some(group) = self.region.groups.get(name) else { return };
        // While AddToLoadBalancer is suspended nothing is registered, and nothing will be later: the trap of A.2.
        let registers = !group.is_suspended(Process::AddToLoadBalancer);
        let (target_groups, balancers) = (group.target_groups.clone(), group.classic_balancers.clone());
        if registers {
            target_groups.iter().for_each(|target_group| self.register_target(target_group, id));
            balancers.iter().for_each(|balancer| self.register_classic(balancer, id));
        }
        self.enter(name, id, LifecycleState::InService);
        self.finish_activity(name, id);
        let zone = self.region.groups.get_mut(name).and_then(|group| group.members.get_mut(id)).map(|member| {
            member.in_service_at.get_or_insert(now);
            member.activity = None;
            member.zone.clone()
        });
        if let Some(zone) = zone {
            self.trust_zone(name, &zone);
        }
    }

    fn step_terminating(&mut self, name: &GroupName, id: &InstanceId) {
        let runs = self.region.instances.get(id).is_some_and(|instance| instance.state == InstanceState::Running);
        match self.hook(name, HookTransition::Terminating).filter(|_| runs) {
            Some(hook) => {
                self.enter(name, id, LifecycleState::TerminatingWait);
                self.mark_activity(name, id, ActivityStatus::MidLifecycleAction, 60);
                self.step_member_in(name, id, held_for(&hook));
            }
            None => self.end_instance(name, id),
        }
    }

    /// The hook is answered, or its heartbeat ran out. Either way the end proceeds; only a group that keeps what is
    /// abandoned leaves it to a person (`aws-domain.md A.2`).
    fn end_termination_hook(&mut self, name: &GroupName, id: &InstanceId) {
        let hook = self.hook(name, HookTransition::Terminating);
        let abandoned = hook.is_some_and(|hook| !is_answered(&hook) && hook.default_result == "ABANDON");
        self.proceed_terminating(name, id, abandoned);
    }

    pub(super) fn end_instance(&mut self, name: &GroupName, id: &InstanceId) {
        self.mark_activity(name, id, ActivityStatus::InProgress, 80);
        self.begin_terminating(id, user_shutdown());
        if let Some(group) = self.region.groups.get_mut(name) {
            group.unsettled = true;
        }
    }

    fn hook(&self, name: &GroupName, transition: HookTransition) -> Option<LifecycleHook> {
        self.region.groups.get(name)?.hooks.iter().find(|hook| hook.transition == transition).cloned()
    }

    pub(in super::super) fn enter(&mut self, name: &GroupName, id: &InstanceId, state: LifecycleState) {
        let now = self.now;
        let Some(group) = self.region.groups.get_mut(name) else { return };
        if let Some(member) = group.members.get_mut(id) {
            (member.state, member.state_since) = (state, now);
        }
        group.unsettled = true;
        self.stir_group(name);
    }

    pub(super) fn step_member_in(&mut self, name: &GroupName, id: &InstanceId, wait: Duration) {
        let at = self.now + wait;
        if let Some(member) = self.region.groups.get_mut(name).and_then(|group| group.members.get_mut(id)) {
            member.step_at = Some(at);
            self.schedule.put(at, Event::Member(self.region.name.clone(), name.clone(), id.clone()));
        }
    }
}

/// Whether a hook's consumer completes it before its heartbeat runs out.
fn is_answered(hook: &LifecycleHook) -> bool {
    hook.answers_after_s.is_some_and(|after| after <= hook.heartbeat_s)
}

/// How long a hook holds: until its consumer answers, or for the heartbeat.
fn held_for(hook: &LifecycleHook) -> Duration {
    let seconds = hook.answers_after_s.unwrap_or(hook.heartbeat_s).min(hook.heartbeat_s);
    Duration::from_secs(u64::from(seconds))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::super::world::TargetState;
    use super::super::super::fixture::{self, REGION};
    use super::*;

    fn with_hooks(launch: &str, end: &str) -> super::super::super::super::world::World {
        let hooks = format!(
            r#"hooks = [{{ name = "up", on = "launching", {launch} }}, {{ name = "down", on = "terminating", {end} }}], grace_s = 120"#
        );
        fixture::world_with(|document| document.replace("grace_s = 120", &hooks))
    }

    fn states(world: &super::super::super::super::world::World) -> Vec<LifecycleState> {
        world
            .members()
            .into_iter()
            .map(|member| member.state)
            .filter(|state| *state != LifecycleState::InService)
            .collect()
    }

    #[test]
    fn a_launch_hook_holds_until_its_consumer_answers_aws_domain_a2() {
        let mut world = with_hooks("answers_after_s = 100", "answers_after_s = 10");
        world.set_desired(REGION, "web", 7).unwrap();
        world.pass(60);
        assert_eq!(states(&world), [LifecycleState::PendingWait]);
        assert_eq!(world.here().groups["web"].activities.back().unwrap().status, ActivityStatus::MidLifecycleAction);
        world.pass(90);
        assert_eq!(world.here().groups["web"].in_service(), 7);
    }

    #[test]
    fn out_of_the_balancer_then_the_hook_then_the_end_aws_domain_c1() {
        let mut world = with_hooks("answers_after_s = 1", "heartbeat_s = 600");
        let id = world.first_member();
        world.terminate_member(id.as_str()).unwrap();
        assert_eq!(
            (states(&world), world.target_state(&id)),
            (vec![LifecycleState::Terminating], Some(TargetState::Draining))
        );
        world.pass(121);
        let of = |world: &super::super::super::super::world::World| {
            world.members().into_iter().find(|member| member.instance == id).map(|member| member.state)
        };
        assert_eq!((of(&world), world.target_state(&id)), (Some(LifecycleState::TerminatingWait), None));
        assert_eq!(world.here().instances[&id].state, InstanceState::Running, "still running, still billed");
        world.pass(598);
        assert_eq!(of(&world), Some(LifecycleState::TerminatingWait), "a dead consumer costs the whole heartbeat");
        world.pass(60);
        assert_eq!(of(&world), None);
        assert_eq!(world.here().instances[&id].state, InstanceState::Terminated);
    }

    #[test]
    fn a_group_may_keep_what_its_dead_hook_abandons_until_a_person_acts_aws_domain_a2() {
        let mut world = with_hooks("answers_after_s = 1", "heartbeat_s = 600");
        world.change_group(|group| group.retain_abandoned = true);
        let id = world.first_member();
        world.terminate_member(id.as_str()).unwrap();
        world.pass(7200);
        assert_eq!(states(&world), [LifecycleState::TerminatingRetained]);
        assert_eq!(world.here().instances[&id].state, InstanceState::Running, "billed, and doing nothing");
        world.terminate_instance(id.as_str()).unwrap();
        world.pass(120);
        assert!(states(&world).is_empty() && world.members().len() == 6);
    }

    #[test]
    fn an_abandoned_launch_is_ended_aws_domain_c1() {
        let mut world = with_hooks("heartbeat_s = 60", "answers_after_s = 1");
        world.set_desired(REGION, "web", 7).unwrap();
        world.pass(95);
        assert!(
            world.activity_lines(3).join("\n").contains("a lifecycle hook being abandoned"),
            "{:?}",
            world.activity_lines(3)
        );
    }

    #[test]
    fn launched_while_add_to_load_balancer_is_suspended_is_never_registered_aws_domain_a2() {
        let mut world = fixture::world_with(|document| {
            document.replace("grace_s = 120", "grace_s = 120, suspended = [\"AddToLoadBalancer\"]")
        });
        world.set_desired(REGION, "web", 7).unwrap();
        world.pass(120);
        world.change_group(|group| group.suspended.clear());
        world.pass(600);
        let unregistered =
            world.members().iter().filter(|member| world.target_state(&member.instance).is_none()).count();
        assert_eq!((world.here().groups["web"].in_service(), unregistered), (7, 1));
    }

    #[test]
    fn a_launch_without_the_key_dies_at_once_and_is_no_lack_of_capacity_aws_domain_f24() {
        let mut world = fixture::world();
        let denied = Fault::KeyDenied { group: "web".to_owned() };
        world.apply(denied.clone()).unwrap();
        world.set_desired(REGION, "web", 7).unwrap();
        world.pass(60);
        let failed = world.here().groups["web"].activities.back().unwrap().clone();
        assert_eq!(failed.status, ActivityStatus::Failed);
        let reason = "Termination Reason: Client.InternalError: Client error on launch";
        assert!(failed.message.as_ref().unwrap().ends_with(reason), "{failed:?}");
        assert!(failed.description.starts_with("Launching a new EC2 instance: i-0"), "{}", failed.description);
        let dead = &world.here().instances[&failed.instance.unwrap()];
        assert_eq!(dead.state, InstanceState::Terminated);
        assert_eq!(dead.state_reason.as_ref().unwrap().code, "Client.InternalError");
        assert_eq!(world.members().len(), 6, "what died is no member");
        world.pass(600);
        let tries = world.here().groups["web"].activities.iter().filter(|tried| tried.message.is_some()).count();
        assert!((3..=5).contains(&tries), "with ever longer pauses: {tries}");
        world.heal(&denied).unwrap();
        world.pass(1200);
        assert_eq!(world.here().groups["web"].in_service(), 7);
    }
}
