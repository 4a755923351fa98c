//! Token buckets: how many requests AWS takes before it refuses (`aws-domain.md` A.8).
//!
//! Owns: the buckets, which class of action draws from which, and their fill at a virtual time. Must stay true: no clock is
//! read; a request that is refused costs nothing; the same requests at the same times are refused again.

use std::collections::BTreeMap;

use super::request::Request;
use super::service::Service;
use crate::sim::time::SimTime;

/// Which buckets an action draws from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ThrottleClass {
    /// An ordinary read: the service's bucket for reads.
    Read,
    /// A listing, which EC2 charges to a smaller bucket when it is neither filtered nor paged.
    Listing,
    /// An ordinary write: the service's bucket for writes.
    Write,
    /// An action with a bucket of its own.
    Own(Bucket),
    /// A write that draws one token from a bucket of requests, EC2's own for writes if none is said, and one an instance
    /// from a bucket of resources.
    Instances(Option<Bucket>, Bucket),
}

/// How much a bucket holds and how fast it fills.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Its name; in one region one bucket has a name.
    pub name: &'static str,
    /// Requests it holds when full.
    pub capacity: f64,
    /// Requests a second that flow back.
    pub refill: f64,
}

impl Bucket {
    /// A bucket of that name.
    pub const fn new(name: &'static str, capacity: f64, refill: f64) -> Self {
        Self { name, capacity, refill }
    }

    /// The same while it refills at no more than `rate`: its burst shrinks in proportion, but one request at a time always
    /// passes unless nothing flows back at all.
    fn throttled(self, rate: f64) -> Self {
        if rate >= self.refill {
            return self;
        }
        let least = if rate > 0.0 { 1.0 } else { 0.0 };
        Self { capacity: (self.capacity * rate / self.refill).max(least), refill: rate, ..self }
    }
}

/// Runs and starts: one token an instance.
pub const RUN_RESOURCES: Bucket = Bucket::new("ec2 instances begun", 1000.0, 2.0);
/// Stops and ends: one token an instance.
pub const END_RESOURCES: Bucket = Bucket::new("ec2 instances ended", 1000.0, 20.0);
/// RunInstances.
pub const EC2_RUN: Bucket = Bucket::new("ec2 RunInstances", 5.0, 2.0);
/// StartInstances.
pub const EC2_START: Bucket = Bucket::new("ec2 StartInstances", 5.0, 2.0);
/// TerminateInstances.
pub const EC2_TERMINATE: Bucket = Bucket::new("ec2 TerminateInstances", 100.0, 5.0);
/// CreateSnapshot.
pub const EC2_SNAPSHOT: Bucket = Bucket::new("ec2 CreateSnapshot", 100.0, 5.0);
/// CreateTags.
pub const EC2_TAGS: Bucket = Bucket::new("ec2 CreateTags", 100.0, 10.0);
/// Registration with load balancers of either kind.
pub const ELB_REGISTER: Bucket = Bucket::new("elasticloadbalancing registrations", 20.0, 4.0);
/// What changes a load balancer's subnets, and the like.
pub const ELB_SLOW: Bucket = Bucket::new("elasticloadbalancing slow", 10.0, 0.2);
const EC2_WRITE: Bucket = Bucket::new("ec2 writes", 50.0, 5.0);
const ELB_WRITE: Bucket = Bucket::new("elasticloadbalancing writes", 20.0, 3.0);
// Unpublished, as their reads are.
const AUTOSCALING_WRITE: Bucket = Bucket::new("autoscaling writes", 20.0, 5.0);
const RDS_WRITE: Bucket = Bucket::new("rds writes", 10.0, 2.0);
const ARC_WRITE: Bucket = Bucket::new("arc-zonal-shift writes", 10.0, 2.0);
const EC2_READ: Bucket = Bucket::new("ec2 reads", 100.0, 20.0);
const EC2_UNBOUNDED: Bucket = Bucket::new("ec2 reads, unfiltered and unpaged", 50.0, 10.0);
/// Classic and newer load balancers draw from this together.
const ELB_ACCOUNT: Bucket = Bucket::new("elasticloadbalancing", 40.0, 10.0);
const ELB_READ: Bucket = Bucket::new("elasticloadbalancing reads", 40.0, 10.0);
const ROUTE53: Bucket = Bucket::new("route53", 5.0, 5.0);
// Unpublished; generous enough for a client that keeps to the advice of A.8.
const AUTOSCALING: Bucket = Bucket::new("autoscaling reads", 40.0, 10.0);
const RDS: Bucket = Bucket::new("rds reads", 40.0, 10.0);
const ARC: Bucket = Bucket::new("arc-zonal-shift reads", 20.0, 5.0);
/// `aws-domain.md` A.5: CloudWatch's describing calls other than DescribeAlarms.
const CLOUDWATCH: Bucket = Bucket::new("cloudwatch reads", 6.0, 3.0);
/// Each of their actions has a bucket of its own.
const UNPUBLISHED: Bucket = Bucket::new("unpublished reads", 5.0, 2.0);
const IDENTITY: Bucket = Bucket::new("identity reads", 100.0, 20.0);

