//! Who changed what: events of CloudTrail, minutes late (`aws-domain.md` E).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::Text;

/// A call that changed something, as CloudTrail recorded it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailEvent {
    /// Its id.
    pub id: Text,
    /// The call: `SetDesiredCapacity`.
    pub name: Text,
    /// Whose: `autoscaling.amazonaws.com`.
    pub source: Text,
    /// When.
    pub at: Timestamp,
    /// Who: a user's or a role session's name.
    pub user: Option<Text>,
    /// AWS's service that called in somebody's name, where one did.
    pub invoked_by: Option<Text>,
    /// What it names: type and name.
    pub resources: Vec<(Text, Text)>,
    /// AWS's error code, where the call was refused: then it changed nothing.
    pub error: Option<Text>,
}
