//! What the screen costs: bytes on an ssh line, processor and memory of a console that is left alone, and bytes of a screen change.
//!
//! `cargo bench --bench terminal [--profile dev] -- SECONDS`: each figure is taken over so many seconds (60).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, dead_code)]

#[path = "../tests/it/support/mod.rs"]
mod support;

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtyPair, PtySize, native_pty_system};
use support::process::Server;
use support::program::Fournines;

/// What is looked at: the arguments, the scenario, the size.
const SCREENS: &[(&str, &str, (u16, u16))] = &[
    ("", "calm", (80, 24)),
    ("", "calm", (200, 60)),
    ("", "gray-zone", (80, 24)),
    ("wall", "calm", (80, 24)),
    ("wall", "calm", (200, 60)),
    ("wall", "gray-zone", (80, 24)),
];

/// Keys, each of which changes the whole screen.
const KEYS: &[&str] = &["2", "3", "4", "5", "6", "?", "1"];

/// A terminal that counts what is written to it.
struct Line {
    pty: PtyPair,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    bytes: Arc<AtomicUsize>,
    _program: Fournines,
}

impl Line {
    fn start(program: Fournines, line: &str, (columns, rows): (u16, u16)) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_fournines"));
        command.env_clear();
        program.environment().into_iter().for_each(|(name, value)| command.env(name, value));
        command.args(program.arguments(line));
        command.cwd(program.home().path());
        let child = pty.slave.spawn_command(command).unwrap();
        let (mut output, keys) = (pty.master.try_clone_reader().unwrap(), pty.master.take_writer().unwrap());
        let bytes = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&bytes);
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(length @ 1..) = output.read(&mut buffer) {
                counted.fetch_add(length, Ordering::Relaxed);
            }
        });
        Self { pty, child, keys, bytes, _program: program }
    }

    fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Bytes until nothing more comes for a moment.
    fn press(&mut self, keys: &str) -> usize {
        let before = self.bytes();
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        let mut last = before;
        loop {
            sleep(Duration::from_millis(250));
            if self.bytes() == last {
                return last - before;
            }
            last = self.bytes();
        }
    }

    /// Seconds of processor time so far, and MiB resident.
    fn cost(&self) -> (f64, f64) {
        let folder = format!("/proc/{}", self.child.process_id().unwrap());
        let stat = std::fs::read_to_string(format!("{folder}/stat")).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
        let statm = std::fs::read_to_string(format!("{folder}/statm")).unwrap();
        let pages: f64 = statm.split_whitespace().nth(1).unwrap().parse().unwrap();
        (ticks / 100.0, pages * 4096.0 / 1_048_576.0)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let seconds: u64 = arguments.first().and_then(|text| text.parse().ok()).unwrap_or(60);
    println!("screen   scenario      size      bytes/min    CPU     MiB");
    for (screen, scenario, size) in SCREENS {
        let sim = Fournines::new();
        let listen = format!("sim --listen 127.0.0.1:0 --scenario {scenario} --seed 7 --stdin-closes");
        let mut server = Server::start(sim.command(&listen));
        let url = server.line("listening on ");
        let mut line = Line::start(Fournines::at(&url), screen, *size);
        // The first readings, and in trouble its beginning.
        sleep(Duration::from_secs(if *scenario == "calm" { 30 } else { 150 }));
        let (bytes, (cpu, _), begun) = (line.bytes(), line.cost(), Instant::now());
        sleep(Duration::from_secs(seconds));
        let (cost, spent) = (line.cost(), begun.elapsed().as_secs_f64());
        let name = if screen.is_empty() { "console" } else { screen };
        let by_minute = (line.bytes() - bytes) as f64 * 60.0 / spent;
        let share = (cost.0 - cpu) / spent * 100.0;
        let size = format!("{}x{}", size.0, size.1);
        println!("{name:<8} {scenario:<13} {size:<9} {by_minute:>9.0} {share:>6.2}% {:>6.1}", cost.1);
        if screen.is_empty() {
            let changes: Vec<String> = KEYS.iter().map(|key| format!("{key}: {}", line.press(key))).collect();
            println!("         bytes of a screen change  {}", changes.join("  "));
        }
    }
}
