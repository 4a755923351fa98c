//! The console in a pseudo-terminal, on the simulated account.

use rustix::process::Signal;

use crate::support::terminal::Terminal;

const DEMO: &str = "demo --scenario calm";

/// The board of the built-in world, once everything is read.
fn board(columns: u16, rows: u16) -> Terminal {
    let terminal = Terminal::start(DEMO, columns, rows);
    terminal.shows(&["SIMULATED", "checkout"]);
    terminal
}

#[test]
fn the_board_appears_a_list_filters_a_detail_opens_and_quit_restores_the_terminal() {
    let mut terminal = board(120, 40);
    terminal.shows(&["us-east-1", "us-west-2", "use1-az6", "SERVICE", "PROBLEMS", "web"]);
    terminal.is_taken();

    terminal.press(":instances\r");
    terminal.shows(&["instances 1", "VERDICT", "checkout", "i-0"]);
    terminal.press("/name:god");
    terminal.shows(&["instances 1/", "god"]);
    terminal.press("\r");
    terminal.until("the filter, kept", |screen| {
        let contents = screen.contents();
        contents.contains("/name:god") && !contents.contains("checkout")
    });
    terminal.press("\r");
    terminal.shows(&["instance i-0", "relations", "r5.4xlarge", "nobody knows"]);
    terminal.press("?");
    terminal.shows(&["help", "twice: quit", ":instances", "the zone board"]);
    for _ in 0..4 {
        terminal.press("q");
    }
    assert_eq!(terminal.ended(), 0);
    terminal.is_restored();
}

#[test]
fn every_list_opens_at_every_size_and_nothing_panics() {
    for (columns, rows) in [(80, 24), (120, 40), (20, 5)] {
        let mut terminal = Terminal::start(DEMO, columns, rows);
        terminal.until("something", |screen| !screen.contents().trim().is_empty());
        for view in ["instances", "groups", "targets", "databases", "alarms", "images", "zones", "shifts", "board"] {
            terminal.press(&format!(":{view}\r"));
            // In five rows of twenty cells there is no room for a view and its name, and nobody would see which it is.
            if rows > 5 {
                let sign = if view == "board" { "SERVICE".to_owned() } else { format!("─ {view} ") };
                terminal.shows(&[&sign]);
            }
            terminal.press("jj\r?\u{1b}G");
        }
        terminal.press(":quit\r");
        assert_eq!(terminal.ended(), 0, "{columns}x{rows}");
        terminal.is_restored();
    }
}

#[test]
fn a_terminal_that_shrinks_and_grows_is_followed() {
    let mut terminal = board(120, 40);
    terminal.resize(20, 5);
    terminal.resize(80, 24);
    terminal.press("2");
    terminal.shows(&["─ instances ", "VERDICT"]);
    terminal.press(":quit\r");
    assert_eq!(terminal.ended(), 0);
    terminal.is_restored();
}

#[test]
fn every_way_out_restores_the_terminal() {
    type Way = fn(&mut Terminal);
    let ways: [(&str, Way); 4] = [
        ("SIGTERM", |terminal| terminal.signal(Signal::TERM)),
        ("SIGHUP", |terminal| terminal.signal(Signal::HUP)),
        ("SIGINT", |terminal| terminal.signal(Signal::INT)),
        ("Ctrl-C twice", |terminal| terminal.press("\u{3}\u{3}")),
    ];
    for (name, leave) in ways {
        let mut terminal = board(80, 24);
        leave(&mut terminal);
        assert_eq!(terminal.ended(), 0, "{name}");
        terminal.is_restored();
    }
}

#[test]
fn one_ctrl_c_asks_and_does_not_end() {
    let mut terminal = board(80, 24);
    terminal.press("\u{3}");
    terminal.shows(&["Ctrl-C"]);
    terminal.press("2");
    terminal.shows(&["─ instances "]);
    terminal.press(":quit\r");
    assert_eq!(terminal.ended(), 0);
    terminal.is_restored();
}

/// A mistyped region is answered as if the credentials were bad; the console said so, and not what was wrong.
#[test]
fn a_mistyped_region_ends_the_console_with_the_nearest_name() {
    let sim = crate::support::program::Sim::start("");
    let line = format!("--region us-esat-1 --endpoint-url {}", sim.url);
    let mut terminal = Terminal::start(&line, 120, 40);
    terminal.shows(&["us-esat-1 is not enabled", "did you mean us-east-1"]);
    assert_eq!(terminal.ended(), 3);
}

/// Base64 of `us-east-1a` in the one sequence that a terminal takes for its clipboard.
#[test]
fn what_is_copied_goes_to_the_terminals_clipboard() {
    let mut terminal = board(120, 40);
    terminal.press(":zones name:us-east-1a\r");
    terminal.shows(&["zones 1/"]);
    terminal.press("y");
    terminal.shows(&["sent 10 bytes by OSC 52"]);
    assert!(terminal.received("\u{1b}]52;c;dXMtZWFzdC0xYQ==\u{7}"));
    terminal.press(":quit\r");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn the_mouse_is_reported_where_it_was_asked_for_and_no_longer_at_the_end() {
    let mut terminal = board(120, 40);
    terminal.press("3");
    terminal.shows(&["─ groups ", "VERDICT"]);
    terminal.until("no mouse", |screen| screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None);
    terminal.press(":mouse on\r");
    terminal.until("a mouse", |screen| screen.mouse_protocol_mode() == vt100::MouseProtocolMode::PressRelease);
    // The same row twice: selected, then opened.
    terminal.press("\u{1b}[<0;20;6M\u{1b}[<0;20;6m");
    terminal.press("\u{1b}[<0;20;6M\u{1b}[<0;20;6m");
    terminal.shows(&["─ group ", "relations"]);
    terminal.press(":quit\r");
    assert_eq!(terminal.ended(), 0);
    terminal.is_restored();
}

/// A page names a thing, and the console opens on it; what is not there is said with where it was looked for.
#[test]
fn open_begins_on_the_thing_that_a_page_names() {
    let mut terminal = Terminal::start("demo --scenario calm --open use1-az4", 120, 40);
    terminal.shows(&["zone us-east-1b", "relations"]);
    terminal.press("\u{1b}");
    terminal.shows(&["SERVICE", "checkout"]);
    terminal.press(":open i-0123456789abcdef0\r");
    terminal.shows(&["no instance `i-0123456789abcdef0` in us-east-1"]);
    terminal.press(":quit\r");
    assert_eq!(terminal.ended(), 0);
    terminal.is_restored();
}
