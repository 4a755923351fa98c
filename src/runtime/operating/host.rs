//! The host of a run: a process of its own in a session of its own, which outlives the terminal that started it.
//!
//! Owns: how it is started, what it is told by pipe, and what ends it. Must stay true: whoever starts it hears that it runs or why
//! it does not; asked to end, it ends between calls and the journal says how to go on; it changes nothing in another account
//! than its plan's.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;

use crate::aws::{Ask, Found, Limiter, Priority, Reader, Session, Settings as SessionSettings, Writer};
use crate::cli::args::Global;
use crate::cli::{self, Ending, Exit};
use crate::clock::{self, Clock};
use crate::engine::{self, Asked, Ended, Holder, Locks, Order, Outcome, Run};
use crate::estate::account::Identity;
use crate::estate::{Kind, Row, SliceId};
use crate::id::{Region, Text};
use crate::journal::{FileSink, Host, Journal, sweep};
use crate::operation::plan::Grant;
use crate::operation::{Limits, Plan};

use super::super::set_up::{Files, SetUpError};
use super::super::signals::Ending as Signals;
use super::account::Live;
use super::control::Control;
use super::programs::Programs;
use super::shelf::{folder, journal_of};

/// The longest brief: a plan of a thousand steps has some 2 MiB.
const LONGEST: u64 = 64 << 20;
/// How long a host may take until it says that it runs.
const READY: Duration = Duration::from_secs(30);

/// What a host is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Brief {
    /// For whom: the caller's ARN.
    pub(super) by: Text,
    /// How long it bears with what does not go as planned, as whoever starts it is told by policy.
    pub(super) limits: Limits,
    /// What to do.
    pub(super) work: Work,
}

/// What a host does.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Work {
    /// Runs a plan that was confirmed.
    Begin {
        /// The plan.
        plan: Box<Plan>,
        /// Its confirmation, which is used up.
        grant: Grant,
    },
    /// Goes on with an operation.
    Resume {
        /// Which.
        id: Text,
    },
    /// Takes back what an operation did.
    Undo {
        /// Which.
        id: Text,
        /// Why.
        reason: Option<Text>,
    },
}

/// What a host says once, on its standard output.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    /// It runs.
    Runs,
    /// It does not, and why.
    Refused(String),
}

/// Why there is no run.
#[derive(Debug, thiserror::Error)]
pub(super) enum HostError {
    /// The host said why.
    #[error("{0}")]
    Refused(String),
    /// The process cannot be started or talked to.
    #[error("the run's own process cannot be started: {0}; nothing was called")]
    Start(#[from] std::io::Error),
    /// It said nothing.
    #[error("the run's own process did not answer within {}s; `fournines journal list` tells whether it runs", READY.as_secs())]
    Silent,
}

/// Starts a host with the options that this program was started with, and hears from it.
pub(super) async fn start(global: &Global, brief: &Brief) -> Result<(), HostError> {
    let mut command = tokio::process::Command::new(std::env::current_exe()?);
    command.args(options(global)).arg("host");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let talk = async {
        let words = serde_json::to_vec(brief).map_err(std::io::Error::other)?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(&words).await?;
        }
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output.take(LONGEST)).read_line(&mut line).await?;
        }
        match serde_json::from_str(&line) {
            Ok(Said::Runs) => Ok(()),
            Ok(Said::Refused(why)) => Err(HostError::Refused(why)),
            Err(_) => Err(HostError::Refused("the run's own process ended at once; the log tells why".to_owned())),
        }
    };
    tokio::time::timeout(READY, talk).await.unwrap_or(Err(HostError::Silent))
}

/// The global options as arguments.
fn options(global: &Global) -> Vec<std::ffi::OsString> {
    let mut words: Vec<std::ffi::OsString> = Vec::new();
    let mut option = |name: &str, value: Option<&std::ffi::OsStr>| {
        if let Some(value) = value {
            words.push(name.into());
            words.push(value.into());
        }
    };
    option("--profile", global.profile.as_deref().map(AsRef::as_ref));
    option("--endpoint-url", global.endpoint_url.as_deref().map(AsRef::as_ref));
    option("--config", global.config.as_deref().map(Path::as_os_str));
    option("--policy", global.policy.as_deref().map(Path::as_os_str));
    option("--state-dir", global.state_dir.as_deref().map(Path::as_os_str));
    option("--log", Some(global.log.as_str().as_ref()));
    for region in &global.regions {
        option("--region", Some(region.as_ref()));
    }
    if global.read_only {
        words.push("--read-only".into());
    }
    words
}

