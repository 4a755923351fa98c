//! Which members a group takes for unhealthy, and how many it replaces at a time.

use std::time::Duration;

use super::super::super::world::{
    AutoScalingGroup, CheckState, ClassicState, GroupName, HealthCheckType, Instance, InstanceId, InstanceState,
    LifecycleState, Member, MemberHealth, Process, Region, SimTime, TargetKey, TargetState,
};
use super::super::Scene;

/// How long a status check must fail before the group believes it: "a few minutes' patience" (`aws-domain.md A.2`).
const PATIENCE: Duration = Duration::from_secs(180);

const GONE: &str = "an EC2 health check indicating it has been terminated or stopped";
const CHECKS: &str = "an EC2 instance status checks failure";
const BALANCER: &str = "an ELB system health check failure";

impl Scene<'_> {
    /// Marks members unhealthy whose checks say so, unless `HealthCheck` is suspended. A complaint that grace or
    /// patience holds back keeps the group unsettled, since only the clock is needed for it to count.
    pub(super) fn judge_members(&mut self, name: &GroupName) {
        let Some(group) = self.region.groups.get(name) else { return };
        if group.is_suspended(Process::HealthCheck) {
            return;
        }
        let mut sick: Vec<InstanceId> = Vec::new();
        let mut waits = false;
        for member in group.members.values().filter(|member| member.health == MemberHealth::Healthy) {
            match complaint(self.region, group, member, self.now) {
                Complaint::None => {}
                Complaint::Later => waits = true,
                Complaint::Now(_) => sick.push(member.instance.clone()),
            }
        }
        let Some(group) = self.region.groups.get_mut(name) else { return };
        group.unsettled |= waits;
        for id in sick {
            if let Some(member) = group.members.get_mut(&id) {
                member.health = MemberHealth::Unhealthy;
            }
        }
    }

    /// Replaces unhealthy members, ending each while its replacement starts: at most a tenth of the desired capacity
    /// at a time, one at least; pauses while that much is missing already (`aws-domain.md A.2`).
    pub(super) fn replace_unhealthy(&mut self, name: &GroupName) {
        let Some(group) = self.region.groups.get(name) else { return };
        if group.is_suspended(Process::ReplaceUnhealthy) || group.is_suspended(Process::Terminate) {
            return;
        }
        let allowed = (group.desired / 10).max(1);
        let missing = group.desired.saturating_sub(healthy_members(group));
        let unhealthy: Vec<InstanceId> = (group.members.values())
            .filter(|member| member.health == MemberHealth::Unhealthy && is_replaceable(member))
            .map(|member| member.instance.clone())
            .collect();
        let under_way = missing.saturating_sub(u32::try_from(unhealthy.len()).unwrap_or(u32::MAX));
        let room = usize::try_from(allowed.saturating_sub(under_way)).unwrap_or_default();
        if let Some(group) = self.region.groups.get_mut(name) {
            group.unsettled |= unhealthy.len() > room;
        }
        for id in unhealthy.into_iter().take(room) {
            let Some(group) = self.region.groups.get(name) else { return };
            let launches = !group.is_suspended(Process::Launch);
            let reason = match group.members.get(&id).map(|member| complaint(self.region, group, member, self.now)) {
                Some(Complaint::Now(reason)) => reason,
                // It recovered, but what is marked unhealthy is replaced.
                Some(Complaint::None | Complaint::Later) | None => CHECKS,
            };
            let at = self.now.rfc3339_seconds();
            self.remove_member(
                name,
                &id,
                &format!("At {at} an instance was taken out of service in response to {reason}."),
            );
            // With Launch suspended it ends all the same, and nothing takes its place: the trap of A.2.
            if launches {
                let cause = format!(
                    "At {at} an instance was launched in response to an unhealthy instance needing to be replaced."
                );
                if self.add_member(name, &cause).is_err() {
                    return;
                }
            }
        }
    }
}