/// The buckets that a request draws from, with the tokens that it takes of each.
fn buckets(class: ThrottleClass, request: &Request) -> Vec<(Bucket, f64)> {
    let elb = matches!(request.service, Service::ElasticLoadBalancing | Service::ElasticLoadBalancingV2);
    let mut buckets = if elb { vec![(ELB_ACCOUNT, 1.0)] } else { Vec::new() };
    match class {
        ThrottleClass::Own(bucket) => buckets.push((bucket, 1.0)),
        ThrottleClass::Instances(own, resources) => {
            buckets.push((own.unwrap_or(EC2_WRITE), 1.0));
            buckets.push((resources, instances(request).min(resources.capacity)));
        }
        ThrottleClass::Write => buckets.push((writes(request.service), 1.0)),
        ThrottleClass::Listing if is_unbounded(request) => buckets.push((EC2_UNBOUNDED, 1.0)),
        ThrottleClass::Listing | ThrottleClass::Read => buckets.push((reads(request.service), 1.0)),
    }
    buckets
}

fn reads(service: Service) -> Bucket {
    match service {
        Service::Ec2 => EC2_READ,
        Service::ElasticLoadBalancing | Service::ElasticLoadBalancingV2 => ELB_READ,
        Service::Route53 => ROUTE53,
        Service::AutoScaling => AUTOSCALING,
        Service::Rds => RDS,
        Service::ArcZonalShift => ARC,
        Service::CloudWatch => CLOUDWATCH,
        Service::CloudTrail | Service::Health => UNPUBLISHED,
        Service::Iam | Service::Sts => IDENTITY,
    }
}

fn writes(service: Service) -> Bucket {
    match service {
        Service::Ec2 => EC2_WRITE,
        Service::ElasticLoadBalancing | Service::ElasticLoadBalancingV2 => ELB_WRITE,
        Service::AutoScaling => AUTOSCALING_WRITE,
        Service::Rds => RDS_WRITE,
        Service::ArcZonalShift => ARC_WRITE,
        // None of the others has a write here.
        other => reads(other),
    }
}

/// How many instances a request is about: those that it names, or as many as it wants launched.
fn instances(request: &Request) -> f64 {
    let named = request.params.texts("InstanceId").len();
    let wanted = request.params.integer("MaxCount").ok().flatten().and_then(|count| usize::try_from(count).ok());
    named.max(wanted.unwrap_or_default()).max(1) as f64
}

/// Neither filtered, nor by id, nor paged.
fn is_unbounded(request: &Request) -> bool {
    let members = request.params.members();
    !members.keys().any(|name| name == "MaxResults" || name == "NextToken" || name == "Filter" || name.ends_with("Id"))
}

