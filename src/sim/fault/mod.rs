//! Faults: what can be broken in the simulated account.
//!
//! Owns: the vocabulary of `POST /_sim/fault` and `/_sim/heal`. Knows: the world's causes. Must stay true: a fault
//! changes causes only, and what AWS then reports comes from the physics alone; any two compose; heal undoes each.
//! Causes that last are therefore never set one by one: they are worked out afresh from all faults in force.

mod causes;
mod force;
mod kinds;
mod parse;

use serde::{Deserialize, Serialize};

pub use self::kinds::{KINDS, Kind};
use super::physics::Unknown;
use super::world::SimTime;

/// The share of what crosses a gray zone's border that is lost, where a fault does not say.
pub const DEFAULT_SHARE: f64 = 0.3;

/// A fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// The application on an instance hangs: health checks of its targets fail, EC2's own checks pass.
    Application {
        /// `i-…`.
        instance: String,
    },
    /// AWS declares a zone sick, whether it is or not: what has autoshift enabled is moved off it.
    Autoshift {
        /// `us-east-1b`, or the id `use1-az4`.
        zone: String,
    },
    /// A group gets a release that stops answering some minutes after it reached an instance.
    BadRelease {
        /// The group.
        group: String,
    },
    /// Control planes are slow, and fail in part: what changes things of EC2, Auto Scaling, RDS and load balancers. ARC's do not.
    Brownout {
        /// Share of those calls that fail, 0 to 1.
        #[serde(default = "default_share")]
        share: f64,
        /// Virtual seconds that the others take more, on average.
        #[serde(default = "default_slower")]
        s: f64,
    },
    /// Answers are cut in half.
    Cut {
        /// The service, as the call log names it.
        service: String,
    },
    /// A database's host crashes.
    DatabaseCrash {
        /// `DBInstanceIdentifier`.
        id: String,
    },
    /// Connections to AWS are refused.
    Dead {},
    /// The caller's role loses a permission.
    Deny {
        /// The IAM action: `ec2:DescribeInstances`, or `rds:*` for all of a service.
        action: String,
    },
    /// The volumes of a zone stop completing I/O.
    EbsStall {
        /// The zone.
        zone: String,
    },
    /// A share of a service's calls is answered with an error.
    Error {
        /// The service.
        service: String,
        /// AWS's code, `InternalError`.
        code: String,
        /// Share of calls, 0 to 1.
        #[serde(default = "default_share")]
        share: f64,
    },
    /// The caller's credentials expire.
    ExpireCredentials {},
    /// A share of what crosses a zone's border is lost, while AWS's own checks see nothing.
    GrayZone {
        /// The zone.
        zone: String,
        /// Share of requests, answers and checks, 0 to 1.
        #[serde(default = "default_share")]
        share: f64,
    },
    /// An instance's operating system hangs: its instance check fails, its host is in order.
    Guest {
        /// `i-…`.
        instance: String,
    },
    /// A service's health check path answers 503 although the service itself works.
    HealthCheck {
        /// The service.
        service: String,
    },
    /// The host of an instance breaks: its system check fails, and nothing on it answers.
    Host {
        /// `i-…`.
        instance: String,
    },
    /// The key that encrypts a group's images may not be used: its launches die at once.
    KeyDenied {
        /// The group.
        group: String,
    },
    /// A replica falls behind and stays so.
    Lag {
        /// `DBInstanceIdentifier`.
        id: String,
        /// Seconds.
        s: f64,
    },
    /// Metrics are published later than usual.
    LateMetrics {
        /// Seconds more.
        s: f64,
    },
    /// Demand is multiplied.
    Load {
        /// Of the services of this name, in every region; of all services when absent.
        #[serde(default)]
        service: Option<String>,
        /// By this, 0 to 1,000.
        factor: f64,
    },
    /// The answer of a write is lost: it takes effect, and the connection ends. The fault is over with that.
    LoseAnswer {
        /// Of this write, counted from 1 from now on.
        #[serde(default = "default_nth")]
        nth: u64,
    },
    /// A zone's NAT gateway drops packets: who goes out through it loses what it sends, in whatever zone it is.
    NatGateway {
        /// The zone that the gateway stands in.
        zone: String,
        /// Share of packets, 0 to 1.
        #[serde(default = "default_drops")]
        share: f64,
    },
    /// A zone has no room for new instances and databases.
    NoCapacity {
        /// The zone.
        zone: String,
    },
    /// A weekly practice run moves what has one configured off a zone.
    PracticeRun {
        /// The zone.
        zone: String,
    },
    /// A service's reads are not answered.
    ReadsDown {
        /// The service.
        service: String,
        /// Only reads that concern this zone.
        #[serde(default)]
        zone: Option<String>,
    },
    /// A group gets a good release by an instance refresh: its members are replaced a few at a time.
    Refresh {
        /// The group.
        group: String,
    },
    /// A region loses power and its endpoints.
    RegionOutage {
        /// The region.
        region: String,
    },
    /// A group gets a release.
    Release {
        /// The group.
        group: String,
        /// Whether it works.
        good: bool,
        /// Zones that it reaches first.
        #[serde(default)]
        zones_first: Vec<String>,
        /// Seconds that it then waits before it reaches the others.
        #[serde(default)]
        pause_s: f64,
    },
    /// A replica's replication breaks with an error.
    ReplicaError {
        /// `DBInstanceIdentifier`.
        id: String,
    },
    /// AWS announces that an instance's host will be retired.
    Retirement {
        /// `i-…`.
        instance: String,
    },
    /// Clients of a service retry what fails, several times and at once.
    RetryStorm {
        /// The service.
        service: String,
    },
    /// A service's answers are slow.
    Slow {
        /// The service.
        service: String,
        /// Virtual seconds more.
        s: f64,
    },
    /// A database's storage fills up.
    StorageFull {
        /// `DBInstanceIdentifier`.
        id: String,
    },
    /// The next stop of an instance hangs, until it is forced.
    StuckStop {
        /// `i-…`.
        instance: String,
    },
    /// A service's token buckets refill at another rate.
    Throttle {
        /// The service.
        service: String,
        /// Calls a second.
        rate: f64,
    },
    /// A zone loses power.
    ZonePowerLoss {
        /// The zone.
        zone: String,
    },
}

/// The share of packets that a NAT gateway drops, where a fault does not say.
pub const DEFAULT_DROPS: f64 = 0.6;

fn default_nth() -> u64 {
    1
}

fn default_slower() -> f64 {
    3.0
}

fn default_drops() -> f64 {
    DEFAULT_DROPS
}

fn default_share() -> f64 {
    DEFAULT_SHARE
}

/// A fault with the instant from which it is in force.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InForce {
    /// The fault.
    #[serde(flatten)]
    pub fault: Fault,
    /// Since when.
    pub since: SimTime,
    /// How many writes had taken effect by then.
    #[serde(skip)]
    pub after_writes: u64,
}

/// A fault that cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No fault has this kind.
    #[error("unknown fault \"{kind}\"{}; there are {}", parse::hint(nearest), kinds::names().join(", "))]
    Kind {
        /// What was asked for.
        kind: String,
        /// The kind that was probably meant.
        nearest: Option<String>,
    },
    /// The fault's fields are wrong.
    #[error("fault: {0}")]
    Fields(String),
    /// What should break does not exist.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// Heal of a fault that is not in force.
    #[error("no such fault is in force")]
    NotInForce,
}
