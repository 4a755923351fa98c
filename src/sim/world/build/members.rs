//! Builds members of groups that have served for a while, and the activities that brought them in.

use std::time::Duration;

use super::super::document::{GroupDoc, WorldError};
use super::super::{
    Activity, ActivityStatus, GroupName, InstanceId, LifecycleState, Member, MemberHealth, SimTime, SubnetId, ZoneName,
    random,
};
use super::site::Site;

/// How far back activities are kept (`aws-domain.md A.2`).
const ACTIVITIES_KEPT: Duration = Duration::from_secs(42 * 86_400);

/// From launch to service.
const TO_SERVICE: Duration = Duration::from_secs(38);

impl Site<'_> {
    pub(super) fn launch_members(&mut self, path: &str, doc: &GroupDoc, name: &GroupName) -> Result<(), WorldError> {
        for index in 0..doc.desired {
            let subnet = self.scene.region.groups.get(name).and_then(|group| {
                let place = usize::try_from(index).unwrap_or_default() % group.subnets.len().max(1);
                Some((group.zones.get(place)?.clone(), group.subnets.get(place)?.clone()))
            });
            let Some((zone, subnet)) = subnet else { return Err(WorldError::invalid(path, "the group has no subnet")) };
            // Members come one after the other; some are younger, having replaced one that failed since.
            let step = doc.members_age.0.saturating_sub(Duration::from_secs(95) * index);
            let chance = random::unit(self.scene.seed, &["young", &doc.name], i64::from(index));
            let young = chance < 0.15;
            let age = if young { step.mul_f64(0.1 + chance * 4.0) } else { step };
            let at = self.ago(age.max(Duration::from_secs(1800)));
            self.member_since(path, name, (&zone, &subnet), at, young)?;
        }
        if let Some(group) = self.region().groups.get_mut(name) {
            group.activities.make_contiguous().sort_by_key(|activity| activity.started_at);
        }
        self.leave_members(path, doc, name)
    }

    /// Launches a member that has served since shortly after `at`.
    pub(super) fn member_since(
        &mut self,
        path: &str,
        name: &GroupName,
        (zone, subnet): (&ZoneName, &SubnetId),
        at: SimTime,
        young: bool,
    ) -> Result<InstanceId, WorldError> {
        self.scene.now = at;
        let launched = self.scene.launch_for_group(name, zone, subnet);
        self.scene.now = self.start;
        let id = launched.map_err(|failure| WorldError::invalid(path, failure.to_string()))?;
        self.settle_instance(&id, at);
        self.settle_member(name, &id, at, young);
        Ok(id)
    }

    /// Makes a launched instance a member that has served since `at`; `young` ones took the place of one that failed.
    fn settle_member(&mut self, name: &GroupName, id: &InstanceId, at: SimTime, young: bool) {
        let Some(instance) = self.scene.region.instances.get(id) else { return };
        let (zone, instance_type, template) =
            (instance.zone.clone(), instance.instance_type.clone(), instance.template.clone());
        let subnet = instance.subnet.clone();
        let Some(group) = self.scene.region.groups.get_mut(name) else { return };
        let before = group.members.len();
        let in_service_at = at + TO_SERVICE;
        group.members.insert(
            id.clone(),
            Member {
                instance: id.clone(),
                zone: zone.clone(),
                instance_type,
                state: LifecycleState::InService,
                state_since: in_service_at,
                health: MemberHealth::Healthy,
                protected: group.protect_new,
                template,
                in_service_at: Some(in_service_at),
                activity: None,
                step_at: None,
                intent: super::super::Intent::default(),
            },
        );
        let (target_groups, balancers) = (group.target_groups.clone(), group.classic_balancers.clone());
        for target_group in target_groups {
            self.settle_target(&target_group, id, at + Duration::from_secs(30));
        }
        for balancer in balancers {
            self.settle_classic(&balancer, id, at + Duration::from_secs(30));
        }
        if self.start.since(at) < ACTIVITIES_KEPT {
            self.remember_launch(name, id, &Launched { at, zone, subnet, before, young });
        }
    }

    /// The activities that a launch of the past left behind.
    fn remember_launch(&mut self, name: &GroupName, id: &InstanceId, launched: &Launched) {
        let stamp = launched.at.rfc3339_seconds();
        let activity =
            |activity_id: String, instance: InstanceId, description: String, cause: String, length: Duration| {
                Activity {
                    id: activity_id,
                    description,
                    cause,
                    started_at: launched.at,
                    ended_at: Some(launched.at + length),
                    status: ActivityStatus::Successful,
                    message: None,
                    progress: 100,
                    zone: launched.zone.clone(),
                    subnet: launched.subnet.clone(),
                    instance: Some(instance),
                }
            };
        let cause = if launched.young {
            format!("At {stamp} an instance was launched in response to an unhealthy instance needing to be replaced.")
        } else {
            let (from, to) = (launched.before, launched.before + 1);
            format!(
                "At {stamp} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from {from} to {to}."
            )
        };
        let mut activities = Vec::new();
        if launched.young {
            let failed = InstanceId::from(self.scene.mint.id("i"));
            let cause = format!(
                "At {stamp} an instance was taken out of service in response to an EC2 instance status checks failure."
            );
            let description = format!("Terminating EC2 instance: {failed}");
            activities.push(activity(self.scene.mint.uuid(), failed, description, cause, Duration::from_secs(164)));
        }
        let description = format!("Launching a new EC2 instance: {id}");
        activities.push(activity(self.scene.mint.uuid(), id.clone(), description, cause, TO_SERVICE));
        if let Some(group) = self.scene.region.groups.get_mut(name) {
            group.activities.extend(activities);
        }
    }
}

/// A launch of the past.
struct Launched {
    at: SimTime,
    zone: ZoneName,
    subnet: Option<SubnetId>,
    /// Members before it.
    before: usize,
    young: bool,
}
