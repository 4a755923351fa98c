//! The console's whole state.
//!
//! Owns: [`App`]. Depends on: screens, prompt, theme, key map. Must stay true: only [`super::update()`] changes it, and all of it but
//! the picture, the theme and the key map serialises.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use ratatui::layout::{Position, Rect, Size};
use serde::{Deserialize, Serialize};

use crate::id::Region;
use crate::judge::{Acknowledgements, Picture};

use super::glyph::Glyphs;
use super::keymap::{Context, KeyMap};
use super::marks::Marks;
use super::msg::{Level, Wants};
use super::notes::Notes;
use super::operate::Operations;
use super::pause::Pause;
use super::prompt::Prompt;
use super::screen::{Arrangement, Place, Question, Screen};
use super::setting::{AccountClass, Setting};
use super::subject::Subject;
use super::theme::{self, Role, Theme};
use super::trail::{Stop, Trail};

/// The console.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct App {
    pub(super) setting: Setting,
    #[serde(skip)]
    pub(super) picture: Option<Arc<Picture>>,
    #[serde(skip)]
    pub(super) theme: Theme,
    #[serde(skip)]
    pub(super) keymap: KeyMap,
    pub(super) now: Timestamp,
    pub(super) size: Size,
    /// The region that lists and board are narrowed to.
    pub(super) region: Option<Region>,
    /// The screens, the board at the bottom, the visible one on top.
    pub(super) places: Vec<Place>,
    /// Views that were left, as they were left, by their names.
    pub(super) kept: BTreeMap<String, Place>,
    /// Where the person has been.
    pub(super) trail: Trail,
    /// Rows that are marked, list by list.
    pub(super) marks: Marks,
    /// The columns chosen for each list.
    pub(super) columns: BTreeMap<String, Vec<String>>,
    /// Whether the mouse is listened to.
    pub(super) mouse: bool,
    /// Set while the screen stands still.
    pub(super) pause: Option<Pause>,
    pub(super) prompt: Option<Prompt>,
    pub(super) history: Vec<String>,
    pub(super) notice: Option<Notice>,
    /// Ctrl-C was the last key.
    pub(super) interrupted: bool,
    pub(super) watched: Wants,
    /// What was last asked to be arranged beside the loop.
    #[serde(skip)]
    pub(super) asked: Option<Question>,
    /// What the person has seen and noted of what is not well.
    pub(super) notes: Notes,
    /// The shell that was told of, and when: asked for again soon it opens.
    pub(super) shell: Option<(Vec<String>, Timestamp)>,
    /// What is to be opened once it has been read: an ARN, an id or a name.
    pub(super) sought: Option<String>,
    /// Whether something may be changed, what is planned, what runs and what ran.
    pub(super) operations: Operations,
}

/// Words for the person, until the next key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Notice {
    pub(super) level: Level,
    pub(super) text: String,
}

/// Why the console cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The theme cannot be had.
    #[error(transparent)]
    Theme(#[from] theme::ThemeError),
    /// The key map cannot be used.
    #[error(transparent)]
    Keys(#[from] super::keymap::KeyMapError),
}

/// What screens are drawn and moved from.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// The account, once anything is known of it.
    pub picture: Option<&'a Arc<Picture>>,
    /// AWS's time.
    pub now: Timestamp,
    /// The one region to show; none for all.
    pub region: Option<&'a Region>,
    /// Rows that are marked.
    pub marks: &'a Marks,
    /// The columns chosen for each list, where any were.
    pub columns: &'a BTreeMap<String, Vec<String>>,
    /// Where the screen is drawn.
    pub body: Rect,
    /// What the person has seen and noted of what is not well.
    pub notes: &'a Notes,
    /// What is planned, what runs and what ran.
    pub operations: &'a Operations,
}

impl World<'_> {
    /// Regions to show, in the order of the estate's scope.
    pub fn regions(&self) -> Vec<Region> {
        let scope = self.picture.map_or(&[][..], |picture| picture.estate.scope());
        scope.iter().filter(|region| self.region.is_none_or(|only| only == *region)).cloned().collect()
    }

    /// Whether more than one region is looked at at all.
    pub fn has_regions(&self) -> bool {
        self.picture.is_some_and(|picture| picture.estate.scope().len() > 1)
    }
}

