//! Keeps the estate fresh: asks the schedule what is due, runs the reads, judges what came and publishes the picture.
//!
//! Owns: the reading tasks and the current estate. May know: adapter, schedule, judgement. Must stay true: a picture is published whole or not at all; what an earlier
//! run kept of another account is dropped the moment the account is known.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch as latest};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use crate::aws::{Found, Reader};
use crate::clock::{self, Clock};
use crate::estate::account::{EnabledRegion, Identity};
use crate::estate::{Estate, FailureKind, Kind, ReadFailure, SliceId, Update};
use crate::id::Region;
use crate::judge::{self, Judgement, Picture, Policy, Traffic};
use crate::probe::ProberError;
use crate::watch::store::Loaded;
use crate::watch::{Job, Moment, Purpose, Watch};

use super::probing::{self, Checked, Probing};
use super::spending::{budget, spend};

/// How long a burst of answers is gathered before it is judged and shown.
const GATHER: Duration = Duration::from_millis(120);
/// How often a picture is judged anew though nothing was read: ages pass their limits.
const AGE: Duration = Duration::from_secs(5);

/// Failures in a row, with no answer between them, after which the console is blind.
const BLIND: u32 = 3;

/// What a console asks of its observer.
#[derive(Debug)]
pub enum Wish {
    /// Read what is visible, now.
    Refresh,
    /// Look at these regions alone; at every region enabled where none are named.
    LookIn(Vec<Region>),
    /// These are looked at from now on.
    LookAt(Vec<Kind>, Vec<SliceId>),
}

/// The next sample of a probe; never where none runs.
async fn next_sample(probing: &mut Option<Probing>) -> Checked {
    match probing {
        Some(probing) => probing.next().await,
        None => std::future::pending().await,
    }
}

/// How a read ended.
type Ended = (SliceId, Result<Found, ReadFailure>);

/// Reads an account.
pub struct Observer {
    reader: Arc<Reader>,
    clock: Arc<Clock>,
    policy: Arc<Policy>,
    watch: Watch,
    estate: Estate,
    credentials: Option<ReadFailure>,
    heard_at: Option<Timestamp>,
    unheard: Option<(Timestamp, u32, ReadFailure)>,
    regions: Vec<Region>,
    jobs: JoinSet<Ended>,
    probing: Option<Probing>,
    running: BTreeMap<tokio::task::Id, SliceId>,
    /// The last picture, and those before it that somebody still looks at. They end here and not where they are looked at: to free
    /// a hundred thousand rows takes longer than a key may.
    pictures: Vec<Arc<Picture>>,
}

impl Observer {
    /// An observer that knows nothing but what an earlier run kept.
    pub fn new(reader: Arc<Reader>, policy: Policy, purpose: Purpose, seed: u64, kept: Loaded) -> Self {
        let clock = reader.session().clock().clone();
        let mut estate = Estate::new(Vec::new());
        kept.into_estate(&mut estate);
        let mut watch = Watch::new(purpose, seed);
        watch.spend(budget(&policy));
        Self {
            reader,
            clock,
            policy: Arc::new(policy),
            watch,
            estate,
            credentials: None,
            heard_at: None,
            unheard: None,
            regions: Vec::new(),
            jobs: JoinSet::new(),
            probing: None,
            running: BTreeMap::new(),
            pictures: Vec::new(),
        }
    }

