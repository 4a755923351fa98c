//! Themes: which style each role has.
//!
//! Owns: the themes compiled in, their loader and its errors. Depends on: roles and colours. Must stay true: every role
//! resolves in every theme, an error names its line and column, and without colours selection and badges still stand out.

mod colour;
mod role;

use std::collections::BTreeMap;

use ratatui::style::{Modifier, Style};
use serde::Deserialize;

pub use colour::{Ansi, Depth, Rgb, Tint};
pub use role::Role;

/// The themes compiled in: name and text.
const THEMES: &[(&str, &str)] = &[
    ("dark", include_str!("../../../themes/dark.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
];

/// The theme used where none is asked for.
pub const DEFAULT: &str = "dark";

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
    #[error("theme {name}:{line}:{column}: {message}")]
    Invalid {
        /// Its name or file.
        name: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
}

fn nearest_words(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}

/// The names of the themes there are.
pub fn names() -> impl Iterator<Item = &'static str> {
    THEMES.iter().map(|(name, _)| *name)
}

/// The theme of that name, for a terminal of that many colours.
///
/// # Errors
/// Names the nearest theme where there is none of that name.
pub fn find(name: &str, depth: Depth) -> Result<Theme, ThemeError> {
    match THEMES.iter().find(|(known, _)| *known == name) {
        Some((name, text)) => parse(name, text, depth),
        None => Err(ThemeError::Unknown {
            name: name.to_owned(),
            nearest: crate::listing::nearest(name, names()).map(str::to_owned),
            known: names().map(str::to_owned).collect(),
        }),
    }
}

/// Reads a theme's text.
///
/// # Errors
/// Says at which line and column what is wrong.
pub fn parse(name: &str, text: &str, depth: Depth) -> Result<Theme, ThemeError> {
    let file: File =
        toml::from_str(text).map_err(|error| located(name, text, error.span(), error.message().to_owned()))?;
    for (role, spec) in &file.roles {
        for colour in [&spec.get_ref().fg, &spec.get_ref().bg].into_iter().flatten() {
            if !file.palette.contains_key(colour) {
                let nearest = crate::listing::nearest(colour, file.palette.keys().map(String::as_str));
                let hint = nearest.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default();
                let message = format!("{role:?}: no colour `{colour}` in the palette{hint}");
                return Err(located(name, text, Some(spec.span()), message));
            }
        }
    }
    let styles = Role::ALL.iter().map(|role| (*role, file.style(*role, depth))).collect();
    Ok(Theme { name: name.to_owned(), styles })
}

fn located(name: &str, text: &str, span: Option<std::ops::Range<usize>>, message: String) -> ThemeError {
    let before = span.and_then(|span| text.get(..span.start)).unwrap_or("");
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    ThemeError::Invalid { name: name.to_owned(), line, column, message }
}

/// A theme as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    palette: BTreeMap<String, Tint>,
    roles: BTreeMap<Role, toml::Spanned<StyleSpec>>,
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
    fn style(&self, role: Role, depth: Depth) -> Style {
        let inherited = role.parent().map(|parent| self.style(parent, depth)).unwrap_or_default();
        let Some(spec) = self.roles.get(&role).map(toml::Spanned::get_ref) else { return inherited };
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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use ratatui::style::Color;

    #[test]
    fn every_theme_resolves_every_role_at_every_depth() {
        for name in names() {
            for depth in [Depth::None, Depth::Sixteen, Depth::Indexed, Depth::True] {
                let theme = find(name, depth).unwrap();
                for role in Role::ALL {
                    let style = theme.style(*role);
                    match depth {
                        Depth::None => assert_eq!((style.fg, style.bg), (None, None), "{name} {role:?}"),
                        _ => assert!(style.fg.is_some() && style.bg.is_some(), "{name} {role:?} {depth:?}"),
                    }
                    if depth == Depth::Sixteen {
                        assert!(!matches!(style.fg, Some(Color::Rgb(..) | Color::Indexed(_))), "{name} {role:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn text_is_readable_in_every_theme() {
        for name in names() {
            let theme = find(name, Depth::True).unwrap();
            for role in Role::ALL.iter().filter(|role| **role != Role::Rule) {
                let style = theme.style(*role);
                let (Some(Color::Rgb(r, g, b)), Some(Color::Rgb(x, y, z))) = (style.fg, style.bg) else {
                    panic!("{name} {role:?}")
                };
                let contrast = Rgb(r, g, b).contrast(Rgb(x, y, z));
                assert!(contrast >= 4.5, "{name}: {role:?} has a contrast of {contrast:.1}");
            }
        }
    }

    #[test]
    fn a_selected_row_stays_readable() {
        for name in names() {
            let theme = find(name, Depth::True).unwrap();
            let selected = theme.style(Role::Selected);
            if selected.add_modifier.contains(Modifier::REVERSED) {
                continue; // Ink and ground are the selection's own.
            }
            for role in Role::ALL
                .iter()
                .filter(|role| theme.style(**role).bg == theme.style(Role::Text).bg && **role != Role::Rule)
            {
                let (Some(Color::Rgb(r, g, b)), Some(Color::Rgb(x, y, z))) = (theme.style(*role).fg, selected.bg)
                else {
                    panic!("{name}")
                };
                let contrast = Rgb(r, g, b).contrast(Rgb(x, y, z));
                assert!(contrast >= 3.0, "{name}: {role:?} on the selection has a contrast of {contrast:.1}");
            }
        }
    }

    #[test]
    fn what_must_stand_out_does_so_without_colours() {
        let theme = find(DEFAULT, Depth::None).unwrap();
        for role in [Role::Selected, Role::CriticalBadge, Role::Simulated] {
            assert!(theme.style(role).add_modifier.contains(Modifier::REVERSED), "{role:?}");
        }
    }

    #[test]
    fn errors_say_where_and_name_the_nearest() {
        let text =
            "[palette]\nred = { rgb = \"#ff0000\", ansi = \"red\" }\n[roles]\ntext = { fg = \"red\", bgg = \"red\" }\n";
        let message = parse("mine", text, Depth::True).unwrap_err().to_string();
        assert!(message.starts_with("theme mine:4:22: unknown field `bgg`"), "{message}");
        let message =
            parse("mine", &text.replace("bgg = \"red\"", "bg = \"rde\""), Depth::True).unwrap_err().to_string();
        assert_eq!(message, "theme mine:4:8: Text: no colour `rde` in the palette (did you mean `red`?)");
        let message = parse("mine", &text.replace("#ff0000", "#ff00"), Depth::True).unwrap_err().to_string();
        assert!(
            message.starts_with("theme mine:2:15: invalid value: string \"#ff00\", expected a colour"),
            "{message}"
        );
        let message = find("drak", Depth::True).unwrap_err().to_string();
        assert!(message.starts_with("no theme `drak` (did you mean `dark`?)"), "{message}");
    }

    #[test]
    fn the_parents_of_every_role_end_at_text() {
        for role in Role::ALL {
            let mut steps = 0;
            let mut at = *role;
            while let Some(parent) = at.parent() {
                at = parent;
                steps += 1;
                assert!(steps < 9, "{role:?} goes in circles");
            }
            assert_eq!(at, Role::Text);
        }
    }
}
