//! The grant: one confirmation of one plan.
//!
//! Must stay true: it is good for the plan whose digest it names and for no other; whoever runs the plan takes it by value, and it
//! cannot be copied.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Plan;
use crate::id::Text;

/// That somebody confirmed a plan. Not `Clone`: running the plan uses it up.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The digest of the plan that was reviewed.
    pub digest: Text,
    /// Who: the caller's ARN.
    pub confirmed_by: Text,
    /// When.
    pub at: Timestamp,
    /// Why, where policy or the person gave a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// Why a plan may not run.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// It is another plan.
    #[error("what was confirmed is the plan {confirmed:.12}, and this is {digest:.12}: review it and confirm it anew")]
    OtherPlan {
        /// The digest that was confirmed.
        confirmed: Text,
        /// This plan's.
        digest: String,
    },
    /// It has no digest.
    #[error("the plan cannot be written down")]
    Digest(#[from] serde_json::Error),
}

impl Grant {
    /// Whether it is for this plan, by the digest that is computed anew.
    ///
    /// # Errors
    /// [`GrantError`] where it is for another.
    pub fn check(&self, plan: &Plan) -> Result<(), GrantError> {
        let digest = plan.digest()?;
        match *self.digest == *digest {
            true => Ok(()),
            false => Err(GrantError::OtherPlan { confirmed: self.digest.clone(), digest }),
        }
    }
}
