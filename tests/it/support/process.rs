//! Child processes: started, waited for, and ended with the test that started them.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::web;

/// How long anything may take to be ready, or to end. Generous: the machine may be building something else.
pub const PATIENCE: Duration = Duration::from_secs(90);
/// Time between two looks at something that cannot be waited for.
const LOOK: Duration = Duration::from_millis(20);

/// A server in a process of its own; dropping it ends it.
pub struct Server {
    child: Child,
    lines: Receiver<String>,
    errors: Option<JoinHandle<String>>,
    name: String,
}

impl Server {
    /// Starts it, its standard input held open.
    pub fn start(mut command: Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let (send, lines) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        let errors = Some(collect(child.stderr.take().unwrap()));
        Self { child, lines, errors, name }
    }

    /// The next line of its standard output that begins so, without that beginning.
    pub fn line(&mut self, beginning: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) if line.starts_with(beginning) => return line.replacen(beginning, "", 1),
                Ok(_) => {}
                Err(_) => self.fail(&format!("did not say {beginning:?}")),
            }
        }
    }

    /// Waits until a URL of it is answered, whatever the answer.
    pub fn answers(mut self, url: &str) -> Self {
        let deadline = Instant::now() + PATIENCE;
        while web::get(url).is_err() {
            if Instant::now() > deadline || self.child.try_wait().unwrap().is_some() {
                self.fail(&format!("does not answer at {url}"));
            }
            std::thread::sleep(LOOK);
        }
        self
    }

    /// Its process.
    pub fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.child)
    }

    /// Closes its standard input.
    pub fn close_stdin(&mut self) {
        drop(self.child.stdin.take());
    }

    /// How it ends, by itself.
    pub fn ended(&mut self) -> ExitStatus {
        wait(&mut self.child, PATIENCE).unwrap_or_else(|| self.fail("did not end"))
    }

    fn fail(&mut self, what: &str) -> ! {
        self.child.kill().ok();
        let errors = self.errors.take().and_then(|errors| errors.join().ok()).unwrap_or_default();
        panic!("{} {what}; it said:\n{errors}", self.name);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Everything that a command wrote, and how it ended.
#[derive(Debug)]
pub struct Answer {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs a command to its end.
pub fn run(mut command: Command, within: Duration) -> Answer {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let (out, err) = (collect(child.stdout.take().unwrap()), collect(child.stderr.take().unwrap()));
    let status = wait(&mut child, within);
    if status.is_none() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let (out, err) = (out.join().unwrap(), err.join().unwrap());
    match status {
        Some(status) => Answer { code: status.code(), out, err },
        None => panic!("{command:?} did not end within {within:?}:\n{out}\n{err}"),
    }
}

/// How a child ends, if it does in time.
pub fn wait(child: &mut Child, within: Duration) -> Option<ExitStatus> {
    let deadline = Instant::now() + within;
    loop {
        match child.try_wait().unwrap() {
            Some(status) => return Some(status),
            None if Instant::now() > deadline => return None,
            None => std::thread::sleep(LOOK),
        }
    }
}

fn collect(mut from: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).ok();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
