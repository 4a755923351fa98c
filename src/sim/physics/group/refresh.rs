//! Instance refreshes: a group's members are replaced a few at a time (`aws-domain.md A.2`, `C.1`).
//!
//! Owns: the course of a refresh. Must stay true: no more is missing at a time than the maintenance policy allows, a tenth
//! without one; the next come when the last serve and are warm; with a process suspended that it needs it waits.

use std::time::Duration;

use super::super::super::world::{
    AutoScalingGroup, GroupName, InstanceId, InstanceRefresh, LifecycleState, Member, Process, RefreshStatus, Surplus,
    TemplateChoice, TemplateRef,
};
use super::super::Scene;
use super::replace::{at_once, launches_first, stands_in_for};

/// What AWS writes where it does not say a health check.
pub(super) const COMPLAINT: &str = "an instance refresh";

impl Scene<'_> {
    /// Begins a refresh to what the group launches now.
    pub(in super::super) fn begin_refresh(&mut self, name: &GroupName, number: u32) {
        let (id, now) = (self.mint.uuid(), self.now.whole_second());
        let Some(group) = self.region.groups.get_mut(name) else { return };
        let desired = TemplateRef { version: TemplateChoice::Number(number), ..group.template.clone() };
        let policy = group.maintenance_policy;
        group.refreshes.push(InstanceRefresh {
            id,
            status: RefreshStatus::InProgress,
            reason: None,
            started_at: now,
            ended_at: None,
            percentage: 0,
            remaining: group.desired,
            min_healthy: policy.map_or(90, |policy| policy.min_healthy),
            max_healthy: policy.map(|policy| policy.max_healthy),
            warmup_s: group.warmup_s,
            skip_matching: true,
            auto_rollback: false,
            desired: Some(desired),
        });
        group.unsettled = true;
    }

    /// Calls off what is still going on: the group stays mixed.
    pub(in super::super) fn cancel_refresh(&mut self, name: &GroupName) {
        let now = self.now.whole_second();
        let Some(refresh) = self.region.groups.get_mut(name).and_then(under_way) else { return };
        refresh.status = RefreshStatus::Cancelled;
        refresh.reason = Some("Cancelled due to user request.".to_owned());
        refresh.ended_at = Some(now);
    }

    /// Goes on with a refresh, if one is under way.
    pub(super) fn refresh_members(&mut self, name: &GroupName) {
        let Some(group) = self.region.groups.get(name) else { return };
        let Some(target) = target_of(group) else { return };
        let old: Vec<InstanceId> = outdated(group, target).map(|member| member.instance.clone()).collect();
        self.note_progress(name, old.len());
        let Some(group) = self.region.groups.get(name) else { return };
        let needed = [Process::InstanceRefresh, Process::Launch, Process::Terminate];
        if needed.into_iter().any(|process| group.is_suspended(process)) {
            return;
        }
        let cold = self.cold_members(name);
        if old.is_empty() {
            if cold == 0 {
                self.finish_refresh(name);
            }
            return;
        }
        let Some(group) = self.region.groups.get(name) else { return };
        let stand_ins: Vec<InstanceId> = group.members.values().filter_map(stands_in_for).cloned().collect();
        let (first, room) = (launches_first(group), at_once(group).saturating_sub(cold));
        let fresh = old.iter().filter(|id| !stand_ins.contains(id));
        for id in fresh.take(usize::try_from(room).unwrap_or(usize::MAX)) {
            let at = self.now.rfc3339_seconds();
            let cause = format!("At {at} an instance was launched in response to {COMPLAINT}.");
            if first {
                if !self.add_member(name, &cause, Some(Surplus::StandIn(id.clone()))) {
                    return;
                }
                continue;
            }
            let words = format!("At {at} an instance was taken out of service in response to {COMPLAINT}.");
            self.remove_member(name, id, &words);
            if !self.add_member(name, &cause, None) {
                return;
            }
        }
    }

    /// Members that do not serve yet, or are not warm. The group looks again when they are.
    fn cold_members(&mut self, name: &GroupName) -> u32 {
        let Some(group) = self.region.groups.get(name) else { return 0 };
        let warmup = Duration::from_secs(u64::from(group.warmup_s.unwrap_or_default()));
        let counted: Vec<&Member> = group.members.values().filter(|member| member.state.counts()).collect();
        let warm_at = |member: &&Member| Some(member.in_service_at? + warmup);
        let cold: Vec<&Member> = (counted.iter().copied())
            .filter(|member| {
                let is_warm = warm_at(member).is_some_and(|warm| warm <= self.now);
                member.state != LifecycleState::InService || !is_warm || !self.is_well_registered(&member.instance)
            })
            .collect();
        let next = cold.iter().filter_map(warm_at).filter(|warm| *warm > self.now).min();
        let (have, cold) = (counted.len(), cold.len());
        let missing = usize::try_from(group.desired).unwrap_or(usize::MAX).saturating_sub(have);
        if let Some(next) = next {
            self.wake_group_at(name, next);
        }
        u32::try_from(cold + missing).unwrap_or(u32::MAX)
    }

    fn note_progress(&mut self, name: &GroupName, left: usize) {
        let Some(group) = self.region.groups.get_mut(name) else { return };
        let desired = group.desired.max(1);
        let left = u32::try_from(left).unwrap_or(u32::MAX).min(desired);
        if let Some(refresh) = under_way(group) {
            refresh.remaining = left;
            refresh.percentage = u8::try_from((desired - left) * 100 / desired).unwrap_or(100);
        }
    }

    fn finish_refresh(&mut self, name: &GroupName) {
        let now = self.now.whole_second();
        if let Some(refresh) = self.region.groups.get_mut(name).and_then(under_way) {
            refresh.status = RefreshStatus::Successful;
            refresh.percentage = 100;
            refresh.ended_at = Some(now);
        }
    }
}

