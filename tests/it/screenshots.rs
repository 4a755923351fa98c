//! The screenshots are what the program draws: whichever drifts is drawn anew, and the test fails so that somebody looks at it and
//! commits it.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use fournines::console::wall::{self, Manner, Wall};
use fournines::console::{self, App, Effect, Msg, Setting};
use fournines::judge::Picture;
use fournines::operation::Plan;
use fournines::sim::fault::Fault;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;

use crate::account::Account;
use crate::generated::{differs, root};
use crate::operate::stage::Stage;

/// A key as a terminal sends it.
fn key(code: KeyCode) -> Msg {
    Msg::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

fn typed(text: &str) -> Vec<Msg> {
    text.chars().map(|letter| key(KeyCode::Char(letter))).collect()
}

/// The screen after these messages, through the real update loop.
fn screen(picture: &Arc<Picture>, theme: &str, (width, height): (u16, u16), msgs: Vec<Msg>) -> Buffer {
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

/// The wall as it stands when the first picture is in.
fn on_the_wall(picture: &Arc<Picture>, (width, height): (u16, u16)) -> Buffer {
    let setting = Setting { simulated: Some("calm x1".to_owned()), theme: "dark".to_owned(), ..Setting::default() };
    let mut wall = Wall::new(setting, Manner::default(), picture.taken_at, Size::new(width, height)).unwrap();
    wall.set_picture(picture.clone());
    wall.set_now(picture.taken_at);
    wall.update(Msg::Refreshed);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| wall::view(&wall, frame)).unwrap();
    terminal.backend().buffer().clone()
}

/// The console of operations: what can be done to an instance, the review of its replacement, and the run, half-way.
async fn on_operations() -> Vec<(&'static str, Buffer)> {
    let stage = Stage::after("calm", &[], 1).await;
    let picture = Arc::new(stage.look().await);
    let setting = Setting { simulated: Some("calm x1".to_owned()), theme: "dark".to_owned(), ..Setting::default() };
    let mut app = App::new(setting, picture.taken_at, Size::new(120, 40)).unwrap();
    app.set_picture(picture.clone());
    let (enter, up) = (|| key(KeyCode::Enter), || key(KeyCode::Up));
    let until = picture.taken_at + jiff::SignedDuration::from_mins(29);
    let mut shots = Vec::new();
    let list = typed(":instances").into_iter().chain([enter()]).chain(typed("/group:checkout-asg")).chain([enter()]);
    let begin = [Msg::Refreshed, Msg::Armed { until }].into_iter().chain(list).chain(typed("a")).collect();
    let review = vec![enter(), up(), up(), enter()];
    let mut plan: Option<Plan> = None;
    for (name, msgs) in [("actions", begin), ("review", review)] {
        for msg in msgs {
            answered(&mut app, msg, &stage, &picture, &mut plan).await;
        }
        shots.push((name, drawn(&app)));
    }
    let (_, records) = stage.run(&plan.expect("it was planned")).await;
    let half =
        records.iter().position(|record| record.step.as_ref().is_some_and(|step| step.as_str() == "s3")).unwrap();
    let records = records.into_iter().take(half + 5).map(|record| Msg::Recorded(Box::new(record)));
    for msg in records.chain([key(KeyCode::Esc)]).chain(typed(":operations")).chain([enter(), enter()]) {
        answered(&mut app, msg, &stage, &picture, &mut None).await;
    }
    shots.push(("run", drawn(&app)));
    shots
}

/// The review of leaving a gray zone.
async fn on_leaving() -> Vec<(&'static str, Buffer)> {
    let stage = Stage::after("gray-zone", &[], 9).await;
    let picture = Arc::new(stage.survey().await);
    let mut shots = Vec::new();
    for (name, size) in [("evacuate", (120, 40)), ("evacuate-80x24", (80, 24))] {
        let setting =
            Setting { simulated: Some("gray-zone x1".to_owned()), theme: "dark".to_owned(), ..Setting::default() };
        let mut app = App::new(setting, picture.taken_at, Size::new(size.0, size.1)).unwrap();
        app.set_picture(picture.clone());
        let keys = typed(":evacuate us-east-1b").into_iter().chain([key(KeyCode::Enter)]);
        for msg in std::iter::once(Msg::Refreshed).chain(keys) {
            answered(&mut app, msg, &stage, &picture, &mut None).await;
        }
        shots.push((name, drawn_at(&app, size)));
    }
    shots
}

/// Does what the console asks after a message: plans are drawn as the program draws them.
async fn answered(app: &mut App, msg: Msg, stage: &Stage, picture: &Picture, plan: &mut Option<Plan>) {
    app.set_now(picture.taken_at);
    for effect in console::update(app, msg) {
        let Effect::Plan(request) = effect else { continue };
        let (mut planned, mut picture) = (Vec::new(), picture.clone());
        for intent in &request.intents {
            let drawn = stage.draw_over(&picture, intent).await;
            // What a review asks is read for it, as the observer does.
            picture.estate = drawn.estate;
            planned.push(drawn.outcome.map(Box::new));
        }
        app.set_picture(Arc::new(picture));
        console::update(app, Msg::Refreshed);
        *plan = planned.iter().find_map(|each| each.as_ref().ok()).map(|plan| (**plan).clone());
        app.set_planned(request.number, planned);
        console::update(app, Msg::Planned);
    }
}

fn drawn(app: &App) -> Buffer {
    drawn_at(app, (120, 40))
}

fn drawn_at(app: &App, (width, height): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| console::view(app, frame)).unwrap();
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
    for (name, theme) in [
        ("board-deuteranopia", "deuteranopia"),
        ("board-tritanopia", "tritanopia"),
        ("board-nord", "nord"),
        ("board-solarized-dark", "solarized-dark"),
        ("board-solarized-light", "solarized-light"),
    ] {
        shots.push((name, &sick, theme, wide, vec![]));
    }
    for view in [
        "instances",
        "groups",
        "targets",
        "databases",
        "alarms",
        "balancers",
        "templates",
        "images",
        "zones",
        "findings",
        "timeline",
        "audit",
    ] {
        let mut msgs = typed(&format!(":{view}"));
        msgs.push(key(KeyCode::Enter));
        shots.push((view, &sick, "dark", wide, msgs));
    }
    shots.push(("what-if", &sick, "dark", wide, typed("w")));
    shots.push(("what-if-80x24", &sick, "dark", (80, 24), typed("w")));
    shots.push(("completion", &sick, "dark", wide, typed(":ta")));
    let mut filtered = typed(":instances");
    filtered.push(key(KeyCode::Enter));
    filtered.extend(typed("/zone:use1-az4 web"));
    filtered.push(key(KeyCode::Enter));
    shots.push(("instances-filtered", &sick, "dark", wide, filtered.clone()));
    filtered.push(key(KeyCode::Enter));
    shots.push(("instance-detail", &sick, "dark", wide, filtered));
    let on_walls = [
        ("wall-calm-80x24", on_the_wall(&calm, (80, 24))),
        ("wall-sick-zone-80x24", on_the_wall(&sick, (80, 24))),
        ("wall-sick-zone", on_the_wall(&sick, (200, 60))),
    ];
    let mut drifted = Vec::new();
    let screens =
        shots.iter().map(|(name, picture, theme, size, msgs)| (*name, screen(picture, theme, *size, msgs.clone())));
    let all: Vec<(&str, Buffer)> =
        screens.chain(on_walls).chain(on_operations().await).chain(on_leaving().await).collect();
    for (name, buffer) in &all {
        let svg = console::shot::svg(buffer, name);
        if differs(&root().join("screenshots").join(format!("{name}.svg")), &svg) {
            drifted.push(*name);
        }
    }
    let kept: BTreeSet<String> = all.iter().map(|(name, _)| format!("{name}.svg")).collect();
    for entry in fs::read_dir(root().join("screenshots")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(kept.contains(&name), "screenshots/{name} is no longer made by anything");
    }
    assert!(drifted.is_empty(), "drawn anew, look at them and commit: {}", drifted.join(", "));
}
