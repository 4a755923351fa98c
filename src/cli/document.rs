//! How a JSON document is written, whatever is in it.
//!
//! Owns: the one place where text becomes JSON for standard output. Depends on: nothing. Must stay true: no name that AWS gave us
//! commands the terminal it is printed on or turns its direction of writing, and a parser reads the same text back.

use std::fmt::Write as _;

use serde::Serialize;

use crate::listing::is_harmful;

/// A document over several lines, its last line ended.
pub fn write(document: &impl Serialize) -> String {
    serde_json::to_string_pretty(document).map(|text| spell_out(&text) + "\n").unwrap_or_default()
}

/// An object of a stream, in a line of its own, ended.
pub fn write_line(object: &impl Serialize) -> String {
    serde_json::to_string(object).map(|text| spell_out(&text) + "\n").unwrap_or_default()
}

/// Spells out what JSON itself lets pass: such characters stand in strings alone, where `\u009b` means the same.
fn spell_out(text: &str) -> String {
    let mut spelt = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && is_harmful(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                write!(spelt, "\\u{unit:04x}").ok();
            }
        } else {
            spelt.push(c);
        }
    }
    spelt
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_command_the_terminal_and_is_read_back_as_it_was() {
        let name = "web\u{9b}31m \u{202e}txt.exe\u{2066} \u{7f}\u{1b}]0;owned\u{7} \"ü\" \u{1f600}";
        for text in [write(&serde_json::json!({ "name": name })), write_line(&serde_json::json!({ "name": name }))] {
            assert!(text.trim_end_matches('\n').chars().all(|c| c == '\n' || !is_harmful(c)), "{text}");
            let read: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(read["name"], name);
        }
    }
}
