//! A list of the listing as a screen.
//!
//! Owns: selection, filter, order and columns of one list. Depends on: listing. Must stay true: the selection stays on its id
//! while rows move; only visible rows are formatted; what could not be read stands above the rows; no key waits for the
//! arranging of very many rows: until it is done beside the loop, the last arrangement is shown over its own picture.

mod arrange;
mod draw;
mod layout;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde::{Deserialize, Serialize};

use crate::listing::{self, ColumnInfo, Filter, List, RowId, Rows, Sort};

use super::super::app::{Look, World};
use super::super::keymap::Context;
use super::super::msg::Wants;
use super::{Act, Click, Detail, FRAME_KINDS, Motion, Outcome, Place, Screen, Sorting, scrolled};
use crate::console::subject::Subject;

pub use arrange::{Arrangement, Question};

/// Rows that are arranged at once: more take longer than a key may.
const AT_ONCE: usize = 1_000;

/// A list on the screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListView {
    /// The list's name.
    name: String,
    /// The filter as typed.
    filter: String,
    /// Only what is not well.
    problems: bool,
    /// `COL` or `-COL`; none while the listing's own order holds.
    sort: Option<String>,
    selected: Option<RowId>,
    offset: usize,
    /// Columns skipped on the left, after the first.
    sideways: usize,
    /// The rows shown, in order.
    #[serde(skip)]
    shown: Option<Arrangement>,
    /// What is being worked out beside the loop.
    #[serde(skip)]
    asked: Option<Question>,
    #[serde(skip)]
    at: usize,
}

impl ListView {
    /// The list, from its top.
    pub fn new(list: &'static List) -> Self {
        Self {
            name: list.name.to_owned(),
            filter: String::new(),
            problems: false,
            // What is wrong is what one came for.
            sort: Some("verdict".to_owned()),
            selected: None,
            offset: 0,
            sideways: 0,
            shown: None,
            asked: None,
            at: 0,
        }
    }

    /// The list's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the selected row.
    pub fn selected(&self) -> Option<&RowId> {
        self.selected.as_ref()
    }

    /// Whether a filter hides rows.
    pub fn is_narrowed(&self) -> bool {
        self.problems || !self.filter.is_empty()
    }

    fn list(&self) -> Option<&'static List> {
        listing::find(&self.name).ok()
    }

    /// What is to be shown now.
    fn question(&self, world: &World<'_>) -> Question {
        Question {
            list: self.name.clone(),
            filter: self.filter.clone(),
            problems: self.problems,
            sort: self.sort.clone(),
            region: world.region.cloned(),
        }
    }

    /// The order of the rows, afresh: at once where they are few, else it is asked for.
    fn arrange(&mut self, world: &World<'_>) {
        let Some(picture) = world.picture else { return };
        let question = self.question(world);
        if self.shown.as_ref().is_some_and(|shown| shown.is_of(&question, picture)) {
            self.settle(world);
        } else if question.effort(picture) <= AT_ONCE {
            self.take(question.answer(picture.clone()), world);
        } else if self.asked.as_ref() != Some(&question) {
            self.asked = Some(question);
        }
    }

    /// Takes in what was worked out, if it is still what is asked.
    pub(in crate::console) fn take(&mut self, arrangement: Arrangement, world: &World<'_>) {
        if self.asked.as_ref() == Some(&arrangement.question) {
            self.asked = None;
        }
        if arrangement.question == self.question(world) {
            self.shown = Some(arrangement);
            self.settle(world);
        }
    }

    /// What has to be worked out beside the loop.
    pub(in crate::console) fn asked(&self) -> Option<&Question> {
        self.asked.as_ref()
    }

    /// The ids of the rows shown, in order: `most` of them.
    pub(in crate::console) fn shown_rows(&self, most: usize) -> Vec<RowId> {
        let Some((shown, rows)) = self.shown.as_ref().and_then(|shown| Some((shown, shown.rows()?))) else {
            return Vec::new();
        };
        shown.order.iter().take(most).map(|i| rows.id(*i as usize)).collect()
    }

    /// Finds the selected id again; where it is gone, the selection stays at its place on the screen.
    fn settle(&mut self, world: &World<'_>) {
        let Some(shown) = &self.shown else { return };
        let Some(rows) = shown.rows() else { return };
        let position = self.selected.as_ref().and_then(|id| rows.position(id));
        let found = position.and_then(|position| shown.place_of(position));
        let at = found.unwrap_or_else(|| self.at.min(shown.order.len().saturating_sub(1)));
        let selected = shown.at(at).map(|i| rows.id(i));
        let offset = scrolled(self.offset, at, shown.order.len(), self.room(&rows, world));
        (self.at, self.selected, self.offset) = (at, selected, offset);
    }

    fn room(&self, rows: &Rows<'_>, world: &World<'_>) -> usize {
        usize::from(layout::areas(world.body, layout::banner_height(rows, world, world.body)).rows.height)
    }

    fn go(&mut self, motion: Motion, world: &World<'_>) {
        let Some(shown) = &self.shown else { return };
        let Some(rows) = shown.rows() else { return };
        let room = self.room(&rows, world);
        let at = motion.target(self.at, shown.order.len(), room);
        let selected = shown.at(at).map(|i| rows.id(i));
        let offset = scrolled(self.offset, at, shown.order.len(), room);
        (self.at, self.selected, self.offset) = (at, selected, offset);
    }

    fn sort(&mut self, sorting: &Sorting, world: &World<'_>) -> Outcome {
        let Some(list) = self.list() else { return Outcome::Done };
        let present = self.sort.as_deref().and_then(|sort| Sort::parse(sort, list).ok());
        let columns = layout::offered(list, world);
        let name = |column: usize| list.columns().get(column).map(|info| info.name);
        self.sort = match sorting {
            Sorting::By(column) => match Sort::parse(column, list) {
                Ok(_) => Some(column.clone()),
                Err(error) => return Outcome::Refused(error.to_string()),
            },
            Sorting::Reverse => {
                let sort = present.unwrap_or(Sort { column: 0, descending: false });
                name(sort.column).map(|name| if sort.descending { name.to_owned() } else { format!("-{name}") })
            }
            Sorting::Next => {
                let place = present.and_then(|sort| columns.iter().position(|column| *column == sort.column));
                let next = place.map_or(0, |place| place + 1);
                // After the last column comes the listing's own order again.
                columns.get(next).and_then(|column| name(*column)).map(str::to_owned)
            }
        };
        self.arrange(world);
        Outcome::Done
    }

    /// What cannot be read is refused, and the last good filter stays in force.
    fn set_filter(&mut self, text: &str, world: &World<'_>) -> Outcome {
        let Some(list) = self.list() else { return Outcome::Done };
        if let Err(error) = Filter::parse(text, list) {
            return Outcome::Refused(error.to_string());
        }
        self.filter = text.to_owned();
        self.arrange(world);
        Outcome::Done
    }

    fn enter(&self, world: &World<'_>) -> Outcome {
        let (Some(id), Some(picture)) = (&self.selected, world.picture) else { return Outcome::Done };
        match Subject::of_row(&self.name, id, picture) {
            Some(subject) => Outcome::Open(Box::new(Place::Detail(Detail::new(subject)))),
            None => Outcome::Refused(format!("{} is not there any more", id.id)),
        }
    }
}

