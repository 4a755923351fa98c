//! What changed in the account, and who did it, as a screen: the newest first, searchable.
//!
//! Owns: selection, filter, and what was gathered last. Depends on: the judgement's changes. Must stay true: no name is shown that
//! CloudTrail did not give, and why names are missing is said.

mod draw;

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

use crate::estate::Kind;
use crate::id::Region;
use crate::judge::changes::{self, Happening};

use super::super::app::{Look, World};
use super::super::keymap::Context;
use super::super::msg::Wants;
use super::cursor::Cursor;
use super::{Act, FRAME_KINDS, Outcome, Screen};

/// How far back it goes: as far as readings are remembered.
const BACK: SignedDuration = SignedDuration::from_hours(6);

/// What tells of changes.
const KINDS: &[Kind] =
    &[Kind::Groups, Kind::Activities, Kind::Targets, Kind::Instances, Kind::ZonalShifts, Kind::TrailEvents];

/// The timeline.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    cursor: Cursor,
    filter: String,
    #[serde(skip)]
    lines: Vec<Line>,
    /// Why names may be missing.
    #[serde(skip)]
    unnamed: Option<String>,
    /// Of which picture that is.
    #[serde(skip)]
    taken_at: Option<Timestamp>,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    region: Region,
    happening: Happening,
}

impl Timeline {
    /// The lines that pass, in the region that is shown.
    fn rows<'a>(&'a self, world: &World<'_>) -> Vec<&'a Line> {
        let words: Vec<String> = self.filter.split_whitespace().map(str::to_lowercase).collect();
        let passes = |line: &&Line| {
            let text = format!("{} {}", line.region, line.happening.words()).to_lowercase();
            world.region.is_none_or(|only| line.region == *only) && words.iter().all(|word| text.contains(word))
        };
        self.lines.iter().filter(passes).collect()
    }

    fn keys(&self, world: &World<'_>) -> Vec<String> {
        let key = |line: &&Line| format!("{} {} {}", line.happening.at, line.region, line.happening.what);
        self.rows(world).iter().map(key).collect()
    }

    fn gather(&mut self, world: &World<'_>) {
        let Some(picture) = world.picture.filter(|picture| self.taken_at != Some(picture.taken_at)) else { return };
        self.taken_at = Some(picture.taken_at);
        self.lines.clear();
        self.unnamed = None;
        for region in picture.estate.scope() {
            let index = picture.judgement.index_of(region);
            let now = picture.taken_at;
            let found = changes::since(&picture.estate, index, region, now - BACK, now);
            self.unnamed = self.unnamed.take().or(found.names);
            let line = |happening| Line { region: region.clone(), happening };
            self.lines.extend(found.lines.into_iter().map(line));
        }
        self.lines.sort_by_key(|line| std::cmp::Reverse(line.happening.at));
    }

    fn settle(&mut self, world: &World<'_>) {
        let keys = self.keys(world);
        self.cursor.settle(&keys, room(world));
    }
}

fn room(world: &World<'_>) -> usize {
    usize::from(world.body.height.saturating_sub(1))
}

impl Screen for Timeline {
    fn context(&self) -> Context {
        Context::List
    }

    fn title(&self) -> String {
        "timeline".to_owned()
    }

    fn wants(&self, _: &World<'_>) -> Wants {
        Wants { kinds: KINDS.iter().chain(FRAME_KINDS).copied().collect(), slices: Vec::new() }
    }

    fn refresh(&mut self, world: &World<'_>) {
        self.gather(world);
        self.settle(world);
    }

    fn act(&mut self, act: &Act, world: &World<'_>) -> Outcome {
        match act {
            Act::Move(motion) => {
                let keys = self.keys(world);
                self.cursor.go(*motion, &keys, room(world));
            }
            Act::Filter(text) => {
                self.filter.clone_from(text);
                self.settle(world);
            }
            Act::Enter
            | Act::Problems
            | Act::Fold { .. }
            | Act::Sort(_)
            | Act::Sideways(_)
            | Act::WhatIf(_)
            | Act::Chart(_) => {
                return Outcome::Unknown;
            }
        }
        Outcome::Done
    }

    fn filter(&self) -> &str {
        &self.filter
    }

    fn put_aside(&mut self) {
        self.lines.clear();
        self.taken_at = None;
    }

    fn draw(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        draw::draw(self, world, look, area, buf);
    }
}
