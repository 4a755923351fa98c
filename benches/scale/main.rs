//! The program at the size of the largest accounts.
//!
//! `cargo bench --bench scale --profile dev [-- 10000 100000]`: reading instances beside the bare SDK doing the same, from a
//! simulated account in a process of its own; memory after it; judging; keys to frames while refreshes land; the first frame;
//! a whole board with 100 ms to each answer. Each part runs in a process of its own, so that memory is its own too.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod board;
mod judging;
mod keys;
mod reading;
mod synthetic;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fournines::{console, estate, id, judge};

use synthetic::{Account, Size};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["part", "bare", url, zones] => reading::bare(url, zones.parse().unwrap()),
        ["part", "read", url, zones] => reading::instances(url, zones.parse().unwrap()),
        ["part", "memory", url, zones] => reading::memory(url, zones.parse().unwrap()),
        ["part", "everything", url] => reading::everything(url),
        ["part", "judge", count] => judging::judging(&account(count.parse().unwrap())),
        ["part", "keys", count] => keys::keys_to_frames(account(count.parse().unwrap()), (200, 60)),
        ["part", "board"] => board::whole_board(),
        counts => all(counts),
    }
}

fn all(counts: &[&str]) {
    let counts = if counts.is_empty() { &["10000", "100000"] } else { counts };
    for count in counts {
        println!("--- {count} instances");
        let simulated = Simulated::start(count.parse().unwrap());
        // In turn, so that whatever else the machine does falls on both.
        for _ in 0..3 {
            part(&["bare", &simulated.url, "4"]);
            part(&["read", &simulated.url, "4"]);
        }
        part(&["memory", &simulated.url, "4"]);
        part(&["everything", &simulated.url]);
        drop(simulated);
        part(&["judge", count]);
        part(&["keys", count]);
    }
    println!("--- two regions, 100 ms an answer");
    part(&["board"]);
    println!("--- first frame");
    for _ in 0..5 {
        board::first_frame();
    }
}

/// Runs a part in a process of its own, with credentials for the simulated account.
fn part(words: &[&str]) {
    let status = Command::new(std::env::current_exe().unwrap())
        .arg("part")
        .args(words)
        .env("AWS_ACCESS_KEY_ID", "SIMULATED")
        .env("AWS_SECRET_ACCESS_KEY", "simulated")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .status()
        .unwrap();
    assert!(status.success(), "{words:?}");
}

fn account(instances: usize) -> Account {
    Account::new(Size { instances, groups: (instances / 50).max(1) })
}

/// `fournines sim` with so many instances, until it is dropped.
struct Simulated {
    child: Child,
    url: String,
}

impl Simulated {
    fn start(instances: usize) -> Self {
        let file = std::env::temp_dir().join(format!("fournines-scale-{}.toml", std::process::id()));
        let groups = instances / 50;
        let world = format!(
            "account = \"999900001111\"\n[regions.us-east-1.generate]\ninstances = {instances}\ngroups = {groups}\ntarget_groups = {groups}\nalarms = {groups}\n"
        );
        std::fs::write(&file, world).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_fournines"))
            // Its buckets fill twenty times as fast, so that parsing is measured and not waiting; faster, the largest account
            // could not keep up with its own time.
            .args(["sim", "--speed", "20", "--stdin-closes", "--world"])
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        std::fs::remove_file(&file).ok();
        let url = line.trim().trim_start_matches("listening on ").to_owned();
        assert!(url.starts_with("http"), "{line}");
        Self { child, url }
    }
}

impl Drop for Simulated {
    fn drop(&mut self) {
        self.child.stdin.take();
        std::thread::sleep(Duration::from_millis(100));
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
