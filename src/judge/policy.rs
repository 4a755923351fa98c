//! What the judgement goes by, as the policy file sets it.

use std::collections::BTreeSet;

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
    /// Share of a zone's serving targets from which it is conspicuous (`aws-domain.md` B.2).
    pub zone_share: f64,
    /// Share in every other zone up to which the conspicuous one stands out.
    pub elsewhere_share: f64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            service_tags: ["Service", "service", "app.kubernetes.io/name", "Application"].map(str::to_owned).to_vec(),
            accept_unread: BTreeSet::new(),
            lag_warning_s: 60.0,
            zone_share: 0.20,
            elsewhere_share: 0.05,
        }
    }
}
