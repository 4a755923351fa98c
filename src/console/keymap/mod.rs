//! The key map: which chord runs which command in which context. Help and hints are made from the same table.
//!
//! Owns: [`KeyMap`], its preset and its loader. Depends on: chords; commands, to check that each exists. Must stay true: in one
//! context a chord means one thing, and every entry runs a command that exists.

mod chord;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use chord::{Chord, ChordError};

use super::command;

const PRESET: &str = include_str!("keymap.toml");

/// Where a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Context {
    /// On every screen; the context's own keys win.
    Everywhere,
    /// On the zone board.
    Board,
    /// In a list.
    List,
    /// On the detail of a thing.
    Detail,
    /// In the help.
    Help,
    /// While a command or a filter is typed.
    Prompt,
}

impl Context {
    /// Its title in the help.
    pub fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "everywhere",
            Self::Board => "zone board",
            Self::List => "lists",
            Self::Detail => "detail",
            Self::Help => "help",
            Self::Prompt => "while typing",
        }
    }
}

/// One line of the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// Its chords, the usual one first.
    pub on: Vec<Chord>,
    /// The command line it runs.
    pub run: String,
    /// What that does, in few words.
    pub tell: String,
    /// Its word in the hint line, where it has one.
    pub hint: Option<String>,
}

/// Every binding, by context, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeyMap {
    bindings: BTreeMap<Context, Vec<Binding>>,
}

/// Why a key map cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyMapError {
    /// It is not TOML of the right shape.
    #[error("key map: {0}")]
    Shape(String),
    /// A chord cannot be read.
    #[error("key map, {context}: {source}", context = .context.title())]
    Chord {
        /// Where.
        context: Context,
        /// Why.
        source: ChordError,
    },
    /// The same chord twice in one context.
    #[error("key map, {}: `{chord}` runs both `{first}` and `{second}`", .context.title())]
    Twice {
        /// Where.
        context: Context,
        /// Which, as people write it.
        chord: String,
        /// What it runs first.
        first: String,
        /// What it runs as well.
        second: String,
    },
    /// It runs something that does not exist.
    #[error("key map, {}: {why}", .context.title())]
    Command {
        /// Where.
        context: Context,
        /// What is wrong with the command.
        why: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    on: Vec<String>,
    run: String,
    tell: String,
    hint: Option<String>,
}

impl KeyMap {
    /// The map compiled in.
    ///
    /// # Errors
    /// None that a test has not seen; the type is that of any map.
    pub fn preset() -> Result<Self, KeyMapError> {
        Self::parse(PRESET)
    }

    /// Reads a key map.
    ///
    /// # Errors
    /// Says which chord or command cannot be used, and why.
    pub fn parse(text: &str) -> Result<Self, KeyMapError> {
        let file: BTreeMap<Context, Vec<Entry>> =
            toml::from_str(text).map_err(|error| KeyMapError::Shape(error.to_string().trim_end().to_owned()))?;
        let mut map = Self::default();
        for (context, entries) in file {
            for entry in entries {
                map.add(context, entry)?;
            }
        }
        Ok(map)
    }

    fn add(&mut self, context: Context, entry: Entry) -> Result<(), KeyMapError> {
        let on = entry
            .on
            .iter()
            .map(|chord| Chord::parse(chord).map_err(|source| KeyMapError::Chord { context, source }))
            .collect::<Result<Vec<Chord>, KeyMapError>>()?;
        command::check(&entry.run).map_err(|error| KeyMapError::Command { context, why: error.to_string() })?;
        let bindings = self.bindings.entry(context).or_default();
        for chord in &on {
            if let Some(other) = bindings.iter().find(|binding| binding.on.contains(chord)) {
                let (first, second) = (other.run.clone(), entry.run);
                return Err(KeyMapError::Twice { context, chord: chord.to_string(), first, second });
            }
        }
        bindings.push(Binding { on, run: entry.run, tell: entry.tell, hint: entry.hint });
        Ok(())
    }

    /// The command that a chord runs in a context; while typing, only that context's own keys count.
    pub fn command(&self, context: Context, chord: Chord) -> Option<&str> {
        let own = self.of(context).iter();
        let shared = self.of(Context::Everywhere).iter().filter(|_| context != Context::Prompt);
        own.chain(shared).find(|binding| binding.on.contains(&chord)).map(|binding| binding.run.as_str())
    }

    /// The bindings of one context.
    pub fn of(&self, context: Context) -> &[Binding] {
        self.bindings.get(&context).map_or(&[], Vec::as_slice)
    }

    /// The bindings for the hint line of a context, in the order of the file, its own first.
    pub fn hints(&self, context: Context) -> impl Iterator<Item = (Chord, &str)> {
        let bindings = self.of(context).iter().chain(self.of(Context::Everywhere));
        bindings.filter_map(|binding| Some((*binding.on.first()?, binding.hint.as_deref()?)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_preset_is_sound() {
        let map = KeyMap::preset().unwrap();
        assert_eq!(map.command(Context::Board, Chord::parse("space").unwrap()), Some("fold"));
        assert_eq!(map.command(Context::List, Chord::parse("j").unwrap()), Some("down"));
        assert_eq!(map.command(Context::Prompt, Chord::parse("j").unwrap()), None, "letters are typed");
        assert_eq!(map.hints(Context::List).next().unwrap().1, "open");
    }

    #[test]
    fn a_wrong_map_is_refused_with_the_reason() {
        let entry = |on: &str, run: &str| format!("[[list]]\non = [\"{on}\"]\nrun = \"{run}\"\ntell = \"x\"\n");
        let error = |text: &str| KeyMap::parse(text).unwrap_err().to_string();
        assert_eq!(error(&entry("G", "bottom")), "key map, lists: `G`: write shift-g");
        let twice = entry("x", "up") + &entry("x", "down");
        assert_eq!(error(&twice), "key map, lists: `x` runs both `up` and `down`");
        assert_eq!(error(&entry("x", "botom")), "key map, lists: no command `botom` (did you mean `bottom`?)");
        assert!(error("[[lost]]\n").contains("unknown variant `lost`"));
    }
}
