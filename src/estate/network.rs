//! NAT gateways and route tables: whose way out hangs on which zone (`aws-domain.md` B.4).

use serde::{Deserialize, Serialize};

use super::tag::Tags;
use crate::id::{SubnetId, Text, VpcId};

/// A NAT gateway: it stands in one subnet, and so in one zone, whoever routes through it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NatGateway {
    /// `nat-…`.
    pub id: Text,
    /// The subnet it stands in; none for a regional gateway.
    pub subnet: Option<SubnetId>,
    /// Its network.
    pub vpc: Option<VpcId>,
    /// `available`, `pending`, `failed`, `deleting`, `deleted`.
    pub state: Text,
    /// Why it failed, where it did.
    pub failure: Option<Text>,
    /// Its tags.
    pub tags: Tags,
}

/// A route table of a network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteTable {
    /// `rtb-…`.
    pub id: Text,
    /// Its network.
    pub vpc: Option<VpcId>,
    /// Whether subnets without a table of their own use it.
    pub main: bool,
    /// Subnets that use it by their own association.
    pub subnets: Vec<SubnetId>,
    /// Its routes.
    pub routes: Vec<Route>,
    /// Its tags.
    pub tags: Tags,
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// `0.0.0.0/0`, `::/0`, a prefix list's id.
    pub destination: Text,
    /// Where it leads: `nat-…`, `igw-…`, `local`, an interface, …
    pub target: Option<Text>,
    /// `active`, or `blackhole` where its target is gone.
    pub state: Option<Text>,
}
