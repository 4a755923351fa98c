//! Auto Scaling groups: what they have is brought to what they want (`aws-domain.md A.2`, `C.1`).
//!
//! Owns: the reconciliation, in the order exits, judge, replace, scale, refresh, balance. Must stay true: suspended processes are
//! honoured with their traps; whatever a group does is an activity with its cause; a group that waits for the clock alone
//! has itself woken at that instant and costs nothing until then.

mod activity;
mod balance;
mod hook;
mod join;
mod judge;
mod leave;
mod member;
mod place;
mod policy;
mod process;
mod refresh;
mod refuse;
mod replace;
mod resize;
mod schedule;
mod standby;

use super::super::world::{
    AutoScalingGroup, GroupName, InstanceId, InstanceState, LifecycleState, Process, SimTime, SubnetId, Surplus, Tags,
    TemplateChoice, TemplateRef, ZoneName,
};
use super::{Event, Launch, LaunchFailure, Scene};

pub use self::hook::HookResult;
pub use self::join::{Launched, Wanted};
pub use self::resize::GroupUpdate;
pub use self::schedule::ScheduleOrder;

impl Scene<'_> {
    /// Brings every group that something changed for closer to what it wants.
    pub(super) fn reconcile_groups(&mut self) {
        let unsettled = self.region.groups.values().filter(|group| group.unsettled);
        let names: Vec<GroupName> = unsettled.map(|group| group.name.clone()).collect();
        for name in names {
            if let Some(group) = self.region.groups.get_mut(&name) {
                group.unsettled = false;
            }
            self.finish_exits(&name);
            self.judge_members(&name);
            self.settle_surplus(&name);
            self.replace_unhealthy(&name);
            self.scale(&name);
            self.refresh_members(&name);
            self.rebalance(&name);
        }
    }

    /// A group waited for this instant.
    pub(super) fn wake_group(&mut self, name: &GroupName) {
        if let Some(group) = self.region.groups.get_mut(name).filter(|group| group.wake_at == Some(self.now)) {
            group.wake_at = None;
            group.unsettled = true;
        }
    }

    /// Has a group look at `at` at the latest. Each look asks anew for whatever it still waits for.
    fn wake_group_at(&mut self, name: &GroupName, at: SimTime) {
        let now = self.now;
        let Some(group) = self.region.groups.get_mut(name) else { return };
        if group.wake_at.is_none_or(|planned| planned < now || planned > at) {
            group.wake_at = Some(at);
            self.schedule.put(at, Event::Group(self.region.name.clone(), name.clone()));
        }
    }

    /// Takes members out of the group whose instances have ended.
    fn finish_exits(&mut self, name: &GroupName) {
        let Some(group) = self.region.groups.get(name) else { return };
        let ended = |id: &InstanceId| {
            self.region.instances.get(id).is_none_or(|found| found.state == InstanceState::Terminated)
        };
        let leaving = group.members.values().filter(|member| {
            let ending = matches!(
                member.state,
                LifecycleState::Terminating | LifecycleState::TerminatingProceed | LifecycleState::TerminatingRetained
            );
            ending && member.step_at.is_none()
        });
        let gone: Vec<InstanceId> =
            leaving.filter(|member| ended(&member.instance)).map(|member| member.instance.clone()).collect();
        for id in gone {
            self.finish_activity(name, &id);
            if let Some(group) = self.region.groups.get_mut(name) {
                group.members.remove(&id);
            }
        }
    }

    /// Launches or ends members until their number is the desired one.
    fn scale(&mut self, name: &GroupName) {
        let Some(group) = self.region.groups.get(name) else { return };
        let have = group.capacity();
        if have < group.desired && !group.is_suspended(Process::Launch) {
            for step in have..group.desired {
                let cause = self.capacity_cause(name, step, step + 1);
                if !self.add_member(name, &cause, None) {
                    break;
                }
            }
        } else if have > group.desired && !group.is_suspended(Process::Terminate) {
            for step in (group.desired..have).rev() {
                let Some(victim) = self.scale_in_victim(name) else { break };
                let cause = format!(
                    "{}  At {} instance {victim} was selected for termination.",
                    self.capacity_cause(name, step + 1, step),
                    self.now.rfc3339_seconds()
                );
                self.remove_member(name, &victim, &cause);
            }
        }
        if let Some(group) = self.region.groups.get_mut(name) {
            group.request = None;
        }
    }

    /// Launches a member into the emptiest zone, and where that fails into the next one; each failure is an activity.
    /// Tells whether one was launched; if not, the group looks again when its back-off is over.
    fn add_member(&mut self, name: &GroupName, cause: &str, surplus: Option<Surplus>) -> bool {
        while let Some((zone, subnet)) = self.emptiest_zone(name) {
            if self.add_member_in(name, &zone, &subnet, cause, surplus.clone()) {
                return true;
            }
        }
        self.await_back_off(name);
        false
    }

    /// Launches a member into this zone; a failure is an activity, and the zone is left alone for a while.
    fn add_member_in(
        &mut self,
        name: &GroupName,
        zone: &ZoneName,
        subnet: &SubnetId,
        cause: &str,
        surplus: Option<Surplus>,
    ) -> bool {
        match self.launch_for_group(name, zone, subnet) {
            Ok(id) => {
                self.begin_member(name, &id, cause, surplus);
                true
            }
            Err(failure) => {
                self.fail_activity(name, zone, subnet, cause, &failure);
                self.back_off(name, zone, failure.is_zonal());
                false
            }
        }
    }

    /// Launches an instance from the group's template; it is no member yet.
    ///
    /// # Errors
    /// [`LaunchFailure`], in the words that the failed activity will carry.
    pub fn launch_for_group(
        &mut self,
        name: &GroupName,
        zone: &ZoneName,
        subnet: &SubnetId,
    ) -> Result<InstanceId, LaunchFailure> {
        let group = self.region.groups.get(name).ok_or(LaunchFailure::NoTemplate)?;
        let template = self.region.templates.get(&group.template.id).ok_or(LaunchFailure::NoTemplate)?;
        let version = template.resolve(group.template.version).ok_or(LaunchFailure::NoTemplate)?;
        let exact = TemplateRef {
            id: template.id.clone(),
            name: template.name.clone(),
            version: TemplateChoice::Number(version.number),
        };
        let launch = Launch {
            subnet: subnet.clone(),
            image: version.image.clone(),
            instance_type: version.instance_type.clone(),
            key_name: version.key_name.clone(),
            instance_profile: version.instance_profile.clone(),
            security_groups: version.security_groups.clone(),
            market: version.market,
            detailed_monitoring: version.detailed_monitoring,
            tags: member_tags(group, &exact),
            template: Some(exact),
            group: Some(name.clone()),
            service: group.service.clone(),
            data_volumes: Vec::new(),
            boot_s: group.boot_s,
            broken: version.broken,
        };
        debug_assert_eq!(self.region.subnets.get(subnet).map(|subnet| &subnet.zone), Some(zone));
        self.launch(launch)
    }
}

