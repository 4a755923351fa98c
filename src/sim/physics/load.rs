//! Load: how a service's traffic spreads over what serves it.
//!
//! Owns: demand, and utilisation from it. Must stay true: a function of the instant, so that it answers for any past
//! minute.

use super::super::world::{Region, Service, SimTime, World, ZoneCounts};

/// What a service did in one minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Load {
    /// Requests a second that clients sent.
    pub rps: f64,
    /// Instances that shared them.
    pub serving: f64,
    /// Demand over capacity: above 1 there is too much.
    pub utilisation: f64,
    /// Share of requests that failed at the targets.
    pub error_share: f64,
    /// Mean response time, seconds.
    pub latency_s: f64,
}

impl World {
    /// The load of `service` in the minute of `at`.
    pub(super) fn load_of(&self, region: &Region, service: &Service, at: SimTime) -> Load {
        let demand = &service.demand;
        let factor = service.factor.at(at).copied().unwrap_or(1.0);
        let rps = demand.rps * self.load.factor(at, self.seed) * factor;
        let (healthy, unhealthy) = shares(region, service, at);
        // With none healthy a load balancer fails open and sends to all (`aws-domain.md A.3`).
        let serving = if healthy > 0.0 { healthy } else { unhealthy };
        let capacity = serving * demand.capacity_rps;
        let utilisation = if capacity > 0.0 { rps / capacity } else { f64::from(u8::from(rps > 0.0)) };
        let overload = (1.0 - 1.0 / utilisation.max(1.0)).max(0.0);
        let broken = if healthy > 0.0 { 0.0 } else { 0.9 };
        let knee = 1.0 / (1.0 - utilisation.clamp(0.0, 0.95));
        Load {
            rps,
            serving,
            utilisation,
            error_share: (demand.error_share + overload + broken).min(1.0),
            latency_s: demand.latency_s * (0.7 + 0.3 * knee),
        }
    }
}

/// Healthy and other instances that stand for a service: its targets, or its groups' members if it has no balancer.
fn shares(region: &Region, service: &Service, at: SimTime) -> (f64, f64) {
    let mut counts = ZoneCounts::default();
    let targets = service.target_groups.iter().filter_map(|arn| region.target_groups.get(arn)?.serving.at(at));
    let classics =
        service.classic_balancers.iter().filter_map(|name| region.classic_balancers.get(name)?.serving.at(at));
    for zone in targets.chain(classics).flat_map(|zones| zones.values()) {
        counts.healthy += zone.healthy;
        counts.unhealthy += zone.unhealthy;
    }
    if service.target_groups.is_empty() && service.classic_balancers.is_empty() {
        let members = service.groups.iter().filter_map(|name| region.groups.get(name)?.serving.at(at));
        counts.healthy = members.flat_map(|zones| zones.values()).sum();
    }
    (f64::from(counts.healthy), f64::from(counts.unhealthy))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::fault::Fault;
    use super::super::fixture;
    use super::*;

    fn load(world: &World) -> Load {
        world.load_of(world.here(), &world.here().services["web"], world.now)
    }

    #[test]
    fn traffic_spreads_over_what_serves() {
        // 300 requests a second over six targets; the classic balancer takes none of this service's traffic.
        let mut world = fixture::world();
        let calm = load(&world);
        assert!((calm.rps - 300.0).abs() < 1e-9 && (calm.serving - 6.0).abs() < 1e-9, "{calm:?}");
        world.change_group(|group| group.health_checks.clear());
        for member in world.members().into_iter().take(3) {
            world.cause(&member.instance, |causes| causes.release_broken = Some(SimTime::from_seconds(0)));
        }
        world.pass(180);
        let half = load(&world);
        assert!((half.utilisation / calm.utilisation - 2.0).abs() < 1e-9, "half serves, each does double: {half:?}");
    }

    #[test]
    fn a_balancer_with_none_healthy_fails_open_aws_domain_a3() {
        let mut world = fixture::world();
        world.change_group(|group| group.health_checks.clear());
        for member in world.members() {
            world.cause(&member.instance, |causes| causes.release_broken = Some(SimTime::from_seconds(0)));
        }
        world.pass(180);
        let open = load(&world);
        assert!(open.serving > 0.0 && open.error_share > 0.5, "{open:?}");
    }

    #[test]
    fn overload_fails_what_is_too_much() {
        let mut world = fixture::world();
        world.apply(Fault::Load { service: Some("web".to_owned()), factor: 8.0 }).unwrap();
        let over = load(&world);
        assert!((over.utilisation - 4.0).abs() < 1e-9 && over.error_share > 0.7, "{over:?}");
        world.heal(&Fault::Load { service: Some("web".to_owned()), factor: 8.0 }).unwrap();
        assert!(load(&world).utilisation < 0.6);
        assert!(world.heal(&Fault::Load { service: None, factor: 8.0 }).is_err());
    }
}
