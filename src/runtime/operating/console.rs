//! What the console asks of operations, done beside its loop: plans drawn, runs started, told and followed.
//!
//! Must stay true: nothing is started that is not armed, whatever the console says; every question has an answer, if only that it could
//! not be done; what is read of a journal is told in its order.

use std::collections::BTreeSet;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::aws::Reader;
use crate::cli::journal::Kept;
use crate::cli::status::AccountLabel;
use crate::config::Rules;
use crate::console::operate::{Confirmation, Glance, Order, Planned, Request};
use crate::console::{Level, Msg};
use crate::id::Text;
use crate::journal::{Record, is_written};
use crate::judge::Picture;
use crate::operation::call::Trial;
use crate::operation::plan::Grant;
use crate::operation::{Call, Plan};

use super::control;
use super::drawing::Desk;
use super::follow::{Follower, LOOK};
use super::host::{self, Brief, Work};
use super::place::Place;
use super::shelf::{self, journal_of};

/// Answers that may wait for the loop; whoever has more waits with them.
const WAITING: usize = 64;
/// Looks after which a journal that nobody writes has no more to say.
const QUIET: u32 = 5;

/// What comes back.
pub(in crate::runtime) enum Told {
    /// The plans of a question.
    Planned(u64, Vec<Planned>),
    /// Whether the calls of a question's plan may be made.
    Tried(u64, Vec<Trial>),
    /// What ran.
    Listed(Vec<Glance>),
    /// A message for the console as it is.
    Msg(Box<Msg>),
}

/// Operations of one account, for its console.
pub(in crate::runtime) struct Operating {
    place: Place,
    reader: Arc<Reader>,
    rules: Rules,
    armed_until: Option<Timestamp>,
    tell: mpsc::Sender<Told>,
    told: mpsc::Receiver<Told>,
    followed: BTreeSet<Text>,
    tasks: JoinSet<()>,
}

impl Operating {
    /// Of an account that is read by `reader`.
    pub(in crate::runtime) fn new(place: Place, reader: Arc<Reader>, rules: Rules) -> Self {
        let (tell, told) = mpsc::channel(WAITING);
        let (followed, tasks) = (BTreeSet::new(), JoinSet::new());
        Self { place, reader, rules, armed_until: None, tell, told, followed, tasks }
    }

    /// What comes back next.
    pub(in crate::runtime) async fn next(&mut self) -> Told {
        match self.told.recv().await {
            Some(told) => told,
            // Not before this is dropped: it has a sender of its own.
            None => std::future::pending().await,
        }
    }

    /// What ends with the console, in words.
    pub(in crate::runtime) fn farewell(&self) -> Option<String> {
        self.place.farewell()
    }

    fn beside(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        // Those that are over are let go, so that their number is bounded by what goes on.
        while self.tasks.try_join_next().is_some() {}
        self.tasks.spawn(work);
    }

    fn now(&self) -> Timestamp {
        self.reader.session().clock().now()
    }

    /// Draws plans over a picture.
    pub(in crate::runtime) fn plan(&mut self, request: Request, picture: Option<Arc<Picture>>) {
        let (reader, rules, tell) = (self.reader.clone(), self.rules.clone(), self.tell.clone());
        let state_dir = self.place.state_dir().to_owned();
        let now = self.now();
        self.beside(async move {
            let Some(picture) = picture else { return };
            let label = AccountLabel::of(&picture.estate, &rules);
            let remembered = shelf::remembered(&state_dir, now);
            let (reader, rules) = (&reader, &rules.operations());
            let desk = Desk {
                reader,
                picture: &picture,
                label: &label,
                rules,
                lately: remembered.touched_lately,
                records: &remembered.records,
            };
            let mut planned: Vec<Planned> = Vec::new();
            for intent in &request.intents {
                planned.push(desk.draw(intent).await.outcome.map(Box::new));
            }
            tell.send(Told::Planned(request.number, planned)).await.ok();
        });
    }

    /// Allows what a review confirms, until then.
    pub(in crate::runtime) fn arm(&mut self, until: Timestamp) {
        let tell = self.tell.clone();
        if self.rules.read_only.value {
            let why = format!("{} holds this session read-only", self.rules.read_only.origin);
            return self.beside(async move {
                tell.send(Told::Msg(Box::new(Msg::Disarmed { why }))).await.ok();
            });
        }
        self.armed_until = Some(until);
        let reader = self.reader.clone();
        self.beside(async move {
            let msg = match host::identity(&reader).await {
                Ok(_) => Msg::Armed { until },
                Err(why) => Msg::Disarmed { why },
            };
            tell.send(Told::Msg(Box::new(msg))).await.ok();
        });
    }

    /// Allows nothing any more; what runs goes on.
    pub(in crate::runtime) fn disarm(&mut self) {
        self.armed_until = None;
    }

    /// Asks whether calls may be made, and makes none. Never of an account that is not armed.
    pub(in crate::runtime) fn try_calls(&mut self, number: u64, calls: Vec<Call>) {
        if !self.is_armed() {
            return;
        }
        let (place, reader, tell) = (self.place.clone(), self.reader.clone(), self.tell.clone());
        self.beside(async move {
            let mut trials = Vec::with_capacity(calls.len());
            match place.trier(&reader).await {
                Ok(trier) => {
                    for call in &calls {
                        trials.push(trier.try_call(call).await);
                    }
                }
                Err(why) => trials.extend(calls.iter().map(|_| Trial::Untold { why: why.as_str().into() })),
            }
            tell.send(Told::Tried(number, trials)).await.ok();
        });
    }

