//! A run from the console, in a pseudo-terminal: armed, reviewed, confirmed, and not ended with the terminal that started it.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::program::{Fournines, Sim};
use crate::support::terminal::Terminal;

/// How long a replacement may take on an account that is twenty times as fast.
const RUN: Duration = Duration::from_secs(150);

#[test]
fn a_run_confirmed_in_the_console_outlives_the_consoles_death() {
    let sim = Sim::start("--speed 20");
    let fournines = Fournines::at(&sim.url);
    let (list, _) = fournines.document("list instances --json --region us-east-1 --filter group:web-asg");
    let target = list["rows"][0]["id"].as_str().unwrap().to_owned();
    let mut terminal = Terminal::of(fournines, "--region us-east-1", 120, 40);
    terminal.shows(&["READ-ONLY", "checkout"]);
    // Escape and what follows at once would be one key.
    let settle = || std::thread::sleep(Duration::from_millis(500));
    terminal.press(":arm\r");
    settle();
    terminal.press("nobody\r");
    settle();
    assert!(terminal.contents().contains("READ-ONLY"), "another word arms nothing");
    terminal.press("\u{1b}");
    settle();
    terminal.press(":arm\r");
    settle();
    terminal.press("shop\r");
    terminal.shows(&["ARMED"]);
    terminal.press(&format!(":replace {target}\r"));
    terminal.until("a review or its form", |screen| {
        let contents = screen.contents();
        contents.contains("REVIEW") || contents.contains("review the plan")
    });
    if !terminal.contents().contains("REVIEW") {
        terminal.press("\u{1b}[A\u{1b}[A\r");
    }
    terminal.until("guards that hold", |screen| screen.contents().contains(" 0 unknown, 0 fail"));
    terminal.press("\r");
    terminal.shows(&["REVIEW", "to run"]);
    terminal.press(&format!("{target}\r"));
    terminal.shows(&["RUNNING", "LOG"]);
    terminal.signal(Signal::KILL);
    terminal.ended();
    let deadline = Instant::now() + RUN;
    loop {
        let (journal, _) = terminal.program.document("journal --json");
        let state = journal["operations"][0]["state"].as_str().expect("it is in the journal").to_owned();
        match state.as_str() {
            "done" => break,
            "running" => assert!(Instant::now() < deadline, "{journal}"),
            other => panic!("{other}: {journal}"),
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    assert_eq!(terminal.program.run("journal verify").code, Some(0));
}
