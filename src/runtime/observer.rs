//! Keeps the estate fresh: asks the schedule what is due, runs the reads, judges what came and publishes the picture.
//!
//! Owns: the reading tasks and the current estate. May know: adapter, schedule, judgement. Must stay true: a picture is published whole or not at all; what an earlier
//! run kept of another account is dropped the moment the account is known.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch as latest};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::aws::{Found, Reader};
use crate::clock::{self, Clock};
use crate::estate::account::{EnabledRegion, Identity};
use crate::estate::{Estate, Kind, ReadFailure, SliceId, Update};
use crate::id::Region;
use crate::judge::{self, Picture, Policy, Traffic};
use crate::watch::store::Loaded;
use crate::watch::{Job, Purpose, Watch};

/// How long a burst of answers is gathered before it is judged and shown.
const GATHER: Duration = Duration::from_millis(120);
/// How often a picture is judged anew though nothing was read: ages pass their limits.
const AGE: Duration = Duration::from_secs(5);

/// What a console asks of its observer.
#[derive(Debug)]
pub enum Wish {
    /// Read what is visible, now.
    Refresh,
    /// These are looked at from now on.
    LookAt(Vec<Kind>, Vec<SliceId>),
}

/// Reads an account.
pub struct Observer {
    reader: Arc<Reader>,
    clock: Arc<Clock>,
    policy: Policy,
    watch: Watch,
    estate: Estate,
    credentials: Option<ReadFailure>,
    jobs: JoinSet<(SliceId, Result<Found, ReadFailure>)>,
}

impl Observer {
    /// An observer that knows nothing but what an earlier run kept.
    pub fn new(reader: Arc<Reader>, policy: Policy, purpose: Purpose, seed: u64, kept: Loaded) -> Self {
        let clock = reader.session().clock().clone();
        let mut estate = Estate::new(Vec::new());
        for update in kept.updates {
            estate.apply(update);
        }
        Self {
            reader,
            clock,
            policy,
            watch: Watch::new(purpose, seed),
            estate,
            credentials: None,
            jobs: JoinSet::new(),
        }
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
        let mut scope: Vec<Region> = if regions.is_empty() { self.enabled_regions() } else { regions.to_vec() };
        if scope.is_empty() {
            scope.push(self.reader.session().home().clone());
        }
        self.estate.set_scope(scope);
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
        let now = self.clock.now();
        self.watch.is_done(&self.estate, now)
    }

    /// Starts what is due and waits for one answer; false where nothing is under way.
    pub async fn step(&mut self) -> bool {
        self.start_due();
        let Some(joined) = self.jobs.join_next().await else { return false };
        if let Ok((id, outcome)) = joined {
            self.take(&id, outcome);
        }
        true
    }

    /// Reads until the console is gone, publishing pictures and taking wishes.
    pub async fn run(
        mut self,
        regions: Vec<Region>,
        mut wishes: mpsc::Receiver<Wish>,
        pictures: latest::Sender<Option<Arc<Picture>>>,
    ) -> Estate {
        self.choose_regions(&regions).await;
        let mut publish_at = clock::monotonic();
        loop {
            self.start_due();
            if clock::monotonic() >= publish_at {
                pictures.send_replace(Some(Arc::new(self.picture())));
                publish_at = clock::monotonic() + AGE;
            }
            let wake_at = self.next_start().map_or(publish_at, |start| start.min(publish_at));
            tokio::select! {
                biased;
                wish = wishes.recv() => match wish {
                    Some(wish) => self.grant(wish),
                    None => return self.estate,
                },
                Some(joined) = self.jobs.join_next() => {
                    if let Ok((id, outcome)) = joined {
                        self.take(&id, outcome);
                        publish_at = publish_at.min(clock::monotonic() + GATHER);
                    }
                }
                () = tokio::time::sleep_until(wake_at) => {}
            }
        }
    }

    /// The account as it is known now, judged.
    pub fn picture(&self) -> Picture {
        let now = self.clock.now();
        Picture {
            judgement: judge::judge(&self.estate, now, &self.policy),
            estate: self.estate.clone(),
            taken_at: now,
            traffic: self.traffic(),
        }
    }

    /// How the reading goes.
    pub fn traffic(&self) -> Traffic {
        let (calls_a_minute, throttled_a_minute) = self.reader.limiter().last_minute();
        Traffic {
            calls_a_minute,
            throttled_a_minute,
            waiting: self.reader.limiter().waiting(),
            credentials: self.credentials.clone(),
            // An account whose time runs faster than ours has a clock of its own, and no skew to mind.
            skew: self.clock.skew().filter(|_| self.clock.rate() == 1.0),
        }
    }

    fn grant(&mut self, wish: Wish) {
        match wish {
            Wish::Refresh => self.watch.refresh(self.clock.now()),
            Wish::LookAt(kinds, slices) => self.watch.look_at(kinds, slices),
        }
    }

    fn start_due(&mut self) {
        let now = self.clock.now();
        for Job { id, ask, priority } in self.watch.due(&self.estate, now) {
            let reader = self.reader.clone();
            self.jobs.spawn(async move {
                let outcome = reader.read(&id, &ask, priority).await;
                (id, outcome)
            });
        }
    }

    /// When the next read is due, on the monotonic clock.
    fn next_start(&self) -> Option<Instant> {
        let wait = Duration::try_from(self.watch.next_due()?.duration_since(self.clock.now())).unwrap_or_default();
        Some(clock::monotonic() + self.clock.wait_for(wait).max(Duration::from_millis(50)))
    }

    fn take(&mut self, id: &SliceId, outcome: Result<Found, ReadFailure>) {
        let now = self.clock.now();
        match &outcome {
            Err(why) => tracing::warn!(slice = ?id, %why, "read failed"),
            Ok(_) => tracing::debug!(slice = ?id, "read"),
        }
        self.note_credentials(&outcome);
        let Some(update) = self.watch.finished(id, outcome, &self.estate, now) else { return };
        if id.kind == Kind::Identity {
            self.forget_another_account(&update);
        }
        self.estate.apply(update);
        self.watch.prune(&mut self.estate, &id.region, now);
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
        let kept = self.estate.identity();
        if let (Some(now), Some(kept)) = (now, kept)
            && now.account != kept.account
        {
            self.estate = Estate::new(self.estate.scope().to_vec());
        }
    }
}
