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
mod region;

pub use self::alarm::{AlarmDoc, EpisodeDoc};
pub use self::balancing::{BalancerDoc, ClassicDoc, ListenerDoc, RuleDoc, TargetGroupDoc};
pub use self::compute::{
    EventDoc, GroupDoc, HookDoc, ImageDoc, InstanceDoc, TemplateDoc,
};
pub use self::data::{ClusterDoc, DatabaseDoc, GlobalDoc, MemberDoc};
pub use self::duration::Age;
pub use self::error::WorldError;
pub use self::region::{HostedZoneDoc, RecordDoc, RegionDoc, ShiftDoc};

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
    /// The name of the role that calls; `ops` when absent.
    pub caller_role: Option<String>,
    /// Regions by name.
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
