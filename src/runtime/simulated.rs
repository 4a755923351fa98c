//! The simulated account as a demo in this process, or on loopback for other clients.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::AsyncReadExt;

use crate::aws::{Answering, Session, Wire};
use crate::cli::args::{Demo, Global, Sim as SimArgs};
use crate::cli::{self, Exit};
use crate::clock::{self, Clock};
use crate::console::Setting;
use crate::id::Region;
use crate::sim::scenario::{ScenarioError, Setting as Parameter};
use crate::sim::world::{Format, Origin, World};
use crate::sim::{self, Options, Scenario, Script, Sim, SimTime, delivery, listener};

use super::operating::Place;
use super::set_up::{Desk, Files, SetUpError};
use super::signals::Ending;

/// The longest scenario or world file, as long as a world may be that is loaded over HTTP.
const LONGEST_FILE: u64 = 64 << 20;

/// The region that the demo's own calls go to.
const HOME: &str = "us-east-1";

/// A simulated account behind the SDK's HTTP client.
struct InProcess(Arc<Sim>);

impl Wire for InProcess {
    fn answer(&self, request: http::Request<Bytes>) -> Answering {
        let sim = Arc::clone(&self.0);
        Box::pin(async move { delivery::deliver(sim::wire::answer(&sim, request), sim.speed()).await })
    }
}

/// Everything for a console on a simulated account that lives in this process.
pub(super) fn desk(global: &Global, demo: &Demo) -> Result<Desk, SetUpError> {
    let files = Files::open(global)?;
    let seed = demo.seed.unwrap_or_default();
    let scenario = scenario(demo.scenario.as_deref(), &demo.set)?;
    let start = clock::wall();
    let refused = |error| refused(demo.scenario.as_deref(), &demo.set, &error);
    let world = scenario.world(None, origin(seed, start)).map_err(refused)?;
    let words = format!("{} x{}", scenario.name, demo.speed);
    let simulation = simulate(world, scenario, demo.speed);
    let clock = Arc::new(Clock::starting_at(start, demo.speed));
    let (wire, home): (Arc<dyn Wire>, Region) = (Arc::new(InProcess(simulation)), Region::from(HOME));
    let place = Place::tasks(wire.clone(), &home);
    let session = Session::in_process(wire, &home, clock);
    let no_shell = Some("this account is simulated: there is no machine to open a shell on".to_owned());
    let setting = Setting { simulated: Some(words), no_shell, ..files.setting() };
    Ok(Desk::with(files, session, false, (None, place), setting, seed))
}

/// `fournines sim`.
pub(super) async fn listen(args: &SimArgs) -> Result<Exit, SetUpError> {
    let origin = origin(args.seed.unwrap_or_default(), clock::wall());
    let scenario = scenario(args.scenario.as_deref(), &args.set)?;
    let world = match &args.world {
        Some(file) => world_of(file, &scenario, origin)?,
        None => scenario.world(None, origin).map_err(|error| refused(args.scenario.as_deref(), &args.set, &error))?,
    };
    let simulation = simulate(world, scenario, args.speed);
    let said = |address| {
        if let Err(error) = cli::output::print(&format!("listening on http://{address}\n")) {
            tracing::warn!(%error, "standard output");
        }
    };
    listener::listen(simulation, args.listen, said, asked_to_end(args.stdin_closes))
        .await
        .map_err(|error| SetUpError::Simulated(format!("cannot listen on {}: {error}", args.listen)))?;
    Ok(Exit::Done)
}

fn simulate(world: World, scenario: Scenario, speed: f64) -> Arc<Sim> {
    let begun = clock::monotonic();
    let elapsed = Box::new(move || clock::monotonic().saturating_duration_since(begun));
    Arc::new(Sim::new(world, Options { speed, scenario }, elapsed))
}

/// The scenario of that name, or of that file, with these parameters set.
fn scenario(given: Option<&str>, set: &[String]) -> Result<Scenario, SetUpError> {
    let name = given.unwrap_or(Scenario::DEFAULT);
    let settings = set.iter().map(|text| text.parse().map_err(|error| SetUpError::Simulated(format!("--set {error}"))));
    let settings: Vec<Parameter> = settings.collect::<Result<_, _>>()?;
    let refused = |error| refused(given, set, &error);
    // No scenario's name looks like a path.
    if !name.ends_with(".toml") && !name.contains(std::path::MAIN_SEPARATOR) {
        return Script::named(name).and_then(|script| script.play(&settings)).map_err(refused);
    }
    let text = read(Path::new(name)).map_err(|error| SetUpError::Simulated(format!("scenario {name}: {error}")))?;
    Script::parse(&text).and_then(|script| script.play(&settings)).map_err(refused)
}

/// What is wrong with a scenario, in which file, and with which parameters set: a place in a file that came with the program
/// is wrong only for what was set.
fn refused(given: Option<&str>, set: &[String], error: &ScenarioError) -> SetUpError {
    let name = given.unwrap_or(Scenario::DEFAULT);
    SetUpError::Simulated(match (error, set) {
        (ScenarioError::Located { place, message }, []) => format!("scenario {name}, {place}: {message}"),
        (ScenarioError::Located { place, message }, set) => {
            format!("scenario {name} with --set {}: {message} ({place})", set.join(" --set "))
        }
        (other, _) => other.to_string(),
    })
}

/// A file's text, if it is no longer than any world may be.
fn read(file: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(file)?.take(LONGEST_FILE + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST_FILE {
        return Err(std::io::Error::other(format!("longer than {} MiB", LONGEST_FILE >> 20)));
    }
    Ok(text)
}

fn origin(seed: u64, start: jiff::Timestamp) -> Origin {
    Origin { seed, start: SimTime::from_millis(start.as_millisecond()) }
}

/// The world of a file, as the scenario finds it.
fn world_of(file: &Path, scenario: &Scenario, origin: Origin) -> Result<World, SetUpError> {
    let say = |error: String| SetUpError::Simulated(format!("world {}: {error}", file.display()));
    let text = read(file).map_err(|error| say(error.to_string()))?;
    let json = file.extension().is_some_and(|extension| extension == "json");
    let format = if json { Format::Json } else { Format::Toml };
    scenario.world(Some((&text, format)), origin).map_err(|error| match error {
        ScenarioError::World(error) => say(error.to_string()),
        other => SetUpError::Simulated(format!("scenario {} in world {}: {other}", scenario.name, file.display())),
    })
}

/// Waits for a signal, or with `stdin_closes` for the end of standard input.
async fn asked_to_end(stdin_closes: bool) {
    let mut ending = Ending::listen();
    tokio::select! {
        () = ending.asked() => {}
        () = end_of_input(), if stdin_closes => {}
    }
}

async fn end_of_input() {
    let mut input = tokio::io::stdin();
    let mut buffer = [0; 256];
    while input.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
}
