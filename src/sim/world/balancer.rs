//! Application and network load balancers, with listeners and rules.

use std::collections::BTreeMap;

use serde::Serialize;

use super::words::words;
use super::{AllocationId, Arn, SimTime, SubnetId, Tags, VpcId, ZoneName};

/// An application or network load balancer.
#[derive(Debug, Clone, Serialize)]
pub struct LoadBalancer {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// Application or network.
    pub kind: BalancerKind,
    /// Its DNS name.
    pub dns_name: String,
    /// `CanonicalHostedZoneId`.
    pub dns_zone: String,
    /// Public or inside.
    pub scheme: Scheme,
    /// State.
    pub state: BalancerState,
    /// Why, when the state is not `active`.
    pub state_reason: Option<String>,
    /// Creation.
    pub created_at: SimTime,
    /// Its VPC.
    pub vpc: VpcId,
    /// Zones that are enabled on it.
    pub zones: Vec<BalancerZone>,
    /// Security groups.
    pub security_groups: Vec<String>,
    /// `LoadBalancerAttribute`s, key to value, all that AWS returns for its kind.
    pub attributes: BTreeMap<String, String>,
    /// Listeners in the order of their ports.
    pub listeners: Vec<Listener>,
    /// Tags.
    pub tags: Tags,
}

impl LoadBalancer {
    /// Whether this zone is enabled on it.
    #[must_use]
    pub fn serves(&self, zone: &str) -> bool {
        self.zones.iter().any(|enabled| enabled.zone == *zone)
    }

    /// The target groups that its listeners forward to, each once, in the order of their ARNs.
    #[must_use]
    pub fn target_groups(&self) -> Vec<&Arn> {
        let rules = self.listeners.iter().flat_map(|listener| &listener.rules).flat_map(|rule| &rule.actions);
        let actions = rules.chain(self.listeners.iter().flat_map(|listener| &listener.default_actions));
        let forwards = actions.filter_map(|action| match action {
            ListenerAction::Forward(to) => Some(to),
            ListenerAction::RedirectToHttps | ListenerAction::FixedResponse(_) => None,
        });
        let mut groups: Vec<&Arn> = forwards.flatten().map(|forward| &forward.target_group).collect();
        groups.sort();
        groups.dedup();
        groups
    }

    /// The `LoadBalancer` dimension of its metrics: `app/checkout/50dc6c495c0c9188`.
    #[must_use]
    pub fn metric_dimension(&self) -> &str {
        self.arn.as_str().split_once(":loadbalancer/").map_or(self.arn.as_str(), |(_, dimension)| dimension)
    }
}

/// A zone that is enabled on a load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BalancerZone {
    /// The zone.
    pub zone: ZoneName,
    /// The subnet in it.
    pub subnet: SubnetId,
    /// The elastic address in it (network load balancers only).
    pub allocation: Option<AllocationId>,
}

words! {
    /// `Type` of a load balancer.
    pub enum BalancerKind {
        /// HTTP.
        Application = "application",
        /// TCP, UDP, TLS.
        Network = "network",
    }

    /// `Scheme`.
    pub enum Scheme {
        /// Reached from the internet.
        InternetFacing = "internet-facing",
        /// Reached from inside.
        Internal = "internal",
    }

    /// `State.Code`.
    pub enum BalancerState {
        /// Works.
        Active = "active",
        /// Being made.
        Provisioning = "provisioning",
        /// Routes but cannot scale.
        ActiveImpaired = "active_impaired",
        /// Could not be made.
        Failed = "failed",
    }
}

impl BalancerKind {
    /// The CloudWatch namespace of its metrics.
    #[must_use]
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Application => "AWS/ApplicationELB",
            Self::Network => "AWS/NetworkELB",
        }
    }
}

/// A listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listener {
    /// Its ARN.
    pub arn: Arn,
    /// Port.
    pub port: u16,
    /// `HTTP`, `HTTPS`, `TCP`, `TLS`.
    pub protocol: String,
    /// ARN of its certificate.
    pub certificate: Option<String>,
    /// TLS policy.
    pub ssl_policy: Option<String>,
    /// What happens when no rule matches.
    pub default_actions: Vec<ListenerAction>,
    /// Rules before the default one, in the order of their priorities.
    pub rules: Vec<ListenerRule>,
    /// Tags.
    pub tags: Tags,
}

/// A rule of a listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListenerRule {
    /// Its ARN.
    pub arn: Arn,
    /// Its priority.
    pub priority: u32,
    /// All of which must hold.
    pub conditions: Vec<RuleCondition>,
    /// What happens.
    pub actions: Vec<ListenerAction>,
}

/// A condition of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCondition {
    /// `path-pattern`, `host-header`, …
    pub field: String,
    /// Any of which must match.
    pub values: Vec<String>,
}

/// An action of a listener or rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum ListenerAction {
    /// Forwards to target groups by weight.
    Forward(Vec<Forward>),
    /// Redirects, to HTTPS on 443 here, with HTTP 301.
    RedirectToHttps,
    /// Answers with this status code itself.
    FixedResponse(u16),
}

/// A target group's share of a forward action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Forward {
    /// The target group.
    pub target_group: Arn,
    /// 0–999.
    pub weight: u16,
}
