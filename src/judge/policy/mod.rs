//! What the judgement goes by, as the policy file sets it: one file a table.

mod audit;
mod availability;
mod glob;
mod headroom;
mod metrics;
mod probes;
mod services;
mod zones;

use std::collections::{BTreeMap, BTreeSet};

pub use audit::{AcceptedRisk, AuditRules};
pub use availability::AvailabilityRules;
pub use glob::matches;
pub use headroom::HeadroomRules;
pub use metrics::MetricRules;
pub use probes::{Aim, Bracketed, Expect, Probe};
pub use services::{DeclaredService, Dependency};
pub use zones::ZoneRules;

use crate::estate::Kind;

/// Rules of the judgement. The loader fills it from the policy file; the defaults stand for what is not said.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Tag keys that name a thing's service, the first that is present wins.
    pub service_tags: Vec<String>,
    /// Kinds that the role may not read and that policy accepts as unread.
    pub accept_unread: BTreeSet<Kind>,
    /// Replica lag, in seconds, from which a replica is worth a warning.
    pub lag_warning_s: f64,
    /// When a zone stands out.
    pub zones: ZoneRules,
    /// How full what remains may become.
    pub headroom: HeadroomRules,
    /// What metrics may cost.
    pub metrics: MetricRules,
    /// Services that the file declares, by name.
    pub services: BTreeMap<String, DeclaredService>,
    /// What the availability arithmetic begins from.
    pub availability: AvailabilityRules,
    /// Thresholds of the audit.
    pub audit: AuditRules,
    /// Risks that somebody has accepted.
    pub accepted: Vec<AcceptedRisk>,
    /// Black-box probes.
    pub probes: Vec<Probe>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            service_tags: ["Service", "service", "app.kubernetes.io/name", "Application"].map(str::to_owned).to_vec(),
            accept_unread: BTreeSet::new(),
            lag_warning_s: 60.0,
            zones: ZoneRules::default(),
            headroom: HeadroomRules::default(),
            metrics: MetricRules::default(),
            services: BTreeMap::new(),
            availability: AvailabilityRules::default(),
            audit: AuditRules::default(),
            accepted: Vec::new(),
            probes: Vec::new(),
        }
    }
}
