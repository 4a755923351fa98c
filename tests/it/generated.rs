//! The README's tables come from the code, and the screenshots from the program: whichever drifts is written anew, and the test
//! fails so that somebody looks at the difference and commits it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use fournines::aws::READS;
use fournines::cli;
use fournines::config::{Config, Overrides, Rules, Source};
use fournines::console::{self, App, Msg, Setting};
use fournines::judge::Picture;
use fournines::listing::LISTS;
use fournines::sim::Script;
use fournines::sim::fault::{Fault, KINDS};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;

use crate::account::Account;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Writes `text` where it differs; true where it did.
fn differs(path: &Path, text: &str) -> bool {
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

/// A key as a terminal sends it.
fn key(code: KeyCode) -> Msg {
    Msg::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

fn typed(text: &str) -> Vec<Msg> {
    text.chars().map(|letter| key(KeyCode::Char(letter))).collect()
}

/// The screen after these messages, through the real update loop.
fn screen(picture: &Arc<Picture>, theme: &str, (width, height): (u16, u16), msgs: Vec<Msg>) -> ratatui::buffer::Buffer {
    let setting = Setting { simulated: Some("calm x1".to_owned()), theme: theme.to_owned(), ..Setting::default() };
    let mut app = App::new(setting, picture.taken_at, Size::new(width, height)).unwrap();
    app.set_picture(picture.clone());
    for msg in std::iter::once(Msg::Refreshed).chain(msgs) {
        app.set_now(picture.taken_at);
        console::update(&mut app, msg);
    }
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| console::view(&app, frame)).unwrap();
    terminal.backend().buffer().clone()
}

/// A screenshot: its name, what it shows, the theme, the size, and what is done before.
type Shot<'a> = (&'a str, &'a Arc<Picture>, &'a str, (u16, u16), Vec<Msg>);

/// Breaks the hosts of some instances of one zone, and lets AWS notice.
async fn with_a_sick_zone(account: &Account) -> Picture {
    let broken: Vec<String> = account.sim.with_world(|world| {
        let region = world.region("us-east-1").unwrap();
        let in_zone = region.instances.values().filter(|instance| instance.zone.as_str() == "us-east-1b");
        let serving = in_zone
            .filter(|instance| instance.tags.get("Name").is_some_and(|name| ["web", "checkout"].contains(&name)));
        serving.map(|instance| instance.id.to_string()).take(6).collect()
    });
    assert_eq!(broken.len(), 6);
    for instance in broken {
        account.sim.with_world(|world| world.apply(Fault::Host { instance })).unwrap();
    }
    account.sim.advance(std::time::Duration::from_secs(130));
    account.read_all().await
}

/// Takes the power of one zone, and looks for the first time minutes later: EC2 is silent about the zone.
async fn with_a_silent_zone(account: &Account) -> Picture {
    account.sim.with_world(|world| world.apply(Fault::ZonePowerLoss { zone: "us-east-1b".to_owned() })).unwrap();
    account.sim.advance(std::time::Duration::from_secs(150));
    account.read_all().await
}

#[tokio::test(start_paused = true)]
async fn the_screenshots_are_what_the_program_draws() {
    let calm = Arc::new(Account::calm(1).read_all().await);
    let troubled = Account::calm(1);
    let sick = Arc::new(with_a_sick_zone(&troubled).await);
    let silent = Arc::new(with_a_silent_zone(&Account::calm(1)).await);
    let denied = Account::calm(1);
    denied.deny("ec2:DescribeInstances");
    denied.deny("elasticloadbalancing:DescribeTargetHealth");
    let denied = Arc::new(denied.read_all().await);
    let wide = (120, 40);
    let mut shots: Vec<Shot<'_>> = vec![
        ("board-calm", &calm, "dark", wide, vec![]),
        ("board-sick-zone", &sick, "dark", wide, vec![]),
        ("board-sick-zone-80x24", &sick, "dark", (80, 24), vec![]),
        ("board-sick-zone-200x60", &sick, "dark", (200, 60), vec![]),
        ("board-silent-zone", &silent, "dark", wide, vec![]),
        ("board-silent-zone-80x24", &silent, "dark", (80, 24), vec![]),
        ("board-denied", &denied, "dark", wide, vec![]),
        ("board-light", &sick, "light", wide, vec![]),
        ("board-high-contrast", &sick, "high-contrast", wide, vec![]),
        ("board-mono", &sick, "mono", wide, vec![]),
        ("help", &calm, "dark", wide, typed("?")),
    ];
    for list in ["instances", "groups", "targets", "databases", "alarms"] {
        let mut msgs = typed(&format!(":{list}"));
        msgs.push(key(KeyCode::Enter));
        shots.push((list, &sick, "dark", wide, msgs));
    }
    let mut filtered = typed(":instances");
    filtered.push(key(KeyCode::Enter));
    filtered.extend(typed("/zone:use1-az4 web"));
    filtered.push(key(KeyCode::Enter));
    shots.push(("instances-filtered", &sick, "dark", wide, filtered.clone()));
    filtered.push(key(KeyCode::Enter));
    shots.push(("instance-detail", &sick, "dark", wide, filtered));
    let mut drifted = Vec::new();
    for (name, picture, theme, size, msgs) in &shots {
        let buffer = screen(picture, theme, *size, msgs.clone());
        let svg = console::shot::svg(&buffer, name);
        if differs(&root().join("screenshots").join(format!("{name}.svg")), &svg) {
            drifted.push(*name);
        }
    }
    let kept: BTreeSet<String> = shots.iter().map(|(name, ..)| format!("{name}.svg")).collect();
    for entry in fs::read_dir(root().join("screenshots")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(kept.contains(&name), "screenshots/{name} is no longer made by anything");
    }
    assert!(drifted.is_empty(), "drawn anew, look at them and commit: {}", drifted.join(", "));
}
