//! The digest of a plan: what a grant is for.
//!
//! Must stay true: equal digests mean that the same is done to the same things under the same conditions; when it was made and what
//! was seen then are not in it.

use std::fmt::Write;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Confirm, Plan, Step, Surprise};

/// What the digest covers.
#[derive(Serialize)]
struct Covered<'a> {
    operation: &'a str,
    target: &'a str,
    account: &'a str,
    region: &'a str,
    confirm: &'a Confirm,
    on_surprise: Surprise,
    steps: &'a [Step],
}

impl Plan {
    /// SHA-256 of all that is done, in hexadecimal.
    ///
    /// # Errors
    /// None that a test has not seen: steps are plain data.
    pub fn digest(&self) -> Result<String, serde_json::Error> {
        let covered = Covered {
            operation: &self.operation,
            target: &self.target,
            account: self.account.as_str(),
            region: self.region.as_str(),
            confirm: &self.summary.confirm,
            on_surprise: self.on_surprise,
            steps: &self.steps,
        };
        let hash = Sha256::digest(serde_json::to_vec(&covered)?);
        Ok(hash.iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string cannot fail.
            write!(text, "{byte:02x}").ok();
            text
        }))
    }
}
