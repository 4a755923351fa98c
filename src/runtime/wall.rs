//! The wall's loop: pictures and time in, frames out; of keys only what turns a page or leaves.
//!
//! Owns: when the wall is drawn, its bell and its notifications. Must stay true: it is made of a desk, whose session is read-only by
//! type and yields no writer; a frame is drawn only where something may have changed; neither a network nor credentials that are
//! gone end it.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use tokio::sync::{mpsc, watch as latest};
use tokio::task::JoinHandle;

use crate::cli::Exit;
use crate::cli::status::AccountLabel;
use crate::clock::{self, Clock};
use crate::config::{Notify, Rules};
use crate::console::Msg;
use crate::console::wall::{Effect, Manner, Page, Wall, view};
use crate::judge::Picture;
use crate::watch::Purpose;
use crate::watch::store::Store;

use super::answer::{HOLD, Listener};
use super::observer::{Observer, Wish};
use super::screen::waiting;
use super::set_up::{Desk, SetUpError};
use super::signals::Ending;
use super::sitting::{finish, load, save};
use super::terminal::Terminal;

/// The wall's second: pages turn by it, and ages.
const TICK: Duration = Duration::from_secs(1);
/// Least time between two frames. Nobody types here.
const FRAME: Duration = Duration::from_millis(250);
/// Time between savings of the inventory.
const SAVE: Duration = Duration::from_secs(300);

/// Runs the wall until it is left.
pub(super) async fn wall(desk: Desk) -> Result<Exit, SetUpError> {
    let loaded = load(desk.store.as_ref());
    let policy = desk.rules.judgement();
    let mut observer = Observer::new(desk.reader.clone(), policy, Purpose::Stay, desk.seed, loaded);
    observer.probe(desk.seed)?;
    observer.stretch(desk.config.pace.value.stretch());
    let mut terminal = Terminal::take()?;
    let size = terminal.size().map_err(SetUpError::Terminal)?;
    let wall = Wall::new(desk.setting.clone(), manner(&desk), desk.clock.now(), size)?;
    let (wish, wishes) = mpsc::channel(1);
    let (publish, pictures) = latest::channel(None);
    let reading = tokio::spawn(observer.run(desk.config.regions.value.clone(), wishes, publish));
    let wants = wall.wants();
    // Empty and new, so it has room.
    wish.try_send(Wish::LookAt(wants.kinds, wants.slices)).ok();
    let mut hung = Hung {
        wall,
        pictures,
        clock: desk.clock.clone(),
        rules: desk.rules.clone(),
        notify: desk.config.wall.notify.value,
        listener: Listener::default(),
        saving: None,
    };
    let outcome = hung.run(&mut terminal, desk.store.as_ref()).await;
    drop(terminal);
    let saving = hung.saving.take();
    drop(wish);
    drop(hung);
    if let Some(why) = finish(reading, saving, desk.store).await? {
        crate::cli::output::note(&[format!("fournines: {why}")]);
    }
    outcome.map(|()| Exit::Done)
}

fn manner(desk: &Desk) -> Manner {
    let wall = &desk.config.wall;
    let pages = wall.pages.value.iter().filter_map(|name| Page::named(name)).collect();
    Manner {
        rotate_s: u64::from(wall.rotate_s.value),
        bell: wall.bell.value,
        notify: wall.notify.value != Notify::Off,
        pages,
    }
}

/// A wall on its terminal.
struct Hung {
    wall: Wall,
    pictures: latest::Receiver<Option<Arc<Picture>>>,
    clock: Arc<Clock>,
    rules: Rules,
    notify: Notify,
    listener: Listener,
    /// The last saving of the inventory, of which one runs at a time.
    saving: Option<JoinHandle<()>>,
}

impl Hung {
    async fn run(&mut self, terminal: &mut Terminal, store: Option<&Store>) -> Result<(), SetUpError> {
        let mut events = EventStream::new();
        let mut ending = Ending::listen();
        let mut tick = tokio::time::interval(TICK);
        let mut saves = tokio::time::interval_at(clock::monotonic() + SAVE, SAVE);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        self.draw(terminal)?;
        if self.wall.has_colours() && terminal.ask_ground().map_err(SetUpError::Terminal)? {
            self.listener.asked();
        }
        loop {
            let more = tokio::select! {
                biased;
                () = ending.asked() => false,
                event = events.next() => match event {
                    Some(Ok(event)) => self.on_event(event, terminal)?,
                    // The terminal is gone.
                    Some(Err(_)) | None => false,
                },
                changed = self.pictures.changed() => match changed {
                    Ok(()) => self.on_picture(terminal)?,
                    Err(_) => false,
                },
                () = tokio::time::sleep(HOLD), if self.listener.is_holding() => self.on_silence(terminal)?,
                _ = tick.tick() => {
                    self.listener.tick();
                    self.update(Msg::Tick, terminal)?
                }
                _ = saves.tick() => {
                    let picture = self.pictures.borrow().clone();
                    save(&mut self.saving, store, picture);
                    true
                }
            };
            if !more {
                return Ok(());
            }
            // All that waits is taken in before anything is drawn, so that whoever leaves need not wait for it.
            while let Some(event) = waiting(&mut events).await {
                if !self.on_event(event, terminal)? {
                    return Ok(());
                }
            }
            self.draw(terminal)?;
            tokio::time::sleep(FRAME).await;
        }
    }

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
            let more = match event {
                Event::Key(key) => self.update(Msg::Key(key), terminal)?,
                Event::Resize(width, height) => self.update(Msg::Resize { width, height }, terminal)?,
                Event::FocusGained | Event::FocusLost | Event::Mouse(_) | Event::Paste(_) => true,
            };
            if !more {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn on_picture(&mut self, terminal: &mut Terminal) -> Result<bool, SetUpError> {
        let Some(picture) = self.pictures.borrow_and_update().clone() else { return Ok(true) };
        if let Some(name) = AccountLabel::of(&picture.estate, &self.rules).name {
            self.wall.set_account_name(Some(name));
        }
        self.wall.set_picture(picture);
        self.update(Msg::Refreshed, terminal)
    }

    /// False ends the wall.
    fn update(&mut self, msg: Msg, terminal: &mut Terminal) -> Result<bool, SetUpError> {
        self.wall.set_now(self.clock.now());
        for effect in self.wall.update(msg) {
            match effect {
                Effect::Quit => return Ok(false),
                Effect::Ring => terminal.send(b"\x07").map_err(SetUpError::Terminal)?,
                Effect::Notify(words) => {
                    tracing::info!(words, "notified");
                    terminal.send(self.notify.sequence(&words).as_bytes()).map_err(SetUpError::Terminal)?;
                }
            }
        }
        Ok(true)
    }

    fn draw(&mut self, terminal: &mut Terminal) -> Result<(), SetUpError> {
        if !self.wall.is_due() {
            return Ok(());
        }
        self.wall.set_now(self.clock.now());
        self.wall.drawn();
        terminal.draw(|frame| view(&self.wall, frame)).map_err(SetUpError::Terminal)
    }
}
