//! The screens: a stack of places, each of a kind that knows how to be moved in and drawn.
//!
//! Owns: [`Place`], the trait [`Screen`] and the registry of views. Depends on: listing, judgement, theme. Must stay true: drawing
//! changes nothing; what a screen needs for drawing it computes in [`Screen::refresh`], from the picture.

mod actions;
mod audit;
mod board;
mod chart;
mod choosing;
mod cursor;
mod detail;
mod findings;
mod form;
mod help;
mod list;
mod operations;
mod place;
mod review;
mod run;
mod timeline;

use crate::estate::Kind;
use crate::id::{Region, Text};
use crate::listing::{self, ColumnInfo};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::app::{Look, World};
use super::keymap::{Context, KeyMap};
use super::msg::Wants;
use super::prompt::Prompt;
use super::subject::Subject;

pub use actions::{Actions, reason_unlike};
pub use audit::Audit;
pub use board::Board;
pub use chart::Chart;
pub(super) use chart::span_of;
pub use detail::Detail;
pub use findings::Findings;
pub use form::Form;
pub use help::Help;
pub use list::{Arrangement, ListView, Question};
pub use operations::OperationList;
pub use place::Place;
pub use review::{Review, Shows};
pub use run::Run;
pub use timeline::Timeline;

/// A screen of the console.
pub trait Screen {
    /// Whose keys count here.
    fn context(&self) -> Context;

    /// What it is called in the frame.
    fn title(&self) -> String;

    /// What it needs to be read.
    fn wants(&self, world: &World<'_>) -> Wants;

    /// Takes in a new picture, scope or size.
    fn refresh(&mut self, world: &World<'_>);

    /// Does what a key or command asks of it; what it does not know it leaves.
    fn act(&mut self, act: &Act, world: &World<'_>) -> Outcome;

    /// The filter in force.
    fn filter(&self) -> &str {
        ""
    }

    /// Takes a click at this place of the terminal.
    fn click(&mut self, _: Position, _: &World<'_>) -> Click {
        Click::Nothing
    }

    /// What its filter can ask for.
    fn filter_columns(&self) -> Vec<ColumnInfo> {
        Vec::new()
    }

    /// The thing that is selected.
    fn chosen(&self, _: &World<'_>) -> Option<Subject> {
        None
    }

    /// The name of what is selected where that is no thing of AWS: a service, a finding.
    fn chosen_name(&self) -> Option<String> {
        None
    }

    /// Lets go of what it took from the picture, while nobody looks.
    fn put_aside(&mut self) {}

    /// Whether a command means something here as things are: what does not is not hinted at.
    fn offers(&self, _command: &str) -> bool {
        true
    }

    /// Whether it shows what is not so: what would be.
    fn is_previewing(&self) -> bool {
        false
    }

    /// Draws itself.
    fn draw(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer);
}

/// What can be asked of any screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Move the selection.
    Move(Motion),
    /// Open what is selected.
    Enter,
    /// Fold or unfold what is selected, or everything.
    Fold {
        /// Everything.
        all: bool,
    },
    /// Show only what passes.
    Filter(String),
    /// Show only what is not well, or all again.
    Problems,
    /// Sort.
    Sort(Sorting),
    /// Columns to the right or left.
    Sideways(isize),
    /// Preview the loss of a zone, by its name or id, or end that.
    WhatIf(String),
    /// Chart the metrics of what is selected over `1h`, `3h` or `24h`; on a chart, `longer` and `shorter` too.
    Chart(String),
}

/// What came of a click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Click {
    /// There is nothing to click at.
    Nothing,
    /// A row is selected now.
    Selected,
    /// The row was selected already: open it.
    Again,
    /// A column's head: sort by it, as `sort` takes it.
    Sort(String),
}

/// How a selection moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// By rows.
    By(isize),
    /// By half pages.
    HalfPages(isize),
    /// By pages.
    Pages(isize),
    /// To the first row.
    Top,
    /// To the last row.
    Bottom,
}

/// What to sort by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sorting {
    /// The column after the present one.
    Next,
    /// The other way round.
    Reverse,
    /// `COL` or `-COL`.
    By(String),
}

/// What came of an [`Act`].
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Done, or nothing to do.
    Done,
    /// Another screen is to be opened.
    Open(Box<Place>),
    /// The board is to be shown with this service of a region selected and unfolded.
    Service(Region, String),
    /// A run is to be opened and followed.
    Follow(Text),
    /// A question is to be answered.
    Ask(Box<Prompt>),
    /// It cannot be done, and why.
    Refused(String),
    /// This screen does not know such an act.
    Unknown,
}

