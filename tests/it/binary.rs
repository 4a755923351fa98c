//! The program's behaviour at its edges: what is misspelt, what does not answer, what answers nonsense, who stops listening.
//!
//! Every case: a message that says what and how to mend it, an exit code that scripts can trust, and nothing shown as whole that
//! is not.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};

use crate::support::fake::{self, Fake};
use crate::support::process::{self, Answer};
use crate::support::program::{Fournines, Sim};
use crate::support::web;

/// A world with zones and nothing in them.
const EMPTY: &str = r#"
account = "123456789012"
alias = "empty"
[regions.us-east-1]
network = 10
zones = { us-east-1a = "use1-az6", us-east-1b = "use1-az4" }
"#;

fn assert_refused(answer: &Answer, words: &[&str]) {
    assert_eq!((answer.code, answer.out.as_str()), (Some(3), ""), "{answer:?}");
    for word in words {
        assert!(answer.err.contains(word), "{word:?} is not in: {}", answer.err);
    }
    assert!(answer.err.lines().count() <= 6, "one thing is wrong, and it takes this to say so: {}", answer.err);
}

#[test]
fn misspelt_names_are_refused_with_the_nearest_one_and_cost_no_call() {
    let fournines = Fournines::new();
    for (line, words) in [
        ("demo --theme drak", &["drak", "did you mean `dark`?"][..]),
        ("demo --scenario clam", &["clam", "calm"]),
        ("status --profile prdo", &["prdo", "~/.aws/config"]),
        ("list groups --sort desird", &["desird", "did you mean `desired`?"]),
        ("list instances --filter zoen:us-east-1a", &["zoen", "did you mean `zone`?"]),
        ("list instnaces", &["instnaces", "instances"]),
        ("status --endpoint-url localhost:5000", &["http://"]),
        ("sim --listen 0.0.0.0:4566", &["loopback"]),
        ("sim --world nowhere.toml", &["nowhere.toml"]),
        ("sim --scenario gray-zone --set zoen=us-east-1c", &["did you mean \"zone\"?"]),
        ("sim --scenario gray-zone --set zone", &["zone=us-east-1c"]),
        (
            "demo --scenario gray-zone --set zone=us-east-1x",
            &["--set zone=us-east-1x", "there is no zone \"us-east-1x\""],
        ),
        ("sim --world /dev/zero", &["longer than 64 MiB"]),
        ("sim --scenario ./nowhere.toml", &["./nowhere.toml"]),
        ("status --config nowhere.toml", &["nowhere.toml"]),
    ] {
        assert_refused(&fournines.run(line), words);
    }
}

/// Once a profile that was there ended the program: it was asked for its region before there was a client to ask with.
#[test]
fn a_profile_that_is_named_is_used() {
    let sim = Sim::start("");
    let fournines = Fournines::at(&sim.url);
    let text = "[profile ops]\nregion = us-west-2\naws_access_key_id = x\naws_secret_access_key = x\n";
    std::fs::create_dir_all(fournines.home().path().join(".aws")).unwrap();
    fournines.home().write(".aws/config", text);
    let (document, exit) = fournines.document("status --json --profile ops");
    assert_eq!((document["account"].as_str(), exit), (Some("123456789012"), 1), "{document}");
}

#[test]
fn a_config_file_with_a_typo_is_refused_with_its_place_and_the_nearest_key() {
    let fournines = Fournines::new();
    let config = fournines.home().write("config.toml", "ascii = true\nthem = \"dark\"\n");
    let policy = fournines.home().write("limits.toml", "\n[account.123456789012]\nname = \"shop\"\n");
    assert_refused(&fournines.run(&format!("status --config {config}")), &["config.toml:2:1", "did you mean `theme`?"]);
    assert_refused(
        &fournines.run(&format!("status --policy {policy}")),
        &["limits.toml:2:", "did you mean `accounts`?"],
    );
}

