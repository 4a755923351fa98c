//! The program under test, with a home of its own.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::folder::Folder;
use super::process::{self, Answer, Server};

/// How long a headless command may take against a server that answers.
const PATIENCE: Duration = Duration::from_secs(60);

/// `fournines` with a home, a state folder and credentials that are nobody's.
pub struct Fournines {
    home: Folder,
    environment: Vec<(String, String)>,
}

impl Fournines {
    /// Without an endpoint: what it asks goes nowhere, since there are no proxies and the credentials are nobody's.
    pub fn new() -> Self {
        let environment = [
            ("AWS_ACCESS_KEY_ID", "x"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("LANG", "C.UTF-8"),
            ("TERM", "xterm-256color"),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { home: Folder::new("home"), environment }
    }

    /// With AWS at this URL.
    pub fn at(url: &str) -> Self {
        Self::new().with("AWS_ENDPOINT_URL", url)
    }

    /// With one more variable of its environment.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Its home.
    pub fn home(&self) -> &Folder {
        &self.home
    }

    /// What is set for it, beside the home; nothing else of this process's environment is.
    pub fn environment(&self) -> Vec<(String, String)> {
        let home = [("HOME".to_owned(), self.home.path().to_str().unwrap().to_owned())];
        self.environment.iter().cloned().chain(home).collect()
    }

    /// Its arguments: words apart by spaces, and the state folder in its home.
    pub fn arguments(&self, line: &str) -> Vec<String> {
        let state = self.home.path().join("state");
        let ours = ["--state-dir".to_owned(), state.to_str().unwrap().to_owned()];
        line.split_whitespace().map(str::to_owned).chain(ours).collect()
    }

    /// The command, not started.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fournines"));
        command.env_clear().envs(self.environment()).args(self.arguments(line)).current_dir(self.home.path());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, line: &str) -> Answer {
        process::run(self.command(line), PATIENCE)
    }

    /// The same, with how long it took.
    pub fn timed(&self, line: &str, within: Duration) -> (Answer, Duration) {
        let begun = Instant::now();
        let answer = process::run(self.command(line), within);
        (answer, begun.elapsed())
    }

    /// The JSON document that it writes, and its exit code.
    pub fn document(&self, line: &str) -> (Value, i32) {
        let answer = self.run(line);
        let document = serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{line}: {error}: {answer:?}"));
        (document, answer.code.unwrap())
    }
}

/// A simulated account on loopback, whose time stands still unless `options` say how fast it goes.
pub struct Sim {
    /// The server.
    pub server: Server,
    /// Where it listens.
    pub url: String,
    _home: Fournines,
}

impl Sim {
    /// The built-in world, or another that `options` name.
    pub fn start(options: &str) -> Self {
        let home = Fournines::new();
        let speed = if options.contains("--speed") { "" } else { "--speed 0" };
        let line = format!("sim --listen 127.0.0.1:0 {speed} --scenario calm --seed 7 --stdin-closes {options}");
        let mut server = Server::start(home.command(&line));
        let url = server.line("listening on ");
        Self { server, url, _home: home }
    }
}
