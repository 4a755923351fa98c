//! `fournines policy`: whether the policy file stands, and the rules in force with their origins.
//!
//! Owns: both forms. Depends on: config. Must stay true: no rule is left out.

use serde::Serialize;

use crate::config::{Entry, Origin, Rules};
use crate::listing::escape;

use super::{Exit, Rendered};

/// `fournines policy check`: the file was read and stands, or there is none. What is wrong never comes here: it ends the program.
pub fn check(rules: &Rules) -> Rendered {
    let set: Vec<Entry> =
        rules.entries().into_iter().filter(|entry| matches!(entry.origin, Origin::File { .. })).collect();
    let text = match set.iter().find_map(|entry| file(&entry.origin)) {
        Some(path) => format!("{path}: nothing wrong with it; rules set: {}\n", set.len()),
        None => "no rule is set by a file: the built-in ones are in force\n".to_owned(),
    };
    Rendered { text, notes: Vec::new(), exit: Exit::Done }
}

/// `fournines policy show`: every rule in force, with where it comes from.
pub fn show(rules: &Rules, json: bool) -> Rendered {
    let entries = rules.entries();
    let text = if json {
        document(&entries)
    } else {
        entries.iter().map(|entry| format!("{}\n", escape(&entry.to_string()))).collect()
    };
    Rendered { text, notes: Vec::new(), exit: Exit::Done }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    rules: Vec<RuleEntry<'a>>,
}

#[derive(Serialize)]
struct RuleEntry<'a> {
    key: &'a str,
    /// As the file would write it.
    value: &'a str,
    origin: String,
}

fn document(entries: &[Entry]) -> String {
    let rules = entries
        .iter()
        .map(|entry| RuleEntry { key: &entry.key, value: &entry.value, origin: entry.origin.to_string() })
        .collect();
    let document = Document { schema: "fournines/policy/1", rules };
    // Maps have text keys and no value refuses to be written, so this does not fail.
    super::document::write(&document)
}

fn file(origin: &Origin) -> Option<String> {
    match origin {
        Origin::File { path, .. } => Some(path.display().to_string()),
        Origin::Default | Origin::Environment(_) | Origin::Option(_) => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::config::{Config, Overrides, Source};

    fn rules(text: &str) -> Rules {
        let source = Source { path: "policy.toml".into(), text: text.to_owned() };
        Rules::load(Some(&source), &Config::default(), &|_| None, &Overrides::default()).unwrap()
    }

    #[test]
    fn what_is_shown_can_be_written_into_the_file() {
        let rules = rules("[headroom]\ncpu_limit = 60\n[services.shop]\nquorum = 2");
        assert_eq!(check(&rules).text, "policy.toml: nothing wrong with it; rules set: 2\n");
        assert!(check(&Rules::default()).text.starts_with("no rule is set"));
        let shown = show(&rules, false).text;
        assert!(shown.contains("headroom.cpu_limit = 60  # policy.toml:2\n"), "{shown}");
        assert!(shown.contains("availability.zone = 0.9995  # default\n"), "{shown}");
        // Dotted keys and all: each line is TOML.
        let again: String =
            shown.lines().filter(|line| !line.ends_with("# default")).map(|line| format!("{line}\n")).collect();
        assert_eq!(self::rules(&again).judgement(), rules.judgement());
        let json: serde_json::Value = serde_json::from_str(&show(&rules, true).text).unwrap();
        assert_eq!(json["rules"][0]["origin"], "default");
    }
}