#[test]
fn a_region_that_the_account_does_not_have_is_a_slip_and_not_an_outage() {
    let sim = Sim::start("");
    let fournines = Fournines::at(&sim.url);
    for line in ["status --region us-esat-1", "list groups --region us-east-1 --region us-esat-1"] {
        assert_refused(&fournines.run(line), &["us-esat-1", "did you mean us-east-1?"]);
    }
}

/// 0 ok, 1 warning, 2 critical, 3 unknown.
#[test]
fn exit_codes_are_the_verdict() {
    let home = Fournines::new();
    let empty = Sim::start(&format!("--world {}", home.home().write("empty.toml", EMPTY)));
    let fournines = Fournines::at(&empty.url);
    let (status, exit) = fournines.document("status --json");
    assert_eq!((&status["verdict"], exit), (&json!("ok"), 0));
    assert_eq!(status["zones"][0]["instances"], json!({ "running": 0, "pending": 0, "stopped": 0, "impaired": 0 }));
    let nothing = fournines.run("list instances");
    assert_eq!((nothing.code, nothing.out.as_str(), nothing.err.as_str()), (Some(0), "none\n", ""));
    assert_eq!(fournines.run("list targets --csv").out.lines().count(), 1, "a header alone");

    // The built-in world has an instance that is to be retired.
    let sim = Sim::start("");
    let fournines = Fournines::at(&sim.url);
    let (status, exit) = fournines.document("status --json");
    assert_eq!((&status["verdict"], exit), (&json!("warning"), 1));

    let state = web::get_json(&format!("{}/_sim/state", sim.url));
    for group in state["regions"][0]["groups"].as_array().unwrap() {
        let instance = &group["members"][0]["instance"];
        web::post_json(&format!("{}/_sim/fault", sim.url), &json!({ "kind": "host", "instance": instance }));
    }
    web::post_json(&format!("{}/_sim/advance", sim.url), &json!({ "by": "4m" }));
    let line = fournines.run("status --line");
    assert_eq!((line.code, line.out.lines().count()), (Some(2), 1), "{line:?}");
    assert!(line.out.starts_with("CRITICAL shop"), "{}", line.out);

    let nobody = Fournines::at(&format!("http://127.0.0.1:{}", web::free_port())).run("status --line");
    assert_eq!(nobody.code, Some(3));
    assert!(nobody.out.starts_with("UNKNOWN"), "{}", nobody.out);
}

#[test]
fn json_is_one_document_on_standard_output_and_words_go_beside_it() {
    let sim = Sim::start("");
    let fournines = Fournines::at(&sim.url);
    for denied in ["ec2:DescribeInstances", "arc-zonal-shift:*"] {
        web::post_json(&format!("{}/_sim/fault", sim.url), &json!({ "kind": "deny", "action": denied }));
    }
    for line in ["status --json", "list instances --json", "list shifts --json", "list groups --json"] {
        let answer = fournines.run(line);
        let document: Value =
            serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{line}: {error}: {}", answer.out));
        assert!(document["schema"].as_str().unwrap().starts_with("fournines/"), "{line}");
    }
    let listed = fournines.run("list instances --json");
    assert_eq!(listed.code, Some(3));
    assert!(listed.err.contains("rows are missing") && listed.err.contains("ec2:DescribeInstances"), "{}", listed.err);
}

/// Reads from a server that does not answer as AWS does, and checks that this is said of every kind and nothing is counted.
fn assert_nothing_is_made_up(fournines: &Fournines, failure: &str, message: &str) {
    let (status, exit) = fournines.document("status --json --region us-east-1");
    assert_eq!((&status["verdict"], exit), (&json!("unknown"), 3));
    assert_eq!((&status["zones"], &status["account"]), (&json!([]), &Value::Null));
    let errors = status["regions"][0]["errors"].as_array().unwrap();
    assert!(errors.len() >= 10, "{errors:?}");
    for error in errors {
        assert_eq!(error["failure"], failure, "{error}");
        assert!(error["message"].as_str().unwrap().contains(message), "{error}");
    }
    let listed = fournines.run("list instances --region us-east-1");
    assert_eq!(listed.code, Some(3));
    assert!(!listed.out.contains("none") && listed.err.contains("rows are missing"), "{listed:?}");
}

