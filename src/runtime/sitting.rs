//! An account that is being read for a console: its observer, its pictures, where it is kept.
//!
//! Owns: the observer's task, the saving of the inventory. Must stay true: two accounts never share one; a sitting that is left keeps
//! what it knew.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch as latest};
use tokio::task::JoinHandle;

use crate::cli::args::Global;
use crate::clock::Clock;
use crate::config::Rules;
use crate::console::Setting;
use crate::estate::Estate;
use crate::judge::Picture;
use crate::watch::Purpose;
use crate::watch::store::{Loaded, Store};

use super::logging;
use super::notes::Noting;
use super::observer::{Observer, Wish};
use super::operating::Operating;
use super::set_up::{Desk, SetUpError};

/// How long the check of the regions named may keep the first frame.
const REGIONS: Duration = Duration::from_secs(2);
/// How long another account may take to say who it is before the change is given up.
const ANSWER: Duration = Duration::from_secs(20);
/// Wishes that may wait; a console that asks faster than that has asked for the same again.
const WISHES: usize = 16;
/// How long the observer may take to end once the console is gone.
const FAREWELL: Duration = Duration::from_millis(500);

/// An account being read.
pub(super) struct Sitting {
    pub(super) wish: mpsc::Sender<Wish>,
    pub(super) pictures: latest::Receiver<Option<Arc<Picture>>>,
    pub(super) clock: Arc<Clock>,
    pub(super) rules: Rules,
    pub(super) setting: Setting,
    pub(super) noting: Noting,
    /// What is planned and run.
    pub(super) operating: Operating,
    /// What the program was started with; none where there is one account alone, as in a demo.
    pub(super) global: Option<Global>,
    reading: JoinHandle<Estate>,
    store: Option<Store>,
    /// The last saving of the inventory, of which one runs at a time.
    saving: Option<JoinHandle<()>>,
    /// Lines of the kept inventory that could not be read.
    pub(super) damaged: usize,
    /// Writes the log for as long as it lives: the first sitting's, handed on.
    pub(super) log: Option<logging::Guard>,
}

impl Sitting {
    /// Begins to read an account.
    pub(super) async fn begin(desk: Desk) -> Result<Self, SetUpError> {
        let mut observer = observer(&desk)?;
        let named = &desk.config.regions.value;
        if !named.is_empty() {
            // A mistyped region answers as if the credentials were bad, so it is found out first; an endpoint that is slow is not
            // waited for.
            tokio::time::timeout(REGIONS, observer.0.choose_regions(named)).await.ok();
            super::headless::check_regions(&observer.0, named)?;
        }
        Ok(Self::over(desk, observer))
    }

    /// Begins to read the account of another profile, once it has answered.
    pub(super) async fn of_profile(global: Global, profile: String) -> Result<Self, String> {
        let global = Global { profile: Some(profile), ..global };
        let desk = Desk::on_account(&global).await.map_err(|error| error.to_string())?;
        let mut observer = observer(&desk).map_err(|error| error.to_string())?;
        let asked = tokio::time::timeout(ANSWER, observer.0.choose_regions(&desk.config.regions.value)).await;
        if asked.is_err() {
            return Err(format!("no answer within {}s", ANSWER.as_secs()));
        }
        if let Some(why) = observer.0.traffic().credentials {
            return Err(format!("{why}. {}", why.remedy()));
        }
        Ok(Self::over(desk, observer))
    }

    fn over(desk: Desk, (mut observer, damaged): (Observer, usize)) -> Self {
        observer.stretch(desk.config.pace.value.stretch());
        let (wish, wishes) = mpsc::channel(WISHES);
        let (publish, pictures) = latest::channel(None);
        let operating = Operating::new(desk.place, desk.reader, desk.rules.clone());
        let reading = tokio::spawn(observer.run(desk.config.regions.value.clone(), wishes, publish));
        Self {
            wish,
            pictures,
            clock: desk.clock,
            rules: desk.rules,
            setting: desk.setting,
            noting: Noting::new(desk.notes),
            operating,
            global: desk.global,
            reading,
            store: desk.store,
            saving: None,
            damaged,
            log: Some(desk.log),
        }
    }

    /// Keeps the inventory, beside the loop.
    pub(super) fn save(&mut self) {
        let picture = self.pictures.borrow().clone();
        save(&mut self.saving, self.store.as_ref(), picture);
    }

    /// Ends it: waits for the observer, shortly, and keeps what it knew. Says why that could not be kept.
    pub(super) async fn end(self) -> Result<Option<String>, SetUpError> {
        drop(self.wish);
        finish(self.reading, self.saving, self.store).await
    }
}

/// Keeps the inventory of a picture beside the loop, one saving at a time. A failure is logged; leaving says it again.
pub(super) fn save(saving: &mut Option<JoinHandle<()>>, store: Option<&Store>, picture: Option<Arc<Picture>>) {
    if saving.as_ref().is_some_and(|saving| !saving.is_finished()) {
        return;
    }
    if let (Some(store), Some(picture)) = (store.cloned(), picture) {
        *saving = Some(tokio::task::spawn_blocking(move || {
            if let Err(error) = store.save(&picture.estate) {
                tracing::warn!(%error, "the inventory could not be kept");
            }
        }));
    }
}

/// Waits for the observer, shortly, and keeps what it knew. Says why that could not be kept.
pub(super) async fn finish(
    reading: JoinHandle<Estate>,
    saving: Option<JoinHandle<()>>,
    store: Option<Store>,
) -> Result<Option<String>, SetUpError> {
    let estate = match tokio::time::timeout(FAREWELL, reading).await {
        Ok(Ok(estate)) => estate,
        Ok(Err(error)) => return Err(SetUpError::Stopped(error.to_string())),
        Err(_) => return Ok(None),
    };
    if let Some(saving) = saving {
        tokio::time::timeout(FAREWELL, saving).await.ok();
    }
    let kept = store.map(|store| store.save(&estate));
    Ok(kept.and_then(Result::err).map(|error| format!("the inventory could not be kept: {error}")))
}

/// An observer that knows what an earlier run kept, and how many lines of that were damaged.
fn observer(desk: &Desk) -> Result<(Observer, usize), SetUpError> {
    let loaded = load(desk.store.as_ref());
    let damaged = loaded.damaged;
    let policy = desk.rules.judgement();
    let mut observer = Observer::new(desk.reader.clone(), policy, Purpose::Stay, desk.seed, loaded);
    observer.probe(desk.seed)?;
    Ok((observer, damaged))
}

/// What an earlier run kept; nothing where it cannot be read.
pub(super) fn load(store: Option<&Store>) -> Loaded {
    let Some(store) = store else { return Loaded::default() };
    store.load().unwrap_or_else(|error| {
        tracing::warn!(%error, "the kept inventory cannot be read");
        Loaded::default()
    })
}
