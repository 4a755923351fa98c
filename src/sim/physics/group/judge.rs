//! Which members a group takes for unhealthy (`aws-domain.md A.2`, health replacement behaviour).
//!
//! Owns: the marks. Must stay true: a complaint that grace or patience holds back has the group woken when they end.

use std::time::Duration;

use super::super::super::world::{
    AutoScalingGroup, Check, CheckState, ClassicReason, ClassicState, GroupName, HealthCheckType, Instance, InstanceId,
    InstanceState, LifecycleState, Member, MemberHealth, Process, Region, SimTime, TargetKey, TargetState,
};
use super::super::Scene;

/// How long a status check must fail before the group believes it: "a few minutes' patience" (`aws-domain.md A.2`).
const PATIENCE: Duration = Duration::from_secs(180);

const GONE: &str = "an EC2 health check indicating it has been terminated or stopped";
/// What a failing status check is called.
pub(super) const CHECKS: &str = "an EC2 instance status checks failure";
const VOLUMES: &str = "an EBS volume health check failure";
const BALANCER: &str = "an ELB system health check failure";

impl Scene<'_> {
    /// Marks members unhealthy whose checks say so, unless `HealthCheck` is suspended.
    pub(super) fn judge_members(&mut self, name: &GroupName) {
        let Some(group) = self.region.groups.get(name) else { return };
        if group.is_suspended(Process::HealthCheck) {
            return;
        }
        let mut sick: Vec<(InstanceId, &'static str)> = Vec::new();
        let mut next: Option<SimTime> = None;
        for member in group.members.values().filter(|member| member.health == MemberHealth::Healthy) {
            match complaint(self.region, group, member, self.now) {
                Complaint::None => {}
                Complaint::Later(at) => next = Some(next.map_or(at, |other| other.min(at))),
                Complaint::Now(reason) => sick.push((member.instance.clone(), reason)),
            }
        }
        if let Some(at) = next {
            self.wake_group_at(name, at);
        }
        let Some(group) = self.region.groups.get_mut(name) else { return };
        for (id, reason) in sick {
            if let Some(member) = group.members.get_mut(&id) {
                member.health = MemberHealth::Unhealthy;
                member.intent.complaint = Some(reason);
            }
        }
    }
}

