//! CloudWatch metrics, for any past minute.
//!
//! Owns: what each metric of the simulated services counted. Knows: the recorded past (`History`) and the seed. Must
//! stay true: the same minute reads the same whenever it is asked for; a counter with nothing to count is absent;
//! whoever reads as a customer does ([`World::metric`], alarms) sees a datapoint once it is published, and not before.

mod balancer;
mod ec2;
mod group;
mod late;
mod list;
mod nat;
mod past;
mod rds;
mod replica;

use super::super::world::{Region, SimTime, World, random};

/// A metric's identity, as `ListMetrics` lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Metric {
    /// `AWS/EC2`, …
    pub namespace: String,
    /// `CPUUtilization`, …
    pub name: String,
    /// Dimensions.
    pub dimensions: Vec<(String, String)>,
}

/// What was counted in one minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Datapoint {
    /// Number of samples.
    pub samples: f64,
    /// Their sum.
    pub sum: f64,
    /// The smallest.
    pub minimum: f64,
    /// The largest.
    pub maximum: f64,
}

impl Datapoint {
    /// One sample.
    #[must_use]
    pub const fn one(value: f64) -> Self {
        Self { samples: 1.0, sum: value, minimum: value, maximum: value }
    }

    /// A counter: `count` things, each counting one. `None` when there were none: counters with zero are absent
    /// (`aws-domain.md A.5`).
    #[must_use]
    pub fn count(count: f64) -> Option<Self> {
        (count > 0.0).then_some(Self { samples: count, sum: count, minimum: 1.0, maximum: 1.0 })
    }

    /// `samples` measurements about `mean`.
    #[must_use]
    pub fn around(mean: f64, samples: f64, minimum: f64, maximum: f64) -> Option<Self> {
        (samples > 0.0).then_some(Self { samples, sum: mean * samples, minimum, maximum })
    }

    /// Mean of the samples.
    #[must_use]
    pub fn average(&self) -> f64 {
        if self.samples > 0.0 { self.sum / self.samples } else { 0.0 }
    }

    /// An estimate of percentile `p` (0–100): half of the samples lie below the mean, few near the largest.
    #[must_use]
    pub fn percentile(&self, p: f64) -> f64 {
        let (mean, p) = (self.average(), p.clamp(0.0, 100.0) / 100.0);
        if p < 0.5 {
            return self.minimum + (mean - self.minimum) * p * 2.0;
        }
        let tail = ((p - 0.5) * 2.0).powi(4);
        mean + (self.maximum - mean) * tail
    }

    /// This minute and another as one period.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        Self {
            samples: self.samples + other.samples,
            sum: self.sum + other.sum,
            minimum: self.minimum.min(other.minimum),
            maximum: self.maximum.max(other.maximum),
        }
    }
}

impl World {
    /// What `metric` counted in the minute that `at` lies in; `None` when nothing was published for it: no such
    /// metric, no traffic, or nothing yet (see `late`).
    #[must_use]
    pub fn metric(&self, region: &Region, metric: &Metric, at: SimTime) -> Option<Datapoint> {
        let minute = SimTime::of_minute(at.minute());
        let is_there =
            self.is_long_past(minute) || self.published_at(&metric.namespace, &metric.dimensions, minute) <= self.now;
        if is_there { self.measure(region, &metric.namespace, &metric.name, &metric.dimensions, at) } else { None }
    }

    /// The same, published or not: the truth of a minute that is over.
    #[must_use]
    pub fn counted(&self, region: &Region, metric: &Metric, at: SimTime) -> Option<Datapoint> {
        self.measure(region, &metric.namespace, &metric.name, &metric.dimensions, at)
    }

    /// What was counted in a minute that is over, published or not.
    pub(super) fn measure(
        &self,
        region: &Region,
        namespace: &str,
        name: &str,
        dimensions: &[(String, String)],
        at: SimTime,
    ) -> Option<Datapoint> {
        let minute = SimTime::of_minute(at.minute());
        if minute + SimTime::MINUTE > self.now {
            return None;
        }
        let probe = Probe { world: self, region, name, dimensions: Dimensions(dimensions), at: minute };
        match namespace {
            "AWS/EC2" => probe.ec2(),
            "AWS/ApplicationELB" | "AWS/NetworkELB" => probe.balancer(namespace),
            "AWS/ELB" => probe.classic(),
            "AWS/AutoScaling" => probe.group(),
            "AWS/RDS" => probe.rds(),
            "AWS/SQS" => probe.queue(),
            "AWS/NATGateway" => probe.gateway(),
            _ => None,
        }
    }
}

/// One question: which metric, where, in which minute.
struct Probe<'w> {
    world: &'w World,
    region: &'w Region,
    name: &'w str,
    dimensions: Dimensions<'w>,
    at: SimTime,
}

