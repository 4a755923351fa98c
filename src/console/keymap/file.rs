//! A key map as a file: entries with their places, so that what is wrong can be pointed at.
//!
//! Owns: the file's shape, the merge of a person's own map over the preset. Depends on: chords; commands, to check that each
//! exists. Must stay true: an error names file, line and column, and of a conflict both sides; nobody can lock themselves out.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::super::command;
use super::{Binding, Chord, Context, KeyMap, NOTHING};

/// Why a key map cannot be used, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct KeyMapError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// Commands without which one could not leave, or not type.
const NEEDED: &[(Context, &str)] = &[
    (Context::Everywhere, "interrupt"),
    (Context::Everywhere, "prompt"),
    (Context::Prompt, "accept"),
    (Context::Prompt, "dismiss"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    on: Vec<Spanned<String>>,
    run: Spanned<String>,
    tell: Option<String>,
    hint: Option<String>,
}

/// An entry that is sound in itself.
struct Read {
    context: Context,
    on: Vec<(Chord, Range<usize>)>,
    binding: Binding,
}

/// A key map's text and the name to call it by.
pub(super) struct File<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a str,
}

impl File<'_> {
    /// Puts the file's entries over what is in the map: in one context its chords mean what the file says.
    pub(super) fn merge_into(&self, map: &mut KeyMap) -> Result<(), KeyMapError> {
        let entries = self.read()?;
        self.check_conflicts(&entries)?;
        let before = map.clone();
        for entry in &entries {
            for binding in map.bindings.entry(entry.context).or_default() {
                binding.on.retain(|chord| entry.on.iter().all(|(own, _)| own != chord));
            }
        }
        for bindings in map.bindings.values_mut() {
            bindings.retain(|binding| !binding.on.is_empty());
        }
        // A person's own keys come first, in the help and among the hints.
        for entry in entries.iter().rev() {
            map.bindings.entry(entry.context).or_default().insert(0, entry.binding.clone());
        }
        self.check_needed(&entries, &before, map)
    }

    fn read(&self) -> Result<Vec<Read>, KeyMapError> {
        let file: BTreeMap<Context, Vec<Entry>> =
            toml::from_str(self.text).map_err(|error| self.error(&error.span().unwrap_or(0..0), error.message()))?;
        let mut entries = Vec::new();
        for (context, list) in file {
            for entry in list {
                entries.push(self.check(context, entry)?);
            }
        }
        Ok(entries)
    }

    fn check(&self, context: Context, entry: Entry) -> Result<Read, KeyMapError> {
        let title = context.title();
        let mut on = Vec::new();
        for written in &entry.on {
            let chord = Chord::parse(written.get_ref())
                .map_err(|error| self.error(&written.span(), format!("{title}: {error}")))?;
            on.push((chord, written.span()));
        }
        let run = entry.run.get_ref().trim().to_owned();
        let doc = command::check(&run)
            .map_err(|error| self.error(&entry.run.span(), format!("{title}: {error}")))?
            .unwrap_or(&run)
            .to_owned();
        let chords = on.iter().map(|(chord, _)| *chord).collect();
        let binding = Binding { on: chords, tell: entry.tell.unwrap_or(doc), hint: entry.hint, run };
        Ok(Read { context, on, binding })
    }

    /// In one context a chord means one thing.
    fn check_conflicts(&self, entries: &[Read]) -> Result<(), KeyMapError> {
        let mut seen: Vec<(Context, Chord, &str, &Range<usize>)> = Vec::new();
        for Read { context, on, binding } in entries {
            for (chord, span) in on {
                let same = seen.iter().find(|(other, known, ..)| other == context && known == chord);
                if let Some((_, _, first, at)) = same {
                    let (line, column) = self.place(at.start);
                    let title = context.title();
                    let message =
                        format!("{title}: `{chord}` runs `{}` here and `{first}` at {line}:{column}", binding.run);
                    return Err(self.error(span, message));
                }
                seen.push((*context, *chord, &binding.run, span));
            }
        }
        Ok(())
    }

    fn check_needed(&self, entries: &[Read], before: &KeyMap, map: &KeyMap) -> Result<(), KeyMapError> {
        for (context, run) in NEEDED {
            if map.all(*context).iter().any(|binding| binding.run == *run) {
                continue;
            }
            let had: Vec<Chord> =
                before.all(*context).iter().filter(|binding| binding.run == *run).flat_map(|b| b.on.clone()).collect();
            let taken = entries.iter().filter(|entry| entry.context == *context).flat_map(|entry| &entry.on);
            let last = taken.filter(|(chord, _)| had.contains(chord)).map(|(_, span)| span.clone()).next_back();
            let title = context.title();
            return Err(
                self.error(&last.unwrap_or(0..0), format!("{title}: no key runs `{run}` any more: leave it one"))
            );
        }
        Ok(())
    }

    fn error(&self, at: &Range<usize>, message: impl Into<String>) -> KeyMapError {
        let (line, column) = self.place(at.start);
        KeyMapError { file: self.name.to_owned(), line, column, message: message.into() }
    }

    /// Line and column of a byte, from 1.
    fn place(&self, byte: usize) -> (usize, usize) {
        let before = self.text.get(..byte).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        (line, before.rsplit('\n').next().unwrap_or(before).chars().count() + 1)
    }
}

/// Whether a binding only takes a key away.
pub(super) fn is_taken_away(binding: &Binding) -> bool {
    binding.run == NOTHING
}
