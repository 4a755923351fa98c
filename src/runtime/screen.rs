//! The console's loop: keys, pictures and time in; frames and wishes out.
//!
//! Owns: when the screen is drawn. Must stay true: all that waits is taken in before a frame is drawn, at most thirty a second;
//! nothing here waits for AWS.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use tokio::sync::{mpsc, watch as latest};
use tokio::task::JoinHandle;

use crate::cli::Exit;
use crate::cli::status::AccountLabel;
use crate::clock::{self, Clock};
use crate::console::{self, App, Arrangement, Effect, Level, Msg, Question};
use crate::estate::Estate;
use crate::judge::Picture;
use crate::watch::Purpose;
use crate::watch::store::{Loaded, Store};

use super::answer::{HOLD, Listener};
use super::observer::{Observer, Wish};
use super::set_up::{Desk, SetUpError};
use super::signals::Ending;
use super::terminal::Terminal;

/// How long the check of the regions named may keep the first frame.
const REGIONS: Duration = Duration::from_secs(2);
/// Least time between two frames.
const FRAME: Duration = Duration::from_millis(33);
/// How long the next key of a burst may take to be heard.
const BURST: Duration = Duration::from_millis(2);
/// Time between looks at the clock, which moves ages and countdowns.
const TICK: Duration = Duration::from_secs(1);
/// Time between savings of the inventory.
const SAVE: Duration = Duration::from_secs(60);
/// Wishes that may wait; a console that asks faster than that has asked for the same again.
const WISHES: usize = 16;
/// How long the observer may take to end once the console is gone.
const FAREWELL: Duration = Duration::from_millis(500);
/// How long after the question an answer of the terminal is waited for before it is given back: it would be typed into the shell.
const ANSWER: Duration = Duration::from_millis(300);

/// Runs the console until it is left.
pub(super) async fn console(desk: Desk) -> Result<Exit, SetUpError> {
    let loaded = load(desk.store.as_ref());
    let damaged = loaded.damaged;
    let policy = desk.rules.judgement();
    let mut observer = Observer::new(desk.reader.clone(), policy, Purpose::Stay, desk.seed, loaded);
    observer.probe(desk.seed)?;
    let named = &desk.config.regions.value;
    if !named.is_empty() {
        // A mistyped region answers as if the credentials were bad, so it is found out first; an endpoint that is slow is not waited for.
        tokio::time::timeout(REGIONS, observer.choose_regions(named)).await.ok();
        super::headless::check_regions(&observer, named)?;
    }
    let mut terminal = Terminal::take()?;
    let size = terminal.size().map_err(SetUpError::Terminal)?;
    let app = App::new(desk.setting.clone(), desk.clock.now(), size)?;
    if desk.setting.mouse {
        terminal.mouse(true).map_err(SetUpError::Terminal)?;
    }
    observer.stretch(desk.config.pace.value.stretch());
    let (wish, wishes) = mpsc::channel(WISHES);
    let (publish, pictures) = latest::channel(None);
    let reading = tokio::spawn(observer.run(desk.config.regions.value.clone(), wishes, publish));
    let (arranged, arrangements) = mpsc::channel(1);
    let mut screen = Screen {
        app,
        wish,
        pictures,
        clock: desk.clock.clone(),
        rules: desk.rules.clone(),
        listener: Listener::default(),
        saving: None,
        arranged,
        arrangements,
        arranging: None,
        next: None,
    };
    if damaged > 0 {
        screen.tell(Level::Error, format!("{damaged} lines of the kept inventory were damaged; they are read anew"));
    }
    let outcome = screen.run(&mut terminal, desk.store.clone()).await;
    drop(terminal);
    let saving = screen.saving.take();
    drop(screen);
    finish(reading, saving, desk.store).await?;
    outcome.map(|()| Exit::Done)
}

/// What an earlier run kept; nothing where it cannot be read.
pub(super) fn load(store: Option<&Store>) -> Loaded {
    let Some(store) = store else { return Loaded::default() };
    store.load().unwrap_or_else(|error| {
        tracing::warn!(%error, "the kept inventory cannot be read");
        Loaded::default()
    })
}

/// The next event of a burst, if one waits. The stream hears of it on a thread of its own, which takes a moment; and it must be
/// asked with this task's own waker, since it remembers a single one.
async fn waiting(events: &mut EventStream) -> Option<Event> {
    tokio::time::timeout(BURST, events.next()).await.ok().flatten().and_then(Result::ok)
}

