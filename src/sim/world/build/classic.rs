//! Builds classic load balancers.

use std::collections::BTreeMap;

use super::super::document::{RegionDoc, WorldError};
use super::super::{ClassicBalancer, ClassicHealthCheck, ClassicListener, ClassicName, HostBook, Scheme};
use super::balancing::dns_zone;
use super::site::Site;

impl Site<'_> {
    pub(super) fn build_classic(&mut self, doc: &RegionDoc) -> Result<(), WorldError> {
        for (index, classic) in doc.classic_balancers.iter().enumerate() {
            let path = self.path("classic_balancers", index);
            let name = ClassicName::from(classic.name.as_str());
            let service = self.service(&path, classic.service.as_deref())?;
            let zones = self.zones(&format!("{path}.zones"), classic.zones.as_deref())?;
            let subnets =
                zones.iter().map(|zone| self.subnet(&path, zone, !classic.internal)).collect::<Result<_, _>>()?;
            let region = self.name();
            let number =
                u32::from_str_radix(self.scene.mint.hex16().get(..8).unwrap_or_default(), 16).unwrap_or_default();
            let prefix = if classic.internal { "internal-" } else { "" };
            let built = ClassicBalancer {
                name: name.clone(),
                dns_name: format!("{prefix}{}-{number}.{region}.elb.amazonaws.com", classic.name),
                dns_zone: dns_zone(region.as_str(), false).to_owned(),
                created_at: self.ago(classic.age.0),
                scheme: if classic.internal { Scheme::Internal } else { Scheme::InternetFacing },
                vpc: self.vpc.clone(),
                zones,
                subnets,
                security_groups: vec![self.security_group()],
                listeners: vec![ClassicListener {
                    protocol: "HTTP".to_owned(),
                    port: classic.port,
                    instance_protocol: "HTTP".to_owned(),
                    instance_port: classic.instance_port,
                }],
                health_check: ClassicHealthCheck {
                    target: classic.health_target.clone(),
                    interval_s: 30,
                    timeout_s: 5,
                    healthy_threshold: 3,
                    unhealthy_threshold: 2,
                },
                members: BTreeMap::new(),
                cross_zone: classic.cross_zone,
                draining_s: classic.draining_s,
                idle_timeout_s: 60,
                tags: Self::tags(None, service.as_ref(), &classic.tags),
                service,
                hosts: HostBook::default(),
            };
            if self.region().classic_balancers.insert(name, built).is_some() {
                return Err(WorldError::invalid(
                    path,
                    format!("there are two classic load balancers called \"{}\"", classic.name),
                ));
            }
        }
        Ok(())
    }
}
