//! The first looks: a whole board with 100 ms to each answer, and the first frame after start.

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fournines::aws::{Answering, Limiter, Reader, Session, Wire};
use fournines::clock::{self, Clock};
use fournines::id::Region;
use fournines::judge::Verdict;
use fournines::sim::world::{Origin, World};
use fournines::sim::{Options, Scenario, Sim, SimTime, wire};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

/// The built-in account, each of whose answers takes a while.
struct Slow(Arc<Sim>);

impl Wire for Slow {
    fn answer(&self, request: http::Request<Bytes>) -> Answering {
        let sim = Arc::clone(&self.0);
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            fournines::sim::delivery::deliver(wire::answer(&sim, request), sim.speed()).await
        })
    }
}

/// Reads everything that the board shows of two regions and says how long that took.
pub fn whole_board() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for _ in 0..3 {
            let start = clock::wall();
            let origin = Origin { seed: 1, start: SimTime::from_millis(start.as_millisecond()) };
            let begun = clock::monotonic();
            let elapsed = Box::new(move || clock::monotonic().saturating_duration_since(begun));
            let options = Options { speed: 1.0, scenario: Scenario::named("calm").unwrap() };
            let sim = Arc::new(Sim::new(World::builtin(origin).unwrap(), options, elapsed));
            let clock = Arc::new(Clock::starting_at(start, 1.0));
            let session = Session::in_process(Arc::new(Slow(sim)), &Region::from("us-east-1"), clock);
            let reader = Arc::new(Reader::new(session, Limiter::new(false, 1.0, 1)));
            let mut observer = super::reading::observer(reader);
            let began = Instant::now();
            observer.choose_regions(&[]).await;
            while !observer.is_done() && observer.step().await {}
            let picture = observer.picture();
            let verdict = picture.judgement.account.verdict;
            println!(
                "whole board: {} regions in {:.2?}, verdict {verdict}",
                picture.estate.scope().len(),
                began.elapsed()
            );
            assert_ne!(verdict, Verdict::Unknown, "all that the board shows was read");
        }
    });
}

/// Time from start to the first bytes of a frame, in a pseudo-terminal.
pub fn first_frame() {
    let pair = native_pty_system().openpty(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 }).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_fournines"));
    command.arg("demo");
    command.env("TERM", "xterm-256color");
    let began = Instant::now();
    let mut child = pair.slave.spawn_command(command).unwrap();
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut seen = Vec::new();
    let mut buffer = [0; 4096];
    while !String::from_utf8_lossy(&seen).contains("READ-ONLY") {
        match reader.read(&mut buffer) {
            Ok(length) if length > 0 => seen.extend_from_slice(&buffer[..length]),
            _ => break,
        }
    }
    println!("first frame after start {:.2?}", began.elapsed());
    child.kill().ok();
    child.wait().ok();
}
