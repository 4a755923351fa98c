//! What the console is told at its start and does not find out by itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::glyph::Glyphs;
use super::keymap::{KeyMap, KeyMapError};
use super::theme::{self, Depth, Ground, Shelf, Theme, ThemeError};

/// What the console is told at its start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// The account's name by policy, which wins over its alias.
    pub account_name: Option<String>,
    /// Set on the simulated account: its scenario and speed, shown loudly.
    pub simulated: Option<String>,
    /// The endpoint that stands in for AWS's own, where one does.
    pub endpoint: Option<String>,
    /// The theme's name, or `auto`.
    pub theme: String,
    /// The themes there are.
    pub themes: Shelf,
    /// What the terminal's own ground is, as far as it is known: what `auto` goes by.
    pub ground: Ground,
    /// The columns of each list by the config file, where it says any.
    pub columns: BTreeMap<String, Vec<String>>,
    /// A person's own keys, where there are any.
    pub keys: Option<KeyFile>,
    /// Whether the mouse is listened to from the start.
    pub mouse: bool,
    /// Which characters may be drawn.
    pub glyphs: Glyphs,
    /// How many colours the terminal shows.
    pub depth: Depth,
}

/// A key map of a person's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyFile {
    /// What to call it in errors: its path.
    pub name: String,
    /// What it says.
    pub text: String,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            account_name: None,
            simulated: None,
            endpoint: None,
            theme: theme::DEFAULT.to_owned(),
            themes: Shelf::default(),
            ground: Ground::default(),
            columns: BTreeMap::new(),
            keys: None,
            mouse: false,
            glyphs: Glyphs::default(),
            depth: Depth::default(),
        }
    }
}

impl Setting {
    /// The theme that a name stands for: `auto` is the one that fits the terminal's ground.
    pub(super) fn theme_name<'a>(&self, name: &'a str) -> &'a str {
        if name == theme::AUTO { self.ground.theme() } else { name }
    }

    /// The keys in force: the preset with a person's own over it.
    pub(super) fn keymap(&self) -> Result<KeyMap, KeyMapError> {
        let mut map = KeyMap::preset()?;
        if let Some(file) = &self.keys {
            map.merge(&file.name, &file.text)?;
        }
        Ok(map)
    }

    /// The theme of that name, or of `auto`.
    ///
    /// # Errors
    /// As [`Shelf::find`].
    pub fn find_theme(&self, name: &str) -> Result<Theme, ThemeError> {
        self.themes.find(self.theme_name(name), self.depth)
    }
}
