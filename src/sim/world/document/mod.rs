//! World documents: the TOML or JSON text that a world is built from.
//!
//! Owns: the shape of the built-in world, of `--world FILE` and of `POST /_sim/world`, and the errors of reading it.
//! Knows: nothing of the physics. Must stay true: a mistake is answered with its place; an unknown key is answered
//! with the valid one nearest to it.

mod alarm;
mod balancing;
mod compute;
mod data;
mod duration;
mod error;
mod generate;
mod region;

pub use self::alarm::{AlarmDoc, EpisodeDoc};
pub use self::balancing::{BalancerDoc, ClassicDoc, ListenerDoc, RuleDoc, TargetGroupDoc};
pub use self::compute::{
    EventDoc, GroupDoc, HookDoc, ImageDoc, InstanceDoc, LeftDoc, SnapshotDoc, StepDoc, TemplateDoc, TemplateVersionDoc,
};
pub use self::data::{ClusterDoc, DatabaseDoc, GlobalDoc, MemberDoc};
pub use self::duration::Age;
pub use self::error::WorldError;
pub(in crate::sim) use self::error::with_hint;
pub use self::generate::{GenerateDoc, GenerateRegionsDoc};
pub use self::region::{AutoshiftDoc, HostedZoneDoc, RecordDoc, RegionDoc, ServiceDoc, ShiftDoc, TrailDoc};

use std::collections::BTreeMap;

use serde::Deserialize;

/// The format of a world document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// TOML.
    Toml,
    /// JSON of the same shape.
    Json,
}

/// A whole world as its document describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorldDocument {
    /// Twelve digits.
    pub account: String,
    /// The account's alias.
    pub alias: Option<String>,
    /// Support plan, `basic`, `business` or `enterprise`; `basic`, without AWS Health's API, when absent.
    pub support: Option<String>,
    /// The name of the role that calls; `ops` when absent.
    pub caller_role: Option<String>,
    /// Regions by number.
    pub generate: Option<GenerateRegionsDoc>,
    /// Regions by name.
    #[serde(default)]
    pub regions: BTreeMap<String, RegionDoc>,
    /// Aurora global databases.
    #[serde(default)]
    pub global_clusters: Vec<GlobalDoc>,
    /// Route 53 zones.
    #[serde(default)]
    pub hosted_zones: Vec<HostedZoneDoc>,
}

impl WorldDocument {
    /// Reads a document.
    ///
    /// # Errors
    /// [`WorldError::Syntax`] with line and column, for text that is not of the format or not of the shape.
    pub fn parse(text: &str, format: Format) -> Result<Self, WorldError> {
        match format {
            Format::Toml => toml::from_str(text).map_err(|error| WorldError::from_toml(text, &error)),
            Format::Json => serde_json::from_str(text).map_err(|error| WorldError::from_json(&error)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn refusal(text: &str, format: Format) -> String {
        WorldDocument::parse(text, format).unwrap_err().to_string()
    }

    #[test]
    fn mistakes_are_answered_with_their_place() {
        let rows = [
            (
                "account = \"1\"\nalais = \"shop\"\n[regions]",
                "world: line 2, column 1: unknown field `alais`, expected one of `account`, `alias`, `support`, `caller_role`, `generate`, `regions`, `global_clusters`, `hosted_zones`; did you mean `alias`?",
            ),
            ("account = 5\n[regions]", "world: line 1, column 11: invalid type: integer `5`, expected a string"),
            (
                "account = \"1\"\n[regions.x]\nzones = {}\nnetwork = 0\ninstances = [{ name = \"a\", zone = \"b\", image = \"c\", instance_type = \"d\", age = \"9 parsecs\" }]",
                "world: line 5, column 80: \"9 parsecs\" is no length of time",
            ),
            (
                "account = \"1\"\n[regions.x]\nzones = {}\nnetwork = 0\ngroups = [{ name = \"g\", template = \"t\", version = \"1\", min = -1 }]",
                "world: line 5, column 62: invalid value: integer `-1`, expected u32",
            ),
            ("account = ", "world: line 1, column 11: "),
        ];
        for (text, expected) in rows {
            let message = refusal(text, Format::Toml);
            assert!(message.starts_with(expected), "{message}");
        }
    }

    #[test]
    fn json_of_the_same_shape_is_answered_likewise() {
        let message = refusal("{\n  \"account\": \"1\",\n  \"region\": {}\n}", Format::Json);
        assert!(message.starts_with("world: line 3, column 10: unknown field `region`"), "{message}");
        assert!(message.ends_with("did you mean `regions`?"), "{message}");
    }
}
