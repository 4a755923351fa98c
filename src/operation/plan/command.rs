//! Programs on this machine that a plan runs beside its calls: a cache that is warmed, an alias that is moved.
//!
//! Must stay true: a program is started by its list of arguments and never by a shell; what it is given is in the plan's digest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::Text;

/// A program on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalCommand {
    /// The program and its arguments.
    pub argv: Vec<Text>,
    /// Seconds after which it is ended, which counts as failed.
    pub timeout_s: u64,
    /// Variables that it is given beside those of this process.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<Text, Text>,
}
