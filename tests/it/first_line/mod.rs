//! The first line on screen in each scenario: the one that was written down before the judgement was built.
//!
//! Must stay true: `expected.toml` is what is wanted, never a recording of what there is.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use fournines::console::{self, App, Msg, Setting};
use fournines::judge::zone::ZoneVerdict;
use fournines::judge::{Finding, Picture, finding};
use fournines::sim::Script;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;
use serde::Deserialize;

use crate::account::Account;
use crate::watching::Console;

const EXPECTED: &str = include_str!("expected.toml");

/// What is wanted of one scenario.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    minute: u64,
    first: First,
    #[serde(default)]
    never: Vec<String>,
    #[serde(default)]
    also: Vec<Also>,
    #[serde(default)]
    zones: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    subject: String,
    verdict: String,
    evidence: Vec<String>,
    next: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Also {
    subject: String,
    words: Vec<String>,
}

fn expected() -> BTreeMap<String, Expected> {
    toml::from_str(EXPECTED).unwrap()
}

/// What is wrong with the findings of a picture; nothing where they are as expected.
fn complaints(picture: &Picture, expected: &Expected) -> Vec<String> {
    let mut wrong = Vec::new();
    let findings = finding::ranked(&picture.judgement, picture.estate.scope(), picture.taken_at);
    let Some((_, first)) = findings.first() else { return vec!["nothing is found".to_owned()] };
    let wanted = &expected.first;
    if !first.subject.to_string().starts_with(&wanted.subject) {
        wrong.push(format!("the subject is no {}", wanted.subject));
    }
    if first.verdict.as_str() != wanted.verdict {
        wrong.push(format!("it is {}, not {}", first.verdict, wanted.verdict));
    }
    let lacks = |finding: &Finding, word: &str| !finding.sentence().contains(word);
    wrong.extend(wanted.evidence.iter().filter(|word| lacks(first, word)).map(|word| format!("no word of `{word}`")));
    let next = first.next.as_deref().unwrap_or_default();
    let missing = wanted.next.iter().filter(|word| !next.contains(word.as_str()));
    wrong.extend(missing.map(|word| format!("the next action is not `{word}`")));
    let told = expected.never.iter().filter(|word| !lacks(first, word));
    wrong.extend(told.map(|word| format!("it says `{word}`")));
    for also in &expected.also {
        let of_it = |finding: &Finding| finding.subject.to_string().starts_with(&also.subject);
        let is_there =
            findings.iter().any(|(_, finding)| of_it(finding) && !also.words.iter().any(|w| lacks(finding, w)));
        if !is_there {
            wrong.push(format!("no finding on {} with {}", also.subject, also.words.join(", ")));
        }
    }
    wrong.extend(wrong_zones(picture, &expected.zones));
    wrong.extend(not_on_screen(picture, first));
    wrong
}

fn wrong_zones(picture: &Picture, expected: &BTreeMap<String, String>) -> Vec<String> {
    let zones = picture.judgement.regions.values().flat_map(|judged| &judged.zones);
    let wrong = zones.filter(|zone| {
        let wanted = expected.get(zone.name.as_str()).map_or("ok", String::as_str);
        let may_be_told = wanted == "ok" && zone.verdict == ZoneVerdict::NotZonal;
        zone.verdict.as_str() != wanted && !may_be_told
    });
    wrong.map(|zone| format!("{} is {}", zone.name, zone.verdict.as_str())).collect()
}

/// The board's first finding is the first finding, at every size.
fn not_on_screen(picture: &Picture, first: &Finding) -> Vec<String> {
    let picture = Arc::new(picture.clone());
    let mut wrong = Vec::new();
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut app = App::new(Setting::default(), picture.taken_at, Size::new(width, height)).unwrap();
        app.set_picture(picture.clone());
        console::update(&mut app, Msg::Refreshed);
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| console::view(&app, frame)).unwrap();
        let buffer = terminal.backend().buffer().clone();
        // Below the frame's lines and the verdict's counts.
        let row = |y: u16| (0..width).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>();
        let rows: Vec<String> = (1..=3).map(row).collect();
        if !rows.iter().any(|row| row.contains(&first.subject.name)) {
            wrong.push(format!("at {width}x{height} the first lines are `{}`", rows.join("` `")));
        }
    }
    wrong
}

/// The picture of a scenario at its minute; none where there is no such scenario.
fn watch(name: &str, minute: u64) -> Option<Arc<Picture>> {
    Script::named(name).ok()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let account = Account::playing(name, &[], 1);
        let mut console = Console::open(&account, &[]);
        let mut picture = Arc::unwrap_or_clone(console.after(minute * 60).await);
        // The account's time starts long ago; what that is off this machine's clock is no part of any expectation.
        picture.traffic.skew = None;
        Some(Arc::new(picture))
    })
}

#[test]
fn every_scenario_has_its_first_line_written_down() {
    let scenarios: Vec<String> = Script::all().unwrap().into_iter().map(|script| script.name).collect();
    let missing: Vec<&String> = scenarios.iter().filter(|name| !expected().contains_key(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    for name in expected().keys() {
        assert!(scenarios.contains(name), "there is no scenario {name}");
    }
}

#[test]
fn the_first_line_of_every_scenario_is_the_one_written_down() {
    // While one scenario is worked on: FOURNINES_SCENARIO=gray-zone.
    let only = std::env::var("FOURNINES_SCENARIO").ok();
    let wanted = |name: &str| only.as_ref().is_none_or(|only| only.split(',').any(|one| one == name));
    let queue = Mutex::new(expected().into_iter().filter(|(name, _)| wanted(name)).collect::<VecDeque<_>>());
    let table = Mutex::new(BTreeMap::new());
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                loop {
                    let Some((name, expected)) = queue.lock().unwrap().pop_front() else { return };
                    let Some(picture) = watch(&name, expected.minute) else {
                        table.lock().unwrap().insert(name, (vec!["there is no such scenario".to_owned()], Vec::new()));
                        continue;
                    };
                    let findings = finding::ranked(&picture.judgement, picture.estate.scope(), picture.taken_at);
                    let lines: Vec<String> = findings.iter().take(5).map(|(_, finding)| finding.sentence()).collect();
                    table.lock().unwrap().insert(name, (complaints(&picture, &expected), lines));
                }
            });
        }
    });
    let table = table.into_inner().unwrap();
    let matching = table.values().filter(|(wrong, _)| wrong.is_empty()).count();
    for (name, (wrong, lines)) in &table {
        println!(
            "{} {name}: {}",
            if wrong.is_empty() { "ok  " } else { "DIFF" },
            lines.first().map_or("", String::as_str)
        );
        wrong.iter().for_each(|wrong| println!("     - {wrong}"));
        lines.iter().skip(1).filter(|_| !wrong.is_empty()).for_each(|line| println!("     . {line}"));
    }
    println!("{matching} of {} first lines are as written down", table.len());
    let differ: Vec<&str> = table.iter().filter(|(_, (wrong, _))| !wrong.is_empty()).map(|(name, _)| &**name).collect();
    assert!(differ.is_empty(), "first lines that differ: {differ:?}");
}
