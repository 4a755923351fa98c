//! A simulated account in this process, read by the program's own adapter on virtual time.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use fournines::aws::{Answering, Limiter, Reader, Session, Wire};
use fournines::clock::{self, Clock};
use fournines::estate::Kind;
use fournines::id::Region;
use fournines::judge::{Picture, Policy};
use fournines::listing::LISTS;
use fournines::runtime::observer::Observer;
use fournines::sim::fault::Fault;
use fournines::sim::world::{Origin, World};
use fournines::sim::{Options, Scenario, Script, Sim, SimTime, delivery, wire};
use fournines::watch::Purpose;
use fournines::watch::store::Loaded;

/// The virtual time at which every account starts.
pub const START: &str = "2026-11-21T03:00:00Z";

type Answer = http::Response<Bytes>;

/// A simulated account and how often it was asked.
pub struct Account {
    pub sim: Arc<Sim>,
    pub calls: Arc<AtomicUsize>,
    tamper: Arc<Mutex<Option<Tamper>>>,
}

/// Something done to answers on their way.
pub type Tamper = Box<dyn FnMut(&http::Request<Bytes>, Answer) -> Result<Answer, std::io::Error> + Send>;

struct Counted {
    sim: Arc<Sim>,
    calls: Arc<AtomicUsize>,
    tamper: Arc<Mutex<Option<Tamper>>>,
}

impl Wire for Counted {
    fn answer(&self, request: http::Request<Bytes>) -> Answering {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let (sim, tamper) = (self.sim.clone(), self.tamper.clone());
        Box::pin(async move {
            let answer = delivery::deliver(wire::answer(&sim, request.clone()), sim.speed()).await?;
            match tamper.lock().unwrap().as_mut() {
                Some(tamper) => tamper(&request, answer),
                None => Ok(answer),
            }
        })
    }
}

impl Account {
    /// The built-in world, calm, whose time follows tokio's clock.
    pub fn calm(seed: u64) -> Self {
        let start: jiff::Timestamp = START.parse().unwrap();
        let origin = Origin { seed, start: SimTime::from_millis(start.as_millisecond()) };
        Self::of(World::builtin(origin).unwrap())
    }

    /// A scenario from its beginning, with parameters set (`zone=us-east-1c`).
    pub fn playing(scenario: &str, set: &[String], seed: u64) -> Self {
        let start: jiff::Timestamp = START.parse().unwrap();
        let origin = Origin { seed, start: SimTime::from_millis(start.as_millisecond()) };
        let settings: Vec<_> = set.iter().map(|text| text.parse().unwrap()).collect();
        let scenario = Script::named(scenario).unwrap().play(&settings).unwrap();
        Self::with(scenario.world(None, origin).unwrap(), scenario)
    }

    /// A world of a document.
    pub fn of(world: World) -> Self {
        Self::with(world, Scenario::named("calm").unwrap())
    }

    fn with(world: World, scenario: Scenario) -> Self {
        let begun = clock::monotonic();
        let options = Options { speed: 1.0, scenario };
        let elapsed = Box::new(move || clock::monotonic().saturating_duration_since(begun));
        Self { sim: Arc::new(Sim::new(world, options, elapsed)), calls: Arc::default(), tamper: Arc::default() }
    }

    /// The way to this account, for a session.
    pub fn wire(&self) -> Arc<dyn Wire> {
        Arc::new(Counted { sim: self.sim.clone(), calls: self.calls.clone(), tamper: self.tamper.clone() })
    }

    /// A reader over the SDK, which asks this account.
    pub fn reader(&self) -> Arc<Reader> {
        let clock = Arc::new(Clock::starting_at(START.parse().unwrap(), 1.0));
        let session = Session::in_process(self.wire(), &Region::from("us-east-1"), clock);
        Arc::new(Reader::new(session, Limiter::new(true, 1.0, 1)))
    }

    /// From now on `tamper` stands between the account and the SDK.
    pub fn tamper(
        &self,
        tamper: impl FnMut(&http::Request<Bytes>, Answer) -> Result<Answer, std::io::Error> + Send + 'static,
    ) {
        *self.tamper.lock().unwrap() = Some(Box::new(tamper));
    }

    /// From now on this is in force.
    pub fn fault(&self, fault: Fault) {
        self.sim.with_world(|world| world.apply(fault)).unwrap();
    }

    /// No longer.
    pub fn heal(&self, fault: Fault) {
        self.sim.with_world(|world| world.heal(&fault)).unwrap();
    }

    pub fn deny(&self, action: &str) {
        self.sim.with_world(|world| world.apply(Fault::Deny { action: action.to_owned() })).unwrap();
    }

    pub fn allow(&self, action: &str) {
        self.sim.with_world(|world| world.heal(&Fault::Deny { action: action.to_owned() })).unwrap();
    }

    /// Reads these kinds once in both regions, as a headless command does.
    pub async fn read(&self, kinds: impl IntoIterator<Item = Kind>) -> Picture {
        self.read_with(Loaded::default(), kinds).await
    }

    /// The same, with what an earlier run kept.
    pub async fn read_with(&self, kept: Loaded, kinds: impl IntoIterator<Item = Kind>) -> Picture {
        let kinds: BTreeSet<Kind> = kinds.into_iter().chain([Kind::Zones]).collect();
        let policy = Policy::default();
        let mut observer = Observer::new(self.reader(), policy, Purpose::Once(kinds), 1, kept);
        observer.choose_regions(&[]).await;
        while !observer.is_done() {
            assert!(observer.step().await, "something is always under way until all is done");
        }
        let mut picture = Arc::unwrap_or_clone(observer.picture());
        // The account's time starts long ago or ahead; what that is off this machine's clock is no part of any expectation.
        picture.traffic.skew = None;
        picture
    }

    /// Every kind but those that a call a parent is made for only when somebody asks, and that no list shows.
    pub async fn read_all(&self) -> Picture {
        let on_request =
            [Kind::Listeners, Kind::BalancerAttributes, Kind::TargetGroupAttributes, Kind::Hooks, Kind::Records];
        let is_listed = |kind: &Kind| LISTS.iter().any(|list| list.kinds.contains(kind));
        self.read(Kind::ALL.iter().copied().filter(|kind| !on_request.contains(kind) || is_listed(kind))).await
    }

    /// The record of all calls so far, as text.
    pub fn call_log(&self) -> String {
        self.sim.desk().with_calls(|calls| serde_json::to_string_pretty(&calls.iter().collect::<Vec<_>>()).unwrap())
    }
}