/// How full each bucket was, and when.
#[derive(Debug, Default)]
pub struct Throttle {
    levels: BTreeMap<(String, &'static str), (f64, SimTime)>,
}

impl Throttle {
    /// Takes a token from every bucket of a request; `false`, and nothing taken, when one is empty. `rate` is what a fault
    /// lets the service's buckets refill at.
    pub fn admit(&mut self, class: ThrottleClass, request: &Request, rate: Option<f64>, now: SimTime) -> bool {
        let region = if request.service.is_global() { "global" } else { &request.region };
        let drawn: Vec<((String, &'static str), f64, f64)> = buckets(class, request)
            .into_iter()
            .map(|(bucket, tokens)| (rate.map_or(bucket, |rate| bucket.throttled(rate)), tokens))
            .map(|(bucket, tokens)| {
                (
                    (region.to_owned(), bucket.name),
                    self.level(region, bucket, now),
                    tokens.min(bucket.capacity).max(1.0),
                )
            })
            .collect();
        if drawn.iter().any(|(_, level, tokens)| level < tokens) {
            return false;
        }
        for (key, level, tokens) in drawn {
            self.levels.insert(key, (level - tokens, now));
        }
        true
    }

    fn level(&self, region: &str, bucket: Bucket, now: SimTime) -> f64 {
        match self.levels.get(&(region.to_owned(), bucket.name)) {
            None => bucket.capacity,
            // A fault may have made the bucket smaller since.
            Some((level, at)) => (level + now.since(*at).as_secs_f64() * bucket.refill).min(bucket.capacity),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sim::wire::request::{Params, Protocol};

    fn request(service: Service, params: &[&str]) -> Request {
        let mut members = Params::default();
        for name in params {
            members.set(*name, "x");
        }
        Request {
            service,
            action: "DescribeInstances".into(),
            region: "us-east-1".into(),
            params: members,
            user_agent: String::new(),
            protocol: Protocol::Ec2,
        }
    }

    fn admitted(throttle: &mut Throttle, class: ThrottleClass, request: &Request, now: SimTime) -> usize {
        (0..1000).take_while(|_| throttle.admit(class, request, None, now)).count()
    }

    /// aws-domain.md A.8: non-mutating 100/20; unfiltered and unpaginated listings 50/10.
    #[test]
    fn an_unbounded_listing_draws_from_the_smaller_bucket() {
        let mut throttle = Throttle::default();
        let start = SimTime::from_seconds(0);
        let (bare, paged) = (request(Service::Ec2, &["Version"]), request(Service::Ec2, &["MaxResults"]));
        assert_eq!(admitted(&mut throttle, ThrottleClass::Listing, &bare, start), 50);
        assert_eq!(admitted(&mut throttle, ThrottleClass::Listing, &paged, start), 100);
        let later = start + Duration::from_secs(2);
        assert_eq!(admitted(&mut throttle, ThrottleClass::Listing, &bare, later), 20);
        assert_eq!(admitted(&mut throttle, ThrottleClass::Listing, &paged, later), 40);
    }

    /// aws-domain.md A.8: one account-level bucket 40/10 for both kinds of load balancer.
    #[test]
    fn both_load_balancer_services_share_one_bucket() {
        let mut throttle = Throttle::default();
        let start = SimTime::from_seconds(0);
        assert_eq!(
            admitted(&mut throttle, ThrottleClass::Read, &request(Service::ElasticLoadBalancingV2, &[]), start),
            40
        );
        assert_eq!(
            admitted(&mut throttle, ThrottleClass::Read, &request(Service::ElasticLoadBalancing, &[]), start),
            0
        );
        let west = Request { region: "us-west-2".into(), ..request(Service::ElasticLoadBalancing, &[]) };
        assert_eq!(
            admitted(&mut throttle, ThrottleClass::Read, &west, start),
            40,
            "another region has buckets of its own"
        );
    }

    #[test]
    fn a_throttled_service_has_smaller_buckets_which_fill_slowly_and_are_whole_again_after() {
        let mut throttle = Throttle::default();
        let start = SimTime::from_seconds(0);
        let request = request(Service::AutoScaling, &[]);
        let taken = |throttle: &mut Throttle, rate, after| {
            let now = start + Duration::from_secs(after);
            (0..1000).take_while(|_| throttle.admit(ThrottleClass::Read, &request, rate, now)).count()
        };
        assert_eq!(taken(&mut throttle, Some(0.5), 0), 2, "40 at 10 a second are 2 at one each two seconds");
        assert_eq!(taken(&mut throttle, Some(0.5), 2), 1);
        assert_eq!(taken(&mut throttle, Some(0.0), 100), 0);
        assert_eq!(taken(&mut throttle, None, 100), 40);
        assert_eq!(taken(&mut throttle, Some(500.0), 200), 40, "a fault makes no service more generous");
    }
}