/// How things are drawn: theme and glyphs.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// The theme.
    pub theme: &'a Theme,
    /// The glyphs.
    pub glyphs: Glyphs,
}

impl Look<'_> {
    /// The style of a role.
    pub fn style(&self, role: Role) -> ratatui::style::Style {
        self.theme.style(role)
    }

    /// Text in a role, harmless.
    pub fn span(&self, role: Role, text: impl AsRef<str>) -> ratatui::text::Span<'static> {
        ratatui::text::Span::styled(crate::listing::escape(text.as_ref()).into_owned(), self.style(role))
    }
}

impl App {
    /// A console that knows nothing yet.
    ///
    /// # Errors
    /// A theme that does not exist.
    pub fn new(setting: Setting, now: Timestamp, size: Size) -> Result<Self, StartError> {
        let theme = setting.find_theme(&setting.theme)?;
        Ok(Self {
            keymap: setting.keymap()?,
            columns: setting.columns.clone(),
            mouse: setting.mouse,
            setting,
            picture: None,
            theme,
            now,
            size,
            region: None,
            places: vec![Place::home()],
            kept: BTreeMap::new(),
            trail: Trail::default(),
            marks: Marks::default(),
            pause: None,
            prompt: None,
            history: Vec::new(),
            notice: None,
            interrupted: false,
            watched: Wants::default(),
            asked: None,
            notes: Notes::default(),
            shell: None,
            sought: None,
            operations: Operations::default(),
        })
    }

    /// Finds theme and key map again, after the console was read from where it was written down.
    ///
    /// # Errors
    /// A theme that does not exist.
    pub fn restore(&mut self) -> Result<(), StartError> {
        self.theme = self.setting.find_theme(&self.setting.theme)?;
        self.keymap = self.setting.keymap()?;
        Ok(())
    }

    /// Gives the console a newer picture; send [`super::Msg::Refreshed`] after it. While the console is paused, the newest is
    /// kept until it goes on.
    pub fn set_picture(&mut self, picture: Arc<Picture>) {
        self.notes.take(&picture);
        if let Some(pause) = self.pause.as_mut().filter(|_| self.picture.is_some()) {
            pause.newest = Some(picture);
            return;
        }
        let gone = self.marks.settle(&picture);
        if let Some(first) = gone.first() {
            let more = if gone.len() > 1 { format!(" and {} more", gone.len() - 1) } else { String::new() };
            self.tell(Level::Info, format!("a marked thing is gone, and its mark with it: {first}{more}"));
        }
        self.picture = Some(picture);
        // Lists that nobody sees would keep the last picture alive beside this one.
        let hidden = self.places.len().saturating_sub(1);
        for place in self.places.iter_mut().take(hidden) {
            if let Place::List(list) = place {
                list.put_aside();
            }
        }
        // What a screen keeps points into its picture, so the two change together.
        self.refresh_screen();
    }

    /// The picture that is shown.
    pub fn picture(&self) -> Option<&Arc<Picture>> {
        self.picture.as_ref()
    }

    /// Takes in what [`super::Effect::Arrange`] asked for; send [`super::Msg::Arranged`] after it. What nobody asks any more is
    /// dropped.
    pub fn set_arrangement(&mut self, arrangement: Arrangement) {
        self.asked = None;
        let Some(mut place) = self.places.pop() else { return };
        if let Place::List(list) = &mut place {
            let world = self.world();
            list.take(arrangement, &world);
            // A newer picture may have come meanwhile.
            list.refresh(&world);
        }
        self.places.push(place);
    }

    /// Whether anything is drawn in colours.
    pub fn has_colours(&self) -> bool {
        self.setting.depth != theme::Depth::None
    }

    /// Names the account, once it is known, and says what it is for.
    pub fn set_account(&mut self, name: Option<String>, class: Option<AccountClass>) {
        self.setting.account_name = name;
        self.setting.account_class = class;
    }