    fn is_armed(&self) -> bool {
        !self.rules.read_only.value && self.armed_until.is_some_and(|until| self.now() < until)
    }

    /// Runs what was confirmed, and follows it.
    pub(in crate::runtime) fn run(&mut self, confirmation: Confirmation) {
        if !self.is_armed() {
            return self.say(Level::Error, "not run: this console is not armed".to_owned());
        }
        let Confirmation { plan, digest, by, at, reason } = confirmation;
        let grant = Grant { digest, confirmed_by: by.clone(), at, reason };
        let id = plan.id.clone();
        let limits = self.rules.limits();
        self.start(Brief { by, limits, work: Work::Begin { plan: Box::new(plan), grant } }, id);
    }

    fn start(&mut self, brief: Brief, id: Text) {
        let (place, reader, tell) = (self.place.clone(), self.reader.clone(), self.tell.clone());
        let path = journal_of(place.state_dir(), &id);
        let follows = self.followed.insert(id.clone());
        self.beside(async move {
            match place.start(&reader, brief).await {
                Ok(()) if follows => follow(path, tell).await,
                Ok(()) => {}
                Err(error) => notice(&tell, Level::Error, format!("not run: {error}")).await,
            }
        });
    }

    /// Asks something of a run. What goes on only in a process of its own is given one.
    pub(in crate::runtime) fn order(&mut self, id: Text, order: Order, by: Text) {
        let path = journal_of(self.place.state_dir(), &id);
        if is_written(&path) {
            let tell = self.tell.clone();
            return self.beside(async move {
                if let Err(error) = control::tell(&path, order, by).await {
                    notice(&tell, Level::Error, format!("{id}: {error}")).await;
                }
            });
        }
        let work = match order {
            Order::Resume => Work::Resume { id: id.clone() },
            Order::Undo { reason } => Work::Undo { id: id.clone(), reason },
            Order::Pause
            | Order::Hold { .. }
            | Order::Retry { .. }
            | Order::Skip { .. }
            | Order::Abort { .. }
            | Order::Stop => {
                return self.say(Level::Error, format!("{id}: nobody runs it at this moment: resume it first"));
            }
        };
        if !self.is_armed() {
            return self.say(Level::Error, format!("{id}: not begun again: this console is not armed (`:arm`)"));
        }
        self.start(Brief { by, limits: self.rules.limits(), work }, id);
    }

    /// Tells what a journal holds and what it gets.
    pub(in crate::runtime) fn follow(&mut self, id: Text) {
        if self.followed.insert(id.clone()) {
            let path = journal_of(self.place.state_dir(), &id);
            let tell = self.tell.clone();
            self.beside(follow(path, tell));
        }
    }

    /// Lists what ran.
    pub(in crate::runtime) fn list(&mut self) {
        let (state_dir, tell) = (self.place.state_dir().to_owned(), self.tell.clone());
        self.beside(async move {
            let ids = match shelf::ids(&state_dir) {
                Ok(ids) => ids,
                Err(error) => return notice(&tell, Level::Error, format!("what ran cannot be listed: {error}")).await,
            };
            let kept = ids.iter().filter_map(|id| shelf::kept(&state_dir, id).ok());
            let glances = kept.filter_map(|kept| glance(&kept)).collect();
            tell.send(Told::Listed(glances)).await.ok();
        });
    }

    /// Keeps a plan in a file of the folder that the program was started in.
    pub(in crate::runtime) fn save(&mut self, plan: &Plan) {
        let file = PathBuf::from(format!("{}.plan.json", plan.id));
        match super::headless::save(&file, plan) {
            Ok(()) => {
                let words = format!("kept in {}: `fournines apply --plan {0}` runs it", file.display());
                self.say(Level::Info, words);
            }
            Err(error) => self.say(Level::Error, format!("not kept: {error}")),
        }
    }

    fn say(&mut self, level: Level, text: String) {
        let tell = self.tell.clone();
        self.beside(async move { notice(&tell, level, text).await });
    }
}

async fn notice(tell: &mpsc::Sender<Told>, level: Level, text: String) {
    tell.send(Told::Msg(Box::new(Msg::Notice { level, text }))).await.ok();
}

/// Tells a journal's records from its first on, for as long as there is a console: a run that ended may go on again.
async fn follow(path: PathBuf, tell: mpsc::Sender<Told>) {
    let mut follower = Follower::from_start(&path);
    let mut quiet = 0;
    loop {
        let records: Vec<Record> = match follower.look() {
            Ok(records) => records,
            Err(error) => {
                return notice(&tell, Level::Error, format!("{}: {error}", path.display())).await;
            }
        };
        quiet = if records.is_empty() { quiet + 1 } else { 0 };
        for record in records {
            if tell.send(Told::Msg(Box::new(Msg::Recorded(Box::new(record))))).await.is_err() {
                return;
            }
        }
        // One that nobody writes is looked at less often.
        let wait = if quiet > QUIET && !follower.is_written() { LOOK * 10 } else { LOOK };
        tokio::time::sleep(wait).await;
    }
}

fn glance(kept: &Kept) -> Option<Glance> {
    let past = kept.past()?;
    let state = kept.condition(Some(&past)).word().into();
    Some(Glance {
        id: kept.id.clone(),
        operation: past.plan.operation.clone(),
        target: past.plan.target.clone(),
        region: past.plan.region.clone(),
        state,
        begun_at: past.confirmed_at,
        by: kept.by().cloned(),
        is_live: kept.is_written,
    })
}
