//! Themes: which style each role has.
//!
//! Owns: the themes compiled in, the shelf that a person's own stand on, and which of two follows the terminal. Depends on: roles,
//! colours, theme files. Must stay true: every role resolves in every theme, an error names its line and column, and without
//! colours selection and badges still stand out.

mod colour;
mod file;
mod role;

use std::collections::BTreeMap;

use ratatui::style::Style;
use serde::{Deserialize, Serialize};

pub use colour::{Ansi, Depth, Rgb, Tint};
pub use role::Role;

/// The themes compiled in: name and text.
const THEMES: &[(&str, &str)] = &[
    ("dark", include_str!("../../../themes/dark.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("deuteranopia", include_str!("../../../themes/deuteranopia.toml")),
    ("tritanopia", include_str!("../../../themes/tritanopia.toml")),
    ("solarized-dark", include_str!("../../../themes/solarized-dark.toml")),
    ("solarized-light", include_str!("../../../themes/solarized-light.toml")),
    ("nord", include_str!("../../../themes/nord.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
];

/// The theme used where none is asked for.
pub const DEFAULT: &str = "dark";

/// The name that stands for `dark` or `light`, whichever the terminal is.
pub const AUTO: &str = "auto";

/// What the terminal's own ground is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ground {
    /// Dark, or nobody knows.
    #[default]
    Dark,
    /// Light.
    Light,
}

impl Ground {
    /// What `COLORFGBG` says: `15;0`, ink and ground of the sixteen. Nothing where it says nothing of the ground.
    pub fn of_variable(colorfgbg: &str) -> Option<Self> {
        match colorfgbg.rsplit(';').next()?.trim().parse::<u8>().ok()? {
            0..=6 | 8 => Some(Self::Dark),
            7 | 9..=15 => Some(Self::Light),
            _ => None,
        }
    }

    /// What a ground of this colour is.
    pub fn of_colour(ground: Rgb) -> Self {
        // Where black and white ink contrast alike.
        if ground.luminance() > 0.179 { Self::Light } else { Self::Dark }
    }

    /// The theme that fits it.
    pub fn theme(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }
}

/// A style for every role, at one colour depth.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    name: String,
    styles: BTreeMap<Role, Style>,
}

impl Default for Theme {
    /// No style at all: text as the terminal has it.
    fn default() -> Self {
        Self { name: "none".to_owned(), styles: BTreeMap::new() }
    }
}

impl Theme {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(&role).copied().unwrap_or_default()
    }
}

/// Why a theme could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// No theme has that name.
    #[error("no theme `{name}`{}; there are {}", nearest_words(.nearest), .known.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest there is.
        nearest: Option<String>,
        /// All there are.
        known: Vec<String>,
    },
    /// Its text is wrong.
    #[error("theme {place}:{line}:{column}: {message}")]
    Invalid {
        /// Its file, or its name where it came with the program.
        place: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// Its file could not be read.
    #[error("theme {place}: {message}")]
    Unreadable {
        /// Its file.
        place: String,
        /// Why.
        message: String,
    },
}

fn nearest_words(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}

/// A theme of a person's own, as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own {
    /// Its name: that of its file, without `.toml`.
    pub name: String,
    /// Its file, for messages.
    pub file: String,
    /// What it says, or why it cannot be read.
    pub text: Result<String, String>,
}

/// All themes there are: a person's own before those compiled in, so that an own `dark` is the `dark` that is used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shelf {
    own: Vec<Own>,
}

impl Shelf {
    /// A shelf with these besides those compiled in. One that is wrong is an error once it is asked for, and not before.
    pub fn new(own: Vec<Own>) -> Self {
        Self { own }
    }

    /// Their names: those compiled in, then the others.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let is_new = |own: &&Own| THEMES.iter().all(|(name, _)| *name != own.name);
        let own = self.own.iter().filter(is_new).map(|own| own.name.as_str());
        THEMES.iter().map(|(name, _)| *name).chain(own)
    }

    /// The theme of that name, for a terminal of that many colours.
    ///
    /// # Errors
    /// Names the nearest theme where there is none of that name; of one that is wrong, line and column.
    pub fn find(&self, name: &str, depth: Depth) -> Result<Theme, ThemeError> {
        let file = self.read(name, &mut Vec::new())?;
        let styles = Role::ALL.iter().map(|role| (*role, file.style(*role, depth))).collect();
        Ok(Theme { name: name.to_owned(), styles })
    }

    /// A theme's file, with what it inherits. `through` holds the themes that led here: one that stands in there already is the one
    /// compiled in, so that an own `dark` can inherit from `dark`.
    fn read(&self, name: &str, through: &mut Vec<String>) -> Result<file::File, ThemeError> {
        let is_through = through.iter().any(|known| known == name);
        let own = self.own.iter().find(|own| own.name == name).filter(|_| !is_through);
        let (place, text) = match (own, THEMES.iter().find(|(known, _)| *known == name)) {
            (Some(own), _) => match &own.text {
                Ok(text) => (own.file.as_str(), text.as_str()),
                Err(why) => return Err(ThemeError::Unreadable { place: own.file.clone(), message: why.clone() }),
            },
            (None, Some((name, text))) => (*name, *text),
            (None, None) => return Err(self.unknown(name)),
        };
        let parsed = file::File::parse(place, text)?;
        let Some(parent) = parsed.inherits() else { return parsed.checked(place, text) };
        through.push(name.to_owned());
        // A circle of own themes comes to one that is not compiled in, and ends there as unknown.
        let inherited = self.read(parent, through).map_err(|error| match error {
            ThemeError::Unknown { name, .. } if through.contains(&name) => {
                parsed.error_at_inherits(place, text, format!("`{name}` would inherit from itself"))
            }
            error @ ThemeError::Unknown { .. } => parsed.error_at_inherits(place, text, error.to_string()),
            other => other,
        })?;
        parsed.over(inherited).checked(place, text)
    }

    fn unknown(&self, name: &str) -> ThemeError {
        let known: Vec<&str> = self.names().chain([AUTO]).collect();
        ThemeError::Unknown {
            name: name.to_owned(),
            nearest: crate::listing::nearest(name, known.iter().copied()).map(str::to_owned),
            known: known.into_iter().map(str::to_owned).collect(),
        }
    }
}

/// The names of the themes compiled in.
pub fn names() -> impl Iterator<Item = &'static str> {
    THEMES.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests;
