//! Builds a region's VPC, subnets, routes, NAT gateways and services.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use super::super::document::{RegionDoc, WorldError};
use super::super::{
    Address, AllocationId, Demand, History, NatCauses, NatGateway, Queue, Route, RouteTable, Service, ServiceName,
    Subnet, SubnetId, Tags, Vpc, VpcId, ZoneName,
};
use super::site::Site;
use crate::sim::physics::public_address;

/// When the network was laid.
const AGE: Duration = Duration::from_secs(900 * 86_400);

/// Addresses of a block that AWS keeps to itself.
const KEPT: u32 = 5;
/// The route table of subnets that have none of their own.
const MAIN_TABLE: &str = "public";
/// Length of public subnets' prefixes.
const PUBLIC_PREFIX: u8 = 24;

impl Site<'_> {
    pub(super) fn build_network(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        self.vpc = VpcId::from(self.scene.mint.id("vpc"));
        let vpc = Vpc {
            id: self.vpc.clone(),
            cidr: format!("10.{}.0.0/16", doc.network),
            is_default: false,
            tags: Self::tags(Some("main"), None, &Default::default()),
        };
        self.region().vpcs.insert(vpc.id.clone(), vpc);
        let zones: Vec<ZoneName> = self.scene.region.zones.keys().cloned().collect();
        if zones.len() > 6 {
            return Err(WorldError::invalid(format!("regions.{}.zones", self.name()), "six zones at most"));
        }
        // Private blocks at 10.N.0.0, .16.0, … and public ones at 10.N.200.0, .201.0, …; where much is to come, three blocks of
        // 16,384 addresses or six of 8,192.
        let (prefix, step) = match (doc.roomy, zones.len()) {
            (false, _) => (20, 16),
            (true, ..=3) => (18, 64),
            (true, _) => (19, 32),
        };
        for (zone, index) in zones.iter().zip(0_u8..) {
            let private = self.add_subnet(zone, Ipv4Addr::new(10, doc.network, index * step, 0), prefix);
            let public = self.add_subnet(zone, Ipv4Addr::new(10, doc.network, 200 + index, 0), PUBLIC_PREFIX);
            self.subnets.insert(zone.clone(), (private, public));
        }
        self.add_routes(doc, &zones)
    }

    fn add_subnet(&mut self, zone: &ZoneName, network: Ipv4Addr, prefix: u8) -> SubnetId {
        let id = SubnetId::from(self.scene.mint.id("subnet"));
        let public = prefix == PUBLIC_PREFIX;
        let name = format!("{}-{zone}", if public { "public" } else { "private" });
        let subnet = Subnet {
            id: id.clone(),
            arn: self.scene.arn("ec2", &format!("subnet/{id}")),
            vpc: self.vpc.clone(),
            zone: zone.clone(),
            network,
            prefix,
            free_addresses: (1_u32 << (32 - u32::from(prefix))) - KEPT,
            used: BTreeSet::new(),
            public,
            tags: Self::tags(Some(&name), None, &Default::default()),
        };
        self.region().subnets.insert(id.clone(), subnet);
        id
    }

    fn add_routes(&mut self, doc: &RegionDoc, zones: &[ZoneName]) -> Result<(), WorldError> {
        let path = format!("regions.{}.nat_zones", self.name());
        let mut gateways = Vec::new();
        for name in &doc.nat_zones {
            let zone = self.zone(&path, name)?;
            gateways.push((zone.clone(), self.add_gateway(&path, &zone)?));
        }
        let internet = self.scene.mint.id("igw");
        let outer = self.subnets.values().map(|(_, public)| public.clone()).collect();
        self.add_route_table(MAIN_TABLE, outer, Some(internet));
        for zone in zones {
            let own = gateways.iter().find(|(place, _)| place == zone).or(gateways.first());
            let via = own.map(|(_, gateway)| gateway.clone());
            let private = self.subnet(&path, zone, false)?;
            self.add_route_table(&format!("private-{zone}"), vec![private], via);
        }
        Ok(())
    }

    fn add_route_table(&mut self, name: &str, subnets: Vec<SubnetId>, via: Option<String>) {
        let id = self.scene.mint.id("rtb");
        let routes = via.map(|via| Route { destination: "0.0.0.0/0".to_owned(), via }).into_iter().collect();
        let tags = Self::tags(Some(name), None, &Default::default());
        let main = name == MAIN_TABLE;
        let table = RouteTable { id: id.clone(), vpc: self.vpc.clone(), main, subnets, routes, tags };
        self.region().route_tables.insert(id, table);
    }

    fn add_gateway(&mut self, path: &str, zone: &ZoneName) -> Result<String, WorldError> {
        let id = self.scene.mint.id("nat");
        let subnet = self.subnet(path, zone, true)?;
        let allocation = self.add_address(&format!("nat-{zone}"));
        let private_ip = self.region().subnets.get_mut(&subnet).and_then(Subnet::take_address);
        let (association, interface) = (self.scene.mint.id("eipassoc"), self.scene.mint.id("eni"));
        if let Some(address) = self.region().addresses.get_mut(&allocation) {
            address.association = Some(association);
            address.interface = Some(interface);
            address.private_ip = private_ip;
        }
        let gateway = NatGateway {
            id: id.clone(),
            subnet,
            zone: zone.clone(),
            vpc: self.vpc.clone(),
            state: "available".to_owned(),
            allocation,
            created_at: self.ago(AGE),
            tags: Self::tags(Some(&format!("nat-{zone}")), None, &Default::default()),
            causes: NatCauses::default(),
            dropping: History::default(),
        };
        self.region().nat_gateways.insert(id.clone(), gateway);
        Ok(id)
    }

    /// A new elastic address, not associated.
    pub(super) fn add_address(&mut self, name: &str) -> AllocationId {
        let id = AllocationId::from(self.scene.mint.id("eipalloc"));
        let address = Address {
            id: id.clone(),
            public_ip: public_address(self.scene.seed, id.as_str()),
            association: None,
            instance: None,
            private_ip: None,
            interface: None,
            tags: Tags::from_iter([("Name", name)]),
        };
        self.region().addresses.insert(id.clone(), address);
        id
    }

    pub(super) fn build_services(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        for (index, service) in doc.services.iter().enumerate() {
            let path = self.path("services", index);
            let sane = |value: f64, least: f64| value.is_finite() && value >= least;
            if !sane(service.rps, 0.0) || !sane(service.capacity_rps, f64::MIN_POSITIVE) {
                return Err(WorldError::invalid(path, "rps must not be negative, capacity_rps must be above 0"));
            }
            if !(0.0..=1.0).contains(&service.error_share) {
                return Err(WorldError::invalid(path, "error_share is a share, 0 to 1"));
            }
            if !(0.0..=1.0).contains(&service.egress) {
                return Err(WorldError::invalid(path, "egress is a share, 0 to 1"));
            }
            if !(0.0..=1.0).contains(&service.pinned) {
                return Err(WorldError::invalid(path, "pinned is a share, 0 to 1"));
            }
            if let Some((database, _)) = service.uses.iter().find(|(_, share)| !(0.0..=1.0).contains(*share)) {
                return Err(WorldError::invalid(format!("{path}.uses.{database}"), "a share is 0 to 1"));
            }
            let name = ServiceName::from(service.name.as_str());
            let demand = Demand {
                rps: service.rps,
                capacity_rps: service.capacity_rps,
                idle_cpu: service.idle_cpu.clamp(0.0, 100.0),
                latency_s: service.latency_ms.max(0.1) / 1000.0,
                error_share: service.error_share,
                egress: service.egress,
                pinned: service.pinned,
            };
            let queue = service.queue.clone().map(|name| Queue { name });
            let built = Service {
                name: name.clone(),
                demand,
                queue,
                factor: History::default(),
                health_path_broken: None,
                retry_storm: None,
                uses: service.uses.clone(),
                target_groups: Vec::new(),
                classic_balancers: Vec::new(),
                groups: Vec::new(),
                instances: Vec::new(),
                ways: std::collections::BTreeMap::new(),
                traffic: super::super::Traffic::default(),
            };
            if self.region().services.insert(name, built).is_some() {
                return Err(WorldError::invalid(path, format!("there are two services called \"{}\"", service.name)));
            }
        }
        Ok(())
    }
}
