//! The wall screen: the account from five metres away, for weeks, with nobody at the keys.
//!
//! Owns: [`Wall`], what it takes in and what it asks for. May know: what the console knows. Must stay true: it has no command and no
//! way to one, so no key does anything but turn the page and leave; it is pure, as the console is, and all of it but picture, theme
//! and what is worked out from them serialises; the gravest thing is on the screen whatever page is shown; what cannot be seen is
//! said in large words.

mod font;
mod numbers;
mod page;
mod sight;
mod stop;
mod telling;
mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use jiff::Timestamp;
use ratatui::layout::Size;
use serde::{Deserialize, Serialize};

use crate::judge::availability::{self, ServiceAvailability};
use crate::judge::{Picture, Verdict};

use super::app::{Look, StartError, World};
use super::marks::Marks;
use super::msg::{Msg, Wants};
use super::notes::Notes;
use super::operate::Operations;
use super::screen::{Board, Screen};
use super::setting::Setting;
use super::theme::Theme;
use sight::Sight;
pub use stop::Page;
use stop::Stop;
pub use view::view;

/// How often availability is reckoned anew, in ticks: it goes through everything the account holds.
const RECKONED: u64 = 60;
/// Ticks between two moves of the layout against burn-in, which wait for a turn of the page where there is one.
const SHIFT: u64 = 60;
/// While something is critical, the pages about it turn so many times as fast.
const HURRY: u64 = 10;
/// Ticks between two frames in calm, where nothing but ages moves.
const CALM: u64 = 30;
/// Where the layout stands, in columns and rows: within a margin of two and one.
const PLACES: [(u16, u16); 6] = [(0, 0), (1, 1), (2, 0), (2, 1), (1, 0), (0, 1)];

/// How a wall behaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manner {
    /// Seconds that a page stays; 0 turns none by itself.
    pub rotate_s: u64,
    /// Whether a verdict that becomes worse rings the terminal's bell.
    pub bell: bool,
    /// Whether it sends a notification through the terminal.
    pub notify: bool,
    /// The pages, in their order.
    pub pages: Vec<Page>,
}

impl Default for Manner {
    fn default() -> Self {
        Self { rotate_s: 300, bell: false, notify: false, pages: Page::ALL.to_vec() }
    }
}

/// Something the wall wants done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// End.
    Quit,
    /// Ring the bell.
    Ring,
    /// Tell whoever looks elsewhere: one line, without control characters.
    Notify(String),
}

/// The wall.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wall {
    setting: Setting,
    manner: Manner,
    #[serde(skip)]
    picture: Option<Arc<Picture>>,
    #[serde(skip)]
    theme: Theme,
    #[serde(skip)]
    board: Board,
    /// None: nobody marks anything here, or chooses columns.
    #[serde(skip)]
    marks: Marks,
    #[serde(skip)]
    columns: BTreeMap<String, Vec<String>>,
    /// None: nobody looks at a wall and has then seen what is new, and what somebody noted is as sick as before.
    #[serde(skip)]
    notes: Notes,
    /// None: a wall follows no run, and can begin none.
    operations: Operations,
    #[serde(skip)]
    services: Vec<ServiceAvailability>,
    now: Timestamp,
    size: Size,
    /// Seconds of the wall's own time: AWS's runs faster in a demo.
    ticks: u64,
    stop: Stop,
    turned_at: u64,
    /// When it was drawn last, and what of it must be seen at once.
    drawn_at: u64,
    drawn: Option<(Stop, usize, Verdict, String)>,
    /// Which of the [`PLACES`] the layout stands at, and since when.
    place: usize,
    shifted_at: u64,
    /// When the last picture came.
    heard_at: Option<u64>,
    reckoned_at: Option<u64>,
    /// Since when credentials are known to be dead.
    blind_since: Option<Timestamp>,
    /// The verdict that was last seen, and when the bell rang last.
    seen: Option<Verdict>,
    rang_at: Option<u64>,
}

impl Wall {
    /// A wall that knows nothing yet.
    ///
    /// # Errors
    /// A theme that does not exist.
    pub fn new(setting: Setting, manner: Manner, now: Timestamp, size: Size) -> Result<Self, StartError> {
        let theme = setting.find_theme(&setting.theme)?;
        let first = manner.pages.first().copied().unwrap_or(Page::Overview);
        Ok(Self {
            setting,
            manner,
            picture: None,
            theme,
            board: Board::default(),
            marks: Marks::default(),
            notes: Notes::default(),
            operations: Operations::default(),
            columns: BTreeMap::new(),
            services: Vec::new(),
            now,
            size,
            ticks: 0,
            stop: Stop { page: first, region: None },
            turned_at: 0,
            drawn_at: 0,
            drawn: None,
            place: 0,
            shifted_at: 0,
            heard_at: None,
            reckoned_at: None,
            blind_since: None,
            seen: None,
            rang_at: None,
        })
    }

    /// Finds the theme again, after the wall was read from where it was written down.
    ///
    /// # Errors
    /// A theme that does not exist.
    pub fn restore(&mut self) -> Result<(), StartError> {
        self.theme = self.setting.find_theme(&self.setting.theme)?;
        Ok(())
    }

    /// Gives the wall a newer picture; send [`Msg::Refreshed`] after it.
    pub fn set_picture(&mut self, picture: Arc<Picture>) {
        self.picture = Some(picture);
        self.heard_at = Some(self.ticks);
    }

    /// Tells the wall AWS's time; before every message and every drawing.
    pub fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Names the account, once it is known.
    pub fn set_account_name(&mut self, name: Option<String>) {
        self.setting.account_name = name;
    }

    /// Whether anything is drawn in colours.
    pub fn has_colours(&self) -> bool {
        self.setting.depth != super::theme::Depth::None
    }

