//! `AWS/EC2`: CPU and status checks of instances.

use std::sync::Arc;

use super::super::super::world::{CheckState, Flow, Instance, InstanceState, Service, ServiceName, SimTime, Way};
use super::super::traffic;
use super::past::words;
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
        match self.name {
            "CPUUtilization" => {
                self.cpu(instance, self.carried(instance.service.as_ref()).as_ref()).map(Datapoint::one)
            }
            "StatusCheckFailed" => self.failed(instance, &[0, 1]),
            "StatusCheckFailed_System" => self.failed(instance, &[0]),
            "StatusCheckFailed_Instance" => self.failed(instance, &[1]),
            "StatusCheckFailed_AttachedEBS" => self.failed(instance, &[2]),
            _ => None,
        }
    }

    /// Whether it did not run in that minute.
    fn rested(&self, instance: &Instance) -> bool {
        let resting = !matches!(instance.state, InstanceState::Running | InstanceState::Pending);
        resting && instance.state_since <= self.at
    }

    /// Whether one of these checks had failed in that minute; `None` when AWS could not tell.
    fn failed(&self, instance: &Instance, which: &[usize]) -> Option<Datapoint> {
        let past = self.region.restless.checks.get(&instance.id);
        let then = past.and_then(|past| past.at(self.at + SimTime::MINUTE / 2)).copied();
        let words = then.unwrap_or_else(|| words(&instance.checks));
        let states: Vec<CheckState> = which.iter().filter_map(|place| words.get(*place).copied()).collect();
        let failed = states.contains(&CheckState::Impaired);
        let untold = states.iter().all(|state| *state == CheckState::InsufficientData);
        (!untold).then(|| Datapoint::one(f64::from(u8::from(failed))))
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