impl Motion {
    /// Where a selection at `at` comes to, among `len` rows of which `page` are visible.
    pub fn target(self, at: usize, len: usize, page: usize) -> usize {
        let last = len.saturating_sub(1);
        let page = isize::try_from(page.max(1)).unwrap_or(1);
        let by = match self {
            Self::By(by) => by,
            Self::HalfPages(by) => by * (page / 2).max(1),
            Self::Pages(by) => by * page,
            Self::Top => return 0,
            Self::Bottom => return last,
        };
        at.saturating_add_signed(by).min(last)
    }
}

/// The first visible row, so that `selected` is visible among `len` rows of which `room` fit; moved as little as possible.
pub fn scrolled(offset: usize, selected: usize, len: usize, room: usize) -> usize {
    let room = room.max(1);
    offset.min(selected).max((selected + 1).saturating_sub(room)).min(len.saturating_sub(room))
}

/// A view that can be opened by its name.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// Its name.
    pub name: &'static str,
    /// Other names.
    pub aliases: &'static [&'static str],
    /// What it shows.
    pub doc: &'static str,
    /// Whether it is among those that `]` steps through.
    pub in_round: bool,
    open: fn(&'static str, &KeyMap) -> Option<Place>,
}

impl View {
    /// Opens it.
    pub fn open(&self, keymap: &KeyMap) -> Option<Place> {
        (self.open)(self.name, keymap)
    }
}

/// The screens that have a name of their own; every list of the listing is a view besides.
const SCREENS: &[View] = &[
    View {
        name: "board",
        aliases: &["home", "b"],
        doc: "the zone board: services by zones",
        in_round: true,
        open: |_, _| Some(Place::home()),
    },
    View {
        name: "findings",
        aliases: &["issues", "why"],
        doc: "all that is not well, the selected one told whole",
        in_round: true,
        open: |_, _| Some(Place::Findings(Findings::default())),
    },
    View {
        name: "timeline",
        aliases: &["changes", "events"],
        doc: "what changed in the last hours, and who did it",
        in_round: true,
        open: |_, _| Some(Place::Timeline(Timeline::default())),
    },
    View {
        name: "audit",
        aliases: &["checks", "risks"],
        doc: "what would take the account down one day",
        in_round: true,
        open: |_, _| Some(Place::Audit(Audit::default())),
    },
    View {
        name: "operations",
        aliases: &["ops", "runs"],
        doc: "what runs and what ran: its steps, resume, undo",
        in_round: true,
        open: |_, _| Some(Place::Operations(OperationList::default())),
    },
    View {
        name: "help",
        aliases: &["?", "keys"],
        doc: "keys, commands and signs",
        in_round: false,
        open: |_, keymap| Some(Place::Help(Help::new(keymap))),
    },
];

/// Every view, in order: the board, the lists, the audit, the help.
pub fn views() -> impl Iterator<Item = View> {
    let lists = listing::LISTS.iter().map(|list| View {
        name: list.name,
        aliases: list.aliases,
        doc: list.doc,
        in_round: true,
        open: |name, _| listing::find(name).ok().map(|list| Place::List(ListView::new(list))),
    });
    let (home, rest) = SCREENS.split_at(1);
    home.iter().copied().chain(lists).chain(rest.iter().copied())
}

/// Kinds that every screen needs: who asks, where, and what the frame shows.
pub(super) const FRAME_KINDS: &[Kind] = &[Kind::Identity, Kind::Alias, Kind::Zones];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn view_names_are_unique_and_each_opens() {
        let keymap = KeyMap::preset().unwrap();
        let mut names = BTreeSet::new();
        for view in views() {
            assert!(std::iter::once(&view.name).chain(view.aliases).all(|name| names.insert(*name)), "{}", view.name);
            assert!(view.open(&keymap).is_some(), "{}", view.name);
        }
    }

    #[test]
    fn the_selection_stays_in_sight() {
        assert_eq!(scrolled(0, 12, 40, 10), 3);
        assert_eq!(scrolled(8, 5, 40, 10), 5);
        assert_eq!(scrolled(35, 39, 40, 10), 30, "no empty room at the end");
        assert_eq!(scrolled(4, 0, 0, 0), 0);
        assert_eq!(Motion::HalfPages(-1).target(3, 40, 10), 0);
        assert_eq!(Motion::Pages(1).target(3, 8, 10), 7);
        assert_eq!(Motion::Bottom.target(0, 0, 10), 0);
    }
}