/// Waits for the observer, shortly, and keeps what it knew.
pub(super) async fn finish(
    reading: JoinHandle<Estate>,
    saving: Option<JoinHandle<()>>,
    store: Option<Store>,
) -> Result<(), SetUpError> {
    let estate = match tokio::time::timeout(FAREWELL, reading).await {
        Ok(Ok(estate)) => estate,
        Ok(Err(error)) => return Err(SetUpError::Stopped(error.to_string())),
        Err(_) => return Ok(()),
    };
    if let Some(saving) = saving {
        tokio::time::timeout(FAREWELL, saving).await.ok();
    }
    if let Some(Err(error)) = store.map(|store| store.save(&estate)) {
        crate::cli::output::note(&[format!("fournines: the inventory could not be kept: {error}")]);
    }
    Ok(())
}

struct Screen {
    app: App,
    wish: mpsc::Sender<Wish>,
    pictures: latest::Receiver<Option<Arc<Picture>>>,
    clock: Arc<Clock>,
    rules: crate::config::Rules,
    listener: Listener,
    /// The last saving of the inventory, of which one runs at a time.
    saving: Option<JoinHandle<()>>,
    /// Where what was arranged beside the loop comes in: one at a time.
    arranged: mpsc::Sender<Arrangement>,
    arrangements: mpsc::Receiver<Arrangement>,
    arranging: Option<JoinHandle<()>>,
    /// What is to be arranged once that is done; the newest question alone.
    next: Option<Question>,
}

impl Screen {
    async fn run(&mut self, terminal: &mut Terminal, store: Option<Store>) -> Result<(), SetUpError> {
        let mut events = EventStream::new();
        self.draw(terminal)?;
        // Only now: a terminal that is slow to answer keeps nobody waiting for the first frame.
        if self.app.has_colours() && terminal.ask_ground().map_err(SetUpError::Terminal)? {
            self.listener.asked();
        }
        let answer_by = clock::monotonic() + ANSWER;
        let outcome = self.take_in(terminal, store, &mut events).await;
        while self.listener.awaits() {
            match tokio::time::timeout_at(answer_by, events.next()).await {
                Ok(Some(Ok(event))) => drop(self.listener.take(event)),
                Ok(Some(Err(_)) | None) | Err(_) => break,
            }
        }
        outcome
    }

