//! A theme as its file has it.
//!
//! Owns: the file's keys, and from them the style of a role. Depends on: roles and colours. Must stay true: an error names its line
//! and column; a role that is left out is its parent's.

use std::collections::BTreeMap;
use std::ops::Range;

use ratatui::style::{Modifier, Style};
use serde::Deserialize;
use toml::Spanned;

use super::ThemeError;
use super::colour::{Depth, Tint};
use super::role::Role;

/// A theme as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    inherits: Option<Spanned<String>>,
    #[serde(default)]
    palette: BTreeMap<String, Tint>,
    #[serde(default)]
    roles: BTreeMap<Role, Spanned<StyleSpec>>,
}

/// The style of one role. What is left out comes from the role's parent.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct StyleSpec {
    fg: Option<String>,
    bg: Option<String>,
    bold: Option<bool>,
    dim: Option<bool>,
    italic: Option<bool>,
    underlined: Option<bool>,
    reversed: Option<bool>,
}

impl File {
    /// Reads a theme's text; `place` is its file, or its name.
    pub(super) fn parse(place: &str, text: &str) -> Result<Self, ThemeError> {
        toml::from_str(text).map_err(|error| located(place, text, error.span(), error.message().to_owned()))
    }

    /// The theme that it goes on from.
    pub(super) fn inherits(&self) -> Option<&str> {
        self.inherits.as_ref().map(|name| name.get_ref().as_str())
    }

    /// An error about that theme.
    pub(super) fn error_at_inherits(&self, place: &str, text: &str, message: String) -> ThemeError {
        located(place, text, self.inherits.as_ref().map(Spanned::span), message)
    }

    /// This one's colours and roles over those that it inherits. A role that both have is this one's alone.
    pub(super) fn over(self, mut inherited: File) -> File {
        inherited.palette.extend(self.palette);
        // Their places are those of another text.
        let own: Vec<Role> = self.roles.keys().copied().collect();
        inherited.roles.retain(|role, _| !own.contains(role));
        inherited.roles.extend(self.roles);
        File { inherits: self.inherits, ..inherited }
    }

    /// Whether every colour that a role names is there.
    pub(super) fn checked(self, place: &str, text: &str) -> Result<Self, ThemeError> {
        for (role, spec) in &self.roles {
            for colour in [&spec.get_ref().fg, &spec.get_ref().bg].into_iter().flatten() {
                if !self.palette.contains_key(colour) {
                    let nearest = crate::listing::nearest(colour, self.palette.keys().map(String::as_str));
                    let hint = nearest.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default();
                    let message = format!("{role:?}: no colour `{colour}` in the palette{hint}");
                    return Err(located(place, text, Some(spec.span()), message));
                }
            }
        }
        Ok(self)
    }

    /// The style of a role at a depth.
    pub(super) fn style(&self, role: Role, depth: Depth) -> Style {
        let inherited = role.parent().map(|parent| self.style(parent, depth)).unwrap_or_default();
        let Some(spec) = self.roles.get(&role).map(Spanned::get_ref) else { return inherited };
        let tint = |name: &Option<String>| {
            name.as_ref().and_then(|name| self.palette.get(name)).and_then(|tint| tint.at(depth))
        };
        let mut style = inherited;
        style.fg = tint(&spec.fg).or(style.fg);
        style.bg = tint(&spec.bg).or(style.bg);
        let modifiers = [
            (spec.bold, Modifier::BOLD),
            (spec.dim, Modifier::DIM),
            (spec.italic, Modifier::ITALIC),
            (spec.underlined, Modifier::UNDERLINED),
            (spec.reversed, Modifier::REVERSED),
            // What stands out by its ground alone would be lost without colours.
            (spec.bg.as_ref().filter(|_| depth == Depth::None && role != Role::Text).map(|_| true), Modifier::REVERSED),
        ];
        for (set, modifier) in modifiers {
            match set {
                Some(true) => style = style.add_modifier(modifier),
                Some(false) => style = style.remove_modifier(modifier),
                None => {}
            }
        }
        style
    }
}

fn located(place: &str, text: &str, span: Option<Range<usize>>, message: String) -> ThemeError {
    let before = span.and_then(|span| text.get(..span.start)).unwrap_or("");
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    ThemeError::Invalid { place: place.to_owned(), line, column, message }
}