    /// Runs the policy's probes too, from when [`Observer::run`] begins.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn probe(&mut self, seed: u64) -> Result<(), ProberError> {
        self.probing = Probing::start(&self.policy.probes, seed)?;
        if let Some(probing) = &self.probing {
            tracing::info!(probes = probing.len(), "probing");
        }
        Ok(())
    }

    /// Checks each of the policy's probes once.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub async fn probe_once(&mut self) -> Result<(), ProberError> {
        for checked in probing::once(&self.policy.probes).await? {
            probing::take(&mut self.estate, checked, self.clock.now());
        }
        Ok(())
    }

    /// Reads everything so many times as seldom.
    pub fn stretch(&mut self, factor: f64) {
        self.watch.stretch(factor);
    }

    /// What is known.
    pub fn estate(&self) -> &Estate {
        &self.estate
    }

    /// Looks at `regions`, or where none are named at every region enabled for the account. Where those cannot be listed, it looks
    /// at the session's own region, and the picture says so.
    pub async fn choose_regions(&mut self, regions: &[Region]) {
        let id = SliceId::all(&Region::global(), Kind::Regions);
        let outcome = self.reader.read(&id, &crate::aws::Ask::default(), crate::aws::Priority::Visible).await;
        // Where regions were named, not being able to list them hides nothing.
        if regions.is_empty() || outcome.is_ok() {
            self.take(&id, outcome);
        } else {
            self.note_credentials(&outcome);
        }
        self.regions = regions.to_vec();
        self.set_scope();
    }

    /// Looks at the regions named, else at those enabled, else at the session's own.
    fn set_scope(&mut self) {
        let mut scope = if self.regions.is_empty() { self.enabled_regions() } else { self.regions.clone() };
        if scope.is_empty() {
            scope.push(self.reader.session().home().clone());
        }
        if scope != self.estate.scope() {
            self.estate.set_scope(scope);
        }
    }

    /// The regions enabled for the account, the session's own first; empty where nobody knows.
    pub fn enabled_regions(&self) -> Vec<Region> {
        let home = self.reader.session().home();
        let slice = self.estate.slice(&SliceId::all(&Region::global(), Kind::Regions));
        let rows = slice.map(|slice| slice.rows::<EnabledRegion>()).unwrap_or_default();
        let mut regions: Vec<Region> = rows.iter().map(|row| row.region.clone()).collect();
        regions.sort_by_key(|region| (region != home, region.clone()));
        regions
    }

    /// AWS's time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether a reading for one purpose is complete.
    pub fn is_done(&mut self) -> bool {
        self.watch.is_done(&self.estate, self.moment())
    }

    /// Starts what is due and waits for one answer; false where nothing is under way.
    pub async fn step(&mut self) -> bool {
        self.start_due();
        let Some(joined) = self.jobs.join_next_with_id().await else { return false };
        self.joined(joined);
        true
    }

    /// Reads until the console is gone, publishing pictures and taking wishes.
    pub async fn run(
        mut self,
        regions: Vec<Region>,
        mut wishes: mpsc::Receiver<Wish>,
        pictures: latest::Sender<Option<Arc<Picture>>>,
    ) -> Estate {
        // What was kept is shown before anything is asked.
        self.look_in(regions);
        let mut publish_at = clock::monotonic();
        loop {
            self.start_due();
            if clock::monotonic() >= publish_at {
                pictures.send_replace(Some(self.picture()));
                publish_at = clock::monotonic() + AGE;
            }
            let wake_at = self.next_start().map_or(publish_at, |start| start.min(publish_at));
            tokio::select! {
                biased;
                wish = wishes.recv() => match wish {
                    Some(wish) => publish_at = if self.grant(wish) { clock::monotonic() } else { publish_at },
                    None => return self.estate,
                },
                Some(joined) = self.jobs.join_next_with_id() => {
                    self.joined(joined);
                    publish_at = publish_at.min(clock::monotonic() + GATHER);
                }
                checked = next_sample(&mut self.probing) => {
                    probing::take(&mut self.estate, checked, self.clock.now());
                    publish_at = publish_at.min(clock::monotonic() + GATHER);
                }
                () = tokio::time::sleep_until(wake_at) => {}
            }
        }
    }

    /// The account as it is known now, judged: after the last judgement, so that only what was read anew is joined anew.
    pub fn picture(&mut self) -> Arc<Picture> {
        let now = self.clock.now();
        let nothing = Judgement::default();
        let before = self.pictures.last().map_or(&nothing, |last| &last.judgement);
        let picture = Arc::new(Picture {
            judgement: judge::judge_again(&self.estate, now, &self.policy, before),
            estate: self.estate.clone(),
            policy: self.policy.clone(),
            taken_at: now,
            traffic: self.traffic(),
        });
        self.pictures.retain(|older| Arc::strong_count(older) > 1);
        self.pictures.push(picture.clone());
        picture
    }

    /// How the reading goes.
    pub fn traffic(&self) -> Traffic {
        let (calls_a_minute, throttled_a_minute) = self.reader.limiter().last_minute();
        Traffic {
            calls_a_minute,
            throttled_a_minute,
            waiting: self.reader.limiter().waiting(),
            blind: self
                .unheard
                .as_ref()
                .filter(|(_, times, _)| *times >= BLIND)
                .map(|(since, _, why)| (*since, why.clone())),
            credentials: self.credentials.clone(),
            // An account whose time runs faster than ours has a clock of its own, and no skew to mind.
            skew: self.clock.skew().filter(|_| self.clock.rate() == 1.0),
            metrics: spend(&self.watch, &self.policy),
        }
    }

    /// Looks at these regions; where none are named they are listed, and listed again.
    fn look_in(&mut self, regions: Vec<Region>) {
        self.regions = regions;
        if self.regions.is_empty() {
            self.watch.discover_regions();
        }
        self.set_scope();
    }

    /// Does what is wished; true where the picture is another at once.
    fn grant(&mut self, wish: Wish) -> bool {
        match wish {
            Wish::Refresh => self.watch.refresh(self.moment()),
            Wish::LookIn(regions) => {
                self.look_in(regions);
                return true;
            }
            Wish::LookAt(kinds, slices) => self.watch.look_at(kinds, slices),
        }
        false
    }

    fn start_due(&mut self) {
        for Job { id, ask, priority } in self.watch.due(&self.estate, self.moment()) {
            let reader = self.reader.clone();
            let slice = id.clone();
            let task = self.jobs.spawn(async move {
                let outcome = reader.read(&id, &ask, priority).await;
                (id, outcome)
            });
            self.running.insert(task.id(), slice);
        }
    }

    fn moment(&self) -> Moment {
        Moment { at: self.clock.now(), steady: self.clock.steady() }
    }

    /// Takes in a read that ended, be it by a fault of ours: that slice has then failed, and is tried again like any other.
    fn joined(&mut self, joined: Result<(tokio::task::Id, Ended), JoinError>) {
        match joined {
            Ok((task, (id, outcome))) => {
                self.running.remove(&task);
                self.take(&id, outcome);
            }
            Err(error) => {
                tracing::error!(%error, "a read ended by a fault of fournines");
                if let Some(id) = self.running.remove(&error.id()) {
                    let why = ReadFailure {
                        kind: FailureKind::Malformed,
                        action: id.kind.name().into(),
                        code: None,
                        message: "the answer made fournines stumble; please report it with the log".into(),
                        request_id: None,
                    };
                    self.take(&id, Err(why));
                }
            }
        }
    }

    /// When the next read is due, on the monotonic clock.
    fn next_start(&self) -> Option<Instant> {
        let wait = Duration::try_from(self.watch.next_due()?.duration_since(self.clock.steady())).unwrap_or_default();
        Some(clock::monotonic() + self.clock.wait_for(wait).max(Duration::from_millis(50)))
    }

    fn take(&mut self, id: &SliceId, outcome: Result<Found, ReadFailure>) {
        let now = self.clock.now();
        match &outcome {
            Err(why) => tracing::warn!(slice = ?id, %why, "read failed"),
            Ok(_) => tracing::debug!(slice = ?id, "read"),
        }
        self.note_credentials(&outcome);
        self.note_silence(&outcome, now);
        let moment = Moment { at: now, steady: self.clock.steady() };
        let Some(update) = self.watch.finished(id, outcome, &self.estate, moment) else { return };
        if id.kind == Kind::Identity {
            self.forget_another_account(&update);
        }
        self.estate.apply(update);
        if id.kind == Kind::Regions {
            self.set_scope();
        }
        self.watch.prune(&mut self.estate, &id.region, now);
    }

    /// Counts the answers that did not come since the last that did.
    fn note_silence(&mut self, outcome: &Result<Found, ReadFailure>, now: Timestamp) {
        match outcome {
            Err(why)
                if matches!(why.kind, FailureKind::Unreachable | FailureKind::Malformed | FailureKind::Service) =>
            {
                let (since, times) = match &self.unheard {
                    Some((since, times, _)) => (*since, times.saturating_add(1)),
                    None => (self.heard_at.unwrap_or(now), 1),
                };
                self.unheard = Some((since, times, why.clone()));
            }
            Ok(_) | Err(_) => {
                self.heard_at = Some(now);
                self.unheard = None;
            }
        }
    }

    fn note_credentials(&mut self, outcome: &Result<Found, ReadFailure>) {
        match outcome {
            Err(why) if crate::watch::is_credentials(why) => self.credentials = Some(why.clone()),
            Ok(_) => self.credentials = None,
            Err(_) => {}
        }
    }

    /// What was kept of another account than the one that answers must not be shown as this one's.
    fn forget_another_account(&mut self, update: &Update) {
        let now = update.slices.first().and_then(|(_, slice)| slice.rows::<Identity>().first());
        let kept = self.estate.kept_identity();
        if let (Some(now), Some(kept)) = (now, kept)
            && now.account != kept.account
        {
            self.estate.forget_kept();
        }
    }
}
