//! How unhealthy members are replaced, and how many at a time (`aws-domain.md A.2`, `C.1`).
//!
//! Owns: the order of ending and launching, which the instance maintenance policy decides. Must stay true: a tenth of the
//! desired capacity at a time, one at least, and none while that much is missing already; except that what piled up while
//! a process was suspended is replaced all at once when it resumes.

use std::time::Duration;

use super::super::super::world::{
    AutoScalingGroup, GroupName, InstanceId, InstanceState, LifecycleState, Member, MemberHealth, Process, Surplus,
    TargetKey, TargetState,
};
use super::super::Scene;
use super::judge::{CHECKS, is_replaceable};
use super::refresh;

impl Scene<'_> {
    /// Replaces unhealthy members.
    pub(super) fn replace_unhealthy(&mut self, name: &GroupName) {
        let Some(group) = self.region.groups.get_mut(name) else { return };
        let held = group.is_suspended(Process::ReplaceUnhealthy) || group.is_suspended(Process::Terminate);
        let sick = |member: &&mut Member| member.health == MemberHealth::Unhealthy && is_replaceable(member);
        let mut unhealthy: Vec<(InstanceId, bool)> = Vec::new();
        for member in group.members.values_mut().filter(sick) {
            member.intent.overdue |= held;
            unhealthy.push((member.instance.clone(), member.intent.overdue));
        }
        if held || unhealthy.is_empty() {
            return;
        }
        if launches_first(group) {
            self.stand_in_for(name, &unhealthy);
        } else {
            self.end_and_launch(name, &unhealthy);
        }
    }

    /// Ends members while their replacements start: the default.
    fn end_and_launch(&mut self, name: &GroupName, unhealthy: &[(InstanceId, bool)]) {
        let Some(group) = self.region.groups.get(name) else { return };
        let missing = group.desired.saturating_sub(healthy_members(group));
        let leaving_soon = u32::try_from(unhealthy.len()).unwrap_or(u32::MAX);
        let mut room = at_once(group).saturating_sub(missing.saturating_sub(leaving_soon));
        for (id, overdue) in unhealthy {
            if !overdue && room == 0 {
                continue;
            }
            room = room.saturating_sub(1);
            self.end_unhealthy(name, id);
            if !self.launch_successor(name) {
                return;
            }
        }
    }

    /// Launches a stand-in for each member and ends it once that serves: the maintenance policy keeps all healthy.
    fn stand_in_for(&mut self, name: &GroupName, unhealthy: &[(InstanceId, bool)]) {
        let Some(group) = self.region.groups.get(name) else { return };
        let stand_ins: Vec<InstanceId> = group.members.values().filter_map(stands_in_for).cloned().collect();
        let mut room = at_once(group).saturating_sub(u32::try_from(stand_ins.len()).unwrap_or(u32::MAX));
        for (id, overdue) in unhealthy.iter().filter(|(id, _)| !stand_ins.contains(id)) {
            let (serves, surplus) =
                self.region.groups.get(name).and_then(|group| group.members.get(id)).map_or((false, false), |member| {
                    let instance = self.region.instances.get(id);
                    let runs = instance.is_some_and(|instance| instance.state == InstanceState::Running);
                    (runs, member.intent.surplus.is_some())
                });
            if !serves || surplus {
                // There is nothing to keep: what has ended ends at once, and a stand-in that fails is no help.
                self.end_unhealthy(name, id);
                if !self.launch_successor(name) {
                    return;
                }
                continue;
            }
            if !overdue && room == 0 {
                continue;
            }
            room = room.saturating_sub(1);
            let launches = self.region.groups.get(name).is_some_and(|group| !group.is_suspended(Process::Launch));
            let cause = self.successor_cause();
            if !launches || !self.add_member(name, &cause, Some(Surplus::StandIn(id.clone()))) {
                return;
            }
        }
    }

    /// Gives members that were launched over the desired capacity their place once they serve.
    pub(super) fn settle_surplus(&mut self, name: &GroupName) {
        let Some(group) = self.region.groups.get(name) else { return };
        let extra = group.members.values().filter(|member| member.state.counts());
        let extra: Vec<(InstanceId, Surplus)> =
            extra.filter_map(|member| Some((member.instance.clone(), member.intent.surplus.clone()?))).collect();
        for (id, surplus) in extra {
            let Some(group) = self.region.groups.get(name) else { return };
            let Some(member) = group.members.get(&id) else { continue };
            let missing = group.capacity() < group.desired;
            let zone = member.zone.clone();
            match surplus {
                Surplus::Balance if missing => self.keep(name, &id),
                Surplus::Balance if member.state == LifecycleState::InService => {
                    self.keep(name, &id);
                    let cause = self.balance_cause(&zone);
                    if let Some(group) = self.region.groups.get_mut(name) {
                        group.request = Some(cause);
                    }
                }
                Surplus::Balance => {}
                Surplus::StandIn(old) => {
                    let stays = group.members.get(&old).is_some_and(|old| old.state.counts());
                    if !stays {
                        self.keep(name, &id);
                    } else if self.has_taken_over(name, &id) {
                        self.keep(name, &id);
                        self.end_unhealthy(name, &old);
                    }
                }
            }
        }
    }

    /// Counts a member towards the desired capacity from now on.
    fn keep(&mut self, name: &GroupName, id: &InstanceId) {
        if let Some(member) = self.region.groups.get_mut(name).and_then(|group| group.members.get_mut(id)) {
            member.intent.surplus = None;
        }
    }

    /// Whether a stand-in serves: in service, warm, and healthy wherever it is registered. Waits for the warm-up by the
    /// clock, for the rest by what changes.
    fn has_taken_over(&mut self, name: &GroupName, id: &InstanceId) -> bool {
        let Some(group) = self.region.groups.get(name) else { return false };
        let Some(member) = group.members.get(id) else { return false };
        if member.state != LifecycleState::InService || member.health == MemberHealth::Unhealthy {
            return false;
        }
        let Some(since) = member.in_service_at else { return false };
        let warm_at = since + Duration::from_secs(u64::from(group.warmup_s.unwrap_or_default()));
        if warm_at > self.now {
            self.wake_group_at(name, warm_at);
            return false;
        }
        self.is_well_registered(id)
    }

    /// Whether no target group that an instance is registered with finds it new or unhealthy.
    pub(super) fn is_well_registered(&self, id: &InstanceId) -> bool {
        let registered = self.region.instances.get(id).map(|instance| instance.target_groups.as_slice());
        registered.unwrap_or_default().iter().all(|arn| {
            let Some(target_group) = self.region.target_groups.get(arn) else { return true };
            let key = TargetKey { id: id.to_string(), port: target_group.port };
            let state = target_group.targets.get(&key).map(|target| target.state);
            !matches!(state, Some(TargetState::Initial | TargetState::Unhealthy))
        })
    }

    fn end_unhealthy(&mut self, name: &GroupName, id: &InstanceId) {
        let member = self.region.groups.get(name).and_then(|group| group.members.get(id));
        let complaint = member.and_then(|member| member.intent.complaint);
        let refreshed = member.is_some_and(|member| member.health == MemberHealth::Healthy)
            && self.region.groups.get(name).is_some_and(refresh::is_refreshing);
        let complaint = complaint.unwrap_or(if refreshed { refresh::COMPLAINT } else { CHECKS });
        let at = self.now.rfc3339_seconds();
        let cause = format!("At {at} an instance was taken out of service in response to {complaint}.");
        self.remove_member(name, id, &cause);
    }

    /// Launches what takes the place of one that ended. With `Launch` suspended nothing does: the group melts (the trap of
    /// `aws-domain.md A.2`).
    fn launch_successor(&mut self, name: &GroupName) -> bool {
        let Some(group) = self.region.groups.get(name) else { return false };
        if group.is_suspended(Process::Launch) || group.capacity() >= group.desired {
            return true;
        }
        let cause = self.successor_cause();
        self.add_member(name, &cause, None)
    }

    fn successor_cause(&self) -> String {
        format!(
            "At {} an instance was launched in response to an unhealthy instance needing to be replaced.",
            self.now.rfc3339_seconds()
        )
    }
}

