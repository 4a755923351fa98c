//! All that is not well as a screen: causes before what follows from them; the selected one is told whole.
//!
//! Owns: selection and filter. Depends on: the judgement's findings, the person's notes. Must stay true: nothing that is not well
//! is left out, whoever has taken note of it.

mod draw;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

use crate::id::Region;
use crate::judge::{Finding, JUDGED, Told, Verdict};

use super::super::app::{Look, World};
use super::super::keymap::Context;
use super::super::msg::Wants;
use super::super::subject::{Subject, SubjectKind};
use super::cursor::Cursor;
use super::{Act, Detail, FRAME_KINDS, Outcome, Place, Screen};

/// The findings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    cursor: Cursor,
    filter: String,
    /// Only what is critical.
    problems: bool,
}

impl Findings {
    /// The findings that pass, as they are told.
    fn rows<'a>(&self, world: &World<'a>, regions: &'a [Region]) -> Vec<Told<'a>> {
        let Some(picture) = world.picture else { return Vec::new() };
        let words: Vec<String> = self.filter.split_whitespace().map(str::to_lowercase).collect();
        let passes = |told: &Told<'_>| {
            let text = format!("{} {}", told.region.map_or("", Region::as_str), told.finding.sentence()).to_lowercase();
            words.iter().all(|word| text.contains(word))
                && (!self.problems || told.finding.verdict == Verdict::Critical)
        };
        world.notes.told(picture, regions, world.now).into_iter().filter(passes).collect()
    }

    /// The selected finding, and where it is.
    pub fn selected(&self, world: &World<'_>) -> Option<(Option<Region>, Finding)> {
        let regions = world.regions();
        let rows = self.rows(world, &regions);
        rows.get(self.cursor.at).map(|told| (told.region.cloned(), told.finding.clone()))
    }

    fn room(world: &World<'_>) -> usize {
        usize::from(draw::areas(world.body).rows.height)
    }

    fn settle(&mut self, world: &World<'_>) {
        let keys = self.keys(world);
        self.cursor.settle(&keys, Self::room(world));
    }

    fn keys(&self, world: &World<'_>) -> Vec<String> {
        let regions = world.regions();
        self.rows(world, &regions).iter().map(key).collect()
    }
}

fn key(told: &Told<'_>) -> String {
    let (what, id) = told.finding.subject.key();
    format!("{} {what} {id} {}", told.region.map_or("", Region::as_str), told.finding.detail)
}

impl Screen for Findings {
    fn context(&self) -> Context {
        Context::List
    }

    fn title(&self) -> String {
        "findings".to_owned()
    }

    fn wants(&self, _: &World<'_>) -> Wants {
        Wants { kinds: JUDGED.iter().chain(FRAME_KINDS).copied().collect(), slices: Vec::new() }
    }

    fn refresh(&mut self, world: &World<'_>) {
        self.settle(world);
    }

    fn act(&mut self, act: &Act, world: &World<'_>) -> Outcome {
        match act {
            Act::Move(motion) => {
                let keys = self.keys(world);
                self.cursor.go(*motion, &keys, Self::room(world));
            }
            Act::Enter => {
                let Some((region, finding)) = self.selected(world) else { return Outcome::Done };
                return match subject(region.as_ref(), &finding) {
                    Some(subject) => Outcome::Open(Box::new(Place::Detail(Detail::new(subject)))),
                    None if finding.subject.what == "service" => match region {
                        Some(region) => Outcome::Service(region, finding.subject.name.clone()),
                        None => Outcome::Refused(format!("{} is in no region that is looked at", finding.subject)),
                    },
                    None => {
                        Outcome::Refused(format!("{} has no screen of its own; 1 shows the board", finding.subject))
                    }
                };
            }
            Act::Filter(text) => self.filter.clone_from(text),
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

    fn chosen(&self, world: &World<'_>) -> Option<Subject> {
        let (region, finding) = self.selected(world)?;
        subject(region.as_ref(), &finding)
    }

    fn draw(&self, world: &World<'_>, look: &Look<'_>, area: Rect, buf: &mut Buffer) {
        draw::draw(self, world, look, area, buf);
    }
}

/// The thing that a finding is about, where it has a screen.
fn subject(region: Option<&Region>, finding: &Finding) -> Option<Subject> {
    let subject = &finding.subject;
    let kind = SubjectKind::ALL.iter().find(|kind| kind.as_str() == subject.what)?;
    // A zone is known here by its name, everything else by its id.
    let id = match kind {
        SubjectKind::Zone => finding.zone.as_ref().map_or(subject.name.as_str(), |zone| zone.as_str()),
        _ => subject.key().1,
    };
    Some(Subject::new(*kind, region?, id))
}