#[test]
fn an_endpoint_where_nobody_listens_is_said_to_be_unreachable() {
    let fournines = Fournines::at(&format!("http://127.0.0.1:{}", web::free_port()));
    assert_nothing_is_made_up(&fournines, "unreachable", "refused");
    let (status, _) = fournines.document("status --json --region us-east-1");
    assert_eq!(status["regions"][0]["reachable"], false);
}

#[test]
fn an_endpoint_that_never_answers_is_given_up() {
    let slow = Fake::start(fake::silent);
    let fournines = Fournines::at(&slow.url);
    let (answer, took) = fournines.timed("status --line --region us-east-1", Duration::from_secs(150));
    assert_eq!(answer.code, Some(3));
    assert!(answer.out.starts_with("UNKNOWN") && answer.out.contains("time"), "{}", answer.out);
    assert!(took < Duration::from_secs(40), "nobody waits {took:?} for nothing");
}

#[test]
fn answers_that_are_cut_in_half_are_no_answers() {
    let half = Fake::start(fake::half);
    assert_nothing_is_made_up(&Fournines::at(&half.url), "malformed", "only a part");
}

#[test]
fn a_web_page_with_status_500_is_no_answer() {
    let crashed = Fake::start(fake::crashed);
    assert_nothing_is_made_up(&Fournines::at(&crashed.url), "malformed", "HTTP 500");
}

#[test]
fn a_good_answer_of_another_service_is_no_answer() {
    let stranger = Fake::start(fake::stranger);
    assert_nothing_is_made_up(&Fournines::at(&stranger.url), "malformed", "not AWS's");
}

/// As `| head` does, only sooner: nobody reads from the beginning.
#[test]
fn a_reader_that_has_gone_is_no_error() {
    let sim = Sim::start("");
    let fournines = Fournines::at(&sim.url);
    for (line, code) in [
        ("list instances --csv", 0),
        ("list instances", 0),
        ("status --json", 1),
        ("completions bash", 0),
        ("--help", 0),
    ] {
        let mut command = fournines.command(line);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let status = process::wait(&mut child, process::PATIENCE).unwrap_or_else(|| panic!("{line} does not end"));
        let said = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
        assert_eq!((status.code(), said.as_str()), (Some(code), ""), "{line}");
    }
}

#[test]
fn completions_name_commands_lists_and_options() {
    let fournines = Fournines::new();
    // fish has no way to complete what is no option.
    for (shell, words) in [("bash", 3), ("zsh", 3), ("fish", 2)] {
        let answer = fournines.run(&format!("completions {shell}"));
        assert_eq!(answer.code, Some(0));
        for word in ["status", "endpoint-url", "databases"].iter().take(words) {
            assert!(answer.out.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn the_simulated_account_on_loopback_ends_when_it_is_asked_to() {
    type Way = fn(&mut Sim);
    let ways: [(&str, Way); 3] = [
        ("SIGTERM", |sim| kill_process(sim.server.pid(), Signal::TERM).unwrap()),
        ("SIGINT", |sim| kill_process(sim.server.pid(), Signal::INT).unwrap()),
        ("standard input closed", |sim| sim.server.close_stdin()),
    ];
    for (name, end) in ways {
        let mut sim = Sim::start("");
        assert_eq!(web::get_json(&format!("{}/_sim/state", sim.url))["account"], "123456789012");
        end(&mut sim);
        assert_eq!(sim.server.ended().code(), Some(0), "{name}");
        assert!(web::get(&sim.url).is_err(), "{name}: it still listens");
    }
}

#[test]
fn without_a_terminal_the_console_says_what_works() {
    let sim = Sim::start("");
    for line in ["demo", ""] {
        assert_refused(&Fournines::at(&sim.url).run(line), &["terminal", "fournines status"]);
    }
}