/// `fournines host`: what was told by pipe is run to its end.
pub(in crate::runtime) async fn host(global: &Global) -> Result<Exit, SetUpError> {
    // A session of its own: what ends the terminal does not end the run.
    let alone = rustix::process::setsid();
    let mut words = Vec::new();
    let read = tokio::io::stdin().take(LONGEST).read_to_end(&mut words).await;
    let brief: Brief = match read.map_err(|error| error.to_string()).and_then(|_| {
        serde_json::from_slice(&words).map_err(|error| format!("the run was told nothing that is understood: {error}"))
    }) {
        Ok(brief) => brief,
        Err(why) => return Ok(refuse(why)),
    };
    let files = Files::open(global)?;
    if let Err(error) = alone {
        tracing::warn!(%error, "no session of its own");
    }
    if files.rules.read_only.value {
        return Ok(refuse(format!("read-only ({}): nothing is changed", files.rules.read_only.origin)));
    }
    let (keep, place) = (&files.config.retention, folder(&files.state_dir));
    for id in sweep(&place, keep.days.value, keep.mib.value, clock::wall()) {
        tracing::info!(id, "a journal is deleted that was past what is kept");
    }
    let open = async |plan: &Plan| open(global, &files, plan).await;
    match perform(brief, &files.state_dir, open, true, || say(&Said::Runs)).await {
        Ok(ended) => {
            tracing::info!(outcome = ?ended.outcome, detail = ended.detail, "the run ended");
            Ok(Exit::Run(match ended.outcome {
                Outcome::Done => Ending::Done,
                Outcome::Stopped => Ending::Stopped,
                Outcome::Undone => Ending::Undone,
                Outcome::Failed => Ending::Failed,
            }))
        }
        Err(why) => Ok(refuse(why)),
    }
}

fn refuse(why: String) -> Exit {
    tracing::warn!(why, "no run");
    say(&Said::Refused(why));
    Exit::Run(Ending::Refused)
}

fn say(said: &Said) {
    let line = serde_json::to_string(said).unwrap_or_default();
    if let Err(error) = cli::output::print(&format!("{line}\n")) {
        tracing::warn!(%error, "whoever started the run does not listen");
    }
}

/// Does what a brief says, on the account that `open` gives for its plan; `runs` is called once it goes on, and why it does not is told
/// before anything is called. `signalled` says whether signals to this process stop it.
pub(super) async fn perform(
    brief: Brief,
    state_dir: &Path,
    open: impl AsyncFnOnce(&Plan) -> Result<Live, String>,
    signalled: bool,
    runs: impl FnOnce(),
) -> Result<Ended, String> {
    let told = |error: &dyn std::error::Error| error.to_string();
    let id = match &brief.work {
        Work::Begin { plan, .. } => plan.id.clone(),
        Work::Resume { id } | Work::Undo { id, .. } => id.clone(),
    };
    let path = journal_of(state_dir, &id);
    let settings = engine::Settings {
        host: here(),
        by: brief.by,
        seed: clock::wall().as_microsecond().unsigned_abs(),
        limits: brief.limits,
    };
    let (orders, asked) = mpsc::channel(16);
    let work = match brief.work {
        Work::Begin { plan, grant } => {
            grant.check(&plan).map_err(|error| told(&error))?;
            let account = open(&plan).await?;
            let _locks = lock(state_dir, &plan, &settings.host)?;
            let sink = FileSink::create(&path).map_err(|error| told(&error))?;
            let run = Run::of((account, Programs, ()), Journal::begin(sink), &plan, settings);
            let _listening = listen(&path, orders, signalled);
            runs();
            return run.begin(grant, asked).await.map_err(|error| told(&error));
        }
        work => work,
    };
    let (sink, reading) = FileSink::reopen(&path).map_err(|error| told(&error))?;
    let plan = engine::Past::of(&reading.records).map_err(|error| told(&error))?.plan;
    let ports = (open(&plan).await?, Programs, ());
    let _locks = lock(state_dir, &plan, &settings.host)?;
    let run = Run::again(ports, Journal::go_on(sink, &reading), &reading, settings).map_err(|error| told(&error))?;
    let _listening = listen(&path, orders, signalled);
    runs();
    let cut = reading.cut.len();
    let ended = match work {
        Work::Undo { reason, .. } => run.undo(cut, reason, asked).await,
        Work::Begin { .. } | Work::Resume { .. } => run.resume(cut, asked).await,
    };
    ended.map_err(|error| told(&error))
}

