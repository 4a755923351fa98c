//! How large a group is to be, and everything else that `UpdateAutoScalingGroup` sets.
//!
//! Owns: the limits and their refusals. Must stay true: the desired capacity lies between minimum and maximum after every
//! request; a request that is refused has changed nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use super::super::super::world::{
    ActivityStatus, AutoScalingGroup, GroupName, HealthCheckType, MaintenancePolicy, SubnetId, TemplateRef, ZoneName,
};
use super::super::{Refused, Scene};
use super::refuse::no_group;

/// What `UpdateAutoScalingGroup` sets; what is `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct GroupUpdate {
    /// `MinSize`.
    pub min: Option<u32>,
    /// `MaxSize`.
    pub max: Option<u32>,
    /// `DesiredCapacity`.
    pub desired: Option<u32>,
    /// `VPCZoneIdentifier`.
    pub subnets: Option<Vec<SubnetId>>,
    /// `HealthCheckType`.
    pub health_checks: Option<Vec<HealthCheckType>>,
    /// `HealthCheckGracePeriod`.
    pub grace_s: Option<u32>,
    /// `DefaultCooldown`.
    pub cooldown_s: Option<u32>,
    /// `DefaultInstanceWarmup`; `Some(None)` turns it off.
    pub warmup_s: Option<Option<u32>>,
    /// `TerminationPolicies`.
    pub termination_policies: Option<Vec<String>>,
    /// `NewInstancesProtectedFromScaleIn`.
    pub protect_new: Option<bool>,
    /// `CapacityRebalance`.
    pub capacity_rebalance: Option<bool>,
    /// `InstanceMaintenancePolicy`; `Some(None)` takes it away.
    pub maintenance: Option<Option<MaintenancePolicy>>,
    /// `AvailabilityZoneDistribution.CapacityDistributionStrategy`.
    pub distribution: Option<String>,
    /// `AvailabilityZoneImpairmentPolicy.ZonalShiftEnabled`.
    pub zonal_shift: Option<bool>,
    /// `AvailabilityZoneImpairmentPolicy.ImpairedZoneHealthCheckBehavior`.
    pub impaired_zone: Option<String>,
    /// `InstanceLifecyclePolicy`.
    pub retain_abandoned: Option<bool>,
    /// `LaunchTemplate`.
    pub template: Option<TemplateRef>,
}

