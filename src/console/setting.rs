//! What the console is told at its start and does not find out by itself.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::glyph::Glyphs;
use super::keymap::{KeyMap, KeyMapError};
use super::theme::{self, Depth, Ground, Role, Shelf, Theme, ThemeError};

/// How the frame marks what an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClassMark {
    /// Where a mistake costs most.
    Production,
    /// Where one rehearses.
    Staging,
    /// Where nothing can be hurt.
    Sandbox,
}

impl ClassMark {
    /// The role it is drawn in.
    pub(super) fn role(self) -> Role {
        match self {
            Self::Production => Role::Production,
            Self::Staging => Role::Staging,
            Self::Sandbox => Role::Sandbox,
        }
    }
}

/// What an account is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountClass {
    /// The owners' word: `PROD`.
    pub word: String,
    /// How the frame marks it.
    pub mark: ClassMark,
}

/// What the console is told at its start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// The account's name by policy, which wins over its alias.
    pub account_name: Option<String>,
    /// What the account is for, by policy; set once it is known which account this is.
    pub account_class: Option<AccountClass>,
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
    /// The person's own time zone, shown beside UTC where it is another.
    #[serde(skip)]
    pub local: Option<TimeZone>,
    /// Who sits here, for what is written down in their name.
    pub user: Option<String>,
    /// The AWS profile that the session was opened with, where one was named.
    pub profile: Option<String>,
    /// Why this console is never armed, and where that is said: `--read-only`; none where it may be.
    pub never_armed: Option<String>,
    /// Why no shell may be opened on an instance; none where one may.
    pub no_shell: Option<String>,
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
            account_class: None,
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
            local: None,
            user: None,
            profile: None,
            never_armed: None,
            no_shell: None,
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
