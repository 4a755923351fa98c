//! A simulated account with an operator: plans are drawn from a reading, and run by the engine, over the SDK on virtual time.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fournines::aws::{Limiter, Reader, Session, Writer};
use fournines::cli::status::AccountLabel;
use fournines::clock::Clock;
use fournines::config::Rules as Policy;
use fournines::engine::{Asked, Ended, NoCommands, Past, Run, Settings};
use fournines::estate::Kind;
use fournines::id::{Region, Text};
use fournines::journal::{Event, Host, Journal, Reading, Record, Sink};
use fournines::judge::Picture;
use fournines::operation::away;
use fournines::operation::plan::{Grant, Level};
use fournines::operation::{Intent, Limits, Plan, Refusal, Rules};
use fournines::runtime::operating::account::Live;
use fournines::runtime::operating::drawing::{Desk, Drawn, KINDS};
use tokio::sync::mpsc;

use crate::account::{Account, START};

/// A journal in memory.
#[derive(Clone, Default)]
pub struct Memory(pub Arc<Mutex<Vec<u8>>>);

impl Sink for Memory {
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().extend_from_slice(line);
        Ok(())
    }
}

/// An account and whoever operates on it.
pub struct Stage {
    pub account: Account,
    reader: Arc<Reader>,
    /// What earlier operations did.
    records: Mutex<Vec<away::Record>>,
}

impl Stage {
    /// A scenario, some minutes after its beginning.
    pub async fn after(scenario: &str, set: &[&str], minutes: u64) -> Self {
        let stage = Self::playing(scenario, set, 1);
        stage.wait(minutes * 60).await;
        stage
    }

    /// A scenario at its beginning.
    pub fn playing(scenario: &str, set: &[&str], seed: u64) -> Self {
        let set: Vec<String> = set.iter().map(|text| (*text).to_owned()).collect();
        let account = Account::playing(scenario, &set, seed);
        let clock = Arc::new(Clock::starting_at(START.parse().unwrap(), 1.0));
        let session = Session::in_process(account.wire(), &east(), clock);
        let reader = Arc::new(Reader::new(session, Limiter::new(true, 1.0, 1)));
        Self { account, reader, records: Mutex::default() }
    }