impl Scene<'_> {
    /// Sets the desired capacity.
    ///
    /// # Errors
    /// AWS's sentence when the group is unknown, the limits do not allow it, or a cooldown that is to be honoured runs.
    pub fn set_desired_capacity(&mut self, name: &str, desired: u32, honor_cooldown: bool) -> Result<(), Refused> {
        let now = self.now;
        let group = self.group_named(name)?;
        let bound = if desired > group.max {
            Some(("above max", group.max))
        } else {
            (desired < group.min).then_some(("below min", group.min))
        };
        if let Some((side, bound)) = bound {
            return Err(Refused::validation(format!(
                "New SetDesiredCapacity value {desired} is {side} value {bound} for the AutoScalingGroup."
            )));
        }
        if honor_cooldown {
            self.cooled_down(group)?;
        }
        let before = group.desired;
        let Some(group) = self.region.groups.get_mut(name) else { return Ok(()) };
        group.desired = desired;
        group.unsettled = true;
        if before != desired {
            group.request = Some(format!(
                "At {} a user request explicitly set group desired capacity changing the desired capacity from {before} to \
                 {desired}.",
                now.rfc3339_seconds()
            ));
        }
        Ok(())
    }

    /// Whether no activity runs, and none ended within the cooldown.
    fn cooled_down(&self, group: &AutoScalingGroup) -> Result<(), Refused> {
        let cooldown = Duration::from_secs(u64::from(group.cooldown_s));
        let blocks = group.activities.iter().rev().find(|activity| match activity.ended_at {
            None => true,
            Some(ended) => activity.status == ActivityStatus::Successful && self.now.since(ended) < cooldown,
        });
        match blocks {
            None => Ok(()),
            Some(activity) => Err(Refused::new(
                "ScalingActivityInProgress",
                format!("Scaling activity {} is in progress and blocks this action", activity.id),
            )),
        }
    }

    /// Changes a group.
    ///
    /// # Errors
    /// AWS's sentence about the first value that does not fit the others.
    pub fn update_group(&mut self, name: &str, update: GroupUpdate) -> Result<(), Refused> {
        let group = self.group_named(name)?;
        let (min, max) = (update.min.unwrap_or(group.min), update.max.unwrap_or(group.max));
        if min > max {
            return Err(Refused::validation(format!(
                "Max bound, {max}, must be greater than or equal to min bound, {min}"
            )));
        }
        if let Some(desired) = update.desired.filter(|desired| !(min..=max).contains(desired)) {
            return Err(Refused::validation(format!(
                "Desired capacity:{desired} must be between the specified min size:{min} and max size:{max}"
            )));
        }
        let places = update.subnets.as_ref().map(|subnets| self.zones_of(subnets)).transpose()?;
        if let Some(template) = &update.template {
            let known = self.region.templates.get(&template.id).and_then(|found| found.resolve(template.version));
            if known.is_none() {
                return Err(Refused::validation(format!(
                    "You must use a valid fully-formed launch template. Could not find launch template version {} of {}.",
                    template.version, template.id
                )));
            }
        }
        let now = self.now.rfc3339_seconds();
        let Some(group) = self.region.groups.get_mut(name) else { return Err(no_group(name)) };
        let before = group.desired;
        (group.min, group.max) = (min, max);
        // A limit that passes the desired capacity takes it along.
        group.desired = update.desired.unwrap_or(before).clamp(min, max);
        if group.desired != before {
            group.request = Some(format!(
                "At {now} a user request update of AutoScalingGroup constraints to min: {min}, max: {max}, desired: {} \
                 changing the desired capacity from {before} to {}.",
                group.desired, group.desired
            ));
        }
        if let (Some(subnets), Some(zones)) = (update.subnets.clone(), places) {
            (group.subnets, group.zones) = (subnets, zones);
        }
        set_rest(group, update);
        group.unsettled = true;
        let name: GroupName = group.name.clone();
        self.manage_group_shifts(&name);
        Ok(())
    }

    /// The zones of subnets, each once, in the subnets' order.
    fn zones_of(&self, subnets: &[SubnetId]) -> Result<Vec<ZoneName>, Refused> {
        let mut zones: Vec<ZoneName> = Vec::new();
        let mut seen = BTreeSet::new();
        for id in subnets {
            let missing = || Refused::validation(format!("The subnet ID '{id}' does not exist"));
            let subnet = self.region.subnets.get(id).ok_or_else(missing)?;
            if !seen.insert(id) {
                return Err(Refused::validation(format!("The subnet ID '{id}' is specified more than once")));
            }
            if !zones.contains(&subnet.zone) {
                zones.push(subnet.zone.clone());
            }
        }
        if zones.is_empty() {
            return Err(Refused::validation("At least one Availability Zone or VPC Subnet is required."));
        }
        Ok(zones)
    }
}

