//! What the console is told at its start and does not find out by itself.

use serde::{Deserialize, Serialize};

use super::glyph::Glyphs;
use super::theme::{self, Depth};

/// What the console is told at its start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// The account's name by policy, which wins over its alias.
    pub account_name: Option<String>,
    /// Set on the simulated account: its scenario and speed, shown loudly.
    pub simulated: Option<String>,
    /// The endpoint that stands in for AWS's own, where one does.
    pub endpoint: Option<String>,
    /// The theme's name.
    pub theme: String,
    /// Which characters may be drawn.
    pub glyphs: Glyphs,
    /// How many colours the terminal shows.
    pub depth: Depth,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            account_name: None,
            simulated: None,
            endpoint: None,
            theme: theme::DEFAULT.to_owned(),
            glyphs: Glyphs::default(),
            depth: Depth::default(),
        }
    }
}