/// What a group has against a member.
enum Complaint {
    /// Nothing.
    None,
    /// Something that grace or patience holds back.
    Later,
    /// Something, in the words of the activity's cause.
    Now(&'static str),
}

fn complaint(region: &Region, group: &AutoScalingGroup, member: &Member, now: SimTime) -> Complaint {
    if !is_replaceable(member) {
        return Complaint::None;
    }
    let Some(instance) = region.instances.get(&member.instance) else { return Complaint::Now(GONE) };
    if !matches!(instance.state, InstanceState::Running | InstanceState::Pending) {
        return Complaint::Now(GONE);
    }
    let impaired_since = impaired_since(group, instance);
    let at_balancer = group.judges_by_elb() && fails_at_balancer(region, instance);
    if impaired_since.is_none() && !at_balancer {
        return Complaint::None;
    }
    if member.in_service_at.is_none_or(|since| now.since(since) < Duration::from_secs(u64::from(group.grace_s))) {
        return Complaint::Later;
    }
    match impaired_since {
        Some(since) if now.since(since) >= PATIENCE => Complaint::Now(CHECKS),
        _ if at_balancer => Complaint::Now(BALANCER),
        _ => Complaint::Later,
    }
}

/// Since when a status check fails that counts for this group.
fn impaired_since(group: &AutoScalingGroup, instance: &Instance) -> Option<SimTime> {
    let checks = &instance.checks;
    let ebs = group.health_checks.contains(&HealthCheckType::Ebs).then_some(&checks.ebs);
    let counted = [Some(&checks.system), Some(&checks.instance), ebs];
    counted
        .into_iter()
        .flatten()
        .filter(|check| check.state == CheckState::Impaired)
        .filter_map(|check| check.impaired_since)
        .min()
}

fn fails_at_balancer(region: &Region, instance: &Instance) -> bool {
    let target = |arn| {
        let group = region.target_groups.get(arn)?;
        group.targets.get(&TargetKey { id: instance.id.to_string(), port: group.port })
    };
    let classic = |name| region.classic_balancers.get(name)?.members.get(&instance.id);
    let unhealthy = |arn| target(arn).is_some_and(|target| target.state == TargetState::Unhealthy);
    // One that is still being registered has not failed: its reason is the balancer, not the instance.
    let out = |name| {
        classic(name).is_some_and(|member| {
            member.state == ClassicState::OutOfService
                && member.reason == super::super::super::world::ClassicReason::Instance
        })
    };
    instance.target_groups.iter().any(unhealthy) || instance.classic_balancers.iter().any(out)
}

/// Standby has no health checks, and what leaves already is not replaced again.
fn is_replaceable(member: &Member) -> bool {
    matches!(member.state, LifecycleState::InService | LifecycleState::Pending)
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
    use super::super::super::fixture;
    use super::*;

    fn breaking(world: &mut super::super::super::super::world::World, count: usize) -> Vec<InstanceId> {
        let ids: Vec<InstanceId> = world.members().into_iter().map(|member| member.instance).take(count).collect();
        for id in &ids {
            world.cause(id, |causes| causes.release_broken = Some(SimTime::from_seconds(0)));
        }
        ids
    }

    #[test]
    fn a_group_blind_to_its_balancer_never_replaces_aws_domain_a2() {
        let mut world = fixture::world_with(|document| document.replace(r#", health_checks = ["EC2", "ELB"]"#, ""));
        let ids = breaking(&mut world, 2);
        world.pass(900);
        assert!(ids.iter().all(|id| world.target_state(id) == Some(TargetState::Unhealthy)));
        assert!(world.members().iter().all(|member| member.health == MemberHealth::Healthy));
    }

    #[test]
    fn unhealthy_members_are_replaced_one_in_ten_at_a_time_aws_domain_a2() {
        let mut world = fixture::world();
        let ids = breaking(&mut world, 3);
        world.pass(26);
        let gone = |world: &super::super::super::super::world::World| {
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
    fn grace_delays_the_verdict_aws_domain_a2() {
        let mut world = fixture::world_with(|document| document.replace("grace_s = 120", "grace_s = 900"));
        let now = world.now;
        let id = world.first_member();
        world.change_group(|group| group.members.get_mut(&id).unwrap().in_service_at = Some(now));
        world.cause(&id, |causes| causes.release_broken = Some(now));
        world.pass(840);
        assert_eq!(
            world.members().iter().find(|member| member.instance == id).unwrap().state,
            LifecycleState::InService
        );
        world.pass(180);
        assert!(
            world
                .members()
                .iter()
                .find(|member| member.instance == id)
                .is_none_or(|member| member.state != LifecycleState::InService)
        );
    }

    #[test]
    fn an_instance_that_ends_is_replaced_at_once_aws_domain_a2() {
        let mut world = fixture::world();
        let id = world.first_member();
        world.terminate_instance(id.as_str()).unwrap();
        world.pass(6);
        assert!(
            world
                .activity_lines(2)
                .join("\n")
                .contains("an EC2 health check indicating it has been terminated or stopped")
        );
        world.pass(120);
        assert_eq!(world.here().groups["web"].in_service(), 6);
        assert!(world.members().iter().all(|member| member.instance != id));
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

    #[test]
    fn a_failing_status_check_is_believed_after_some_minutes_aws_domain_a2() {
        let mut world = fixture::world_with(|document| document.replace(r#", health_checks = ["EC2", "ELB"]"#, ""));
        let id = world.first_member();
        world.cause(&id, |causes| causes.host_broken = Some(SimTime::from_seconds(0)));
        world.pass(170);
        assert!(
            world.members().iter().any(|member| member.instance == id && member.state == LifecycleState::InService)
        );
        world.pass(180);
        assert!(world.activity_lines(4).join("\n").contains("an EC2 instance status checks failure"));
    }
}