    /// Takes in what comes and draws, until the console is left.
    async fn take_in(
        &mut self,
        terminal: &mut Terminal,
        store: Option<Store>,
        events: &mut EventStream,
    ) -> Result<(), SetUpError> {
        let mut ending = Ending::listen();
        let mut tick = tokio::time::interval(TICK);
        let mut save = tokio::time::interval_at(clock::monotonic() + SAVE, SAVE);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            let more = tokio::select! {
                biased;
                () = ending.asked() => return Ok(()),
                event = events.next() => match event {
                    Some(Ok(event)) => self.on_event(event, terminal)?,
                    Some(Err(_)) | None => return Ok(()),
                },
                changed = self.pictures.changed() => match changed {
                    Ok(()) => self.on_picture(terminal)?,
                    Err(_) => return Ok(()),
                },
                Some(arrangement) = self.arrangements.recv() => self.on_arrangement(arrangement, terminal)?,
                () = tokio::time::sleep(HOLD), if self.listener.is_holding() => self.on_silence(terminal)?,
                _ = tick.tick() => {
                    self.listener.tick();
                    self.update(Msg::Tick, terminal)?
                }
                _ = save.tick() => {
                    self.save(store.clone());
                    true
                }
            };
            if !more {
                return Ok(());
            }
            while let Some(event) = waiting(events).await {
                if !self.on_event(event, terminal)? {
                    return Ok(());
                }
            }
            self.draw(terminal)?;
            tokio::time::sleep(FRAME).await;
        }
    }

    /// Takes in what the terminal says; false ends the console.
    fn on_event(&mut self, event: Event, terminal: &mut Terminal) -> Result<bool, SetUpError> {
        let heard = self.listener.take(event);
        if let Some(ground) = heard.ground {
            self.update(Msg::Ground(ground), terminal)?;
        }
        self.deliver(heard.events, terminal)
    }

    /// What looked like an answer's beginning was a key.
    fn on_silence(&mut self, terminal: &mut Terminal) -> Result<bool, SetUpError> {
        let events = self.listener.release();
        self.deliver(events, terminal)
    }

    fn deliver(&mut self, events: Vec<Event>, terminal: &mut Terminal) -> Result<bool, SetUpError> {
        for event in events {
            if !self.press(event, terminal)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn press(&mut self, event: Event, terminal: &mut Terminal) -> Result<bool, SetUpError> {
        match event {
            Event::Key(key) => self.update(Msg::Key(key), terminal),
            Event::Paste(text) => self.update(Msg::Paste(text), terminal),
            Event::Resize(width, height) => self.update(Msg::Resize { width, height }, terminal),
            Event::Mouse(event) => self.update(Msg::Mouse(event), terminal),
            Event::FocusGained | Event::FocusLost => Ok(true),
        }
    }

    fn on_picture(&mut self, terminal: &mut Terminal) -> Result<bool, SetUpError> {
        let Some(picture) = self.pictures.borrow_and_update().clone() else { return Ok(true) };
        if let Some(name) = AccountLabel::of(&picture.estate, &self.rules).name {
            self.app.set_account_name(Some(name));
        }
        self.app.set_picture(picture);
        self.update(Msg::Refreshed, terminal)
    }

    fn on_arrangement(&mut self, arrangement: Arrangement, terminal: &mut Terminal) -> Result<bool, SetUpError> {
        self.arranging = None;
        self.app.set_arrangement(arrangement);
        if let Some(next) = self.next.take() {
            self.arrange(next);
        }
        self.update(Msg::Arranged, terminal)
    }

    /// Has the rows of a large list arranged beside the loop. One works at a time; of the questions that wait, the newest wins.
    fn arrange(&mut self, question: Question) {
        let Some(picture) = self.app.picture().cloned() else { return };
        if self.arranging.as_ref().is_some_and(|job| !job.is_finished()) {
            self.next = Some(question);
            return;
        }
        let arranged = self.arranged.clone();
        self.arranging = Some(tokio::task::spawn_blocking(move || {
            // The channel has room for the one answer that is under way; a console that was left wants none.
            arranged.blocking_send(question.answer(picture)).ok();
        }));
    }

    fn update(&mut self, msg: Msg, terminal: &mut Terminal) -> Result<bool, SetUpError> {
        self.app.set_now(self.clock.now());
        for effect in console::update(&mut self.app, msg) {
            match effect {
                Effect::Quit => return Ok(false),
                // A full queue means that the observer has as much to do already.
                Effect::Refresh => drop(self.wish.try_send(Wish::Refresh)),
                Effect::Watch(wants) => drop(self.wish.try_send(Wish::LookAt(wants.kinds, wants.slices))),
                Effect::Arrange(question) => self.arrange(question),
                Effect::Copy(text) => self.copy(&text, terminal),
                Effect::Mouse(on) => terminal.mouse(on).map_err(SetUpError::Terminal)?,
                Effect::Suspend => terminal.suspend().map_err(SetUpError::Terminal)?,
            }
        }
        Ok(true)
    }

    fn draw(&mut self, terminal: &mut Terminal) -> Result<(), SetUpError> {
        self.app.set_now(self.clock.now());
        terminal.draw(|frame| console::view(&self.app, frame)).map_err(SetUpError::Terminal)
    }

    /// What could not even be sent is said; whether it was taken nobody can know.
    fn copy(&mut self, text: &str, terminal: &mut Terminal) {
        if let Err(error) = terminal.copy(text) {
            self.tell(Level::Error, format!("not copied: the terminal: {error}"));
        }
    }

    fn tell(&mut self, level: Level, text: String) {
        console::update(&mut self.app, Msg::Notice { level, text });
    }

    /// Keeps the inventory, beside the loop. A failure is logged; leaving says it again.
    fn save(&mut self, store: Option<Store>) {
        let picture = self.pictures.borrow().clone();
        if self.saving.as_ref().is_some_and(|saving| !saving.is_finished()) {
            return;
        }
        if let (Some(store), Some(picture)) = (store, picture) {
            self.saving = Some(tokio::task::spawn_blocking(move || {
                if let Err(error) = store.save(&picture.estate) {
                    tracing::warn!(%error, "the inventory could not be kept");
                }
            }));
        }
    }
}
