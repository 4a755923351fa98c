//! Throttle domains: which calls share one of AWS's token buckets, and how fast we allow ourselves to go (`aws-domain.md` A.8).

use crate::id::Region;

/// Calls that AWS counts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Domain {
    /// EC2's reads.
    Ec2,
    /// Auto Scaling.
    AutoScaling,
    /// Load balancers of both generations: one small bucket for the account.
    Elb,
    /// Their calls that change subnets: a bucket of ten, and 0.2 a second.
    ElbSlow,
    /// RDS.
    Rds,
    /// CloudWatch.
    CloudWatch,
    /// The Application Recovery Controller.
    Arc,
    /// Route 53: five requests a second for the whole account.
    Route53,
    /// Identity: STS and IAM.
    Identity,
    /// CloudTrail's look-ups: two a second for an account and region.
    Trail,
    /// AWS Health: one endpoint for the account.
    Health,
}

/// A pace: a burst, then so many calls a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Calls that may go at once after a rest.
    pub burst: f64,
    /// Calls a second.
    pub rate: f64,
}

impl Domain {
    /// Every domain.
    pub const ALL: &'static [Domain] = &[
        Self::Ec2,
        Self::AutoScaling,
        Self::Elb,
        Self::ElbSlow,
        Self::Rds,
        Self::CloudWatch,
        Self::Arc,
        Self::Route53,
        Self::Identity,
        Self::Trail,
        Self::Health,
    ];

    /// The name shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ec2 => "ec2",
            Self::AutoScaling => "asg",
            Self::Elb => "elb",
            Self::ElbSlow => "elb-slow",
            Self::Rds => "rds",
            Self::CloudWatch => "cw",
            Self::Arc => "arc",
            Self::Route53 => "r53",
            Self::Identity => "sts",
            Self::Trail => "trail",
            Self::Health => "health",
        }
    }

    /// The pace of a console that stays: a part of AWS's buckets, since others use them too. Of the load balancers' ten a second
    /// it takes three (`aws-domain.md` A.3). Unpublished limits are taken at two a second (A.8).
    pub fn steady(self) -> Pace {
        match self {
            Self::Ec2 => Pace { burst: 50.0, rate: 10.0 },
            Self::AutoScaling => Pace { burst: 20.0, rate: 2.0 },
            Self::Elb => Pace { burst: 20.0, rate: 3.0 },
            Self::ElbSlow => Pace { burst: 9.0, rate: 0.19 },
            Self::Rds => Pace { burst: 10.0, rate: 2.0 },
            Self::CloudWatch => Pace { burst: 10.0, rate: 3.0 },
            Self::Arc => Pace { burst: 6.0, rate: 2.0 },
            Self::Route53 => Pace { burst: 4.0, rate: 2.0 },
            Self::Identity => Pace { burst: 5.0, rate: 1.0 },
            Self::Trail => Pace { burst: 2.0, rate: 1.0 },
            Self::Health => Pace { burst: 2.0, rate: 1.0 },
        }
    }

    /// The pace of a command that reads once and ends: it may use up the bucket.
    pub fn once(self) -> Pace {
        match self {
            Self::Ec2 => Pace { burst: 90.0, rate: 15.0 },
            Self::Elb => Pace { burst: 38.0, rate: 9.0 },
            other => other.steady(),
        }
    }

    /// Where its bucket is: Route 53, identity and Health have one for the account, the rest one a region.
    pub fn place(self, region: &Region) -> Region {
        match self {
            Self::Route53 | Self::Identity | Self::Health => Region::global(),
            _ => region.clone(),
        }
    }
}
