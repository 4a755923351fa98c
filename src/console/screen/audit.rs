//! The audit as a screen: what was found, the gravest first; Enter explains.
//!
//! Owns: selection, filter, and what was found last. Depends on: the judgement's audit. Must stay true: it is worked out when
//! somebody looks, and again only once what it rests on may be otherwise; where a check could not look stands among the rows.

mod draw;
mod row;

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde::{Deserialize, Serialize};

use crate::judge::audit::{self, CHECKS};
use crate::listing::{ColumnInfo, Filter};

use super::super::app::{Look, World};
use super::super::keymap::Context;
use super::super::msg::Wants;
use super::{Act, Click, FRAME_KINDS, Motion, Outcome, Screen, scrolled};
use row::{Row, Sign};

/// How old an audit may be before a new picture is audited again: it goes through everything the account holds.
const FOR: SignedDuration = SignedDuration::from_secs(20);

/// The audit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    selected: Option<String>,
    offset: usize,
    filter: String,
    /// Only what is high.
    problems: bool,
    /// The selected row is explained.
    explains: bool,
    /// The selected row's place.
    #[serde(skip)]
    at: usize,
    #[serde(skip)]
    found: Option<Found>,
}

/// What was found, and when.
#[derive(Debug, Clone, PartialEq)]
struct Found {
    rows: Vec<Row>,
    taken_at: Timestamp,
}

impl Audit {
    /// The rows that pass, in the region that is shown.
    fn rows(&self, world: &World<'_>) -> Vec<&Row> {
        let filter = Filter::parse_for(&self.filter, row::COLUMNS).unwrap_or_default();
        let now = self.found.as_ref().map_or(world.now, |found| found.taken_at);
        let all = self.found.as_ref().map_or(&[][..], |found| &found.rows);
        let here = |row: &&Row| world.region.is_none_or(|only| row.region.is_global() || row.region == *only);
        let passes = |row: &&Row| filter.passes(&row.record(now)) && (!self.problems || row.sign == Sign::High);
        all.iter().filter(here).filter(passes).collect()
    }

    fn room(&self, world: &World<'_>) -> usize {
        usize::from(draw::areas(world.body, self.explains).rows.height)
    }

    /// Finds the selected row again; where it is gone, the selection stays at its place.
    fn settle(&mut self, world: &World<'_>) {
        let (at, key, len) = {
            let rows = self.rows(world);
            let found = self.selected.as_ref().and_then(|key| rows.iter().position(|row| row.key == *key));
            let at = found.unwrap_or_else(|| self.at.min(rows.len().saturating_sub(1)));
            (at, rows.get(at).map(|row| row.key.clone()), rows.len())
        };
        self.offset = scrolled(self.offset, at, len, self.room(world));
        (self.at, self.selected) = (at, key);
    }

    fn go(&mut self, motion: Motion, world: &World<'_>) {
        let rows = self.rows(world);
        let at = motion.target(self.at, rows.len(), self.room(world));
        self.selected = rows.get(at).map(|row| row.key.clone());
        self.at = at;
        self.settle(world);
    }

    fn is_due(&self, taken_at: Timestamp) -> bool {
        self.found.as_ref().is_none_or(|found| {
            // While it is still being read every picture tells more.
            let waits = found.rows.iter().any(|row| row.sign == Sign::Blind);
            found.taken_at != taken_at && (waits || taken_at.duration_since(found.taken_at) >= FOR)
        })
    }
}

impl Screen for Audit {
    fn context(&self) -> Context {
        Context::List
    }

    fn title(&self) -> String {
        "audit".to_owned()
    }

    fn wants(&self, _: &World<'_>) -> Wants {
        let kinds = audit::kinds(CHECKS);
        Wants { kinds: kinds.into_iter().chain(FRAME_KINDS.iter().copied()).collect(), slices: Vec::new() }
    }

    fn refresh(&mut self, world: &World<'_>) {
        if let Some(picture) = world.picture.filter(|picture| self.is_due(picture.taken_at)) {
            let audit = audit::of(picture, CHECKS.iter().copied());
            self.found = Some(Found { rows: row::of(&audit), taken_at: picture.taken_at });
        }
        self.settle(world);
    }

    fn act(&mut self, act: &Act, world: &World<'_>) -> Outcome {
        match act {
            Act::Move(motion) => self.go(*motion, world),
            Act::Enter => self.explains = !self.explains,
            Act::Filter(text) => match Filter::parse_for(text, row::COLUMNS) {
                Ok(_) => self.filter.clone_from(text),
                Err(error) => return Outcome::Refused(error.to_string()),
            },
            Act::Problems => self.problems = !self.problems,
            Act::Fold { .. } | Act::Sort(_) | Act::Sideways(_) | Act::WhatIf(_) | Act::Chart(_) => {
                return Outcome::Unknown;
            }
        }
        self.settle(world);
        Outcome::Done
    }

    fn filter(&self) -> &str {
        &self.filter
    }

    fn click(&mut self, at: Position, world: &World<'_>) -> Click {
        let area = draw::areas(world.body, self.explains).rows;
        let place = self.offset + usize::from(at.y.saturating_sub(area.y));
        let key = self.rows(world).get(place).filter(|_| area.contains(at)).map(|row| row.key.clone());
        match key {
            None => Click::Nothing,
            Some(_) if place == self.at => Click::Again,
            Some(key) => {
                (self.at, self.selected) = (place, Some(key));
                Click::Selected
            }
        }
    }

    fn filter_columns(&self) -> Vec<ColumnInfo> {
        row::COLUMNS.to_vec()
    }

    fn chosen_name(&self) -> Option<String> {
        let key = self.selected.as_ref()?;
        self.found.as_ref()?.rows.iter().find(|row| row.key == *key).map(|row| row.name.clone())
    }

    fn put_aside(&mut self) {
        self.found = None;
    }

    fn draw(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        draw::draw(self, world, look, area, buf);
    }
}
