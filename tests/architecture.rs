//! Holds the house to its plan: dependencies point one way, clocks are read in one file, tasks start in one place.
//!
//! It reads the sources as text, so it needs neither the SDK nor a running program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each part of the house may know besides itself. A part that is not here may not exist.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("id", &[]),
    ("clock", &[]),
    ("estate", &["id"]),
    ("judge", &["estate", "id"]),
    ("operation", &["estate", "judge", "id"]),
    ("journal", &["operation", "id"]),
    ("engine", &["journal", "operation", "estate", "judge", "id"]),
    ("aws", &["operation", "estate", "id", "clock"]),
    ("watch", &["aws", "estate", "id"]),
    ("probe", &["judge", "id"]),
    ("listing", &["judge", "estate", "id"]),
    ("config", &["listing", "operation", "judge", "estate", "id"]),
    ("console", &["engine", "listing", "journal", "operation", "judge", "estate", "id"]),
    ("cli", &["config", "engine", "listing", "journal", "operation", "judge", "estate", "id"]),
    ("sim", &[]),
    (
        "runtime",
        &[
            "aws",
            "cli",
            "clock",
            "config",
            "console",
            "engine",
            "estate",
            "id",
            "journal",
            "judge",
            "listing",
            "operation",
            "probe",
            "sim",
            "watch",
        ],
    ),
    ("main", &["cli", "runtime"]),
    ("lib", &[]),
];

/// The only folder that names a type of the SDK.
const KNOWS_THE_SDK: &str = "aws";

struct Source {
    path: PathBuf,
    part: String,
    /// The text without tests, comments and string literals: what the program is.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    assert!(files.len() > 50, "the sources are found");
    files
        .into_iter()
        .filter(|path| !is_test_file(path))
        .map(|path| {
            let inside = path.strip_prefix(&root).unwrap();
            let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
            let part = first.trim_end_matches(".rs").to_owned();
            let code = program(&fs::read_to_string(&path).unwrap());
            Source { path, part, code }
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Files and folders that only tests compile.
const TEST_FILES: &[&str] = &["tests", "tests.rs", "fixture.rs", "fixture", "probe.rs", "properties", "cells.rs"];

fn is_test_file(path: &Path) -> bool {
    let names: Vec<&str> = path.iter().filter_map(|name| name.to_str()).collect();
    names.iter().rev().take(3).any(|name| TEST_FILES.contains(name))
}

/// Cuts off the test module, which stands last, and blanks comments and string literals.
fn program(text: &str) -> String {
    let text =
        text.find("#[cfg(test)]\nmod ").or_else(|| text.find("#[cfg(test)]\n#[allow")).map_or(text, |at| &text[..at]);
    let mut code = String::new();
    for line in text.lines() {
        let mut quoted = false;
        let mut previous = ' ';
        let mut kept = String::new();
        for (at, letter) in line.char_indices() {
            if !quoted && line[at..].starts_with("//") {
                break;
            }
            if letter == '"' && previous != '\\' && previous != '\'' {
                quoted = !quoted;
            }
            kept.push(if quoted { ' ' } else { letter });
            previous = if previous == '\\' && letter == '\\' { ' ' } else { letter };
        }
        code.push_str(&kept);
        code.push('\n');
    }
    code
}

/// The parts that a source names by `crate::part`.
fn named_parts(code: &str, parts: &BTreeSet<&str>) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let group = group.split('}').next().unwrap_or("");
            named.extend(group.split(',').map(|name| name.trim().split("::").next().unwrap_or("").to_owned()));
        } else {
            named.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    named.retain(|name| parts.contains(name.as_str()));
    named
}

#[test]
fn dependencies_point_one_way() {
    let rules: BTreeMap<&str, &[&str]> = MAY_KNOW.iter().copied().collect();
    let parts: BTreeSet<&str> = rules.keys().copied().collect();
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(allowed) = rules.get(source.part.as_str()) else {
            wrong.push(format!("{}: no rule for this part", source.path.display()));
            continue;
        };
        for name in named_parts(&source.code, &parts) {
            if name != source.part && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{}: {} may not know {name}", source.path.display(), source.part));
            }
        }
        if source.part != KNOWS_THE_SDK && (source.code.contains("aws_sdk_") || source.code.contains("aws_smithy_")) {
            wrong.push(format!("{}: only {KNOWS_THE_SDK}/ names the SDK", source.path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_rules_themselves_have_no_circle() {
    let rules: BTreeMap<&str, &[&str]> = MAY_KNOW.iter().copied().collect();
    for part in rules.keys() {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = rules[part].to_vec();
        while let Some(next) = open.pop() {
            assert_ne!(next, *part, "{part} depends on itself");
            if seen.insert(next) {
                open.extend(rules.get(next).copied().unwrap_or_default());
            }
        }
    }
}

#[test]
fn clocks_are_read_in_one_file() {
    for source in sources().iter().filter(|source| source.part != "clock") {
        for word in ["Instant::now(", "SystemTime::now(", "Timestamp::now(", "Zoned::now("] {
            assert!(!source.code.contains(word), "{}: {word}) belongs in clock.rs", source.path.display());
        }
    }
}

#[test]
fn tasks_start_in_the_runtime_and_the_listener() {
    for source in sources() {
        let allowed = source.part == "runtime" || source.path.ends_with("sim/listener.rs");
        for word in ["spawn(", "spawn_blocking("] {
            assert!(allowed || !source.code.contains(word), "{}: {word})", source.path.display());
        }
    }
}

#[test]
fn nothing_panics_on_purpose() {
    for source in sources().iter().filter(|source| source.part != "main") {
        for word in [".unwrap()", ".expect(", "panic!(", "unreachable!(", "todo!(", "unimplemented!("] {
            assert!(!source.code.contains(word), "{}: {word}", source.path.display());
        }
    }
}

/// Folders whose every file must stand in a registry: the folder, the registry's file, and how a file is named there.
#[test]
fn every_file_of_a_registry_folder_is_in_its_registry() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (folder, registry, after) in [
        ("aws/read", "aws/read/mod.rs", "::"),
        ("sim/wire/service", "sim/wire/service/mod.rs", "::"),
        ("judge/audit/check", "judge/audit/check/mod.rs", ","),
    ] {
        let text = fs::read_to_string(root.join(registry)).unwrap();
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            if name == "mod" || name == "probe" {
                continue;
            }
            assert!(text.contains(&format!("{name}{after}")), "{folder}/{name} is not in {registry}");
        }
    }
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("themes")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let registry = fs::read_to_string(root.join("console/theme/mod.rs")).unwrap();
        assert!(registry.contains(&file), "themes/{file} is not compiled in");
    }
}

#[test]
fn the_check_itself_sees() {
    let parts = BTreeSet::from(["aws", "estate"]);
    let code = program(
        "use crate::{aws::Reader, estate};\n// crate::sim\nlet s = \"crate::aws\";\n#[cfg(test)]\nmod tests { crate::aws }",
    );
    assert_eq!(named_parts(&code, &parts), BTreeSet::from(["aws".to_owned(), "estate".to_owned()]));
    assert!(!program("let a = \"Instant::now()\"; // panic!(").contains("now"));
    assert!(program("let c = '\"'; x.unwrap();").contains(".unwrap()"));
}
