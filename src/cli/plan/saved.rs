//! Plans that are kept for somebody's review, and taken up again by their digest.
//!
//! Must stay true: what is run is what was kept, or it is refused.

use serde::{Deserialize, Serialize};

use crate::operation::Plan;

/// The part of the document by which it is taken up again.
#[derive(Serialize, Deserialize)]
struct Saved {
    schema: String,
    digest: Option<String>,
    plan: Option<Plan>,
}

const SCHEMA: &str = "fournines/plan/1";

/// Why a kept plan is not taken up.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// It is no plan of ours.
    #[error("no plan that `fournines plan --out` or `--json` wrote: {0}")]
    Strange(String),
    /// It was refused when it was made.
    #[error("it was refused when it was made; there is nothing to run")]
    Refused,
    /// It was changed.
    #[error(
        "it was changed after it was kept: its digest is {there:.12}…, and {told:.12}… was written down; make it anew"
    )]
    Changed {
        /// The digest that it has.
        there: String,
        /// The digest that it had.
        told: String,
    },
    /// It cannot be written down.
    #[error("it cannot be written down")]
    Unwritable(#[from] serde_json::Error),
}

/// A plan as a document, with its digest.
///
/// # Errors
/// None that a test has not seen: plans are plain data.
pub fn saved(plan: &Plan) -> Result<String, SavedError> {
    let saved = Saved { schema: SCHEMA.to_owned(), digest: Some(plan.digest()?), plan: Some(plan.clone()) };
    Ok(serde_json::to_string_pretty(&saved)? + "\n")
}

/// The plan of a document.
///
/// # Errors
/// Where it is none, or was changed.
pub fn from_saved(text: &str) -> Result<Plan, SavedError> {
    let saved: Saved = serde_json::from_str(text).map_err(|error| SavedError::Strange(error.to_string()))?;
    if saved.schema != SCHEMA {
        return Err(SavedError::Strange(format!("its schema is {}", saved.schema)));
    }
    let plan = saved.plan.ok_or(SavedError::Refused)?;
    let (there, told) = (plan.digest()?, saved.digest.unwrap_or_default());
    if there == told { Ok(plan) } else { Err(SavedError::Changed { there, told }) }
}
