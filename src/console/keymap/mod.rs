//! The key map: which chord runs which command in which context. Help and hints are made from the same table.
//!
//! Owns: [`KeyMap`], its preset and its loader. Depends on: chords; commands, to check that each exists. Must stay true: in one
//! context a chord means one thing, and every entry runs a command that exists.

mod chord;
mod file;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use chord::Chord;
pub use file::KeyMapError;

use file::File;

const PRESET: &str = include_str!("keymap.toml");

/// Where a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// On the charts of a thing.
    Chart,
    /// In the review of a plan.
    Review,
    /// On a run.
    Run,
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
            Self::Chart => "charts",
            Self::Review => "review of a plan",
            Self::Run => "run",
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

/// The command of a key that was taken away.
const NOTHING: &str = "nothing";

impl KeyMap {
    /// The map compiled in.
    ///
    /// # Errors
    /// None that a test has not seen; the type is that of any map.
    pub fn preset() -> Result<Self, KeyMapError> {
        Self::parse("keymap.toml", PRESET)
    }

    /// Reads a key map of its own.
    ///
    /// # Errors
    /// As [`Self::merge`].
    pub fn parse(name: &str, text: &str) -> Result<Self, KeyMapError> {
        let mut map = Self::default();
        File { name, text }.merge_into(&mut map)?;
        Ok(map)
    }

    /// Puts a person's own keys over these: context by context, their chords mean what the file says.
    ///
    /// # Errors
    /// Says where in the file what cannot be used stands, and why.
    pub fn merge(&mut self, name: &str, text: &str) -> Result<(), KeyMapError> {
        File { name, text }.merge_into(self)
    }

    /// The command that a chord runs in a context; while typing, only that context's own keys count.
    pub fn command(&self, context: Context, chord: Chord) -> Option<&str> {
        let own = self.all(context).iter();
        let shared = self.all(Context::Everywhere).iter().filter(|_| context != Context::Prompt);
        own.chain(shared).find(|binding| binding.on.contains(&chord)).map(|binding| binding.run.as_str())
    }

    /// The bindings of one context, without keys that were taken away.
    pub fn of(&self, context: Context) -> impl Iterator<Item = &Binding> {
        self.all(context).iter().filter(|binding| !file::is_taken_away(binding))
    }

    /// The usual chord of a command in a context.
    pub fn chord(&self, context: Context, run: &str) -> Option<Chord> {
        let mut bindings = self.of(context).chain(self.of(Context::Everywhere));
        bindings.find(|binding| binding.run == run)?.on.first().copied()
    }

    /// All of them.
    fn all(&self, context: Context) -> &[Binding] {
        self.bindings.get(&context).map_or(&[], Vec::as_slice)
    }

    /// The bindings that have a word in the hint line of a context, in the order of the file, its own first.
    pub fn hints(&self, context: Context) -> impl Iterator<Item = &Binding> {
        let own = self.all(context);
        let is_own = |chord: &Chord| own.iter().any(|binding| binding.on.contains(chord));
        let shared = self.of(Context::Everywhere).filter(move |binding| !binding.on.first().is_some_and(is_own));
        self.of(context).chain(shared).filter(|binding| binding.hint.is_some())
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
        assert_eq!(map.hints(Context::List).next().unwrap().hint.as_deref(), Some("open"));
    }

    #[test]
    fn a_wrong_map_is_refused_with_the_reason() {
        let entry = |on: &str, run: &str| format!("[[list]]\non = [\"{on}\"]\nrun = \"{run}\"\ntell = \"x\"\n");
        let error = |text: &str| KeyMap::preset().unwrap().merge("keys.toml", text).unwrap_err().to_string();
        assert_eq!(error(&entry("G", "bottom")), "keys.toml:2:7: lists: `G`: write shift-g");
        let twice = entry("x", "up") + &entry("x", "down");
        assert_eq!(error(&twice), "keys.toml:6:7: lists: `x` runs `down` here and `up` at 2:7");
        assert_eq!(error(&entry("x", "botom")), "keys.toml:3:7: lists: no command `botom` (did you mean `bottom`?)");
        assert!(error("[[lost]]\n").starts_with("keys.toml:1:3: unknown variant `lost`"), "{}", error("[[lost]]\n"));
        assert!(
            error("\n[[list]]\non = 5").starts_with("keys.toml:3:6: invalid type"),
            "{}",
            error("\n[[list]]\non = 5")
        );
        let locked = "[[everywhere]]\non = [\"ctrl-c\"]\nrun = \"nothing\"\n";
        assert_eq!(error(locked), "keys.toml:2:7: everywhere: no key runs `interrupt` any more: leave it one");
    }

    #[test]
    fn own_keys_come_over_the_preset_and_take_keys_away() {
        let mut map = KeyMap::preset().unwrap();
        let own = "[[everywhere]]\non = [\"x\", \"3\"]\nrun = \"alarms is:problem\"\nhint = \"firing\"\n\
                   [[board]]\non = [\"w\", \"y\"]\nrun = \"nothing\"\n[[list]]\non = [\"m\"]\nrun = \"bottom\"\n";
        map.merge("keys.toml", own).unwrap();
        let runs = |context, chord: &str| map.command(context, Chord::parse(chord).unwrap()).map(str::to_owned);
        assert_eq!(runs(Context::Board, "x").unwrap(), "alarms is:problem");
        assert_eq!(runs(Context::Board, "3").unwrap(), "alarms is:problem");
        assert_eq!(runs(Context::Board, "4").unwrap(), "targets", "the rest of the preset stays");
        assert_eq!(runs(Context::Board, "w"), Some(NOTHING.to_owned()));
        assert_eq!(runs(Context::List, "y").unwrap(), "copy id", "taken away on the board alone");
        assert_eq!(runs(Context::List, "m").unwrap(), "bottom");
        assert_eq!(runs(Context::List, "space").unwrap(), "mark", "its other key stays");
        assert_eq!(map.of(Context::Everywhere).next().unwrap().tell, crate::listing::find("alarms").unwrap().doc);
        let hints: Vec<&str> = map.hints(Context::Board).filter_map(|binding| binding.hint.as_deref()).collect();
        assert!(hints.contains(&"firing") && !hints.contains(&"what-if") && !hints.contains(&"copy id"), "{hints:?}");
    }

    #[test]
    fn every_key_of_the_preset_says_what_it_does() {
        let map = KeyMap::preset().unwrap();
        assert!(map.bindings.values().flatten().all(|binding| !binding.tell.is_empty() && !binding.on.is_empty()));
    }
}
