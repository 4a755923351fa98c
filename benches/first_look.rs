//! The first look, measured: reading the built-in simulated account through the SDK, judging it, drawing it.
//!
//! `cargo bench --bench first_look --profile dev` prints medians, on the build that the tests use; ratios within one run are worth more than the figures, since machines differ and are shared.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fournines::aws::{Answering, Limiter, Reader, Session, Wire};
use fournines::clock::{self, Clock};
use fournines::console::{self, App, Msg, Setting};
use fournines::estate::Kind;
use fournines::estate::instance::Instance;
use fournines::id::Region;
use fournines::judge::{self, Picture, Policy};
use fournines::runtime::observer::Observer;
use fournines::sim::world::{Origin, World};
use fournines::sim::{Options, Scenario, Sim, SimTime, delivery, wire};
use fournines::watch::Purpose;
use fournines::watch::store::Loaded;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;

struct InProcess(Arc<Sim>);

impl Wire for InProcess {
    fn answer(&self, request: http::Request<Bytes>) -> Answering {
        let sim = Arc::clone(&self.0);
        Box::pin(async move { delivery::deliver(wire::answer(&sim, request), sim.speed()).await })
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut reads = Vec::new();
    let mut picture = None;
    for _ in 0..10 {
        let (took, read) = runtime.block_on(read());
        reads.push(took);
        picture = Some(read);
    }
    let picture = picture.unwrap();
    let regions = picture.estate.scope().len();
    let instances: usize = picture
        .estate
        .scope()
        .iter()
        .map(|region| picture.estate.table::<Instance>(region, picture.taken_at).known().count())
        .sum();
    println!("{instances} instances in {regions} regions");
    report("read it all, through the SDK", &mut reads);
    let policy = Policy::default();
    report("judge it", &mut times(50, || drop(judge::judge(&picture.estate, picture.taken_at, &policy))));
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut app = App::new(Setting::default(), picture.taken_at, Size::new(width, height)).unwrap();
        app.set_picture(picture.clone());
        console::update(&mut app, Msg::Refreshed);
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let mut frames = times(50, || {
            terminal.draw(|frame| console::view(&app, frame)).unwrap();
        });
        report(&format!("draw the board at {width}x{height}"), &mut frames);
    }
}

/// Everything, once, without waiting for any bucket: the world is new each time, and its buckets are full.
async fn read() -> (Duration, Arc<Picture>) {
    let start = clock::wall();
    let origin = Origin { seed: 1, start: SimTime::from_millis(start.as_millisecond()) };
    let begun = clock::monotonic();
    let options = Options { speed: 1.0, scenario: Scenario::named("calm").unwrap() };
    let elapsed = Box::new(move || clock::monotonic().saturating_duration_since(begun));
    let sim = Arc::new(Sim::new(World::builtin(origin).unwrap(), options, elapsed));
    let clock = Arc::new(Clock::starting_at(start, 1.0));
    let session = Session::in_process(Arc::new(InProcess(sim)), &Region::from("us-east-1"), clock);
    let reader = Arc::new(Reader::new(session, Limiter::new(true, 1000.0, 1)));
    let began = Instant::now();
    let kinds: BTreeSet<Kind> = Kind::ALL.iter().copied().collect();
    let mut observer = Observer::new(reader, Policy::default(), Purpose::Once(kinds), 1, Loaded::default());
    observer.choose_regions(&[]).await;
    while !observer.is_done() && observer.step().await {}
    (began.elapsed(), observer.picture())
}

fn times(count: usize, mut work: impl FnMut()) -> Vec<Duration> {
    (0..count)
        .map(|_| {
            let began = Instant::now();
            work();
            began.elapsed()
        })
        .collect()
}

fn report(what: &str, times: &mut [Duration]) {
    times.sort();
    let median = times[times.len() / 2];
    println!(
        "{what:<34} median {median:>10.2?}   fastest {:>10.2?}   slowest {:>10.2?}",
        times[0],
        times[times.len() - 1]
    );
}
