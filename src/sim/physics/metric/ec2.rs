//! `AWS/EC2`: CPU and status checks of instances.

use super::super::super::world::{CheckState, Instance, InstanceState};
use super::{Datapoint, Probe};

/// CPU of an instance without a service, per cent.
const IDLE: f64 = 6.0;

impl Probe<'_> {
    pub(super) fn ec2(&self) -> Option<Datapoint> {
        if self.dimensions.are(&["AutoScalingGroupName"]) {
            return self.group_cpu();
        }
        if !self.dimensions.are(&["InstanceId"]) {
            return None;
        }
        let instance = self.region.instances.get(self.dimensions.get("InstanceId")?)?;
        if instance.launched_at > self.at || self.rested(instance) {
            return None;
        }
        let failed =
            |states: &[CheckState]| Datapoint::one(f64::from(u8::from(states.contains(&CheckState::Impaired))));
        let checks = &instance.checks;
        match self.name {
            "CPUUtilization" => Some(Datapoint::one(self.cpu(instance, self.load_on(instance)))),
            "StatusCheckFailed" => Some(failed(&[self.then(checks.system), self.then(checks.instance)])),
            "StatusCheckFailed_System" => Some(failed(&[self.then(checks.system)])),
            "StatusCheckFailed_Instance" => Some(failed(&[self.then(checks.instance)])),
            "StatusCheckFailed_AttachedEBS" => Some(failed(&[self.then(checks.ebs)])),
            _ => None,
        }
    }

    /// Whether it did not run in that minute.
    fn rested(&self, instance: &Instance) -> bool {
        let resting = !matches!(instance.state, InstanceState::Running | InstanceState::Pending);
        resting && instance.state_since <= self.at
    }

    /// A check as it was in that minute: impaired only since it is.
    fn then(&self, check: super::super::super::world::Check) -> CheckState {
        match check.impaired_since {
            Some(since) if since > self.at => CheckState::Ok,
            _ => check.state,
        }
    }

    /// Idle CPU and utilisation of the service that an instance carries.
    fn load_on(&self, instance: &Instance) -> Option<(f64, f64)> {
        let service = self.region.services.get(instance.service.as_ref()?)?;
        Some((service.demand.idle_cpu, self.world.load_of(self.region, service, self.at).utilisation))
    }

    fn cpu(&self, instance: &Instance, load: Option<(f64, f64)>) -> f64 {
        let noise = 1.0 + 0.09 * self.noise(instance.id.as_str());
        // Nothing arrives while it boots.
        let ready = instance.ready_at.is_none_or(|ready| ready <= self.at);
        let Some((idle, utilisation)) = load.filter(|_| ready) else { return (IDLE * noise).clamp(0.1, 100.0) };
        ((idle + (100.0 - idle) * utilisation.min(1.0)) * noise).clamp(0.1, 100.0)
    }

    /// Over all members, as `AutoScalingGroupName` aggregates it.
    fn group_cpu(&self) -> Option<Datapoint> {
        if self.name != "CPUUtilization" {
            return None;
        }
        let group = self.region.groups.get(self.dimensions.get("AutoScalingGroupName")?)?;
        let members = group.members.keys().filter_map(|id| self.region.instances.get(id));
        // Before the start, today's members stand for those that were there then.
        let before_start = self.at < self.world.started_at;
        let counted =
            members.filter(|instance| before_start || (instance.launched_at <= self.at && !self.rested(instance)));
        let counted: Vec<&Instance> = counted.collect();
        // Members of a group carry the same service.
        let load = self.load_on(counted.first()?);
        counted.into_iter().map(|instance| Datapoint::one(self.cpu(instance, load))).reduce(Datapoint::merged)
    }
}
