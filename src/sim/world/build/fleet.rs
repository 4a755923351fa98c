//! Builds instances outside of groups, and makes any launched instance one that has run for a while.

use std::time::Duration;

use super::super::document::{EventDoc, InstanceDoc, RegionDoc, WorldError};
use super::super::{
    AllocationId, Arn, CheckState, ClassicName, ClassicReason, ClassicState, EventCode, InstanceChecks, InstanceId,
    InstanceState, Market, ScheduledEvent, SecurityGroup, SimTime, TargetKey, TargetState,
};
use super::site::{Site, word};
use crate::sim::physics::{Launch, enter_target, set_classic, target_standing, user_shutdown};

impl Site<'_> {
    pub(super) fn build_instances(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        for (index, instance) in doc.instances.iter().enumerate() {
            let path = self.path("instances", index);
            let id = self.instance(&path, instance)?;
            self.instances.add(&path, &instance.name, id.clone())?;
            for target_group in &instance.target_groups {
                let arn = self.target_groups.find(&format!("{path}.target_groups"), target_group)?;
                self.settle_target(&arn, &id, self.ago(instance.age.0));
            }
            self.put_in_state(&path, instance, &id)?;
        }
        Ok(())
    }

    fn instance(&mut self, path: &str, doc: &InstanceDoc) -> Result<InstanceId, WorldError> {
        let zone = self.zone(&format!("{path}.zone"), &doc.zone)?;
        let service = self.service(&format!("{path}.service"), doc.service.as_deref())?;
        let launch = Launch {
            subnet: self.subnet(path, &zone, doc.elastic_ip)?,
            image: self.images.find(&format!("{path}.image"), &doc.image)?,
            instance_type: doc.instance_type.clone(),
            key_name: Some("ops".to_owned()),
            instance_profile: None,
            security_groups: vec![SecurityGroup { id: self.security_group(), name: doc.name.clone() }],
            market: if doc.spot { Market::Spot } else { Market::OnDemand },
            detailed_monitoring: false,
            template: None,
            group: None,
            tags: Self::tags(Some(&doc.name), service.as_ref(), &doc.tags),
            service,
            data_volumes: doc.volumes.iter().map(|volume| (volume.device.clone(), volume.size_gib)).collect(),
            boot_s: doc.boot_s.unwrap_or(45),
            broken: false,
        };
        let at = self.ago(doc.age.0);
        self.scene.now = at;
        let launched = self.scene.launch(launch);
        self.scene.now = self.start;
        let id = launched.map_err(|failure| WorldError::invalid(path, failure.to_string()))?;
        self.settle_instance(&id, at);
        let events = (doc.events.iter().enumerate())
            .map(|(index, event)| self.event(&format!("{path}.events[{index}]"), event))
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(instance) = self.region().instances.get_mut(&id) {
            instance.events = events;
            instance.termination_protection = doc.termination_protection;
            instance.public_ip = None;
            if doc.no_auto_recovery {
                instance.auto_recovery = "disabled".to_owned();
            }
        }
        if doc.elastic_ip {
            let allocation = self.add_address(&doc.name);
            self.associate(&allocation, &id);
        }
        Ok(id)
    }

    fn associate(&mut self, allocation: &AllocationId, id: &InstanceId) {
        let association = self.scene.mint.id("eipassoc");
        let region = self.region();
        let Some(address) = region.addresses.get_mut(allocation) else { return };
        let Some(instance) = region.instances.get_mut(id) else { return };
        address.association = Some(association);
        address.instance = Some(id.clone());
        address.private_ip = instance.private_ip;
        address.interface = Some(instance.interface.clone());
        instance.public_ip = Some(address.public_ip);
    }

    fn event(&mut self, path: &str, doc: &EventDoc) -> Result<ScheduledEvent, WorldError> {
        let code = word(&format!("{path}.code"), &doc.code, EventCode::ALL, EventCode::as_str)?;
        let two_hours = Duration::from_secs(7200);
        let id = self.scene.mint.id("instance-event");
        match (doc.begins_in, doc.completed) {
            (Some(wait), None) => {
                let not_before = (self.start + wait.0).whole_second();
                let ends = !matches!(code, EventCode::InstanceRetirement | EventCode::InstanceStop);
                Ok(ScheduledEvent {
                    id,
                    code,
                    description: doc.description.clone(),
                    not_before,
                    not_after: ends.then(|| not_before + two_hours),
                    not_before_deadline: ends.then(|| not_before + Duration::from_secs(7 * 86_400)),
                })
            }
            // Finished events stay for up to a week, marked so (`aws-domain.md A.1`).
            (None, Some(age)) => Ok(ScheduledEvent {
                id,
                code,
                description: format!("[Completed] {}", doc.description),
                not_before: self.ago(age.0 + two_hours),
                not_after: Some(self.ago(age.0)),
                not_before_deadline: None,
            }),
            _ => Err(WorldError::invalid(path, "an event has either \"in\" or \"completed\"")),
        }
    }

    /// Makes a launched instance one that has run since shortly after `at`.
    pub(super) fn settle_instance(&mut self, id: &InstanceId, at: SimTime) {
        let region = self.region();
        let Some(instance) = region.instances.get_mut(id) else { return };
        instance.state = InstanceState::Running;
        instance.state_since = at + Duration::from_secs(12);
        instance.ready_at = Some(at + Duration::from_secs(12 + u64::from(instance.boot_s)));
        instance.checks = InstanceChecks::all(CheckState::Ok);
        instance.step_at = None;
        let image = instance.image.clone();
        if let Some(image) = region.images.get_mut(&image) {
            image.last_launched_at = image.last_launched_at.max(Some(at));
        }
    }

    /// Registers an instance as one whose checks passed long ago.
    pub(super) fn settle_target(&mut self, group: &Arn, id: &InstanceId, at: SimTime) {
        self.scene.now = at;
        self.scene.register_target(group, id);
        self.scene.now = self.start;
        let region = self.region();
        let standing = region.target_groups.get(group).map(|found| {
            let key = TargetKey { id: id.to_string(), port: found.port };
            let standing = target_standing(region, found, &key);
            (key, standing)
        });
        let Some((key, standing)) = standing else { return };
        let Some(target) = region.target_groups.get_mut(group).and_then(|found| found.targets.get_mut(&key)) else {
            return;
        };
        match standing {
            Ok(()) => enter_target(target, TargetState::Healthy, None, at + Duration::from_secs(60)),
            Err((state, reason)) => enter_target(target, state, Some(reason), at),
        }
        target.check_at = None;
    }

    pub(super) fn settle_classic(&mut self, balancer: &ClassicName, id: &InstanceId, at: SimTime) {
        self.scene.now = at;
        self.scene.register_classic(balancer, id);
        self.scene.now = self.start;
        let classic = self.region().classic_balancers.get_mut(balancer);
        if let Some(member) = classic.and_then(|found| found.members.get_mut(id)) {
            set_classic(member, ClassicState::InService, ClassicReason::None, "N/A");
            member.check_at = None;
        }
    }

    /// Stops or ends an instance that the document does not want to run.
    fn put_in_state(&mut self, path: &str, doc: &InstanceDoc, id: &InstanceId) -> Result<(), WorldError> {
        let state = match doc.state.as_deref() {
            None | Some("running") => return Ok(()),
            Some("stopped") => InstanceState::Stopped,
            Some("terminated") => InstanceState::Terminated,
            Some(other) => {
                let message = format!("\"{other}\" is none of running, stopped, terminated");
                return Err(WorldError::invalid(format!("{path}.state"), message));
            }
        };
        let since = self.ago(doc.state_age.map_or(Duration::from_secs(600), |age| age.0));
        self.scene.now = since;
        self.scene.end_at_once(id, state, user_shutdown());
        self.scene.now = self.start;
        Ok(())
    }
}
