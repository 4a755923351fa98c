//! `AWS/ApplicationELB`, `AWS/NetworkELB` and `AWS/ELB`: traffic, answers and hosts.

use super::super::super::world::{Arn, BalancerKind, LoadBalancer, Mint, Service, TargetGroup, ZoneCounts, ZoneName};
use super::super::load::Load;
use super::{Datapoint, Probe};
use std::collections::BTreeMap;

/// Share of flows that a client or target resets in calm.
const RESETS: f64 = 0.002;

/// What one target group of a load balancer did.
struct Part<'w> {
    group: &'w TargetGroup,
    load: Load,
    /// Its share of the service's traffic.
    share: f64,
}

impl<'w> Probe<'w> {
    pub(super) fn balancer(&self, namespace: &str) -> Option<Datapoint> {
        let balancer =
            self.region.balancers.get(self.arn("loadbalancer/", self.dimensions.get("LoadBalancer")?).as_str())?;
        if balancer.kind.namespace() != namespace {
            return None;
        }
        let zone = self.dimensions.get("AvailabilityZone");
        if zone.is_some_and(|zone| !balancer.serves(zone)) {
            return None;
        }
        let groups: Vec<&TargetGroup> = match self.dimensions.get("TargetGroup") {
            Some(group) => vec![
                self.region
                    .target_groups
                    .get(self.arn("", group).as_str())
                    .filter(|group| group.balancers.contains(&balancer.arn))?,
            ],
            None => {
                self.region.target_groups.values().filter(|group| group.balancers.contains(&balancer.arn)).collect()
            }
        };
        let counted = match (self.dimensions.get("TargetGroup").is_some(), zone.is_some()) {
            (true, true) => 3,
            (false, false) => 1,
            _ => 2,
        };
        if self.dimensions.0.len() != counted {
            return None;
        }
        if matches!(self.name, "HealthyHostCount" | "UnHealthyHostCount") {
            return self.hosts(
                groups.first().filter(|_| self.dimensions.get("TargetGroup").is_some())?.serving.at(self.at)?,
                zone,
            );
        }
        let parts: Vec<Part<'_>> = groups.into_iter().filter_map(|group| self.part(group)).collect();
        let share = self.zone_share(balancer, zone);
        match balancer.kind {
            BalancerKind::Application => self.http(&parts, share),
            BalancerKind::Network => self.flows(&parts, share),
        }
    }

    /// The ARN that a dimension's value is the end of.
    fn arn(&self, prefix: &str, dimension: &str) -> Arn {
        Mint::arn("elasticloadbalancing", &self.region.name, &self.world.account, &format!("{prefix}{dimension}"))
    }

