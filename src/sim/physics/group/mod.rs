//! Auto Scaling groups: what they have is brought to what they want (`aws-domain.md A.2`, `C.1`).
//!
//! Owns: the reconciliation, in the order judge, replace, launch, end. Must stay true: suspended processes are
//! honoured with their traps; whatever a group does is an activity with its cause.

mod activity;
mod balance;
mod judge;
mod member;
mod schedule;

use std::time::Duration;

use super::super::world::{
    AutoScalingGroup, GroupName, InstanceId, InstanceState, LifecycleState, Process, SubnetId, Tags, TemplateChoice,
    TemplateRef, ZoneName,
};
use super::{Launch, LaunchFailure, Scene};

/// How long a group waits after a failed launch before it tries again.
const RETRY_AFTER: Duration = Duration::from_secs(60);

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
            self.replace_unhealthy(&name);
            self.scale(&name);
        }
    }

    /// Takes members out of the group whose instances have ended.
    fn finish_exits(&mut self, name: &GroupName) {
        let Some(group) = self.region.groups.get(name) else { return };
        let ended = |id: &InstanceId| {
            self.region.instances.get(id).is_none_or(|found| found.state == InstanceState::Terminated)
        };
        let leaving = group.members.values().filter(|member| {
            matches!(member.state, LifecycleState::Terminating | LifecycleState::TerminatingProceed)
                && member.step_at.is_none()
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
        let now = self.now;
        let Some(group) = self.region.groups.get(name) else { return };
        let have =
            u32::try_from(group.members.values().filter(|member| member.state.counts()).count()).unwrap_or(u32::MAX);
        if have < group.desired && !group.is_suspended(Process::Launch) && group.retry_at.is_none_or(|at| at <= now) {
            for step in have..group.desired {
                let cause = self.capacity_cause(name, step, step + 1);
                if self.add_member(name, &cause).is_err() {
                    break;
                }
            }
        } else if have > group.desired && !group.is_suspended(Process::Terminate) {
            for step in (group.desired..have).rev() {
                let Some(victim) = self.scale_in_victim(name) else { break };
                let cause = format!(
                    "{}  At {} instance {victim} was selected for termination.",
                    self.capacity_cause(name, step + 1, step),
                    now.rfc3339_seconds()
                );
                self.remove_member(name, &victim, &cause);
            }
        }
        if let Some(group) = self.region.groups.get_mut(name) {
            group.request = None;
            group.unsettled |= group.retry_at.is_some_and(|at| at > now);
        }
    }

    /// Launches a member into the emptiest zone; a failure is an activity too.
    fn add_member(&mut self, name: &GroupName, cause: &str) -> Result<(), LaunchFailure> {
        let Some((zone, subnet)) = self.emptiest_zone(name) else { return Err(LaunchFailure::NoTemplate) };
        match self.launch_for_group(name, &zone, &subnet) {
            Ok(id) => {
                self.begin_member(name, &id, cause);
                Ok(())
            }
            Err(failure) => {
                self.fail_activity(name, &zone, &subnet, cause, &failure);
                let retry = self.now + RETRY_AFTER;
                if let Some(group) = self.region.groups.get_mut(name) {
                    group.retry_at = Some(retry);
                }
                Err(failure)
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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
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
}
