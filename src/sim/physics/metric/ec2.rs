//! `AWS/EC2`: CPU and status checks of instances.

use std::sync::Arc;

use super::super::super::world::{CheckState, Flow, Instance, InstanceState, Service, ServiceName, SimTime, Way};
use super::super::traffic;
use super::{Datapoint, Probe};

/// CPU of an instance without a service, per cent.
const IDLE: f64 = 6.0;

/// A service with what flowed to it in a minute.
struct Carried<'w> {
    service: &'w Service,
    flow: Arc<Flow>,
}

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
            "CPUUtilization" => {
                self.cpu(instance, self.carried(instance.service.as_ref()).as_ref()).map(Datapoint::one)
            }
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

    /// What a service carried in that minute.
    fn carried(&self, service: Option<&ServiceName>) -> Option<Carried<'_>> {
        let service = self.region.services.get(service?)?;
        Some(Carried { service, flow: self.world.flow_of(service, self.at) })
    }

    /// The CPU of an instance, per cent; `None` without power, since then nobody measures it.
    fn cpu(&self, instance: &Instance, carried: Option<&Carried<'_>>) -> Option<f64> {
        let middle = self.at + SimTime::MINUTE / 2;
        let restless = &self.region.restless;
        let dark = restless.dark.get(&instance.zone).and_then(|past| past.at(middle)) == Some(&true);
        let hostless = restless.hostless.get(&instance.id).and_then(|past| past.at(middle)) == Some(&true);
        if dark || hostless {
            return None;
        }
        let noise = 1.0 + 0.09 * self.noise(instance.id.as_str());
        // Nothing arrives while it boots.
        let ready = instance.ready_at.is_none_or(|ready| ready <= self.at);
        let Some(carried) = carried.filter(|_| ready) else { return Some((IDLE * noise).clamp(0.1, 100.0)) };
        let idle = carried.service.demand.idle_cpu;
        let busy = traffic::busy(self.load_on(instance, carried, middle));
        // A full processor is full: what swings is what is left of it.
        Some(((idle + (100.0 - idle) * busy) * (1.0 + (noise - 1.0) * (1.0 - busy * busy))).clamp(0.1, 100.0))
    }

    /// The utilisation of an instance: that of its zone on the busiest of its ways, by its own share of it.
    fn load_on(&self, instance: &Instance, carried: &Carried<'_>, at: SimTime) -> f64 {
        let traffic = &carried.service.traffic;
        let Some(place) = self.region.zones.keys().position(|zone| *zone == instance.zone) else { return 0.0 };
        let registered = |way: &Way| match way {
            Way::Group(arn) => instance.target_groups.contains(arn),
            Way::Classic(name) => instance.classic_balancers.contains(name),
            Way::Direct | Way::Queue => true,
        };
        // One that left its balancers since then answers by its recorded share.
        let anywhere = !traffic.layout.lanes.iter().any(|lane| registered(&lane.way));
        let lanes = traffic.layout.lanes.iter().zip(&carried.flow.lanes);
        let mine = lanes.filter(|(lane, _)| anywhere || registered(&lane.way));
        let load = mine.filter_map(|(_, zones)| zones.get(place)).map(|zone| zone.load / 60.0).fold(0.0, f64::max);
        let share = match traffic.shares.get(&instance.id).and_then(|past| past.at(at)) {
            Some(share) => f64::from(*share),
            None => f64::from(u8::from(!anywhere)),
        };
        load * share
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
        let carried = self.carried(counted.first()?.service.as_ref());
        let cpu = |instance: &Instance| self.cpu(instance, carried.as_ref()).map(Datapoint::one);
        counted.into_iter().filter_map(cpu).reduce(Datapoint::merged)
    }
}
