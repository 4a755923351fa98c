//! The console's loop: keys, pictures and time in; frames and wishes out.
//!
//! Owns: when the screen is drawn. Must stay true: all that waits is taken in before a frame is drawn, at most thirty a second;
//! nothing here waits for AWS.

use std::io;
use std::time::Duration;

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::cli::Exit;
use crate::clock;
use crate::config::Frame;
use crate::console::{self, AccountClass, App, Arrangement, ClassMark, Effect, Level, Msg, Question};
use crate::judge::Acknowledgements;

use super::answer::{HOLD, Listener};
use super::observer::Wish;
use super::operating::Told;
use super::set_up::{Desk, SetUpError};
use super::shell;
use super::signals::Ending;
use super::sitting::Sitting;
use super::terminal::Terminal;

/// Least time between two frames.
const FRAME: Duration = Duration::from_millis(33);
/// How long the next key of a burst may take to be heard.
const BURST: Duration = Duration::from_millis(2);
/// Time between looks at the clock, which moves ages and countdowns.
const TICK: Duration = Duration::from_secs(1);
/// Time between savings of the inventory.
const SAVE: Duration = Duration::from_secs(60);
/// How long after the question an answer of the terminal is waited for before it is given back: it would be typed into the shell.
const ANSWER: Duration = Duration::from_millis(300);

/// Runs the console until it is left; it opens what is `sought` as soon as that was read.
pub(super) async fn console(desk: Desk, sought: Option<&str>) -> Result<Exit, SetUpError> {
    let sitting = Sitting::begin(desk).await?;
    let mut terminal = Terminal::take()?;
    let size = terminal.size().map_err(SetUpError::Terminal)?;
    if sitting.setting.mouse {
        terminal.mouse(true).map_err(SetUpError::Terminal)?;
    }
    let mut app = App::new(sitting.setting.clone(), sitting.clock.now(), size)?;
    if let Some(sought) = sought {
        app.seek(sought);
    }
    let (arranged, arrangements) = mpsc::channel(1);
    let mut screen = Screen {
        app,
        sitting,
        opening: None,
        shell: None,
        listener: Listener::default(),
        arranged,
        arrangements,
        arranging: None,
        next: None,
    };
    if screen.sitting.damaged > 0 {
        let text = format!("{} lines of the kept inventory were damaged; they are read anew", screen.sitting.damaged);
        screen.tell(Level::Error, text);
    }
    let outcome = screen.run(&mut terminal).await;
    drop(terminal);
    if let Some(opening) = screen.opening.take() {
        opening.abort();
    }
    if let Some(words) = screen.sitting.operating.farewell() {
        crate::cli::output::note(&[format!("fournines: {words}")]);
    }
    if let Some(why) = screen.sitting.end().await? {
        crate::cli::output::note(&[format!("fournines: {why}")]);
    }
    outcome.map(|()| Exit::Done)
}

fn mark(frame: Frame) -> ClassMark {
    match frame {
        Frame::Production => ClassMark::Production,
        Frame::Staging => ClassMark::Staging,
        Frame::Sandbox => ClassMark::Sandbox,
    }
}

/// The next event; none comes while the terminal is lent.
async fn next(events: &mut Option<EventStream>) -> Option<io::Result<Event>> {
    match events {
        Some(events) => events.next().await,
        None => std::future::pending().await,
    }
}

/// An event that waits already, where the terminal is ours.
async fn waiting_in(events: &mut Option<EventStream>) -> Option<Event> {
    match events {
        Some(events) => waiting(events).await,
        None => None,
    }
}

/// The next event of a burst, if one waits. The stream hears of it on a thread of its own, which takes a moment; and it must be
/// asked with this task's own waker, since it remembers a single one.
pub(super) async fn waiting(events: &mut EventStream) -> Option<Event> {
    tokio::time::timeout(BURST, events.next()).await.ok().flatten().and_then(Result::ok)
}

struct Screen {
    app: App,
    sitting: Sitting,
    /// Another profile's account, while it is asked who it is.
    opening: Option<JoinHandle<Result<Sitting, String>>>,
    /// A program that is to have the terminal for a while.
    shell: Option<Vec<String>>,
    listener: Listener,
    /// Where what was arranged beside the loop comes in: one at a time.
    arranged: mpsc::Sender<Arrangement>,
    arrangements: mpsc::Receiver<Arrangement>,
    arranging: Option<JoinHandle<()>>,
    /// What is to be arranged once that is done; the newest question alone.
    next: Option<Question>,
}