impl Screen for ListView {
    fn context(&self) -> Context {
        Context::List
    }

    fn title(&self) -> String {
        self.name.clone()
    }

    fn wants(&self, _: &World<'_>) -> Wants {
        let own = self.list().map_or(&[][..], |list| list.kinds);
        Wants { kinds: own.iter().chain(FRAME_KINDS).copied().collect(), slices: Vec::new() }
    }

    fn refresh(&mut self, world: &World<'_>) {
        self.arrange(world);
    }

    fn act(&mut self, act: &Act, world: &World<'_>) -> Outcome {
        match act {
            Act::Move(motion) => self.go(*motion, world),
            Act::Enter => return self.enter(world),
            Act::Filter(text) => return self.set_filter(text, world),
            Act::Problems => {
                self.problems = !self.problems;
                self.arrange(world);
            }
            Act::Sort(sorting) => return self.sort(sorting, world),
            Act::Sideways(by) => {
                let most = self.list().map_or(0, |list| layout::offered(list, world).len().saturating_sub(2));
                self.sideways = self.sideways.saturating_add_signed(*by).min(most);
            }
            Act::Fold { .. } | Act::WhatIf(_) | Act::Chart(_) => return Outcome::Unknown,
        }
        Outcome::Done
    }

    fn filter(&self) -> &str {
        &self.filter
    }

    fn click(&mut self, at: Position, world: &World<'_>) -> Click {
        let (Some(list), Some(shown)) = (self.list(), &self.shown) else { return Click::Nothing };
        let Some(rows) = shown.rows() else { return Click::Nothing };
        let areas = layout::areas(world.body, layout::banner_height(&rows, world, world.body));
        if areas.head.contains(at) {
            let Some(column) = draw::column_at(self, world, at.x) else { return Click::Nothing };
            let is_sorted = self.sort.as_deref().and_then(|sort| Sort::parse(sort, list).ok());
            if is_sorted.is_some_and(|sort| sort.column == column) {
                return Click::Sort("reverse".to_owned());
            }
            return list.columns().get(column).map_or(Click::Nothing, |info| Click::Sort(info.name.to_owned()));
        }
        let place = self.offset + usize::from(at.y.saturating_sub(areas.rows.y));
        match shown.at(place).filter(|_| areas.rows.contains(at)) {
            None => Click::Nothing,
            Some(_) if place == self.at => Click::Again,
            Some(i) => {
                let selected = rows.id(i);
                (self.at, self.selected) = (place, Some(selected));
                Click::Selected
            }
        }
    }

    fn filter_columns(&self) -> Vec<ColumnInfo> {
        self.list().map(List::columns).unwrap_or_default()
    }

    fn chosen(&self, world: &World<'_>) -> Option<Subject> {
        Subject::of_row(&self.name, self.selected.as_ref()?, world.picture?)
    }

    /// The rows hold a whole picture.
    fn put_aside(&mut self) {
        self.shown = None;
        self.asked = None;
    }

    fn draw(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        draw::draw(self, world, look, area, buf);
    }
}
