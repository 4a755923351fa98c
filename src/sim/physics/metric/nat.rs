//! `AWS/NATGateway`: what goes out through a gateway, and what it drops.
//!
//! Must stay true: the gateway counts what instances of all zones send through it, and says zero where there is nothing: these
//! counters are not absent as those of balancers are.

use super::super::super::world::{NatGateway, SimTime, ZoneName};
use super::super::traffic;
use super::{Datapoint, Probe};

/// Packets and bytes out of the network for a call.
const PER_CALL: (f64, f64) = (14.0, 9_200.0);
/// Packets a minute without any call: package mirrors, time servers, agents.
const IDLE: f64 = 2_400.0;
/// Bytes of such a packet.
const IDLE_BYTES: f64 = 310.0;

impl Probe<'_> {
    pub(super) fn gateway(&self) -> Option<Datapoint> {
        if !self.dimensions.are(&["NatGatewayId"]) {
            return None;
        }
        let gateway = self.region.nat_gateways.get(self.dimensions.get("NatGatewayId")?)?;
        let middle = self.at + SimTime::MINUTE / 2;
        if self.region.restless.dark.get(&gateway.zone).and_then(|past| past.at(middle)) == Some(&true) {
            return None;
        }
        let drops = gateway.dropping.at(middle).copied().unwrap_or(0.0);
        let calls = self.calls_through(gateway);
        let idle = IDLE * (1.0 + 0.2 * self.noise(&gateway.id));
        let value = match self.name {
            "PacketsDropCount" => (calls * PER_CALL.0 + idle) * drops,
            "PacketsOutToDestination" => (calls * PER_CALL.0 + idle) * (1.0 - drops),
            "BytesOutToDestination" => (calls * PER_CALL.1 + idle * IDLE_BYTES) * (1.0 - drops),
            "ConnectionAttemptCount" => calls,
            "ConnectionEstablishedCount" => calls * (1.0 - drops),
            // It has ports to spare: what it drops it drops for another reason.
            "ErrorPortAllocation" => 0.0,
            _ => return None,
        };
        Some(Datapoint::one(value.round()))
    }

    /// Calls that the instances which go out through a gateway made in the minute.
    fn calls_through(&self, gateway: &NatGateway) -> f64 {
        let gateways = traffic::gateways_by_zone(self.region);
        let mine = |zone: &ZoneName| gateways.get(zone) == Some(&gateway.id.as_str());
        let services = self.region.services.values().filter(|service| service.demand.egress > 0.0);
        let calls = services.map(|service| {
            let flow = self.world.flow_of(service, self.at);
            let zones = flow.lanes.iter().flat_map(|lane| self.region.zones.keys().zip(lane));
            let reached: f64 = zones.filter(|(zone, _)| mine(zone)).map(|(_, flow)| flow.reached).sum();
            reached * service.demand.egress
        });
        calls.sum()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::super::super::super::fault::Fault;
    use super::super::super::super::world::{Origin, Region, TargetState, World};
    use super::*;

    fn world() -> World {
        World::builtin(Origin { seed: 7, start: SimTime::from_seconds(1_795_230_862) }).unwrap()
    }

    fn here(world: &World) -> &Region {
        &world.regions["us-east-1"]
    }

    /// A metric of the gateway in this zone, two minutes ago.
    fn count(world: &World, zone: &str, name: &str) -> Option<f64> {
        let gateway = here(world).nat_gateways.values().find(|gateway| gateway.zone == *zone).unwrap();
        let dimensions = [("NatGatewayId".to_owned(), gateway.id.clone())];
        let at = world.now - Duration::from_secs(120);
        Some(world.measure(here(world), "AWS/NATGateway", name, &dimensions, at)?.sum)
    }

    /// Share of the requests to web that targets in each zone answered with an error two minutes ago.
    fn errors(world: &World) -> Vec<f64> {
        let service = &here(world).services["web"];
        let flow = world.flow_of(service, world.now - Duration::from_secs(120));
        flow.lanes[0].iter().map(|zone| 1.0 - zone.served / zone.reached).collect()
    }

    #[test]
    fn a_gateway_that_drops_hurts_every_zone_that_goes_out_through_it_aws_domain_b4() {
        let mut world = world();
        assert_eq!(count(&world, "us-east-1a", "PacketsDropCount"), Some(0.0), "zero is said, not left out");
        let calm = count(&world, "us-east-1a", "BytesOutToDestination").unwrap();
        assert!(calm > 1.5 * count(&world, "us-east-1b", "BytesOutToDestination").unwrap(), "two zones against one");

        let fault = Fault::NatGateway { zone: "use1-az6".to_owned(), share: 0.6 };
        world.apply(fault.clone()).unwrap();
        world.advance_to(world.now + Duration::from_secs(600));
        let [a, b, c] = errors(&world)[..] else { panic!("three zones") };
        assert!(a > 0.05 && c > 0.05 && b < 0.002, "{a} {b} {c}");
        assert!(count(&world, "us-east-1a", "PacketsDropCount").unwrap() > 1000.0);
        assert_eq!(count(&world, "us-east-1b", "PacketsDropCount"), Some(0.0));
        assert!(count(&world, "us-east-1a", "BytesOutToDestination").unwrap() < 0.5 * calm);
        let targets = here(&world).target_groups.values().flat_map(|group| group.targets.values());
        assert!(targets.into_iter().all(|target| target.state == TargetState::Healthy), "no check goes out");

        world.heal(&fault).unwrap();
        world.advance_to(world.now + Duration::from_secs(600));
        assert!(errors(&world).iter().all(|share| *share < 0.002));
        let nowhere = Fault::NatGateway { zone: "us-east-1c".to_owned(), share: 0.6 };
        assert_eq!(world.apply(nowhere).unwrap_err().to_string(), "there is no zone with a NAT gateway \"us-east-1c\"");
    }

    #[test]
    fn a_gateway_without_power_takes_the_way_out_of_another_zone_with_it_aws_domain_b4() {
        let mut world = world();
        world.apply(Fault::ZonePowerLoss { zone: "us-east-1a".to_owned() }).unwrap();
        world.advance_to(world.now + Duration::from_secs(400));
        let [_, b, c] = errors(&world)[..] else { panic!("three zones") };
        assert!(c > 0.08 && b < 0.01, "{b} {c}");
        assert_eq!(count(&world, "us-east-1a", "PacketsDropCount"), None, "nobody measures it");
    }
}
