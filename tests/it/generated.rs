//! The README's tables come from the code: what drifts is written anew, and the test fails so that somebody looks at the difference
//! and commits it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fournines::aws::READS;
use fournines::cli;
use fournines::config::{Config, Overrides, Rules, Source};
use fournines::console;
use fournines::listing::LISTS;
use fournines::sim::Script;
use fournines::sim::fault::KINDS;

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Writes `text` where it differs; true where it did.
pub fn differs(path: &Path, text: &str) -> bool {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return false;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    true
}

fn blocks() -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("keys", console::reference::keys().unwrap()),
        ("commands", console::reference::commands()),
        ("themes", console::reference::themes()),
        ("iam", iam()),
        ("operations", cli::iam::overview()),
        ("lists", lists()),
        ("scenarios", scenarios()),
        ("faults", faults()),
        ("usage", cli::args::overview()),
        ("checks", cli::audit::overview()),
    ])
}

/// What reading needs, by service.
fn iam() -> String {
    let mut by_service: BTreeMap<&str, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for read in READS {
        let (service, name) = read.action.split_once(':').unwrap();
        by_service.entry(service).or_default().entry(name).or_default().insert(read.kind.name());
    }
    let mut text = String::from("| IAM action | for |\n| --- | --- |\n");
    for (service, actions) in by_service {
        for (name, kinds) in actions {
            let kinds: Vec<&str> = kinds.into_iter().collect();
            text += &format!("| `{service}:{name}` | {} |\n", kinds.join(", "));
        }
    }
    text.trim_end().to_owned()
}

fn lists() -> String {
    let mut text = String::from("| list | shows | columns |\n| --- | --- | --- |\n");
    for list in LISTS {
        let columns: Vec<String> = list.columns().iter().map(|column| format!("`{}`", column.name)).collect();
        text += &format!("| `{}` | {} | {} |\n", list.name, list.doc, columns.join(" "));
    }
    text.trim_end().to_owned()
}

fn scenarios() -> String {
    let mut text = String::from("| scenario | | parameters |\n| --- | --- | --- |\n");
    for script in Script::all().unwrap() {
        let parameters: Vec<String> = script.parameters.iter().map(|parameter| format!("`{parameter}`")).collect();
        text += &format!("| `{}` | {} | {} |\n", script.name, script.description, parameters.join(" "));
    }
    text.trim_end().to_owned()
}

fn faults() -> String {
    let mut text = String::from("| fault | fields | what happens |\n| --- | --- | --- |\n");
    for kind in KINDS {
        let fields: Vec<String> = kind.fields.iter().map(|field| format!("`{field}`")).collect();
        text += &format!("| `{}` | {} | {} |\n", kind.name, fields.join(" "), kind.does);
    }
    text.trim_end().to_owned()
}

#[test]
fn the_readmes_tables_are_those_of_the_code() {
    let path = root().join("README.md");
    let mut readme = fs::read_to_string(&path).expect("README.md");
    for (name, text) in blocks() {
        let (open, close) = (format!("<!-- generated: {name} -->\n"), format!("\n<!-- end: {name} -->"));
        let begin = readme.find(&open).unwrap_or_else(|| panic!("README.md has no block {name}")) + open.len();
        let end = begin + readme[begin..].find(&close).unwrap_or_else(|| panic!("block {name} has no end"));
        readme.replace_range(begin..end, &text);
    }
    assert!(!differs(&path, &readme), "README.md was out of date and has been written anew: look at it and commit");
}

/// The README's files are what people begin from.
#[test]
fn the_configuration_and_the_policy_of_the_readme_stand() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let file = |name: &str| {
        let opening = format!("```toml\n# {name}\n");
        let begin = readme.find(&opening).unwrap_or_else(|| panic!("README.md shows no {name}")) + opening.len();
        let text = readme[begin..].split("```").next().unwrap().to_owned();
        Source { path: name.into(), text }
    };
    let config = Config::load(Some(&file("config.toml")), &|_| None, &Overrides::default()).unwrap();
    let rules = Rules::load(Some(&file("policy.toml")), &config, &|_| None, &Overrides::default()).unwrap();
    let judgement = rules.judgement();
    assert_eq!((judgement.probes.len(), judgement.services.len()), (1, 2), "every table is taken in");
}
