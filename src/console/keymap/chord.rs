//! Chords: one key with its modifiers, as written in a key map and as a terminal reports it.
//!
//! Owns: [`Chord`]. Must stay true: what a person presses is equal to what the key map writes, whatever the terminal adds:
//! `shift-g` comes as `G`, with SHIFT or without; `?` comes with SHIFT or without.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// One key with its modifiers, in one normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// Keys that have a name.
const NAMED: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
];

/// Why a chord cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChordError {
    /// A capital alone is a trap: some parsers take it for the small letter.
    #[error("`{0}`: write shift-{lower}", lower = .0.to_lowercase())]
    BareCapital(String),
    /// No key of that name.
    #[error("`{0}` is not a key")]
    Unknown(String),
}

impl From<KeyEvent> for Chord {
    fn from(event: KeyEvent) -> Self {
        Self::new(event.code, event.modifiers)
    }
}

impl Chord {
    fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let mut modifiers = modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let code = match code {
            KeyCode::Char(c) if c.is_uppercase() => {
                modifiers |= KeyModifiers::SHIFT;
                KeyCode::Char(c.to_lowercase().next().unwrap_or(c))
            }
            KeyCode::Char(c) if !c.is_alphabetic() => {
                modifiers -= KeyModifiers::SHIFT;
                KeyCode::Char(c)
            }
            KeyCode::BackTab => {
                modifiers |= KeyModifiers::SHIFT;
                KeyCode::Tab
            }
            code => code,
        };
        Self { code, modifiers }
    }

    /// Reads a chord as key maps write it: `j`, `ctrl-d`, `shift-g`, `pgdn`.
    ///
    /// # Errors
    /// A bare capital, and a key that does not exist.
    pub fn parse(text: &str) -> Result<Self, ChordError> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((word, after)) = rest.split_once('-').filter(|(_, after)| !after.is_empty()) {
            modifiers |= match word {
                "ctrl" => KeyModifiers::CONTROL,
                "alt" => KeyModifiers::ALT,
                "shift" => KeyModifiers::SHIFT,
                _ => return Err(ChordError::Unknown(text.to_owned())),
            };
            rest = after;
        }
        if let Some((_, code)) = NAMED.iter().find(|(name, _)| *name == rest) {
            return Ok(Self::new(*code, modifiers));
        }
        if let Some(number) = rest.strip_prefix('f').and_then(|n| n.parse::<u8>().ok()).filter(|n| (1..=12).contains(n))
        {
            return Ok(Self::new(KeyCode::F(number), modifiers));
        }
        let mut letters = rest.chars();
        match (letters.next(), letters.next()) {
            (Some(c), None) if c.is_uppercase() => Err(ChordError::BareCapital(text.to_owned())),
            (Some(c), None) if !c.is_control() => Ok(Self::new(KeyCode::Char(c), modifiers)),
            _ => Err(ChordError::Unknown(text.to_owned())),
        }
    }
}

impl fmt::Display for Chord {
    /// As people write keys: `G`, `Ctrl-d`, `PgDn`, `Enter`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shift = self.modifiers.contains(KeyModifiers::SHIFT);
        let key = match self.code {
            KeyCode::Char(' ') => "Space".to_owned(),
            KeyCode::Char(c) if shift => {
                shift = false;
                c.to_uppercase().to_string()
            }
            KeyCode::Char(c) => c.to_string(),
            KeyCode::F(n) => format!("F{n}"),
            KeyCode::PageUp => "PgUp".to_owned(),
            KeyCode::PageDown => "PgDn".to_owned(),
            KeyCode::Up => "↑".to_owned(),
            KeyCode::Down => "↓".to_owned(),
            KeyCode::Left => "←".to_owned(),
            KeyCode::Right => "→".to_owned(),
            code => format!("{code}"),
        };
        for (held, name) in [
            (self.modifiers.contains(KeyModifiers::CONTROL), "Ctrl-"),
            (self.modifiers.contains(KeyModifiers::ALT), "Alt-"),
            (shift, "Shift-"),
        ] {
            if held {
                f.write_str(name)?;
            }
        }
        f.write_str(&key)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pressed_equals_what_is_written() {
        let press = |code, modifiers| Chord::from(KeyEvent::new(code, modifiers));
        assert_eq!(press(KeyCode::Char('G'), KeyModifiers::SHIFT), Chord::parse("shift-g").unwrap());
        assert_eq!(press(KeyCode::Char('G'), KeyModifiers::NONE), Chord::parse("shift-g").unwrap());
        assert_eq!(press(KeyCode::Char('g'), KeyModifiers::SHIFT), Chord::parse("shift-g").unwrap());
        assert_ne!(Chord::parse("g").unwrap(), Chord::parse("shift-g").unwrap());
        assert_eq!(press(KeyCode::Char('?'), KeyModifiers::SHIFT), Chord::parse("?").unwrap());
        assert_eq!(press(KeyCode::BackTab, KeyModifiers::SHIFT), Chord::parse("shift-tab").unwrap());
        assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL), Chord::parse("ctrl-c").unwrap());
        assert_eq!(press(KeyCode::Char('-'), KeyModifiers::NONE), Chord::parse("-").unwrap());
    }

    #[test]
    fn traps_are_refused() {
        assert_eq!(Chord::parse("G").unwrap_err().to_string(), "`G`: write shift-g");
        assert_eq!(Chord::parse("hyper-x").unwrap_err().to_string(), "`hyper-x` is not a key");
        assert!(Chord::parse("").is_err() && Chord::parse("f13").is_err() && Chord::parse("entr").is_err());
    }

    #[test]
    fn chords_print_as_people_write_them() {
        for (written, shown) in
            [("shift-g", "G"), ("ctrl-d", "Ctrl-d"), ("pgdn", "PgDn"), ("shift-tab", "Shift-Tab"), ("esc", "Esc")]
        {
            assert_eq!(Chord::parse(written).unwrap().to_string(), shown);
        }
    }
}
