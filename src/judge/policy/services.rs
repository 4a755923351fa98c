//! Services as their owners declare them: what they need, what they promise.

use std::collections::BTreeSet;

use crate::id::{GroupName, Text};

/// A service that the policy file declares. What it does not say is inferred from tags and target groups.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeclaredService {
    /// What it needs.
    pub depends_on: Vec<Dependency>,
    /// How many of its members must be up for it to work: a store of k of n such as MongoDB or Elasticsearch. None is not a quorum.
    pub quorum: Option<usize>,
    /// The queue that it works off, whose age is its health where no balancer tells.
    pub queue: Option<Text>,
    /// Groups that belong to it, whatever their tags say.
    pub groups: BTreeSet<GroupName>,
    /// The availability that it is held to: 0.9999.
    pub target: Option<f64>,
    /// Requests a minute that one of its targets is known to bear.
    pub safe_requests_per_target: Option<f64>,
}

/// Something that a service needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// The name of another service, a database or a cluster.
    pub on: String,
    /// Whether it fails with it; otherwise it merely does less.
    pub hard: bool,
}