/// Everything that a plan touches, for this run alone.
fn lock(state_dir: &Path, plan: &Plan, host: &Host) -> Result<Locks, String> {
    let (operation, host, pid) = (plan.id.clone(), host.name.clone(), host.pid);
    let holder = Holder { operation, pid, host, at: clock::wall() };
    Locks::take(state_dir, plan, &holder).map_err(|error| error.to_string())
}

/// The account of a plan, and no other.
async fn open(global: &Global, files: &Files, plan: &Plan) -> Result<Live, String> {
    let told = |error: &dyn std::error::Error| error.to_string();
    let clock = Arc::new(Clock::new(1.0));
    let settings = || SessionSettings {
        profile: files.config.profile.value.clone(),
        endpoint_url: global.endpoint_url.clone(),
        regions: vec![plan.region.clone()],
    };
    let session = Session::open(settings(), clock.clone()).await.map_err(|error| told(&error))?;
    let limiter = Limiter::new(false, 1.0, clock::wall().as_microsecond().unsigned_abs());
    let reader = Arc::new(Reader::new(session, limiter));
    let who = identity(&reader).await?.account;
    if who != plan.account {
        return Err(format!(
            "the plan is for account {}, and these credentials are of {who}: nothing is called",
            plan.account
        ));
    }
    let session = Session::open_for(settings(), clock, &plan.id).await.map_err(|error| told(&error))?;
    let writer = Writer::new(session, reader.limiter().clone());
    Ok(Live::new(reader, writer))
}

/// Whose credentials these are.
pub(super) async fn identity(reader: &Reader) -> Result<Identity, String> {
    let id = SliceId::all(&Region::global(), Kind::Identity);
    let rows = match reader.read(&id, &Ask::default(), Priority::Step).await {
        Ok(Found::Rows(rows)) => rows,
        Ok(_) => return Err("AWS does not tell whose credentials these are".to_owned()),
        Err(why) => return Err(format!("AWS does not tell whose credentials these are: {why}")),
    };
    let identity = Identity::of(&rows).and_then(<[Identity]>::first);
    identity.cloned().ok_or_else(|| "AWS names no account".to_owned())
}

/// This machine and process.
pub(super) fn here() -> Host {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    Host { name: name.into(), pid: std::process::id(), version: env!("CARGO_PKG_VERSION").into() }
}

/// The tasks by which a run is told what to do; they end with it.
struct Listening(Vec<tokio::task::JoinHandle<()>>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

/// Listens for consoles, and for signals where they are this run's alone. A run without its socket goes on, and says so in the log.
fn listen(journal: &Path, orders: mpsc::Sender<Asked>, signalled: bool) -> Listening {
    let mut tasks = Vec::new();
    if signalled {
        let orders = orders.clone();
        tasks.push(tokio::spawn(async move {
            let mut signals = Signals::listen();
            loop {
                signals.asked().await;
                let asked = Asked { order: Order::Stop, by: "a signal to its process".into(), answer: None };
                if orders.send(asked).await.is_err() {
                    return;
                }
            }
        }));
    }
    match Control::listen(journal) {
        Ok(control) => tasks.push(tokio::spawn(control.serve(orders))),
        Err(error) => {
            tracing::error!(%error, "no control socket: consoles can watch this run and not tell it anything")
        }
    }
    Listening(tasks)
}
