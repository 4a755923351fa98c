//! The services that the simulated account has, and the registry of their actions.
//!
//! Owns: [`Service`] (names, namespaces), [`Action`] and [`ACTIONS`]. One file or folder a service, which lists its actions in
//! its own `ACTIONS`. Must stay true: every action that answers is in the registry, once.

pub mod arc_zonal_shift;
pub mod autoscaling;
pub mod cloudtrail;
pub mod cloudwatch;
pub mod ec2;
pub mod elasticloadbalancing;
pub mod elasticloadbalancingv2;
pub mod health;
pub mod iam;
#[cfg(test)]
mod probe;
pub mod rds;
pub mod route53;
pub mod sts;

use super::error::{ApiError, Code};
use super::request::Request;
use super::throttle::ThrottleClass;
use super::writer::Writer;
use crate::sim::physics::{Refused, Scene};
use crate::sim::world::{Region, World};

/// An AWS service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// ARC zonal shift.
    ArcZonalShift,
    /// EC2 Auto Scaling.
    AutoScaling,
    /// CloudTrail.
    CloudTrail,
    /// CloudWatch, signed as `monitoring`.
    CloudWatch,
    /// EC2.
    Ec2,
    /// Classic load balancers.
    ElasticLoadBalancing,
    /// Application and network load balancers; signed as `elasticloadbalancing`, told apart by the form's `Version`.
    ElasticLoadBalancingV2,
    /// AWS Health, global.
    Health,
    /// IAM, global.
    Iam,
    /// RDS and Aurora.
    Rds,
    /// Route 53, global.
    Route53,
    /// STS.
    Sts,
}

impl Service {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::ArcZonalShift,
        Self::AutoScaling,
        Self::CloudTrail,
        Self::CloudWatch,
        Self::Ec2,
        Self::ElasticLoadBalancing,
        Self::ElasticLoadBalancingV2,
        Self::Health,
        Self::Iam,
        Self::Rds,
        Self::Route53,
        Self::Sts,
    ];

    /// The name under which the call log, faults and IAM know it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ArcZonalShift => "arc-zonal-shift",
            Self::AutoScaling => "autoscaling",
            Self::CloudTrail => "cloudtrail",
            Self::CloudWatch => "cloudwatch",
            Self::Ec2 => "ec2",
            Self::ElasticLoadBalancing => "elasticloadbalancing",
            Self::ElasticLoadBalancingV2 => "elasticloadbalancingv2",
            Self::Health => "health",
            Self::Iam => "iam",
            Self::Rds => "rds",
            Self::Route53 => "route53",
            Self::Sts => "sts",
        }
    }

    /// The prefix of its actions in IAM: both generations of load balancers share one.
    pub const fn iam_prefix(self) -> &'static str {
        match self {
            Self::ElasticLoadBalancingV2 => "elasticloadbalancing",
            other => other.name(),
        }
    }

    /// The service of a credential scope. Classic and newer load balancers share one: `version` is that of the form.
    pub fn of_scope(scope: &str, version: Option<&str>) -> Option<Self> {
        match scope {
            "monitoring" => Some(Self::CloudWatch),
            "elasticloadbalancing" if version == Some("2012-06-01") => Some(Self::ElasticLoadBalancing),
            "elasticloadbalancing" => Some(Self::ElasticLoadBalancingV2),
            "cloudwatch" | "elasticloadbalancingv2" => None,
            other => Self::ALL.iter().copied().find(|service| service.name() == other),
        }
    }

    /// The XML namespace of its answers.
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Ec2 => "http://ec2.amazonaws.com/doc/2016-11-15/",
            Self::AutoScaling => "http://autoscaling.amazonaws.com/doc/2011-01-01/",
            Self::CloudWatch => "http://monitoring.amazonaws.com/doc/2010-08-01/",
            Self::ElasticLoadBalancing => "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/",
            Self::ElasticLoadBalancingV2 => "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
            Self::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Self::Rds => "http://rds.amazonaws.com/doc/2014-10-31/",
            Self::Route53 => "https://route53.amazonaws.com/doc/2013-04-01/",
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            // JSON has none.
            Self::ArcZonalShift | Self::CloudTrail | Self::Health => "",
        }
    }

    /// Whether it answers whatever region signed: its resources are in no region.
    pub const fn is_global(self) -> bool {
        matches!(self, Self::Health | Self::Iam | Self::Route53 | Self::Sts)
    }
}

