//! The config file's table `[wall]`.
//!
//! Owns: its keys, and how a notification is written for the terminal. Must stay true: nothing of what AWS sent ends the sequence
//! that it stands in.

use serde::Deserialize;
use toml::Spanned;

use super::document::{Document, as_is};
use super::error::ConfigError;
use super::origin::{Entry, Setting};

/// The pages that a wall has; the console's test holds them to be its own.
pub const PAGES: [&str; 4] = ["overview", "board", "findings", "availability"];

/// The longest that a page may stay.
const LONGEST_S: u32 = 3600;

/// What the table may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WallKeys {
    rotate_s: Option<Spanned<u32>>,
    bell: Option<Spanned<bool>>,
    notify: Option<Spanned<Notify>>,
    pages: Option<Spanned<Vec<String>>>,
}

/// How a wall behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct WallConfig {
    /// Seconds that a page stays; 0 turns none by itself.
    pub rotate_s: Setting<u32>,
    /// Whether a verdict that becomes worse rings the terminal's bell.
    pub bell: Setting<bool>,
    /// Whether it sends a notification, and in which form.
    pub notify: Setting<Notify>,
    /// The pages, in their order.
    pub pages: Setting<Vec<String>>,
}

/// The form of a notification through the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Notify {
    /// None.
    Off,
    /// `OSC 9`: iTerm2, WezTerm, Windows Terminal, foot.
    Osc9,
    /// `OSC 777`: rxvt, foot, Ghostty, WezTerm.
    Osc777,
}

impl Notify {
    /// The word in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Osc9 => "osc9",
            Self::Osc777 => "osc777",
        }
    }

    /// What is sent to the terminal.
    pub fn sequence(self, words: &str) -> String {
        let words: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        match self {
            Self::Off => String::new(),
            // Numbers and semicolons at the beginning are commands to some terminals.
            Self::Osc9 => format!("\x1b]9;fournines: {}\x1b\\", words.replace(';', ",")),
            // The title ends at the next semicolon, the words do not.
            Self::Osc777 => format!("\x1b]777;notify;fournines;{}\x1b\\", words.replace(';', ",")),
        }
    }
}

impl Default for WallConfig {
    fn default() -> Self {
        Self {
            rotate_s: Setting::default(300),
            bell: Setting::default(false),
            notify: Setting::default(Notify::Off),
            pages: Setting::default(PAGES.map(str::to_owned).to_vec()),
        }
    }
}

impl WallConfig {
    pub(super) fn apply<T>(&mut self, keys: &WallKeys, document: &Document<'_, T>) -> Result<(), ConfigError> {
        document.apply(keys.rotate_s.as_ref(), &mut self.rotate_s, check_rotation)?;
        document.apply(keys.bell.as_ref(), &mut self.bell, as_is)?;
        document.apply(keys.notify.as_ref(), &mut self.notify, as_is)?;
        document.apply(keys.pages.as_ref(), &mut self.pages, check_pages)
    }

    pub(super) fn entries(&self) -> [Entry; 4] {
        [
            Entry::new("wall.rotate_s", &self.rotate_s, self.rotate_s.value),
            Entry::new("wall.bell", &self.bell, self.bell.value),
            Entry::new("wall.notify", &self.notify, format!("{:?}", self.notify.value.as_str())),
            Entry::new("wall.pages", &self.pages, format!("{:?}", self.pages.value)),
        ]
    }
}

fn check_rotation(seconds: u32) -> Result<u32, String> {
    match seconds {
        0 | 5..=LONGEST_S => Ok(seconds),
        _ => Err(format!("rotate_s is 0, which turns no page, or from 5 to {LONGEST_S}")),
    }
}

fn check_pages(pages: Vec<String>) -> Result<Vec<String>, String> {
    if pages.is_empty() {
        return Err("no pages: leave the key out to see all of them".to_owned());
    }
    for (at, page) in pages.iter().enumerate() {
        if !PAGES.contains(&page.as_str()) {
            let nearest = crate::listing::nearest(page, PAGES);
            let hint = nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
            return Err(format!("unknown page `{page}`{hint} (one of: {})", PAGES.join(", ")));
        }
        if pages.iter().take(at).any(|other| other == page) {
            return Err(format!("page `{page}` stands there twice"));
        }
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_notification_but_its_end() {
        assert_eq!(Notify::Osc9.sequence("shop\u{1b}\\: a;b\u{7}"), "\u{1b}]9;fournines: shop \\: a,b \u{1b}\\");
        assert_eq!(
            Notify::Osc9.sequence("7;touch x"),
            "\u{1b}]9;fournines: 7,touch x\u{1b}\\",
            "no command of a terminal"
        );
        assert_eq!(Notify::Osc777.sequence("a;b"), "\u{1b}]777;notify;fournines;a,b\u{1b}\\");
        assert_eq!(Notify::Off.sequence("a"), "");
    }
}