    fn part(&self, group: &'w TargetGroup) -> Option<Part<'w>> {
        let service = self.region.services.get(group.service.as_ref()?)?;
        let load = self.world.load_of(self.region, service, self.at);
        let own = total(group.serving.at(self.at));
        let all: f64 = self.service_total(service);
        Some(Part { group, load, share: if all > 0.0 { own / all } else { 0.0 } })
    }

    fn service_total(&self, service: &Service) -> f64 {
        let groups = service.target_groups.iter().filter_map(|arn| self.region.target_groups.get(arn));
        let classics = service.classic_balancers.iter().filter_map(|name| self.region.classic_balancers.get(name));
        groups.map(|group| total(group.serving.at(self.at))).sum::<f64>()
            + classics.map(|classic| total(classic.serving.at(self.at))).sum::<f64>()
    }

    /// The share of traffic that one zone's nodes see: DNS spreads clients evenly.
    fn zone_share(&self, balancer: &LoadBalancer, zone: Option<&str>) -> f64 {
        let Some(zone) = zone else { return 1.0 };
        let zones = balancer.zones.len().max(1);
        (1.0 + 0.02 * self.noise(zone)) / zones as f64
    }

    fn http(&self, parts: &[Part<'_>], share: f64) -> Option<Datapoint> {
        let mut total = None;
        for part in parts {
            let name = part.group.name.as_str();
            let requests = part.load.rps * 60.0 * part.share * share;
            let failed = requests * part.load.error_share * (1.0 + 0.5 * self.noise(name));
            let latency = part.load.latency_s * (1.0 + 0.05 * self.noise(name));
            let counted = match self.name {
                "RequestCount" => Datapoint::count(self.whole(requests, name)),
                "RequestCountPerTarget" => Datapoint::count(requests / part.load.serving.max(1.0)),
                "HTTPCode_Target_5XX_Count" => Datapoint::count(self.whole(failed, name)),
                "HTTPCode_Target_2XX_Count" => Datapoint::count(self.whole(requests * 0.97 - failed, name)),
                "HTTPCode_Target_4XX_Count" => Datapoint::count(self.whole(requests * 0.012, name)),
                // The balancer answers itself when nothing can take the request: no target group is to blame.
                "HTTPCode_ELB_5XX_Count" if self.dimensions.get("TargetGroup").is_none() => {
                    let own =
                        if part.load.serving > 0.0 { requests * 0.000_000_2 } else { part.load.rps * 60.0 * share };
                    Datapoint::count(self.whole(own, name))
                }
                "TargetResponseTime" => {
                    Datapoint::around(latency, self.whole(requests, name), latency * 0.1, latency * 12.0)
                }
                "ActiveConnectionCount" => Datapoint::count(self.whole(requests / 12.0, name)),
                "NewConnectionCount" => Datapoint::count(self.whole(requests / 20.0, name)),
                _ => None,
            };
            total = merge(total, counted);
        }
        total
    }

    fn flows(&self, parts: &[Part<'_>], share: f64) -> Option<Datapoint> {
        let mut total = None;
        for part in parts {
            let name = part.group.name.as_str();
            let flows = part.load.rps * 60.0 * part.share * share;
            let counted = match self.name {
                "NewFlowCount" => Datapoint::count(self.whole(flows, name)),
                "ActiveFlowCount" => {
                    Datapoint::around(flows / 4.0, 1.0, flows / 5.0, flows / 3.0).filter(|_| flows > 0.0)
                }
                "ProcessedBytes" => Datapoint::count(self.whole(flows * 18_432.0, name)),
                "TCP_Client_Reset_Count" => Datapoint::count(self.whole(flows * RESETS, name)),
                "TCP_Target_Reset_Count" => {
                    Datapoint::count(self.whole(flows * (RESETS + part.load.error_share), name))
                }
                _ => None,
            };
            total = merge(total, counted);
        }
        total
    }

    pub(super) fn classic(&self) -> Option<Datapoint> {
        let classic = self.region.classic_balancers.get(self.dimensions.get("LoadBalancerName")?)?;
        let zone = self.dimensions.get("AvailabilityZone");
        if self.dimensions.0.len() != 1 + usize::from(zone.is_some()) {
            return None;
        }
        if matches!(self.name, "HealthyHostCount" | "UnHealthyHostCount") {
            return self.hosts(classic.serving.at(self.at)?, zone);
        }
        let service = self.region.services.get(classic.service.as_ref()?)?;
        let load = self.world.load_of(self.region, service, self.at);
        let zones = if zone.is_some() { classic.zones.len().max(1) as f64 } else { 1.0 };
        let all = self.service_total(service);
        let requests = load.rps * 60.0 * if all > 0.0 { total(classic.serving.at(self.at)) / all } else { 0.0 } / zones;
        let name = classic.name.as_str();
        match self.name {
            "RequestCount" => Datapoint::count(self.whole(requests, name)),
            "HTTPCode_Backend_5XX" => Datapoint::count(self.whole(requests * load.error_share, name)),
            "HTTPCode_Backend_2XX" => Datapoint::count(self.whole(requests * 0.97, name)),
            "Latency" => Datapoint::around(
                load.latency_s,
                self.whole(requests, name),
                load.latency_s * 0.1,
                load.latency_s * 12.0,
            ),
            _ => None,
        }
    }

    /// Hosts are counted several times a minute by several nodes; the value is their number.
    fn hosts(&self, zones: &BTreeMap<ZoneName, ZoneCounts>, zone: Option<&str>) -> Option<Datapoint> {
        let counted = match zone {
            Some(zone) => zones.get(zone).copied().unwrap_or_default(),
            None => zones.values().fold(ZoneCounts::default(), |sum, zone| ZoneCounts {
                healthy: sum.healthy + zone.healthy,
                unhealthy: sum.unhealthy + zone.unhealthy,
            }),
        };
        let value = f64::from(if self.name == "HealthyHostCount" { counted.healthy } else { counted.unhealthy });
        Datapoint::around(value, 6.0, value, value)
    }
}

fn total(zones: Option<&BTreeMap<ZoneName, ZoneCounts>>) -> f64 {
    zones.map_or(0.0, |zones| zones.values().map(|zone| f64::from(zone.healthy)).sum())
}

fn merge(one: Option<Datapoint>, other: Option<Datapoint>) -> Option<Datapoint> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.merged(other)),
        (one, other) => one.or(other),
    }
}
