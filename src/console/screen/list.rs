//! A list of the listing as a screen.
//!
//! Owns: selection, filter, order and columns of one list. Depends on: listing. Must stay true: the selection stays on its id
//! while rows move; only visible rows are formatted; what could not be read stands above the rows.

mod draw;
mod layout;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

use crate::judge::Verdict;
use crate::listing::{self, Filter, List, RowId, Rows, Sort};

use super::super::app::{Look, World};
use super::super::keymap::Context;
use super::super::msg::Wants;
use super::{Act, Detail, FRAME_KINDS, Motion, Outcome, Place, Screen, Sorting, scrolled};
use crate::console::subject::Subject;

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
    /// Why the filter cannot be used; the last good order stays.
    #[serde(skip)]
    error: Option<String>,
    /// Positions of the rows shown, for the picture of the last refresh.
    #[serde(skip)]
    order: Vec<usize>,
    #[serde(skip)]
    total: usize,
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
            error: None,
            order: Vec::new(),
            total: 0,
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

    fn rows<'a>(&self, world: &World<'a>) -> Option<Rows<'a>> {
        Some(self.list()?.rows(world.picture?))
    }

    /// The order of the rows, afresh, and the selection where its id is now.
    fn arrange(&mut self, world: &World<'_>) {
        let (Some(list), Some(rows)) = (self.list(), self.rows(world)) else { return };
        let filter = match Filter::parse(&self.filter, list) {
            Ok(filter) => filter,
            Err(error) => {
                self.error = Some(error.to_string());
                Filter::default()
            }
        };
        if self.filter.is_empty() {
            self.error = None;
        }
        let sort = self.sort.as_deref().and_then(|sort| Sort::parse(sort, list).ok());
        let mut order = rows.order(&filter, sort.as_ref());
        order.retain(|i| world.region.is_none_or(|only| rows.id(*i).region == *only));
        self.total = if world.region.is_some() { self.count_in_scope(&rows, world) } else { rows.len() };
        if self.problems {
            order.retain(|i| rows.verdict(*i) != Verdict::Ok);
        }
        self.order = order;
        self.settle(&rows, world);
    }

    fn count_in_scope(&self, rows: &Rows<'_>, world: &World<'_>) -> usize {
        (0..rows.len()).filter(|i| world.region.is_none_or(|only| rows.id(*i).region == *only)).count()
    }

    /// Finds the selected id again; where it is gone, the selection stays at its place on the screen.
    fn settle(&mut self, rows: &Rows<'_>, world: &World<'_>) {
        let found = self.selected.as_ref().and_then(|id| self.order.iter().position(|i| rows.id(*i) == *id));
        self.at = found.unwrap_or_else(|| self.at.min(self.order.len().saturating_sub(1)));
        self.selected = self.order.get(self.at).map(|i| rows.id(*i));
        self.offset = scrolled(self.offset, self.at, self.order.len(), self.room(rows, world));
    }

    fn room(&self, rows: &Rows<'_>, world: &World<'_>) -> usize {
        usize::from(layout::areas(world.body, layout::banner_height(rows, world, world.body)).rows.height)
    }

    fn go(&mut self, motion: Motion, world: &World<'_>) {
        let Some(rows) = self.rows(world) else { return };
        let room = self.room(&rows, world);
        self.at = motion.target(self.at, self.order.len(), room);
        self.selected = self.order.get(self.at).map(|i| rows.id(*i));
        self.offset = scrolled(self.offset, self.at, self.order.len(), room);
    }

    fn sort(&mut self, sorting: &Sorting, world: &World<'_>) -> Outcome {
        let Some(list) = self.list() else { return Outcome::Done };
        let present = self.sort.as_deref().and_then(|sort| Sort::parse(sort, list).ok());
        let columns = layout::offered(list);
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

    fn set_filter(&mut self, text: &str, world: &World<'_>) {
        let Some(list) = self.list() else { return };
        self.error = Filter::parse(text, list).err().map(|error| error.to_string());
        // What cannot be read yet, such as `age<`, leaves the rows as they are while it is typed.
        if self.error.is_none() {
            self.filter = text.to_owned();
            self.arrange(world);
        }
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
            Act::Filter(text) => self.set_filter(text, world),
            Act::Problems => {
                self.problems = !self.problems;
                self.arrange(world);
            }
            Act::Sort(sorting) => return self.sort(sorting, world),
            Act::Sideways(by) => {
                let most = self.list().map_or(0, |list| layout::offered(list).len().saturating_sub(2));
                self.sideways = self.sideways.saturating_add_signed(*by).min(most);
            }
            Act::Fold { .. } => return Outcome::Unknown,
        }
        Outcome::Done
    }

    fn filter(&self) -> &str {
        &self.filter
    }

    fn draw(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        draw::draw(self, world, look, area, buf);
    }
}
