//! The commands: everything a key or the `:` line can do.
//!
//! Owns: the registry, how a command line is read, its completion. Depends on: the app that commands act on. Must stay true: no
//! command changes anything in AWS but the answer to a review's question; a key runs exactly what the same words after `:` would.

mod answer;
mod completion;
mod copy;
mod held;
mod look;
mod motion;
mod note;
mod operate;
mod place;
pub(super) mod review;
mod run;
pub(super) mod seek;
mod session;
mod typing;
mod zone;

pub(super) use answer::reason_against;
pub(super) use look::preview_theme;

use crate::listing::nearest;

use super::app::App;
use super::msg::Effect;
use super::screen::views;

pub use completion::{Completion, completions};

/// What a command does to the console, and what it wants done; or why not.
type Done = Result<Vec<Effect>, String>;

/// A command.
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// Other names.
    pub aliases: &'static [&'static str],
    /// What may follow it.
    pub argument: Argument,
    /// What it does.
    pub doc: &'static str,
    run: fn(&mut App, &str) -> Done,
}

/// What may follow a command's name.
#[derive(Debug, Clone, Copy)]
pub enum Argument {
    /// Nothing.
    None,
    /// Something or nothing; the name says what, the function offers completions.
    Optional(&'static str, fn(&App) -> Vec<String>),
    /// Something.
    Required(&'static str, fn(&App) -> Vec<String>),
    /// Several things with commas between them, or nothing.
    Several(&'static str, fn(&App) -> Vec<String>),
}

/// Every command that is not a view, in the order of the help. Views are commands by their own registry.
pub const COMMANDS: &[&[Command]] = &[
    place::COMMANDS,
    seek::COMMANDS,
    note::COMMANDS,
    operate::COMMANDS,
    review::COMMANDS,
    run::COMMANDS,
    zone::COMMANDS,
    session::COMMANDS,
    look::COMMANDS,
    held::COMMANDS,
    copy::COMMANDS,
    motion::COMMANDS,
    typing::COMMANDS,
];

/// Why a command line means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// No command and no view has that name.
    #[error("no command `{}`{}", crate::listing::escape(.name), .nearest.as_ref().map(|n| format!(" (did you mean `{n}`?)")).unwrap_or_default())]
    Unknown {
        /// What was typed.
        name: String,
        /// The nearest there is.
        nearest: Option<String>,
    },
    /// It takes nothing more.
    #[error("`{0}` takes nothing more")]
    Surplus(String),
    /// It needs more.
    #[error("`{0}` needs {1}")]
    Missing(String, &'static str),
}

/// What a command line means.
enum Meaning {
    Nothing,
    Command(&'static Command, String),
    View(super::screen::View, String),
}

/// All commands.
pub fn all() -> impl Iterator<Item = &'static Command> {
    COMMANDS.iter().copied().flatten()
}

/// Whether a command line means something, and what it does; none where it is empty.
///
/// # Errors
/// Why not.
pub fn check(line: &str) -> Result<Option<&'static str>, CommandError> {
    read(line).map(|meaning| match meaning {
        Meaning::Nothing => None,
        Meaning::Command(command, _) => Some(command.doc),
        Meaning::View(view, _) => Some(view.doc),
    })
}

fn read(line: &str) -> Result<Meaning, CommandError> {
    let line = line.trim();
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    if name.is_empty() {
        return Ok(Meaning::Nothing);
    }
    if let Some(command) = all().find(|command| command.name == name || command.aliases.contains(&name)) {
        return match command.argument {
            Argument::None if !rest.is_empty() => Err(CommandError::Surplus(name.to_owned())),
            Argument::Required(what, _) if rest.is_empty() => Err(CommandError::Missing(name.to_owned(), what)),
            _ => Ok(Meaning::Command(command, rest.to_owned())),
        };
    }
    if let Some(view) = views().find(|view| view.name == name || view.aliases.contains(&name)) {
        return Ok(Meaning::View(view, rest.to_owned()));
    }
    let known = all().map(|command| command.name).chain(views().map(|view| view.name));
    Err(CommandError::Unknown { name: name.to_owned(), nearest: nearest(name, known).map(str::to_owned) })
}

/// Runs a command line.
pub fn run(app: &mut App, line: &str) -> Done {
    match read(line).map_err(|error| error.to_string())? {
        Meaning::Nothing => Ok(Vec::new()),
        Meaning::Command(command, argument) => (command.run)(app, &argument),
        Meaning::View(view, filter) => place::show(app, view, &filter),
    }
}

/// Commands that make sense on a key alone, and are not offered while one types.
fn is_key_only(command: &Command) -> bool {
    motion::COMMANDS.iter().chain(typing::COMMANDS).any(|other| std::ptr::eq(other, command))
}

/// The zones that are known, by name and by id.
fn offer_zones(app: &App) -> Vec<String> {
    let regions = app.picture.iter().flat_map(|picture| picture.judgement.regions.values());
    let zones = regions.flat_map(|judged| &judged.zones);
    zones.flat_map(|zone| [zone.name.to_string(), zone.id.to_string()]).collect()
}

/// Offers nothing.
fn nothing(_: &App) -> Vec<String> {
    Vec::new()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_over_commands_and_views() {
        let mut names = BTreeSet::new();
        for command in all() {
            assert!(
                std::iter::once(&command.name).chain(command.aliases).all(|name| names.insert(*name)),
                "{}",
                command.name
            );
            assert!(!command.doc.is_empty());
        }
        for view in views() {
            assert!(std::iter::once(&view.name).chain(view.aliases).all(|name| names.insert(*name)), "{}", view.name);
        }
    }

    #[test]
    fn what_is_missing_or_too_much_is_said() {
        assert_eq!(check("quit now").unwrap_err().to_string(), "`quit` takes nothing more");
        assert_eq!(check("theme").unwrap_err().to_string(), "`theme` needs a theme's name");
        assert_eq!(check("instnaces").unwrap_err().to_string(), "no command `instnaces` (did you mean `instances`?)");
        assert!(check("instances zone:use1-az4").is_ok() && check("").is_ok());
    }
}
