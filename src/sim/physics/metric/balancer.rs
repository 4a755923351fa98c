//! `AWS/ApplicationELB`, `AWS/NetworkELB` and `AWS/ELB`: traffic, answers and hosts, from what really flowed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::super::world::{
    BalancerKind, Flow, HostRange, LoadBalancer, Mint, Service, TargetGroup, Way, ZoneFlow, ZoneName, random,
};
use super::{Datapoint, Probe};

/// Share of flows that a client or target resets in calm.
const RESETS: f64 = 0.002;
/// Share of requests that clients get wrong themselves.
const CLIENT_ERRORS: f64 = 0.012;
/// How the time to answer spreads about its mean: the fastest and the slowest of a minute.
const SPREAD: (f64, f64) = (0.1, 12.0);

/// What flowed through the nodes in question on the way to one target group.
struct Part {
    /// The group's name.
    name: String,
    /// Sums over the nodes and the minute.
    sum: ZoneFlow,
    /// Targets that were sent to, on average.
    targets: f64,
}

impl Probe<'_> {
    pub(super) fn balancer(&self, namespace: &str) -> Option<Datapoint> {
        let arn = |prefix: &str, dimension: &str| {
            Mint::arn("elasticloadbalancing", &self.region.name, &self.world.account, &format!("{prefix}{dimension}"))
        };
        let balancer =
            self.region.balancers.get(arn("loadbalancer/", self.dimensions.get("LoadBalancer")?).as_str())?;
        if balancer.kind.namespace() != namespace {
            return None;
        }
        let zone = self.dimensions.get("AvailabilityZone");
        let group = self.dimensions.get("TargetGroup");
        let given = 1 + usize::from(zone.is_some()) + usize::from(group.is_some());
        if self.dimensions.0.len() != given || zone.is_some_and(|zone| !balancer.serves(zone)) {
            return None;
        }
        let is_mine = |group: &&TargetGroup| group.balancers.contains(&balancer.arn);
        let groups: Vec<&TargetGroup> = match group {
            Some(group) => vec![self.region.target_groups.get(arn("", group).as_str()).filter(is_mine)?],
            None => balancer.target_groups().into_iter().filter_map(|arn| self.region.target_groups.get(arn)).collect(),
        };
        if matches!(self.name, "HealthyHostCount" | "UnHealthyHostCount") {
            return self.hosts(groups.first().filter(|_| group.is_some())?.hosts.at(self.at)?, zone);
        }
        let parts = groups.into_iter().filter_map(|group| self.part(balancer, group, zone));
        let count = |part| match balancer.kind {
            BalancerKind::Application => self.http(&part, group.is_some()),
            BalancerKind::Network => self.flows(&part),
        };
        parts.filter_map(count).reduce(Datapoint::merged)
    }

    fn part(&self, balancer: &LoadBalancer, group: &TargetGroup, zone: Option<&str>) -> Option<Part> {
        let service = self.region.services.get(group.service.as_ref()?)?;
        let (sum, targets) = self.lane(service, &Way::Group(group.arn.clone()), balancer.name.as_str(), zone)?;
        Some(Part { name: group.name.clone(), sum, targets })
    }

    /// What flowed on one way of a service, through the nodes of `zone` or of all, and the targets that it went to.
    fn lane(&self, service: &Service, way: &Way, subject: &str, zone: Option<&str>) -> Option<(ZoneFlow, f64)> {
        let flow: Arc<Flow> = self.world.flow_of(service, self.at);
        let place = service.traffic.layout.lanes.iter().position(|lane| lane.way == *way)?;
        let zones = flow.lanes.get(place)?;
        let names = self.region.zones.keys();
        // Clients do not spread over nodes with a ruler: each zone gets a little more or less, all of them what there is.
        let uneven = |name: &ZoneName| {
            1.0 + 0.02 * random::spread(self.world.seed, &["nodes", subject, name.as_str()], self.at.minute())
        };
        let all: f64 = zones.iter().map(|zone| zone.requests).sum();
        let spread: f64 = names.clone().zip(zones).map(|(name, zone)| zone.requests * uneven(name)).sum();
        let even = if spread > 0.0 { all / spread } else { 1.0 };
        let mut sum = ZoneFlow::default();
        for (name, flow) in names.zip(zones).filter(|(name, _)| zone.is_none_or(|zone| **name == *zone)) {
            let mut counted = ZoneFlow::default();
            merge(&mut counted, flow, even * uneven(name));
            if self.world.load.scatter {
                self.scatter(&mut counted, way, name);
            }
            merge(&mut sum, &counted, 1.0);
        }
        Some((sum, zones.iter().map(|zone| zone.targets).sum::<f64>() / 60.0))
    }

    /// Lets what came through a node in the minute be as many as chance has it, each counter by itself: whoever adds zones up
    /// adds up the same numbers.
    fn scatter(&self, flow: &mut ZoneFlow, way: &Way, zone: &ZoneName) {
        let way = match way {
            Way::Group(arn) => arn.as_str(),
            Way::Classic(name) => name.as_str(),
            Way::Direct | Way::Queue => return,
        };
        let counters = [
            ("requests", &mut flow.requests),
            ("target 5xx", &mut flow.target_5xx),
            ("502", &mut flow.elb_502),
            ("503", &mut flow.elb_503),
            ("504", &mut flow.elb_504),
            ("connections", &mut flow.connection_errors),
        ];
        for (name, count) in counters {
            let subject = ["scatter", name, way, zone.as_str()];
            *count = random::count(self.world.seed, &subject, self.at.minute(), *count);
        }
    }

    fn http(&self, part: &Part, of_group: bool) -> Option<Datapoint> {
        let (sum, name) = (&part.sum, part.name.as_str());
        let count = |expected: f64| Datapoint::count(self.whole(expected, name));
        // Where counts scatter, this is in them already.
        let swing = if self.world.load.scatter { 0.0 } else { 0.2 * self.noise(name) };
        let some = |expected: f64| count(expected * (1.0 + swing));
        match self.name {
            "RequestCount" => count(sum.requests),
            "RequestCountPerTarget" => Datapoint::count(sum.requests / part.targets.max(1.0)),
            "HTTPCode_Target_2XX_Count" => count(sum.answered * (1.0 - CLIENT_ERRORS)),
            "HTTPCode_Target_4XX_Count" => count(sum.answered * CLIENT_ERRORS),
            "HTTPCode_Target_5XX_Count" => some(sum.target_5xx),
            "TargetConnectionErrorCount" => count(sum.connection_errors),
            "TargetResponseTime" => self.times(sum, name),
            // What the balancer answers itself is no target group's.
            _ if of_group => None,
            "HTTPCode_ELB_5XX_Count" => {
                let parts = [
                    ("HTTPCode_ELB_502_Count", sum.elb_502),
                    ("HTTPCode_ELB_503_Count", sum.elb_503),
                    ("HTTPCode_ELB_504_Count", sum.elb_504),
                    ("HTTPCode_ELB_5XX_Count", sum.requests * 2e-7),
                ];
                Datapoint::count(parts.iter().map(|(metric, expected)| self.whole_of(metric, *expected, name)).sum())
            }
            "HTTPCode_ELB_502_Count" => count(sum.elb_502),
            "HTTPCode_ELB_503_Count" => count(sum.elb_503),
            "HTTPCode_ELB_504_Count" => count(sum.elb_504),
            "ActiveConnectionCount" => count(sum.requests / 12.0),
            "NewConnectionCount" => count(sum.requests / 20.0),
            _ => None,
        }
    }

    fn flows(&self, part: &Part) -> Option<Datapoint> {
        let (sum, name) = (&part.sum, part.name.as_str());
        let count = |expected: f64| Datapoint::count(self.whole(expected, name));
        let flows = sum.requests;
        match self.name {
            "NewFlowCount" => count(flows),
            "ActiveFlowCount" => Datapoint::around(flows / 4.0, 1.0, flows / 5.0, flows / 3.0).filter(|_| flows > 0.0),
            "ProcessedBytes" => count((sum.answered + sum.target_5xx) * 18_432.0),
            "TCP_Client_Reset_Count" => count(flows * RESETS + sum.elb_504 * 0.3),
            "TCP_ELB_Reset_Count" => count(sum.elb_503 + sum.elb_504 * 0.1),
            "TCP_Target_Reset_Count" => count(sum.answered * RESETS + sum.target_5xx + sum.elb_502),
            _ => None,
        }
    }

    /// Times to answer, of requests that a target answered.
    fn times(&self, sum: &ZoneFlow, name: &str) -> Option<Datapoint> {
        let answers = sum.answered + sum.target_5xx;
        if answers <= 0.0 {
            return None;
        }
        let mean = sum.seconds / answers * (1.0 + 0.05 * self.noise(name));
        let slowest = (mean * SPREAD.1).max(sum.slowest_s * SPREAD.1);
        Datapoint::around(mean, self.whole(answers, name), mean * SPREAD.0, slowest)
    }

    pub(super) fn classic(&self) -> Option<Datapoint> {
        let classic = self.region.classic_balancers.get(self.dimensions.get("LoadBalancerName")?)?;
        let zone = self.dimensions.get("AvailabilityZone");
        if self.dimensions.0.len() != 1 + usize::from(zone.is_some()) {
            return None;
        }
        if matches!(self.name, "HealthyHostCount" | "UnHealthyHostCount") {
            return self.hosts(classic.hosts.at(self.at)?, zone);
        }
        let service = self.region.services.get(classic.service.as_ref()?)?;
        let name = classic.name.as_str();
        let (sum, _) = self.lane(service, &Way::Classic(classic.name.clone()), name, zone)?;
        let count = |expected: f64| Datapoint::count(self.whole(expected, name));
        match self.name {
            "RequestCount" => count(sum.requests),
            "HTTPCode_Backend_2XX" => count(sum.answered * (1.0 - CLIENT_ERRORS)),
            "HTTPCode_Backend_4XX" => count(sum.answered * CLIENT_ERRORS),
            "HTTPCode_Backend_5XX" => count(sum.target_5xx),
            "HTTPCode_ELB_5XX" => count(sum.elb_502 + sum.elb_503 + sum.elb_504),
            "BackendConnectionErrors" => count(sum.connection_errors),
            "Latency" => self.times(&sum, name),
            _ => None,
        }
    }

    /// Hosts are counted several times a minute by several nodes; the value is their number.
    fn hosts(&self, zones: &BTreeMap<ZoneName, HostRange>, zone: Option<&str>) -> Option<Datapoint> {
        let healthy = self.name == "HealthyHostCount";
        let wanted = zones.iter().filter(|(name, _)| zone.is_none_or(|zone| **name == *zone));
        let (mut least, mut most) = (0.0, 0.0);
        for (_, range) in wanted {
            least += f64::from(if healthy { range.least.healthy } else { range.least.unhealthy });
            most += f64::from(if healthy { range.most.healthy } else { range.most.unhealthy });
        }
        Datapoint::around(f64::midpoint(least, most), 6.0, least, most)
    }
}

fn merge(sum: &mut ZoneFlow, zone: &ZoneFlow, part: f64) {
    sum.requests += zone.requests * part;
    sum.answered += zone.answered * part;
    sum.target_5xx += zone.target_5xx * part;
    sum.elb_502 += zone.elb_502 * part;
    sum.elb_503 += zone.elb_503 * part;
    sum.elb_504 += zone.elb_504 * part;
    sum.connection_errors += zone.connection_errors * part;
    sum.seconds += zone.seconds * part;
    sum.slowest_s = sum.slowest_s.max(zone.slowest_s);
}