/// Whether the maintenance policy keeps all healthy and allows more for a while (`aws-domain.md C.1`).
pub(super) fn launches_first(group: &AutoScalingGroup) -> bool {
    group.maintenance_policy.is_some_and(|policy| policy.min_healthy >= 100 && policy.max_healthy > 100)
}

/// How many members are replaced at a time: a tenth, or what the maintenance policy allows; one at least.
pub(super) fn at_once(group: &AutoScalingGroup) -> u32 {
    let per_cent = match group.maintenance_policy {
        None => 10,
        Some(policy) if launches_first(group) => policy.max_healthy - 100,
        Some(policy) => 100_u32.saturating_sub(policy.min_healthy),
    };
    u32::try_from(u64::from(group.desired) * u64::from(per_cent) / 100).unwrap_or(u32::MAX).max(1)
}

pub(super) fn stands_in_for(member: &Member) -> Option<&InstanceId> {
    match &member.intent.surplus {
        Some(Surplus::StandIn(old)) if member.state.counts() => Some(old),
        _ => None,
    }
}

fn healthy_members(group: &AutoScalingGroup) -> u32 {
    let healthy = group
        .members
        .values()
        .filter(|member| member.state == LifecycleState::InService && member.health == MemberHealth::Healthy);
    u32::try_from(healthy.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::super::world::{SimTime, World};
    use super::super::super::fixture;
    use super::*;

    fn breaking(world: &mut World, count: usize) -> Vec<InstanceId> {
        let ids: Vec<InstanceId> = world.members().into_iter().map(|member| member.instance).take(count).collect();
        for id in &ids {
            world.cause(id, |causes| causes.release_broken = Some(SimTime::from_seconds(0)));
        }
        ids
    }

    #[test]
    fn unhealthy_members_are_replaced_one_in_ten_at_a_time_aws_domain_a2() {
        let mut world = fixture::world();
        let ids = breaking(&mut world, 3);
        world.pass(26);
        let gone = |world: &World| {
            ids.iter()
                .filter(|id| world.members().iter().all(|member| member.instance != **id || !member.state.counts()))
                .count()
        };
        assert_eq!(gone(&world), 1, "one of six at a time");
        let lines = world.activity_lines(2).join("\n");
        assert!(lines.contains("taken out of service in response to an ELB system health check failure."), "{lines}");
        assert!(lines.contains("launched in response to an unhealthy instance needing to be replaced."), "{lines}");
        world.pass(900);
        assert_eq!(gone(&world), 3);
        assert_eq!(world.here().groups["web"].in_service(), 6);
    }

    #[test]
    fn with_launch_suspended_the_group_melts_aws_domain_a2() {
        let mut world = fixture::world_with(|document| {
            document.replace("grace_s = 120", "grace_s = 120, suspended = [\"Launch\"]")
        });
        breaking(&mut world, 1);
        world.pass(600);
        assert_eq!(world.here().groups["web"].in_service(), 5);
        assert_eq!(world.here().groups["web"].desired, 6);
    }

    fn serving(world: &World) -> usize {
        world.here().groups["web"].in_service()
    }

    #[test]
    fn a_policy_of_all_healthy_launches_before_it_ends_aws_domain_c1() {
        let mut world = fixture::world_with(|document| {
            document.replace("grace_s = 120", "grace_s = 120, warmup_s = 60, maintenance = [100, 120]")
        });
        let ids = breaking(&mut world, 2);
        let mut least = usize::MAX;
        for _ in 0..120 {
            world.pass(5);
            least = least.min(serving(&world));
        }
        assert_eq!((least, serving(&world)), (6, 6), "the old one stays until the new one serves");
        assert!(world.members().iter().all(|member| !ids.contains(&member.instance) || !member.state.counts()));
    }

    #[test]
    fn marks_pile_up_while_replacing_is_suspended_and_all_go_at_once_on_resume_aws_domain_a2() {
        for process in ["ReplaceUnhealthy", "Terminate"] {
            // Two of six can carry all of it: what is looked at here is not a cascade.
            let mut world =
                fixture::world_with(|document| document.replace("capacity_rps = 100", "capacity_rps = 300"));
            world.change_group(|group| group.suspended = super::super::suspended(&[process]));
            breaking(&mut world, 4);
            world.pass(600);
            let marked = |world: &World| {
                world.members().iter().filter(|member| member.health == MemberHealth::Unhealthy).count()
            };
            assert_eq!((marked(&world), serving(&world)), (4, 6), "{process}");
            world.change_group(|group| {
                group.suspended.clear();
                group.unsettled = true;
            });
            world.pass(6);
            assert_eq!(serving(&world), 2, "{process}: all four at once");
            world.pass(600);
            assert_eq!(serving(&world), 6, "{process}");
        }
    }

    #[test]
    fn a_dark_zone_is_replaced_one_by_one_elsewhere_aws_domain_a2() {
        let mut world = fixture::world();
        world.apply(Fault::ZonePowerLoss { zone: "eu-west-1b".to_owned() }).unwrap();
        let mut fewest = usize::MAX;
        for _ in 0..400 {
            world.pass(5);
            fewest = fewest.min(serving(&world));
        }
        let alive = |member: &&Member| member.state == LifecycleState::InService;
        let members = world.members();
        assert!(members.iter().filter(alive).all(|member| member.zone != *"eu-west-1b"));
        assert_eq!((fewest, serving(&world)), (5, 6), "never more than one in ten missing by its own doing");
        let stuck = members.iter().filter(|member| member.state == LifecycleState::Terminating).count();
        assert_eq!(stuck, 2, "what ends in a dark zone hangs there");
        world.heal(&Fault::ZonePowerLoss { zone: "eu-west-1b".to_owned() }).unwrap();
        world.pass(3600);
        assert_eq!((serving(&world), world.members().len()), (6, 6));
    }
}
