//! How a service does, as its callers see it: what share of requests fails, how long the slowest take.
//!
//! Owns: [`Vitals`]. Depends on: metrics. Must stay true: what was not asked or not answered is unknown and never zero; what a kind
//! of entry does not measure is absent (`aws-domain.md` A.5).

use std::collections::BTreeSet;

use crate::estate::balancer::TargetGroup;
use crate::estate::query::{Measure, Query};
use crate::id::Arn;

use super::metrics::{Metrics, Sample};
use super::service::Service;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    /// Nothing here measures it.
    Absent,
    /// Nobody asked, or there is no answer.
    Unknown,
    /// A value.
    Value(f64),
}

/// How a service does, in the newest settled minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Vitals {
    /// The share of requests that fail with a 5XX.
    pub errors: Reading,
    /// Seconds that the slowest hundredth of requests take at least; of several entries the slowest.
    pub p99_s: Reading,
    /// Seconds that the oldest message waits, of a service that works off a queue.
    pub queue_s: Reading,
}

impl Vitals {
    /// Those of a service; `group` finds its target groups, `queue` is the one that policy declares. What a balancer fails by itself
    /// counts where `has_whole` says that all of the balancer's target groups are the service's.
    pub fn of<'a>(
        metrics: &Metrics<'_>,
        service: &Service,
        group: impl Fn(&Arn) -> Option<&'a TargetGroup>,
        has_whole: impl Fn(&Arn) -> bool,
        queue: Option<&str>,
    ) -> Self {
        let mut sum = Sum::default();
        let mut balancers: BTreeSet<&Arn> = BTreeSet::new();
        for group in service.target_groups.iter().filter_map(group) {
            for balancer in &group.load_balancers {
                // A network balancer counts flows and resets, which are no requests and no 5XX.
                if balancer.as_str().contains("loadbalancer/app/") {
                    sum.add(metrics, |measure| Query::of_target_group(measure, balancer, &group.arn, None));
                    if balancers.insert(balancer) && has_whole(balancer) {
                        sum.add_unserved(metrics, Query::of_balancer(Measure::BalancerErrors, balancer, None));
                    }
                }
            }
        }
        for name in &service.classic_balancers {
            sum.add(metrics, |measure| Query::of_classic(measure, name, None));
            sum.add_unserved(metrics, Query::of_classic(Measure::BalancerErrors, name, None));
        }
        let queue_s = queue.map_or(Reading::Absent, |queue| match metrics.latest(&Query::of_queue(queue)) {
            Sample::Value(seconds, _) => Reading::Value(seconds),
            Sample::Unasked | Sample::Unread | Sample::Silent => Reading::Unknown,
        });
        Self { errors: sum.errors(), p99_s: sum.p99_s(), queue_s }
    }
}

/// What the entries of a service add up to.
#[derive(Debug, Default)]
struct Sum {
    entries: usize,
    /// Entries of which requests are known, those requests, and how many failed.
    known: usize,
    requests: f64,
    failed: f64,
    slowest: Option<f64>,
    /// Some entry has no known latency while requests come.
    misses_latency: bool,
}

impl Sum {
    fn add(&mut self, metrics: &Metrics<'_>, query: impl Fn(Measure) -> Option<Query>) {
        let latest = |measure| query(measure).map_or(Sample::Unasked, |query| metrics.latest(&query));
        self.entries += 1;
        let requests = latest(Measure::Requests);
        match (requests, latest(Measure::Errors)) {
            (Sample::Value(requests, _), Sample::Value(failed, _)) => {
                self.known += 1;
                self.requests += requests;
                self.failed += failed;
            }
            // While requests flow, absent is none (A.5).
            (Sample::Value(requests, _), Sample::Silent) => {
                self.known += 1;
                self.requests += requests;
            }
            _ => {}
        }
        match latest(Measure::Latency) {
            Sample::Value(seconds, _) => self.slowest = Some(self.slowest.map_or(seconds, |known| known.max(seconds))),
            Sample::Unasked | Sample::Unread | Sample::Silent => self.misses_latency = true,
        }
    }

    /// Requests that no target took: the balancer answers them itself. Where nobody asked, the targets' own are all that is told.
    fn add_unserved(&mut self, metrics: &Metrics<'_>, query: Option<Query>) {
        self.failed += query.and_then(|query| metrics.latest(&query).value()).unwrap_or(0.0);
    }

    fn errors(&self) -> Reading {
        match self.entries {
            0 => Reading::Absent,
            all if self.known < all || self.requests <= 0.0 => Reading::Unknown,
            // What no target took is in no target group's requests.
            _ => Reading::Value((self.failed / self.requests.max(self.failed)).min(1.0)),
        }
    }

    fn p99_s(&self) -> Reading {
        match (self.entries, self.slowest) {
            (0, _) => Reading::Absent,
            (_, Some(seconds)) if !self.misses_latency => Reading::Value(seconds),
            _ => Reading::Unknown,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::estate::alarm::Series;
    use crate::estate::{Estate, Kind, Row, Slice, SliceId, Update};
    use crate::id::{ClassicName, Region};

    /// The vitals of a classic balancer of which these were answered: requests, errors, latency; none is not asked.
    fn vitals(values: [Option<&[f64]>; 3]) -> Vitals {
        let at = |second| Timestamp::from_second(second).unwrap();
        let name = ClassicName::from("legacy");
        let measures = [Measure::Requests, Measure::Errors, Measure::Latency];
        let mut series: Vec<Series> = std::iter::zip(measures, values)
            .filter_map(|(measure, values)| {
                let query = Query::of_classic(measure, &name, None)?;
                let points = values?.iter().map(|value| (at(480), *value)).collect();
                Some(Series { id: "board".into(), metric: query.metric, statistic: query.statistic, points })
            })
            .collect();
        series.sort_by(|a, b| (&a.metric, &a.statistic).cmp(&(&b.metric, &b.statistic)));
        let mut estate = Estate::default();
        let region = Region::from("us-east-1");
        let id = SliceId::of(&region, Kind::Series, "board");
        estate.apply(Update::part(id, Slice::read(Series::rows(series), at(610))));
        let service = Service { classic_balancers: [name].into(), ..Service::default() };
        Vitals::of(&Metrics::new(&estate, &region, at(610)), &service, |_| None, |_| true, None)
    }

    #[test]
    fn absent_errors_are_none_while_requests_flow_and_unknown_otherwise() {
        assert_eq!(vitals([Some(&[200.0]), Some(&[12.0]), Some(&[0.3])]).errors, Reading::Value(0.06));
        let flows = vitals([Some(&[200.0]), Some(&[]), Some(&[0.3])]);
        assert_eq!((flows.errors, flows.p99_s), (Reading::Value(0.0), Reading::Value(0.3)));
        assert_eq!(vitals([Some(&[]), Some(&[]), Some(&[])]).errors, Reading::Unknown, "no traffic tells nothing");
        let unasked = vitals([None, None, None]);
        assert_eq!(
            (unasked.errors, unasked.p99_s, unasked.queue_s),
            (Reading::Unknown, Reading::Unknown, Reading::Absent)
        );
    }
}
