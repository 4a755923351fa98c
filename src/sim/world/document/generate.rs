//! Counts in the document: worlds too large to be written down.

use serde::Deserialize;

/// Regions by number.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenerateRegionsDoc {
    /// So many regions besides those described, out of those that AWS has.
    pub regions: u32,
    /// What each of them holds.
    #[serde(default)]
    pub each: GenerateDoc,
}

/// Things by number, in one region, besides those described. They depend on the seed alone.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenerateDoc {
    /// Auto Scaling groups, each a service with its launch template.
    #[serde(default)]
    pub groups: u32,
    /// Instances in those groups, in uneven shares.
    #[serde(default)]
    pub instances: u32,
    /// Target groups: one each for the first groups, on application load balancers; more than groups stay empty.
    #[serde(default)]
    pub target_groups: u32,
    /// Instances outside of groups.
    #[serde(default)]
    pub standalone: u32,
    /// Multi-AZ databases, every fourth with a replica that counts too.
    #[serde(default)]
    pub databases: u32,
    /// Alarms on target groups and groups.
    #[serde(default)]
    pub alarms: u32,
}