/// What an action does: writes the answer's members, or refuses.
#[derive(Debug, Clone, Copy)]
pub enum Run {
    /// It reads the world.
    Read(fn(&World, &Request, &mut Writer) -> Result<(), ApiError>),
    /// It changes the world. What it refuses it has not begun, but for what AWS itself carries out half.
    Write(fn(&mut World, &Request, &mut Writer) -> Result<(), ApiError>),
}

/// One action of a service.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// The service.
    pub service: Service,
    /// As AWS names it.
    pub name: &'static str,
    /// Which token buckets it draws from.
    pub class: ThrottleClass,
    /// Method and path, for the services that speak REST: `/2013-04-01/hostedzone/{Id}/rrset`.
    pub route: Option<(&'static str, &'static str)>,
    /// What it does.
    pub run: Run,
}

impl Action {
    /// An action that reads, in the plain class of reads.
    pub const fn read(
        service: Service,
        name: &'static str,
        run: fn(&World, &Request, &mut Writer) -> Result<(), ApiError>,
    ) -> Self {
        Self { service, name, class: ThrottleClass::Read, route: None, run: Run::Read(run) }
    }

    /// An action that changes something, in the plain class of writes.
    pub const fn write(
        service: Service,
        name: &'static str,
        run: fn(&mut World, &Request, &mut Writer) -> Result<(), ApiError>,
    ) -> Self {
        Self { service, name, class: ThrottleClass::Write, route: None, run: Run::Write(run) }
    }

    /// Whether it changes something.
    #[must_use]
    pub const fn is_write(&self) -> bool {
        matches!(self.run, Run::Write(_))
    }

    /// Runs it.
    ///
    /// # Errors
    /// What AWS refuses, as AWS says it.
    pub fn perform(&self, world: &mut World, request: &Request, writer: &mut Writer) -> Result<(), ApiError> {
        match self.run {
            Run::Read(run) => run(world, request, writer),
            Run::Write(run) => run(world, request, writer),
        }
    }

    /// The same, drawing from other buckets.
    #[must_use]
    pub const fn class(mut self, class: ThrottleClass) -> Self {
        self.class = class;
        self
    }

    /// The same, at this method and path.
    #[must_use]
    pub const fn at(mut self, method: &'static str, path: &'static str) -> Self {
        self.route = Some((method, path));
        self
    }
}

/// Every action, a slice a service.
pub const ACTIONS: &[&[Action]] = &[
    arc_zonal_shift::ACTIONS,
    autoscaling::ACTIONS,
    cloudtrail::ACTIONS,
    cloudwatch::ACTIONS,
    ec2::ACTIONS,
    elasticloadbalancing::ACTIONS,
    elasticloadbalancingv2::ACTIONS,
    health::ACTIONS,
    iam::ACTIONS,
    rds::ACTIONS,
    route53::ACTIONS,
    sts::ACTIONS,
];

/// All actions of all services.
pub fn all() -> impl Iterator<Item = &'static Action> {
    ACTIONS.iter().flat_map(|actions| actions.iter())
}

/// The action of that service and name.
pub fn find(service: Service, name: &str) -> Option<&'static Action> {
    all().find(|action| action.service == service && action.name == name)
}

/// The region that a request addresses.
///
/// # Errors
/// What an account hears from a region that it has not enabled.
pub fn region<'w>(world: &'w World, request: &Request) -> Result<&'w Region, ApiError> {
    world.region(&request.region).ok_or_else(|| {
        let words = match request.service {
            Service::Ec2 => "AWS was not able to validate the provided access credentials",
            _ => "The security token included in the request is invalid.",
        };
        ApiError::general(Code::Credentials, words)
    })
}

/// The same, to change it.
///
/// # Errors
/// As [`region`].
pub fn scene<'w>(world: &'w mut World, request: &Request) -> Result<Scene<'w>, ApiError> {
    region(world, request)?;
    world.scene(&request.region).ok_or_else(|| ApiError::general(Code::Credentials, "The region is not enabled."))
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        Self::new(refused.code, refused.words).status(refused.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_registered_once_under_its_own_service() {
        let mut names: Vec<(Service, &str)> = all().map(|action| (action.service, action.name)).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        for actions in ACTIONS {
            assert!(
                actions
                    .windows(2)
                    .all(|pair| pair.first().map(|action| action.service) == pair.last().map(|action| action.service))
            );
        }
        for action in all() {
            let is_rest = matches!(action.service, Service::ArcZonalShift | Service::Route53);
            assert_eq!(action.route.is_some(), is_rest, "{} {}", action.service.name(), action.name);
        }
    }
}