    /// What has to be read for it, always.
    pub fn wants(&self) -> Wants {
        self.board.wants(&self.world(ratatui::layout::Rect::default()))
    }

    /// Takes in a message; what comes back is to be done.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
            Msg::Key(key) => self.press(key),
            Msg::Resize { width, height } => {
                self.size = (width, height).into();
                self.gather();
                Vec::new()
            }
            Msg::Ground(ground) => {
                self.setting.ground = ground;
                self.theme = self.setting.find_theme(&self.setting.theme).unwrap_or_else(|_| self.theme.clone());
                Vec::new()
            }
            Msg::Refreshed => self.look(),
            Msg::Tick => {
                self.ticks = self.ticks.saturating_add(1);
                self.rotate();
                self.look()
            }
            // Nobody types here, and nothing else is said to it.
            _ => Vec::new(),
        }
    }

    /// Whether it is worth a frame: in calm, where only ages move, one every half minute is.
    pub fn is_due(&self) -> bool {
        let calm = self.sight() == Sight::Sees(Verdict::Ok);
        let waited = self.ticks.saturating_sub(self.drawn_at);
        self.drawn.as_ref() != Some(&self.face()) || waited >= if calm { CALM } else { 1 }
    }

    /// It was drawn.
    pub fn drawn(&mut self) {
        self.drawn_at = self.ticks;
        self.drawn = Some(self.face());
    }

    /// What must be seen at once.
    fn face(&self) -> (Stop, usize, Verdict, String) {
        let sight = self.sight();
        let words = format!("{} {} {:?}", sight.word(), self.theme.name(), self.size);
        (self.stop.clone(), self.place, sight.verdict(), words)
    }

    /// The two things that a key can do.
    fn press(&mut self, key: KeyEvent) -> Vec<Effect> {
        let plain = key.modifiers.difference(KeyModifiers::SHIFT).is_empty();
        match (key.code, key.modifiers) {
            (KeyCode::Char('c'), KeyModifiers::CONTROL) => return vec![Effect::Quit],
            (KeyCode::Char('q' | 'Q'), _) if plain => return vec![Effect::Quit],
            (KeyCode::Char(' ') | KeyCode::Right | KeyCode::PageDown, _) if plain => self.turn(1),
            (KeyCode::Left | KeyCode::PageUp, _) if plain => self.turn(-1),
            _ => {}
        }
        Vec::new()
    }

    /// Another page, by the stops that there are now.
    fn turn(&mut self, by: isize) {
        self.stop = stop::after(&self.stops(), &self.stop, by);
        self.turned_at = self.ticks;
        if self.ticks.saturating_sub(self.shifted_at) >= SHIFT {
            self.shift();
        }
        self.gather();
    }

    fn stops(&self) -> Vec<Stop> {
        if !self.sight().is_clear() {
            // Nothing else is true then.
            return vec![Stop::default()];
        }
        let pinned = self.is_pinned();
        stop::all(&self.manner.pages, self.picture.as_deref(), pinned.then(|| self.worst_region()).flatten())
    }

    /// Turns the page once it is time, and moves the layout by a cell or two, once a minute at most.
    fn rotate(&mut self) {
        let stays = self.manner.rotate_s / if self.is_pinned() { HURRY } else { 1 };
        let many = self.stops().len() > 1;
        if self.manner.rotate_s > 0 && many && self.ticks.saturating_sub(self.turned_at) >= stays.max(5) {
            self.turn(1);
        }
        // Where pages turn, the layout moves with them: one screen is drawn anew instead of two.
        let turns = self.manner.rotate_s > 0 && many && stays <= 5 * SHIFT;
        if !turns && self.ticks.saturating_sub(self.shifted_at) >= 4 * SHIFT {
            self.shift();
            self.gather();
        }
    }

    fn shift(&mut self) {
        self.place = (self.place + 1) % PLACES.len();
        self.shifted_at = self.ticks;
    }

    /// Takes in what is new, and says so where it is worse.
    fn look(&mut self) -> Vec<Effect> {
        let credentials = self.picture.as_ref().is_some_and(|picture| picture.traffic.credentials.is_some());
        self.blind_since = if credentials { self.blind_since.or(Some(self.now)) } else { None };
        // While it is being read every few seconds tell more.
        let holds = if self.services.iter().any(|service| service.nines.is_some()) { RECKONED } else { RECKONED / 6 };
        let due = self.reckoned_at.is_none_or(|at| self.ticks.saturating_sub(at) >= holds);
        if let Some(picture) = self.picture.clone().filter(|_| due) {
            self.services =
                availability::assess(&picture.estate, &picture.judgement, picture.taken_at, &picture.policy);
            self.reckoned_at = Some(self.ticks);
        }
        let stops = self.stops();
        if !stops.contains(&self.stop) {
            self.stop = stops.into_iter().next().unwrap_or_default();
            self.turned_at = self.ticks;
        }
        self.gather();
        self.announce()
    }

    /// Has the board take in what is new.
    fn gather(&mut self) {
        if self.stop.page == Page::Board {
            let mut board = std::mem::take(&mut self.board);
            board.refresh(&self.world(view::page_area(self)));
            self.board = board;
        }
    }

    fn world(&self, body: ratatui::layout::Rect) -> World<'_> {
        let region = self.stop.region.as_ref();
        let (marks, columns, notes, operations) = (&self.marks, &self.columns, &self.notes, &self.operations);
        World { picture: self.picture.as_ref(), now: self.now, region, marks, columns, body, notes, operations }
    }

    fn look_of(&self) -> Look<'_> {
        Look { theme: &self.theme, glyphs: self.setting.glyphs }
    }
}