fn set_rest(group: &mut AutoScalingGroup, update: GroupUpdate) {
    fn put<T>(place: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *place = value;
        }
    }
    put(&mut group.health_checks, update.health_checks);
    put(&mut group.grace_s, update.grace_s);
    put(&mut group.cooldown_s, update.cooldown_s);
    put(&mut group.warmup_s, update.warmup_s);
    put(&mut group.termination_policies, update.termination_policies);
    put(&mut group.protect_new, update.protect_new);
    put(&mut group.capacity_rebalance, update.capacity_rebalance);
    put(&mut group.maintenance_policy, update.maintenance);
    put(&mut group.distribution, update.distribution);
    put(&mut group.zonal_shift_enabled, update.zonal_shift);
    if update.impaired_zone.is_some() {
        group.impaired_zone_behavior = update.impaired_zone;
    }
    put(&mut group.retain_abandoned, update.retain_abandoned);
    put(&mut group.template, update.template);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::super::world::{LifecycleState, World};
    use super::super::super::fixture::{self, REGION};
    use super::*;

    fn sizes(world: &World) -> (u32, u32, u32) {
        let group = &world.here().groups["web"];
        (group.min, group.desired, group.max)
    }

    #[test]
    fn the_limits_hold_and_refuse_in_the_words_of_aws_aws_domain_c1() {
        let mut world = fixture::world();
        let mut scene = world.scene(REGION).unwrap();
        let refused = scene.set_desired_capacity("web", 13, false).unwrap_err();
        assert_eq!(refused.words, "New SetDesiredCapacity value 13 is above max value 12 for the AutoScalingGroup.");
        let refused = scene.set_desired_capacity("web", 1, false).unwrap_err();
        assert_eq!(refused.words, "New SetDesiredCapacity value 1 is below min value 2 for the AutoScalingGroup.");
        let update = |min, max, desired| GroupUpdate { min, max, desired, ..GroupUpdate::default() };
        assert!(
            scene.update_group("web", update(Some(13), None, None)).unwrap_err().words.starts_with("Max bound, 12")
        );
        assert!(scene.update_group("web", update(None, None, Some(13))).is_err());
        assert_eq!(sizes(&world), (2, 6, 12));
        world.scene(REGION).unwrap().update_group("web", update(Some(7), Some(8), None)).unwrap();
        assert_eq!(sizes(&world), (7, 7, 8), "a limit takes the desired capacity along");
        world.pass(60);
        assert_eq!(world.here().groups["web"].in_service(), 7);
    }

    #[test]
    fn a_cooldown_that_is_honoured_refuses_aws_domain_a2() {
        let mut world = fixture::world();
        world.pass(3600);
        world.scene(REGION).unwrap().set_desired_capacity("web", 7, true).unwrap();
        world.pass(20);
        let refused = world.scene(REGION).unwrap().set_desired_capacity("web", 8, true).unwrap_err();
        assert_eq!(refused.code, "ScalingActivityInProgress");
        world.scene(REGION).unwrap().set_desired_capacity("web", 8, false).unwrap();
        world.pass(400);
        world.scene(REGION).unwrap().set_desired_capacity("web", 9, true).unwrap();
    }

    #[test]
    fn a_group_that_leaves_a_zone_launches_elsewhere_before_it_ends_who_is_there_aws_domain_c3() {
        let mut world = fixture::world();
        let group = &world.here().groups["web"];
        let left = group.subnets.iter().find(|id| world.here().subnets[*id].zone == *"eu-west-1b").unwrap().clone();
        let subnets: Vec<SubnetId> = group.subnets.iter().filter(|id| **id != left).cloned().collect();
        let update = GroupUpdate { subnets: Some(subnets), ..GroupUpdate::default() };
        world.scene(REGION).unwrap().update_group("web", update).unwrap();
        let mut least = usize::MAX;
        for _ in 0..240 {
            world.pass(5);
            least = least.min(world.here().groups["web"].in_service());
        }
        let zones: BTreeSet<String> = world.members().iter().map(|member| member.zone.to_string()).collect();
        assert_eq!(zones.into_iter().collect::<Vec<_>>(), ["eu-west-1a", "eu-west-1c"]);
        let serving = world.members().iter().filter(|member| member.state == LifecycleState::InService).count();
        assert_eq!((serving, least), (6, 6), "capacity never falls");
        let unknown = GroupUpdate { subnets: Some(vec!["subnet-0".into()]), ..GroupUpdate::default() };
        let refused = world.scene(REGION).unwrap().update_group("web", unknown).unwrap_err();
        assert_eq!(refused.words, "The subnet ID 'subnet-0' does not exist");
    }
}
