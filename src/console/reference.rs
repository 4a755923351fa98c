//! The console's tables for the README, from the very registries that the console runs on.
//!
//! Owns: their Markdown. Depends on: key map, commands, views, themes. Must stay true: nothing is written here by hand that a
//! registry knows.

use std::fmt::Write;

use super::app::StartError;
use super::command;
use super::keymap::{Context, KeyMap};
use super::screen::views;
use super::theme;

/// The keys, a table a context.
///
/// # Errors
/// None that a test has not seen: the key map is compiled in.
pub fn keys() -> Result<String, StartError> {
    let map = KeyMap::preset()?;
    let mut text = String::new();
    for context in [
        Context::Everywhere,
        Context::Board,
        Context::List,
        Context::Detail,
        Context::Chart,
        Context::Help,
        Context::Prompt,
    ] {
        let bindings: Vec<_> = map.of(context).collect();
        if bindings.is_empty() {
            continue;
        }
        let _ = writeln!(text, "| {} | |\n| --- | --- |", context.title());
        for binding in bindings {
            let chords: Vec<String> = binding.on.iter().map(|chord| format!("`{chord}`")).collect();
            let _ = writeln!(text, "| {} | {} |", cell(&chords.join(" ")), cell(&binding.tell));
        }
        text.push('\n');
    }
    Ok(text.trim_end().to_owned())
}

/// The views and commands of the `:` line.
pub fn commands() -> String {
    let mut text = String::from("| command | does |\n| --- | --- |\n");
    for view in views() {
        let _ = writeln!(text, "| `:{}` | {} |", view.name, cell(view.doc));
    }
    for command in command::all() {
        let _ = writeln!(text, "| `:{}` | {} |", command.name, cell(command.doc));
    }
    text.trim_end().to_owned()
}

/// The themes, by name.
pub fn themes() -> String {
    theme::names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Text that does not end a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
