//! What the caller's role may do, as IAM's simulator says where it may be asked (`aws-domain.md` A.11).

use serde::{Deserialize, Serialize};

use crate::id::Text;

/// IAM's answer on one action over all resources (`iam:SimulatePrincipalPolicy`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permission {
    /// `arc-zonal-shift:StartZonalShift`.
    pub action: Text,
    /// `allowed`, `explicitDeny` or `implicitDeny`.
    pub decision: Text,
}

impl Permission {
    /// Whether the role may.
    pub fn is_allowed(&self) -> bool {
        &*self.decision == "allowed"
    }
}
