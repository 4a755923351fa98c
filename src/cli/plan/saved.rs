//! Plans that are kept for somebody's review, and taken up again by their digest.
//!
//! Must stay true: what is run is what was kept, or it is refused.

use serde_json::Value;

use super::document;
use crate::operation::Plan;

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

/// A plan as the document of `plan --json`: what is reviewed is what is taken up again. Its guards are asked when it runs.
///
/// # Errors
/// None that a test has not seen: plans are plain data.
pub fn saved(plan: &Plan) -> Result<String, SavedError> {
    plan.digest()?;
    Ok(crate::cli::document::write(&document::of_plan(plan, None)))
}

/// The plan of a document.
///
/// # Errors
/// Where it is none, or was changed.
pub fn from_saved(text: &str) -> Result<Plan, SavedError> {
    let value: Value = serde_json::from_str(text).map_err(|error| SavedError::Strange(error.to_string()))?;
    let word = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    if word("schema") != document::SCHEMA {
        return Err(SavedError::Strange(format!("its schema is `{}`", word("schema"))));
    }
    if value.get("refused").is_some_and(|refused| !refused.is_null()) {
        return Err(SavedError::Refused);
    }
    let told = word("digest");
    let plan: Plan = serde_json::from_value(value).map_err(|error| SavedError::Strange(error.to_string()))?;
    let there = plan.digest()?;
    if there == told { Ok(plan) } else { Err(SavedError::Changed { there, told }) }
}