/// What a group has against a member.
enum Complaint {
    /// Nothing.
    None,
    /// Something that grace or patience holds back until then.
    Later(SimTime),
    /// Something, in the words of the activity's cause.
    Now(&'static str),
}

fn complaint(region: &Region, group: &AutoScalingGroup, member: &Member, now: SimTime) -> Complaint {
    // One that dies before it runs is a launch that failed, which the launch itself notices.
    if !is_replaceable(member) || member.state == LifecycleState::Pending {
        return Complaint::None;
    }
    let Some(instance) = region.instances.get(&member.instance) else { return Complaint::Now(GONE) };
    let spared = is_spared(region, group, member);
    match instance.state {
        InstanceState::ShuttingDown | InstanceState::Terminated => return Complaint::Now(GONE),
        InstanceState::Stopping | InstanceState::Stopped if !spared => return Complaint::Now(GONE),
        InstanceState::Stopping | InstanceState::Stopped => return Complaint::None,
        InstanceState::Pending | InstanceState::Running => {}
    }
    let Some(serves_since) = member.in_service_at.filter(|_| !spared) else { return Complaint::None };
    let judged_from = serves_since + Duration::from_secs(u64::from(group.grace_s));
    let failing = failing_check(group, instance).map(|(since, reason)| (judged_from.max(since + PATIENCE), reason));
    let at_balancer = (group.judges_by_elb() && fails_at_balancer(region, instance)).then_some((judged_from, BALANCER));
    match failing.into_iter().chain(at_balancer).min() {
        None => Complaint::None,
        Some((from, reason)) if from <= now => Complaint::Now(reason),
        Some((from, _)) => Complaint::Later(from),
    }
}

/// Whether the group leaves a member alone because a zonal shift keeps it out of its zone and its policy is
/// `IgnoreUnhealthy` (`aws-domain.md C.3`, step 4).
fn is_spared(region: &Region, group: &AutoScalingGroup, member: &Member) -> bool {
    group.impaired_zone_behavior.as_deref() == Some("IgnoreUnhealthy")
        && region.is_shifted_away(group.arn.as_str(), member.zone.as_str())
}

/// The status check that fails first of those that count for this group, since when, and what that is called.
fn failing_check(group: &AutoScalingGroup, instance: &Instance) -> Option<(SimTime, &'static str)> {
    let checks = &instance.checks;
    let volumes = group.health_checks.contains(&HealthCheckType::Ebs).then_some((&checks.ebs, VOLUMES));
    let counted = [(&checks.system, CHECKS), (&checks.instance, CHECKS)].into_iter().chain(volumes);
    let impaired = |check: &Check| check.impaired_since.filter(|_| check.state == CheckState::Impaired);
    counted.filter_map(|(check, reason)| Some((impaired(check)?, reason))).min()
}

fn fails_at_balancer(region: &Region, instance: &Instance) -> bool {
    let target = |arn| {
        let group = region.target_groups.get(arn)?;
        group.targets.get(&TargetKey { id: instance.id.to_string(), port: group.port })
    };
    let classic = |name| region.classic_balancers.get(name)?.members.get(&instance.id);
    let unhealthy = |arn| {
        target(arn)
            .is_some_and(|target| matches!(target.state, TargetState::Unhealthy | TargetState::UnhealthyDraining))
    };
    // One that is still being registered has not failed: its reason is the balancer, not the instance.
    let out = |name| {
        classic(name).is_some_and(|member| {
            member.state == ClassicState::OutOfService && member.reason == ClassicReason::Instance
        })
    };
    instance.target_groups.iter().any(unhealthy) || instance.classic_balancers.iter().any(out)
}

/// Standby has no health checks, and what leaves already is not replaced again.
pub(super) fn is_replaceable(member: &Member) -> bool {
    member.state.counts()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::fault::Fault;
    use super::super::super::super::world::ZoneId;
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

    #[test]
    fn a_group_that_counts_volumes_replaces_what_hangs_on_them_aws_domain_a2() {
        let mut world = fixture::world_with(|document| document.replace(r#"["EC2", "ELB"]"#, r#"["EC2", "EBS"]"#));
        let id = world.members().into_iter().find(|member| member.zone == *"eu-west-1b").unwrap().instance;
        world.apply(Fault::EbsStall { zone: "eu-west-1b".to_owned() }).unwrap();
        world.pass(1200);
        assert!(world.members().iter().all(|member| member.instance != id));
        assert!(world.activity_lines(40).join("\n").contains(VOLUMES));
    }

    #[test]
    fn while_shifted_away_ignore_unhealthy_churns_nothing_and_replace_goes_elsewhere_aws_domain_c3() {
        for (behavior, left) in [("IgnoreUnhealthy", 2), ("ReplaceUnhealthy", 0)] {
            let policy = format!("zonal_shift = true, impaired_zone = \"{behavior}\", grace_s = 120");
            let mut world = fixture::world_with(|document| document.replace("grace_s = 120", &policy));
            let arn = world.here().groups["web"].arn.clone();
            let (away, lasts) = (ZoneId::from("euw1-az1"), Duration::from_secs(7200));
            world.start_zonal_shift(fixture::REGION, arn.as_str(), &away, lasts, "").unwrap();
            world.apply(Fault::ZonePowerLoss { zone: "eu-west-1b".to_owned() }).unwrap();
            world.pass(1800);
            let in_b =
                world.members().iter().filter(|member| member.zone == *"eu-west-1b" && member.state.counts()).count();
            assert_eq!((in_b, world.here().groups["web"].in_service()), (left, 6), "{behavior}");
            let failed = world.here().groups["web"].activities.iter().filter(|activity| activity.message.is_some());
            assert_eq!(failed.count(), 0, "{behavior}: nothing was tried in the zone");
        }
    }

    #[test]
    fn nothing_waits_by_looking_again_and_again() {
        let mut world = fixture::world_with(|document| document.replace("grace_s = 120", "grace_s = 900"));
        let (now, id) = (world.now, world.first_member());
        world.change_group(|group| group.members.get_mut(&id).unwrap().in_service_at = Some(now));
        breaking(&mut world, 1);
        world.pass(60);
        let group = &world.here().groups["web"];
        assert_eq!((group.unsettled, group.wake_at), (false, Some(now + Duration::from_secs(900))));
    }
}