/// The group's tags, which all propagate here, and those that AWS adds.
fn member_tags(group: &AutoScalingGroup, template: &TemplateRef) -> Tags {
    let mut tags = group.tags.clone();
    tags.set("aws:autoscaling:groupName", group.name.as_str());
    tags.set("aws:ec2launchtemplate:id", template.id.as_str());
    tags.set("aws:ec2launchtemplate:version", template.version.to_string());
    tags
}

/// These processes, suspended by a person.
#[cfg(test)]
pub fn suspended(processes: &[&str]) -> Vec<super::super::world::Suspension> {
    let named = Process::ALL.iter().filter(|process| processes.contains(&process.as_str()));
    named.map(|process| super::super::world::Suspension { process: *process, reason: String::new() }).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::fault::Fault;
    use super::super::super::world::{ActivityStatus, Member, MemberHealth, World, random};
    use super::super::fixture::{self, REGION};
    use super::*;

    #[test]
    fn scale_out_fills_the_emptiest_zone_and_tells_why_aws_domain_a2() {
        let mut world = fixture::world();
        world.set_desired(REGION, "web", 9).unwrap();
        world.pass(60);
        let zones = world
            .members()
            .into_iter()
            .filter(|member| member.state == LifecycleState::InService)
            .map(|member| member.zone);
        let mut counts = std::collections::BTreeMap::new();
        zones.for_each(|zone| *counts.entry(zone).or_insert(0) += 1);
        assert_eq!(counts.into_values().collect::<Vec<_>>(), [3, 3, 3]);
        let line = &world.activity_lines(3)[2];
        assert!(line.starts_with("Successful Launching a new EC2 instance: i-0"), "{line}");
        assert!(line.contains("a user request explicitly set group desired capacity changing the desired capacity from 6 to 9.  At 2026"), "{line}");
        assert!(line.ends_with("increasing the capacity from 6 to 7."), "{line}");
    }

    #[test]
    fn scale_in_drains_then_ends_and_spares_the_protected_aws_domain_c1() {
        let mut world = fixture::world();
        let spared: Vec<InstanceId> = world.members().into_iter().map(|member| member.instance).take(4).collect();
        world.change_group(|group| spared.iter().for_each(|id| group.members.get_mut(id).unwrap().protected = true));
        world.set_desired(REGION, "web", 2).unwrap();
        world.pass(10);
        assert!(world.activity_lines(1)[0].starts_with("WaitingForELBConnectionDraining Terminating EC2 instance"));
        world.pass(300);
        let left: Vec<InstanceId> = world.members().into_iter().map(|member| member.instance).collect();
        assert_eq!(left, spared, "two went, the protected four stay although two are wanted");
    }

    #[test]
    fn with_launch_suspended_nothing_is_launched_aws_domain_a2() {
        let mut world = fixture::world_with(|document| {
            document.replace("grace_s = 120", "grace_s = 120, suspended = [\"Launch\"]")
        });
        world.set_desired(REGION, "web", 9).unwrap();
        world.pass(300);
        assert_eq!(world.members().len(), 6);
    }

    #[test]
    fn a_launch_that_fails_is_an_activity_and_is_tried_again_aws_domain_a2() {
        let mut world = fixture::world();
        for image in world.regions.get_mut(REGION).unwrap().images.values_mut() {
            image.state = super::super::super::world::ImageState::Disabled;
        }
        world.set_desired(REGION, "web", 7).unwrap();
        world.pass(10);
        let failed = &world.here().groups["web"].activities.back().unwrap().clone();
        assert_eq!(failed.status, super::super::super::world::ActivityStatus::Failed);
        assert!(failed.message.as_ref().unwrap().ends_with("does not exist. Launching EC2 instance failed."));
        assert!(failed.details().contains("\"Availability Zone\":\"eu-west-1a\""), "{}", failed.details());
        for image in world.regions.get_mut(REGION).unwrap().images.values_mut() {
            image.state = super::super::super::world::ImageState::Available;
        }
        world.pass(180);
        assert_eq!(world.here().groups["web"].in_service(), 7);
    }

    #[test]
    fn launches_go_where_they_succeed_and_the_failed_zone_is_tried_again_later_aws_domain_b4() {
        let mut world = fixture::world();
        let full = Fault::NoCapacity { zone: "eu-west-1a".to_owned() };
        world.apply(full.clone()).unwrap();
        world.set_desired(REGION, "web", 9).unwrap();
        world.pass(60);
        let failures = |world: &World| {
            let all = world.here().groups["web"].activities.iter();
            all.filter(|activity| activity.status == ActivityStatus::Failed).count()
        };
        assert_eq!((world.here().groups["web"].in_service(), failures(&world)), (9, 1), "one failure teaches it");
        let failed = world.here().groups["web"].activities.iter().find(|found| found.message.is_some()).unwrap();
        assert!(
            failed
                .description
                .contains("sufficient m6i.large capacity in the Availability Zone you requested (eu-west-1a)")
        );
        assert_eq!(counts(&world), [2, 4, 3]);
        world.pass(3600);
        let retries = failures(&world);
        assert!((3..=8).contains(&retries), "it goes back with ever longer pauses: {retries}");
        world.heal(&full).unwrap();
        world.pass(1800);
        assert_eq!(counts(&world), [3, 3, 3], "then it balances");
    }

    #[test]
    fn a_group_that_fails_to_launch_for_a_day_is_suspended_by_aws_aws_domain_a2() {
        let mut world = fixture::world();
        world.apply(Fault::KeyDenied { group: "web".to_owned() }).unwrap();
        world.set_desired(REGION, "web", 7).unwrap();
        world.pass(23 * 3600);
        assert!(world.here().groups["web"].suspended.is_empty());
        world.pass(2 * 3600);
        let suspended = &world.here().groups["web"].suspended;
        assert_eq!(suspended.iter().map(|found| found.process).collect::<Vec<_>>(), [Process::Launch]);
        assert!(suspended[0].reason.starts_with("Administrative suspension"), "{}", suspended[0].reason);
    }

    #[test]
    fn whatever_zones_go_and_come_the_group_ends_whole_and_balanced() {
        for seed in 0..8_u64 {
            let mut world = fixture::world_of_seed(seed);
            let mut faults: Vec<Fault> = Vec::new();
            for step in 0..10_i64 {
                let pick = |what: &str, bound: usize| (random::unit(seed, &[what], step) * bound as f64) as usize;
                if !faults.is_empty() && pick("heal", 3) == 0 {
                    let fault = faults.remove(pick("which", faults.len()));
                    world.heal(&fault).unwrap();
                } else {
                    let zone = ["eu-west-1a", "eu-west-1b", "eu-west-1c"][pick("zone", 3)].to_owned();
                    let fault = match pick("kind", 4) {
                        0 => Fault::ZonePowerLoss { zone },
                        1 => Fault::NoCapacity { zone },
                        2 => Fault::EbsStall { zone },
                        _ => Fault::RegionOutage { region: REGION.to_owned() },
                    };
                    world.apply(fault.clone()).unwrap();
                    if !faults.contains(&fault) {
                        faults.push(fault);
                    }
                }
                world.pass(60 + 1500 * u64::try_from(pick("wait", 3)).unwrap());
                conserved(&world, seed);
            }
            for fault in faults {
                world.heal(&fault).unwrap();
            }
            world.pass(3 * 3600);
            conserved(&world, seed);
            let group = &world.here().groups["web"];
            let counts = counts(&world);
            let spread = counts.iter().max().unwrap() - counts.iter().min().unwrap();
            assert_eq!((group.in_service(), group.members.len()), (6, 6), "seed {seed}: {counts:?}");
            assert!(spread <= 1, "seed {seed}: {counts:?}");
            assert!(!group.unsettled, "seed {seed}: settled");
        }
    }

    /// Every member has an instance that is not over, and every instance that is not over is a member of its group.
    fn conserved(world: &World, seed: u64) {
        let group = &world.here().groups["web"];
        let live = |id: &InstanceId| {
            world.here().instances.get(id).is_some_and(|found| found.state != InstanceState::Terminated)
        };
        let settled = group.members.values().filter(|member| member.state == LifecycleState::InService);
        let lost = settled.filter(|member| !live(&member.instance) && member.health == MemberHealth::Healthy).count();
        assert!(lost <= usize::from(group.unsettled) * 6, "seed {seed}: {lost} members without an instance");
        for instance in world.here().instances.values().filter(|found| found.group.is_some() && live(&found.id)) {
            assert!(group.members.contains_key(&instance.id), "seed {seed}: {} is in no group", instance.id);
        }
    }

    /// Members in service by zone.
    fn counts(world: &World) -> [usize; 3] {
        ["eu-west-1a", "eu-west-1b", "eu-west-1c"].map(|zone| {
            let there = |member: &&Member| member.zone == *zone && member.state == LifecycleState::InService;
            world.here().groups["web"].members.values().filter(there).count()
        })
    }
}
