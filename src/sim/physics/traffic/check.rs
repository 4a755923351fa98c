//! What a load balancer's health check meets: the truth, and what lies between (`aws-domain.md A.3`, `F.7`, `F.8`).
//!
//! Owns: the checks' outcome and which targets may change by themselves. Must stay true: a check that no chance decides
//! has the outcome that the truth has; chance is seeded by target and instant.

use super::super::super::world::{
    Arn, ClassicName, InstanceId, Region, Service, ServiceName, SimTime, TargetReason, Way,
};
use super::super::health;
use super::strain;

/// A target as its balancer checks it.
pub(in super::super) struct Checked<'w> {
    pub region: &'w Region,
    pub way: Way,
    pub instance: &'w str,
    pub service: Option<&'w ServiceName>,
}

impl<'w> Checked<'w> {
    /// A target of a target group.
    pub fn target(region: &'w Region, group: &Arn, instance: &'w str) -> Self {
        let service = region.target_groups.get(group).and_then(|group| group.service.as_ref());
        Self { region, way: Way::Group(group.clone()), instance, service }
    }

    /// An instance behind a classic balancer.
    pub fn classic(region: &'w Region, name: &ClassicName, instance: &'w InstanceId) -> Self {
        let service = region.classic_balancers.get(name).and_then(|classic| classic.service.as_ref());
        Self { region, way: Way::Classic(name.clone()), instance: instance.as_str(), service }
    }

    /// The outcome of the check at `now`.
    ///
    /// # Errors
    /// The reason that it fails for.
    pub fn outcome(&self, seed: u64, now: SimTime) -> Result<(), TargetReason> {
        health::target_check(self.region, self.instance, now)?;
        if self.service().is_some_and(|service| service.health_path_broken.is_some()) {
            return Err(TargetReason::ResponseCodeMismatch);
        }
        let passes = (1.0 - self.loss()) * (1.0 - strain::failed_checks(self.load()));
        let chance = super::super::super::world::random::unit(seed, &["probe", self.instance], now.as_millis());
        if chance < passes { Ok(()) } else { Err(TargetReason::Timeout) }
    }

    /// Whether its checks may turn out one way now and another way later, with nothing changed.
    pub fn is_restless(&self) -> bool {
        self.loss() > 0.0 || self.load() > strain::TOO_MUCH
    }

    fn service(&self) -> Option<&'w Service> {
        self.region.services.get(self.service?)
    }

    /// Checks cross the border of a zone as requests do.
    fn loss(&self) -> f64 {
        let instance = self.region.instances.get(self.instance);
        instance.and_then(|instance| self.region.zones.get(&instance.zone)).map_or(0.0, |zone| zone.causes.loss)
    }

    /// Its utilisation: that of the targets of its zone, by its share of it. One that nothing is sent to has none.
    fn load(&self) -> f64 {
        let load = || {
            let (service, instance) = (self.service()?, self.region.instances.get(self.instance)?);
            let lane = service.traffic.layout.lanes.iter().position(|lane| lane.way == self.way)?;
            let place = self.region.zones.keys().position(|zone| *zone == instance.zone)?;
            let share = service.traffic.shares.get(self.instance).and_then(|past| past.latest());
            let load = service.traffic.flow.lanes.get(lane)?.get(place)?.load;
            Some(load * f64::from(share.copied().unwrap_or(1.0)))
        };
        load().unwrap_or(0.0)
    }
}