/// The account that was being opened; never where none is.
async fn opened(opening: &mut Option<JoinHandle<Result<Sitting, String>>>) -> Result<Sitting, String> {
    let Some(job) = opening.as_mut() else { return std::future::pending().await };
    let outcome = job.await;
    *opening = None;
    outcome.unwrap_or_else(|error| Err(format!("a fault of fournines: {error}")))
}

impl Screen {
    async fn run(&mut self, terminal: &mut Terminal) -> Result<(), SetUpError> {
        let mut events = Some(EventStream::new());
        self.draw(terminal)?;
        // Only now: a terminal that is slow to answer keeps nobody waiting for the first frame.
        if self.app.has_colours() && terminal.ask_ground().map_err(SetUpError::Terminal)? {
            self.listener.asked();
        }
        let answer_by = clock::monotonic() + ANSWER;
        let outcome = self.take_in(terminal, &mut events).await;
        while self.listener.awaits() {
            match tokio::time::timeout_at(answer_by, next(&mut events)).await {
                Ok(Some(Ok(event))) => drop(self.listener.take(event)),
                Ok(Some(Err(_)) | None) | Err(_) => break,
            }
        }
        outcome
    }

    /// Takes in what comes and draws, until the console is left.
    async fn take_in(&mut self, terminal: &mut Terminal, events: &mut Option<EventStream>) -> Result<(), SetUpError> {
        let mut ending = Ending::listen();
        let mut tick = tokio::time::interval(TICK);
        let mut save = tokio::time::interval_at(clock::monotonic() + SAVE, SAVE);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            let more = tokio::select! {
                biased;
                () = ending.asked() => return Ok(()),
                event = next(events) => match event {
                    Some(Ok(event)) => self.on_event(event, terminal)?,
                    Some(Err(_)) | None => return Ok(()),
                },
                changed = self.sitting.pictures.changed() => match changed {
                    Ok(()) => self.on_picture(terminal)?,
                    Err(_) => return Ok(()),
                },
                Some(arrangement) = self.arrangements.recv() => self.on_arrangement(arrangement, terminal)?,
                () = tokio::time::sleep(HOLD), if self.listener.is_holding() => self.on_silence(terminal)?,
                _ = tick.tick() => {
                    self.listener.tick();
                    self.update(Msg::Tick, terminal)?
                }
                noted = self.sitting.noting.next() => self.on_noted(noted, terminal)?,
                told = self.sitting.operating.next() => self.on_told(told, terminal)?,
                opened = opened(&mut self.opening) => self.on_opened(opened, terminal)?,
                _ = save.tick() => {
                    self.sitting.save();
                    self.sitting.noting.look_up();
                    true
                }
            };
            if !more {
                return Ok(());
            }
            while let Some(event) = waiting_in(events).await {
                if !self.on_event(event, terminal)? {
                    return Ok(());
                }
            }
            if let Some(line) = self.shell.take()
                && !self.lend(&line, terminal, events, &mut ending).await?
            {
                return Ok(());
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
        let Some(picture) = self.sitting.pictures.borrow_and_update().clone() else { return Ok(true) };
        if let Some(identity) = picture.estate.identity() {
            let alias = picture.estate.alias();
            let known = self.sitting.rules.account(&identity.account, alias);
            let class = known.class.map(|(word, frame)| AccountClass { word, mark: mark(frame) });
            self.app.set_account(known.name.or_else(|| alias.map(str::to_owned)), class);
            self.sitting.noting.belong_to(&identity.account);
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
        self.app.set_now(self.sitting.clock.now());
        for effect in console::update(&mut self.app, msg) {
            match effect {
                Effect::Quit => return Ok(false),
                // A full queue means that the observer has as much to do already.
                Effect::Refresh => drop(self.sitting.wish.try_send(Wish::Refresh)),
                Effect::Watch(wants) => drop(self.sitting.wish.try_send(Wish::LookAt(wants.kinds, wants.slices))),
                Effect::Arrange(question) => self.arrange(question),
                Effect::Copy(text) => self.copy(&text, terminal),
                Effect::Mouse(on) => terminal.mouse(on).map_err(SetUpError::Terminal)?,
                Effect::Keep(list) => self.sitting.noting.keep(list, self.sitting.clock.now()),
                Effect::LookIn(regions) => drop(self.sitting.wish.try_send(Wish::LookIn(regions))),
                Effect::Profile(name) => self.open_profile(name),
                Effect::Shell(line) => self.shell = Some(line),
                Effect::Plan(request) => self.sitting.operating.plan(request, self.app.picture().cloned()),
                Effect::Try { number, calls } => self.sitting.operating.try_calls(number, calls),
                Effect::Arm { until } => self.sitting.operating.arm(until),
                Effect::Disarm => self.sitting.operating.disarm(),
                Effect::Run(confirmation) => self.sitting.operating.run(*confirmation),
                Effect::Order { operation, order } => {
                    self.sitting.operating.order(operation, order, self.app.caller());
                }
                Effect::Follow(id) => self.sitting.operating.follow(id),
                Effect::ListOperations => self.sitting.operating.list(),
                Effect::SavePlan(plan) => self.sitting.operating.save(&plan),
                Effect::Suspend => terminal.suspend().map_err(SetUpError::Terminal)?,
            }
        }
        Ok(true)
    }

    /// Asks another profile's account who it is, beside the loop. The one on the screen stays until it has answered.
    fn open_profile(&mut self, name: String) {
        let Some(global) = self.sitting.global.clone() else {
            return self.tell(Level::Error, "a demo has one account".to_owned());
        };
        if let Some(before) = self.opening.take() {
            before.abort();
        }
        self.opening = Some(tokio::spawn(Sitting::of_profile(global, name)));
    }

    /// The other account takes the screen, from which the first is gone before anything of it is drawn; or the first stays.
    fn on_opened(&mut self, opened: Result<Sitting, String>, terminal: &mut Terminal) -> Result<bool, SetUpError> {
        match opened {
            Ok(sitting) => {
                self.app.begin_anew(sitting.setting.clone(), sitting.clock.now())?;
                // What was being arranged is of the account that is left.
                (self.next, self.arranging) = (None, None);
                (self.arranged, self.arrangements) = mpsc::channel(1);
                let mut before = std::mem::replace(&mut self.sitting, sitting);
                // The log was opened once, for the whole program.
                self.sitting.log = before.log.take();
                // It keeps what it knew, beside the loop.
                tokio::spawn(async move {
                    match before.end().await {
                        Ok(None) => {}
                        Ok(Some(why)) => tracing::warn!(why),
                        Err(error) => tracing::error!(%error, "the account that was left"),
                    }
                });
                self.update(Msg::Refreshed, terminal)
            }
            Err(why) => {
                let text = format!("not changed, this is still the same account: {why}");
                self.update(Msg::Notice { level: Level::Error, text }, terminal)
            }
        }
    }

    /// Lends the terminal to another program until it ends; false where the console was asked to end meanwhile.
    async fn lend(
        &mut self,
        line: &[String],
        terminal: &mut Terminal,
        events: &mut Option<EventStream>,
        ending: &mut Ending,
    ) -> Result<bool, SetUpError> {
        // The one that reads the terminal ends here; a new one begins to read when it is asked for the first time.
        *events = None;
        terminal.lend(&line.join(" ")).map_err(SetUpError::Terminal)?;
        let ended = shell::run(line, ending).await;
        // Interrupts that came meanwhile were the other program's.
        *ending = Ending::listen();
        *events = Some(EventStream::new());
        terminal.take_again().map_err(SetUpError::Terminal)?;
        match ended {
            shell::Ended::Console => return Ok(false),
            shell::Ended::Shell(None) => self.tell(Level::Info, "back from the shell".to_owned()),
            shell::Ended::Shell(Some(why)) => self.tell(Level::Error, why),
        }
        let size = terminal.size().map_err(SetUpError::Terminal)?;
        console::update(&mut self.app, Msg::Resize { width: size.width, height: size.height });
        Ok(true)
    }

    /// What was asked of operations comes back.
    fn on_told(&mut self, told: Told, terminal: &mut Terminal) -> Result<bool, SetUpError> {
        let msg = match told {
            Told::Planned(number, planned) => {
                self.app.set_planned(number, planned);
                Msg::Planned
            }
            Told::Tried(number, trials) => {
                self.app.set_tried(number, trials);
                Msg::Tried
            }
            Told::Listed(listed) => {
                self.app.set_operations(listed);
                Msg::Listed
            }
            Told::Msg(msg) => {
                // What the console does not believe to be armed is not.
                if matches!(*msg, Msg::Disarmed { .. }) {
                    self.sitting.operating.disarm();
                }
                *msg
            }
        };
        self.update(msg, terminal)
    }

    fn on_noted(&mut self, noted: io::Result<Acknowledgements>, terminal: &mut Terminal) -> Result<bool, SetUpError> {
        match noted {
            Ok(list) => {
                self.app.set_acknowledgements(list);
                self.update(Msg::Refreshed, terminal)
            }
            Err(error) => {
                let text = format!("what is noted cannot be kept: {error}; it holds in this console alone");
                self.update(Msg::Notice { level: Level::Error, text }, terminal)
            }
        }
    }

    fn draw(&mut self, terminal: &mut Terminal) -> Result<(), SetUpError> {
        self.app.set_now(self.sitting.clock.now());
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
}