    /// Lets time pass.
    pub async fn wait(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    /// What a console sees.
    pub async fn look(&self) -> Picture {
        let on_request = [Kind::Listeners, Kind::BalancerAttributes, Kind::Records, Kind::Series, Kind::Charts];
        self.account.read(Kind::ALL.iter().copied().filter(|kind| kind.is_of_aws() && !on_request.contains(kind))).await
    }

    /// What a plan of a zone is drawn over: all that `fournines plan` reads.
    pub async fn survey(&self) -> Picture {
        self.account.read(fournines::cli::what_if::kinds().chain(KINDS.iter().copied())).await
    }

    /// Keeps what a run did, as a journal does.
    pub fn keep(&self, records: &[Record]) {
        self.records.lock().unwrap().extend(Past::of(records).unwrap().record());
    }

    /// Draws a plan.
    pub async fn draw(&self, operation: &str, target: &str, settings: &[(&str, &str)]) -> Drawn {
        let settings = settings.iter().map(|(key, value)| (Text::from(*key), Text::from(*value))).collect();
        let (operation, targets) = (operation.into(), vec![target.into()]);
        let intent = Intent { operation, targets, settings, region: Some(east()), ..Intent::default() };
        self.draw_over(&self.look().await, &intent).await
    }

    /// Draws a plan over what a console saw.
    pub async fn draw_over(&self, picture: &Picture, intent: &Intent) -> Drawn {
        let label = AccountLabel::of(&picture.estate, &Policy::default());
        let rules = Rules::default();
        let records = self.records.lock().unwrap().clone();
        let desk =
            Desk { reader: &self.reader, picture, label: &label, rules: &rules, lately: Some(0), records: &records };
        desk.draw(intent).await
    }

    /// A plan that is drawn.
    pub async fn plan(&self, operation: &str, target: &str, settings: &[(&str, &str)]) -> Plan {
        match self.draw(operation, target, settings).await.outcome {
            Ok(plan) => plan,
            Err(refusal) => panic!("refused: {refusal}; {}", refusal.remedy),
        }
    }

    /// A plan of a zone or a shift, drawn over all that such a plan reads; what only warns is let pass, for this is a drill.
    pub async fn plan_of_zone(&self, operation: &str, target: &str, settings: &[(&str, &str)]) -> Plan {
        let picture = self.survey().await;
        let settings = settings.iter().map(|(key, value)| (Text::from(*key), Text::from(*value))).collect();
        let (operation, targets) = (operation.into(), vec![target.into()]);
        let mut intent = Intent { operation, targets, settings, region: Some(east()), ..Intent::default() };
        let drawn = self.draw_over(&picture, &intent).await.outcome;
        let plan = drawn.unwrap_or_else(|refusal| panic!("refused: {refusal}; {}", refusal.remedy));
        let warns = plan.steps.iter().flat_map(|step| &step.guards).filter(|guard| guard.level == Level::Warn);
        intent.accept = warns.map(|guard| (guard.id.clone(), Text::from("a drill"))).collect();
        self.draw_over(&picture, &intent).await.outcome.unwrap()
    }

    /// Why there is no plan.
    pub async fn refusal(&self, operation: &str, target: &str, settings: &[(&str, &str)]) -> Refusal {
        self.draw(operation, target, settings).await.outcome.expect_err("it is refused")
    }

    /// What a run works on.
    pub fn live(&self, run: &str) -> Live {
        let clock = self.reader.session().clock().clone();
        let session = Session::in_process_for(self.account.wire(), &east(), clock, run);
        Live::new(self.reader.clone(), Writer::new(session, self.reader.limiter().clone()))
    }

    /// Runs a plan to its end.
    pub async fn run(&self, plan: &Plan) -> (Ended, Vec<Record>) {
        let memory = Memory::default();
        let ports = (self.live(&plan.id), NoCommands, ());
        let run = Run::of(ports, Journal::begin(memory.clone()), plan, settings());
        let (_orders, asked) = mpsc::channel::<Asked>(1);
        let ended = run.begin(self.grant(plan), asked).await.unwrap();
        let reading = Reading::of(&memory.0.lock().unwrap());
        assert!(reading.broken.is_empty() && reading.cut.is_empty(), "{:?}", reading.broken);
        (ended, reading.records)
    }

    /// One confirmation of a plan.
    pub fn grant(&self, plan: &Plan) -> Grant {
        let at = self.reader.session().clock().now();
        Grant { digest: plan.digest().unwrap().into(), confirmed_by: "alice".into(), at, reason: None }
    }

    /// The mutating calls that the account saw, by action.
    pub fn writes(&self) -> Vec<String> {
        self.writes_of("")
    }

    /// Those of one operation, which the user agent names.
    pub fn writes_of(&self, operation: &str) -> Vec<String> {
        let log: serde_json::Value = serde_json::from_str(&self.account.call_log()).unwrap();
        let is_its = |call: &&serde_json::Value| call["user_agent"].as_str().unwrap().contains(operation);
        let calls = log.as_array().unwrap().iter().filter(|call| call["write"] == true).filter(is_its);
        calls.map(|call| call["action"].as_str().unwrap().to_owned()).collect()
    }
}

/// The region that everything happens in.
pub fn east() -> Region {
    Region::from("us-east-1")
}

/// A run's settings.
pub fn settings() -> Settings {
    let host = Host { name: "test".into(), pid: 0, version: "0".into() };
    let limits = Limits { patience: Duration::from_secs(60), ..Limits::default() };
    Settings { host, by: "alice".into(), seed: 1, limits }
}

/// The calls that a journal announced, by action.
pub fn announced(records: &[Record]) -> Vec<String> {
    let calls = records.iter().filter_map(|record| match &record.event {
        Event::Call(sent) if sent.receipt.is_none() => Some(sent.call.action.name().to_owned()),
        _ => None,
    });
    calls.collect()
}
