//! Where load balancers stand and which way traffic leaves: what a person changes of them (`aws-domain.md` C.3, other parts).
//!
//! Must stay true: a target in a zone that its balancer left is unused, and checked anew when it comes back.

use super::super::world::{
    AllocationId, Arn, BalancerKind, BalancerZone, ClassicName, SubnetId, TargetKey, ZoneId, ZoneName,
};
use super::{Refused, Scene};

impl Scene<'_> {
    /// Puts a load balancer into these subnets and no others, one a zone.
    ///
    /// # Errors
    /// AWS's code for a subnet that is unknown or shares its zone with another, or too few zones.
    pub fn set_balancer_subnets(
        &mut self,
        arn: &Arn,
        subnets: &[(SubnetId, Option<AllocationId>)],
    ) -> Result<(), Refused> {
        let mut zones: Vec<BalancerZone> = Vec::new();
        for (id, allocation) in subnets {
            let zone = self.zone_of_subnet(id)?;
            if zones.iter().any(|other| other.zone == zone) {
                let words = "A load balancer cannot be attached to multiple subnets in the same Availability Zone";
                return Err(Refused::new("InvalidConfigurationRequest", words));
            }
            zones.push(BalancerZone { zone, subnet: id.clone(), allocation: allocation.clone() });
        }
        let Some(balancer) = self.region.balancers.get_mut(arn) else { return Ok(()) };
        let least = if balancer.kind == BalancerKind::Application { 2 } else { 1 };
        if zones.len() < least {
            let words = "At least two subnets in two different Availability Zones must be specified";
            return Err(Refused::validation(words));
        }
        for zone in &mut zones {
            // An address that was there stays with its subnet.
            let before = balancer.zones.iter().find(|before| before.subnet == zone.subnet);
            zone.allocation = zone.allocation.take().or_else(|| before?.allocation.clone());
        }
        balancer.zones = zones;
        let names: Vec<ZoneName> = balancer.zones.iter().map(|zone| zone.zone.clone()).collect();
        let ids: Vec<ZoneId> = names.iter().filter_map(|zone| self.region.zone_id(zone.as_str())).cloned().collect();
        if let Some(managed) = self.region.managed_resources.get_mut(arn) {
            managed.applied_weights.retain(|zone, _| ids.contains(zone));
            for id in &ids {
                managed.applied_weights.entry(id.clone()).or_insert(1.0);
            }
            managed.zones = ids;
        }
        self.settle_weights();
        self.look_at_targets_of(arn);
        self.feel_traffic();
        Ok(())
    }

    fn look_at_targets_of(&mut self, arn: &Arn) {
        let behind = self.region.target_groups.values().filter(|group| group.balancers.contains(arn));
        let keys = |group: &super::super::world::TargetGroup| group.targets.keys().cloned().collect::<Vec<TargetKey>>();
        let all: Vec<(Arn, Vec<TargetKey>)> = behind.map(|group| (group.arn.clone(), keys(group))).collect();
        for (group, keys) in all {
            keys.iter().for_each(|key| self.wake_target(&group, key));
        }
    }

    /// Gives a classic load balancer more subnets, or takes some; returns those that it has then.
    ///
    /// # Errors
    /// AWS's code for an unknown subnet, a zone that is taken, or the last subnet.
    pub fn change_classic_subnets(
        &mut self,
        name: &ClassicName,
        subnets: &[SubnetId],
        attach: bool,
    ) -> Result<Vec<SubnetId>, Refused> {
        let mut after: Vec<SubnetId> =
            self.region.classic_balancers.get(name).map(|found| found.subnets.clone()).unwrap_or_default();
        for id in subnets {
            let zone = self.zone_of_subnet(id)?;
            if !attach {
                after.retain(|own| own != id);
                continue;
            }
            if after.contains(id) {
                continue;
            }
            let same_zone = |own: &SubnetId| self.region.subnets.get(own).is_some_and(|own| own.zone == zone);
            if after.iter().any(same_zone) {
                let words = "A load balancer cannot be attached to multiple subnets in the same Availability Zone";
                return Err(Refused::new("InvalidConfigurationRequest", words).status(409));
            }
            after.push(id.clone());
        }
        if after.is_empty() {
            let words = "A load balancer must have at least one subnet";
            return Err(Refused::new("InvalidConfigurationRequest", words).status(409));
        }
        let zones = after.iter().map(|id| self.zone_of_subnet(id)).collect::<Result<Vec<_>, _>>()?;
        let members = match self.region.classic_balancers.get_mut(name) {
            Some(found) => {
                (found.subnets, found.zones) = (after.clone(), zones);
                found.members.keys().cloned().collect()
            }
            None => Vec::new(),
        };
        members.iter().for_each(|member| self.wake_classic(name, member));
        self.feel_traffic();
        Ok(after)
    }

    /// Sends a route another way.
    ///
    /// # Errors
    /// EC2's code for an unknown table, route or gateway.
    pub fn replace_route(&mut self, table: &str, destination: &str, via: &str) -> Result<(), Refused> {
        let known = via.starts_with("igw-") || self.region.nat_gateways.contains_key(via);
        let Some(found) = self.region.route_tables.get_mut(table) else {
            let words = format!("The routeTable ID '{table}' does not exist");
            return Err(Refused::new("InvalidRouteTableID.NotFound", words));
        };
        let Some(route) = found.routes.iter_mut().find(|route| route.destination == destination) else {
            let words = format!("There is no route defined for '{destination}' in the route table.");
            return Err(Refused::new("InvalidParameterValue", words));
        };
        if !known {
            return Err(Refused::new(
                "InvalidNatGatewayID.NotFound",
                format!("The NatGateway ID '{via}' does not exist"),
            ));
        }
        via.clone_into(&mut route.via);
        self.feel_traffic();
        Ok(())
    }

    fn zone_of_subnet(&self, id: &SubnetId) -> Result<ZoneName, Refused> {
        let missing = || Refused::new("SubnetNotFound", format!("The subnet ID '{id}' does not exist"));
        self.region.subnets.get(id).map(|subnet| subnet.zone.clone()).ok_or_else(missing)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::super::super::world::{TargetReason, TargetState, World};
    use super::super::fixture::{self, REGION};

    fn in_zone(world: &World, zone: &str) -> Vec<(TargetState, Option<TargetReason>)> {
        let targets = world.here().target_groups.values().flat_map(|group| group.targets.values());
        targets
            .filter(|target| target.zone.as_ref().is_some_and(|own| *own == zone))
            .map(|t| (t.state, t.reason))
            .collect()
    }

    #[test]
    fn a_balancer_that_leaves_a_zone_uses_nobody_there_until_it_is_back_aws_domain_c3() {
        let mut world = fixture::world();
        let balancer = world.here().balancers.values().next().unwrap().clone();
        let all: Vec<_> = balancer.zones.iter().map(|zone| (zone.subnet.clone(), None)).collect();
        let two: Vec<_> = (balancer.zones.iter().filter(|zone| zone.zone != *"eu-west-1b"))
            .map(|zone| (zone.subnet.clone(), None))
            .collect();
        let mut scene = world.scene(REGION).unwrap();
        assert!(scene.set_balancer_subnets(&balancer.arn, &two[..1]).is_err(), "two zones at least");
        scene.set_balancer_subnets(&balancer.arn, &two).unwrap();
        assert_eq!(in_zone(&world, "eu-west-1b"), [(TargetState::Unused, Some(TargetReason::NotInUse)); 2]);
        world.scene(REGION).unwrap().set_balancer_subnets(&balancer.arn, &all).unwrap();
        world.pass(30);
        assert_eq!(in_zone(&world, "eu-west-1b"), [(TargetState::Healthy, None); 2]);
    }

    #[test]
    fn a_classic_balancer_keeps_one_subnet_at_least_aws_domain_c3() {
        let mut world = fixture::world();
        let (name, subnets) = {
            let classic = world.here().classic_balancers.values().next().unwrap();
            (classic.name.clone(), classic.subnets.clone())
        };
        let mut scene = world.scene(REGION).unwrap();
        assert_eq!(scene.change_classic_subnets(&name, &subnets[..1], false).unwrap(), &subnets[1..]);
        assert_eq!(scene.change_classic_subnets(&name, &subnets[1..], false).unwrap_err().status, 409);
        assert_eq!(scene.change_classic_subnets(&name, &subnets[..1], true).unwrap().len(), subnets.len());
        assert_eq!(world.here().classic_balancers[&name].zones.len(), subnets.len());
    }
}