/// Whether a refresh of the group is under way.
pub(super) fn is_refreshing(group: &AutoScalingGroup) -> bool {
    group.refreshes.last().is_some_and(|refresh| refresh.status == RefreshStatus::InProgress)
}

fn under_way(group: &mut AutoScalingGroup) -> Option<&mut InstanceRefresh> {
    group.refreshes.last_mut().filter(|refresh| refresh.status == RefreshStatus::InProgress)
}

/// The version that a refresh under way brings.
fn target_of(group: &AutoScalingGroup) -> Option<TemplateChoice> {
    let refresh = group.refreshes.last().filter(|refresh| refresh.status == RefreshStatus::InProgress)?;
    refresh.desired.as_ref().map(|desired| desired.version)
}

/// Members of another version.
fn outdated(group: &AutoScalingGroup, target: TemplateChoice) -> impl Iterator<Item = &Member> {
    let counted = group.members.values().filter(|member| member.state.counts());
    counted.filter(move |member| member.template.as_ref().is_none_or(|used| used.version != target))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::super::world::World;
    use super::super::super::fixture;
    use super::*;

    fn refresh() -> Fault {
        Fault::Refresh { group: "web".to_owned() }
    }

    fn latest(world: &World) -> InstanceRefresh {
        world.here().groups["web"].refreshes.last().unwrap().clone()
    }

    fn of_version(world: &World, number: u32) -> usize {
        let members = world.members();
        let used = |member: &&Member| {
            member.template.as_ref().is_some_and(|used| used.version == TemplateChoice::Number(number))
        };
        members.iter().filter(used).count()
    }

    #[test]
    fn a_refresh_replaces_one_in_ten_at_a_time_until_all_are_new_aws_domain_a2() {
        let mut world = fixture::world();
        world.apply(refresh()).unwrap();
        let mut least = usize::MAX;
        for _ in 0..240 {
            world.pass(5);
            least = least.min(world.here().groups["web"].in_service());
        }
        let done = latest(&world);
        assert_eq!((done.status, done.percentage, done.remaining), (RefreshStatus::Successful, 100, 0), "{done:?}");
        assert_eq!((of_version(&world, 2), least), (6, 5));
        let lines = world.activity_lines(20).join("\n");
        assert!(lines.contains("taken out of service in response to an instance refresh."), "{lines}");
    }

    #[test]
    fn a_policy_of_all_healthy_launches_before_it_ends_aws_domain_c1() {
        let mut world = fixture::world_with(|document| {
            document.replace("grace_s = 120", "grace_s = 120, warmup_s = 30, maintenance = [100, 120]")
        });
        world.apply(refresh()).unwrap();
        let mut least = usize::MAX;
        for _ in 0..400 {
            world.pass(5);
            least = least.min(world.here().groups["web"].in_service());
        }
        assert_eq!((latest(&world).status, of_version(&world, 2), least), (RefreshStatus::Successful, 6, 6));
    }

    #[test]
    fn a_refresh_that_is_called_off_leaves_the_group_mixed_and_whole_aws_domain_a2() {
        let mut world = fixture::world();
        world.apply(refresh()).unwrap();
        world.pass(200);
        let status = latest(&world);
        assert!(status.status == RefreshStatus::InProgress && (1..100).contains(&status.percentage), "{status:?}");
        world.heal(&refresh()).unwrap();
        world.pass(900);
        assert_eq!(latest(&world).status, RefreshStatus::Cancelled);
        assert!((1..6).contains(&of_version(&world, 2)));
        assert_eq!(world.here().groups["web"].in_service(), 6);
    }
}