    /// Begins with another account: nothing of the one before is left but the person's own ways.
    ///
    /// # Errors
    /// A theme that does not exist.
    pub fn begin_anew(&mut self, setting: Setting, now: Timestamp) -> Result<(), StartError> {
        let own = &self.setting;
        let setting = Setting {
            theme: own.theme.clone(),
            themes: own.themes.clone(),
            ground: own.ground,
            mouse: own.mouse,
            ..setting
        };
        let fresh = Self::new(setting, now, self.size)?;
        let before = std::mem::replace(self, fresh);
        (self.theme, self.keymap, self.history) = (before.theme, before.keymap, before.history);
        let name = self.setting.profile.clone().unwrap_or_default();
        self.tell(Level::Info, format!("profile {name}: reading its account"));
        Ok(())
    }

    /// Takes in what is written down as noted, here or by another console.
    pub fn set_acknowledgements(&mut self, acknowledgements: Acknowledgements) {
        self.notes.acknowledgements.merge(acknowledgements);
        self.refresh_screen();
    }

    /// Opens a thing by its ARN, id or name as soon as it has been read.
    pub fn seek(&mut self, text: impl Into<String>) {
        self.sought = Some(text.into());
    }

    /// Tells the console AWS's time; before every message and every drawing.
    pub fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// The screen that is visible.
    pub fn place(&self) -> Option<&Place> {
        self.places.last()
    }

    /// The context in which the next key counts.
    pub fn context(&self) -> Context {
        match (&self.prompt, self.place()) {
            (Some(_), _) => Context::Prompt,
            (None, Some(place)) => place.screen().context(),
            (None, None) => Context::Everywhere,
        }
    }

    /// What the visible screen is drawn from.
    pub(super) fn world(&self) -> World<'_> {
        let alert = super::frame::alert(self).is_some();
        self.world_at(super::frame::body(Rect::from((Position::ORIGIN, self.size)), alert))
    }

    /// The same for a screen drawn in `body`.
    pub(super) fn world_at(&self, body: Rect) -> World<'_> {
        World {
            picture: self.picture.as_ref(),
            now: self.now,
            region: self.region.as_ref(),
            marks: &self.marks,
            columns: &self.columns,
            notes: &self.notes,
            operations: &self.operations,
            body,
        }
    }

    /// What is marked in the visible list, in the order of ids; what the filter hides is among it.
    pub fn marked(&self) -> Vec<Subject> {
        let (Some(Place::List(list)), Some(picture)) = (self.place(), &self.picture) else { return Vec::new() };
        self.marks.of(list.name()).filter_map(|row| Subject::of_row(list.name(), row, picture)).collect()
    }

    /// What is marked in the visible list, else what is selected on the visible screen.
    pub(super) fn chosen(&self) -> Vec<Subject> {
        let marked = self.marked();
        if !marked.is_empty() {
            return marked;
        }
        self.place().and_then(|place| place.screen().chosen(&self.world())).into_iter().collect()
    }

    /// The name of what is selected where it is no thing of AWS.
    pub(super) fn chosen_name(&self) -> Option<String> {
        self.place()?.screen().chosen_name()
    }

    /// Remembers the present place, because another one is about to be shown.
    pub(super) fn leave_place(&mut self) {
        let stop = Stop::of(&self.places, self.region.as_ref());
        self.trail.leave(stop);
    }

    /// Keeps the views that are shown as they are, before others take their place.
    pub(super) fn keep_lists(&mut self) {
        while self.places.len() > 1 {
            self.keep_top();
        }
    }

    /// Leaves the visible screen; a view is kept as it was.
    pub(super) fn keep_top(&mut self) {
        let Some(mut place) = self.places.pop() else { return };
        if place.is_kept() {
            place.screen_mut().put_aside();
            self.kept.insert(place.screen().title(), place);
        }
    }

    pub(super) fn look(&self) -> Look<'_> {
        Look { theme: &self.theme, glyphs: self.setting.glyphs }
    }

    /// Calls the visible screen with the world it lives in.
    pub(super) fn with_screen<T>(&mut self, call: impl FnOnce(&mut dyn Screen, &World<'_>) -> T) -> Option<T> {
        let mut place = self.places.pop()?;
        let result = call(place.screen_mut(), &self.world());
        self.places.push(place);
        Some(result)
    }

    /// Lets the visible screen take in what is new.
    pub(super) fn refresh_screen(&mut self) {
        self.with_screen(|screen, world| screen.refresh(world));
    }

    pub(super) fn tell(&mut self, level: Level, text: impl Into<String>) {
        self.notice = Some(Notice { level, text: text.into() });
    }
}
