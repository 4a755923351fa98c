//! Load balancers and target groups in the document.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Age;
use super::region::TagsDoc;

/// A target group.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetGroupDoc {
    /// Its name.
    pub name: String,
    /// Its service.
    pub service: Option<String>,
    /// `HTTP`, `HTTPS`, `TCP`, …
    pub protocol: String,
    /// Port of its targets.
    pub port: u16,
    /// Path of its health check; `/health` for HTTP when absent.
    pub health_path: Option<String>,
    /// Seconds between checks; 30 when absent.
    pub interval_s: Option<u32>,
    /// Seconds until a check fails; 5 when absent (10 for TCP).
    pub timeout_s: Option<u32>,
    /// Passed checks that bring a target back; 5 when absent.
    pub healthy_threshold: Option<u32>,
    /// Failed checks that take a target out; 2 when absent.
    pub unhealthy_threshold: Option<u32>,
    /// Attributes that differ from AWS's defaults.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Tags, besides `Service`.
    #[serde(default)]
    pub tags: TagsDoc,
}

/// An application or network load balancer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BalancerDoc {
    /// Its name.
    pub name: String,
    /// `application` or `network`.
    pub kind: String,
    /// Inside the VPC only.
    #[serde(default)]
    pub internal: bool,
    /// Names of its zones; all of the region's when absent.
    pub zones: Option<Vec<String>>,
    /// Zonal shift is enabled on it.
    #[serde(default)]
    pub zonal_shift: bool,
    /// Autoshift is enabled on it.
    #[serde(default)]
    pub autoshift: bool,
    /// Attributes that differ from AWS's defaults.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Listeners.
    pub listeners: Vec<ListenerDoc>,
    /// Its age.
    pub age: Age,
    /// Tags.
    #[serde(default)]
    pub tags: TagsDoc,
}

/// A listener.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListenerDoc {
    /// Port.
    pub port: u16,
    /// `HTTP`, `HTTPS`, `TCP`, `TLS`.
    pub protocol: String,
    /// Name of the target group that it forwards to.
    pub to: Option<String>,
    /// Redirects to HTTPS instead.
    #[serde(default)]
    pub redirect: bool,
    /// Rules before that.
    #[serde(default)]
    pub rules: Vec<RuleDoc>,
}

/// A rule.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleDoc {
    /// Path patterns.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Host names.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Name of a target group, or of several with weights.
    pub to: BTreeMap<String, u16>,
}

/// A classic load balancer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassicDoc {
    /// Its name.
    pub name: String,
    /// Its service.
    pub service: Option<String>,
    /// Inside the VPC only.
    #[serde(default)]
    pub internal: bool,
    /// Names of its zones; all of the region's when absent.
    pub zones: Option<Vec<String>>,
    /// Port that it listens on.
    pub port: u16,
    /// Port of its instances.
    pub instance_port: u16,
    /// `HTTP:8080/health`.
    pub health_target: String,
    /// Sends to all zones from each.
    #[serde(default)]
    pub cross_zone: bool,
    /// Draining, seconds.
    pub draining_s: Option<u32>,
    /// Its age.
    pub age: Age,
    /// Tags, besides `Service`.
    #[serde(default)]
    pub tags: TagsDoc,
}