impl Probe<'_> {
    /// Noise in -1..1 for this metric and minute.
    fn noise(&self, subject: &str) -> f64 {
        random::spread(self.world.seed, &[self.name, subject], self.at.minute())
    }

    /// A whole count near `expected`: the fraction decides by chance, so that rare things stay rare.
    fn whole(&self, expected: f64, subject: &str) -> f64 {
        self.whole_of(self.name, expected, subject)
    }

    /// The same for another metric of the subject: what adds up from several metrics counts each as it is published.
    fn whole_of(&self, metric: &str, expected: f64, subject: &str) -> f64 {
        (expected + random::unit(self.world.seed, &[metric, subject, "whole"], self.at.minute())).floor()
    }
}

/// Dimensions of a question.
struct Dimensions<'w>(&'w [(String, String)]);

impl<'w> Dimensions<'w> {
    fn get(&self, name: &str) -> Option<&'w str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// True when the dimensions are exactly these: CloudWatch knows no subsets.
    fn are(&self, names: &[&str]) -> bool {
        self.0.len() == names.len() && names.iter().all(|name| self.get(name).is_some())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use std::time::Duration;

    use super::super::fixture;
    use super::*;

    fn ask(world: &World, namespace: &str, name: &str, dimensions: &[(&str, &str)], back_s: u64) -> Option<Datapoint> {
        let dimensions: Vec<_> =
            dimensions.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        world.measure(world.here(), namespace, name, &dimensions, world.now - Duration::from_secs(back_s))
    }

    #[test]
    fn a_minute_that_is_not_over_has_no_datapoint_and_the_past_stays_as_it_was() {
        let mut world = fixture::world();
        let cpu =
            |world: &World, back| ask(world, "AWS/EC2", "CPUUtilization", &[("AutoScalingGroupName", "web")], back);
        assert_eq!(cpu(&world, 0), None);
        let yesterday = cpu(&world, 86_400).unwrap();
        assert!((45.0..60.0).contains(&yesterday.average()), "extrapolated from the steady state: {yesterday:?}");
        world.pass(7200);
        assert_eq!(cpu(&world, 86_400 + 7200), Some(yesterday));
    }

    #[test]
    fn counters_with_nothing_to_count_are_absent_and_hosts_are_not_aws_domain_a5() {
        let world = fixture::world_with(|document| document.replace("error_share = 0.01", "error_share = 0.0"));
        let balancer = world.here().balancers.values().next().unwrap().metric_dimension().to_owned();
        let group = world.here().target_groups.values().next().unwrap().metric_dimension().to_owned();
        let both = [("LoadBalancer", balancer.as_str()), ("TargetGroup", group.as_str())];
        assert_eq!(ask(&world, "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", &both, 120), None);
        assert_eq!(ask(&world, "AWS/ApplicationELB", "UnHealthyHostCount", &both, 120).unwrap().average(), 0.0);
        assert_eq!(ask(&world, "AWS/ApplicationELB", "HealthyHostCount", &both, 120).unwrap().maximum, 6.0);
        assert_eq!(ask(&world, "AWS/NetworkELB", "HealthyHostCount", &both, 120), None, "another namespace");
        assert_eq!(
            ask(&world, "AWS/ApplicationELB", "RequestCount", &[("TargetGroup", group.as_str())], 120),
            None,
            "no subset of dimensions"
        );
    }

    #[test]
    fn requests_over_zones_add_up() {
        let world = fixture::world();
        let balancer = world.here().balancers.values().next().unwrap().metric_dimension().to_owned();
        let count = |more: &[(&str, &str)]| {
            let dimensions: Vec<_> = more.iter().copied().chain([("LoadBalancer", balancer.as_str())]).collect();
            ask(&world, "AWS/ApplicationELB", "RequestCount", &dimensions, 120).unwrap().sum
        };
        let zones: f64 = world.here().zones.keys().map(|zone| count(&[("AvailabilityZone", zone.as_str())])).sum();
        let whole = count(&[]);
        assert!((zones / whole - 1.0).abs() < 0.03, "{zones} over zones, {whole} in all");
        assert!((whole - 18_000.0).abs() < 2.0, "300 a second: {whole}");
    }

    #[test]
    fn lag_of_a_broken_replica_is_minus_one_aws_domain_a4() {
        let mut world = fixture::world();
        let lag = |world: &World| {
            ask(world, "AWS/RDS", "ReplicaLag", &[("DBInstanceIdentifier", "copy")], 120).unwrap().maximum
        };
        assert!((0.5..4.0).contains(&lag(&world)));
        world.apply(super::super::super::fault::Fault::ReplicaError { id: "copy".to_owned() }).unwrap();
        world.pass(180);
        assert_eq!(lag(&world), -1.0);
        assert_eq!(ask(&world, "AWS/RDS", "ReplicaLag", &[("DBInstanceIdentifier", "main")], 120), None);
    }

    #[test]
    fn every_listed_metric_has_data() {
        let mut world = fixture::world();
        world.pass(1200);
        let listed = world.metrics(world.here());
        assert!(listed.len() > 60, "{}", listed.len());
        for metric in &listed {
            let found = (1..=20).any(|minute| {
                world.metric(world.here(), metric, world.now - Duration::from_secs(minute * 60)).is_some()
            });
            assert!(found, "{metric:?}");
        }
    }
}
